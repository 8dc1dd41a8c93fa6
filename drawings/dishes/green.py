"""Vegetables and fruit."""

import math
from random import Random

import numpy as np

from drawings import pieces, sauces, tableware
from drawings.places import any_turn, away, row, turned
from drawings.relief import Relief, Skin
from drawings.solid import Colour, darker, jitter, mix, one_of
from drawings.texture import above

BROCCOLI = (76, 126, 50)
CABBAGES = [BROCCOLI, BROCCOLI, (58, 104, 46), (240, 230, 200)]
KNOBS = 8  # of a floret, around the one in its middle
ONION = Skin((206, 130, 170), (246, 230, 240))
FETA = Skin((250, 248, 240), bump=0.4)
GRATED_CARROT, SWEETCORN = (236, 130, 40), (248, 206, 70)
ROOTS = [(236, 120, 36), (236, 120, 36), (150, 50, 96), (240, 226, 200)]
CARROT_GREENS = (90, 146, 50)
FRUITS = {  # colour, and that of the spots
    "apple": ((186, 30, 34), (236, 190, 80)), "green apple": ((146, 180, 50), (206, 210, 110)),
    "orange": ((240, 140, 30), None), "peach": ((240, 160, 90), (206, 50, 40)), "tomato": ((206, 40, 26), None),
}  # fmt: skip
PEPPERS = [(206, 30, 24), (240, 190, 40), (60, 130, 40)]
STALK = Skin((90, 60, 34))
BANANAS = [(246, 206, 60), (240, 214, 90), (206, 206, 70)]
BANANA_EDGE, BANANA_END, BANANA_SPOT = (176, 160, 50), (84, 64, 30), (120, 84, 30)
STRAWBERRY = (200, 26, 36)
BERRIES = [STRAWBERRY, (58, 64, 124), (176, 24, 70), (120, 16, 30), (150, 186, 80)]
LEAF = Skin((80, 140, 50))
HALVES = [(244, 150, 34), (244, 206, 50), (226, 84, 60), (120, 170, 50)]  # orange, lemon, melon, kiwi
CORN, HUSK, HUSK_SPOT = (246, 204, 70), (140, 176, 84), (190, 206, 130)


def floret(relief: Relief, rng: Random, x: float, y: float, reach: float, colour: Colour = BROCCOLI) -> None:
    """Put down a floret of broccoli or cauliflower: a stem and a crown of little knobs."""
    green, turn = jitter(rng, colour, 8), rng.uniform(0, math.tau)
    stem = Skin(mix(green, (200, 216, 140), 0.5), gloss=0.2)
    relief.tube([(x, y), away(x, y, turn, reach)], [reach * 0.4, reach * 0.3], stem)
    high = relief.level(x, y)
    knob = Skin(green, mix(green, (30, 60, 26), 0.6), 0.45, "grain", 1.2, bump=0.8, rough="crumb", gloss=0.1)
    for step in range(KNOBS + 1):
        far, up = (0.62, 0.1) if step < KNOBS else (0, 0.3)
        spot = away(x, y, step * 0.785, reach * far)
        relief.ellipsoid(*spot, (reach * 0.5,) * 2, reach * 0.8, knob, base=high + reach * up)


def mixed_salad(relief: Relief, rng: Random) -> None:
    """Serve leaves with tomatoes, cucumber, onion or cheese."""
    dish = tableware.serve(relief, rng, bowl=6, plate=6)
    pieces.salad(relief, rng, dish, rng.randint(14, 20))
    for x, y in dish.spots(rng, rng.randint(7, 14), 0.66):
        kind = rng.choice(["tomato", "cherry", "cucumber", "cucumber", "onion", "carrot", "cheese", "corn"])
        if kind == "tomato":
            pieces.tomato_slice(relief, rng, x, y, 15)
        elif kind == "cherry":
            pieces.cherry_tomato(relief, rng, x, y, 10)
        elif kind == "cucumber":
            pieces.cucumber_slice(relief, rng, x, y, 13)
        elif kind == "onion":
            relief.tube([away(x, y, 0.6 * number, 12, 11) for number in range(11)], 1.8, ONION)
        elif kind == "cheese":
            relief.ellipsoid(x, y, (8, 7), 10, FETA, power=5, angle=any_turn(rng))
        else:
            tone, size = (GRATED_CARROT, (5, 2.6)) if kind == "carrot" else (SWEETCORN, (3, 2.6))
            for _ in range(6):
                cx, cy = x + rng.gauss(0, 6), y + rng.gauss(0, 5)
                relief.ellipsoid(cx, cy, size, 3, Skin(jitter(rng, tone, 8)), angle=any_turn(rng))


