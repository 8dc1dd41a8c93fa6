"""The bodies of the sample's vehicles: outlines, windows, wheels, and how they are drawn."""

import math
from dataclasses import dataclass
from functools import cache

from drawings.solid import Colour, Placed, darker, mix


@dataclass(frozen=True)
class Body:
    """A body seen from its side: lengths in metres, outlines as shares of length (from the nose) and height."""

    length: float
    width: float
    height: float
    outline: tuple  # (share of length, share of height) from the lower front corner to the lower rear corner
    windscreen: int | None  # which stretch of the outline is the windscreen, and which the rear window
    rear_window: int | None
    belt: float  # lower edge of the side windows, share of the height
    windows: tuple  # (from, to) shares of the length
    axles: tuple  # shares of the length
    wheel: float = 0.33
    floor: float = 0.2
    lean: float = 0.16  # how far the roof is narrower than the belt, on one side, in metres
    round: float = 0.14
    glass_height: float = 0.93  # upper edge of the side windows, share of the height


UPWARD = 0.05  # how far a side looks up
LARGE = 40  # pixels: a body of this height shows its details
TALL = 2  # metres: a van or more, not a car
TYRE, ARCH, SIDEWALL, BETWEEN_SPOKES = (22, 22, 25), (14, 14, 17), (52, 52, 56), (20, 20, 22)
RIM, SPOKE, HUB = 0.66, 0.6, 0.2  # of the wheel's radius
CORNERS = 18  # of a wheel
INWARDS, FEW_INWARDS = (0.24, 0.16, 0.08, 0.02), (0.2, 0.02)  # metres from the skin at which discs make a tread
UNDERNEATH = (8, 9, 14)
SHADOWS = ((0.45, 0.16), (0.25, 0.25), (0.08, 0.4), (-0.05, 0.5))  # metres beyond the body, and how dark
SHADOW_CORNERS = ((0.92, 1), (1, 0.8))  # shares of half the length and width: a corner is cut off
GROUND = (10, 10, 14)  # what the sill reflects
PLASTIC, GRILLE, GRILLE_BAR = (30, 30, 34), (34, 34, 38), (120, 122, 126)
HEADLAMP, HEADLAMP_OFF, HEADLIGHT, INDICATOR = (235, 238, 240), (120, 124, 130), (255, 244, 214), (226, 150, 60)
TAIL_LAMP, TAIL_LAMP_OFF = (255, 40, 30), (150, 20, 22)

