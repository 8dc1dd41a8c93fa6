"""What one eats with: forks, spoons, knives, chopsticks."""

import math
from random import Random

from drawings.relief import Relief, Skin
from drawings.solid import one_of

STEEL = Skin((190, 192, 196), (120, 122, 128), 0.4, "patch", 0.5, gloss=0.9)


def fork(relief: Relief, rng: Random, x: float, y: float, turn: float) -> None:
    """Put down a fork whose middle is at (x, y) and whose tines point towards `turn`."""
    cos, sin = math.cos(turn), math.sin(turn)

    def spot(along, across):
        return x + along * cos - across * sin, y + along * sin + across * cos

    relief.tube([spot(-80, 0), spot(-40, 0), spot(16, 0)], [4.5, 3, 2.2], STEEL, base=1.0, flat=0.5)
    relief.slab([spot(14, -4), spot(22, -8), spot(32, -8), spot(32, 8), spot(22, 8), spot(14, 4)], 3, STEEL, base=1.0)
    for across in (-6.6, -2.2, 2.2, 6.6):
        relief.tube([spot(30, across), spot(56, across)], [1.5, 1.2], STEEL, base=1.2, flat=0.8)


def spoon(relief: Relief, rng: Random, x: float, y: float, turn: float) -> None:
    """Put down a spoon."""
    cos, sin = math.cos(turn), math.sin(turn)
    points = [(x + along * cos, y + along * sin) for along in (-80, -40, 20)]
    relief.tube(points, [4.5, 3, 2.2], STEEL, base=1.0, flat=0.5)
    relief.ellipsoid(
        x + 36 * cos,
        y + 36 * sin,
        (21, 13),
        4,
        STEEL,
        angle=turn,
        base=0.5,
        tint=lambda u, v: [((96, 98, 104), (0.8 - u * u - v * v).clip(0, 0.7))],
    )


def knife(relief: Relief, rng: Random, x: float, y: float, turn: float) -> None:
    """Put down a knife with a steel or a wooden handle."""
    cos, sin = math.cos(turn), math.sin(turn)
    handle = rng.choice([STEEL, Skin((88, 56, 36), (50, 30, 20), gloss=0.3)])
    relief.tube([(x - 80 * cos, y - 80 * sin), (x - 5 * cos, y - 5 * sin)], [5, 4], handle, base=1.0, flat=0.6)
    corners = ((-6, -4), (50, -5), (66, 2), (60, 6), (-6, 5))
    relief.slab([(x + a * cos - b * sin, y + a * sin + b * cos) for a, b in corners], 2.2, STEEL, base=1.0, bevel=1)


def chopsticks(relief: Relief, rng: Random, x: float, y: float, turn: float) -> None:
    """Put down a pair of chopsticks, on whatever lies there."""
    wood = one_of(rng, [(168, 112, 60), (40, 30, 28), (150, 40, 36), (206, 176, 120)], 10)
    high = relief.level(x, y, 10) + 1
    for side in (-1, 1):
        angle = turn + side * rng.uniform(0.01, 0.06)
        cos, sin = math.cos(angle), math.sin(angle)
        ax, ay = x - side * 6 * sin, y + side * 6 * cos
        points = [(ax - 90 * cos, ay - 90 * sin), (ax + 90 * cos, ay + 90 * sin)]
        relief.tube(points, [3.6, 2.2], Skin(wood, gloss=0.35), base=high)
