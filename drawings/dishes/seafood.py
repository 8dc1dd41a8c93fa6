"""Seafood."""

import math
from random import Random

import numpy as np

from drawings import pieces, sauces, tableware
from drawings.places import WHOLE_TURN, any_turn, away, ring, row, turned
from drawings.relief import Relief, Skin
from drawings.solid import jitter, lighter, mix, one_of
from drawings.texture import above, below

SHRIMP, RAW_SHRIMP, SHRIMP_RING = (242, 146, 100), (176, 170, 168), (252, 226, 206)
SHRIMP_TAIL = Skin((222, 80, 44), (250, 150, 100), gloss=0.5)
SHELL, NACRE, MUSSEL, BROTH = (44, 46, 62), (150, 156, 178), (232, 146, 62), (214, 176, 110)
BACKS = [(96, 116, 130), (176, 84, 66), (150, 104, 56), (120, 128, 110)]  # of whole fish
BELLY, BURNT, PUPIL = (246, 240, 226), (60, 30, 16), (20, 20, 24)
EYE = Skin((246, 240, 220), gloss=0.8)
SALMONS, SALMON_FAT = [(242, 128, 80), (246, 150, 104), (226, 112, 74)], (252, 222, 196)
SALMON_BROWNED, SALMON_SKIN = (190, 96, 40), (120, 120, 124)
CRABS, CRAB_EYE, LOBSTER_RING = [(206, 66, 30), (196, 44, 30), (226, 96, 40)], (20, 16, 16), (110, 20, 14)
ICE = Skin((216, 228, 236), (250, 252, 255), gloss=0.9)
OYSTER, OYSTER_SHELL = (206, 190, 150), (136, 128, 116)
OYSTER_NACRE = Skin((228, 224, 212), (180, 176, 176), gloss=0.9, bump=0.5)
SQUIDS = [(246, 232, 214), (236, 196, 160), (240, 220, 226)]


def shrimp(relief: Relief, rng: Random, x: float, y: float, reach: float, *, raw: bool = False) -> None:
    """Put down a shrimp: curled, in rings, with a tail."""
    start, way = rng.uniform(0, math.tau), rng.choice([-1, 1])
    pink = jitter(rng, RAW_SHRIMP if raw else SHRIMP, 10)
    turns = [start + way * turn for turn in (0, 0.7, 1.4, 2.1, 2.8, 3.5, 4.0)]
    points = [away(x, y, turn, 0.72 * reach, 0.68 * reach) for turn in turns]

    def rings(along, across):
        back = above(across * way, 0.4, 2, 0.6)
        return [
            (SHRIMP_RING, above(np.cos(along * 7 * math.tau), 0.1, 1.2, 0.75)),
            (mix(pink, (214, 70, 40), 0.5), back),
        ]

    wide = 0.42 * reach
    tail = [points[-1], away(x, y, turns[-1] + way * 0.3, 0.95 * reach)]
    relief.tube(tail, [wide * 0.3, wide * 0.75], SHRIMP_TAIL, flat=0.4)
    radii = [wide * share for share in (0.75, 1, 1, 0.9, 0.75, 0.55, 0.35)]
    relief.tube(points, radii, Skin(pink, gloss=0.6), tint=rings)


def mussel(relief: Relief, rng: Random, x: float, y: float, reach: float) -> None:
    """Put down an open mussel: a dark shell with its orange meat."""
    turn, lip = rng.uniform(0, math.tau), rng.uniform(0.5, 0.62)
    shell = Skin(jitter(rng, SHELL, 6), (20, 20, 30), gloss=0.7)

    def inside(u, v):
        return [(NACRE, below(u * u + v * v, 0.74, 8, 0.8))]

    relief.ellipsoid(x, y, (reach, reach * lip), 0.5 * reach, shell, angle=turn, edge=0.15, lift=0.6, tint=inside)
    meat, size = Skin(jitter(rng, MUSSEL, 12), (250, 206, 130), bump=0.6, gloss=0.7), (reach * 0.62, reach * lip * 0.62)
    relief.ellipsoid(x + 0.06 * reach, y, size, 0.32 * reach, meat, angle=turn)


