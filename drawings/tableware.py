"""What food lies on: tables, plates, bowls, boards, baskets."""

import math
from dataclasses import dataclass
from random import Random

import numpy as np

from drawings import texture
from drawings.places import WHOLE_TURN, Spot, away
from drawings.relief import Relief, Skin
from drawings.solid import Colour, darker, jitter, lighter, mix, one_of

TABLES = {"wood": 30, "cloth": 18, "checks": 14, "marble": 12, "slate": 14, "stripes": 6, "mat": 6}  # how often
WOODS = [(168, 118, 72), (122, 80, 48), (196, 152, 104), (88, 58, 38), (206, 186, 160), (140, 128, 116)]
CLOTHS = [
    (222, 216, 204), (238, 236, 230), (86, 110, 140), (150, 60, 56), (120, 138, 112), (190, 180, 160), (58, 62, 74),
    (226, 196, 122),
]  # fmt: skip
CHECKS = [(186, 44, 44), (58, 92, 150), (70, 120, 80), (60, 60, 66), (206, 150, 60)]
MARBLES = [(232, 232, 232), (224, 218, 208), (54, 58, 64)]
SLATES = [(54, 56, 60), (40, 42, 46), (74, 76, 78), (44, 50, 58)]
REEDS = [(190, 160, 100), (160, 130, 84), (70, 62, 56)]
GLAZES = [
    (240, 238, 232), (246, 246, 244), (236, 230, 216), (214, 222, 226), (66, 72, 82), (44, 46, 50), (96, 124, 150),
    (150, 172, 150), (196, 140, 104), (226, 206, 170),
]  # fmt: skip
PLATE_ODDS, BOWL_ODDS = [9, 9, 4, 2, 2, 3, 2, 1, 1, 2], [8, 8, 4, 3, 3, 3, 4, 2, 3, 2]  # how often each glaze
PLATE_BANDS = [(60, 90, 150), (150, 50, 50), (196, 160, 80), (70, 110, 90)]
BOWL_BANDS = [(60, 90, 150), (150, 50, 50), (40, 40, 44)]
PAPERS = [(232, 222, 200), (196, 160, 116), (240, 240, 236), (226, 210, 180)]
WIRES = [(60, 58, 56), (160, 120, 70), (170, 40, 40)]
METALS = [(44, 44, 46), (36, 36, 40), (150, 152, 156)]
GLAZED = 0.55  # gloss
FLOOR = 2.5  # height of a plate's well
RIM = 0.93  # of a pan: where its edge rises
GOLDEN_ANGLE = 2.4  # radians: places at this turn from each other fill a disc evenly


