"""What food lies on: tables, plates, bowls, boards, baskets."""

import math
from dataclasses import dataclass
from random import Random

import numpy as np

from drawings import texture
from drawings.places import WHOLE_TURN, Spot, away
from drawings.relief import Relief, Skin
from drawings.solid import Colour, darker, jitter, lighter, mix, one_of

TABLES = {"wood": 30, "cloth": 18, "checks": 14, "marble": 12, "slate": 14, "stripes": 6, "mat": 6}
WOODS = [(168, 118, 72), (122, 80, 48), (196, 152, 104), (88, 58, 38), (206, 186, 160), (140, 128, 116)]
CLOTHS = [
    (222, 216, 204),
    (238, 236, 230),
    (86, 110, 140),
    (150, 60, 56),
    (120, 138, 112),
    (190, 180, 160),
    (58, 62, 74),
    (226, 196, 122),
]
CHECKS = [(186, 44, 44), (58, 92, 150), (70, 120, 80), (60, 60, 66), (206, 150, 60)]
GLAZES = [
    (240, 238, 232),
    (246, 246, 244),
    (236, 230, 216),
    (214, 222, 226),
    (66, 72, 82),
    (44, 46, 50),
    (96, 124, 150),
    (150, 172, 150),
    (196, 140, 104),
    (226, 206, 170),
]


@dataclass(frozen=True)
class Vessel:
    """Where food can be put: an ellipse on the table and the height of its floor."""

    kind: str
    x: float
    y: float
    size: tuple[float, float]  # half its usable length and width
    floor: float
    brim: float = 0.0  # height to which a bowl can be filled

    def spots(self, rng: Random, count: int, share: float = 0.8) -> list[Spot]:
        """Spread places evenly over the vessel, from the middle outwards, a little by chance.

        Args:
            rng: Where the chance comes from.
            count: How many.
            share: Of the vessel that is used.

        Returns:
            (x, y) of every place.
        """
        start, found = rng.uniform(0, math.tau), []
        for number in range(count):
            far = share * math.sqrt((number + 0.5) / count) if count > 1 else 0.0
            turn = start + 2.4 * number + rng.gauss(0, 0.2)
            far *= rng.uniform(0.88, 1.08)
            found.append(away(self.x, self.y, turn, self.size[0] * far, self.size[1] * far))
        return found

    def at(self, turn: float, far: float) -> Spot:
        """Give the place in direction `turn` (radians), `far` of the way to the edge."""
        return away(self.x, self.y, turn, self.size[0] * far, self.size[1] * far)

    def somewhere(self, rng: Random, far: float) -> Spot:
        """Give a place in a random direction, `far` of the way to the edge."""
        return self.at(rng.uniform(0, WHOLE_TURN), far)

    def anywhere(self, rng: Random, share: float) -> Spot:
        """Give a random place on the inner `share` of the vessel, all equally likely."""
        return self.at(rng.uniform(0, 6.3), share * math.sqrt(rng.random()))

    def part(self, turn: float, far: float, share: float) -> "Vessel":
        """Give a smaller part of the vessel, for a second food beside the main one."""
        x, y = self.at(turn, far)
        return Vessel(self.kind, x, y, (self.size[0] * share, self.size[1] * share), self.floor, self.brim)


