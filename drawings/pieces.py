"""Pieces of food that stand in many dishes: leaves, slices, herbs, eggs, sauces."""

import math
from random import Random

import numpy as np

from drawings.places import any_turn, away
from drawings.relief import Relief, Skin
from drawings.solid import Colour, darker, jitter, mix, one_of
from drawings.tableware import Vessel
from drawings.texture import above, below

GREENS = [(86, 138, 48), (64, 112, 40), (120, 164, 66), (48, 92, 44)]
HERB = (58, 116, 40)
CREAM = (250, 244, 228)
CRUMBS = [(238, 220, 178), (232, 206, 158), (206, 168, 116), (176, 130, 84)]
SEAWEED = (30, 34, 28)  # seaweed


def blob(
    rng: Random,
    x: float,
    y: float,
    size: tuple[float, float],
    *,
    angle: float = 0.0,
    wild: float = 0.12,
    corners: int = 26,
) -> list[tuple[float, float]]:
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
    cos, sin, points = math.cos(angle), math.sin(angle), []
    for number in range(corners):
        turn = number * math.tau / corners
        far = 1 + sum(strength * math.sin(k * turn + phase) for k, strength, phase in waves)
        u, v = size[0] * far * math.cos(turn), size[1] * far * math.sin(turn)
        points.append((x + u * cos - v * sin, y + u * sin + v * cos))
    return points


def around(centre: Colour, rng: Random, amount: float = 10, *, gloss: float = 0.2, bump: float = 0.0) -> Skin:
    """Make a plain skin of about one colour."""
    colour = jitter(rng, centre, amount)
    return Skin(colour, darker(colour, 0.22), 0.3, "mottle", 0.6, bump=bump, gloss=gloss)


def leaf(relief: Relief, rng: Random, x: float, y: float, reach: float, colour: Colour | None = None) -> None:
    """Put down a salad leaf: wavy, with a pale vein."""
    green = jitter(rng, colour or rng.choice(GREENS), 12)
    angle = rng.uniform(0, math.tau)
    skin = Skin(
        green,
        mix(green, (210, 226, 130), 0.5),
        0.35,
        "mottle",
        0.8,
        rim=mix(green, (30, 60, 20), 0.35),
        bump=0.05 * reach,
        rough="mottle",
        gloss=0.25,
    )
    cos, sin = math.cos(angle), math.sin(angle)

    def vein(u, v):
        return [((206, 222, 150), (0.9 - 14 * np.abs(v * cos - u * sin)).clip(0, 0.7))]

    relief.slab(
        blob(rng, x, y, (reach, reach * rng.uniform(0.5, 0.75)), angle=angle, wild=0.16),
        0.17 * reach,
        skin,
        bevel=0.3 * reach,
        lift=0.3,
        tint=vein,
    )


def salad(relief: Relief, rng: Random, vessel: Vessel, count: int = 9) -> None:
    """Heap leaves."""
    colours = rng.choice([GREENS, GREENS, [*GREENS, (110, 36, 60)]])
    for x, y in vessel.spots(rng, count, 0.75):
        leaf(relief, rng, x, y, rng.uniform(0.42, 0.62) * vessel.size[1], rng.choice(colours))


def herbs(relief: Relief, rng: Random, vessel: Vessel, count: int = 14, colour: Colour = HERB, share=0.75) -> None:
    """Strew chopped herbs."""
    for _ in range(count):
        x, y = vessel.at(rng.uniform(0, math.tau), share * math.sqrt(rng.random()))
        size = (rng.uniform(1.6, 4), rng.uniform(1, 2))
        relief.ellipsoid(x, y, size, 1.6, Skin(jitter(rng, colour, 14)), angle=any_turn(rng), lift=0.6)


def sprig(relief: Relief, rng: Random, x: float, y: float, reach: float = 9) -> None:
    """Put down a few leaves of parsley, mint or basil."""
    start, green = rng.uniform(0, math.tau), jitter(rng, HERB, 12)
    for number in range(rng.randint(3, 5)):
        turn = start + number * 1.5
        skin = Skin(jitter(rng, green, 8), mix(green, (190, 220, 110), 0.4), 0.3, bump=0.5, gloss=0.25)
        relief.ellipsoid(
            x + 0.7 * reach * math.cos(turn),
            y + 0.7 * reach * math.sin(turn),
            (reach * 0.75, reach * 0.42),
            3,
            skin,
            angle=turn,
            lift=0.3,
            edge=0.7,
        )


