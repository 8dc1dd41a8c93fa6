"""Desserts."""

import math
from random import Random
from typing import NamedTuple

from drawings import pieces, sauces, tableware
from drawings.dishes.bread import crust
from drawings.pieces import CREAM
from drawings.places import any_turn, away, ring
from drawings.relief import BLOCK, Relief, Skin
from drawings.solid import Colour, darker, jitter, lighter, mix, one_of

CHOCOLATE = (72, 40, 26)
SPONGES = [(92, 54, 34), (232, 196, 130), (176, 60, 56), (226, 186, 120)]
ICINGS = [CREAM, CREAM, CHOCOLATE, (240, 180, 190), (222, 200, 236), (250, 214, 90)]
FILLINGS = [CREAM, (200, 60, 70), (120, 74, 46)]
CUPS = [(206, 120, 150), (120, 170, 196), (110, 66, 40), (236, 226, 206)]  # of paper
SWIRLS = [(248, 190, 206), CREAM, (110, 66, 42), (190, 224, 210), (206, 190, 236)]
SPRINKLES = [(220, 60, 80), (80, 140, 210), (250, 200, 60), (110, 180, 90)]
FLAVOURS = [CREAM, (236, 176, 180), (112, 70, 46), (196, 220, 170), (248, 214, 120), (150, 90, 140)]
TOPPINGS = [CHOCOLATE, (180, 24, 40), (196, 130, 50)]
WAFER = Skin((214, 160, 92), (160, 100, 50), bump=0.8)
GLAZES = [(240, 156, 186), CHOCOLATE, CREAM, (214, 150, 80), (150, 200, 220)]
PANCAKE, PANCAKE_RIM, PANCAKE_SIDE, SYRUP = (196, 128, 62), (240, 202, 130), (236, 200, 132), (166, 84, 20)
BUTTER = Skin((252, 230, 140), gloss=0.4)
MACARONS = [(240, 150, 170), (170, 210, 150), (236, 206, 110), (180, 150, 210), (150, 96, 66)]
DOUGHS = [(206, 150, 88), (206, 150, 88), (120, 76, 48)]
CHIP = Skin(CHOCOLATE, gloss=0.4)


class Pudding(NamedTuple):
    """Colours of a puck in a puddle of sauce."""

    body: Colour
    top: Colour
    pool: Colour
    power: int = 2  # its outline, as in `Relief.ellipsoid`


PUDDINGS = [
    Pudding((240, 200, 110), (150, 70, 20), (166, 88, 26)),  # caramel
    Pudding((248, 242, 228), (248, 242, 228), (190, 30, 50)),  # panna cotta
    Pudding((84, 48, 30), (70, 38, 24), (60, 30, 18), 6),  # a brownie
]


def cake(relief: Relief, rng: Random) -> None:
    """Serve a slice of layer cake, or a whole cake."""
    dish = tableware.serve(relief, rng, plate=8, board=1)
    sponge, icing, inner = one_of(rng, SPONGES, 10), one_of(rng, ICINGS, 8), one_of(rng, FILLINGS, 6)
    tall, layers = rng.uniform(34, 52), []
    for number in range(3):
        layers += [(dish.floor + tall * number / 3, sponge), (dish.floor + tall * (number + 0.76) / 3, inner)]
    layers.append((dish.floor + tall * 0.9, icing))
    skin = Skin(icing, darker(icing, 0.08), 0.3, "patch", bump=0.5, rough="mottle", gloss=0.3)
    if rng.random() < 0.7:
        turn, reach = rng.uniform(-0.6, 0.6) + math.pi / 2, rng.uniform(78, 92)
        x, y = away(dish.x, dish.y, turn, -0.5 * reach, 0.5 * reach)
        tip = (x, y - 6)
        turn += math.pi * rng.choice([0, 1]) if rng.random() < 0.3 else 0
        points = [tip, *(away(*tip, turn + open_by, reach, -reach) for open_by in (-0.4, -0.15, 0.15, 0.4))]
        relief.slab(points, tall, skin, bevel=2, lift=0.94, base=dish.floor, wall=relief.add_wall(layers))
        tops = [tuple(sum(point[i] for point in points) / len(points) for i in (0, 1))]
    else:
        radius = rng.uniform(56, 68)
        side = {"base": dish.floor, "wall": relief.add_wall([(0, icing), (dish.floor + tall * 0.06, icing)])}
        relief.ellipsoid(dish.x, dish.y, (radius, radius), tall, skin, edge=0.06, lift=0.9, **side)
        tops = [away(dish.x, dish.y, 0.79 * number, 0.72 * radius) for number in range(8)]
    for x, y in tops:
        pieces.berry(relief, rng, x, y, rng.uniform(8, 12))
    if rng.random() < 0.4:
        sauces.drizzle(relief, rng, dish, one_of(rng, [CHOCOLATE, (170, 30, 40)], 8))


