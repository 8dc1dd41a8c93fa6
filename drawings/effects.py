"""What comes between a vehicle and its picture: things in front, weather, and the light of lamps."""

from random import Random

import numpy as np
from PIL import Image

from drawings.scenery import Setting
from drawings.solid import Camera, dimmed, jitter, lighter, mix, one_of

POST, POST_LIT = (96, 98, 100), (150, 152, 154)
COATS = [(40, 50, 80), (150, 40, 40), (60, 60, 62), (210, 220, 60)]
TROUSERS, FACE = (30, 32, 44), (206, 160, 130)
CONE, CONE_BAND = (236, 92, 26), (230, 230, 226)
RAIL, LEAF = (150, 154, 158), (56, 92, 42)
NIGHT_FOG, DAY_FOG = (20, 20, 26), (204, 208, 212)
RAIN, SNOW = (230, 234, 240), (240, 242, 246, 190)


def occlude(camera: Camera, rng: Random) -> None:
    """Put one thing between camera and vehicle: a lamp post, a person, a cone, a rail or leaves."""
    draw, size, light = camera.draw, camera.canvas.width, camera.light
    kind = rng.choice(["post", "person", "person", "cones", "rail", "leaves"])
    column = rng.uniform(0.08, 0.92) * size
    dim = light.ambient + 0.5 * light.direct
    if kind == "post":
        wide = rng.uniform(0.012, 0.035) * size
        draw.rectangle((column, 0, column + wide, rng.uniform(0.85, 1) * size), dimmed(POST, dim))
        draw.rectangle((column, 0, column + wide * 0.3, size), dimmed(POST_LIT, dim))
    elif kind == "person":
        tall, foot = rng.uniform(0.3, 0.6) * size, rng.uniform(0.8, 0.98) * size
        wide, head = tall * 0.13, foot - tall
        coat = dimmed(one_of(rng, COATS, 16), dim)
        for leg in (-1, 0.1):
            draw.rectangle((column + leg * wide, foot - 0.48 * tall, column + (leg + 0.85) * wide, foot), TROUSERS)
        trunk = (column - wide * 1.2, head + 0.14 * tall, column + wide * 1.2, foot - 0.42 * tall)
        draw.rounded_rectangle(trunk, wide * 0.6, coat)
        skull = (column - 0.075 * tall, head, column + 0.075 * tall, head + 0.16 * tall)
        draw.ellipse(skull, dimmed(FACE, dim))
    elif kind == "cones":
        for _ in range(rng.randint(1, 3)):
            column, foot, tall = rng.uniform(0, 1) * size, rng.uniform(0.82, 1.0) * size, rng.uniform(0.1, 0.18) * size
            tip, half = (column, foot - tall), tall * 0.3
            draw.polygon([(column - half, foot), tip, (column + half, foot)], dimmed(CONE, dim))
            band = (column - tall * 0.16, foot - tall * 0.5, column + tall * 0.16, foot - tall * 0.32)
            draw.rectangle(band, CONE_BAND)
    elif kind == "rail":
        row, colour = rng.uniform(0.8, 0.95) * size, dimmed(RAIL, dim)
        draw.rectangle((0, row, size, row + 0.02 * size), colour)
        for post in range(int(rng.uniform(0, 30)), size, rng.choice([16, 30, 60])):
            draw.rectangle((post, row, post + 3, size), colour)
    else:
        corner = rng.choice([0, size])
        for _ in range(40):
            x, y = corner + rng.gauss(0, 0.16) * size, rng.gauss(0, 0.16) * size
            radius = rng.uniform(0.01, 0.035) * size
            leaf = dimmed(jitter(rng, LEAF, 18), dim)
            draw.ellipse((x - radius, y - radius * 0.6, x + radius, y + radius * 0.6), leaf)


def weather(setting: Setting, camera: Camera, rng: Random, noise: np.random.Generator) -> None:
    """Let it rain, snow or be foggy, as the setting says."""
    canvas, light = camera.canvas, camera.light
    size = canvas.width
    if setting.weather == "fog":
        veil = Image.new("RGB", canvas.size, mix(NIGHT_FOG, DAY_FOG, 1 - 0.8 * light.dark))
        thick = rng.uniform(0.25, 0.6)
        rows = np.abs(np.arange(size) - camera.horizon) / size
        mask = (255 * thick * np.exp(-1.6 * rows)).astype(np.uint8)[:, None].repeat(size, 1)
        canvas.paste(veil, (0, 0), Image.fromarray(mask))
    elif setting.weather == "rain":
        slant, long = rng.uniform(-0.3, 0.3), rng.uniform(0.03, 0.09) * size
        bright = mix(light.sky, RAIN, 0.5)
        for _ in range(rng.randint(60, 180)):
            x, y = rng.uniform(0, size), rng.uniform(0, size)
            camera.draw.line((x, y, x + slant * long, y + long), (*bright, rng.randint(40, 110)))
    elif setting.weather == "snow":
        for x, y, r in noise.random((rng.randint(40, 160), 3)):
            radius = 0.6 + 2.4 * r * r
            x, y = x * size, y * size
            camera.draw.ellipse((x - radius, y - radius, x + radius, y + radius), SNOW)


_DISC = np.clip(1 - np.hypot(*np.mgrid[-1:1:64j, -1:1:64j]), 0, 1)
_GLOW = Image.fromarray((255 * _DISC**1.8).astype(np.uint8))


def glow(camera: Camera) -> None:
    """Add the light of lamps to the canvas."""
    canvas = camera.canvas
    for column, row, radius, colour, strength in camera.glows:
        radius = min(radius, canvas.width / 3)
        if radius < 1.5:
            continue
        side = int(2 * radius)
        mask = _GLOW.resize((side, side)).point([int(level * strength) for level in range(256)])
        canvas.paste(lighter(colour, 0.25), (int(column - radius), int(row - radius)), mask)