def carrots(relief: Relief, rng: Random) -> None:
    """Serve carrots with their greens, or other roots."""
    dish = tableware.serve(relief, rng, board=5, table=5, plate=2)
    turn, count = rng.uniform(0, math.tau), rng.randint(3, 7)
    colour = rng.choice(ROOTS)
    cos, sin = math.cos(turn), math.sin(turn)
    for aside in row(count, 23):
        angle = turn + rng.gauss(0, 0.1)
        head = (dish.x - aside * sin - 44 * cos, dish.y + aside * cos - 44 * sin)
        for _ in range(5):
            end = away(*head, angle + math.pi + rng.gauss(0, 0.25), 40)
            relief.tube([head, end], [2.2, 1.2], Skin(jitter(rng, CARROT_GREENS, 12)))
        orange = jitter(rng, colour, 8)

        def creases(along, across, orange=orange):
            wave = np.sin(along * 60 + 2 * np.sin(along * 19))
            return [(mix(orange, (120, 50, 10), 0.6), above(wave, 0.86, 5, 0.6))]

        points = [away(*head, angle, far) for far in (0, 14, 60, 106)]
        skin = Skin(orange, mix(orange, (255, 180, 100), 0.4), 0.3, "mottle", gloss=0.35)
        relief.tube(points, [9, 12, 9, 1.5], skin, tint=creases)


def broccoli(relief: Relief, rng: Random) -> None:
    """Serve broccoli or cauliflower."""
    dish = tableware.serve(relief, rng, plate=5, bowl=4, board=3)
    colour = rng.choice(CABBAGES)
    count = rng.randint(3, 6)
    for x, y in dish.spots(rng, count, 0.6):
        floret(relief, rng, x, y, 62 / math.sqrt(count) + 6, colour)


def fruit(relief: Relief, rng: Random) -> None:
    """Serve apples, oranges, pears, peaches, tomatoes or peppers in a bowl or a heap."""
    dish = tableware.serve(relief, rng, bowl=5, basket=4, table=3, board=2, plate=2)
    kinds = rng.sample([*FRUITS, "pepper"], rng.choice([1, 1, 2]))
    count = rng.randint(3, 9)
    radius = min(44, 82 / math.sqrt(count))
    pepper = rng.choice(PEPPERS)
    for x, y in dish.spots(rng, count, 0.66):
        kind = rng.choice(kinds)
        base, spots = FRUITS.get(kind, (pepper, None))
        colour = jitter(rng, base, 8)
        bump, rough = {"orange": (0.22, "grain"), "pepper": (2.2, "patch")}.get(kind, (0.0, "grain"))
        cx, cy = rng.gauss(0, 0.2), rng.gauss(0, 0.2)

        def dimple(u, v, cx=cx, cy=cy, colour=colour):
            near = (u - cx) ** 2 + (v - cy) ** 2
            return [(mix(colour, (60, 60, 10), 0.7), (1 - near * 14).clip(0, 0.75))]

        look = {"bump": bump, "rough": rough, "gloss": 0.3 if kind in ("peach", "orange") else 0.8}
        rim = mix(colour, (40, 10, 0), 0.4)
        skin = Skin(colour, spots or darker(colour, 0.15), 0.3, "patch", 0.7, rim=rim, **look)
        size = (radius, radius * rng.uniform(0.92, 1))
        relief.ellipsoid(x, y, size, 1.7 * radius, skin, tint=dimple, angle=any_turn(rng))
        sx, sy = x + cx * radius, y + cy * radius
        if kind in ("tomato", "pepper"):
            pieces.sprig(relief, rng, sx, sy, 0.3 * radius)
        elif kind != "orange":
            relief.tube([(sx, sy), (sx + 5, sy - 5)], 1.7, STALK)


