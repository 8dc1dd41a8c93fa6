"""Backgrounds of the sample: sky, ground and what stands between them."""

import math
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from drawings.solid import Camera, Colour, Light, darker, dimmed, jitter, lighter, mix, one_of

PLACES = {"city": 28, "car park": 18, "highway": 14, "countryside": 18, "village": 10, "garage": 12}  # how often
WEATHERS = {"dry": 82, "rain": 7, "fog": 5, "snow": 6}


class Time(NamedTuple):
    """What a time of day looks like."""

    odds: int  # how often it is chosen
    top: Colour  # of the sky
    bottom: Colour  # of the sky at the horizon
    ground: float  # how bright things are: 1 as painted
    houses: float
    trees: float


TIMES = {
    "sunny": Time(52, (88, 142, 214), (196, 220, 242), 1, 1, 1),
    "overcast": Time(32, (176, 182, 190), (214, 218, 220), 0.85, 0.85, 0.85),
    "dusk": Time(8, (70, 78, 128), (240, 168, 118), 0.55, 0.55, 0.5),
    "night": Time(8, (10, 13, 28), (36, 38, 56), 0.25, 0.24, 0.22),
}
LAMPS_LIT = ("night", "dusk")

WALLS = [(150, 92, 74), (186, 176, 160), (120, 122, 128), (204, 196, 180), (96, 82, 76), (160, 130, 104)]
AWNINGS = [(150, 60, 50), (50, 70, 110), (50, 80, 64), (180, 160, 90)]  # of shops
LIT_PANE, LIT_SHOP, DARK_PANE, DARK_SHOP = (236, 206, 130), (240, 220, 160), (40, 50, 64), (30, 36, 46)
LEAVES = [(58, 92, 44), (74, 100, 54), (46, 78, 50), (112, 98, 52)]
SHADED_LEAF, LIT_LEAF, TRUNK = (16, 24, 16), (200, 206, 150), (70, 54, 40)
BALLS, SHADED_BALLS = 40, 22  # of leaves in a tree
ASPHALTS = [(112, 112, 114), (86, 88, 92), (136, 132, 126), (70, 72, 78)]
FIELDS = [(98, 124, 60), (126, 132, 70), (84, 110, 56), (158, 140, 92)]
SNOW, SLUSH = (222, 226, 232), (214, 218, 224)
ROAD_PAINT, PAVEMENT, RAIL = (240, 240, 230), (200, 196, 188), (186, 190, 194)
FAR, NEAR = 90.0, 6.0  # metres: where a road ends, and where it begins at the latest
DASH, DASHES = 2.5, 6  # metres: the length of a dash of the middle line, and from one to the next
BAYS, BAY, BAY_NEAR, BAY_FAR = 12, 2.6, 6.0, 13.0  # how many, and metres: width, where the lines begin and end
GARAGE_WALLS = [(168, 168, 162), (142, 92, 78), (122, 132, 140), (206, 200, 186), (96, 100, 106)]
DOORS = [(190, 192, 194), (170, 40, 40), (60, 90, 140), (226, 226, 220)]
THINGS = [(130, 60, 50), (60, 80, 120), (160, 140, 90), (90, 90, 94)]  # on shelves
SHELF, NEON = (60, 60, 64), (252, 252, 240)
FLOORS = [(132, 132, 130), (108, 104, 100), (160, 158, 152), (118, 84, 74)]


@dataclass(frozen=True)
class Setting:
    """Where and when a photo is taken."""

    place: str
    time: str
    weather: str  # "dry", "rain", "fog" or "snow"
    light: Light


def vertical(size: tuple[int, int], top: Colour, bottom: Colour) -> Image.Image:
    """Make a picture that fades from one colour at its top to another at its bottom.

    Args:
        size: Width and height in pixels.
        top: Colour of the first row.
        bottom: Colour of the last row.

    Returns:
        An RGB picture.

    Example:
        >>> vertical((2, 9), (0, 0, 0), (255, 255, 255)).getpixel((0, 8))
        (255, 255, 255)
    """
    ramp = np.linspace(np.array(top, float), np.array(bottom, float), size[1])[:, None, :]
    return Image.fromarray(np.repeat(np.rint(ramp).astype(np.uint8), size[0], axis=1))