def citrus(
    relief: Relief, rng: Random, x: float, y: float, radius: float, colour: Colour | None = None, *, tall: float = 3.0
) -> None:
    """Put down a slice or, if tall, a half of lemon, lime or orange."""
    peel = colour or one_of(rng, [(242, 206, 48), (242, 206, 48), (110, 160, 50), (240, 146, 34)], 8)
    flesh, start = mix(peel, (255, 250, 200), 0.35), rng.uniform(0, 1)

    def segments(u, v):
        far = np.sqrt(u * u + v * v)
        turn = (np.arctan2(v, u) / math.tau * 9 + start) % 1
        skin_of_segment = above(np.abs(turn - 0.5), 0.42, 14)
        pith = np.maximum(above(far, 0.78, 14), below(far, 0.12, 14))
        return [((252, 244, 214), np.maximum(skin_of_segment, pith) * 0.9), (peel, above(far, 0.89, 16))]

    skin = Skin(flesh, mix(flesh, peel, 0.8), 0.4, "crumb", 0.5, bump=0.12, gloss=0.6)
    wall = relief.add_wall([(0, darker(peel, 0.1))])
    relief.ellipsoid(x, y, (radius, radius), tall, skin, edge=0.08, lift=0.85, tint=segments, wall=wall)


def lemon_wedge(relief: Relief, rng: Random, x: float, y: float, reach: float = 15) -> None:
    """Put down a wedge of lemon or lime."""
    peel = one_of(rng, [(240, 204, 46), (240, 204, 46), (112, 160, 50)], 8)
    turn = rng.uniform(0, math.tau)
    points = [away(x, y, turn, reach * t) for t in (-1, -0.4, 0.4, 1)]

    def flesh(along, across):
        return [
            (mix(peel, (255, 252, 210), 0.5), (np.abs(across + 0.25) < 0.45) * 0.9),
            ((254, 248, 226), (np.abs(across + 0.25) < 0.1) * 0.8),
        ]

    relief.tube(points, [2, reach * 0.45, reach * 0.45, 2], Skin(peel, gloss=0.5), tint=flesh)


def tomato_slice(relief: Relief, rng: Random, x: float, y: float, radius: float) -> None:
    """Put down a slice of tomato."""
    red = jitter(rng, (206, 50, 34), 10)

    def chambers(u, v):
        far, turn = np.sqrt(u * u + v * v), np.arctan2(v, u)
        seeds = np.exp(-(((far - 0.55) / 0.18) ** 2)) * (np.sin(3 * turn) > -0.55)
        return [((236, 132, 70), 0.75 * seeds), ((170, 24, 20), above(far, 0.9, 12))]

    relief.ellipsoid(
        x,
        y,
        (radius, radius),
        3,
        Skin(red, (226, 90, 60), 0.4, "crumb", gloss=0.55),
        edge=0.08,
        lift=0.8,
        tint=chambers,
    )


def cucumber_slice(relief: Relief, rng: Random, x: float, y: float, radius: float) -> None:
    """Put down a slice of cucumber."""

    def ring(u, v):
        far = u * u + v * v
        return [((50, 100, 44), above(far, 0.8, 12)), ((178, 208, 128), below(far, 0.35, 8, 0.7))]

    relief.ellipsoid(
        x, y, (radius, radius), 2.6, Skin(jitter(rng, (206, 228, 166), 6), gloss=0.5), edge=0.08, lift=0.8, tint=ring
    )


def cherry_tomato(relief: Relief, rng: Random, x: float, y: float, radius: float = 10) -> None:
    """Put down a small tomato, whole."""
    red = one_of(rng, [(206, 36, 26), (206, 36, 26), (230, 150, 40)], 10)
    relief.ellipsoid(x, y, (radius, radius * 0.95), 1.7 * radius, Skin(red, rim=mix(red, (60, 0, 0), 0.4), gloss=0.9))


