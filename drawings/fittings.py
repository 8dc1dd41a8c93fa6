"""What is painted on vehicles and mounted on them: stripes, checks, words, light bars, racks, ladders.

Every function here returns a function that takes a `bodies.Sheet` and draws one thing on it.
"""

from collections.abc import Callable, Sequence
from random import Random

from PIL import Image

from drawings.bodies import UPWARD, Sheet
from drawings.solid import Colour, darker, lettering, lighter

BLUE, RED, AMBER, CLEAR = (24, 82, 255), (255, 28, 24), (255, 156, 20), (225, 228, 232)
SIGN_LIGHT = (255, 240, 190)
FOOT, RAIL, REAR_GLASS = (30, 30, 34), (40, 40, 44), (40, 46, 54)  # of a light bar, of a rack, of a van
LOADS = [(30, 30, 34), (150, 110, 66), (40, 90, 160), (190, 40, 36), (200, 202, 206)]
SHUTTER, LADDER, RUNGS = (178, 182, 188), (196, 198, 202), 12
SLATS, GAP, ABOVE_WHEEL = 6, 0.012, 0.42  # of roller shutters: in each, beside each, where they end over an axle
FROM, TO = 0.01, 0.99  # of the length: what is painted along a whole side
CHECKED_FROM, CHECKED_TO = 0.02, 0.98
CHEVRONS = 5  # stripes above each other
WORD_ABOVE_GRILLE = 0.07  # share of the height
Item = Callable[[Sheet], None]


def _side_shade(sheet: Sheet, colour: Colour) -> Colour:
    return sheet.place.shade(colour, (0, sheet.side, UPWARD))


def _end_shade(sheet: Sheet, colour: Colour) -> Colour:
    return sheet.place.shade(colour, (sheet.end, 0, 0))


def _write(sheet: Sheet, image: Image.Image, spot: Callable, middle: float, half: float, z: float, tall: float) -> None:
    """Map a word on a place; `half` is half its length, negative where the place is seen mirrored."""
    left, right, low, high = middle - half, middle + half, z - tall / 2, z + tall / 2
    sheet.place.picture(image, [spot(left, high), spot(right, high), spot(right, low), spot(left, low)])


def area(start: float, stop: float, low: float, high: float, colour: Colour) -> Item:
    """Paint a field of the side; shares of the length and of the height."""
    return lambda sheet: sheet.panel(start, stop, low, high, _side_shade(sheet, colour))


def band(low: float, high: float, colour: Colour) -> Item:
    """Paint a stripe along the whole side."""
    return area(FROM, TO, low, high, colour)


def slash(start: float, width: float, low: float, high: float, colour: Colour, slope: float = 0.1) -> Item:
    """Paint a slanting stripe on the side."""

    def draw(sheet: Sheet) -> None:
        corners = ((start, low), (start + width, low), (start + width + slope, high), (start + slope, high))
        sheet.place.polygon([sheet.on_side(*corner) for corner in corners], _side_shade(sheet, colour))

    return draw


def checks(low: float, high: float, cells: int, rows: int, a: Colour, b: Colour | None) -> Item:
    """Paint a chequered band on the side: two rows of big cells are a Battenburg pattern."""

    def draw(sheet: Sheet) -> None:
        wide, tall = (CHECKED_TO - CHECKED_FROM) / cells, (high - low) / rows
        lit = [None if colour is None else _side_shade(sheet, colour) for colour in (a, b)]
        for cell in range(cells):
            for row in range(rows):
                fill = lit[(cell + row) % 2]
                if fill:
                    left, bottom = CHECKED_FROM + cell * wide, low + row * tall
                    sheet.panel(left, left + wide, bottom, bottom + tall, fill, steps=3)

    return draw


def word(text: str, colour: Colour, share: float, z: float, tall: float) -> Item:
    """Write a word on the side, in reading direction; `tall` in shares of the height."""

    def draw(sheet: Sheet) -> None:
        if not sheet.large:
            return
        image = lettering(text, _side_shade(sheet, colour))
        long = tall * sheet.body.height * image.width / image.height / sheet.body.length / 2
        _write(sheet, image, sheet.on_side, share, long * sheet.side, z, tall)

    return draw