def whole_fish(relief: Relief, rng: Random) -> None:
    """Serve one or two whole fish, raw or grilled, with lemon."""
    dish = tableware.serve(relief, rng, plate=5, board=4, table=1)
    count = rng.choice([1, 1, 2])
    turn = rng.choice([0, math.pi]) + rng.gauss(0, 0.35)
    back = one_of(rng, BACKS, 10)
    upside = 1 if math.cos(turn) > 0 else -1
    belly, grilled = mix(back, BELLY, 0.7), rng.random() < 0.5
    fin = Skin(mix(back, (60, 40, 30), 0.3), mix(back, (240, 220, 190), 0.3), 0.4, "crumb", gloss=0.3)

    def scales(along, across):
        shine = np.sin(along * 150) * np.sin(across * 14)
        side = ((across * upside + 0.2) * 1.6).clip(0, 1)
        gill = np.abs(along - 0.26 + 0.03 * across * across) < 0.012
        stripe = np.abs((along * 9 + across * 0.8) % 1 - 0.5) < 0.09
        return [
            (belly, side),
            (lighter(back, 0.5), (0.3 * shine).clip(0, 0.3) * (along > 0.25)),
            (BURNT, stripe * (along > 0.28) * (along < 0.8) * (0.7 if grilled else 0.0)),
            (mix(back, (20, 16, 16), 0.5), gill * 0.8),
        ]

    def pupil(u, v):
        return [(PUPIL, ((0.35 - u * u - v * v) * 20).clip(0, 1))]

    for aside in row(count, 62):
        spot, wide = turned(dish.x, dish.y + aside, turn), rng.uniform(25, 32) * (1 if count == 1 else 0.85)
        relief.slab([spot(64), spot(96, -26), spot(88), spot(96, 26)], 5, fin, bevel=2)  # tail
        relief.slab([spot(-24, -wide * 0.8), spot(4, -wide - 13), spot(36, -wide * 0.6)], 7, fin, bevel=2)
        relief.slab([spot(0, wide * 0.8), spot(14, wide + 10), spot(28, wide * 0.7)], 7, fin, bevel=2)
        points = [spot(along) for along in (-84, -66, -36, 0, 34, 66)]
        radii = [7, wide * 0.72, wide, wide, wide * 0.66, 8]
        relief.tube(points, radii, Skin(back, gloss=0.6, bump=0.12), tint=scales, flat=0.6)
        relief.ellipsoid(*spot(-66, -wide * 0.22), (5, 5), 1.4, EYE, base=None, tint=pupil)
    for x, y in dish.spots(rng, rng.randint(0, 3), 0.7):
        pieces.citrus(relief, rng, x, y, 16)
    pieces.sprig(relief, rng, *dish.somewhere(rng, 0.7), 12)


def salmon(relief: Relief, rng: Random) -> None:
    """Serve salmon: fillets or slices with white lines of fat."""
    dish = tableware.serve(relief, rng, plate=6, board=4)
    orange = one_of(rng, SALMONS, 8)
    cooked, count, turn = rng.random() < 0.4, rng.choice([1, 1, 2, 3]), rng.uniform(-0.7, 0.7)
    side = rng.uniform(0, WHOLE_TURN)
    if rng.random() < 0.45:
        pieces.salad(relief, rng, dish.part(side, 0.7, 0.42), 6)

    def fat(u, v):
        lines = [(SALMON_FAT, above(np.sin(u * 17 + 5 * np.abs(v) + 1), 0.62, 3, 0.75))]
        return [*lines, (SALMON_BROWNED, above(np.abs(v), 0.55, 2, 0.6))] if cooked else lines

    pale, rim = mix(orange, (250, 196, 160), 0.6), mix(orange, (200, 90, 60), 0.4)
    skin = Skin(orange, pale, 0.3, "mottle", rim=rim, bump=0.2, gloss=0.55)
    for aside in row(count, 44):
        size = (rng.uniform(58, 72), rng.uniform(25, 34)) if count < 3 else (62, 19)
        look = {"tint": fat, "wall": relief.add_wall([(0, SALMON_SKIN), (dish.floor + 4, orange)])}
        spot = turned(dish.x, dish.y, turn)(0, aside)
        relief.ellipsoid(*spot, size, 22, skin, angle=turn, power=3, edge=0.25, lift=0.5, **look)
    for x, y in dish.spots(rng, rng.randint(1, 3), 0.5):
        pieces.citrus(relief, rng, x, y, 15)
    pieces.herbs(relief, rng, dish, rng.choice([0, 16]), share=0.5)
    pieces.sprig(relief, rng, dish.x, dish.y, 11)


