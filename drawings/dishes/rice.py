"""Rice."""

import math
from random import Random

import numpy as np

from drawings import pieces, sauces, tableware, texture
from drawings.dishes.seafood import mussel, shrimp
from drawings.places import any_turn, away
from drawings.relief import Relief, Skin
from drawings.solid import Colour, jitter, mix, one_of
from drawings.texture import above, below


def heap_of_rice(
    relief: Relief,
    rng: Random,
    x: float,
    y: float,
    size: tuple[float, float],
    colour: Colour,
    *,
    tall: float = 24.0,
    base: float = 3.0,
    wild: float = 0.05,
    second: Colour | None = None,
) -> None:
    """Put down a hill of rice.

    Args:
        relief: The table.
        rng: Where the chance comes from.
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
    tints = [(mix(colour, (110, 80, 40), 0.5), below(grains, 0.35, 2, 0.55))]
    if second:
        tints.insert(0, (second, above(relief.noise("crumb", shape), 0.3, 3)))
    relief.stamp(part, high, hill > 0, hill, Skin(colour, gloss=0.35), base, tints=tints)


def white_rice(relief: Relief, rng: Random) -> None:
    """A bowl or plate of white rice, sometimes with sesame, a plum or an egg."""
    dish = tableware.serve(relief, rng, bowl=7, plate=4)
    white = one_of(rng, [(250, 248, 240), (250, 248, 240), (240, 226, 196), (196, 150, 120)], 4)
    size = (
        (0.9 * dish.size[0], 0.9 * dish.size[1]) if dish.kind == "bowl" else (0.66 * dish.size[0], 0.62 * dish.size[1])
    )
    heap_of_rice(
        relief,
        rng,
        dish.x,
        dish.y,
        size,
        white,
        tall=rng.uniform(16, 40),
        base=dish.floor * (0.75 if dish.kind == "bowl" else 1),
    )
    topping = rng.choice(["none", "sesame", "plum", "egg", "herbs", "seaweed"])
    if topping == "sesame":
        for _ in range(30):
            relief.dot(*dish.anywhere(rng, 0.5), 1.5, Skin((40, 34, 30)))
    elif topping == "plum":
        relief.ellipsoid(dish.x, dish.y, (12, 11), 13, Skin((170, 40, 50), (120, 20, 30), bump=0.5, gloss=0.6))
    elif topping == "egg":
        pieces.fried_egg(relief, rng, dish.x, dish.y, 36)
    elif topping == "seaweed":
        for _ in range(20):
            x, y = dish.anywhere(rng, 0.45)
            relief.ellipsoid(x, y, (6, 1.4), 1.6, Skin(pieces.SEAWEED), angle=any_turn(rng), lift=0.7)
    elif topping == "herbs":
        pieces.herbs(relief, rng, dish, 18, share=0.6)


def fried_rice(relief: Relief, rng: Random) -> None:
    """Fried rice with peas, carrot, egg: yellow or brown."""
    dish = tableware.serve(relief, rng, plate=6, bowl=4, pan=3)
    colour = one_of(rng, [(240, 206, 120), (214, 166, 92), (236, 190, 80), (196, 140, 76), (226, 120, 60)], 8)
    heap_of_rice(
        relief,
        rng,
        dish.x,
        dish.y,
        (0.84 * dish.size[0], 0.82 * dish.size[1]),
        colour,
        tall=rng.uniform(20, 32),
        base=dish.floor * 0.7,
        wild=0.09,
        second=mix(colour, (255, 250, 230), 0.5),
    )
    for x, y in dish.spots(rng, rng.randint(28, 44), 0.76):
        kind = rng.choice(["pea", "carrot", "egg", "meat", "onion"])
        if kind == "pea":
            relief.dot(x, y, 3.4, Skin(jitter(rng, (96, 158, 50), 12), gloss=0.4))
        else:
            tone = {"carrot": (232, 120, 36), "egg": (250, 214, 96), "meat": (170, 84, 66), "onion": (130, 170, 80)}[
                kind
            ]
            relief.ellipsoid(
                x,
                y,
                (rng.uniform(3, 6), rng.uniform(2.5, 4)),
                5,
                pieces.around(tone, rng, gloss=0.3),
                angle=any_turn(rng),
                power=4,
            )
    extra = rng.random()
    if extra < 0.25:  # the egg on it makes it look like a dish of eggs
        pieces.fried_egg(relief, rng, dish.x, dish.y, rng.uniform(36, 48))
    elif extra < 0.4:
        for x, y in dish.spots(rng, 4, 0.85):
            pieces.cucumber_slice(relief, rng, x, y, 12)


def sushi(relief: Relief, rng: Random) -> None:
    """Nigiri and maki on a board or plate."""
    dish = tableware.serve(relief, rng, board=6, plate=5)
    turn, rows = rng.uniform(-0.4, 0.4), rng.randint(2, 3)
    white, cos, sin = (248, 246, 238), math.cos(turn), math.sin(turn)
    kinds = [rng.choice(["maki", "nigiri"]) for _ in range(rows)]
    for row, kind in enumerate(kinds):
        count = 5 if kind == "maki" else 4
        fish = one_of(rng, [(240, 130, 84), (200, 54, 60), (250, 226, 200), (244, 200, 80)], 8)
        for number in range(count):
            u, v = (number - (count - 1) / 2) * (32 if kind == "maki" else 38), (row - (rows - 1) / 2) * 46
            x, y = dish.x + u * cos - v * sin + rng.gauss(0, 2), dish.y + u * sin + v * cos + rng.gauss(0, 2)
            if kind == "maki":

                def core(u, v, fish=fish):
                    far = u * u + v * v
                    return [
                        (pieces.SEAWEED, above(far, 0.72, 16)),
                        (fish, below(far, 0.16, 25)),
                        ((110, 160, 60), ((0.1 - (u - 0.3) ** 2 - v * v) * 30).clip(0, 1)),
                    ]

                relief.ellipsoid(
                    x,
                    y,
                    (15, 15),
                    24,
                    Skin(white, (220, 214, 196), 0.4, "grain", bump=0.2, rough="grain"),
                    edge=0.06,
                    lift=0.92,
                    tint=core,
                    wall=relief.add_wall([(0, pieces.SEAWEED)]),
                    base=dish.floor,
                )
                continue
            relief.ellipsoid(
                x,
                y,
                (14, 23),
                20,
                Skin(white, (214, 206, 186), 0.4, "crumb", bump=0.5, rough="crumb"),
                angle=turn,
                power=3.2,
                base=dish.floor,
            )

            def fat(u, v, fish=fish):
                return [(mix(fish, (255, 246, 236), 0.7), above(np.sin(v * 9 + u * 5), 0.7, 4, 0.8))]

            relief.ellipsoid(
                x, y, (14, 26), 9, Skin(fish, gloss=0.7), angle=turn, power=3, base=dish.floor + 15, tint=fat, lift=0.4
            )
    if rng.random() < 0.6:
        x, y = dish.at(rng.uniform(-0.5, 0.5), 0.85)
        relief.ellipsoid(x, y, (11, 9), 12, Skin((150, 186, 80), bump=0.8))
        relief.ellipsoid(x - 4, y + 20, (13, 9), 9, Skin((246, 190, 170), (250, 226, 206), bump=1.6, gloss=0.5))


def curry(relief: Relief, rng: Random) -> None:
    """Rice on one side, curry or stew on the other."""
    dish = tableware.serve(relief, rng, plate=7, bowl=4)
    turn = rng.uniform(0, math.tau)
    brown = one_of(rng, [(160, 92, 30), (196, 120, 30), (110, 62, 30), (186, 60, 26), (150, 150, 70)], 8)
    skin = Skin(brown, mix(brown, (70, 30, 10), 0.35), 0.4, "mottle", bump=0.9, rough="mottle", gloss=0.7)
    sauces.fill(relief, dish, skin, bulge=3, level=dish.floor * 0.8)
    for x, y in dish.part(turn + math.pi, 0.4, 0.6).spots(rng, 11, 0.9):
        tone = rng.choice([(126, 70, 40), (236, 190, 90), (226, 110, 40), mix(brown, (90, 40, 20), 0.5)])
        relief.ellipsoid(
            x,
            y,
            (rng.uniform(7, 12), rng.uniform(6, 9)),
            12,
            pieces.around(mix(tone, brown, 0.25), rng, bump=0.6, gloss=0.6),
            angle=any_turn(rng),
            power=3,
        )
    x, y = dish.at(turn, 0.36)
    heap_of_rice(
        relief,
        rng,
        x,
        y,
        (0.62 * dish.size[0], 0.62 * dish.size[1]),
        jitter(rng, (250, 246, 234), 4),
        tall=26,
        base=dish.floor * 0.8,
        wild=0.05,
    )
    pieces.herbs(relief, rng, dish, rng.randint(0, 14), share=0.6)


def paella(relief: Relief, rng: Random) -> None:
    """Yellow rice in a pan with shrimps, mussels and peas: nearly seafood."""
    dish = tableware.pan(relief, rng, rng.gauss(0, 6), rng.gauss(0, 6), rng.uniform(98, 112))
    colour = jitter(rng, (232, 176, 60), 8)
    heap_of_rice(
        relief,
        rng,
        dish.x,
        dish.y,
        (1.02 * dish.size[0],) * 2,
        colour,
        tall=10,
        base=dish.floor,
        wild=0.03,
        second=(240, 200, 110),
    )
    for x, y in dish.spots(rng, 24, 0.9):
        relief.dot(x, y, 3.6, Skin(one_of(rng, [(96, 150, 50), (200, 40, 30)], 10), gloss=0.4))
    for number, (x, y) in enumerate(dish.spots(rng, rng.randint(4, 7), 0.7)):
        if number % 2:
            mussel(relief, rng, x, y, 18)
        else:
            shrimp(relief, rng, x, y, 20)
    pieces.lemon_wedge(relief, rng, *dish.somewhere(rng, 0.7))


def onigiri(relief: Relief, rng: Random) -> None:
    """Triangles of rice with a strip of seaweed."""
    dish = tableware.serve(relief, rng, plate=5, board=5)
    count = rng.randint(1, 4)
    reach = (58, 46, 42, 38)[count - 1]
    for x, y in dish.spots(rng, count, 0.55 if count > 1 else 0):
        turn = rng.gauss(0, 0.3)
        corners = [away(x, y, turn + a, reach) for a in (-1.57, -1.2, 0.37, 0.72, 2.42, 2.77, 4.35)]
        relief.slab(
            corners,
            24,
            Skin((250, 248, 240), (216, 208, 188), 0.4, "crumb", bump=0.6, rough="crumb", gloss=0.3),
            bevel=8,
            lift=0.5,
        )
        cos, sin = math.cos(turn), math.sin(turn)
        strip = [(-0.34, 0.05), (0.34, 0.05), (0.34, 0.62), (-0.34, 0.62)]
        relief.slab(
            [(x + reach * (u * cos - v * sin), y + reach * (u * sin + v * cos)) for u, v in strip],
            1.2,
            Skin(pieces.SEAWEED, (54, 60, 48), gloss=0.25),
            base=None,
        )


RICE = {white_rice: 5, fried_rice: 5, sushi: 5, curry: 4, paella: 2, onigiri: 2}
