"""Eggs."""

import math
from random import Random

from drawings import pieces, sauces, tableware
from drawings.places import any_turn, turned
from drawings.relief import Relief, Skin
from drawings.solid import jitter, mix, one_of

BACON = Skin((170, 62, 46), (236, 190, 160), 0.4, "mottle", gloss=0.5)
BOILED_SHELLS = [(226, 182, 140), (246, 240, 230), (206, 156, 116)]
SHELLS = [(214, 160, 118), (246, 240, 232), (226, 190, 150)]
BROTH, OMELETTE, BROWNED, KETCHUP = (150, 90, 46), (244, 196, 80), (196, 124, 44), (180, 26, 20)
SCRAMBLED, TOMATO = [(250, 214, 96), (246, 200, 84), (252, 230, 140)], (206, 66, 36)
POACHED = Skin((250, 247, 240), (244, 236, 220), 0.3, "patch", bump=0.5, rough="mottle", gloss=0.5)
RUNNY_YOLK = (248, 170, 30)


def fried_eggs(relief: Relief, rng: Random) -> None:
    """Serve fried eggs on a plate, in a pan or on toast."""
    dish = tableware.serve(relief, rng, plate=6, pan=5)
    count, toast = rng.choice([1, 2, 2, 3]), rng.random() < 0.25
    reach = (62, 46, 40)[count - 1]
    for x, y in dish.spots(rng, count, 0.5):
        if toast:
            pieces.slice_of_bread(relief, rng, x, y, reach * 0.85, angle=rng.gauss(0, 0.4), toasted=0.6)
        pieces.fried_egg(relief, rng, x, y, reach)
    pieces.herbs(relief, rng, dish, rng.choice([0, 12]), share=0.7)
    if dish.kind == "plate" and rng.random() < 0.5:
        x, y = dish.somewhere(rng, 0.75)
        points = [(x - 26, y - 4), (x - 9, y + 4), (x + 9, y - 4), (x + 26, y + 4)]
        relief.tube(points, 8, BACON, flat=0.5)


def boiled_eggs(relief: Relief, rng: Random) -> None:
    """Serve boiled eggs, halved, on greens, in a bowl or alone; sometimes whole ones too."""
    dish = tableware.serve(relief, rng, plate=5, bowl=3, board=3)
    soft, count = rng.random() < 0.4, rng.randint(2, 6)
    if dish.kind == "bowl":
        sauces.fill(relief, dish, Skin(jitter(rng, BROTH, 14), gloss=0.7), level=dish.floor * 0.7)
    elif rng.random() < 0.4:
        pieces.salad(relief, rng, dish, 7)
    shell = one_of(rng, BOILED_SHELLS, 8)
    for number, (x, y) in enumerate(dish.spots(rng, count, 0.6)):
        reach = rng.uniform(26, 32) * (1.3 if count < 4 else 1)
        if number >= 2 and rng.random() < 0.35:
            skin = Skin(shell, rim=mix(shell, (90, 50, 30), 0.3), gloss=0.35)
            relief.ellipsoid(x, y, (reach, reach * 0.76), reach * 1.3, skin, angle=any_turn(rng))
        else:
            pieces.half_egg(relief, rng, x, y, reach, soft=soft)
    pieces.herbs(relief, rng, dish, rng.choice([0, 10]))


def whole_eggs(relief: Relief, rng: Random) -> None:
    """Serve eggs in their shells, in a bowl, a basket or a carton."""
    dish = tableware.serve(relief, rng, bowl=4, basket=5, table=2)
    shell = one_of(rng, SHELLS, 8)
    for x, y in dish.spots(rng, rng.randint(4, 9), 0.7):
        colour = jitter(rng, shell, 6)
        specks, rim = mix(colour, (120, 70, 40), 0.3), mix(colour, (70, 40, 30), 0.3)
        skin = Skin(colour, specks, 0.15, "grain", rim=rim, gloss=0.3)
        relief.ellipsoid(x, y, (27, 21), 36, skin, angle=any_turn(rng), base=dish.floor * 0.5)


def omelette(relief: Relief, rng: Random) -> None:
    """Serve a folded omelette, golden with brown spots, with herbs or a line of ketchup."""
    dish = tableware.serve(relief, rng, plate=6, pan=3)
    turn, reach = rng.uniform(-0.6, 0.6), rng.uniform(64, 78)
    yellow = jitter(rng, OMELETTE, 8)
    skin = Skin(yellow, BROWNED, rng.uniform(0.2, 0.4), "mottle", 0.8, bump=0.9, rough="mottle", gloss=0.35)
    if rng.random() < 0.7:
        spot, arc = turned(dish.x, dish.y, turn), [number * math.pi / 14 for number in range(15)]
        points = [spot(reach * math.cos(t), -0.75 * reach * math.sin(t) + 22) for t in arc]
        relief.slab(points, 16, skin, bevel=10, lift=0.35)
    else:
        relief.slab(pieces.blob(rng, dish.x, dish.y, (reach, reach), wild=0.05), 8, skin, bevel=8, lift=0.35)
    if rng.random() < 0.35:
        sauces.drizzle(relief, rng, dish, KETCHUP, count=3, thick=2.5)
    pieces.herbs(relief, rng, dish, rng.randint(6, 22), share=0.6)
    if dish.kind == "plate" and rng.random() < 0.5:
        pieces.cherry_tomato(relief, rng, *dish.somewhere(rng, 0.8))


def scrambled(relief: Relief, rng: Random) -> None:
    """Serve scrambled eggs, alone or with tomato."""
    dish = tableware.serve(relief, rng, plate=6, pan=3, bowl=3)
    tomato = rng.random() < 0.3
    for x, y in dish.spots(rng, 34, 0.62):
        yellow = one_of(rng, SCRAMBLED, 6)
        colour = TOMATO if tomato and rng.random() < 0.25 else yellow
        skin = Skin(colour, mix(colour, (255, 246, 206), 0.5), 0.4, "mottle", bump=1.6, rough="mottle", gloss=0.45)
        outline = pieces.blob(rng, x, y, (rng.uniform(9, 16), rng.uniform(7, 12)), wild=0.2, corners=16)
        relief.slab(outline, rng.uniform(7, 12), skin, bevel=5, lift=0.25)
    pieces.herbs(relief, rng, dish, rng.randint(0, 20), share=0.6)


def poached(relief: Relief, rng: Random) -> None:
    """Serve poached eggs on toast or greens, one cut open."""
    dish = tableware.serve(relief, rng, plate=6, board=2)
    count = rng.choice([1, 2, 2])
    for x, y in dish.spots(rng, count, 0.45):
        pieces.slice_of_bread(relief, rng, x, y, 42, angle=rng.gauss(0, 0.5), toasted=0.5)
        if rng.random() < 0.5:
            pieces.leaf(relief, rng, x, y, 30)
        relief.slab(pieces.blob(rng, x, y, (30, 27), wild=0.06), 22, POACHED, bevel=11, lift=0.15)
        if rng.random() < 0.6:
            sauces.sauce(relief, rng, x + 4, y + 4, (14, 18), jitter(rng, RUNNY_YOLK, 6), wild=0.3, gloss=0.9)
    pieces.herbs(relief, rng, dish, 10, share=0.5)


EGG = {fried_eggs: 5, boiled_eggs: 5, whole_eggs: 2, omelette: 4, scrambled: 3, poached: 2}
