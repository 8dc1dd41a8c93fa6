"""Meat."""

import math
from random import Random

import numpy as np

from drawings import pieces, sauces, tableware
from drawings.dishes.green import floret
from drawings.places import away, row, turned
from drawings.relief import SLICE, Relief, Skin
from drawings.solid import Colour, jitter, mix, one_of
from drawings.texture import above

ROASTED, SKEWERED, STIR_FRIED = (112, 64, 40), (140, 78, 44), (120, 66, 38)
STEAKS, PINKS = [(104, 58, 36), (124, 74, 46), (86, 46, 32)], [(190, 84, 76), (176, 70, 66), (170, 110, 86)]
GRILL_MARK, CUT = (34, 18, 12), (60, 26, 16)
SAUSAGES = [(160, 78, 48), (176, 66, 44), (120, 60, 38), (196, 140, 100)]
SAUCES = [(166, 50, 26), (110, 62, 34), (150, 96, 56)]
RIBS, BONE = (126, 50, 26), Skin((232, 214, 184), (190, 160, 120))
ROASTS = [(190, 130, 104), (206, 120, 116), (164, 96, 76), (214, 160, 140)]
MUSTARD, BARBECUE, GRAVY = (214, 166, 50), (90, 30, 16), (96, 50, 24)
FRIES, MASH = (236, 188, 90), Skin((244, 226, 166), (252, 240, 200), bump=1.2, rough="mottle")
STICK = Skin((196, 156, 96))
ON_SKEWERS = [(190, 40, 30), (226, 176, 50), (90, 140, 50), (226, 206, 200)]  # peppers and onions
IN_STIR_FRIES = [(190, 40, 30), (100, 150, 50), (230, 214, 180)]


def roast(rng: Random, colour: Colour = ROASTED) -> Skin:
    """Make a browned, glistening meat surface."""
    brown = jitter(rng, colour, 10)
    dark, rim = mix(brown, (46, 22, 14), 0.6), mix(brown, (170, 96, 60), 0.3)
    return Skin(brown, dark, 0.45, "mottle", 0.8, rim=rim, bump=0.5, rough="crumb", gloss=0.45)


def _sides(relief: Relief, rng: Random, dish: tableware.Vessel, turn: float) -> None:
    """Put vegetables, potatoes or salad beside the meat."""
    kind, side = rng.choice(["salad", "fries", "broccoli", "tomatoes", "mash", "none"]), dish.part(turn, 0.68, 0.42)
    if kind == "salad":
        pieces.salad(relief, rng, side, 6)
    elif kind == "broccoli":
        for x, y in side.spots(rng, 3, 0.7):
            floret(relief, rng, x, y, 17)
    elif kind == "tomatoes":
        for x, y in side.spots(rng, 4, 0.8):
            pieces.cherry_tomato(relief, rng, x, y, 10)
    elif kind == "fries":
        for x, y in side.spots(rng, 12, 0.8):
            pieces.fry(relief, rng, x, y, 26, FRIES, 0.2)
    elif kind == "mash":
        relief.slab(pieces.blob(rng, side.x, side.y, side.size), 13, MASH, bevel=10)


