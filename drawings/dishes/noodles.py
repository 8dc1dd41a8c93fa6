"""Noodles and pasta."""

import math
from random import Random

import numpy as np
from PIL import Image, ImageDraw

from drawings import pieces, sauces, tableware
from drawings.dishes.seafood import shrimp
from drawings.places import WHOLE_TURN, any_turn, turned
from drawings.relief import BLOCK, SLICE, Relief, Skin
from drawings.solid import Colour, jitter, lighter, mix, one_of
from drawings.texture import above

NOODLES_OF_WHEAT = [(240, 206, 124), (236, 190, 100), (246, 226, 166), (222, 170, 90), (244, 234, 206)]
STEPS = 14  # of a noodle's arc
SHADE = (90, 50, 16)  # between the noodles
SPRING_ONION, SPRING_ONION_CORE = (110, 160, 66), (220, 232, 180)
COATS = {"pesto": ((110, 140, 50), 0.35), "cream": ((250, 240, 214), 0.5), "tomato": ((216, 96, 40), 0.6)}
TOPS = {"bolognese": (140, 50, 26), "tomato": (190, 44, 24), "pesto": (84, 116, 36)}
HAMS, MEATBALL, CHEESE = [(190, 90, 70), (214, 150, 120)], (112, 62, 40), Skin((250, 240, 200))
BROTHS = [(196, 140, 70), (222, 186, 130), (150, 84, 36), (206, 104, 44)]
PORK = Skin((186, 130, 100), (226, 190, 166), 0.4, "mottle", rim=(120, 70, 46), gloss=0.5)
NORI = Skin(pieces.SEAWEED, (50, 60, 46), gloss=0.3)
PAK_CHOI = (60, 120, 50)
PASTA, PASTA_SAUCES = (238, 200, 120), [(206, 70, 34), (240, 226, 186), (120, 146, 56), (226, 150, 80)]
# One of four layers of lasagne: where pasta, sauce and white sauce begin, shares of the whole height.
LASAGNE = ((0, (236, 204, 130)), (0.08, (150, 52, 26)), (0.19, (246, 230, 186)))
TOMATO, BROWNED, GRATINATED = (190, 60, 26), (166, 84, 30), (238, 186, 84)
FRIED = [(176, 112, 52), (206, 150, 80), (226, 180, 96), (150, 90, 40)]
VEGETABLES = [(226, 120, 40), (96, 146, 50), (196, 44, 34), (130, 74, 46), (236, 226, 190)]  # and meat


def strands(
    relief: Relief, rng: Random, x: float, y: float, size: tuple[float, float], colour: Colour, *,
    count: int, thick: float, tall: float, base: float,
) -> None:  # fmt: skip
    """Heap long noodles: arcs that lie on each other, the last ones on top.

    Args:
        relief: The table.
        rng: Where the chance comes from.
        x: Middle of the heap.
        y: Middle of the heap.
        size: Half its length and width.
        colour: Of the noodles, which vary about it.
        count: How many noodles.
        thick: Their width in units.
        tall: Height of the heap.
        base: On which it lies.
    """
    found = relief.window(x, y, size[0] + thick, size[1] + thick)
    if not found:
        return
    part, dx, dy = found
    shape = (dx.shape[1], dy.shape[0])
    heights, colours = Image.new("F", shape, -1.0), Image.new("RGB", shape)
    draw_height, draw_colour = ImageDraw.Draw(heights), ImageDraw.Draw(colours)
    scale, left, top = relief.scale, float(dx[0, 0]), float(dy[0, 0])
    width = max(2, round(thick * scale))
    for number in range(count):
        far, spot = math.sqrt(rng.random()) * 0.8, rng.uniform(0, math.tau)
        mx, my = 0.5 * far * math.cos(spot), 0.5 * far * math.sin(spot)
        radius, start, sweep = rng.uniform(0.25, 0.95 - 0.45 * far), rng.uniform(0, math.tau), rng.uniform(1.6, 4.5)
        wave, phase, points = rng.uniform(0.0, 0.08), rng.uniform(0, math.tau), []
        for step in range(STEPS + 1):
            turn = start + sweep * step / STEPS
            r = radius + wave * math.sin(4 * turn + phase)
            u, v = (mx + r * math.cos(turn)) * size[0], (my + r * math.sin(turn)) * size[1]
            points.append(((u - left) * scale, (v - top) * scale))
        level = 1 + 0.55 * tall * number / count
        shade = jitter(rng, colour, 9)
        draw_colour.line(points, shade, width + 1)
        for share, up in ((1.0, 0.0), (0.7, 0.3), (0.35, 0.45)):
            draw_height.line(points, level + thick * up, max(1, round(width * share)))
    under = Skin(mix(colour, SHADE, 0.4), mix(colour, SHADE, 0.15), 0.5, "crumb", gloss=0.4)
    relief.ellipsoid(x, y, (0.86 * size[0], 0.86 * size[1]), 0.5 * tall, under, base=base, lift=0.0)
    relief_map = np.asarray(heights)
    hill = (1 - (dx / size[0]) ** 2 - (dy / size[1]) ** 2).clip(0, 1)
    whole = np.ones_like(relief_map)
    high = relief_map * (0.35 + 0.65 * np.sqrt(hill))
    tints = [(np.asarray(colours, np.float32), whole)]
    relief.stamp(part, high, relief_map > 0, whole, Skin(colour, gloss=0.5), base, tints=tints)