BODIES = {
    "sedan": Body(
        4.7, 1.82, 1.45, outline=((0, 0.2), (0, 0.53), (0.07, 0.61), (0.28, 0.67), (0.42, 0.97), (0.6, 1), (0.7, 0.95),
            (0.85, 0.71), (0.985, 0.68), (1, 0.55), (1, 0.2)),
        windscreen=3, rear_window=6, belt=0.66, axles=(0.19, 0.79), windows=((0.33, 0.52), (0.535, 0.76))),
    "hatchback": Body(
        4.0, 1.75, 1.5, outline=((0, 0.2), (0, 0.52), (0.08, 0.6), (0.26, 0.66), (0.42, 0.97), (0.65, 1), (0.88, 0.92),
            (0.985, 0.62), (1, 0.5), (1, 0.2)),
        windscreen=3, rear_window=6, belt=0.64, axles=(0.19, 0.81), windows=((0.32, 0.55), (0.57, 0.86)), lean=0.18),
    "estate": Body(
        4.8, 1.82, 1.5, outline=((0, 0.2), (0, 0.52), (0.07, 0.6), (0.26, 0.66), (0.4, 0.97), (0.6, 1), (0.9, 0.96),
            (0.985, 0.65), (1, 0.5), (1, 0.2)),
        windscreen=3, rear_window=6, belt=0.64, axles=(0.18, 0.79), windows=((0.31, 0.49), (0.505, 0.68),
        (0.695, 0.9))),
    "suv": Body(
        4.8, 1.92, 1.8, outline=((0, 0.24), (0, 0.54), (0.06, 0.61), (0.25, 0.65), (0.37, 0.97), (0.6, 1),
            (0.92, 0.97), (0.985, 0.65), (1, 0.5), (1, 0.24)),
        windscreen=3, rear_window=6, belt=0.63, axles=(0.19, 0.79), windows=((0.29, 0.48), (0.495, 0.69),
        (0.705, 0.92)), wheel=0.39, floor=0.34),
    "sports": Body(
        4.5, 1.9, 1.22, outline=((0, 0.18), (0, 0.44), (0.12, 0.56), (0.33, 0.66), (0.48, 0.97), (0.58, 1),
            (0.72, 0.92), (0.9, 0.74), (0.99, 0.68), (1, 0.5), (1, 0.2)),
        windscreen=3, rear_window=6, belt=0.66, axles=(0.19, 0.78), windows=((0.4, 0.66),), wheel=0.34, floor=0.14,
        lean=0.24),
    "pickup": Body(
        5.4, 1.95, 1.85, outline=((0, 0.26), (0, 0.55), (0.05, 0.61), (0.23, 0.65), (0.33, 0.97), (0.42, 1),
            (0.58, 0.98), (0.62, 0.62), (0.995, 0.62), (1, 0.26)),
        windscreen=3, rear_window=6, belt=0.62, axles=(0.17, 0.77), windows=((0.26, 0.42), (0.435, 0.58)), wheel=0.4,
        floor=0.36),
    "van": Body(
        5.4, 2.0, 2.35, outline=((0, 0.16), (0, 0.4), (0.04, 0.47), (0.13, 0.53), (0.26, 0.94), (0.34, 1),
            (0.985, 0.99), (1, 0.6), (1, 0.16)),
        windscreen=3, rear_window=None, belt=0.53, axles=(0.16, 0.77), windows=((0.17, 0.33),), wheel=0.35, floor=0.28,
        lean=0.1, round=0.1, glass_height=0.88),
    "minibus": Body(
        5.6, 2.0, 2.4, outline=((0, 0.16), (0, 0.4), (0.04, 0.47), (0.12, 0.53), (0.25, 0.94), (0.33, 1),
            (0.985, 0.99), (1, 0.6), (1, 0.16)),
        windscreen=3, rear_window=6, belt=0.53, axles=(0.16, 0.77), windows=((0.16, 0.31), (0.33, 0.5), (0.515, 0.68),
        (0.695, 0.82), (0.835, 0.96)), wheel=0.35, floor=0.28, lean=0.1, round=0.1, glass_height=0.88),
    "box": Body(  # a van's cab with a square body: ambulances, couriers
        6.0, 2.15, 2.75, outline=((0, 0.14), (0, 0.34), (0.03, 0.4), (0.11, 0.45), (0.23, 0.74), (0.29, 0.8),
            (0.3, 0.97), (0.33, 1), (0.99, 1), (1, 0.97), (1, 0.14)),
        windscreen=3, rear_window=None, belt=0.45, axles=(0.15, 0.76), windows=((0.15, 0.27),), wheel=0.38, floor=0.32,
        lean=0.04, round=0.06, glass_height=0.74),
    "lorry": Body(
        7.6, 2.4, 3.2, outline=((0, 0.15), (0, 0.42), (0.015, 0.74), (0.05, 0.79), (0.225, 0.79), (0.245, 0.97),
            (0.26, 1), (0.99, 1), (1, 0.97), (1, 0.2)),
        windscreen=1, rear_window=None, belt=0.44, axles=(0.14, 0.76), windows=((0.04, 0.2),), wheel=0.48, floor=0.45,
        lean=0.02, round=0.06, glass_height=0.72),
    "engine": Body(  # a fire engine: a crew cab and a body of equal height
        7.8, 2.45, 3.0, outline=((0, 0.13), (0, 0.42), (0.012, 0.86), (0.04, 0.92), (0.36, 0.93), (0.37, 0.97),
            (0.985, 0.98), (1, 0.9), (1, 0.16)),
        windscreen=1, rear_window=None, belt=0.48, axles=(0.2, 0.74), windows=((0.035, 0.15), (0.19, 0.33)), wheel=0.5,
        floor=0.42, lean=0.02, round=0.06, glass_height=0.82),
    "bus": Body(
        10.5, 2.5, 3.05, outline=((0, 0.1), (0, 0.3), (0.008, 0.9), (0.03, 1), (0.98, 1), (1, 0.9), (1, 0.1)),
        windscreen=1, rear_window=4, belt=0.42, axles=(0.24, 0.72), windows=((0.02, 0.1), (0.11, 0.24), (0.25, 0.38),
        (0.39, 0.52), (0.53, 0.66), (0.67, 0.8), (0.81, 0.94)), wheel=0.48, floor=0.3, lean=0.04, round=0.12,
        glass_height=0.86),
}  # fmt: skip


