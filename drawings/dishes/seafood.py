"""Seafood."""

import math
from random import Random

import numpy as np

from drawings import pieces, sauces, tableware
from drawings.places import any_turn, away
from drawings.relief import Relief, Skin
from drawings.solid import jitter, lighter, mix, one_of
from drawings.texture import above, below

SHELL = (44, 46, 62)


def shrimp(relief: Relief, rng: Random, x: float, y: float, reach: float, *, raw: bool = False) -> None:
    """Put down a shrimp: curled, in rings, with a tail."""
    start, way = rng.uniform(0, math.tau), rng.choice([-1, 1])
    pink = jitter(rng, (176, 170, 168) if raw else (242, 146, 100), 10)
    turns = [start + way * t for t in (0, 0.7, 1.4, 2.1, 2.8, 3.5, 4.0)]
    points = [away(x, y, t, 0.72 * reach, 0.68 * reach) for t in turns]

    def rings(along, across):
        wave = np.cos(along * 7 * math.tau)
        return [
            ((252, 226, 206), above(wave, 0.1, 1.2, 0.75)),
            (mix(pink, (214, 70, 40), 0.5), above(across * way, 0.4, 2, 0.6)),
        ]

    wide = 0.42 * reach
    tail = [points[-1], away(x, y, turns[-1] + way * 0.3, 0.95 * reach)]
    relief.tube(tail, [wide * 0.3, wide * 0.75], Skin((222, 80, 44), (250, 150, 100), gloss=0.5), flat=0.4)
    relief.tube(points, [wide * f for f in (0.75, 1, 1, 0.9, 0.75, 0.55, 0.35)], Skin(pink, gloss=0.6), tint=rings)


def mussel(relief: Relief, rng: Random, x: float, y: float, reach: float) -> None:
    """Put down an open mussel: a dark shell with its orange meat."""
    turn, lip = rng.uniform(0, math.tau), rng.uniform(0.5, 0.62)
    dark = jitter(rng, SHELL, 6)

    def inside(u, v):
        far = u * u + v * v
        return [((150, 156, 178), below(far, 0.74, 8, 0.8))]

    relief.ellipsoid(
        x,
        y,
        (reach, reach * lip),
        0.5 * reach,
        Skin(dark, (20, 20, 30), gloss=0.7),
        angle=turn,
        edge=0.15,
        lift=0.6,
        tint=inside,
    )
    relief.ellipsoid(
        x + 0.06 * reach,
        y,
        (reach * 0.62, reach * lip * 0.62),
        0.32 * reach,
        Skin(jitter(rng, (232, 146, 62), 12), (250, 206, 130), bump=0.6, gloss=0.7),
        angle=turn,
    )


def whole_fish(relief: Relief, rng: Random) -> None:
    """One or two whole fish, raw or grilled, with lemon."""
    dish = tableware.serve(relief, rng, plate=5, board=4, table=1)
    count = rng.choice([1, 1, 2])
    turn = rng.choice([0, math.pi]) + rng.gauss(0, 0.35)
    back = one_of(rng, [(96, 116, 130), (176, 84, 66), (150, 104, 56), (120, 128, 110)], 10)
    upside = 1 if math.cos(turn) > 0 else -1
    belly, grilled = mix(back, (246, 240, 226), 0.7), rng.random() < 0.5
    for number in range(count):
        y0 = dish.y + (number - (count - 1) / 2) * 62
        cos, sin, wide = math.cos(turn), math.sin(turn), rng.uniform(25, 32) * (1 if count == 1 else 0.85)

        def spot(u, v, y0=y0, cos=cos, sin=sin):
            return dish.x + u * cos - v * sin, y0 + u * sin + v * cos

        fin = Skin(mix(back, (60, 40, 30), 0.3), mix(back, (240, 220, 190), 0.3), 0.4, "crumb", gloss=0.3)
        tail = [spot(64, 0), spot(96, -26), spot(88, 0), spot(96, 26)]
        relief.slab(tail, 5, fin, bevel=2)
        relief.slab([spot(-24, -wide * 0.8), spot(4, -wide - 13), spot(36, -wide * 0.6)], 7, fin, bevel=2)
        relief.slab([spot(0, wide * 0.8), spot(14, wide + 10), spot(28, wide * 0.7)], 7, fin, bevel=2)

        def scales(along, across):
            shine = np.sin(along * 150) * np.sin(across * 14)
            side = ((across * upside + 0.2) * 1.6).clip(0, 1)
            burnt = (
                (np.abs((along * 9 + across * 0.8) % 1 - 0.5) < 0.09)
                * (along > 0.28)
                * (along < 0.8)
                * (0.7 if grilled else 0.0)
            )
            return [
                (belly, side),
                (lighter(back, 0.5), (0.3 * shine).clip(0, 0.3) * (along > 0.25)),
                ((60, 30, 16), burnt),
                (mix(back, (20, 16, 16), 0.5), (np.abs(along - 0.26 + 0.03 * across * across) < 0.012) * 0.8),
            ]

        points = [spot(u, 0) for u in (-84, -66, -36, 0, 34, 66)]
        relief.tube(
            points,
            [7, wide * 0.72, wide, wide, wide * 0.66, 8],
            Skin(back, gloss=0.6, bump=0.12, rough="crumb"),
            tint=scales,
            flat=0.6,
        )
        eye = spot(-66, -wide * 0.22)
        relief.ellipsoid(
            *eye,
            (5, 5),
            1.4,
            Skin((246, 240, 220), gloss=0.8),
            base=None,
            tint=lambda u, v: [((20, 20, 24), ((0.35 - u * u - v * v) * 20).clip(0, 1))],
        )
    for x, y in dish.spots(rng, rng.randint(0, 3), 0.7):
        pieces.citrus(relief, rng, x, y, 16)
    pieces.sprig(relief, rng, *dish.somewhere(rng, 0.7), 12)