def lay_table(relief: Relief, rng: Random) -> str:
    """Cover the whole relief with a table top.

    Args:
        relief: An empty one.
        rng: Where the chance comes from.

    Returns:
        The name of the top, a key of `TABLES`.
    """
    kind = rng.choices(list(TABLES), list(TABLES.values()))[0]
    rows, columns = relief.rows, relief.columns
    x = ((np.arange(columns, dtype=np.float32) - relief.middle[0]) / relief.scale)[None, :]
    y = ((np.arange(rows, dtype=np.float32) - relief.middle[1]) / relief.scale)[:, None]
    turn = rng.choice([0.0, math.pi / 2, rng.uniform(0, math.pi)])
    u, v = x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn)
    shape, gloss = (rows, columns), 0.06
    if kind == "wood":
        base = one_of(rng, WOODS, 10)
        grain = relief.cut(texture.wood(), shape if turn else shape[::-1])
        pattern = 0.13 * (grain if turn else grain.T)
        board = (y if turn else x) / rng.uniform(45, 110) + 40
        pattern += 0.07 * np.sin(np.floor(board) * 12.9)
        pattern -= 0.4 * (np.abs(board % 1 - 0.5) > 0.485)
        gloss = rng.uniform(0.05, 0.3)
    elif kind == "checks":
        base = (240, 236, 226)
        width = rng.uniform(16, 44)
        stripes = np.float32(0.5) * (u % width < width / 2) + np.float32(0.5) * (v % width < width / 2)
        dye = one_of(rng, CHECKS, 12)
        relief.colour[:] = base
        relief.colour += (np.array(dye, np.float32) - relief.colour) * (0.95 * stripes[..., None])
        relief.colour *= (1 + 0.03 * relief.noise("grain", shape))[..., None]
        return kind
    elif kind == "stripes":
        base = one_of(rng, CLOTHS[:2], 8)
        width = rng.uniform(14, 40)
        pattern = np.where(u % width < width * rng.uniform(0.15, 0.5), rng.uniform(-0.5, -0.15), 0.0) + 0 * v
        pattern = pattern + 0.03 * relief.noise("grain", shape)
    elif kind == "marble":
        base = one_of(rng, [(232, 232, 232), (224, 218, 208), (54, 58, 64)], 6)
        veins = np.exp(-((relief.noise("cloud", shape) + 0.4 * relief.noise("patch", shape)) ** 2) / 0.012)
        pattern = 0.03 * relief.noise("cloud", shape) - rng.uniform(0.1, 0.25) * veins
        gloss = 0.4
    elif kind == "slate":
        base = one_of(rng, [(54, 56, 60), (40, 42, 46), (74, 76, 78), (44, 50, 58)], 5)
        pattern = 0.1 * relief.noise("patch", shape) + 0.08 * relief.noise("grain", shape)
        relief.height += 0.12 * relief.noise("mottle", shape)
    elif kind == "mat":
        base = one_of(rng, [(190, 160, 100), (160, 130, 84), (70, 62, 56)], 10)
        width = rng.uniform(4, 8)
        reed = np.sin(u * math.tau / width) + 0 * v
        pattern = 0.12 * reed + 0.06 * relief.noise("patch", shape)
        relief.height += (0.5 * reed).astype(np.float32)
    else:
        base = one_of(rng, CLOTHS, 10)
        pattern = 0.04 * relief.noise("grain", shape) + 0.05 * relief.noise("cloud", shape)
        relief.height += 1.6 * relief.noise("cloud", shape)
    pattern += 1
    for channel, part in enumerate(base):
        np.multiply(pattern, part, out=relief.colour[..., channel])
    relief.gloss[:] = gloss
    return kind


def _round(relief: Relief, x: float, y: float, size: tuple, power: float):
    found = relief.window(x, y, size[0] + 1, size[1] + 1)
    if not found:
        return None
    part, dx, dy = found
    u, v = dx / size[0], dy / size[1]
    return part, (u * u + v * v) ** 0.5 if power == 2 else (np.abs(u) ** power + np.abs(v) ** power) ** (1 / power)


def _press(relief: Relief, part, high, inside, colour, gloss: float, wall: int = 0) -> None:
    """Put a vessel on the table: `high` in units, everywhere `inside`."""
    np.copyto(relief.height[part], np.asarray(high * relief.scale, np.float32), where=inside)
    np.copyto(relief.colour[part], np.asarray(colour, np.float32), where=inside[..., None])
    np.copyto(relief.gloss[part], np.float32(gloss), where=inside)
    np.copyto(relief.wall[part], np.uint8(wall), where=inside)


def _banded(colour: Colour, band: Colour, far: np.ndarray, start: float, stop: float) -> np.ndarray:
    paint = np.empty((*far.shape, 3), np.float32)
    paint[:] = colour
    paint[(far > start) & (far < stop)] = band
    return paint