def shrimps(relief: Relief, rng: Random) -> None:
    """Serve a heap or a ring of shrimps."""
    dish = tableware.serve(relief, rng, plate=6, bowl=3, pan=3, board=1)
    if rng.random() < 0.3:
        pieces.salad(relief, rng, dish, 7)
    raw, count = rng.random() < 0.12, rng.randint(6, 14)
    reach = 70 / math.sqrt(count) + 7
    for x, y in dish.spots(rng, count, 0.68):
        shrimp(relief, rng, x, y, reach, raw=raw)
    pieces.herbs(relief, rng, dish, rng.choice([0, 14, 24]))
    for x, y in dish.spots(rng, rng.randint(0, 2), 0.8):
        pieces.lemon_wedge(relief, rng, x, y, 18)


def mussels(relief: Relief, rng: Random) -> None:
    """Serve a bowl or pan of mussels."""
    dish = tableware.serve(relief, rng, bowl=6, pan=4, plate=3)
    sauces.fill(relief, dish, Skin(jitter(rng, BROTH, 12), gloss=0.7), level=dish.floor * 0.6)
    for x, y in dish.spots(rng, rng.randint(13, 20), 0.72):
        mussel(relief, rng, x, y, rng.uniform(20, 26))
    pieces.herbs(relief, rng, dish, rng.randint(8, 24))
    if rng.random() < 0.5:
        pieces.lemon_wedge(relief, rng, *dish.somewhere(rng, 0.6), 18)


def crab(relief: Relief, rng: Random) -> None:
    """Serve a red crab with legs and claws, or a lobster."""
    dish = tableware.serve(relief, rng, plate=6, board=3, table=1)
    red = one_of(rng, CRABS, 8)
    pale, rim = mix(red, (250, 190, 120), 0.6), mix(red, (250, 206, 150), 0.4)
    skin = Skin(red, pale, 0.25, "crumb", 1.0, rim=rim, bump=0.3, gloss=0.6)
    x, y, turn = dish.x, dish.y + 6, rng.choice([0, math.pi]) + rng.gauss(0, 0.4)
    spot, lobster = turned(x, y, turn), rng.random() < 0.3
    shoulder = 14 if lobster else 34
    for side in (-1, 1):
        for start in (-14, -2, 10, 22):
            if lobster:
                leg = [spot(side * 12, start), spot(side * 32, start + 4), spot(side * 44, start + 16)]
                relief.tube(leg, [3, 2.6, 1.5], skin)
            else:
                leg = [spot(side * 30, start * 0.7), spot(side * 66, start - 6), spot(side * 88, start + 18)]
                relief.tube(leg, [5.5, 5, 2], skin)
        relief.tube([spot(side * shoulder, -22), spot(side * 48, -48), spot(side * 40, -62)], [6, 7, 8], skin)
        relief.tube([spot(side * 40, -62), spot(side * 26, -84)], [12, 4], skin)
        relief.tube([spot(side * 44, -66), spot(side * 42, -90)], [8, 3], skin)

    def rings(along, across):
        return [(LOBSTER_RING, above(np.cos(along * 9 * math.tau), 0.5, 1.6, 0.8))]

    if lobster:
        relief.tube([spot(0, v) for v in (-44, -20, 6, 34, 60, 76)], [9, 17, 18, 15, 12, 9], skin, tint=rings)
        for u in (-16, 0, 16):
            relief.tube([spot(u * 0.3, 76), spot(u, 94)], [5, 8], skin, flat=0.5)
    else:
        relief.ellipsoid(x, y, (46, 33), 30, skin, angle=turn, power=2.3)
        for side in (-9, 9):
            relief.dot(*spot(side, -32), 3.6, Skin(CRAB_EYE, gloss=0.9))
    for cx, cy in dish.spots(rng, rng.randint(1, 3), 1.0):
        pieces.lemon_wedge(relief, rng, cx, cy, 15)