def steak(relief: Relief, rng: Random) -> None:
    """Serve a steak with grill marks, sometimes cut into slices that are pink inside."""
    dish = tableware.serve(relief, rng, plate=6, board=5, pan=1)
    turn = rng.uniform(0, math.tau)
    _sides(relief, rng, dish, turn)
    main = dish.part(turn + math.pi, 0.2, 0.75)
    brown, lines = roast(rng, rng.choice(STEAKS)), rng.uniform(3, 5)

    def marks(u, v):
        return [(GRILL_MARK, above(np.cos((u + 0.4 * v) * math.pi * lines), 0.75, 5, 0.8))]

    def doneness(u, v):
        return [(brown.colour, above(np.maximum(np.abs(u), np.abs(v) * 0.94), 0.72, 6))]

    if rng.random() < 0.5:
        size, angle = main.scaled(0.95, 0.7), rng.uniform(-0.5, 0.5)
        outline = pieces.blob(rng, main.x, main.y, size, angle=angle, wild=0.09)
        relief.slab(outline, 17, brown, bevel=7, lift=0.5, tint=marks)
    else:
        count, angle, pink = rng.randint(5, 8), rng.uniform(-0.5, 0.5), one_of(rng, PINKS, 8)
        skin = Skin(pink, mix(pink, (230, 150, 130), 0.5), 0.4, "mottle", bump=0.4, gloss=0.6)
        look = {"angle": angle + 0.25, "power": 3, "edge": 0.2, "lift": 0.5, "tint": doneness}
        for number in range(count):
            aside = (number / (count - 1) - 0.5) * 1.5 * main.size[0]
            size = (14, 36 * rng.uniform(0.85, 1.1))
            relief.ellipsoid(*away(main.x, main.y, angle, aside), size, 16, skin, **look)
    pieces.herbs(relief, rng, main, rng.choice([0, 8, 14]), share=0.6)
    if rng.random() < 0.3:
        pieces.sprig(relief, rng, main.x, main.y, 10)


def sausages(relief: Relief, rng: Random) -> None:
    """Serve sausages, bent and browned."""
    dish = tableware.serve(relief, rng, plate=5, board=3, pan=3)
    turn, count, colour = rng.uniform(0, math.pi), rng.randint(2, 6), rng.choice(SAUSAGES)
    _sides(relief, rng, dish, turn + math.pi / 2)

    def cuts(along, across):
        wave = np.cos((along * 5 + 0.3 * across) * math.tau)
        return [(CUT, above(wave, 0.8, 6, 0.7) * (np.abs(across) < 0.6))]

    half = 48
    for aside in row(count, 25):
        spot, bend = turned(dish.x, dish.y, turn + rng.gauss(0, 0.12)), rng.uniform(4, 14)
        points = [spot(far, aside - 8 + bend * (far / half) ** 2) for far in (-half, -24, 0, 24, half)]
        relief.tube(points, [9, 12, 12, 12, 9], roast(rng, colour), tint=cuts)
    if rng.random() < 0.4:
        sauces.dip(relief, rng, *dish.at(turn - math.pi / 2, 0.85), MUSTARD)


def meatballs(relief: Relief, rng: Random) -> None:
    """Serve meatballs in sauce."""
    dish = tableware.serve(relief, rng, plate=5, bowl=4, pan=3)
    colour = one_of(rng, SAUCES, 10)
    if dish.kind == "bowl":
        sauces.fill(relief, dish, Skin(colour, mix(colour, (60, 20, 10), 0.4), bump=0.6, gloss=0.6))
    else:
        sauces.sauce(relief, rng, dish.x, dish.y, dish.scaled(0.85, 0.8), colour)
    count = rng.randint(6, 14)
    for x, y in dish.spots(rng, count, 0.62):
        radius = rng.uniform(13, 17) * (1.15 if count < 9 else 1)
        relief.ellipsoid(x, y, (radius, radius * 0.95), 1.5 * radius, roast(rng))
        if rng.random() < 0.4:
            sauces.sauce(relief, rng, x, y, (radius * 0.7, radius * 0.6), colour)
    pieces.herbs(relief, rng, dish, rng.randint(6, 20))


def ribs(relief: Relief, rng: Random) -> None:
    """Serve a rack of ribs, glazed."""
    dish = tableware.serve(relief, rng, board=6, plate=4)
    turn, count, glaze = rng.uniform(-0.5, 0.5), rng.randint(5, 8), jitter(rng, RIBS, 10)
    skin = Skin(glaze, mix(glaze, (40, 14, 8), 0.7), 0.45, "mottle", 0.8, bump=0.6, rough="crumb", gloss=0.75)
    for aside in row(count, 20):
        long = rng.uniform(38, 46)
        spot = turned(*away(dish.x, dish.y, turn, aside), turn + math.pi / 2 + rng.gauss(0, 0.06))
        relief.tube([spot(-(long + 12)), spot(0)], 4, BONE, base=dish.floor + 2)
        relief.tube([spot(-long), spot(0), spot(long)], [10, 13, 11], skin, base=dish.floor)
    pieces.herbs(relief, rng, dish, rng.choice([0, 14]), share=0.6)
    if rng.random() < 0.5:
        sauces.dip(relief, rng, *dish.somewhere(rng, 0.95), BARBECUE)


