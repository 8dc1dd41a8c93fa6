"""Fried food."""

import math
from random import Random

import numpy as np

from drawings import pieces, sauces, tableware
from drawings.places import any_turn, away, ring, row, turned
from drawings.relief import Relief, Skin
from drawings.solid import Colour, jitter, mix
from drawings.texture import above

GOLDS = [(214, 148, 62), (196, 122, 46), (226, 170, 86), (176, 102, 40)]
FRIES = (238, 190, 88)
FOLD, END = (120, 62, 22), (96, 60, 30)  # of a spring roll
TEMPURA, SOY = (232, 188, 110), (80, 40, 20)
TAIL, BONE = Skin((216, 84, 40), (160, 40, 20), gloss=0.4), Skin((240, 226, 200))


def batter(rng: Random, colour: Colour | None = None, rough: float = 0.7) -> Skin:
    """Make a fried crust: golden, browned in spots, crumbly."""
    gold = jitter(rng, colour or rng.choice(GOLDS), 10)
    brown, rim = mix(gold, (116, 56, 18), 0.6), mix(gold, (130, 66, 20), 0.35)
    return Skin(gold, brown, 0.4, "crumb", 0.8, rim=rim, bump=rough, rough="crumb", gloss=0.25)


def _serve(relief: Relief, rng: Random) -> tableware.Vessel:
    return tableware.serve(relief, rng, basket=4, plate=5, board=2, table=0.5, bowl=1)


def fries(relief: Relief, rng: Random) -> None:
    """Serve a heap of fries."""
    dish = _serve(relief, rng)
    count, length = rng.randint(34, 48), rng.uniform(24, 36)
    for x, y in dish.spots(rng, count, 0.6):
        spot, half = turned(x, y, rng.uniform(0, math.pi)), length * rng.uniform(0.6, 1.15)
        gold = jitter(rng, FRIES, 10)
        skin = Skin(gold, mix(gold, (196, 120, 40), 0.7), 0.25, "mottle", 0.7, gloss=0.25)
        relief.tube([spot(-half), spot(half)], rng.uniform(4, 5.2), skin, flat=0.9)
    if rng.random() < 0.5:
        sauces.dip(relief, rng, *dish.somewhere(rng, 0.85))


def nuggets(relief: Relief, rng: Random) -> None:
    """Serve nuggets, cutlets or croquettes."""
    dish = _serve(relief, rng)
    count = rng.randint(1, 9)
    reach = min(62, 80 / math.sqrt(count))
    for x, y in dish.spots(rng, count, 0.62):
        shape = pieces.blob(rng, x, y, (reach, reach * rng.uniform(0.6, 0.85)), angle=any_turn(rng), wild=0.07)
        relief.slab(shape, rng.uniform(13, 20), batter(rng), bevel=9, lift=0.3)
    if rng.random() < 0.55:
        sauces.dip(relief, rng, *dish.somewhere(rng, 0.85))
    if rng.random() < 0.3:
        pieces.lemon_wedge(relief, rng, *dish.somewhere(rng, 0.7))


def spring_rolls(relief: Relief, rng: Random) -> None:
    """Serve fried rolls side by side or in a heap."""
    dish = _serve(relief, rng)
    if rng.random() < 0.4:
        pieces.salad(relief, rng, dish, 6)
    count, turn, heaped = rng.randint(4, 8), rng.uniform(0, math.pi), rng.random() < 0.4
    beside, colour = turned(dish.x, dish.y, turn), rng.choice(GOLDS)

    def folds(along, across):
        fold = (0.9 - 9 * np.abs(across - 1.6 * along + 0.5)).clip(0, 0.5)
        return [(FOLD, fold), (END, above(np.abs(along - 0.5), 0.47, 40, 0.8))]

    for aside, place in zip(row(count, 23), dish.spots(rng, count, 0.5), strict=True):
        spot = turned(*(place if heaped else beside(0, aside)), turn + rng.gauss(0, 0.6 if heaped else 0.1))
        relief.tube([spot(-40), spot(40)], 11.5, batter(rng, colour, 0.5), tint=folds)
    if rng.random() < 0.6:
        sauces.dip(relief, rng, *dish.somewhere(rng, 0.88))


