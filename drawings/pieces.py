"""Pieces of food that stand in many dishes: leaves, slices, herbs, eggs, sauces."""

import math
from random import Random

import numpy as np

from drawings.places import Spot, any_turn, away, turned
from drawings.relief import Relief, Skin
from drawings.solid import Colour, darker, jitter, mix, one_of
from drawings.tableware import Vessel
from drawings.texture import above, below

GREENS = [(86, 138, 48), (64, 112, 40), (120, 164, 66), (48, 92, 44)]
RADICCHIO = (110, 36, 60)
VEIN = (206, 222, 150)
HERB = (58, 116, 40)
CREAM = (250, 244, 228)
CRUMBS = [(238, 220, 178), (232, 206, 158), (206, 168, 116), (176, 130, 84)]
TOAST = (172, 104, 48)
SEAWEED = (30, 34, 28)
PEELS = [(242, 206, 48), (242, 206, 48), (110, 160, 50), (240, 146, 34)]  # lemon, most often, lime, orange
WEDGES = [(240, 204, 46), (240, 204, 46), (112, 160, 50)]
PITH, MEMBRANE = (252, 244, 214), (254, 248, 226)
SEGMENTS = 9
TOMATO, TOMATO_SEEDS, TOMATO_SKIN = (206, 50, 34), (236, 132, 70), (170, 24, 20)
CHERRY_TOMATOES = [(206, 36, 26), (206, 36, 26), (230, 150, 40)]
CUCUMBER, CUCUMBER_PEEL, CUCUMBER_SEEDS = (206, 228, 166), (50, 100, 44), (178, 208, 128)
EGG_WHITE, STAINED_WHITE = (248, 246, 240), (228, 200, 164)
HARD_YOLK, SOFT_YOLK, YOLK_EDGE = (246, 196, 74), (240, 146, 30), (120, 130, 70)
FRIED_YOLKS = [(250, 178, 30), (246, 150, 22), (250, 196, 60)]
LACES = [(238, 226, 200), (196, 140, 70)]  # the edge of a fried egg
BERRIES = [(196, 26, 36), (196, 26, 36), (58, 64, 120), (170, 30, 70)]
SLICE = (  # outline of a slice of bread: (across, down), half its width about 1
    (-0.9, 1), (0.9, 1), (0.92, -0.3), (1.02, -0.6), (0.8, -0.95), (0.3, -1.06), (-0.3, -1.06), (-0.8, -0.95),
    (-1.02, -0.6), (-0.92, -0.3),
)  # fmt: skip
THIN = {"edge": 0.08, "lift": 0.8}  # profile of a slice of tomato or cucumber


def blob(
    rng: Random, x: float, y: float, size: tuple[float, float], *, angle: float = 0.0, wild: float = 0.12,
    corners: int = 26,
) -> list[Spot]:  # fmt: skip
    """Give a closed outline that nature could have made.

    Args:
        rng: Where the chance comes from.
        x: Its middle.
        y: Its middle.
        size: About half its length and width.
        angle: By which it is turned, in radians.
        wild: How far it strays from an ellipse.
        corners: Number of points.

    Returns:
        (x, y) of its points.

    Example:
        >>> len(blob(Random(1), 0, 0, (5, 3)))
        26
    """
    waves = [(k, rng.gauss(0, wild / k**0.5), rng.uniform(0, math.tau)) for k in (2, 3, 4, 5, 7)]
    spot, points = turned(x, y, angle), []
    for number in range(corners):
        turn = number * math.tau / corners
        far = 1 + sum(strength * math.sin(k * turn + phase) for k, strength, phase in waves)
        points.append(spot(size[0] * far * math.cos(turn), size[1] * far * math.sin(turn)))
    return points


def around(centre: Colour, rng: Random, amount: float = 10, *, gloss: float = 0.2, bump: float = 0.0) -> Skin:
    """Make a plain skin of about one colour."""
    colour = jitter(rng, centre, amount)
    return Skin(colour, darker(colour, 0.22), 0.3, "mottle", 0.6, bump=bump, gloss=gloss)


def leaf(relief: Relief, rng: Random, x: float, y: float, reach: float, colour: Colour | None = None) -> None:
    """Put down a salad leaf: wavy, with a pale vein."""
    green = jitter(rng, colour or rng.choice(GREENS), 12)
    angle = rng.uniform(0, math.tau)
    pale, dark, bump = mix(green, (210, 226, 130), 0.5), mix(green, (30, 60, 20), 0.35), 0.05 * reach
    skin = Skin(green, pale, 0.35, "mottle", 0.8, rim=dark, bump=bump, rough="mottle", gloss=0.25)
    cos, sin = math.cos(angle), math.sin(angle)

    def vein(u, v):
        return [(VEIN, (0.9 - 14 * np.abs(v * cos - u * sin)).clip(0, 0.7))]

    outline = blob(rng, x, y, (reach, reach * rng.uniform(0.5, 0.75)), angle=angle, wild=0.16)
    relief.slab(outline, 0.17 * reach, skin, bevel=0.3 * reach, lift=0.3, tint=vein)


