"""Bread."""

import math
from random import Random

import numpy as np

from drawings import pieces, sauces, tableware
from drawings.places import any_turn, away, row, turned
from drawings.relief import Relief, Skin
from drawings.solid import Colour, jitter, mix
from drawings.texture import above

CRUSTS = [(190, 122, 58), (164, 96, 44), (206, 148, 82), (138, 84, 46), (120, 72, 40)]
SPREADS = [(250, 226, 130), (250, 226, 130), (150, 20, 34), (206, 120, 30)]  # butter, most often, and jams
FLOUR = (244, 226, 190)
CUT = (244, 218, 168)  # where a baguette's crust has opened
SEED, SESAME = Skin((244, 228, 186)), Skin((248, 234, 196))
FOLD, RIDGE = (110, 56, 18), (246, 196, 116)  # of a croissant
BUN_TALL = 43  # where the lid of a sandwich begins, a little sunk in
FILLINGS = [(96, 54, 34), (200, 60, 44)]  # meat or tomato


def crust(rng: Random, colour: Colour | None = None) -> Skin:
    """Make a baked crust: browned on top, floured or rough."""
    brown = jitter(rng, colour or rng.choice(CRUSTS), 10)
    dark, pale = mix(brown, (110, 54, 20), 0.55), mix(brown, (246, 216, 160), 0.45)
    return Skin(brown, dark, 0.45, "patch", 0.6, rim=pale, bump=0.4, rough="crumb", gloss=0.12)


def slices(relief: Relief, rng: Random) -> None:
    """Serve slices or toast, side by side, sometimes with butter."""
    dish = tableware.serve(relief, rng, board=5, plate=4, table=2, basket=1)
    count, toasted = rng.randint(2, 5), rng.choice([0.0, 0.0, 0.5, 0.8])
    reach, turn = rng.uniform(34, 48) * (1.15 - 0.07 * count), rng.uniform(-0.6, 0.6)
    for aside in row(count, reach):
        x, y = away(dish.x, dish.y, turn, aside * rng.uniform(0.75, 1.1))
        y += rng.gauss(0, 6)
        pieces.slice_of_bread(relief, rng, x, y, reach, angle=turn + rng.gauss(0, 0.25), toasted=toasted)
    if rng.random() < 0.35:
        sauces.sauce(relief, rng, dish.x, dish.y, (reach * 0.5, reach * 0.4), rng.choice(SPREADS), tall=2.5)


def loaf(relief: Relief, rng: Random) -> None:
    """Serve a whole loaf with cuts across its crust, sometimes with slices before it."""
    dish = tableware.serve(relief, rng, board=6, table=3, basket=1, plate=1)
    skin, turn, count = crust(rng), rng.uniform(-0.5, 0.5), rng.randint(3, 6)
    size = (rng.uniform(76, 98), rng.uniform(36, 50)) if rng.random() < 0.7 else (rng.uniform(56, 72),) * 2
    flour = jitter(rng, FLOUR, 6)

    def cuts(u, v):
        wave = np.cos((u + 0.25 * v) * math.pi * count)
        return [(flour, above(wave, 0.72, 5, 0.85) * (np.abs(v) < 0.62) * (np.abs(u) < 0.85))]

    y = dish.y - rng.uniform(0, 16)
    tall, power = size[1] * rng.uniform(0.85, 1.2), rng.choice([2, 2.6])
    relief.ellipsoid(dish.x, y, size, tall, skin, angle=turn, lift=0.3, power=power, tint=cuts)
    for number in range(rng.choice([0, 0, 2, 3])):
        x, front = dish.x - 44 + 40 * number, y + size[1] + rng.uniform(14, 24)
        pieces.slice_of_bread(relief, rng, x, front, 26, angle=rng.gauss(0, 0.3))


def baguettes(relief: Relief, rng: Random) -> None:
    """Serve one to four baguettes."""
    dish = tableware.serve(relief, rng, board=4, table=4, basket=3)
    turn, count = rng.uniform(-1.0, 1.0), rng.randint(1, 4)
    spot, half = turned(dish.x, dish.y, turn), 100

    def cuts(along, across):
        wave = np.cos((along * 6 + 0.35 * across) * math.tau)
        return [(CUT, above(wave, 0.5, 3, 0.9) * (np.abs(across) < 0.5))]

    for aside in row(count, 34):
        skin, bend = crust(rng), rng.gauss(0, 6)
        points = [spot(far, aside + bend * (1 - (far / half) ** 2)) for far in (-half, -60, 0, 60, half)]
        relief.tube(points, [8, 17, 19, 17, 8], skin, tint=cuts, flat=0.9)