def oysters(relief: Relief, rng: Random) -> None:
    """Serve oysters on ice or on a plate, around a lemon."""
    dish = tableware.serve(relief, rng, plate=6, board=2)
    if rng.random() < 0.6:
        for x, y in dish.spots(rng, 42, 0.95):
            size = rng.uniform(7, 12)
            relief.ellipsoid(x, y, (size, size * 0.8), size, ICE, power=4, angle=any_turn(rng))
    count = rng.randint(5, 8)
    for number in range(count):
        turn = number * math.tau / count
        x, y = dish.at(turn, 0.6)
        shell = Skin(jitter(rng, OYSTER_SHELL, 10), (84, 80, 74), 0.5, "crumb", bump=1.6, rough="mottle")
        relief.slab(pieces.blob(rng, x, y, (28, 19), angle=turn, wild=0.1), 11, shell, bevel=3, lift=0.5)
        relief.slab(pieces.blob(rng, x, y, (22, 14), angle=turn, wild=0.08), 1.5, OYSTER_NACRE, base=None)
        outline, grey = pieces.blob(rng, x + 2, y, (15, 10), angle=turn, wild=0.15), jitter(rng, OYSTER, 8)
        skin = Skin(grey, (120, 112, 96), 0.4, "mottle", rim=(70, 66, 60), bump=0.8, gloss=1.0)
        relief.slab(outline, 5, skin, bevel=4, lift=0.2, base=None)
    pieces.citrus(relief, rng, dish.x, dish.y, 20, tall=12)


def squid(relief: Relief, rng: Random) -> None:
    """Serve rings of squid and their tentacles, pale or grilled, like onion rings without the crust."""
    dish = tableware.serve(relief, rng, plate=6, bowl=2, pan=2)
    pale = one_of(rng, SQUIDS, 6)
    arm = Skin(mix(pale, (170, 70, 90), 0.5), pale, 0.4, "grain", gloss=0.6)
    if rng.random() < 0.4:
        pieces.salad(relief, rng, dish, 7)
    for x, y in dish.spots(rng, rng.randint(9, 15), 0.66):
        radius, thick = rng.uniform(13, 20), rng.uniform(4, 6)
        skin = Skin(jitter(rng, pale, 5), mix(pale, (196, 130, 90), 0.6), 0.3, "mottle", bump=0.3, gloss=0.7)
        if rng.random() < 0.22:
            for leg in range(6):
                turn = leg * 1.05 + x
                points = [(x, y), away(x, y, turn, 16, 14), away(x, y, turn + 0.5, 24, 20)]
                relief.tube(points, [5, 3.6, 1.6], arm)
        else:
            relief.tube(ring(x, y, radius, 9, 0.85 * radius), thick, skin)
    pieces.herbs(relief, rng, dish, rng.randint(4, 20))
    pieces.lemon_wedge(relief, rng, *dish.somewhere(rng, 0.75), 19)


SEAFOOD = {whole_fish: 5, salmon: 5, shrimps: 5, mussels: 3, crab: 3, oysters: 2, squid: 3}
