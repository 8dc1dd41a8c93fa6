"""Vegetables and fruit."""

import math
from random import Random

import numpy as np

from drawings import pieces, sauces, tableware
from drawings.places import any_turn, away
from drawings.relief import Relief, Skin
from drawings.solid import Colour, darker, jitter, mix, one_of
from drawings.texture import above


def floret(relief: Relief, rng: Random, x: float, y: float, reach: float, colour: Colour = (76, 126, 50)) -> None:
    """Put down a floret of broccoli or cauliflower: a stem and a crown of little knobs."""
    green, turn = jitter(rng, colour, 8), rng.uniform(0, math.tau)
    stem = away(x, y, turn, reach)
    relief.tube([(x, y), stem], [reach * 0.4, reach * 0.3], Skin(mix(green, (200, 216, 140), 0.5), gloss=0.2))
    high = relief.level(x, y)
    for step in range(9):
        far, way = reach * (0.62 if step < 8 else 0), step * 0.785
        knob = Skin(green, mix(green, (30, 60, 26), 0.6), 0.45, "grain", 1.2, bump=0.8, rough="crumb", gloss=0.1)
        relief.ellipsoid(
            x + far * math.cos(way),
            y + far * math.sin(way),
            (reach * 0.5,) * 2,
            reach * 0.8,
            knob,
            base=high + reach * (0.1 if step < 8 else 0.3),
        )


def mixed_salad(relief: Relief, rng: Random) -> None:
    """Leaves with tomatoes, cucumber, onion or cheese."""
    dish = tableware.serve(relief, rng, bowl=6, plate=6)
    pieces.salad(relief, rng, dish, rng.randint(14, 20))
    for x, y in dish.spots(rng, rng.randint(7, 14), 0.66):
        kind = rng.choice(["tomato", "cherry", "cucumber", "cucumber", "onion", "carrot", "cheese", "corn"])
        if kind == "tomato":
            pieces.tomato_slice(relief, rng, x, y, 15)
        elif kind == "cherry":
            pieces.cherry_tomato(relief, rng, x, y, 10)
        elif kind == "cucumber":
            pieces.cucumber_slice(relief, rng, x, y, 13)
        elif kind == "onion":
            points = [away(x, y, t, 12, 11) for t in np.arange(0, 6.6, 0.6).tolist()]
            relief.tube(points, 1.8, Skin((206, 130, 170), (246, 230, 240)))
        elif kind == "cheese":
            relief.ellipsoid(x, y, (8, 7), 10, Skin((250, 248, 240), bump=0.4), power=5, angle=any_turn(rng))
        else:
            tone = (236, 130, 40) if kind == "carrot" else (248, 206, 70)
            for _ in range(6):
                relief.ellipsoid(
                    x + rng.gauss(0, 6),
                    y + rng.gauss(0, 5),
                    (5 if kind == "carrot" else 3, 2.6),
                    3,
                    Skin(jitter(rng, tone, 8)),
                    angle=any_turn(rng),
                )


def carrots(relief: Relief, rng: Random) -> None:
    """Carrots with their greens, or other roots."""
    dish = tableware.serve(relief, rng, board=5, table=5, plate=2)
    turn, count = rng.uniform(0, math.tau), rng.randint(3, 7)
    colour = rng.choice([(236, 120, 36), (236, 120, 36), (150, 50, 96), (240, 226, 200)])
    cos, sin = math.cos(turn), math.sin(turn)
    for number in range(count):
        aside, angle = (number - (count - 1) / 2) * 23, turn + rng.gauss(0, 0.1)
        hx, hy = dish.x - aside * sin - 44 * cos, dish.y + aside * cos - 44 * sin
        for _ in range(5):
            way = angle + math.pi + rng.gauss(0, 0.25)
            relief.tube([(hx, hy), away(hx, hy, way, 40)], [2.2, 1.2], Skin(jitter(rng, (90, 146, 50), 12)))
        orange = jitter(rng, colour, 8)

        def creases(along, across, orange=orange):
            return [(mix(orange, (120, 50, 10), 0.6), above(np.sin(along * 60 + 2 * np.sin(along * 19)), 0.86, 5, 0.6))]

        points = [away(hx, hy, angle, far) for far in (0, 14, 60, 106)]
        relief.tube(
            points,
            [9, 12, 9, 1.5],
            Skin(orange, mix(orange, (255, 180, 100), 0.4), 0.3, "mottle", gloss=0.35),
            tint=creases,
        )