def hood_word(text: str, colour: Colour) -> Item:
    """Write a word above the grille or on the rear."""

    def draw(sheet: Sheet) -> None:
        if sheet.end and sheet.large:
            image, tall = lettering(text, _end_shade(sheet, colour)), WORD_ABOVE_GRILLE
            long = min(0.8, tall * sheet.body.height * image.width / image.height / sheet.body.width)
            _write(sheet, image, sheet.on_end, 0, long * sheet.end, sheet.body.belt - 0.06, tall)

    return draw


def cross(colour: Colour, share: float, z: float, tall: float) -> Item:
    """Paint a cross on the side, as ambulances carry it."""

    def draw(sheet: Sheet) -> None:
        fill = _side_shade(sheet, colour)
        wide, thin = tall * sheet.body.height / sheet.body.length / 2, 0.32
        for a, b in ((1, thin), (thin, 1)):
            corners = ((-a, -b), (a, -b), (a, b), (-a, b))
            sheet.place.polygon([sheet.on_side(share + p * wide, z + q * tall / 2) for p, q in corners], fill)

    return draw


def end_band(low: float, high: float, colour: Colour, rear: bool = True) -> Item:
    """Paint a stripe across the front and the rear."""

    def draw(sheet: Sheet) -> None:
        if sheet.end > 0 or (sheet.end and rear):
            sheet.patch((-1, 1), (low, high), _end_shade(sheet, colour))

    return draw


def chevrons(low: float, high: float, a: Colour, b: Colour) -> Item:
    """Paint the rear with slanting stripes that meet in the middle."""

    def draw(sheet: Sheet) -> None:
        if sheet.end >= 0:
            return
        first, second = (_end_shade(sheet, colour) for colour in (a, b))
        sheet.patch((-1, 1), (low, high), first)
        step = (high - low) / CHEVRONS
        for stripe in range(CHEVRONS):
            z = low + stripe * step
            for sign in (-1, 1):
                corners = ((0, z + step), (0, min(high, z + 1.55 * step)), (sign, z + 0.55 * step), (sign, z))
                sheet.place.polygon([sheet.on_end(*corner) for corner in corners], second)

    return draw


def rear_doors() -> Item:
    """Put two windows in the rear doors of a van."""

    def draw(sheet: Sheet) -> None:
        if sheet.end < 0:
            for sign in (-1, 1):
                sheet.patch((sign * 0.12, sign * 0.8), (0.6, 0.86), REAR_GLASS)

    return draw


def _roof(sheet: Sheet, share: float) -> tuple[float, float]:
    return sheet.body.length / 2 - share * sheet.body.length, sheet.top(share * sheet.body.length)


def light_bar(share: float, lenses: Sequence[Colour], wide: float = 0.62, tall: float = 0.13, lit: bool = True) -> Item:
    """Mount a light bar across the roof: coloured lenses beside each other, flashing or not."""

    def draw(sheet: Sheet) -> None:
        x, z = _roof(sheet, share)
        half, deep = wide * sheet.body.width / 2, 0.15
        sheet.place.box((x - deep * 0.8, x + deep * 0.8), (-half * 0.9, half * 0.9), (z - 0.02, z + 0.04), FOOT)
        order = range(len(lenses)) if sheet.place.eye[1] > 0 else range(len(lenses) - 1, -1, -1)
        for number in order:
            low = -half + 2 * half * number / len(lenses)
            colour = lenses[number]
            flash = lit and number % 2 == 0
            shown = lighter(colour, 0.35) if flash else darker(colour, 0.25)
            sheet.place.box(
                (x - deep, x + deep), (low, low + 2 * half / len(lenses)), (z + 0.04, z + 0.04 + tall), shown
            )
            if flash and colour != CLEAR:
                dark, spot = sheet.place.light.dark, (x, low + half / len(lenses), z + 0.1)
                sheet.place.glow(spot, 0.35 + 0.9 * dark, colour, 0.35 + 0.5 * dark)

    return draw