def _light(rng: Random, time: str) -> Light:
    angle = rng.uniform(0, math.tau)
    if time == "sunny":
        low = rng.uniform(0.35, 0.9)
        flat = math.sqrt(1 - low * low)
        sun = (flat * math.cos(angle), flat * math.sin(angle) * 0.8 - 0.15, low)
        return Light(sun, ambient=0.72, direct=0.4, sky=jitter(rng, (188, 214, 242), 8), dark=0.0, shadow=0.85)
    if time == "overcast":
        sky = jitter(rng, (208, 212, 216), 8)
        return Light((0.1, -0.2, 0.97), ambient=0.76, direct=0.26, sky=sky, dark=0.1, shadow=0.6)
    if time == "dusk":
        sun = (math.cos(angle) * 0.85, -0.3, 0.4)
        return Light(sun, ambient=0.5, direct=0.35, sky=jitter(rng, (214, 160, 128), 12), dark=0.5)
    moon = (math.cos(angle) * 0.5, -0.5, 0.7)
    return Light(moon, ambient=0.38, direct=0.24, sky=jitter(rng, (70, 80, 104), 10), dark=1.0)


def _windows(draw: ImageDraw.ImageDraw, rng: Random, left, top, right, bottom, time: str, wall: Colour) -> None:
    wide, tall = rng.uniform(0.03, 0.06) * (bottom - top + 60), rng.uniform(0.05, 0.08) * (bottom - top + 80)
    pane = mix(wall, DARK_PANE, 0.6)
    column = left + wide * 0.6
    while column < right - wide:
        row = top + tall * 0.5
        while row < bottom - tall:
            lit = time in LAMPS_LIT and rng.random() < 0.35
            draw.rectangle((column, row, column + wide * 0.7, row + tall * 0.7), LIT_PANE if lit else pane)
            row += tall * 1.5
        column += wide * 1.6


def _houses(draw, rng: Random, size: int, horizon: float, time: str, tall: tuple) -> None:
    left = -rng.uniform(0, 40)
    while left < size:
        width = rng.uniform(0.18, 0.5) * size
        top = horizon - rng.uniform(*tall) * size
        wall = dimmed(one_of(rng, WALLS, 14), TIMES[time].houses)
        draw.rectangle((left, top, left + width, horizon + 3), wall)
        _windows(draw, rng, left, top, left + width, horizon - size * 0.1, time, wall)
        if rng.random() < 0.5:  # a shop
            shop = dimmed(one_of(rng, [*AWNINGS, wall, wall], 14), TIMES[time].houses)
            draw.rectangle((left, horizon - size * 0.09, left + width, horizon - size * 0.065), shop)
            glow = LIT_SHOP if time in LAMPS_LIT else mix(wall, DARK_SHOP, 0.7)
            draw.rectangle((left + 4, horizon - size * 0.06, left + width - 4, horizon + 2), glow)
        left += width


def _trees(draw, rng: Random, size: int, horizon: float, time: str, count: int, snow: bool) -> None:
    dim = TIMES[time].trees
    for _ in range(count):
        column, tall = rng.uniform(-0.1, 1.1) * size, rng.uniform(0.1, 0.42) * size
        leaf = one_of(rng, LEAVES, 12)
        leaf = dimmed(mix(leaf, SNOW, 0.55) if snow else leaf, dim)
        trunk = dimmed(TRUNK, dim)
        draw.rectangle((column - 0.02 * tall, horizon - tall * 0.5, column + 0.02 * tall, horizon + 4), trunk)
        for step in range(BALLS):  # from the shaded inside to the lit top
            high = rng.uniform(0.25, 0.95)
            x, y = column + rng.gauss(0, 0.13) * tall * (1.15 - 0.7 * abs(high - 0.5)), horizon - tall * high
            radius = tall * rng.uniform(0.03, 0.1) * (1.5 - step / 34)
            shade = mix(leaf, SHADED_LEAF, 0.5 - step / 50) if step < SHADED_BALLS else mix(leaf, LIT_LEAF, 0.25 * dim)
            draw.ellipse((x - radius, y - radius * 0.8, x + radius, y + radius * 0.8), shade)


