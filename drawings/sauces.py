"""What is poured: sauces over a dish, dips beside it, soup and cream into a bowl."""

import math
from random import Random

from drawings.pieces import blob
from drawings.places import any_turn, turned
from drawings.relief import Relief, Skin, Tint
from drawings.solid import Colour, darker, one_of
from drawings.tableware import Vessel, bowl

DIPS = [(176, 30, 22), (240, 228, 190), (96, 40, 24), (226, 176, 60)]  # ketchup, mayonnaise, barbecue, mustard
DIP = 24  # radius of a little bowl
INSIDE = 0.93  # of a bowl: what is filled in ends before its rim


def sauce(
    relief: Relief, rng: Random, x: float, y: float, size: tuple[float, float], colour: Colour, *,
    gloss: float = 0.7, wild: float = 0.15, tall: float = 1.2,
) -> None:  # fmt: skip
    """Pour a puddle of sauce over whatever lies there."""
    skin = Skin(colour, darker(colour, 0.25), 0.35, "mottle", 0.7, bump=0.3, rough="mottle", gloss=gloss)
    relief.slab(blob(rng, x, y, size, angle=any_turn(rng), wild=wild), tall, skin, bevel=2, lift=0.4, base=None)


def drizzle(relief: Relief, rng: Random, vessel: Vessel, colour: Colour, *, count: int = 5, thick: float = 2.0) -> None:
    """Draw a zigzag of sauce across a dish."""
    spot, points = turned(vessel.x, vessel.y, rng.uniform(0, math.pi)), []
    for number in range(2 * count):
        u = vessel.size[0] * 0.62 * (2 * number / (2 * count - 1) - 1)
        points.append(spot(u, vessel.size[1] * rng.uniform(0.3, 0.55) * (-1) ** number))
    for a, b in zip(points, points[1:], strict=False):
        relief.tube([a, b], thick, Skin(colour, gloss=0.7), base=None, flat=0.5)


def dip(relief: Relief, rng: Random, x: float, y: float, colour: Colour | None = None) -> None:
    """Put down a little bowl of sauce."""
    small = bowl(relief, rng, x, y, DIP, tall=0.6 * DIP)
    colour = colour or one_of(rng, DIPS, 10)
    fill(relief, small, Skin(colour, darker(colour, 0.2), 0.3, gloss=0.7))


def fill(
    relief: Relief,
    vessel: Vessel,
    skin: Skin,
    *,
    bulge: float = 0.0,
    level: float | None = None,
    tint: Tint | None = None,
) -> None:
    """Fill a vessel up to its floor or `level` with something flat, or with a hill of height `bulge`."""
    high = vessel.floor if level is None else level
    share = INSIDE if vessel.kind == "bowl" else 1.0
    size, lift = vessel.scaled(share, share), 0.0 if bulge else 0.8
    relief.ellipsoid(vessel.x, vessel.y, size, max(bulge, 0.6), skin, base=high, edge=0.9, lift=lift, tint=tint)