def _onions(relief: Relief, rng: Random, dish: tableware.Vessel, count: int) -> None:
    """Strew rings of spring onion."""

    def core(u, v):
        return [(SPRING_ONION_CORE, ((0.3 - u * u - v * v) * 9).clip(0, 1))]

    for _ in range(count):
        x, y = dish.anywhere(rng, 0.75)
        skin = Skin(jitter(rng, SPRING_ONION, 16), gloss=0.3)
        relief.ellipsoid(x, y, (3.6, 3.2), 2, skin, edge=0.2, lift=0.7, tint=core)


def spaghetti(relief: Relief, rng: Random) -> None:
    """Serve spaghetti or tagliatelle with a sauce on top."""
    dish = tableware.serve(relief, rng, plate=7, bowl=4, pan=2)
    size, colour = dish.scaled(0.86, 0.84), one_of(rng, NOODLES_OF_WHEAT, 8)
    kind = rng.choice(["bolognese", "tomato", "pesto", "cream", "carbonara"])
    if kind in COATS:
        colour = mix(colour, *COATS[kind])
    count, thick, tall = rng.randint(55, 85), rng.choice([3.2, 3.6, 4.2, 7.0]), rng.uniform(18, 30)
    strands(relief, rng, dish.x, dish.y, size, colour, count=count, thick=thick, tall=tall, base=dish.floor * 0.6)
    if kind in TOPS:
        red, bump = jitter(rng, TOPS[kind], 8), 1.6 if kind == "bolognese" else 0.7
        skin = Skin(red, mix(red, (70, 30, 16), 0.5), 0.5, "crumb", bump=bump, gloss=0.55)
        outline = pieces.blob(rng, dish.x, dish.y, (0.5 * size[0], 0.45 * size[1]), wild=0.13)
        relief.slab(outline, 7, skin, bevel=7, lift=0.2, base=None)
    if kind in ("carbonara", "cream"):
        for x, y in dish.spots(rng, 14, 0.55):
            relief.ellipsoid(x, y, (5, 4), 4, pieces.around(rng.choice(HAMS), rng), angle=any_turn(rng), power=5)
    if rng.random() < 0.25:
        for x, y in dish.spots(rng, rng.randint(2, 5), 0.4):
            relief.ellipsoid(x, y, (14, 14), 20, pieces.around(MEATBALL, rng, bump=1))
    if rng.random() < 0.5:
        for _ in range(24):
            relief.ellipsoid(*dish.anywhere(rng, 0.4), (3.4, 1.2), 1.5, CHEESE, angle=any_turn(rng), lift=0.6)
    if rng.random() < 0.6:
        pieces.sprig(relief, rng, dish.x + rng.gauss(0, 6), dish.y + rng.gauss(0, 6), 11)


def ramen(relief: Relief, rng: Random) -> None:
    """Serve noodles in broth with egg, meat, onions and seaweed: nearly a soup."""
    dish = tableware.bowl(relief, rng, *tableware.near_middle(rng, 5), rng.uniform(92, 112))
    broth = one_of(rng, BROTHS, 10)
    sauces.fill(relief, dish, Skin(broth, mix(broth, (250, 210, 120), 0.4), 0.3, "mottle", gloss=0.75))
    share = rng.uniform(0.55, 0.8)
    size, colour = dish.scaled(share, share), one_of(rng, NOODLES_OF_WHEAT, 8)
    count, thick = rng.randint(32, 50), rng.choice([3.6, 4.4, 5.6])
    strands(relief, rng, dish.x, dish.y, size, colour, count=count, thick=thick, tall=9, base=dish.floor - 1)
    start = rng.uniform(0, WHOLE_TURN)
    toppings = rng.sample(["egg", "meat", "seaweed", "greens", "onion", "shrimp"], rng.randint(2, 4))
    for number, topping in enumerate(toppings):
        x, y = dish.at(start + number * 1.7, 0.5)
        if topping == "egg":
            for side in (-14, 14):
                pieces.half_egg(relief, rng, x + side, y + rng.gauss(0, 3), 18, soft=True)
        elif topping == "meat":
            for step in range(2):
                relief.ellipsoid(x + 10 * step, y + 7 * step, (24, 21), 5, PORK, **SLICE)
        elif topping == "seaweed":
            relief.ellipsoid(x, y, (17, 24), 9, NORI, angle=any_turn(rng), power=9, **BLOCK)
        elif topping == "greens":
            for _ in range(4):
                pieces.leaf(relief, rng, x + rng.gauss(0, 9), y + rng.gauss(0, 7), 14, PAK_CHOI)
        elif topping == "shrimp":
            shrimp(relief, rng, x, y, 19)
    _onions(relief, rng, dish, rng.randint(5, 16))


