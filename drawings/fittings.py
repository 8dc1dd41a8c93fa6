"""What is painted on vehicles and mounted on them: stripes, checks, words, light bars, racks, ladders.

Every function here returns a function that takes a `bodies.Sheet` and draws one thing on it.
"""

from collections.abc import Callable, Sequence
from random import Random

from drawings.bodies import Sheet
from drawings.solid import Colour, darker, lettering, lighter

BLUE, RED, AMBER, CLEAR = (24, 82, 255), (255, 28, 24), (255, 156, 20), (225, 228, 232)
Item = Callable[[Sheet], None]


def _side_shade(sheet: Sheet, colour: Colour) -> Colour:
    return sheet.place.shade(colour, (0, sheet.side, 0.05))


def area(start: float, stop: float, low: float, high: float, colour: Colour) -> Item:
    """Paint a field of the side; shares of the length and of the height."""
    return lambda sheet: sheet.panel(start, stop, low, high, _side_shade(sheet, colour))


def band(low: float, high: float, colour: Colour, start: float = 0.01, stop: float = 0.99) -> Item:
    """Paint a stripe along the whole side."""
    return area(start, stop, low, high, colour)


def slash(start: float, width: float, low: float, high: float, colour: Colour, slope: float = 0.1) -> Item:
    """Paint a slanting stripe on the side."""

    def draw(sheet: Sheet) -> None:
        corners = ((start, low), (start + width, low), (start + width + slope, high), (start + slope, high))
        sheet.place.polygon([sheet.on_side(*corner) for corner in corners], _side_shade(sheet, colour))

    return draw


def checks(low: float, high: float, cells: int, rows: int, a: Colour, b: Colour | None, start=0.02, stop=0.98) -> Item:
    """Paint a chequered band on the side: two rows of big cells are a Battenburg pattern."""

    def draw(sheet: Sheet) -> None:
        wide, tall = (stop - start) / cells, (high - low) / rows
        lit = [None if colour is None else _side_shade(sheet, colour) for colour in (a, b)]
        for cell in range(cells):
            for row in range(rows):
                fill = lit[(cell + row) % 2]
                if fill:
                    left, bottom = start + cell * wide, low + row * tall
                    sheet.panel(left, left + wide, bottom, bottom + tall, fill, steps=3)

    return draw


def word(text: str, colour: Colour, share: float, z: float, tall: float) -> Item:
    """Write a word on the side, in reading direction; `tall` in shares of the height."""

    def draw(sheet: Sheet) -> None:
        if not sheet.large:
            return
        image = lettering(text, _side_shade(sheet, colour))
        long = tall * sheet.body.height * image.width / image.height / sheet.body.length / 2
        left, right = (share - long, share + long) if sheet.side > 0 else (share + long, share - long)
        corners = [(left, z + tall / 2), (right, z + tall / 2), (right, z - tall / 2), (left, z - tall / 2)]
        sheet.place.picture(image, [sheet.on_side(*corner) for corner in corners])

    return draw


def hood_word(text: str, colour: Colour, tall: float = 0.07) -> Item:
    """Write a word above the grille or on the rear."""

    def draw(sheet: Sheet) -> None:
        if sheet.end and sheet.large:
            image = lettering(text, sheet.place.shade(colour, (sheet.end, 0, 0)))
            z = sheet.body.belt - 0.06
            long = min(0.8, tall * sheet.body.height * image.width / image.height / sheet.body.width)
            left, right = (-long, long) if sheet.end > 0 else (long, -long)
            corners = [(left, z + tall / 2), (right, z + tall / 2), (right, z - tall / 2), (left, z - tall / 2)]
            sheet.place.picture(image, [sheet.on_end(*corner) for corner in corners])

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


def end_band(low: float, high: float, colour: Colour, rear: bool = True, front: bool = True) -> Item:
    """Paint a stripe across the front and the rear."""

    def draw(sheet: Sheet) -> None:
        if (sheet.end < 0 and rear) or (sheet.end > 0 and front):
            sheet.patch((-1, 1), (low, high), sheet.place.shade(colour, (sheet.end, 0, 0)))

    return draw


def chevrons(low: float, high: float, a: Colour, b: Colour, stripes: int = 5) -> Item:
    """Paint the rear with slanting stripes that meet in the middle."""

    def draw(sheet: Sheet) -> None:
        if sheet.end >= 0:
            return
        first, second = (sheet.place.shade(colour, (-1, 0, 0)) for colour in (a, b))
        sheet.patch((-1, 1), (low, high), first)
        step = (high - low) / stripes
        for stripe in range(stripes):
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
                sheet.patch((sign * 0.12, sign * 0.8), (0.6, 0.86), (40, 46, 54))

    return draw


def _roof(sheet: Sheet, share: float) -> tuple[float, float]:
    return sheet.body.length / 2 - share * sheet.body.length, sheet.top(share * sheet.body.length)