def salmon(relief: Relief, rng: Random) -> None:
    """Salmon: fillets or slices with white lines of fat."""
    dish = tableware.serve(relief, rng, plate=6, board=4)
    orange = one_of(rng, [(242, 128, 80), (246, 150, 104), (226, 112, 74)], 8)
    cooked, count, turn = rng.random() < 0.4, rng.choice([1, 1, 2, 3]), rng.uniform(-0.7, 0.7)
    side = rng.uniform(0, 6)
    if rng.random() < 0.45:
        pieces.salad(relief, rng, dish.part(side, 0.7, 0.42), 6)

    def fat(u, v):
        wave = np.sin(u * 17 + 5 * np.abs(v) + 1)
        lines = [((252, 222, 196), above(wave, 0.62, 3, 0.75))]
        if cooked:
            lines.append(((190, 96, 40), above(np.abs(v), 0.55, 2, 0.6)))
        return lines

    for number in range(count):
        far = (number - (count - 1) / 2) * 44
        x, y = dish.x + far * math.sin(-turn), dish.y + far * math.cos(turn)
        skin = Skin(
            orange,
            mix(orange, (250, 196, 160), 0.6),
            0.3,
            "mottle",
            rim=mix(orange, (200, 90, 60), 0.4),
            bump=0.2,
            gloss=0.55,
        )
        size = (rng.uniform(58, 72), rng.uniform(25, 34)) if count < 3 else (62, 19)
        relief.ellipsoid(
            x,
            y,
            size,
            22,
            skin,
            angle=turn,
            power=3,
            edge=0.25,
            lift=0.5,
            tint=fat,
            wall=relief.add_wall([(0, (120, 120, 124)), (dish.floor + 4, orange)]),
        )
    for x, y in dish.spots(rng, rng.randint(1, 3), 0.5):
        pieces.citrus(relief, rng, x, y, 15)
    pieces.herbs(relief, rng, dish, rng.choice([0, 16]), share=0.5)
    pieces.sprig(relief, rng, dish.x, dish.y, 11)


def shrimps(relief: Relief, rng: Random) -> None:
    """A heap or a ring of shrimps."""
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
    """A bowl or pan of mussels."""
    dish = tableware.serve(relief, rng, bowl=6, pan=4, plate=3)
    sauces.fill(relief, dish, Skin(jitter(rng, (214, 176, 110), 12), gloss=0.7), level=dish.floor * 0.6)
    for x, y in dish.spots(rng, rng.randint(13, 20), 0.72):
        mussel(relief, rng, x, y, rng.uniform(20, 26))
    pieces.herbs(relief, rng, dish, rng.randint(8, 24))
    if rng.random() < 0.5:
        pieces.lemon_wedge(relief, rng, *dish.somewhere(rng, 0.6), 18)


