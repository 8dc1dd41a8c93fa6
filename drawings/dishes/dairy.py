"""Dairy products."""

import math
from random import Random

import numpy as np

from drawings import cutlery, pieces, sauces, tableware
from drawings.places import any_turn, away
from drawings.relief import Relief, Skin
from drawings.solid import jitter, mix, one_of
from drawings.texture import above

CHEESES = [(246, 200, 84), (250, 214, 110), (240, 160, 60), (250, 236, 190), (244, 226, 160)]


def cheese_wedges(relief: Relief, rng: Random) -> None:
    """Wedges of cheese with holes or a rind."""
    dish = tableware.serve(relief, rng, board=6, plate=3, table=1)
    count, grapes = rng.randint(1, 3), rng.random() < 0.4
    for x, y in sorted(dish.spots(rng, count, 0.5 if count > 1 else 0.05), key=lambda spot: spot[1]):
        paste, reach, tall = one_of(rng, CHEESES, 8), 84 / count**0.45, rng.uniform(22, 42)
        turn, open_by = rng.uniform(0, math.tau), rng.uniform(0.3, 0.55)
        tip = away(x, y, turn, -0.55 * reach)
        arc = [turn + open_by * share for share in (-1, -0.5, 0, 0.5, 1)]
        points = [tip] + [away(*tip, a, reach) for a in arc]
        soft = rng.random() < 0.3
        skin = Skin(
            (248, 244, 232) if soft else paste, mix(paste, (255, 255, 240), 0.3), 0.35, "patch", bump=0.15, gloss=0.25
        )
        layers = [(0, mix(paste, (180, 110, 40), 0.3)), (dish.floor + 2, paste)]
        relief.slab(points, tall, skin, bevel=1.2, lift=0.95, base=dish.floor, wall=relief.add_wall(layers))
        for _ in range(0 if soft else rng.choice([0, 7, 12])):  # holes
            far, off = reach * rng.uniform(0.3, 0.9), rng.uniform(-0.8, 0.8) * open_by
            spot = away(*tip, turn + off, far)
            size = rng.uniform(2, 6)
            relief.ellipsoid(*spot, (size, size * 0.8), 0.2, Skin(mix(paste, (150, 90, 20), 0.5)), base=None)
    if grapes:
        x, y = dish.somewhere(rng, 0.7)
        for _ in range(10):
            colour = (96, 40, 80) if count % 2 else (160, 190, 90)
            relief.ellipsoid(
                x + rng.gauss(0, 11), y + rng.gauss(0, 9), (7, 7), 13, Skin(jitter(rng, colour, 8), gloss=0.8)
            )


def cheese_slices(relief: Relief, rng: Random) -> None:
    """Slices, cubes or balls of cheese."""
    dish = tableware.serve(relief, rng, plate=5, board=4)
    paste, kind = one_of(rng, CHEESES, 8), rng.choice(["slices", "cubes", "balls"])
    white = jitter(rng, (248, 246, 240), 4)
    if kind == "slices":
        count, turn = rng.randint(4, 8), rng.uniform(0, 1)
        for number in range(count):
            far = 70 * (number / (count - 1) - 0.5)
            relief.ellipsoid(
                dish.x + far,
                dish.y + 0.3 * far,
                (38, 34),
                3,
                Skin(paste, mix(paste, (255, 255, 240), 0.3), 0.3, "patch", gloss=0.35),
                angle=turn + 0.12 * number,
                power=7,
                edge=0.1,
                lift=0.8,
                base=dish.floor + 2.2 * number,
            )
    elif kind == "cubes":
        for x, y in dish.spots(rng, rng.randint(9, 16), 0.75):
            colour = one_of(rng, [paste, white], 4)
            relief.ellipsoid(
                x,
                y,
                (12, 12),
                20,
                Skin(colour, gloss=0.2, bump=0.1),
                angle=rng.uniform(0, 1.5),
                power=8,
                edge=0.1,
                lift=0.9,
            )
    else:
        for x, y in dish.spots(rng, rng.randint(3, 7), 0.6):
            relief.ellipsoid(x, y, (24, 23), 34, Skin(white, (236, 230, 214), 0.3, "patch", bump=0.2, gloss=0.65))
        for x, y in dish.spots(rng, 4, 0.8):
            pieces.tomato_slice(relief, rng, x, y, 14)
            pieces.sprig(relief, rng, x + 9, y, 7)


def yoghurt(relief: Relief, rng: Random) -> None:
    """A bowl of yoghurt, quark or cream, plain or with fruit."""
    dish = tableware.bowl(relief, rng, rng.gauss(0, 6), rng.gauss(0, 6), rng.uniform(72, 100))
    white = one_of(rng, [(250, 248, 242), (250, 248, 242), (246, 222, 226), (250, 240, 214)], 3)
    start = rng.uniform(0, 6)

    def swirl(u, v):
        far, turn = np.sqrt(u * u + v * v), np.arctan2(v, u)
        return [(mix(white, (150, 140, 130), 0.35), (0.6 * np.sin(14 * far + 2 * turn + start) - 0.15).clip(0, 0.5))]

    sauces.fill(relief, dish, Skin(white, gloss=0.45, bump=0.5, rough="patch"), bulge=5, tint=swirl)
    topping = rng.choice(["none", "berries", "muesli", "honey", "jam"])
    if topping == "berries":
        for x, y in dish.spots(rng, rng.randint(4, 10), 0.55):
            pieces.berry(relief, rng, x, y, rng.uniform(6, 9))
    elif topping == "muesli":
        corner = dish.part(rng.uniform(0, 6), 0.35, 0.5)
        for x, y in corner.spots(rng, 30, 1.0):
            relief.ellipsoid(
                x, y, (rng.uniform(3, 6), 3), 3, pieces.around((196, 146, 82), rng, 20), angle=any_turn(rng)
            )
    elif topping in ("honey", "jam"):
        colour = (210, 136, 30) if topping == "honey" else (150, 20, 50)
        sauces.sauce(relief, rng, dish.x, dish.y, (30, 24), jitter(rng, colour, 8), wild=0.3, gloss=0.9)
    if rng.random() < 0.3:
        pieces.sprig(relief, rng, dish.x + 6, dish.y + 4, 9)