def broccoli(relief: Relief, rng: Random) -> None:
    """Broccoli or cauliflower."""
    dish = tableware.serve(relief, rng, plate=5, bowl=4, board=3)
    colour = rng.choice([(76, 126, 50), (76, 126, 50), (58, 104, 46), (240, 230, 200)])
    count = rng.randint(3, 6)
    for x, y in dish.spots(rng, count, 0.6):
        floret(relief, rng, x, y, 62 / math.sqrt(count) + 6, colour)


def fruit(relief: Relief, rng: Random) -> None:
    """Apples, oranges, pears, peaches, tomatoes or peppers in a bowl or a heap."""
    dish = tableware.serve(relief, rng, bowl=5, basket=4, table=3, board=2, plate=2)
    kinds = rng.sample(["apple", "green apple", "orange", "peach", "tomato", "pepper"], rng.choice([1, 1, 2]))
    count = rng.randint(3, 9)
    radius = min(44, 82 / math.sqrt(count))
    base = {
        "apple": (186, 30, 34),
        "green apple": (146, 180, 50),
        "orange": (240, 140, 30),
        "peach": (240, 160, 90),
        "tomato": (206, 40, 26),
    }
    pepper = rng.choice([(206, 30, 24), (240, 190, 40), (60, 130, 40)])
    for x, y in dish.spots(rng, count, 0.66):
        kind = rng.choice(kinds)
        colour = jitter(rng, base.get(kind, pepper), 8)
        other = {"apple": (236, 190, 80), "peach": (206, 50, 40), "green apple": (206, 210, 110)}.get(
            kind, darker(colour, 0.15)
        )
        rough = {"orange": 0.22, "pepper": 2.2}.get(kind, 0.0)
        cx, cy = rng.gauss(0, 0.2), rng.gauss(0, 0.2)

        def dimple(u, v, cx=cx, cy=cy, colour=colour):
            near = (u - cx) ** 2 + (v - cy) ** 2
            return [(mix(colour, (60, 60, 10), 0.7), (1 - near * 14).clip(0, 0.75))]

        relief.ellipsoid(
            x,
            y,
            (radius, radius * rng.uniform(0.92, 1)),
            1.7 * radius,
            Skin(
                colour,
                other,
                0.3,
                "patch",
                0.7,
                rim=mix(colour, (40, 10, 0), 0.4),
                bump=rough,
                rough="patch" if kind == "pepper" else "grain",
                gloss=0.3 if kind in ("peach", "orange") else 0.8,
            ),
            tint=dimple,
            angle=any_turn(rng),
        )
        sx, sy = x + cx * radius, y + cy * radius
        if kind in ("tomato", "pepper"):
            pieces.sprig(relief, rng, sx, sy, 0.3 * radius)
        elif kind != "orange":
            relief.tube([(sx, sy), (sx + 5, sy - 5)], 1.7, Skin((90, 60, 34)))


def bananas(relief: Relief, rng: Random) -> None:
    """A bunch of bananas."""
    dish = tableware.serve(relief, rng, table=6, board=3, basket=2)
    count, start, yellow = (
        rng.randint(2, 5),
        rng.uniform(0, math.tau),
        one_of(rng, [(246, 206, 60), (240, 214, 90), (206, 206, 70)], 8),
    )
    way = rng.choice([-1, 1])
    ox, oy = away(dish.x, dish.y, start, -62)
    for number in range(count):
        angle, long = start + (number - (count - 1) / 2) * 0.34, rng.uniform(112, 128)
        points = []
        for far in (0.0, 0.14, 0.35, 0.6, 0.85, 1.0):
            turn = angle + way * 0.55 * (far - 0.5)
            points.append(away(ox, oy, turn, long * far))

        def marks(along, across):
            ends = np.maximum((0.1 - along) * 14, (along - 0.955) * 24).clip(0, 1)
            return [((176, 160, 50), (np.abs(np.abs(across) - 0.45) < 0.07) * 0.5), ((84, 64, 30), ends * 0.85)]

        relief.tube(
            points,
            [4, 7, 14, 16, 12, 4],
            Skin(yellow, (120, 84, 30), rng.uniform(-0.1, 0.1), "crumb", 2.0, gloss=0.35),
            tint=marks,
        )