def _road(camera: Camera, time: str, colour: Colour, width: float, middle: float) -> None:
    near = min(NEAR, camera.height * camera.focal / (camera.canvas.height * 1.05 - camera.horizon))
    ground, draw = camera.ground, camera.draw

    def strip(left, right, fill, start=near, stop=FAR):
        draw.polygon([ground(left, start), ground(left, stop), ground(right, stop), ground(right, start)], fill)

    strip(middle - width, middle + width, colour)
    paint = mix(colour, ROAD_PAINT, 0.75 if time != "night" else 0.4)
    for side in (-1, 1):
        strip(middle + side * (width - 0.35), middle + side * (width - 0.2), paint)
    depth = near
    while depth < FAR:
        strip(middle - 0.08, middle + 0.08, paint, depth, depth + DASH)
        depth += DASHES


def _bays(camera: Camera, rng: Random, colour: Colour) -> None:
    paint = mix(colour, ROAD_PAINT, 0.6)
    start, slant = rng.uniform(-12, -9), rng.uniform(-0.5, 0.5)
    for bay in range(BAYS):
        x = start + bay * BAY
        end = x + slant * (BAY_FAR - BAY_NEAR)
        corners = ((x, BAY_NEAR), (end, BAY_FAR), (end + 0.12, BAY_FAR), (x + 0.12, BAY_NEAR))
        camera.draw.polygon([camera.ground(*corner) for corner in corners], paint)


def _garage(camera: Camera, rng: Random) -> None:
    canvas, draw, size, horizon = camera.canvas, camera.draw, camera.canvas.width, camera.horizon
    wall = one_of(rng, GARAGE_WALLS, 16)
    back = horizon + rng.uniform(0.35, 0.7) * (0.78 * size - horizon)  # behind the vehicle's wheels
    canvas.paste(vertical((size, int(back) + 1), darker(wall, 0.45), wall), (0, 0))
    left = rng.uniform(-40, 20)
    while left < size:
        width = rng.uniform(0.2, 0.42) * size
        kind = rng.random()
        top = back - rng.uniform(0.25, 0.4) * size
        if kind < 0.45:  # a roller door
            door = one_of(rng, DOORS, 12)
            draw.rectangle((left, top, left + width * 0.85, back), darker(door, 0.25))
            for row in range(int(top), int(back), 7):
                draw.line((left, row, left + width * 0.85, row), darker(door, 0.45))
        elif kind < 0.75:  # shelves
            for row in range(int(top), int(back), 16):
                draw.rectangle((left, row + 12, left + width * 0.8, row + 14), SHELF)
                spot = left
                while spot < left + width * 0.75:
                    step = rng.uniform(5, 14)
                    thing = one_of(rng, THINGS, 16)
                    draw.rectangle((spot, row + rng.uniform(2, 7), spot + step - 1, row + 12), thing)
                    spot += step
        left += width
    for _ in range(rng.randint(1, 4)):  # lamps at the ceiling
        x, y = rng.uniform(0, size), rng.uniform(0, 0.12) * size
        draw.rectangle((x, y, x + rng.uniform(20, 70), y + 4), NEON)
    floor = one_of(rng, FLOORS, 12)
    ground = vertical((size, size - int(back)), lighter(floor, 0.12), darker(floor, 0.25))
    canvas.paste(ground, (0, int(back)))


def _clouds(canvas: Image.Image, noise: np.random.Generator, horizon: int, amount: float, tint: Colour) -> None:
    cells = noise.random((5, 6)) * 255
    field = Image.fromarray(cells.astype(np.uint8)).resize((canvas.width, max(2, horizon)), Image.Resampling.BICUBIC)
    mask = field.point([int(max(0, level - 110) * amount * 1.6) for level in range(256)])
    canvas.paste(tint, (0, 0), mask)


