"""Dairy products."""

import math
from random import Random

import numpy as np

from drawings import cutlery, pieces, sauces, tableware
from drawings.places import QUARTER_TURN, WHOLE_TURN, any_turn, away
from drawings.relief import BLOCK, GLASS, SLICE, Relief, Skin
from drawings.solid import Colour, jitter, mix, one_of
from drawings.texture import above

CHEESES = [(246, 200, 84), (250, 214, 110), (240, 160, 60), (250, 236, 190), (244, 226, 160)]
CREAMY = (255, 255, 240)
RIND = (248, 244, 232)  # of soft cheese
MOZZARELLA = (248, 246, 240)
GRAPES = ((160, 190, 90), (96, 40, 80))
YOGHURTS = [(250, 248, 242), (250, 248, 242), (246, 222, 226), (250, 240, 214)]  # plain, most often, fruit, vanilla
HONEY, JAM, MUESLI = (210, 136, 30), (150, 20, 50), (196, 146, 82)
MILKS = [(250, 249, 245), (250, 249, 245), (250, 249, 245), (186, 130, 92), (246, 200, 206)]  # cocoa, strawberry too
GLASS_FOOT, GLASS_RIM, GLASS_TOP = (196, 204, 208), (206, 216, 222), (205, 214, 220)
CAPS = [(40, 90, 170), (190, 40, 40), (60, 140, 70)]
CARTONS, CARTON = [(40, 96, 170), (60, 140, 80), (196, 50, 50)], (246, 246, 244)
BUTTER = (250, 226, 136)


def cheese_wedges(relief: Relief, rng: Random) -> None:
    """Serve wedges of cheese with holes or a rind."""
    dish = tableware.serve(relief, rng, board=6, plate=3, table=1)
    count, grapes = rng.randint(1, 3), rng.random() < 0.4
    for x, y in sorted(dish.spots(rng, count, 0.5), key=lambda spot: spot[1]):
        paste, reach, tall = one_of(rng, CHEESES, 8), 84 / count**0.45, rng.uniform(22, 42)
        turn, open_by = rng.uniform(0, math.tau), rng.uniform(0.3, 0.55)
        tip = away(x, y, turn, -0.55 * reach)
        points = [tip, *(away(*tip, turn + open_by * share, reach) for share in (-1, -0.5, 0, 0.5, 1))]
        soft = rng.random() < 0.3
        skin = Skin(RIND if soft else paste, mix(paste, CREAMY, 0.3), 0.35, "patch", bump=0.15, gloss=0.25)
        wall = relief.add_wall([(0, mix(paste, (180, 110, 40), 0.3)), (dish.floor + 2, paste)])
        relief.slab(points, tall, skin, bevel=1.2, lift=0.95, base=dish.floor, wall=wall)
        for _ in range(0 if soft else rng.choice([0, 7, 12])):  # holes
            far, off = reach * rng.uniform(0.3, 0.9), rng.uniform(-0.8, 0.8) * open_by
            size, dark = rng.uniform(2, 6), mix(paste, (150, 90, 20), 0.5)
            relief.ellipsoid(*away(*tip, turn + off, far), (size, size * 0.8), 0.2, Skin(dark), base=None)
    if grapes:
        x, y = dish.somewhere(rng, 0.7)
        for _ in range(10):
            cx, cy = x + rng.gauss(0, 11), y + rng.gauss(0, 9)
            relief.ellipsoid(cx, cy, (7, 7), 13, Skin(jitter(rng, GRAPES[count % 2], 8), gloss=0.8))