def salad(relief: Relief, rng: Random, vessel: Vessel, count: int) -> None:
    """Heap leaves."""
    colours = rng.choice([GREENS, GREENS, [*GREENS, RADICCHIO]])
    for x, y in vessel.spots(rng, count, 0.75):
        leaf(relief, rng, x, y, rng.uniform(0.42, 0.62) * vessel.size[1], rng.choice(colours))


def herbs(relief: Relief, rng: Random, vessel: Vessel, count: int, share: float = 0.75) -> None:
    """Strew chopped herbs."""
    for _ in range(count):
        x, y = vessel.at(rng.uniform(0, math.tau), share * math.sqrt(rng.random()))
        size = (rng.uniform(1.6, 4), rng.uniform(1, 2))
        relief.ellipsoid(x, y, size, 1.6, Skin(jitter(rng, HERB, 14)), angle=any_turn(rng), lift=0.6)


def sprig(relief: Relief, rng: Random, x: float, y: float, reach: float = 9) -> None:
    """Put down a few leaves of parsley, mint or basil."""
    start, green = rng.uniform(0, math.tau), jitter(rng, HERB, 12)
    for number in range(rng.randint(3, 5)):
        turn = start + number * 1.5
        skin = Skin(jitter(rng, green, 8), mix(green, (190, 220, 110), 0.4), 0.3, bump=0.5, gloss=0.25)
        size = (reach * 0.75, reach * 0.42)
        relief.ellipsoid(*away(x, y, turn, 0.7 * reach), size, 3, skin, angle=turn, lift=0.3, edge=0.7)


def citrus(
    relief: Relief, rng: Random, x: float, y: float, radius: float, colour: Colour | None = None, *, tall: float = 3.0
) -> None:
    """Put down a slice or, if tall, a half of lemon, lime or orange."""
    peel = colour or one_of(rng, PEELS, 8)
    flesh, start = mix(peel, (255, 250, 200), 0.35), rng.uniform(0, 1)

    def segments(u, v):
        far = np.sqrt(u * u + v * v)
        turn = (np.arctan2(v, u) / math.tau * SEGMENTS + start) % 1
        between = above(np.abs(turn - 0.5), 0.42, 14)
        pith = np.maximum(above(far, 0.78, 14), below(far, 0.12, 14))
        return [(PITH, np.maximum(between, pith) * 0.9), (peel, above(far, 0.89, 16))]

    skin = Skin(flesh, mix(flesh, peel, 0.8), 0.4, "crumb", 0.5, bump=0.12, gloss=0.6)
    wall = relief.add_wall([(0, darker(peel, 0.1))])
    relief.ellipsoid(x, y, (radius, radius), tall, skin, edge=0.08, lift=0.85, tint=segments, wall=wall)


def lemon_wedge(relief: Relief, rng: Random, x: float, y: float, reach: float = 15) -> None:
    """Put down a wedge of lemon or lime."""
    peel = one_of(rng, WEDGES, 8)
    turn = rng.uniform(0, math.tau)
    points = [away(x, y, turn, reach * t) for t in (-1, -0.4, 0.4, 1)]

    def flesh(along, across):
        off = np.abs(across + 0.25)
        return [(mix(peel, (255, 252, 210), 0.5), (off < 0.45) * 0.9), (MEMBRANE, (off < 0.1) * 0.8)]

    relief.tube(points, [2, reach * 0.45, reach * 0.45, 2], Skin(peel, gloss=0.5), tint=flesh)


def tomato_slice(relief: Relief, rng: Random, x: float, y: float, radius: float) -> None:
    """Put down a slice of tomato."""
    skin = Skin(jitter(rng, TOMATO, 10), (226, 90, 60), 0.4, "crumb", gloss=0.55)

    def chambers(u, v):
        far, turn = np.sqrt(u * u + v * v), np.arctan2(v, u)
        seeds = np.exp(-(((far - 0.55) / 0.18) ** 2)) * (np.sin(3 * turn) > -0.55)
        return [(TOMATO_SEEDS, 0.75 * seeds), (TOMATO_SKIN, above(far, 0.9, 12))]

    relief.ellipsoid(x, y, (radius, radius), 3, skin, **THIN, tint=chambers)


def cucumber_slice(relief: Relief, rng: Random, x: float, y: float, radius: float) -> None:
    """Put down a slice of cucumber."""

    def ring(u, v):
        far = u * u + v * v
        return [(CUCUMBER_PEEL, above(far, 0.8, 12)), (CUCUMBER_SEEDS, below(far, 0.35, 8, 0.7))]

    relief.ellipsoid(x, y, (radius, radius), 2.6, Skin(jitter(rng, CUCUMBER, 6), gloss=0.5), **THIN, tint=ring)


