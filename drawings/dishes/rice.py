"""Rice."""

import math
from random import Random

import numpy as np

from drawings import pieces, sauces, tableware, texture
from drawings.dishes.seafood import mussel, shrimp
from drawings.places import any_turn, away, row, turned
from drawings.relief import Relief, Skin
from drawings.solid import Colour, jitter, mix, one_of
from drawings.texture import above, below

BETWEEN_GRAINS = (110, 80, 40)
WHITES = [(250, 248, 240), (250, 248, 240), (240, 226, 196), (196, 150, 120)]  # white, most often, and brown rice
BOILED = (250, 246, 234)
SESAME, PLUM = Skin((40, 34, 30)), Skin((170, 40, 50), (120, 20, 30), bump=0.5, gloss=0.6)
FRIED = [(240, 206, 120), (214, 166, 92), (236, 190, 80), (196, 140, 76), (226, 120, 60)]
BITS = {"carrot": (232, 120, 36), "egg": (250, 214, 96), "meat": (170, 84, 66), "onion": (130, 170, 80)}
PEA, PEAS_AND_PEPPER = (96, 158, 50), [(96, 150, 50), (200, 40, 30)]
SUSHI, FISHES = (248, 246, 238), [(240, 130, 84), (200, 54, 60), (250, 226, 200), (244, 200, 80)]  # and omelette
AVOCADO = (110, 160, 60)
WASABI, GINGER = Skin((150, 186, 80), bump=0.8), Skin((246, 190, 170), (250, 226, 206), bump=1.6, gloss=0.5)
CURRIES = [(160, 92, 30), (196, 120, 30), (110, 62, 30), (186, 60, 26), (150, 150, 70)]
IN_CURRIES = [(126, 70, 40), (236, 190, 90), (226, 110, 40)]
PAELLA, PAELLA_SPOT = (232, 176, 60), (240, 200, 110)
ONIGIRI = Skin((250, 248, 240), (216, 208, 188), 0.4, "crumb", bump=0.6, rough="crumb", gloss=0.3)
NORI = Skin(pieces.SEAWEED, (54, 60, 48), gloss=0.25)


def heap_of_rice(
    relief: Relief, x: float, y: float, size: tuple[float, float], colour: Colour, *, tall: float, base: float,
    wild: float = 0.05, second: Colour | None = None,
) -> None:  # fmt: skip
    """Put down a hill of rice.

    Args:
        relief: The table.
        x: Its middle.
        y: Its middle.
        size: Half its length and width.
        colour: Of the grains.
        tall: Height of the hill.
        base: On which it stands.
        wild: How uneven its outline is.
        second: Colour of some of the grains.
    """
    found = relief.window(x, y, size[0] * 1.2, size[1] * 1.2)
    if not found:
        return
    part, dx, dy = found
    shape = (dy.shape[0], dx.shape[1])
    grains = relief.cut(texture.rice(), shape)
    far = (dx / size[0]) ** 2 + (dy / size[1]) ** 2 + wild * 3 * relief.noise("patch", shape)
    hill = (1 - far).clip(0, 1)
    high = tall * np.sqrt(hill) * (1 + 0.5 * wild * relief.noise("patch", shape)) + 2.2 * grains
    tints = [(mix(colour, BETWEEN_GRAINS, 0.5), below(grains, 0.35, 2, 0.55))]
    if second:
        tints.insert(0, (second, above(relief.noise("crumb", shape), 0.3, 3)))
    relief.stamp(part, high, hill > 0, hill, Skin(colour, gloss=0.35), base, tints=tints)