def cheese_slices(relief: Relief, rng: Random) -> None:
    """Serve slices, cubes or balls of cheese."""
    dish = tableware.serve(relief, rng, plate=5, board=4)
    paste, kind = one_of(rng, CHEESES, 8), rng.choice(["slices", "cubes", "balls"])
    white = jitter(rng, MOZZARELLA, 4)
    if kind == "slices":
        count, turn = rng.randint(4, 8), rng.uniform(0, 1)
        skin = Skin(paste, mix(paste, CREAMY, 0.3), 0.3, "patch", gloss=0.35)
        for number in range(count):
            far, angle, base = 70 * (number / (count - 1) - 0.5), turn + 0.12 * number, dish.floor + 2.2 * number
            x, y = dish.x + far, dish.y + 0.3 * far
            relief.ellipsoid(x, y, (38, 34), 3, skin, angle=angle, power=7, **SLICE, base=base)
    elif kind == "cubes":
        for x, y in dish.spots(rng, rng.randint(9, 16), 0.75):
            skin = Skin(one_of(rng, [paste, white], 4), gloss=0.2, bump=0.1)
            relief.ellipsoid(x, y, (12, 12), 20, skin, angle=rng.uniform(0, QUARTER_TURN), power=8, **BLOCK)
    else:
        skin = Skin(white, (236, 230, 214), 0.3, "patch", bump=0.2, gloss=0.65)
        for x, y in dish.spots(rng, rng.randint(3, 7), 0.6):
            relief.ellipsoid(x, y, (24, 23), 34, skin)
        for x, y in dish.spots(rng, 4, 0.8):
            pieces.tomato_slice(relief, rng, x, y, 14)
            pieces.sprig(relief, rng, x + 9, y, 7)


def yoghurt(relief: Relief, rng: Random) -> None:
    """Serve a bowl of yoghurt, quark or cream, plain or with fruit."""
    dish = tableware.bowl(relief, rng, *tableware.near_middle(rng), rng.uniform(72, 100))
    white = one_of(rng, YOGHURTS, 3)
    start = rng.uniform(0, WHOLE_TURN)

    def swirl(u, v):
        far, turn = np.sqrt(u * u + v * v), np.arctan2(v, u)
        return [(mix(white, (150, 140, 130), 0.35), (0.6 * np.sin(14 * far + 2 * turn + start) - 0.15).clip(0, 0.5))]

    sauces.fill(relief, dish, Skin(white, gloss=0.45, bump=0.5, rough="patch"), bulge=5, tint=swirl)
    topping = rng.choice(["none", "berries", "muesli", "honey", "jam"])
    if topping == "berries":
        for x, y in dish.spots(rng, rng.randint(4, 10), 0.55):
            pieces.berry(relief, rng, x, y, rng.uniform(6, 9))
    elif topping == "muesli":
        for x, y in dish.part(rng.uniform(0, WHOLE_TURN), 0.35, 0.5).spots(rng, 30, 1.0):
            size = (rng.uniform(3, 6), 3)
            relief.ellipsoid(x, y, size, 3, pieces.around(MUESLI, rng, 20), angle=any_turn(rng))
    elif topping in ("honey", "jam"):
        colour = jitter(rng, HONEY if topping == "honey" else JAM, 8)
        sauces.sauce(relief, rng, dish.x, dish.y, (30, 24), colour, wild=0.3, gloss=0.9)
    if rng.random() < 0.3:
        pieces.sprig(relief, rng, dish.x + 6, dish.y + 4, 9)


def tumbler(relief: Relief, x: float, y: float, radius: float, tall: float, white: Colour) -> None:
    """Put down a glass of milk."""
    glass = relief.add_wall([(0, GLASS_FOOT), (5, white), (0.8 * tall, mix(white, GLASS_TOP, 0.7))])

    def rim(u, v):
        return [(GLASS_RIM, above(np.sqrt(u * u + v * v), 0.86, 20))]

    relief.ellipsoid(x, y, (radius, radius), tall, Skin(white, gloss=0.7), base=0.0, **GLASS, tint=rim, wall=glass)
    relief.ellipsoid(x, y, (radius * 0.86, radius * 0.86), 0.1, Skin(white, gloss=0.6), base=None)