@cache
def smooth_outline(kind: str) -> tuple:
    """Give a body's outline with its corners rounded.

    Args:
        kind: A name in `BODIES`.

    Returns:
        (metres from the nose, metres above the ground, which stretch of the original outline) a point.

    Example:
        >>> len(smooth_outline("bus")) > len(BODIES["bus"].outline)
        True
    """
    body = BODIES[kind]
    points = [(t * body.length, z * body.height) for t, z in body.outline]
    smooth = [(*points[0], 0)]
    for number, (before, corner, after) in enumerate(zip(points, points[1:], points[2:], strict=False)):
        ends = []
        for other in (before, after):
            distance = math.dist(corner, other)
            share = min(0.45, body.round / distance)
            ends.append((corner[0] + (other[0] - corner[0]) * share, corner[1] + (other[1] - corner[1]) * share))
        middle = tuple(0.25 * ends[0][i] + 0.5 * corner[i] + 0.25 * ends[1][i] for i in (0, 1))
        smooth += [(*ends[0], number), (*middle, number + 1), (*ends[1], number + 1)]
    return (*smooth, (*points[-1], len(points) - 2))


class Sheet:
    """A body standing somewhere: places on its side, front and rear in handy coordinates, and its panels.

    Args:
        kind: A name in `BODIES`.
        place: Where it stands.
    """

    def __init__(self, kind: str, place: Placed):
        self.body, self.place, self.outline = BODIES[kind], place, smooth_outline(kind)
        body, eye = self.body, place.eye
        self.side = (1 if eye[1] > 0 else -1) if abs(eye[1]) > body.width / 2 else 0
        self.end = (1 if eye[0] > 0 else -1) if abs(eye[0]) > body.length / 2 else 0
        self.large = place.pixels(body.height) > LARGE

    def half(self, along: float, z: float) -> float:
        """Give half the width in metres, `along` metres from the nose at height `z` metres."""
        body = self.body
        belt = body.belt * body.height
        taper = 0.1 if body.lean > 0.1 else 0.03
        return body.width / 2 * (1 - taper * (2 * along / body.length - 1) ** 4) - body.lean * max(0.0, z - belt) / (
            body.height - belt
        )

    def top(self, along: float) -> float:
        """Give the height of the outline in metres, `along` metres from the nose."""
        best = 0.0
        for (a, za, _), (b, zb, _) in zip(self.outline, self.outline[1:], strict=False):
            if a <= along <= b:
                best = max(best, za + (zb - za) * (along - a) / (b - a) if b > a else max(za, zb))
        return best

    def on_side(self, share: float, z: float, out: float = 0.0) -> tuple[float, float, float]:
        """Give a point on the visible side: share of the length, share of the height, metres off the skin."""
        along, high = share * self.body.length, z * self.body.height
        return self.body.length / 2 - along, (self.side or 1) * (self.half(along, high) + out), high

    def on_end(self, across: float, z: float) -> tuple[float, float, float]:
        """Give a point on the visible front or rear: -1..1 across, share of the height."""
        high, along = z * self.body.height, None
        points = self.outline if self.end > 0 else self.outline[::-1]
        for (a, za, _), (b, zb, _) in zip(points, points[1:], strict=False):
            if za <= high <= zb and zb > za:
                along = a + (b - a) * (high - za) / (zb - za)
                break
        if along is None:
            along = points[0][0]
        return self.body.length / 2 - along, across * self.half(along, high), high

    def panel(self, start: float, stop: float, low: float, high: float, fill, steps: int = 7) -> None:
        """Fill a band of the side, cut off where the outline is lower; shares of length and height."""
        body = self.body
        columns = [start + (stop - start) * i / (steps - 1) for i in range(steps)]
        tops = [min(high, self.top(min(0.999, max(0.001, c)) * body.length) / body.height) for c in columns]
        kept = [(c, t) for c, t in zip(columns, tops, strict=True) if t > low + 0.004]
        if len(kept) > 1:
            points = [self.on_side(c, t) for c, t in kept] + [self.on_side(c, low) for c, _ in reversed(kept)]
            self.place.polygon(points, fill)

    def patch(self, across: tuple, z: tuple, fill) -> None:
        """Fill a rectangle on the visible front or rear."""
        corners = ((across[0], z[0]), (across[1], z[0]), (across[1], z[1]), (across[0], z[1]))
        self.place.polygon([self.on_end(a, h) for a, h in corners], fill)