def plate(relief: Relief, rng: Random, x: float, y: float, radius: float, *, colour: Colour | None = None) -> Vessel:
    """Put down a plate, round, oval or nearly square."""
    glaze = colour or jitter(rng, rng.choices(GLAZES, [9, 9, 4, 2, 2, 3, 2, 1, 1, 2])[0], 6)
    shape = rng.choices(["round", "oval", "square"], [76, 14, 10])[0]
    size = {"round": (radius, radius), "oval": (radius * 1.15, radius * 0.82), "square": (radius * 0.95,) * 2}[shape]
    found = _round(relief, x, y, size, 6 if shape == "square" else 2)
    well = rng.uniform(0.62, 0.86)
    if found:
        part, far = found
        rise = ((far - well) / (1 - well)).clip(0, 1)
        high = 2.5 + 5.5 * rise ** rng.uniform(0.6, 1.3) + 1.2 * np.exp(-(((far - 0.985) / 0.02) ** 2))
        band = one_of(rng, [(60, 90, 150), (150, 50, 50), (196, 160, 80), (70, 110, 90)], 14)
        start = rng.choice([0.96, 0.9, 2.0, 2.0, 2.0, 2.0])
        _press(relief, part, high, far < 1, _banded(glaze, band, far, start, min(1.1, start + 0.06)), 0.55)
    return Vessel("plate", x, y, (size[0] * (well + 0.06), size[1] * (well + 0.06)), 2.5, 5.0)


def bowl(
    relief: Relief,
    rng: Random,
    x: float,
    y: float,
    radius: float,
    *,
    colour: Colour | None = None,
    tall: float | None = None,
) -> Vessel:
    """Put down a bowl; its content is filled in afterwards, up to its brim."""
    glaze = colour or jitter(rng, rng.choices(GLAZES, [8, 8, 4, 3, 3, 3, 4, 2, 3, 2])[0], 8)
    inner = glaze if rng.random() < 0.6 else jitter(rng, (240, 236, 226), 6)
    tall = tall or rng.uniform(0.3, 0.6) * radius
    found = _round(relief, x, y, (radius, radius), 2)
    if found:
        part, far = found
        high = 4 + (tall - 4) * far.clip(0, 1) ** 3.2
        band = one_of(rng, [(60, 90, 150), (150, 50, 50), (40, 40, 44), glaze, glaze], 10)
        foot = darker(glaze, 0.5)
        walls = [(0, foot), (0.15 * tall, mix(glaze, foot, 0.5)), (0.4 * tall, glaze)]
        if band != glaze:
            walls += [(0.72 * tall, band), (0.86 * tall, glaze)]
        colours = _banded(inner, glaze, far, 0.95, 1.1)
        _press(relief, part, high, far < 1, colours, 0.55, relief.add_wall(walls))
    return Vessel("bowl", x, y, (radius * 0.93, radius * 0.93), 0.72 * tall, 0.8 * tall)


def board(relief: Relief, rng: Random, x: float, y: float, radius: float) -> Vessel:
    """Put down a wooden board, sometimes with a handle, or a slab of slate."""
    base, size = one_of(rng, [*WOODS[:4], WOODS[0]], 12), (radius * 1.1, radius * rng.uniform(0.7, 0.95))
    stone = rng.random() < 0.15
    if stone:
        base = jitter(rng, (52, 54, 58), 6)
    angle = rng.choice([0.0, rng.uniform(-0.5, 0.5)])
    gloss, tall = 0.12, rng.uniform(4, 9)
    skin = Skin(base, darker(base, 0.25), 0.4, "mottle" if stone else "patch", 0.6, gloss=gloss)
    power = rng.choice([2, 8, 12, 12])

    def rings(u, v):
        if stone:
            return []
        grain = (
            relief.cut(texture.wood(), (u.shape[1], u.shape[0])).T
            if abs(angle) > 1
            else relief.cut(texture.wood(), u.shape)
        )
        return [
            (mix(base, (40, 22, 10), 0.6), (0.25 * grain).clip(0, 0.6)),
            (mix(base, (255, 240, 210), 0.5), (-0.2 * grain).clip(0, 0.5)),
        ]

    if power > 2 and rng.random() < 0.5:
        side = rng.choice([-1, 1])
        reach = size[0] * 1.25 * side
        relief.tube(
            [(x, y), away(x, y, angle, reach)], 0.16 * radius, skin, base=0.0, flat=tall / (0.16 * radius) / 1.4
        )
    relief.ellipsoid(x, y, size, tall, skin, angle=angle, base=0.0, edge=0.06, lift=0.6, power=power, tint=rings)
    return Vessel("board", x, y, (size[0] * 0.86, size[1] * 0.86), tall, tall + 2)