def milk(relief: Relief, rng: Random) -> None:
    """Serve milk: glasses, a bottle, a carton."""
    dish = tableware.serve(relief, rng, table=6, board=2)
    white = one_of(rng, MILKS, 3)
    spots = sorted(dish.spots(rng, rng.choice([1, 2, 2, 3]), 0.5), key=lambda spot: spot[1])
    for number, (x, y) in enumerate(spots):
        kind = rng.choice(["glass", "glass", "carton", "bottle"]) if number else "glass"
        y += 20
        if kind == "glass":
            tumbler(relief, x, y, rng.uniform(24, 32), rng.uniform(56, 76), white)
        elif kind == "bottle":
            tumbler(relief, x, y, 27, 80, white)
            neck = relief.add_wall([(0, white)])
            relief.ellipsoid(x, y, (13, 13), 34, Skin(white, gloss=0.8), base=78, **BLOCK, wall=neck)
            relief.ellipsoid(x, y, (14, 14), 8, Skin(rng.choice(CAPS), gloss=0.5), base=108, **BLOCK)
        else:
            colour = one_of(rng, CARTONS, 10)
            side = relief.add_wall([(0, colour), (30, CARTON), (62, colour), (74, CARTON)])

            def stripe(u, v, colour=colour):
                return [(colour, (np.abs(v) < 0.2) * 1.0 + 0 * u)]

            skin = Skin(CARTON, gloss=0.4)
            relief.ellipsoid(x, y - 8, (28, 24), 96, skin, base=0.0, power=12, **GLASS, wall=side, tint=stripe)
    if rng.random() < 0.3:
        pieces.slice_of_bread(relief, rng, dish.x + rng.choice([-60, 60]), dish.y + 40, 30, angle=rng.gauss(0, 0.4))


def butter(relief: Relief, rng: Random) -> None:
    """Serve a block of butter, partly cut, with a knife."""
    dish = tableware.serve(relief, rng, plate=5, board=4)
    yellow, turn = jitter(rng, BUTTER, 6), rng.gauss(0, 0.4)
    look = {"base": dish.floor, "wall": relief.add_wall([(0, mix(yellow, (220, 170, 60), 0.3))])}
    skin = Skin(yellow, mix(yellow, (255, 248, 200), 0.4), 0.3, "patch", bump=0.15, gloss=0.4)
    relief.ellipsoid(dish.x - 14, dish.y, (42, 24), 30, skin, angle=turn, power=10, edge=0.06, lift=0.92, **look)
    for number in range(rng.randint(1, 4)):
        x, y = away(dish.x - 6, dish.y, turn, 40 + 13 * number)
        tall, angle = 10 if number else 24, turn + rng.gauss(0, 0.2)
        relief.ellipsoid(x, y + 4, (5, 23), tall, skin, angle=angle, power=8, edge=0.08, lift=0.9, **look)
    cutlery.knife(relief, rng, dish.x + 20, dish.y + 50, rng.uniform(-0.6, 0.6) + math.pi)


def cream_cheese(relief: Relief, rng: Random) -> None:
    """Serve white cheese or whipped cream in soft heaps, which could be a dessert."""
    dish = tableware.serve(relief, rng, plate=3, bowl=4)
    for x, y in dish.spots(rng, rng.randint(3, 7), 0.5):
        skin = Skin(jitter(rng, pieces.CREAM, 4), (255, 255, 252), 0.4, "mottle", bump=1.2, rough="mottle", gloss=0.3)
        size, tall = (rng.uniform(20, 30), rng.uniform(16, 24)), rng.uniform(16, 26)
        relief.ellipsoid(x, y, size, tall, skin, angle=any_turn(rng), lift=0.2)
    pieces.herbs(relief, rng, dish, rng.choice([0, 14]), share=0.5)
    if rng.random() < 0.4:
        pieces.berry(relief, rng, dish.x, dish.y, 10)


DAIRY = {cheese_wedges: 5, cheese_slices: 4, yoghurt: 5, milk: 5, butter: 2, cream_cheese: 2}