def draw_shadow(sheet: Sheet) -> None:
    """Darken the ground under and beside a body."""
    body, place = sheet.body, sheet.place
    light = place.light
    slide = [-part * 0.35 * body.height for part in place.sun[:2]]
    for grow, dark in SHADOWS:
        x, y = body.length / 2 + grow, body.width / 2 + grow * 0.8
        move = slide if grow > 0 else (0, 0)
        points = [(a * x * c + move[0], b * y * d + move[1], 0.0)
                  for a, b in ((-1, -1), (-1, 1), (1, 1), (1, -1)) for c, d in SHADOW_CORNERS[:: a * b]]  # fmt: skip
        place.polygon(points, (*UNDERNEATH, int(255 * dark * light.shadow)))


def draw_wheel(sheet: Sheet, share: float, side: int, near: bool, rim: Colour, spokes: int) -> None:
    """Draw a tyre: its tread, or on the near side its face with the rim and the dark arch above it."""
    body, place = sheet.body, sheet.place
    x, radius = body.length / 2 - share * body.length, body.wheel
    edge = sheet.half(share * body.length, radius) * side
    turns = [corner * math.tau / CORNERS for corner in range(CORNERS)]

    def disc(size, inwards, fill):
        y = edge - side * inwards
        place.polygon([(x + math.cos(t) * size, y, max(0.0, radius + math.sin(t) * size)) for t in turns], fill)

    if not near:
        for inwards in INWARDS if sheet.large else FEW_INWARDS:
            disc(radius, inwards, TYRE)
        return
    disc(radius * 1.2, 0.0, ARCH)
    disc(radius, 0.0, TYRE)
    disc(radius * 0.98, 0.01, place.shade(SIDEWALL, (0, side, 0)))
    bright = place.shade(rim, (0, side, 0.3))
    spokes = spokes if sheet.large else 0
    disc(radius * RIM, 0.0, mix(bright, BETWEEN_SPOKES, 0.55) if spokes else bright)
    for spoke in range(spokes):
        angle = math.tau * (spoke + 0.3) / spokes
        tip = (x + math.cos(angle) * radius * SPOKE, edge, radius + math.sin(angle) * radius * SPOKE)
        place.line([(x, edge, radius), tip], bright, 0.05)
    disc(radius * HUB, 0.0, bright)


def draw_strips(sheet: Sheet, paint: Colour, glass: Colour, hood: Colour | None, roof: Colour | None) -> None:
    """Draw hood, windscreen, roof, rear window and both ends: the outline swept across the width."""
    body, place = sheet.body, sheet.place
    half_length = body.length / 2
    strips = []
    for (a, za, _), (b, zb, stretch) in zip(sheet.outline, sheet.outline[1:], strict=False):
        length = math.hypot(b - a, zb - za)
        if length < 1e-6:
            continue
        normal = ((za - zb) / length * -1, 0.0, (b - a) / length)
        middle = (half_length - (a + b) / 2, 0.0, (za + zb) / 2)
        if place.sees(*middle, normal):
            depth = place.depth + middle[0] * place.sin
            strips.append((depth, a, za, b, zb, stretch, normal))
    for _, a, za, b, zb, stretch, normal in sorted(strips, reverse=True):
        left, right = sheet.half(a, za), sheet.half(b, zb)
        colour = paint
        if hood and normal[2] > 0.6 and b < 0.3 * body.length:
            colour = hood
        elif roof and normal[2] > 0.8 and za > 0.85 * body.height:
            colour = roof
        corners = [(half_length - a, -left, za), (half_length - a, left, za), (half_length - b, right, zb),
                   (half_length - b, -right, zb)]  # fmt: skip
        place.polygon(corners, place.shade(colour, normal, 0.3))
        if stretch in (body.windscreen, body.rear_window) and body.windows:
            shiny = mix(glass, place.light.sky, 0.18 + 0.35 * max(0.0, normal[2]))
            place.polygon([(x, y * 0.9, z) for x, y, z in corners], shiny)