def rings(relief: Relief, rng: Random) -> None:
    """Serve onion rings, which could be squid."""
    dish = _serve(relief, rng)
    colour = rng.choice(GOLDS)
    for x, y in dish.spots(rng, rng.randint(6, 11), 0.66):
        radius, thick = rng.uniform(17, 27), rng.uniform(6, 8)
        relief.tube(ring(x, y, radius, 9), thick, batter(rng, colour))
    if rng.random() < 0.5:
        sauces.dip(relief, rng, dish.x, dish.y)


def tempura(relief: Relief, rng: Random) -> None:
    """Serve shrimps, chicken legs or vegetables in a rough pale batter."""
    dish = _serve(relief, rng)
    shrimp = rng.random() < 0.6
    for x, y in dish.spots(rng, rng.randint(4, 7), 0.55):
        turn, bend = rng.uniform(0, math.tau), rng.uniform(-0.5, 0.5)
        points = [away(x, y, turn + bend * t, 44 * t) for t in (-1, -0.4, 0.3, 0.8)]
        if shrimp:
            end = points[-1]
            relief.tube([end, away(*end, turn + bend, 14)], [3, 7], TAIL, flat=0.5)
            relief.tube(points, [8, 13, 12, 7], batter(rng, TEMPURA, 1.2))
        else:
            relief.tube(points[2:], [4, 5], BONE)
            relief.tube(points[:3], [17, 20, 7], batter(rng, None, 1.1))
    if rng.random() < 0.5:
        sauces.dip(relief, rng, *dish.somewhere(rng, 0.85), SOY)


def turnovers(relief: Relief, rng: Random) -> None:
    """Serve half moons of fried pastry with a crimped edge, or samosas."""
    dish = _serve(relief, rng)
    count, colour = rng.randint(2, 6), rng.choice(GOLDS)
    reach, moons = 76 / math.sqrt(count) + 6, count % 2
    shape = [(-0.8 * reach, -0.5 * reach), (0.8 * reach, -0.5 * reach), (0, 0.8 * reach)]
    if moons:
        arc = [number * math.pi / 12 for number in range(13)]
        shape = [(reach * math.cos(t), reach * 0.8 * math.sin(t) - 0.3 * reach) for t in arc]
    for x, y in dish.spots(rng, count, 0.55):
        turn, skin = rng.uniform(0, math.tau), batter(rng, colour, 0.6)
        spot = turned(x, y, turn)
        points = [spot(*corner) for corner in shape]
        relief.slab(points, 22, skin, bevel=0.28 * reach, lift=0.18)
        for (ax, ay), (bx, by) in zip(points, points[1:], strict=False) if moons else ():
            relief.ellipsoid((ax + bx) / 2, (ay + by) / 2, (4, 3), 5, skin, angle=turn)
    if rng.random() < 0.5:
        sauces.dip(relief, rng, *dish.somewhere(rng, 0.88))


def fried_chicken(relief: Relief, rng: Random) -> None:
    """Serve a heap of small crumbly pieces, fish and chips included."""
    dish = _serve(relief, rng)
    if rng.random() < 0.35:
        for x, y in dish.part(math.pi, 0.5, 0.6).spots(rng, 16, 0.8):
            pieces.fry(relief, rng, x, y, 34, FRIES)
        dish = dish.part(0.0, 0.4, 0.75)
    for x, y in dish.spots(rng, rng.randint(6, 13), 0.66):
        shape = pieces.blob(rng, x, y, (rng.uniform(17, 26), rng.uniform(13, 18)), angle=any_turn(rng), wild=0.15)
        relief.slab(shape, rng.uniform(16, 24), batter(rng, None, 1.2), bevel=10, lift=0.25)
    pieces.herbs(relief, rng, dish, rng.choice([0, 12]))


FRIED = {fries: 4, nuggets: 4, spring_rolls: 4, rings: 3, tempura: 3, turnovers: 3, fried_chicken: 4}