def white_rice(relief: Relief, rng: Random) -> None:
    """Serve a bowl or plate of white rice, sometimes with sesame, a plum or an egg."""
    dish = tableware.serve(relief, rng, bowl=7, plate=4)
    white = one_of(rng, WHITES, 4)
    share, sunk = ((0.9, 0.9), 0.75) if dish.kind == "bowl" else ((0.66, 0.62), 1)
    tall = rng.uniform(16, 40)
    heap_of_rice(relief, dish.x, dish.y, dish.scaled(*share), white, tall=tall, base=dish.floor * sunk)
    topping = rng.choice(["none", "sesame", "plum", "egg", "herbs", "seaweed"])
    if topping == "sesame":
        for _ in range(30):
            relief.dot(*dish.anywhere(rng, 0.5), 1.5, SESAME)
    elif topping == "plum":
        relief.ellipsoid(dish.x, dish.y, (12, 11), 13, PLUM)
    elif topping == "egg":
        pieces.fried_egg(relief, rng, dish.x, dish.y, 36)
    elif topping == "seaweed":
        for _ in range(20):
            x, y = dish.anywhere(rng, 0.45)
            relief.ellipsoid(x, y, (6, 1.4), 1.6, Skin(pieces.SEAWEED), angle=any_turn(rng), lift=0.7)
    elif topping == "herbs":
        pieces.herbs(relief, rng, dish, 18, share=0.6)


def fried_rice(relief: Relief, rng: Random) -> None:
    """Serve fried rice with peas, carrot, egg: yellow or brown."""
    dish = tableware.serve(relief, rng, plate=6, bowl=4, pan=3)
    colour = one_of(rng, FRIED, 8)
    look = {"tall": rng.uniform(20, 32), "base": dish.floor * 0.7, "second": mix(colour, (255, 250, 230), 0.5)}
    heap_of_rice(relief, dish.x, dish.y, dish.scaled(0.84, 0.82), colour, wild=0.09, **look)
    for x, y in dish.spots(rng, rng.randint(28, 44), 0.76):
        kind = rng.choice(["pea", "carrot", "egg", "meat", "onion"])
        if kind == "pea":
            relief.dot(x, y, 3.4, Skin(jitter(rng, PEA, 12), gloss=0.4))
        else:
            size, skin = (rng.uniform(3, 6), rng.uniform(2.5, 4)), pieces.around(BITS[kind], rng, gloss=0.3)
            relief.ellipsoid(x, y, size, 5, skin, angle=any_turn(rng), power=4)
    extra = rng.random()
    if extra < 0.25:  # the egg on it makes it look like a dish of eggs
        pieces.fried_egg(relief, rng, dish.x, dish.y, rng.uniform(36, 48))
    elif extra < 0.4:
        for x, y in dish.spots(rng, 4, 0.85):
            pieces.cucumber_slice(relief, rng, x, y, 12)


def sushi(relief: Relief, rng: Random) -> None:
    """Serve nigiri and maki on a board or plate."""
    dish = tableware.serve(relief, rng, board=6, plate=5)
    turn, rows = rng.uniform(-0.4, 0.4), rng.randint(2, 3)
    spot, floor = turned(dish.x, dish.y, turn), dish.floor
    maki_rice = Skin(SUSHI, (220, 214, 196), 0.4, "grain", bump=0.2, rough="grain")
    nigiri_rice = Skin(SUSHI, (214, 206, 186), 0.4, "crumb", bump=0.5, rough="crumb")
    kinds = [rng.choice(["maki", "nigiri"]) for _ in range(rows)]
    for across, kind in zip(row(rows, 46), kinds, strict=True):
        count, gap = (5, 32) if kind == "maki" else (4, 38)
        fish = one_of(rng, FISHES, 8)

        def core(u, v, fish=fish):
            far, green = u * u + v * v, ((0.1 - (u - 0.3) ** 2 - v * v) * 30).clip(0, 1)
            return [(pieces.SEAWEED, above(far, 0.72, 16)), (fish, below(far, 0.16, 25)), (AVOCADO, green)]

        def fat(u, v, fish=fish):
            return [(mix(fish, (255, 246, 236), 0.7), above(np.sin(v * 9 + u * 5), 0.7, 4, 0.8))]

        for along in row(count, gap):
            x, y = spot(along, across)
            x, y = x + rng.gauss(0, 2), y + rng.gauss(0, 2)
            if kind == "maki":
                look = {"tint": core, "wall": relief.add_wall([(0, pieces.SEAWEED)]), "base": floor}
                relief.ellipsoid(x, y, (15, 15), 24, maki_rice, edge=0.06, lift=0.92, **look)
                continue
            relief.ellipsoid(x, y, (14, 23), 20, nigiri_rice, angle=turn, power=3.2, base=floor)
            look = {"base": floor + 15, "tint": fat, "lift": 0.4}
            relief.ellipsoid(x, y, (14, 26), 9, Skin(fish, gloss=0.7), angle=turn, power=3, **look)
    if rng.random() < 0.6:
        x, y = dish.at(rng.uniform(-0.5, 0.5), 0.85)
        relief.ellipsoid(x, y, (11, 9), 12, WASABI)
        relief.ellipsoid(x - 4, y + 20, (13, 9), 9, GINGER)