def berries(relief: Relief, rng: Random) -> None:
    """A bowl or heap of berries, cherries or grapes."""
    dish = tableware.serve(relief, rng, bowl=6, plate=3, basket=2)
    kinds = rng.sample(
        [(200, 26, 36), (58, 64, 124), (176, 24, 70), (120, 16, 30), (150, 186, 80)], rng.choice([1, 1, 2, 3])
    )
    if dish.kind == "bowl":
        sauces.fill(relief, dish, Skin(kinds[0], (30, 10, 20), gloss=0.3), level=dish.floor * 0.7)
    for x, y in dish.spots(rng, rng.randint(26, 40), 0.76):
        colour = rng.choice(kinds)
        if colour == kinds[0] and colour[0] > 195:
            pieces.berry(relief, rng, x, y, rng.uniform(11, 15), colour)
            relief.ellipsoid(x - 6, y - 4, (5, 3), 18, Skin((80, 140, 50)), angle=any_turn(rng))
        else:
            tone = jitter(rng, colour, 8)
            radius = rng.uniform(8.5, 12)
            relief.ellipsoid(
                x,
                y,
                (radius, radius),
                1.8 * radius,
                Skin(tone, mix(tone, (200, 200, 230), 0.3), 0.3, "mottle", rim=mix(tone, (10, 0, 20), 0.5), gloss=0.8),
            )
    pieces.sprig(relief, rng, *dish.somewhere(rng, 0.4), 11)


def citrus_halves(relief: Relief, rng: Random) -> None:
    """Halves and slices of oranges, lemons, kiwis or melons."""
    dish = tableware.serve(relief, rng, board=5, plate=4, table=3)
    count = rng.randint(2, 7)
    radius = min(46, 84 / math.sqrt(count))
    for x, y in dish.spots(rng, count, 0.6):
        colour = one_of(rng, [(244, 150, 34), (244, 206, 50), (226, 84, 60), (120, 170, 50)], 8)
        if rng.random() < 0.25:
            relief.ellipsoid(x, y, (radius, radius), 1.7 * radius, Skin(colour, bump=0.2, rough="grain", gloss=0.4))
        else:
            pieces.citrus(relief, rng, x, y, radius, colour, tall=radius * rng.uniform(0.3, 0.7))
    pieces.sprig(relief, rng, *dish.somewhere(rng, 0.7), 12)


def corn(relief: Relief, rng: Random) -> None:
    """Corn on the cob."""
    dish = tableware.serve(relief, rng, plate=4, board=4, table=2, basket=2)
    turn, count = rng.uniform(0, math.pi), rng.randint(1, 3)
    cos, sin = math.cos(turn), math.sin(turn)
    for number in range(count):
        aside, yellow = (number - (count - 1) / 2) * 46, jitter(rng, (246, 204, 70), 8)
        x, y = dish.x - aside * sin, dish.y + aside * cos
        husk = Skin(jitter(rng, (140, 176, 84), 8), (190, 206, 130), 0.4, "mottle")
        for side in (-1, 1):
            tip = (x + 84 * cos - side * 34 * sin, y + 84 * sin + side * 34 * cos)
            relief.tube(
                [(x + 66 * cos, y + 66 * sin), (x + 40 * cos - side * 18 * sin, y + 40 * sin + side * 18 * cos), tip],
                [10, 9, 3],
                husk,
                flat=0.5,
            )

        def kernels(along, across, yellow=yellow):
            grid = np.cos(along * 24 * math.tau) * 0.5 + np.cos(np.arcsin(across.clip(-1, 1)) * 10) * 0.5
            return [
                (mix(yellow, (150, 90, 10), 0.75), (-grid * 1.3).clip(0, 0.8)),
                (mix(yellow, (255, 250, 200), 0.6), above(grid, 0.5, 1.5, 0.6)),
            ]

        points = [(x + far * cos, y + far * sin) for far in (-76, -58, 0, 50, 70)]
        relief.tube(points, [8, 16, 20, 19, 12], Skin(yellow, bump=0.5, rough="crumb", gloss=0.5), tint=kernels)


GREEN = {mixed_salad: 6, carrots: 3, broccoli: 3, fruit: 5, bananas: 3, berries: 3, citrus_halves: 3, corn: 2}