def cherry_tomato(relief: Relief, rng: Random, x: float, y: float, radius: float = 10) -> None:
    """Put down a small tomato, whole."""
    red = one_of(rng, CHERRY_TOMATOES, 10)
    relief.ellipsoid(x, y, (radius, radius * 0.95), 1.7 * radius, Skin(red, rim=mix(red, (60, 0, 0), 0.4), gloss=0.9))


def half_egg(relief: Relief, rng: Random, x: float, y: float, reach: float, *, soft: bool = False) -> None:
    """Put down half a boiled egg, its yolk up."""
    yolk = jitter(rng, SOFT_YOLK if soft else HARD_YOLK, 8)

    def centre(u, v):
        far = (u - 0.12) ** 2 + v * v
        return [(mix(yolk, YOLK_EDGE, 0.3), below(far, 0.36, 30)), (yolk, below(far, 0.31, 24))]

    white = jitter(rng, STAINED_WHITE if soft and rng.random() < 0.4 else EGG_WHITE, 4)
    skin, size, angle = Skin(white, gloss=0.6 if soft else 0.4), (reach, reach * 0.76), rng.uniform(0, math.tau)
    relief.ellipsoid(x, y, size, reach * 0.7, skin, edge=0.12, lift=0.6, angle=angle, tint=centre)


def fried_egg(relief: Relief, rng: Random, x: float, y: float, reach: float) -> None:
    """Put down a fried egg: a white with a brown lace edge and a shining yolk."""
    white, lace = jitter(rng, (250, 248, 242), 3), rng.choice(LACES)
    skin = Skin(white, (255, 253, 248), 0.5, "patch", rim=lace, bump=0.4, rough="mottle", gloss=0.5)
    size = (reach, reach * rng.uniform(0.8, 1))
    outline = blob(rng, x, y, size, angle=any_turn(rng), wild=0.1)
    relief.slab(outline, 3, skin, bevel=3.5, lift=0.3, base=None)
    x, y, radius = x + rng.gauss(0, 0.1) * reach, y + rng.gauss(0, 0.1) * reach, reach * rng.uniform(0.34, 0.42)
    yolk = one_of(rng, FRIED_YOLKS, 8)
    skin = Skin(yolk, rim=mix(yolk, (230, 110, 10), 0.5), gloss=0.95)
    relief.ellipsoid(x, y, (radius, radius * 0.96), radius * 0.62, skin, lift=0.15)


def berry(relief: Relief, rng: Random, x: float, y: float, radius: float, colour: Colour | None = None) -> None:
    """Put down a strawberry, a raspberry or a blueberry."""
    red = jitter(rng, colour or rng.choice(BERRIES), 8)
    pits = (240, 200, 120) if red[0] > 150 else mix(red, (160, 170, 210), 0.6)
    skin = Skin(red, pits, 0.12, "grain", 2, bump=0.5, rim=mix(red, (40, 0, 10), 0.4), gloss=0.7)
    relief.ellipsoid(x, y, (radius * 1.1, radius * 0.95), radius * 1.5, skin, angle=any_turn(rng))


def fry(relief: Relief, rng: Random, x: float, y: float, long: float, colour: Colour, gloss: float = 0.15) -> None:
    """Put down a French fry that begins at a place."""
    turn = any_turn(rng)
    relief.tube([(x, y), away(x, y, turn, long)], 4.5, Skin(jitter(rng, colour, 10), gloss=gloss))


def slice_of_bread(
    relief: Relief, rng: Random, x: float, y: float, reach: float, *, angle: float = 0.0, toasted: float = 0.0
) -> None:
    """Put down a slice: crust around a porous crumb."""
    crumb = mix(one_of(rng, CRUMBS, 8), TOAST, toasted)
    brown = jitter(rng, (150, 90, 44), 10)
    cos, sin = math.cos(angle), math.sin(angle)

    def outline(share):
        return [(x + reach * share * (u * cos - v * sin), y + reach * share * (u * sin + v * cos)) for u, v in SLICE]

    crust, wall = Skin(brown, mix(brown, (220, 160, 90), 0.4), gloss=0.1), relief.add_wall([(0, brown)])
    relief.slab(outline(1), 8, crust, bevel=1.5, lift=0.8, wall=wall)
    pores, share, cell = mix(crumb, (120, 70, 30), 0.5), 0.2 + 0.3 * toasted, "mottle" if toasted else "crumb"
    relief.slab(outline(0.92), 1, Skin(crumb, pores, share, cell, bump=0.3, gloss=0.05), bevel=1, base=None)