def grain(canvas: Image.Image, noise: np.random.Generator, top: int, strength: float) -> None:
    """Roughen a canvas below row `top`: asphalt, grass and snow are never smooth."""
    height = canvas.height - top
    if height < 2:
        return
    coarse = noise.normal(0, strength, (height // 6 + 1, canvas.width // 10 + 1)).astype(np.float32)
    coarse = np.kron(coarse, np.ones((6, 10), np.float32))[:height, : canvas.width]
    fine = noise.normal(0, strength, (height, canvas.width // 2 + 1)).astype(np.float32).repeat(2, 1)[:, : canvas.width]
    part = np.asarray(canvas.crop((0, top, canvas.width, canvas.height)), np.float32)
    part = part + (coarse * 0.35 + fine)[..., None]
    canvas.paste(Image.fromarray(part.clip(0, 255).astype(np.uint8)), (0, top))


def choose(rng: Random) -> Setting:
    """Choose a place, a time of day and the weather.

    Args:
        rng: Where the chance comes from.

    Returns:
        What was chosen, with the light that goes with it.

    Example:
        >>> choose(Random(1)).place in PLACES
        True
    """
    place = rng.choices(list(PLACES), list(PLACES.values()))[0]
    time = rng.choices(list(TIMES), [look.odds for look in TIMES.values()])[0]
    weather = rng.choices(list(WEATHERS), list(WEATHERS.values()))[0]
    if place == "garage":
        weather, time = "dry", rng.choice(["overcast", "overcast", "dusk"])
    elif weather != "dry" and time == "sunny":
        time = "overcast"
    return Setting(place, time, weather, _light(rng, time))


def paint(setting: Setting, camera: Camera, rng: Random, noise: np.random.Generator) -> None:
    """Paint the background on a camera's canvas.

    Args:
        setting: Where and when.
        camera: Its canvas is painted over.
        rng: Where the chance comes from.
        noise: The same for arrays.

    Example:
        >>> setting, rng = choose(Random(1)), Random(1)
        >>> camera = Camera(Image.new("RGB", (64, 64)), 90, 1.6, 25, setting.light)
        >>> paint(setting, camera, rng, np.random.default_rng(1))
        >>> camera.canvas.getpixel((5, 5)) == (0, 0, 0)
        False
    """
    place, time, light = setting.place, setting.time, setting.light
    canvas, size, horizon = camera.canvas, camera.canvas.width, camera.horizon
    top, bottom = (jitter(rng, colour, 8) for colour in (TIMES[time].top, TIMES[time].bottom))
    canvas.paste(vertical((size, int(horizon) + 2), top, bottom), (0, 0))
    if place == "garage":
        _garage(camera, rng)
        grain(canvas, noise, int(horizon), 3)
        return
    if time != "night":
        _clouds(canvas, noise, int(horizon), rng.uniform(0, 0.8), lighter(bottom, 0.6))
    dim = TIMES[time].ground
    snow = setting.weather == "snow"
    asphalt = dimmed(one_of(rng, ASPHALTS, 10), dim)
    if setting.weather == "rain":
        asphalt = mix(asphalt, light.sky, 0.2)
    field = one_of(rng, FIELDS, 14)
    field = dimmed(SNOW if snow else field, dim)
    if snow:
        asphalt = mix(asphalt, dimmed(SLUSH, dim), rng.uniform(0.3, 0.85))
    base = asphalt if place in ("city", "car park") else field
    draw = camera.draw
    if place in ("city", "car park"):
        _houses(draw, rng, size, horizon, time, (0.15, 0.6) if place == "city" else (0.06, 0.25))
        _trees(draw, rng, size, horizon, time, rng.randint(0, 3 if place == "city" else 6), snow)
    else:
        hill = mix(field, bottom, 0.5)
        for _ in range(2):
            middle, wide, tall = rng.uniform(0, 1) * size, rng.uniform(0.4, 1) * size, rng.uniform(0.03, 0.14) * size
            draw.ellipse((middle - wide, horizon - tall, middle + wide, horizon + tall), hill)
        if place == "village":
            _houses(draw, rng, size, horizon, time, (0.08, 0.2))
        _trees(draw, rng, size, horizon, time, rng.randint(3, 9), snow)
    canvas.paste(vertical((size, size - int(horizon)), mix(base, bottom, 0.25), darker(base, 0.12)), (0, int(horizon)))
    if place == "car park":
        _bays(camera, rng, asphalt)
    else:
        wide = {"city": rng.uniform(5, 9), "highway": rng.uniform(7, 11)}.get(place, rng.uniform(3, 5))
        if place == "city":  # pavements on both sides
            draw.rectangle((0, horizon, size, horizon + 0.03 * size), mix(base, PAVEMENT, 0.35))
        _road(camera, time, asphalt, wide, rng.uniform(-3, 3))
        if place == "highway":  # a guard rail
            row = horizon + rng.uniform(0.02, 0.07) * size
            rail = dimmed(RAIL, dim)
            draw.rectangle((0, row, size, row + 0.018 * size), rail)
            for post in range(0, size, 26):
                draw.rectangle((post, row, post + 3, row + 0.04 * size), darker(rail, 0.3))
    grain(canvas, noise, int(horizon), 2 + 3 * dim)