def penne(relief: Relief, rng: Random) -> None:
    """Serve short tubes, spirals or bows in sauce."""
    dish = tableware.serve(relief, rng, plate=6, bowl=5, pan=2)
    sauce = one_of(rng, PASTA_SAUCES, 8)
    coat, kind = rng.uniform(0.25, 0.6), rng.choice(["penne", "penne", "spirals", "shells"])
    for x, y in dish.spots(rng, rng.randint(36, 46), 0.72):
        turn = rng.uniform(0, math.pi)
        colour = mix(jitter(rng, PASTA, 8), sauce, coat * rng.uniform(0.6, 1.4))
        skin = Skin(colour, sauce, 0.35, "mottle", gloss=0.5)

        def groove(u, v, colour=colour):
            return [(mix(colour, (70, 30, 10), 0.5), (0.8 - 6 * np.abs(v)).clip(0, 0.7))]

        def spiral(along, across, colour=colour):
            wave = np.sin((along * 3.5 + 0.35 * across) * math.tau)
            return [(mix(colour, (120, 60, 20), 0.55), above(wave, 0.2, 2, 0.8))]

        def tube(along, across, colour=colour):
            hole = above(along, 0.93, 30) * (np.abs(across) < 0.62)
            ribs = (np.cos(across * 11) - 0.6).clip(0, 0.4)
            return [(mix(colour, (110, 50, 20), 0.7), hole), (lighter(colour, 0.25), ribs)]

        if kind == "shells":
            relief.ellipsoid(x, y, (12, 9), 10, skin, angle=turn, tint=groove)
        else:
            spot = turned(x, y, turn)
            relief.tube([spot(-12), spot(12)], 6.5, skin, tint=spiral if kind == "spirals" else tube)
    pieces.herbs(relief, rng, dish, rng.randint(0, 18))
    if rng.random() < 0.4:
        for x, y in dish.spots(rng, 5, 0.6):
            pieces.cherry_tomato(relief, rng, x, y, 9)


def lasagne(relief: Relief, rng: Random) -> None:
    """Serve a square of lasagne: layers at its side, browned cheese on top."""
    dish = tableware.serve(relief, rng, plate=7, board=1)
    tall = rng.uniform(34, 46)
    layers = [(dish.floor + tall * n / 4 + tall * share, colour) for n in range(4) for share, colour in LASAGNE]
    top = jitter(rng, GRATINATED, 8)
    sauces.sauce(relief, rng, dish.x, dish.y + 6, (66, 56), jitter(rng, TOMATO, 8))
    skin = Skin(top, BROWNED, 0.4, "mottle", 0.8, bump=1.2, rough="mottle", gloss=0.45)
    size, angle = (rng.uniform(50, 62), rng.uniform(42, 52)), rng.choice([0.0, 0.5, -0.4, 0.8])
    look = {"power": 9, "edge": 0.1, "lift": 0.88, "base": dish.floor, "wall": relief.add_wall(layers)}
    relief.ellipsoid(dish.x, dish.y, size, tall, skin, angle=angle, **look)
    for _ in range(3):
        x, y = dish.x + rng.gauss(0, 14), dish.y + rng.gauss(0, 12)
        sauces.sauce(relief, rng, x, y, (14, 10), jitter(rng, (190, 60, 30), 8), wild=0.2)
    pieces.sprig(relief, rng, dish.x, dish.y, 11)


def stir_fried_noodles(relief: Relief, rng: Random) -> None:
    """Serve fried noodles with vegetables and meat or shrimps; sometimes an egg on top."""
    dish = tableware.serve(relief, rng, plate=6, bowl=3, pan=3)
    size, colour = dish.scaled(0.88, 0.86), one_of(rng, FRIED, 8)
    count, thick, tall = rng.randint(50, 70), rng.choice([3.8, 5, 7, 8.5]), rng.uniform(16, 26)
    strands(relief, rng, dish.x, dish.y, size, colour, count=count, thick=thick, tall=tall, base=dish.floor * 0.6)
    for x, y in dish.spots(rng, rng.randint(14, 26), 0.7):
        skin = pieces.around(rng.choice(VEGETABLES), rng, gloss=0.4)
        spot, half = turned(x, y, rng.uniform(0, math.pi)), rng.uniform(5, 12)
        relief.tube([spot(-half), spot(half)], 2.6, skin)
    extra = rng.random()
    if extra < 0.25:
        pieces.fried_egg(relief, rng, dish.x, dish.y, 38)
    elif extra < 0.5:
        for x, y in dish.spots(rng, 4, 0.5):
            shrimp(relief, rng, x, y, 18)
    _onions(relief, rng, dish, rng.choice([0, 12]))


NOODLES = {spaghetti: 6, ramen: 5, penne: 4, lasagne: 2, stir_fried_noodles: 5}
