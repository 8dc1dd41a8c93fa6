"""What one eats with: forks, spoons, knives, chopsticks."""

from random import Random

from drawings.places import turned
from drawings.relief import Relief, Skin
from drawings.solid import one_of

STEEL = Skin((190, 192, 196), (120, 122, 128), 0.4, "patch", 0.5, gloss=0.9)
WOOD = Skin((88, 56, 36), (50, 30, 20), gloss=0.3)
HOLLOW = (96, 98, 104)  # of a spoon
CHOPSTICKS = [(168, 112, 60), (40, 30, 28), (150, 40, 36), (206, 176, 120)]


def fork(relief: Relief, rng: Random, x: float, y: float, turn: float) -> None:
    """Put down a fork whose middle is at (x, y) and whose tines point towards `turn`."""
    spot = turned(x, y, turn)
    relief.tube([spot(-80), spot(-40), spot(16)], [4.5, 3, 2.2], STEEL, base=1.0, flat=0.5)
    relief.slab([spot(14, -4), spot(22, -8), spot(32, -8), spot(32, 8), spot(22, 8), spot(14, 4)], 3, STEEL, base=1.0)
    for across in (-6.6, -2.2, 2.2, 6.6):
        relief.tube([spot(30, across), spot(56, across)], [1.5, 1.2], STEEL, base=1.2, flat=0.8)


def spoon(relief: Relief, rng: Random, x: float, y: float, turn: float) -> None:
    """Put down a spoon."""
    spot = turned(x, y, turn)

    def hollow(u, v):
        return [(HOLLOW, (0.8 - u * u - v * v).clip(0, 0.7))]

    relief.tube([spot(-80), spot(-40), spot(20)], [4.5, 3, 2.2], STEEL, base=1.0, flat=0.5)
    relief.ellipsoid(*spot(36), (21, 13), 4, STEEL, angle=turn, base=0.5, tint=hollow)


def knife(relief: Relief, rng: Random, x: float, y: float, turn: float) -> None:
    """Put down a knife with a steel or a wooden handle."""
    spot = turned(x, y, turn)
    relief.tube([spot(-80), spot(-5)], [5, 4], rng.choice([STEEL, WOOD]), base=1.0, flat=0.6)
    blade = [spot(-6, -4), spot(50, -5), spot(66, 2), spot(60, 6), spot(-6, 5)]
    relief.slab(blade, 2.2, STEEL, base=1.0, bevel=1)


def chopsticks(relief: Relief, rng: Random, x: float, y: float, turn: float) -> None:
    """Put down a pair of chopsticks, on whatever lies there."""
    skin = Skin(one_of(rng, CHOPSTICKS, 10), gloss=0.35)
    high = relief.level(x, y, 10) + 1
    for side in (-1, 1):
        angle = turn + side * rng.uniform(0.01, 0.06)
        spot = turned(*turned(x, y, angle)(0, side * 6), angle)
        relief.tube([spot(-90), spot(90)], [3.6, 2.2], skin, base=high)