def sliced_roast(relief: Relief, rng: Random) -> None:
    """Serve slices of roast or ham, fanned out, with gravy."""
    dish = tableware.serve(relief, rng, plate=6, board=4)
    turn, count = rng.uniform(0, math.tau), rng.randint(4, 7)
    _sides(relief, rng, dish, turn + math.pi / 2)
    inner = one_of(rng, ROASTS, 8)
    skin = Skin(inner, mix(inner, (120, 60, 46), 0.35), 0.35, "mottle", bump=0.4, gloss=0.4)
    for number, aside in enumerate(row(count, 19)):
        size, angle, base = (33, 42 * rng.uniform(0.85, 1.05)), turn + rng.gauss(0, 0.15), dish.floor + 3.2 * number
        spot = away(dish.x, dish.y, turn, aside)
        relief.ellipsoid(*spot, size, 5, skin, angle=angle, **SLICE, base=base)
    if rng.random() < 0.6:
        sauces.sauce(relief, rng, dish.x, dish.y, (34, 20), jitter(rng, GRAVY, 8), wild=0.25, gloss=0.85)


def skewers(relief: Relief, rng: Random) -> None:
    """Serve skewers of meat with vegetables between."""
    dish = tableware.serve(relief, rng, plate=5, board=5)
    turn, count, mixed = rng.uniform(-0.8, 0.8), rng.randint(2, 4), rng.random() < 0.5
    beside, floor = turned(dish.x, dish.y, turn), dish.floor
    if rng.random() < 0.3:
        pieces.salad(relief, rng, dish.part(turn + math.pi / 2, 0.7, 0.4), 5)
    for aside in row(count, 34):
        spot = turned(*beside(0, aside), turn)
        relief.tube([spot(-96), spot(92)], 1.8, STICK, base=floor + 9)
        for step in range(6):
            x, y = spot(-56 + 22 * step + rng.gauss(0, 1.5))
            if mixed and step % 2:
                skin = pieces.around(rng.choice(ON_SKEWERS), rng, gloss=0.5)
                relief.ellipsoid(x, y, (8, 14), 22, skin, angle=turn, power=4, base=floor)
            else:
                skin = roast(rng, SKEWERED)
                relief.ellipsoid(x, y, (12, 14), 22, skin, angle=turn + rng.gauss(0, 0.2), power=3.2, base=floor)
    pieces.herbs(relief, rng, dish, rng.choice([0, 12]), share=0.6)


def stir_fry(relief: Relief, rng: Random) -> None:
    """Serve strips of meat in sauce with peppers and onions."""
    dish = tableware.serve(relief, rng, plate=5, bowl=3, pan=4)
    for x, y in dish.spots(rng, 30, 0.68):
        spot, half = turned(x, y, rng.uniform(0, math.pi)), rng.uniform(11, 19)
        green = rng.random() < 0.3
        skin = pieces.around(rng.choice(IN_STIR_FRIES), rng, gloss=0.5) if green else roast(rng, STIR_FRIED)
        points = [spot(-half), spot(0, rng.uniform(-6, 6)), spot(half)]
        relief.tube(points, 4 if green else rng.uniform(5, 8), skin, flat=0.8)
    pieces.herbs(relief, rng, dish, rng.choice([0, 20]))


MEAT = {steak: 6, sausages: 4, meatballs: 3, ribs: 3, sliced_roast: 3, skewers: 3, stir_fry: 2}
