"""Places on a table: in a direction from a point, along a turned thing, side by side, around in a ring."""

import math
from collections.abc import Callable
from random import Random

Spot = tuple[float, float]
QUARTER_TURN, HALF_TURN, WHOLE_TURN = 1.5, 3, 6  # radians, nearly


def any_turn(rng: Random) -> float:
    """Choose how a piece lies that looks the same from both of its ends."""
    return rng.uniform(0, HALF_TURN)


def away(x: float, y: float, turn: float, reach: float, deep: float | None = None) -> Spot:
    """Give the place `reach` from (x, y) in direction `turn`; `deep` is the other half axis of an ellipse."""
    return x + reach * math.cos(turn), y + (reach if deep is None else deep) * math.sin(turn)


def turned(x: float, y: float, turn: float) -> Callable[[float, float], Spot]:
    """Give a function from (along, across) a thing to places, for a thing at (x, y) whose length points towards `turn`.

    Example:
        >>> turned(10, 20, 0)(5, 1)
        (15.0, 21.0)
    """
    cos, sin = math.cos(turn), math.sin(turn)
    return lambda along, across=0.0: (x + along * cos - across * sin, y + along * sin + across * cos)


def row(count: int, gap: float) -> list[float]:
    """Spread `count` things `gap` apart, about 0."""
    return [(number - (count - 1) / 2) * gap for number in range(count)]


def ring(x: float, y: float, reach: float, count: int, deep: float | None = None) -> list[Spot]:
    """Give a closed line of `count` places around (x, y); see `away`."""
    return [away(x, y, number * math.tau / count, reach, deep) for number in range(count + 1)]