def cupcakes(relief: Relief, rng: Random) -> None:
    """Serve cupcakes: a paper cup, a swirl of icing, sprinkles."""
    dish = tableware.serve(relief, rng, plate=5, board=2, table=3)
    count = rng.choice([1, 2, 3, 3, 5])
    radius = 46 / count**0.4
    for x, y in sorted(dish.spots(rng, count, 0.62), key=lambda spot: spot[1]):
        paper, icing = one_of(rng, CUPS, 12), one_of(rng, SWIRLS, 8)
        side = {"base": dish.floor, "wall": relief.add_wall([(0, darker(paper, 0.3)), (0.3 * radius, paper)])}
        relief.ellipsoid(x, y, (radius, radius), radius * 0.95, Skin((190, 130, 70)), **BLOCK, **side)
        for step in range(4):
            far, base = radius * (1.02 - 0.25 * step), dish.floor + radius * (0.8 + 0.2 * step)
            swirl = [away(x, y, 0.78 * number, 0.55 * far) for number in range(9)]
            relief.tube(swirl, far * 0.42, Skin(icing, gloss=0.35), base=base, flat=0.7)
        for _ in range(12):
            skin = Skin(rng.choice(SPRINKLES))
            relief.dot(x + rng.gauss(0, 0.35) * radius, y + rng.gauss(0, 0.35) * radius, 1.8, skin)
        if rng.random() < 0.4:
            pieces.berry(relief, rng, x, y, radius * 0.24)


def ice_cream(relief: Relief, rng: Random) -> None:
    """Serve scoops in a bowl with a sauce and a wafer."""
    middle, radius, tall = tableware.near_middle(rng), rng.uniform(70, 92), rng.uniform(28, 44)
    dish = tableware.bowl(relief, rng, *middle, radius, tall=tall)
    count = rng.randint(1, 4)
    for x, y in dish.spots(rng, count, 0.5):
        colour, radius = one_of(rng, FLAVOURS, 8), rng.uniform(34, 42) if count > 1 else 48
        skin = Skin(colour, lighter(colour, 0.35), 0.4, "crumb", bump=0.6, rough="crumb", gloss=0.3)
        relief.ellipsoid(x, y, (radius, radius), radius * 1.3, skin, base=dish.floor * 0.5, lift=0.2)
        if rng.random() < 0.6:
            sauces.sauce(relief, rng, x, y, (radius * 0.6, radius * 0.5), one_of(rng, TOPPINGS, 8), wild=0.25)
    if rng.random() < 0.5:
        x, y = dish.at(rng.uniform(0, math.tau), 0.6)
        relief.slab([(x, y), (x + 38, y - 30), (x + 46, y - 18), (x + 10, y + 10)], 4, WAFER)
    pieces.sprig(relief, rng, *dish.somewhere(rng, 0.4))


def donuts(relief: Relief, rng: Random) -> None:
    """Serve glazed rings with sprinkles."""
    dish = tableware.serve(relief, rng, plate=4, basket=2, board=2, table=2)
    count = rng.choice([1, 2, 3, 4, 5])
    radius = (56, 46, 40, 36, 33)[count - 1]
    for x, y in dish.spots(rng, count, 0.66):
        glaze = one_of(rng, GLAZES, 10)
        points = ring(x, y, 0.62 * radius, 12)
        relief.tube(points, radius * 0.4, crust(rng, (206, 146, 80)), base=dish.floor, flat=0.85)
        wavy = [radius * 0.34 * rng.uniform(0.9, 1.04) for _ in points]
        skin = Skin(glaze, lighter(glaze, 0.2), 0.3, "patch", gloss=0.8)
        relief.tube(points, [*wavy[:-1], wavy[0]], skin, base=dish.floor + 0.12 * radius, flat=0.9)
        for _ in range(rng.choice([0, 18, 26])):
            turn, far = rng.uniform(0, math.tau), radius * rng.uniform(0.42, 0.82)
            relief.dot(*away(x, y, turn, far), 1.7, Skin(rng.choice([(250, 250, 240), *SPRINKLES])))