def rolls(relief: Relief, rng: Random) -> None:
    """Serve round rolls with seeds, in a basket or on a board."""
    dish = tableware.serve(relief, rng, basket=5, board=3, plate=3)
    count = rng.randint(3, 8)
    radius = min(40, 84 / math.sqrt(count))
    seeds, colour = rng.random() < 0.5, rng.choice(CRUSTS)
    for x, y in dish.spots(rng, count, 0.72):
        skin, size = crust(rng, colour), (radius, radius * rng.uniform(0.85, 1))
        tall = radius * rng.uniform(0.8, 1.1)
        relief.ellipsoid(x, y, size, tall, skin, angle=any_turn(rng), base=dish.floor, lift=0.3)
        for _ in range(9 if seeds else 0):
            relief.dot(x + rng.gauss(0, 0.35) * radius, y + rng.gauss(0, 0.3) * radius, 1.7, SEED)


def croissants(relief: Relief, rng: Random) -> None:
    """Serve croissants: tapered, bent, ridged."""
    dish = tableware.serve(relief, rng, plate=5, board=3, table=2, basket=2)
    count = rng.choice([1, 1, 2, 3])

    def ridges(along, across):
        wave = np.sin((along * 8 + 0.3 * np.abs(across)) * math.tau)
        return [(FOLD, above(wave, 0.3, 1.2, 0.75)), (RIDGE, above(-wave, 0.5, 1.2, 0.6))]

    for x, y in dish.spots(rng, count, 0.55):
        reach, start = 62 / math.sqrt(count) + 6, rng.uniform(0, math.tau)
        brown = jitter(rng, (200, 128, 54), 10)
        arc = [away(x, y, start + turn, reach, reach * 0.8) for turn in (-1.5, -0.9, -0.3, 0.3, 0.9, 1.5)]
        points = [away(*point, start, -0.45 * reach, -0.36 * reach) for point in arc]
        radii = [0.46 * reach * share for share in (0.3, 0.7, 1, 1, 0.7, 0.3)]
        skin = Skin(brown, mix(brown, (130, 66, 20), 0.5), 0.4, "crumb", bump=0.25, gloss=0.35)
        relief.tube(points, radii, skin, base=dish.floor, tint=ridges, flat=0.85)


def sandwich(relief: Relief, rng: Random) -> None:
    """Serve a bun with something in it, seen as layers from its side."""
    dish = tableware.serve(relief, rng, plate=4, board=3, basket=3)
    for x, y in dish.spots(rng, rng.choice([1, 1, 2]), 0.42):
        radius, brown = rng.uniform(42, 54) if rng.random() < 0.6 else 36, jitter(rng, (198, 128, 62), 10)
        layers = [  # bun, lettuce, filling, cheese, lettuce, bun
            (0, brown), (15, (236, 214, 166)), (19, (90, 140, 50)), (24, rng.choice(FILLINGS)), (33, (246, 206, 90)),
            (37, (92, 150, 52)), (41, (240, 218, 172)),
        ]  # fmt: skip
        inside, floor = pieces.around((100, 150, 60), rng, bump=1.5), dish.floor
        wall = relief.add_wall([(start + floor, colour) for start, colour in layers])
        relief.ellipsoid(x, y, (radius, radius), BUN_TALL, inside, base=floor, lift=0.97, wall=wall)
        relief.ellipsoid(x, y, (radius * 0.97,) * 2, 24, crust(rng, brown), base=floor + BUN_TALL - 3, lift=0.2)
        for _ in range(26):
            turn, far = rng.uniform(0, math.tau), 0.7 * radius * math.sqrt(rng.random())
            relief.dot(*away(x, y, turn, far), 1.8, SESAME)


BREAD = {slices: 5, loaf: 5, baguettes: 4, rolls: 4, croissants: 3, sandwich: 2}