def beacon(share: float, colour: Colour, across: float = 0.0, size: float = 0.1, lit: bool = True) -> Item:
    """Mount a single rotating lamp."""

    def draw(sheet: Sheet) -> None:
        x, z = _roof(sheet, share)
        y = across * sheet.body.width / 2
        sheet.place.box((x - size, x + size), (y - size, y + size), (z, z + 2.2 * size),
                        lighter(colour, 0.2) if lit else darker(colour, 0.3))  # fmt: skip
        if lit:
            dark = sheet.place.light.dark
            sheet.place.glow((x, y, z + size), 0.25 + 0.8 * dark, colour, 0.3 + 0.5 * dark)

    return draw


def grille_lamps(colour: Colour, z: float) -> Item:
    """Hide two small lamps in the grille or behind the rear window."""

    def draw(sheet: Sheet) -> None:
        for sign in (-1, 1) if sheet.end else ():
            sheet.patch((sign * 0.16, sign * 0.36), (z, z + 0.05), lighter(colour, 0.3))
            sheet.place.glow(sheet.on_end(sign * 0.26, z + 0.025), 0.2 + 0.5 * sheet.place.light.dark, colour, 0.4)

    return draw


def roof_sign(share: float, colour: Colour) -> Item:
    """Put the sign of a taxi or a driving school on the roof."""

    def draw(sheet: Sheet) -> None:
        x, z = _roof(sheet, share)
        sheet.place.box((x - 0.13, x + 0.13), (-0.32, 0.32), (z, z + 0.2), colour)
        if sheet.place.light.dark > 0.4:
            sheet.place.glow((x, 0, z + 0.1), 0.5, SIGN_LIGHT, 0.5)

    return draw


def rack(rng: Random) -> Item:
    """Mount rails on the roof, sometimes with a box, boards or a ladder on them."""
    load = rng.choice([None, "box", "boards", "boards"])
    colour = rng.choice(LOADS)

    def draw(sheet: Sheet) -> None:
        place, body = sheet.place, sheet.body
        first, last = body.windows[0][0] + 0.16, 0.85 if body.windows[-1][1] > 0.6 or body.height > 2 else 0.55
        (x0, z0), (x1, z1) = _roof(sheet, last), _roof(sheet, first)
        z, y = max(z0, z1) + 0.07, 0.36 * body.width
        for x in (x0 + 0.2, x1 - 0.2):
            place.box((x - 0.04, x + 0.04), (-y, y), (z - 0.08, z), RAIL)
        if load == "box":
            place.box((x0 + 0.15, x1 - 0.25), (-0.4, 0.42), (z, z + 0.32), colour)
        elif load == "boards":
            place.box((x0 - 0.2, x1), (-0.35, 0.2), (z, z + 0.1), colour)

    return draw


def ladder(start: float, stop: float) -> Item:
    """Lay a ladder on the roof."""

    def draw(sheet: Sheet) -> None:
        place, side = sheet.place, sheet.side or 1
        (x0, z0), (x1, _) = _roof(sheet, stop), _roof(sheet, start)
        low, wide = z0 + 0.25, 0.45
        high = low + 0.22
        fill = place.shade(LADDER, (0, side, 0.4))
        for y in (-wide, wide):
            for z, thick in ((low, 0.12), (high, 0.06)):
                place.line([(x0 - 0.3, y, z), (x1 + 0.2, y, z)], fill, thick)
        for rung in range(RUNGS):
            x = x0 + (x1 - x0) * rung / (RUNGS - 1)
            place.line([(x, -wide, low), (x, wide, low)], fill, 0.05)
            place.line([(x, wide * side, low), (x, wide * side, high)], fill, 0.05)

    return draw


def lockers(start: float, stop: float, low: float, high: float, count: int, colour: Colour = SHUTTER) -> Item:
    """Put roller shutters in the side of a fire engine or a utility lorry."""

    def draw(sheet: Sheet) -> None:
        wide = (stop - start) / count
        for number in range(count):
            left, right = start + number * wide + GAP, start + number * wide + wide - GAP
            over_axle = abs(start + number * wide + wide / 2 - sheet.body.axles[1]) <= 0.09
            bottom = max(low, ABOVE_WHEEL) if over_axle else low
            sheet.panel(left, right, bottom, high, _side_shade(sheet, colour), steps=3)
            for row in range(1, SLATS) if sheet.large else ():
                z = bottom + (high - bottom) * row / SLATS
                sheet.place.line([sheet.on_side(left, z), sheet.on_side(right, z)], (0, 0, 0, 60))

    return draw