def pancakes(relief: Relief, rng: Random) -> None:
    """Serve a stack of pancakes with syrup, butter and berries."""
    dish = tableware.serve(relief, rng, plate=1)
    radius, level, tall = rng.uniform(54, 66), dish.floor, 8.5
    for _ in range(rng.randint(2, 6)):
        x, y = dish.x + rng.gauss(0, 4), dish.y + rng.gauss(0, 4)
        brown = jitter(rng, PANCAKE, 10)
        skin = Skin(brown, mix(brown, (236, 186, 110), 0.7), 0.35, "patch", rim=PANCAKE_RIM, bump=0.25, gloss=0.15)
        wall = relief.add_wall([(0, PANCAKE_SIDE)])
        relief.ellipsoid(x, y, (radius, radius * 0.97), tall, skin, base=level, edge=0.2, lift=0.5, wall=wall)
        level += tall - 0.5
    sauces.sauce(relief, rng, dish.x, dish.y, (radius * 0.66, radius * 0.6), SYRUP, wild=0.25, gloss=0.95)
    if rng.random() < 0.6:
        relief.ellipsoid(dish.x, dish.y, (12, 11), 8, BUTTER, power=6, edge=0.15, angle=0.5)
    for x, y in dish.spots(rng, rng.choice([0, 4, 7]), 0.6):
        pieces.berry(relief, rng, x, y, rng.uniform(5, 9))


def cookies(relief: Relief, rng: Random) -> None:
    """Serve cookies with chocolate chips, or macarons."""
    dish = tableware.serve(relief, rng, plate=4, board=3, table=2, basket=2)
    count = rng.randint(3, 8)
    radius, macaron = min(40, 88 / math.sqrt(count)), rng.random() < 0.3
    for x, y in dish.spots(rng, count, 0.7):
        if macaron:
            colour, floor = one_of(rng, MACARONS, 8), dish.floor
            wall = relief.add_wall([(0, colour), (floor + 9, mix(colour, CREAM, 0.75)), (floor + 14, colour)])
            skin = Skin(colour, bump=0.15, gloss=0.2)
            relief.ellipsoid(x, y, (radius * 0.8,) * 2, 24, skin, base=floor, edge=0.3, lift=0.6, wall=wall)
            continue
        dough = one_of(rng, DOUGHS, 10)
        skin = Skin(dough, mix(dough, (140, 80, 36), 0.6), 0.4, "mottle", bump=1, rough="mottle", gloss=0.1)
        relief.slab(pieces.blob(rng, x, y, (radius, radius), wild=0.04), 8, skin, bevel=8, lift=0.3)
        for cx, cy in tableware.Vessel("", x, y, (radius, radius), 0).spots(rng, 9, 0.8):
            relief.ellipsoid(cx, cy, (radius * 0.12, radius * 0.1), 3, CHIP, angle=any_turn(rng))


def pudding(relief: Relief, rng: Random) -> None:
    """Serve caramel pudding, panna cotta or a brownie with sauce: a puck in a puddle."""
    dish = tableware.serve(relief, rng, plate=1)
    body, top, pool, power = rng.choice(PUDDINGS)
    radius, tall = rng.uniform(40, 52), rng.uniform(30, 44)
    sauces.sauce(relief, rng, dish.x, dish.y, (radius * 1.4, radius * 1.25), jitter(rng, pool, 8), gloss=0.9)
    look = {"base": dish.floor, "wall": relief.add_wall([(0, mix(body, pool, 0.4)), (8, body), (tall, top)])}
    skin = Skin(jitter(rng, top, 6), gloss=0.7)
    relief.ellipsoid(dish.x, dish.y, (radius,) * 2, tall, skin, edge=0.12, lift=0.85, power=power, angle=0.6, **look)
    for x, y in dish.spots(rng, rng.choice([1, 3]), 0.3):
        pieces.berry(relief, rng, x, y, 9)
    pieces.sprig(relief, rng, dish.x + 8, dish.y - 4, 8)


DESSERT = {cake: 5, cupcakes: 3, ice_cream: 4, donuts: 3, pancakes: 3, cookies: 3, pudding: 3}
