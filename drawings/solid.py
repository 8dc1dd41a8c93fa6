"""A pinhole camera and the few solids from which the sample's vehicles are built."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]
NEAREST = 0.3  # metres: what is nearer is drawn as if it were here
GLOSS = 0.16  # share of the sky in a face that looks straight up
LARGEST_PICTURE = 900  # pixels
LETTERS = 22  # height of letters in pixels, before they are mapped on a vehicle


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """Blend two colours.

    Args:
        a: Red, green and blue, each 0..255.
        b: The other colour.
        share: How much of `b`, 0..1.

    Returns:
        The blend, each part 0..255.

    Example:
        >>> mix((0, 0, 0), (200, 100, 50), 0.5)
        (100, 50, 25)
    """
    return tuple(max(0, min(255, int(p + (q - p) * share))) for p, q in zip(a, b, strict=True))


def jitter(rng: Random, colour: Colour, amount: float) -> Colour:
    """Shift a colour at random, by at most `amount` a part and twice that in brightness.

    Args:
        rng: Where the chance comes from.
        colour: Red, green and blue, each 0..255.
        amount: Largest shift of one part.

    Returns:
        The shifted colour, each part 0..255.

    Example:
        >>> jitter(Random(0), (10, 20, 30), 0)
        (10, 20, 30)
    """
    bright = rng.uniform(-2 * amount, 2 * amount)
    return tuple(max(0, min(255, int(part + bright + rng.uniform(-amount, amount)))) for part in colour)


def one_of(rng: Random, colours: Sequence[Colour], amount: float) -> Colour:
    """Choose a colour and shift it as `jitter` does."""
    return jitter(rng, rng.choice(colours), amount)


def darker(colour: Colour, share: float) -> Colour:
    """Blend a colour with `share` of black."""
    return mix(colour, (0, 0, 0), share)


def lighter(colour: Colour, share: float) -> Colour:
    """Blend a colour with `share` of white."""
    return mix(colour, (255, 255, 255), share)


def dimmed(colour: Colour, light: float) -> Colour:
    """Show a colour in little light: 0 black, 1 as it is."""
    return mix((0, 0, 0), colour, light)


@dataclass
class Light:
    """Where the light of a scene comes from, and its colour."""

    sun: tuple[float, float, float]  # right, away, up; length 1
    ambient: float  # brightness of a face in the shade
    direct: float  # what the sun adds to a face that looks at it
    sky: Colour  # what glass and roofs reflect
    dark: float = 0.0  # 0 by day, 1 at night: lamps are lit
    shadow: float = 0.5  # how black the shadow on the ground is


@dataclass
class Camera:
    """A pinhole camera that looks at the horizon, and the canvas that it exposes."""

    canvas: Image.Image
    focal: float  # in pixels
    height: float  # of the eye, in metres
    horizon: float  # row of the horizon, in pixels
    light: Light
    glows: list = field(default_factory=list)  # (column, row, radius, colour, strength), lit up at the end

    def __post_init__(self):
        self.draw = ImageDraw.Draw(self.canvas, "RGBA")

    def ground(self, right: float, depth: float) -> tuple[float, float]:
        """Project a point on the ground.

        Args:
            right: Metres to the right of the optical axis.
            depth: Metres in front of the camera.

        Returns:
            Column and row in pixels.
        """
        scale = self.focal / max(depth, 0.2)
        return self.canvas.width / 2 + right * scale, self.horizon + self.height * scale


class Placed:
    """A thing standing on the ground: local metres (forward, left, up) to pixels, with light and shade.

    Args:
        camera: The camera that sees it.
        right: Where its middle stands, metres to the right.
        depth: Metres in front of the camera.
        heading: Direction of its nose in radians: 0 to the right, pi/2 away from the camera.
    """

    def __init__(self, camera: Camera, right: float, depth: float, heading: float):
        self.camera, self.draw, self.light = camera, camera.draw, camera.light
        self.right, self.depth = right, depth
        self.cos, self.sin = math.cos(heading), math.sin(heading)
        self.middle = camera.canvas.width / 2
        # The camera's eye and the sun, seen from the thing.
        self.eye = (-right * self.cos - depth * self.sin, right * self.sin - depth * self.cos, camera.height)
        sun = camera.light.sun
        self.sun = (sun[0] * self.cos + sun[1] * self.sin, -sun[0] * self.sin + sun[1] * self.cos, sun[2])

    def spot(self, x: float, y: float, z: float) -> tuple[float, float]:
        """Project a local point to column and row."""
        depth = max(NEAREST, self.depth + x * self.sin + y * self.cos)
        scale = self.camera.focal / depth
        column = self.middle + (self.right + x * self.cos - y * self.sin) * scale
        return column, self.camera.horizon + (self.camera.height - z) * scale

    def pixels(self, metres: float, x: float = 0.0, y: float = 0.0) -> float:
        """Give the length in pixels of `metres` at a local point, seen face on."""
        return metres * self.camera.focal / max(NEAREST, self.depth + x * self.sin + y * self.cos)

    def glow(self, point: tuple[float, float, float], metres: float, colour: Colour, strength: float) -> None:
        """Let a lamp at a local point shine `metres` around it, when all is drawn."""
        self.camera.glows.append((*self.spot(*point), self.pixels(metres), colour, strength))

    def sees(self, x: float, y: float, z: float, normal: tuple[float, float, float]) -> bool:
        """Tell whether a face at a point, looking along `normal`, faces the camera."""
        eye = self.eye
        return (eye[0] - x) * normal[0] + (eye[1] - y) * normal[1] + (eye[2] - z) * normal[2] > 0

    def shade(self, colour: Colour, normal: tuple[float, float, float], gloss: float = GLOSS) -> Colour:
        """Light a colour on a face that looks along `normal`; faces that look up reflect the sky."""
        light = self.light
        facing = sum(p * q for p, q in zip(normal, self.sun, strict=True))
        bright = light.ambient + light.direct * max(0.0, facing)
        lit = tuple(min(255, int(part * bright)) for part in colour)
        return mix(lit, light.sky, gloss * max(0.0, normal[2]))

    def polygon(self, points, fill) -> None:
        """Fill a polygon of local points; a fill of four parts is translucent."""
        spot = self.spot
        self.draw.polygon([spot(*point) for point in points], fill=fill)

    def line(self, points, fill, metres: float = 0.02) -> None:
        """Draw a line through local points, `metres` thick but never under a pixel."""
        spot = self.spot
        width = max(1, round(self.pixels(metres, points[0][0], points[0][1])))
        self.draw.line([spot(*point) for point in points], fill=fill, width=width)

    def box(self, x: tuple, y: tuple, z: tuple, colour: Colour) -> None:
        """Draw the visible faces of a box that lies between the given pairs of local coordinates."""
        (x0, x1), (y0, y1), (z0, z1) = x, y, z
        near_x, near_y = (x1 if self.eye[0] > (x0 + x1) / 2 else x0), (y1 if self.eye[1] > (y0 + y1) / 2 else y0)
        if self.eye[2] > z1:
            top = self.shade(colour, (0, 0, 1))
            self.polygon([(x0, y0, z1), (x1, y0, z1), (x1, y1, z1), (x0, y1, z1)], top)
        if not y0 <= self.eye[1] <= y1:
            side = self.shade(colour, (0, 1 if near_y == y1 else -1, 0))
            self.polygon([(x0, near_y, z0), (x1, near_y, z0), (x1, near_y, z1), (x0, near_y, z1)], side)
        if not x0 <= self.eye[0] <= x1:
            end = self.shade(colour, (1 if near_x == x1 else -1, 0, 0))
            self.polygon([(near_x, y0, z0), (near_x, y1, z0), (near_x, y1, z1), (near_x, y0, z1)], end)

    def picture(self, image: Image.Image, corners) -> None:
        """Map a small RGBA picture on four local points: top left, top right, bottom right, bottom left."""
        target = [self.spot(*corner) for corner in corners]
        left, top = (math.floor(min(p[i] for p in target)) for i in (0, 1))
        width, height = (math.ceil(max(p[i] for p in target)) - low for i, low in ((0, left), (1, top)))
        if not (3 <= width < LARGEST_PICTURE and 2 <= height < LARGEST_PICTURE):
            return
        wide, high = image.size
        # Sides of far-away or small things are close to parallelograms: three corners fix the mapping.
        (ax, ay), (bx, by), (_, _), (dx, dy) = target
        ux, uy, vx, vy = bx - ax, by - ay, dx - ax, dy - ay
        area = ux * vy - uy * vx
        if abs(area) < 4:
            return
        ox, oy = left - ax, top - ay
        a, b, d, e = vy / area * wide, -vx / area * wide, -uy / area * high, ux / area * high
        mapping = (a, b, a * ox + b * oy, d, e, d * ox + e * oy)
        patch = image.transform((width, height), Image.Transform.AFFINE, mapping, Image.Resampling.BILINEAR)
        self.camera.canvas.paste(patch, (left, top), patch)


def lettering(text: str, colour: Colour) -> Image.Image:
    """Write a word on a transparent RGBA picture that fits it tightly.

    Example:
        >>> lettering("AMBULANCE", (255, 0, 0)).mode
        'RGBA'
    """
    font = ImageFont.load_default(LETTERS)
    left, top, right, bottom = font.getbbox(text, stroke_width=1)
    image = Image.new("RGBA", (int(right - left) + 2, int(bottom - top) + 2), (*colour, 0))
    ImageDraw.Draw(image).text((1 - left, 1 - top), text, fill=(*colour, 255), font=font, stroke_width=1)
    return image