def crab(relief: Relief, rng: Random) -> None:
    """A red crab with legs and claws, or a lobster."""
    dish = tableware.serve(relief, rng, plate=6, board=3, table=1)
    red = one_of(rng, [(206, 66, 30), (196, 44, 30), (226, 96, 40)], 8)
    skin = Skin(
        red,
        mix(red, (250, 190, 120), 0.6),
        0.25,
        "crumb",
        1.0,
        rim=mix(red, (250, 206, 150), 0.4),
        bump=0.3,
        rough="crumb",
        gloss=0.6,
    )
    x, y, turn = dish.x, dish.y + 6, rng.choice([0, math.pi]) + rng.gauss(0, 0.4)
    cos, sin = math.cos(turn), math.sin(turn)

    def spot(u, v):
        return x + u * cos - v * sin, y + u * sin + v * cos

    lobster = rng.random() < 0.3
    for side in (-1, 1):
        for number in range(4):
            start = -14 + 12 * number
            if lobster:
                relief.tube(
                    [spot(side * 12, start), spot(side * 32, start + 4), spot(side * 44, start + 16)],
                    [3, 2.6, 1.5],
                    skin,
                )
            else:
                relief.tube(
                    [spot(side * 30, start * 0.7), spot(side * 66, start - 6), spot(side * 88, start + 18)],
                    [5.5, 5, 2],
                    skin,
                )
        relief.tube(
            [spot(side * (14 if lobster else 34), -22), spot(side * 48, -48), spot(side * 40, -62)], [6, 7, 8], skin
        )
        relief.tube([spot(side * 40, -62), spot(side * 26, -84)], [12, 4], skin)
        relief.tube([spot(side * 44, -66), spot(side * 42, -90)], [8, 3], skin)
    if lobster:

        def rings(along, across):
            return [((110, 20, 14), above(np.cos(along * 9 * math.tau), 0.5, 1.6, 0.8))]

        points = [spot(0, v) for v in (-44, -20, 6, 34, 60, 76)]
        relief.tube(points, [9, 17, 18, 15, 12, 9], skin, tint=rings)
        for u in (-16, 0, 16):
            relief.tube([spot(u * 0.3, 76), spot(u, 94)], [5, 8], skin, flat=0.5)
    else:
        relief.ellipsoid(x, y, (46, 33), 30, skin, angle=turn, power=2.3)
        for side in (-9, 9):
            relief.dot(*spot(side, -32), 3.6, Skin((20, 16, 16), gloss=0.9))
    for cx, cy in dish.spots(rng, rng.randint(1, 3), 1.0):
        pieces.lemon_wedge(relief, rng, cx, cy, 15)


def oysters(relief: Relief, rng: Random) -> None:
    """Oysters on ice or on a plate, around a lemon."""
    dish = tableware.serve(relief, rng, plate=6, board=2)
    if rng.random() < 0.6:
        for x, y in dish.spots(rng, 42, 0.95):
            size = rng.uniform(7, 12)
            relief.ellipsoid(
                x,
                y,
                (size, size * 0.8),
                size,
                Skin((216, 228, 236), (250, 252, 255), gloss=0.9),
                power=4,
                angle=any_turn(rng),
            )
    count = rng.randint(5, 8)
    for number in range(count):
        turn = number * math.tau / count
        x, y = dish.at(turn, 0.6)
        grey = jitter(rng, (136, 128, 116), 10)
        outline = pieces.blob(rng, x, y, (28, 19), angle=turn, wild=0.1)
        relief.slab(outline, 11, Skin(grey, (84, 80, 74), 0.5, "crumb", bump=1.6, rough="mottle"), bevel=3, lift=0.5)
        relief.slab(
            pieces.blob(rng, x, y, (22, 14), angle=turn, wild=0.08),
            1.5,
            Skin((228, 224, 212), (180, 176, 176), gloss=0.9, bump=0.5),
            base=None,
        )
        relief.slab(
            pieces.blob(rng, x + 2, y, (15, 10), angle=turn, wild=0.15),
            5,
            Skin(jitter(rng, (206, 190, 150), 8), (120, 112, 96), 0.4, "mottle", rim=(70, 66, 60), bump=0.8, gloss=1.0),
            bevel=4,
            lift=0.2,
            base=None,
        )
    pieces.citrus(relief, rng, dish.x, dish.y, 20, tall=12)


def squid(relief: Relief, rng: Random) -> None:
    """Rings of squid and their tentacles, pale or grilled, like onion rings without the crust."""
    dish = tableware.serve(relief, rng, plate=6, bowl=2, pan=2)
    pale = one_of(rng, [(246, 232, 214), (236, 196, 160), (240, 220, 226)], 6)
    if rng.random() < 0.4:
        pieces.salad(relief, rng, dish, 7)
    for x, y in dish.spots(rng, rng.randint(9, 15), 0.66):
        radius, thick = rng.uniform(13, 20), rng.uniform(4, 6)
        skin = Skin(jitter(rng, pale, 5), mix(pale, (196, 130, 90), 0.6), 0.3, "mottle", bump=0.3, gloss=0.7)
        if rng.random() < 0.22:
            for leg in range(6):
                turn = leg * 1.05 + x
                relief.tube(
                    [(x, y), away(x, y, turn, 16, 14), away(x, y, turn + 0.5, 24, 20)],
                    [5, 3.6, 1.6],
                    Skin(mix(pale, (170, 70, 90), 0.5), pale, 0.4, "grain", gloss=0.6),
                )
            continue
        points = [away(x, y, t, radius, 0.85 * radius) for t in (n * math.tau / 9 for n in range(10))]
        relief.tube(points, thick, skin)
    pieces.herbs(relief, rng, dish, rng.randint(4, 20))
    pieces.lemon_wedge(relief, rng, *dish.somewhere(rng, 0.75), 19)


SEAFOOD = {whole_fish: 5, salmon: 5, shrimps: 5, mussels: 3, crab: 3, oysters: 2, squid: 3}