def half_egg(
    relief: Relief, rng: Random, x: float, y: float, reach: float, angle: float | None = None, soft: bool = False
) -> None:
    """Put down half a boiled egg, its yolk up."""
    yolk = jitter(rng, (240, 146, 30) if soft else (246, 196, 74), 8)

    def centre(u, v):
        far = (u - 0.12) ** 2 + v * v
        return [(mix(yolk, (120, 130, 70), 0.3), below(far, 0.36, 30)), (yolk, below(far, 0.31, 24))]

    white = jitter(rng, (228, 200, 164) if soft and rng.random() < 0.4 else (248, 246, 240), 4)
    relief.ellipsoid(
        x,
        y,
        (reach, reach * 0.76),
        reach * 0.7,
        Skin(white, gloss=0.6 if soft else 0.4),
        edge=0.12,
        lift=0.6,
        angle=rng.uniform(0, math.tau) if angle is None else angle,
        tint=centre,
    )


def fried_egg(relief: Relief, rng: Random, x: float, y: float, reach: float, base: float | None | str = None) -> None:
    """Put down a fried egg: a white with a brown lace edge and a shining yolk."""
    white = Skin(
        jitter(rng, (250, 248, 242), 3),
        (255, 253, 248),
        0.5,
        "patch",
        rim=rng.choice([(238, 226, 200), (196, 140, 70)]),
        bump=0.4,
        rough="mottle",
        gloss=0.5,
    )
    relief.slab(
        blob(rng, x, y, (reach, reach * rng.uniform(0.8, 1)), angle=any_turn(rng), wild=0.1),
        3,
        white,
        bevel=3.5,
        lift=0.3,
        base=base,
    )
    x, y, radius = x + rng.gauss(0, 0.1) * reach, y + rng.gauss(0, 0.1) * reach, reach * rng.uniform(0.34, 0.42)
    yolk = one_of(rng, [(250, 178, 30), (246, 150, 22), (250, 196, 60)], 8)
    relief.ellipsoid(
        x,
        y,
        (radius, radius * 0.96),
        radius * 0.62,
        Skin(yolk, rim=mix(yolk, (230, 110, 10), 0.5), gloss=0.95),
        lift=0.15,
    )


def berry(relief: Relief, rng: Random, x: float, y: float, radius: float, colour: Colour | None = None) -> None:
    """Put down a strawberry, a raspberry or a blueberry."""
    red = jitter(rng, colour or rng.choice([(196, 26, 36), (196, 26, 36), (58, 64, 120), (170, 30, 70)]), 8)
    pits = Skin(
        red,
        (240, 200, 120) if red[0] > 150 else mix(red, (160, 170, 210), 0.6),
        0.12,
        "grain",
        2,
        bump=0.5,
        rim=mix(red, (40, 0, 10), 0.4),
        gloss=0.7,
    )
    relief.ellipsoid(x, y, (radius * 1.1, radius * 0.95), radius * 1.5, pits, angle=any_turn(rng))


def slice_of_bread(
    relief: Relief, rng: Random, x: float, y: float, reach: float, *, angle: float = 0.0, toasted: float = 0.0
) -> None:
    """Put down a slice: crust around a porous crumb."""
    crumb = mix(one_of(rng, CRUMBS, 8), (172, 104, 48), toasted)
    brown = jitter(rng, (150, 90, 44), 10)
    cos, sin = math.cos(angle), math.sin(angle)
    shape = (
        (-0.9, 1),
        (0.9, 1),
        (0.92, -0.3),
        (1.02, -0.6),
        (0.8, -0.95),
        (0.3, -1.06),
        (-0.3, -1.06),
        (-0.8, -0.95),
        (-1.02, -0.6),
        (-0.92, -0.3),
    )

    def outline(share):
        return [(x + reach * share * (u * cos - v * sin), y + reach * share * (u * sin + v * cos)) for u, v in shape]

    relief.slab(
        outline(1),
        8,
        Skin(brown, mix(brown, (220, 160, 90), 0.4), gloss=0.1),
        bevel=1.5,
        lift=0.8,
        wall=relief.add_wall([(0, brown)]),
    )
    skin = Skin(
        crumb,
        mix(crumb, (120, 70, 30), 0.5),
        0.2 + 0.3 * toasted,
        "mottle" if toasted else "crumb",
        1.0,
        bump=0.3,
        rough="crumb",
        gloss=0.05,
    )
    relief.slab(outline(0.92), 1, skin, bevel=1, base=None)
