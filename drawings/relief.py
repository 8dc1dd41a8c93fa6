"""A laid table as a relief: the colour, height and gloss of every spot, lit once and then seen by a camera.

Food is heaps of rounded things on each other, and what makes it look real is light: soft shadows, highlights, a rough
crust. So a dish is not painted as it looks, but as it is: every piece is stamped into a map of colours and a map of
heights, and where two pieces meet, the higher one is seen. `light.light` shades the whole map at once, and
`light.look` shows it to a camera that looks down on it, from straight above to half from the side.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from drawings import texture
from drawings.solid import Colour

# Profiles for `ellipsoid`: how round the edge of a flat piece, of a block and of an upright glass is.
SLICE, BLOCK, GLASS = {"edge": 0.1, "lift": 0.8}, {"edge": 0.1, "lift": 0.9}, {"edge": 0.03, "lift": 0.95}
SPREAD = 2.6  # standard deviations of the noise from no spots to nothing but spots
RIM_FADE = 1.6  # the rim's colour has faded out at 1 / 1.6 of a piece's height
LAYERS = 256  # heights in pixels that a wall can tell apart
FRONT = 0.25  # of the picture's size: the rows in front of it, from which tall things reach into it


@dataclass(frozen=True)
class Skin:
    """What a piece of food is like from outside."""

    colour: Colour
    spots: Colour | None = None  # a second colour, in patches of noise
    share: float = 0.4  # of the surface that has the second colour
    cell: str = "mottle"  # size of the patches, a key of `texture.CELLS`
    sharp: float = 1.0  # how sharply the patches end
    rim: Colour | None = None  # colour near the edge, where the piece is low
    bump: float = 0.0  # roughness: height of the noise in units
    rough: str = "crumb"  # its size, a key of `texture.CELLS`
    gloss: float = 0.15  # 0 cloth .. 1 wet


@dataclass(frozen=True)
class Lamp:
    """The light on a table: where it comes from and its colours."""

    towards: tuple[float, float, float]  # right, to the viewer, up; length 1
    direct: tuple[float, float, float]  # red, green, blue that a face looking at the lamp gets; 1 = as painted
    ambient: tuple[float, float, float]  # ... that every face gets
    shadow: float = 0.75  # how much of the direct light a shadow takes


Tint = Callable[[np.ndarray, np.ndarray], list]  # local coordinates -1..1 -> [(colour, weight 0..1), ...]


def _box(points: list) -> tuple[float, float, float, float]:
    """Give the middle of the box around points, half its width and half its height."""
    xs, ys = zip(*points, strict=True)
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2, (max(xs) - min(xs)) / 2, (max(ys) - min(ys)) / 2


class Relief:
    """Maps of colour, height and gloss of a table; a dish is about 200 units wide.

    The origin is the middle of the picture; x goes right, y towards the viewer, z up.

    Args:
        rng: Where the chance comes from.
        size: Width and height of the picture in pixels.
        scale: Pixels a unit.
        elevation: Of the camera above the table in radians; pi / 2 looks straight down.
        shift: By how many pixels the origin is off the middle.
    """

    def __init__(self, rng: Random, size: int, scale: float, elevation: float, shift: tuple[float, float] = (0, 0)):
        self.rng, self.size, self.scale = rng, size, scale
        self.sin, self.cos = math.sin(elevation), math.cos(elevation)
        self.middle = (size / 2 + shift[0], size / 2 / self.sin + shift[1])
        self.rows, self.columns = math.ceil(size / self.sin * (1 + FRONT * self.cos)), size
        self.colour = np.zeros((self.rows, self.columns, 3), np.float32)
        self.height = np.zeros((self.rows, self.columns), np.float32)
        self.gloss = np.zeros((self.rows, self.columns), np.float32)
        self.wall = np.zeros((self.rows, self.columns), np.uint8)  # which entry of `walls` colours a steep edge
        self.walls: list[np.ndarray] = [np.zeros((LAYERS, 3), np.float32)]

    def window(self, x: float, y: float, reach_x: float, reach_y: float):
        """Cut out the part of the maps around a point.

        Args:
            x: Middle of the part.
            y: Middle of the part.
            reach_x: Half its width.
            reach_y: Half its height.

        Returns:
            Slices of rows and columns, and the coordinates of their pixels less x and y (a column, a row of numbers);
            `None` when nothing of it lies in the maps.
        """
        scale, (middle_x, middle_y) = self.scale, self.middle
        left, right = int((x - reach_x) * scale + middle_x), int((x + reach_x) * scale + middle_x) + 2
        top, bottom = int((y - reach_y) * scale + middle_y), int((y + reach_y) * scale + middle_y) + 2
        left, top, right, bottom = max(0, left), max(0, top), min(self.columns, right), min(self.rows, bottom)
        if right - left < 2 or bottom - top < 2:
            return None
        dx = ((np.arange(left, right, dtype=np.float32) - middle_x) / scale - x)[None, :]
        dy = ((np.arange(top, bottom, dtype=np.float32) - middle_y) / scale - y)[:, None]
        return (slice(top, bottom), slice(left, right)), dx, dy

    def noise(self, name: str, shape: tuple) -> np.ndarray:
        """Cut a window of the given shape from a noise field, at a random place."""
        return self.cut(texture.field(name), shape)

    def cut(self, field: np.ndarray, shape: tuple) -> np.ndarray:
        """Cut a window of the given shape from a texture, at a random place."""
        top = self.rng.randrange(field.shape[0] - shape[0] + 1)
        left = self.rng.randrange(field.shape[1] - shape[1] + 1)
        return field[top : top + shape[0], left : left + shape[1]]

    def level(self, x: float, y: float, reach: float = 0.0) -> float:
        """Give the height around a point: of the point itself and of four others `reach` away, on average."""
        total = 0.0
        for dx, dy in ((0, 0), (reach, 0), (-reach, 0), (0, reach), (0, -reach)) if reach else ((0, 0),):
            row, column = int((y + dy) * self.scale + self.middle[1]), int((x + dx) * self.scale + self.middle[0])
            total += self.height[min(self.rows - 1, max(0, row)), min(self.columns - 1, max(0, column))]
        return float(total) / ((5 if reach else 1) * self.scale)

    def add_wall(self, colours: list[tuple[float, Colour]]) -> int:
        """Register how a steep edge is coloured by height, for instance the layers of a cake.

        Args:
            colours: (height in units at which a colour begins, colour), from the table up.

        Returns:
            The number to pass as `wall`.
        """
        palette = np.zeros((LAYERS, 3), np.float32)
        for start, colour in colours:
            palette[max(0, min(LAYERS - 1, int(start * self.scale))) :] = colour
        self.walls.append(palette)
        return len(self.walls) - 1

    def stamp(self, part, relief, inside, share, skin: Skin, base: float | None, *, tints, wall: int = 0) -> None:
        """Put a piece on the table: it is seen wherever it is higher than what lies there.

        Args:
            part: Slices of rows and columns.
            relief: Height of the piece above its base in units.
            inside: Where the piece is.
            share: The relief as a share of its height, 0 at the edge to 1 on top.
            skin: What it is like.
            base: Height in units on which it stands; `None` lays it on everything like a sauce.
            tints: (colour, weight) pairs painted over the skin.
            wall: How its steep edges are coloured, see `add_wall`; 0 as the surface.
        """
        shape = relief.shape
        below = self.height[part]
        if skin.bump:
            relief = relief + (skin.bump * self.noise(skin.rough, shape)) * np.minimum(1, 3 * share)
        high = relief * self.scale + (below if base is None else base * self.scale)
        seen = inside & (high > below)
        colour = np.array(skin.colour, np.float32)
        layers = []
        if skin.spots:
            grain = self.noise(skin.cell, shape)
            layers.append((skin.spots, (0.5 + skin.sharp * (grain + SPREAD * (skin.share - 0.5))).clip(0, 1)))
        if skin.rim:
            layers.append((skin.rim, (1 - RIM_FADE * share).clip(0, 1)))
        for other, weight in (*layers, *tints):
            colour = colour + (np.array(other, np.float32) - colour) * weight[..., None]
        np.copyto(below, high, where=seen)
        np.copyto(self.colour[part], colour, where=seen[..., None])
        np.copyto(self.gloss[part], np.float32(skin.gloss), where=seen)
        np.copyto(self.wall[part], np.uint8(wall), where=seen)

    def ellipsoid(self, x: float, y: float, size: tuple[float, float], tall: float, skin: Skin, *, angle: float = 0.0,
                  base: float | None | str = "under", edge: float = 0.5, lift: float = 0.35, power: float = 2.0,
                  tint: Tint | None = None, wall: int = 0) -> None:  # fmt: skip
        """Put down a ball, an egg, a puck, a rounded box or a lens.

        Args:
            x: Its middle.
            y: Its middle.
            size: Half its length and width in units.
            tall: Its height.
            skin: What it is like.
            angle: By which its length is turned, in radians.
            base: Height on which it stands; "under": what lies there; `None`: laid over everything.
            edge: Roundness of its profile: 0.5 a ball, 0.2 a puck, 1 a hill.
            lift: Share of the height that its edge rises steeply.
            power: Outline: 2 an ellipse, 4 and more a rounded rectangle.
            tint: Colours painted on it by local coordinates.
            wall: How its steep edges are coloured.
        """
        found = self.window(x, y, *self.extent(size, angle))
        if not found:
            return
        part, dx, dy = found
        cos, sin = math.cos(angle), math.sin(angle)
        u, v = (dx * cos + dy * sin) / size[0], (dy * cos - dx * sin) / size[1]
        far = u * u + v * v if power == 2 else np.abs(u) ** power + np.abs(v) ** power
        inside = far < 1
        share = np.maximum(1 - far, 0) ** edge
        if base == "under":
            base = self.level(x, y, 0.5 * min(size))
        tints = tint(u, v) if tint else ()
        self.stamp(part, tall * (lift + (1 - lift) * share), inside, share, skin, base, tints=tints, wall=wall)

    @staticmethod
    def extent(size: tuple[float, float], angle: float) -> tuple[float, float]:
        """Give half the width and height of the box around a turned rectangle with half sides `size`."""
        cos, sin = abs(math.cos(angle)), abs(math.sin(angle))
        return size[0] * cos + size[1] * sin, size[0] * sin + size[1] * cos

    def tube(self, points: list, radii: list | float, skin: Skin, *, base: float | None | str = "under",
             flat: float = 1.0, tint: Tint | None = None) -> None:  # fmt: skip
        """Put down a sausage: balls drawn along a line of points.

        Args:
            points: (x, y) along its middle.
            radii: Its radius at every point, or one for all.
            skin: What it is like.
            base: As in `ellipsoid`.
            flat: Height over width.
            tint: Colours painted on it; the coordinates are the place along it (0..1) and across it (-1..1).
        """
        if isinstance(radii, (int, float)):
            radii = [radii] * len(points)
        widest = max(radii)
        x, y, reach_x, reach_y = _box(points)
        found = self.window(x, y, reach_x + widest, reach_y + widest)
        if not found:
            return
        part, dx, dy = found
        best = np.full((dy.shape[0], dx.shape[1]), -1, np.float32)
        along, across = np.zeros_like(best), np.zeros_like(best)
        for number, ((ax, ay), (bx, by)) in enumerate(zip(points, points[1:], strict=False)):
            px, py, lx, ly = dx - (ax - x), dy - (ay - y), bx - ax, by - ay
            length = max(1e-6, lx * lx + ly * ly)
            t = ((px * lx + py * ly) / length).clip(0, 1)
            radius = radii[number] + (radii[number + 1] - radii[number]) * t
            off = (px - t * lx) ** 2 + (py - t * ly) ** 2
            bulge = 1 - off / (radius * radius)
            high = radius * radius * bulge
            closer = high > best
            np.copyto(best, high, where=closer & (bulge > 0))
            if tint:
                np.copyto(along, (number + t) / (len(points) - 1), where=closer)
                side = (px * ly - py * lx) / (math.sqrt(length) * radius)
                np.copyto(across, side, where=closer)
        inside = best > 0
        share = np.sqrt(np.maximum(best, 0)) / widest
        if base == "under":
            base = sum(self.level(*points[number]) for number in (len(points) // 2, 0, -1)) / 3
        tints = tint(along, across) if tint else ()
        self.stamp(part, flat * widest * (0.45 + share), inside, share, skin, base, tints=tints)

    def slab(self, points: list, tall: float, skin: Skin, *, bevel: float = 3.0, lift: float = 0.5,
             base: float | None | str = "under", tint: Tint | None = None, wall: int = 0) -> None:  # fmt: skip
        """Put down a flat piece with an outline of any shape.

        Args:
            points: (x, y) of the corners.
            tall: Its height.
            skin: What it is like.
            bevel: Width of its rounded edge in units.
            lift: Share of the height that its edge rises steeply.
            base: As in `ellipsoid`.
            tint: Colours painted on it by local coordinates, -1..1 across its box.
            wall: How its steep edges are coloured.
        """
        x, y, reach_x, reach_y = _box(points)
        found = self.window(x, y, reach_x + 1, reach_y + 1)
        if not found:
            return
        part, dx, dy = found
        left, top = part[1].start - self.middle[0], part[0].start - self.middle[1]
        mask = Image.new("L", (dx.shape[1], dy.shape[0]))
        ImageDraw.Draw(mask).polygon([(px * self.scale - left, py * self.scale - top) for px, py in points], 255)
        inside = np.asarray(mask) > 127
        soft = mask.filter(ImageFilter.BoxBlur(max(1.0, bevel * self.scale)))
        share = (np.asarray(soft, np.float32) / 127.5 - 1).clip(0, 1)
        share = share * (2 - share)
        if base == "under":
            base = self.level(x, y, 0.4 * min(reach_x, reach_y))
        u, v = np.broadcast_arrays(dx / reach_x, dy / reach_y)
        tints = tint(u, v) if tint else ()
        self.stamp(part, tall * (lift + (1 - lift) * share), inside, share, skin, base, tints=tints, wall=wall)

    def dot(self, x: float, y: float, radius: float, skin: Skin) -> None:
        """Put down a small round thing, quickly: a pea, a crumb, a grain of pepper."""
        self.ellipsoid(x, y, (radius, radius), 1.3 * radius, skin, base=self.level(x, y) - 0.2 * radius)