def curry(relief: Relief, rng: Random) -> None:
    """Serve rice on one side, curry or stew on the other."""
    dish = tableware.serve(relief, rng, plate=7, bowl=4)
    turn, level = rng.uniform(0, math.tau), dish.floor * 0.8
    brown = one_of(rng, CURRIES, 8)
    skin = Skin(brown, mix(brown, (70, 30, 10), 0.35), 0.4, "mottle", bump=0.9, rough="mottle", gloss=0.7)
    sauces.fill(relief, dish, skin, bulge=3, level=level)
    for x, y in dish.part(turn + math.pi, 0.4, 0.6).spots(rng, 11, 0.9):
        tone, size = rng.choice([*IN_CURRIES, mix(brown, (90, 40, 20), 0.5)]), (rng.uniform(7, 12), rng.uniform(6, 9))
        skin = pieces.around(mix(tone, brown, 0.25), rng, bump=0.6, gloss=0.6)
        relief.ellipsoid(x, y, size, 12, skin, angle=any_turn(rng), power=3)
    white = jitter(rng, BOILED, 4)
    heap_of_rice(relief, *dish.at(turn, 0.36), dish.scaled(0.62, 0.62), white, tall=26, base=level)
    pieces.herbs(relief, rng, dish, rng.randint(0, 14), share=0.6)


def paella(relief: Relief, rng: Random) -> None:
    """Serve yellow rice in a pan with shrimps, mussels and peas: nearly seafood."""
    dish = tableware.pan(relief, rng, *tableware.near_middle(rng), rng.uniform(98, 112))
    size, colour, look = (1.02 * dish.size[0],) * 2, jitter(rng, PAELLA, 8), {"wild": 0.03, "second": PAELLA_SPOT}
    heap_of_rice(relief, dish.x, dish.y, size, colour, tall=10, base=dish.floor, **look)
    for x, y in dish.spots(rng, 24, 0.9):
        relief.dot(x, y, 3.6, Skin(one_of(rng, PEAS_AND_PEPPER, 10), gloss=0.4))
    for number, (x, y) in enumerate(dish.spots(rng, rng.randint(4, 7), 0.7)):
        if number % 2:
            mussel(relief, rng, x, y, 18)
        else:
            shrimp(relief, rng, x, y, 20)
    pieces.lemon_wedge(relief, rng, *dish.somewhere(rng, 0.7))


def onigiri(relief: Relief, rng: Random) -> None:
    """Serve triangles of rice with a strip of seaweed."""
    dish = tableware.serve(relief, rng, plate=5, board=5)
    count = rng.randint(1, 4)
    reach = (58, 46, 42, 38)[count - 1]
    for x, y in dish.spots(rng, count, 0.55):
        turn = rng.gauss(0, 0.3)
        corners = [away(x, y, turn + corner, reach) for corner in (-1.57, -1.2, 0.37, 0.72, 2.42, 2.77, 4.35)]
        relief.slab(corners, 24, ONIGIRI, bevel=8, lift=0.5)
        spot = turned(0, 0, turn)
        strip = [spot(u, v) for u, v in ((-0.34, 0.05), (0.34, 0.05), (0.34, 0.62), (-0.34, 0.62))]
        relief.slab([(x + reach * u, y + reach * v) for u, v in strip], 1.2, NORI, base=None)


RICE = {white_rice: 5, fried_rice: 5, sushi: 5, curry: 4, paella: 2, onigiri: 2}