def draw_side(sheet: Sheet, paint: Colour, glass: Colour, cladding: Colour | None, detail) -> None:
    """Draw the visible side: shaded skin, then what `detail(sheet)` paints on it, windows, doors and handles."""
    body, place, side = sheet.body, sheet.place, sheet.side
    if not side:
        return
    half_length = body.length / 2
    skin = place.shade(paint, (0, side, UPWARD))
    ring = [(half_length - a, side * sheet.half(a, z), z) for a, z, _ in sheet.outline]
    place.polygon(ring, skin)
    detail(sheet)
    floor, tall = body.floor / body.height, body.height >= TALL
    sky = place.light.sky
    if sheet.large:  # the sky along the shoulder, the ground along the sill
        sheet.panel(0.01, 0.99, body.belt - 0.1, body.belt, (*sky, 34))
        sheet.panel(0.02, 0.98, body.belt - 0.045, body.belt - 0.02, (*sky, 60))
        sheet.panel(0.01, 0.99, 0.0, floor + 0.17, (*GROUND, 46))
    sheet.panel(0.01, 0.99, 0.0, floor + 0.07, (*cladding, 255) if cladding else (*GROUND, 80))
    for start, stop in body.windows:
        pane = mix(glass, sky, 0.12)
        sheet.panel(start, stop, body.belt + 0.01, body.glass_height, pane)
        if sheet.large:
            sheet.panel(start, start + (stop - start) * 0.55, body.belt + 0.11, body.glass_height, (*sky, 40))
            sheet.panel(start, stop, body.belt + 0.01, body.belt + 0.07, (0, 0, 0, 60))
    if sheet.large:
        seam = darker(skin, 0.45)
        for start, stop in body.windows[: 1 if tall else 2]:
            for edge in (start - 0.005, stop + 0.007):
                place.line([sheet.on_side(edge, floor + 0.08), sheet.on_side(edge, body.belt)], seam, 0.018)
            low = body.belt - 0.07
            place.line([sheet.on_side(stop - 0.055, low), sheet.on_side(stop - 0.02, low)], seam, 0.045)
        start = body.windows[0][0]
        mirror = sheet.on_side(start, body.belt + 0.06, 0.1)
        size = 0.16 if tall else 0.09
        place.box((mirror[0] - 0.05, mirror[0] + 0.12), (mirror[1] - 0.1, mirror[1] + 0.1),
                  (mirror[2] - size, mirror[2] + size), PLASTIC if tall else paint)  # fmt: skip


def draw_ends(sheet: Sheet, paint: Colour, lamp_style: float, lit: bool, plate: Colour) -> None:
    """Draw lamps, grille, bumper and number plate on the visible front or rear."""
    body, place, end = sheet.body, sheet.place, sheet.end
    if not end:
        return
    tall = body.height > 2.1
    low = body.floor / body.height
    nose = 0.4 if body.height > 2.9 else 0.45 if tall else 0.52
    dark = place.shade(GRILLE, (end, 0, 0))
    sheet.patch((-0.97, 0.97), (low, low + 0.13), mix(dark, paint, 0.25 if tall else 0.5))
    night = place.light.dark
    z = (nose - 0.13, nose - 0.02)
    if end > 0:
        grille = (-0.45 - 0.15 * lamp_style, 0.45 + 0.15 * lamp_style)
        sheet.patch(grille, (nose - 0.15, nose - 0.02), dark)
        if sheet.large:
            for share in (0.25, 0.5, 0.75):
                height = nose - 0.15 + 0.13 * share
                place.line([sheet.on_end(grille[0], height), sheet.on_end(grille[1], height)], GRILLE_BAR)
        sheet.patch((-0.5, 0.5), (low + 0.02, low + 0.09), dark)
        lamp = HEADLAMP if lit or night < 0.5 else HEADLAMP_OFF
        lamp = lamp if lit else place.shade(lamp, (end, 0, 0))
        colour, strength = HEADLIGHT, 0.9
    else:
        lamp, colour, strength = TAIL_LAMP if lit else TAIL_LAMP_OFF, TAIL_LAMP, 0.6
        if body.rear_window is None and tall:
            place.line([sheet.on_end(0, low + 0.1), sheet.on_end(0, 0.95)], darker(paint, 0.5), 0.03)
    inner = 0.62 if end > 0 else 0.7
    for sign in (-1, 1):
        sheet.patch((sign * inner, sign * 0.95), (z[0] - 0.02 * lamp_style, z[1]), lamp)
        if sheet.large and end > 0:
            sheet.patch((sign * (inner + 0.22), sign * 0.95), (z[0], z[1] - 0.03), INDICATOR)
        if lit:
            spot = sheet.on_end(sign * 0.78, nose - 0.08)
            place.glow(spot, 0.3 + 0.5 * night, colour, strength * (0.5 + 0.5 * night))
    width = 0.24 if tall else 0.3
    sheet.patch((-width, width), (low + 0.04, low + 0.04 + 0.13 / body.height), place.shade(plate, (end, 0, 0)))