@dataclass(frozen=True)
class Vessel:
    """Where food can be put: an ellipse on the table and the height of its floor."""

    kind: str
    x: float
    y: float
    size: tuple[float, float]  # half its usable length and width
    floor: float

    def spots(self, rng: Random, count: int, share: float = 0.8) -> list[Spot]:
        """Spread places evenly over the vessel, from the middle outwards, a little by chance; one is in the middle.

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
            turn = start + GOLDEN_ANGLE * number + rng.gauss(0, 0.2)
            far *= rng.uniform(0.88, 1.08)
            found.append(self.at(turn, far))
        return found

    def at(self, turn: float, far: float) -> Spot:
        """Give the place in direction `turn` (radians), `far` of the way to the edge."""
        return away(self.x, self.y, turn, self.size[0] * far, self.size[1] * far)

    def somewhere(self, rng: Random, far: float) -> Spot:
        """Give a place in a random direction, `far` of the way to the edge."""
        return self.at(rng.uniform(0, WHOLE_TURN), far)

    def anywhere(self, rng: Random, share: float) -> Spot:
        """Give a random place on the inner `share` of the vessel, all equally likely."""
        return self.at(rng.uniform(0, 6.3), share * math.sqrt(rng.random()))  # radians: once around, and a little

    def part(self, turn: float, far: float, share: float) -> "Vessel":
        """Give a smaller part of the vessel, for a second food beside the main one."""
        x, y = self.at(turn, far)
        return Vessel(self.kind, x, y, self.scaled(share, share), self.floor)

    def scaled(self, wide: float, deep: float) -> tuple[float, float]:
        """Give half the length and width of a food that covers these shares of the vessel."""
        return self.size[0] * wide, self.size[1] * deep


def lay_table(relief: Relief, rng: Random) -> None:
    """Cover the whole of an empty relief with a table top."""
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
        return
    elif kind == "stripes":
        base = one_of(rng, CLOTHS[:2], 8)
        width = rng.uniform(14, 40)
        pattern = np.where(u % width < width * rng.uniform(0.15, 0.5), rng.uniform(-0.5, -0.15), 0.0) + 0 * v
        pattern = pattern + 0.03 * relief.noise("grain", shape)
    elif kind == "marble":
        base = one_of(rng, MARBLES, 6)
        veins = np.exp(-((relief.noise("cloud", shape) + 0.4 * relief.noise("patch", shape)) ** 2) / 0.012)
        pattern = 0.03 * relief.noise("cloud", shape) - rng.uniform(0.1, 0.25) * veins
        gloss = 0.4
    elif kind == "slate":
        base = one_of(rng, SLATES, 5)
        pattern = 0.1 * relief.noise("patch", shape) + 0.08 * relief.noise("grain", shape)
        relief.height += 0.12 * relief.noise("mottle", shape)
    elif kind == "mat":
        base = one_of(rng, REEDS, 10)
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


def plate(relief: Relief, rng: Random, x: float, y: float, radius: float) -> Vessel:
    """Put down a plate, round, oval or nearly square."""
    glaze = jitter(rng, rng.choices(GLAZES, PLATE_ODDS)[0], 6)
    shape = rng.choices(["round", "oval", "square"], [76, 14, 10])[0]
    size = {"round": (radius, radius), "oval": (radius * 1.15, radius * 0.82), "square": (radius * 0.95,) * 2}[shape]
    found = _round(relief, x, y, size, 6 if shape == "square" else 2)
    well = rng.uniform(0.62, 0.86)
    if found:
        part, far = found
        rise = ((far - well) / (1 - well)).clip(0, 1)
        high = FLOOR + 5.5 * rise ** rng.uniform(0.6, 1.3) + 1.2 * np.exp(-(((far - 0.985) / 0.02) ** 2))
        band = one_of(rng, PLATE_BANDS, 14)
        start = rng.choice([0.96, 0.9, 2.0, 2.0, 2.0, 2.0])  # 2: no band at all
        _press(relief, part, high, far < 1, _banded(glaze, band, far, start, min(1.1, start + 0.06)), GLAZED)
    return Vessel("plate", x, y, (size[0] * (well + 0.06), size[1] * (well + 0.06)), FLOOR)


def bowl(relief: Relief, rng: Random, x: float, y: float, radius: float, *, tall: float | None = None) -> Vessel:
    """Put down a bowl; its content is filled in afterwards."""
    glaze = jitter(rng, rng.choices(GLAZES, BOWL_ODDS)[0], 8)
    inner = glaze if rng.random() < 0.6 else jitter(rng, (240, 236, 226), 6)
    tall = tall or rng.uniform(0.3, 0.6) * radius
    found = _round(relief, x, y, (radius, radius), 2)
    if found:
        part, far = found
        high = 4 + (tall - 4) * far.clip(0, 1) ** 3.2
        band = one_of(rng, [*BOWL_BANDS, glaze, glaze], 10)
        foot = darker(glaze, 0.5)
        walls = [(0, foot), (0.15 * tall, mix(glaze, foot, 0.5)), (0.4 * tall, glaze)]
        if band != glaze:
            walls += [(0.72 * tall, band), (0.86 * tall, glaze)]
        colours = _banded(inner, glaze, far, 0.95, 1.1)
        _press(relief, part, high, far < 1, colours, GLAZED, relief.add_wall(walls))
    return Vessel("bowl", x, y, (radius * 0.93, radius * 0.93), 0.72 * tall)


def board(relief: Relief, rng: Random, x: float, y: float, radius: float) -> Vessel:
    """Put down a wooden board, sometimes with a handle, or a slab of slate."""
    base, size = one_of(rng, [*WOODS[:4], WOODS[0]], 12), (radius * 1.1, radius * rng.uniform(0.7, 0.95))
    stone = rng.random() < 0.15
    if stone:
        base = jitter(rng, (52, 54, 58), 6)
    angle = rng.choice([0.0, rng.uniform(-0.5, 0.5)])
    tall = rng.uniform(4, 9)
    skin = Skin(base, darker(base, 0.25), 0.4, "mottle" if stone else "patch", 0.6, gloss=0.12)
    power = rng.choice([2, 8, 12, 12])

    def rings(u, v):
        if stone:
            return []
        grain = relief.cut(texture.wood(), u.shape)
        dark, pale = mix(base, (40, 22, 10), 0.6), mix(base, (255, 240, 210), 0.5)
        return [(dark, (0.25 * grain).clip(0, 0.6)), (pale, (-0.2 * grain).clip(0, 0.5))]

    if power > 2 and rng.random() < 0.5:
        handle, side = 0.16 * radius, rng.choice([-1, 1])
        ends = [(x, y), away(x, y, angle, size[0] * 1.25 * side)]
        relief.tube(ends, handle, skin, base=0.0, flat=tall / handle / 1.4)
    relief.ellipsoid(x, y, size, tall, skin, angle=angle, base=0.0, edge=0.06, lift=0.6, power=power, tint=rings)
    return Vessel("board", x, y, (size[0] * 0.86, size[1] * 0.86), tall)


def basket(relief: Relief, rng: Random, x: float, y: float, radius: float) -> Vessel:
    """Put down a basket or tray that is lined with paper."""
    paper = one_of(rng, PAPERS, 8)
    corners = [
        away(x, y, number * math.tau / 8 + rng.gauss(0, 0.1), radius * (1.1 + 0.12 * (number % 2)))
        for number in range(8)
    ]
    if rng.random() < 0.6:
        wire = one_of(rng, WIRES, 12)
        found = _round(relief, x, y, (radius, radius * 0.9), rng.choice([2, 2, 5]))
        if found:
            part, far = found
            high = 2 + 20 * far.clip(0, 1) ** 5
            weave = _banded(wire, mix(wire, (255, 240, 200), 0.3), (far * 40) % 1, 0.0, 0.5)
            _press(relief, part, high, far < 1, weave, 0.1)
        corners = [(x + (px - x) * 0.88, y + (py - y) * 0.85) for px, py in corners]
    skin = Skin(paper, darker(paper, 0.12), 0.4, "patch", 0.5, bump=0.6, rough="patch", gloss=0.06)
    relief.slab(corners, 3.0, skin, bevel=1, base=None)
    return Vessel("basket", x, y, (radius * 0.75, radius * 0.68), 4.0)


def pan(relief: Relief, rng: Random, x: float, y: float, radius: float) -> Vessel:
    """Put down an iron or a steel pan with its handle."""
    metal = one_of(rng, METALS, 8)
    skin, turn = Skin(metal, darker(metal, 0.3), gloss=0.5), rng.uniform(0, math.tau)
    relief.tube([(x, y), away(x, y, turn, radius * 1.7)], radius * 0.11, skin, base=4.0)
    found = _round(relief, x, y, (radius, radius), 2)
    if found:
        part, far = found
        high = np.where(far > RIM, 15.0, 2.0 + 3 * (far / RIM).clip(0, 1) ** 8)
        _press(relief, part, high, far < 1, _banded(metal, lighter(metal, 0.2), far, RIM, 0.97), 0.5)
    return Vessel("pan", x, y, (radius * 0.86, radius * 0.86), 3.0)


def bare(relief: Relief, rng: Random, x: float, y: float, radius: float) -> Vessel:
    """Use the table itself."""
    return Vessel("table", x, y, (radius, radius * 0.85), 0.0)


MAKERS = {"plate": plate, "bowl": bowl, "board": board, "basket": basket, "pan": pan, "table": bare}


def near_middle(rng: Random, stray: float = 6) -> Spot:
    """Give a place that strays from the middle of the picture a little."""
    return rng.gauss(0, stray), rng.gauss(0, stray)


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
    return MAKERS[kind](relief, rng, *near_middle(rng, 7), radius)