def bananas(relief: Relief, rng: Random) -> None:
    """Serve a bunch of bananas."""
    dish = tableware.serve(relief, rng, table=6, board=3, basket=2)
    count, start, yellow = rng.randint(2, 5), rng.uniform(0, math.tau), one_of(rng, BANANAS, 8)
    way, root = rng.choice([-1, 1]), away(dish.x, dish.y, start, -62)

    def marks(along, across):
        ends = np.maximum((0.1 - along) * 14, (along - 0.955) * 24).clip(0, 1)
        return [(BANANA_EDGE, (np.abs(np.abs(across) - 0.45) < 0.07) * 0.5), (BANANA_END, ends * 0.85)]

    for aside in row(count, 0.34):
        angle, long = start + aside, rng.uniform(112, 128)
        shares = (0.0, 0.14, 0.35, 0.6, 0.85, 1.0)
        points = [away(*root, angle + way * 0.55 * (far - 0.5), long * far) for far in shares]
        skin = Skin(yellow, BANANA_SPOT, rng.uniform(-0.1, 0.1), "crumb", 2.0, gloss=0.35)
        relief.tube(points, [4, 7, 14, 16, 12, 4], skin, tint=marks)


def berries(relief: Relief, rng: Random) -> None:
    """Serve a bowl or heap of berries, cherries or grapes."""
    dish = tableware.serve(relief, rng, bowl=6, plate=3, basket=2)
    kinds = rng.sample(BERRIES, rng.choice([1, 1, 2, 3]))
    if dish.kind == "bowl":
        sauces.fill(relief, dish, Skin(kinds[0], (30, 10, 20), gloss=0.3), level=dish.floor * 0.7)
    for x, y in dish.spots(rng, rng.randint(26, 40), 0.76):
        colour = rng.choice(kinds)
        if colour == kinds[0] == STRAWBERRY:
            pieces.berry(relief, rng, x, y, rng.uniform(11, 15), colour)
            relief.ellipsoid(x - 6, y - 4, (5, 3), 18, LEAF, angle=any_turn(rng))
        else:
            tone, radius = jitter(rng, colour, 8), rng.uniform(8.5, 12)
            bloom, rim = mix(tone, (200, 200, 230), 0.3), mix(tone, (10, 0, 20), 0.5)
            skin = Skin(tone, bloom, 0.3, "mottle", rim=rim, gloss=0.8)
            relief.ellipsoid(x, y, (radius, radius), 1.8 * radius, skin)
    pieces.sprig(relief, rng, *dish.somewhere(rng, 0.4), 11)


def citrus_halves(relief: Relief, rng: Random) -> None:
    """Serve halves and slices of oranges, lemons, kiwis or melons."""
    dish = tableware.serve(relief, rng, board=5, plate=4, table=3)
    count = rng.randint(2, 7)
    radius = min(46, 84 / math.sqrt(count))
    for x, y in dish.spots(rng, count, 0.6):
        colour = one_of(rng, HALVES, 8)
        if rng.random() < 0.25:
            relief.ellipsoid(x, y, (radius, radius), 1.7 * radius, Skin(colour, bump=0.2, rough="grain", gloss=0.4))
        else:
            pieces.citrus(relief, rng, x, y, radius, colour, tall=radius * rng.uniform(0.3, 0.7))
    pieces.sprig(relief, rng, *dish.somewhere(rng, 0.7), 12)


def corn(relief: Relief, rng: Random) -> None:
    """Serve corn on the cob."""
    dish = tableware.serve(relief, rng, plate=4, board=4, table=2, basket=2)
    turn, count = rng.uniform(0, math.pi), rng.randint(1, 3)
    for aside in row(count, 46):
        yellow, spot = jitter(rng, CORN, 8), turned(*turned(dish.x, dish.y, turn)(0, aside), turn)
        husk = Skin(jitter(rng, HUSK, 8), HUSK_SPOT, 0.4, "mottle")
        for side in (-1, 1):
            relief.tube([spot(66), spot(40, side * 18), spot(84, side * 34)], [10, 9, 3], husk, flat=0.5)

        def kernels(along, across, yellow=yellow):
            grid = np.cos(along * 24 * math.tau) * 0.5 + np.cos(np.arcsin(across.clip(-1, 1)) * 10) * 0.5
            gap, top = mix(yellow, (150, 90, 10), 0.75), mix(yellow, (255, 250, 200), 0.6)
            return [(gap, (-grid * 1.3).clip(0, 0.8)), (top, above(grid, 0.5, 1.5, 0.6))]

        skin = Skin(yellow, bump=0.5, rough="crumb", gloss=0.5)
        relief.tube([spot(far) for far in (-76, -58, 0, 50, 70)], [8, 16, 20, 19, 12], skin, tint=kernels)


GREEN = {mixed_salad: 6, carrots: 3, broccoli: 3, fruit: 5, bananas: 3, berries: 3, citrus_halves: 3, corn: 2}