def light_bar(share: float, lenses: Sequence[Colour], wide: float = 0.62, tall: float = 0.13, lit: bool = True) -> Item:
    """Mount a light bar across the roof: coloured lenses beside each other, flashing or not."""

    def draw(sheet: Sheet) -> None:
        x, z = _roof(sheet, share)
        half, deep = wide * sheet.body.width / 2, 0.15
        sheet.place.box((x - deep * 0.8, x + deep * 0.8), (-half * 0.9, half * 0.9), (z - 0.02, z + 0.04), (30, 30, 34))
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
                column, row = sheet.place.spot(x, low + half / len(lenses), z + 0.1)
                dark = sheet.place.light.dark
                size = sheet.place.pixels(0.35 + 0.9 * dark)
                sheet.place.camera.glows.append((column, row, size, colour, 0.35 + 0.5 * dark))

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
            column, row = sheet.place.spot(x, y, z + size)
            sheet.place.camera.glows.append(
                (column, row, sheet.place.pixels(0.25 + 0.8 * dark), colour, 0.3 + 0.5 * dark)
            )

    return draw


def grille_lamps(colour: Colour, z: float, lit: bool = True) -> Item:
    """Hide two small lamps in the grille or behind the rear window."""

    def draw(sheet: Sheet) -> None:
        if not sheet.end:
            return
        dark = sheet.place.light.dark
        for sign in (-1, 1):
            sheet.patch((sign * 0.16, sign * 0.36), (z, z + 0.05), lighter(colour, 0.3))
            if lit:
                column, row = sheet.place.spot(*sheet.on_end(sign * 0.26, z + 0.025))
                sheet.place.camera.glows.append((column, row, sheet.place.pixels(0.2 + 0.5 * dark), colour, 0.4))

    return draw


def roof_sign(share: float, colour: Colour) -> Item:
    """Put the sign of a taxi or a driving school on the roof."""

    def draw(sheet: Sheet) -> None:
        x, z = _roof(sheet, share)
        sheet.place.box((x - 0.13, x + 0.13), (-0.32, 0.32), (z, z + 0.2), colour)
        if sheet.place.light.dark > 0.4:
            column, row = sheet.place.spot(x, 0, z + 0.1)
            sheet.place.camera.glows.append((column, row, sheet.place.pixels(0.5), (255, 240, 190), 0.5))

    return draw


def rack(rng: Random) -> Item:
    """Mount rails on the roof, sometimes with a box, boards or a ladder on them."""
    load = rng.choice([None, "box", "boards", "boards"])
    colour = rng.choice([(30, 30, 34), (150, 110, 66), (40, 90, 160), (190, 40, 36), (200, 202, 206)])

    def draw(sheet: Sheet) -> None:
        place, body = sheet.place, sheet.body
        first, last = body.windows[0][0] + 0.16, 0.85 if body.windows[-1][1] > 0.6 or body.height > 2 else 0.55
        (x0, z0), (x1, z1) = _roof(sheet, last), _roof(sheet, first)
        z, y = max(z0, z1) + 0.07, 0.36 * body.width
        for x in (x0 + 0.2, x1 - 0.2):
            place.box((x - 0.04, x + 0.04), (-y, y), (z - 0.08, z), (40, 40, 44))
        if load == "box":
            place.box((x0 + 0.15, x1 - 0.25), (-0.4, 0.42), (z, z + 0.32), colour)
        elif load == "boards":
            place.box((x0 - 0.2, x1), (-0.35, 0.2), (z, z + 0.1), colour)

    return draw


def ladder(start: float, stop: float, colour: Colour = (196, 198, 202)) -> Item:
    """Lay a ladder on the roof."""

    def draw(sheet: Sheet) -> None:
        place = sheet.place
        (x0, z0), (x1, _) = _roof(sheet, stop), _roof(sheet, start)
        z = z0 + 0.25
        fill = place.shade(colour, (0, sheet.side or 1, 0.4))
        for y in (-0.45, 0.45):
            place.line([(x0 - 0.3, y, z), (x1 + 0.2, y, z)], fill, 0.12)
            place.line([(x0 - 0.3, y, z + 0.22), (x1 + 0.2, y, z + 0.22)], fill, 0.06)
        for rung in range(12):
            x = x0 + (x1 - x0) * rung / 11
            place.line([(x, -0.45, z), (x, 0.45, z)], fill, 0.05)
            place.line([(x, 0.45 * (sheet.side or 1), z), (x, 0.45 * (sheet.side or 1), z + 0.22)], fill, 0.05)

    return draw


def lockers(start: float, stop: float, low: float, high: float, count: int, colour: Colour = (178, 182, 188)) -> Item:
    """Put roller shutters in the side of a fire engine or a utility lorry."""

    def draw(sheet: Sheet) -> None:
        wide = (stop - start) / count
        for number in range(count):
            left = start + number * wide
            bottom = low if abs(left + wide / 2 - sheet.body.axles[1]) > 0.09 else max(low, 0.42)
            sheet.panel(left + 0.012, left + wide - 0.012, bottom, high, _side_shade(sheet, colour), steps=3)
            if sheet.large:
                for row in range(1, 6):
                    z = bottom + (high - bottom) * row / 6
                    ends = [sheet.on_side(left + 0.012, z), sheet.on_side(left + wide - 0.012, z)]
                    sheet.place.line(ends, (0, 0, 0, 60), 0.02)

    return draw