def tumbler(relief: Relief, rng: Random, x: float, y: float, radius: float, tall: float, white) -> None:
    """Put down a glass of milk."""
    glass = relief.add_wall([(0, (196, 204, 208)), (5, white), (0.8 * tall, mix(white, (205, 214, 220), 0.7))])

    def rim(u, v):
        far = np.sqrt(u * u + v * v)
        return [((206, 216, 222), above(far, 0.86, 20))]

    relief.ellipsoid(
        x, y, (radius, radius), tall, Skin(white, gloss=0.7), base=0.0, edge=0.03, lift=0.95, tint=rim, wall=glass
    )
    relief.ellipsoid(x, y, (radius * 0.86, radius * 0.86), 0.1, Skin(white, gloss=0.6), base=None)


def milk(relief: Relief, rng: Random) -> None:
    """Milk: glasses, a bottle, a carton."""
    dish = tableware.serve(relief, rng, table=6, board=2)
    white = one_of(rng, [(250, 249, 245), (250, 249, 245), (250, 249, 245), (186, 130, 92), (246, 200, 206)], 3)
    spots = sorted(dish.spots(rng, rng.choice([1, 2, 2, 3]), 0.5), key=lambda spot: spot[1])
    for number, (x, y) in enumerate(spots):
        kind = rng.choice(["glass", "glass", "carton", "bottle"]) if number else "glass"
        y += 20
        if kind == "glass":
            tumbler(relief, rng, x, y, rng.uniform(24, 32), rng.uniform(56, 76), white)
        elif kind == "bottle":
            tumbler(relief, rng, x, y, 27, 80, white)
            relief.ellipsoid(
                x,
                y,
                (13, 13),
                34,
                Skin(white, gloss=0.8),
                base=78,
                edge=0.1,
                lift=0.9,
                wall=relief.add_wall([(0, white)]),
            )
            cap = rng.choice([(40, 90, 170), (190, 40, 40), (60, 140, 70)])
            relief.ellipsoid(x, y, (14, 14), 8, Skin(cap, gloss=0.5), base=108, edge=0.1, lift=0.9)
        else:
            colour = one_of(rng, [(40, 96, 170), (60, 140, 80), (196, 50, 50)], 10)
            side = relief.add_wall([(0, colour), (30, (246, 246, 244)), (62, colour), (74, (246, 246, 244))])
            relief.ellipsoid(
                x,
                y - 8,
                (28, 24),
                96,
                Skin((246, 246, 244), gloss=0.4),
                base=0.0,
                power=12,
                edge=0.03,
                lift=0.95,
                wall=side,
                tint=lambda u, v, c=colour: [(c, (np.abs(v) < 0.2) * 1.0 + 0 * u)],
            )
    if rng.random() < 0.3:
        pieces.slice_of_bread(relief, rng, dish.x + rng.choice([-60, 60]), dish.y + 40, 30, angle=rng.gauss(0, 0.4))


def butter(relief: Relief, rng: Random) -> None:
    """A block of butter, partly cut, with a knife."""
    dish = tableware.serve(relief, rng, plate=5, board=4)
    yellow, turn = jitter(rng, (250, 226, 136), 6), rng.gauss(0, 0.4)
    wall = relief.add_wall([(0, mix(yellow, (220, 170, 60), 0.3))])
    skin = Skin(yellow, mix(yellow, (255, 248, 200), 0.4), 0.3, "patch", bump=0.15, gloss=0.4)
    relief.ellipsoid(
        dish.x - 14, dish.y, (42, 24), 30, skin, angle=turn, power=10, edge=0.06, lift=0.92, wall=wall, base=dish.floor
    )
    for number in range(rng.randint(1, 4)):
        far = 40 + 13 * number
        relief.ellipsoid(
            dish.x - 6 + far * math.cos(turn),
            dish.y + far * math.sin(turn) + 4,
            (5, 23),
            10 if number else 24,
            skin,
            angle=turn + rng.gauss(0, 0.2),
            power=8,
            edge=0.08,
            lift=0.9,
            wall=wall,
            base=dish.floor,
        )
    cutlery.knife(relief, rng, dish.x + 20, dish.y + 50, rng.uniform(-0.6, 0.6) + math.pi)


def cream_cheese(relief: Relief, rng: Random) -> None:
    """White cheese or whipped cream in soft heaps, which could be a dessert."""
    dish = tableware.serve(relief, rng, plate=3, bowl=4)
    for x, y in dish.spots(rng, rng.randint(3, 7), 0.5):
        skin = Skin(jitter(rng, pieces.CREAM, 4), (255, 255, 252), 0.4, "mottle", bump=1.2, rough="mottle", gloss=0.3)
        relief.ellipsoid(
            x, y, (rng.uniform(20, 30), rng.uniform(16, 24)), rng.uniform(16, 26), skin, angle=any_turn(rng), lift=0.2
        )
    pieces.herbs(relief, rng, dish, rng.choice([0, 14]), share=0.5)
    if rng.random() < 0.4:
        pieces.berry(relief, rng, dish.x, dish.y, 10)


DAIRY = {cheese_wedges: 5, cheese_slices: 4, yoghurt: 5, milk: 5, butter: 2, cream_cheese: 2}