def basket(relief: Relief, rng: Random, x: float, y: float, radius: float) -> Vessel:
    """Put down a basket or tray that is lined with paper."""
    paper = one_of(rng, [(232, 222, 200), (196, 160, 116), (240, 240, 236), (226, 210, 180)], 8)
    corners = [
        away(x, y, t, radius * far)
        for t, far in ((n * math.tau / 8 + rng.gauss(0, 0.1), 1.1 + 0.12 * (n % 2)) for n in range(8))
    ]
    if rng.random() < 0.6:
        wire = one_of(rng, [(60, 58, 56), (160, 120, 70), (170, 40, 40)], 12)
        found = _round(relief, x, y, (radius, radius * 0.9), rng.choice([2, 2, 5]))
        if found:
            part, far = found
            high = 2 + 20 * far.clip(0, 1) ** 5
            weave = _banded(wire, mix(wire, (255, 240, 200), 0.3), (far * 40) % 1, 0.0, 0.5)
            _press(relief, part, high, far < 1, weave, 0.1)
        corners = [(x + (px - x) * 0.88, y + (py - y) * 0.85) for px, py in corners]
    relief.slab(
        corners,
        3.0,
        Skin(paper, darker(paper, 0.12), 0.4, "patch", 0.5, bump=0.6, rough="patch", gloss=0.06),
        bevel=1,
        base=None,
    )
    return Vessel("basket", x, y, (radius * 0.75, radius * 0.68), 4.0, 8.0)


def pan(relief: Relief, rng: Random, x: float, y: float, radius: float) -> Vessel:
    """Put down an iron or a steel pan with its handle."""
    metal = one_of(rng, [(44, 44, 46), (36, 36, 40), (150, 152, 156)], 8)
    skin, turn = Skin(metal, darker(metal, 0.3), gloss=0.5), rng.uniform(0, math.tau)
    reach = radius * 1.7
    relief.tube([(x, y), away(x, y, turn, reach)], radius * 0.11, skin, base=4.0)
    found = _round(relief, x, y, (radius, radius), 2)
    if found:
        part, far = found
        high = np.where(far > 0.93, 15.0, 2.0 + 3 * (far / 0.93).clip(0, 1) ** 8)
        _press(relief, part, high, far < 1, _banded(metal, lighter(metal, 0.2), far, 0.93, 0.97), 0.5)
    return Vessel("pan", x, y, (radius * 0.86, radius * 0.86), 3.0, 9.0)


def bare(relief: Relief, rng: Random, x: float, y: float, radius: float) -> Vessel:
    """Use the table itself."""
    return Vessel("table", x, y, (radius, radius * 0.85), 0.0, 2.0)


MAKERS = {"plate": plate, "bowl": bowl, "board": board, "basket": basket, "pan": pan, "table": bare}


def serve(relief: Relief, rng: Random, **odds: float) -> Vessel:
    """Put down one vessel in the middle of the picture.

    Args:
        relief: The table.
        rng: Where the chance comes from.
        **odds: How often each kind of vessel (a key of `MAKERS`) is chosen.

    Returns:
        The vessel.
    """
    kind = rng.choices(list(odds), list(odds.values()))[0]
    radius = rng.uniform(92, 112) if kind != "bowl" else rng.uniform(84, 104)
    return MAKERS[kind](relief, rng, rng.gauss(0, 7), rng.gauss(0, 7), radius)
