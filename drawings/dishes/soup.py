"""Soups."""

import math
from random import Random

import numpy as np

from drawings import pieces, sauces, tableware
from drawings.dishes.seafood import shrimp
from drawings.places import QUARTER_TURN, WHOLE_TURN, any_turn
from drawings.relief import Relief, Skin, Tint
from drawings.solid import jitter, mix, one_of

# Tomato, pumpkin, peas, mushrooms, potatoes, beetroot.
CREAM_SOUPS = [(206, 70, 30), (230, 140, 36), (118, 150, 62), (190, 166, 124), (236, 214, 160), (150, 40, 60)]
CROUTON = (206, 146, 74)
BROTHS = [(206, 160, 80), (222, 190, 120), (186, 120, 54), (230, 214, 160)]
CARROT, FAT = (232, 120, 40), (250, 214, 110)
DUMPLING = Skin((240, 226, 190), (214, 190, 140), bump=0.6, gloss=0.6)
IN_BROTH = {"leek": (140, 176, 80), "meat": (150, 100, 70), "potato": (236, 206, 130)}
MISOS = [(190, 146, 90), (206, 170, 116), (166, 112, 62)]
TOFU, WAKAME = Skin((250, 244, 226), gloss=0.5), Skin((36, 60, 40), (60, 90, 50), gloss=0.7)
SPRING_ONION = (110, 166, 64)
CURRIES = [(214, 104, 44), (196, 66, 30), (236, 176, 80), (240, 222, 180)]
LIME_LEAF, CHILLI_OIL = (50, 110, 46), (190, 40, 10)
MUSHROOM = Skin((226, 206, 176), (176, 140, 100), gloss=0.5)
STEWS = [(166, 60, 26), (150, 90, 40), (196, 110, 50), (110, 130, 56)]
IN_STEWS = [(232, 120, 40), (236, 200, 120), (150, 50, 40), (120, 160, 60), (240, 226, 180), (110, 60, 40)]


def _soup_bowl(relief: Relief, rng: Random, skin: Skin, tint: Tint | None = None) -> tableware.Vessel:
    """Put down a bowl, deep plate or pot of soup."""
    make, radii = (tableware.pan, (96, 110)) if rng.random() < 0.15 else (tableware.bowl, (84, 110))
    dish = make(relief, rng, *tableware.near_middle(rng), rng.uniform(*radii))
    sauces.fill(relief, dish, skin, tint=tint)
    return dish


def _bread_beside(relief: Relief, rng: Random) -> None:
    if rng.random() < 0.35:
        turn = rng.uniform(0.4, 2.7)
        x, y = 118 * math.cos(turn), 104 * math.sin(turn)
        pieces.slice_of_bread(relief, rng, x, y, 32, angle=rng.uniform(0, WHOLE_TURN))


def cream_soup(relief: Relief, rng: Random) -> None:
    """Serve a thick soup of tomato, pumpkin, peas or mushrooms, with a swirl of cream, croutons, herbs."""
    colour = one_of(rng, CREAM_SOUPS, 10)
    start, swirl_on = rng.uniform(0, WHOLE_TURN), rng.random() < 0.5

    def swirl(u, v):
        far, turn = np.sqrt(u * u + v * v), np.arctan2(v, u)
        line = np.abs(((far * 4 - (turn + start) / math.tau) % 1) - 0.5) < 0.09
        return [(pieces.CREAM, line * (far < 0.6) * 0.9 if swirl_on else 0 * far)]

    pale = mix(colour, (255, 230, 180), 0.3)
    dish = _soup_bowl(relief, rng, Skin(colour, pale, 0.35, "patch", 0.35, bump=0.25, rough="patch", gloss=0.55), swirl)
    if rng.random() < 0.5:
        look = {"power": 6, "edge": 0.15, "lift": 0.8}
        for x, y in dish.spots(rng, rng.randint(5, 10), 0.45):
            toast = jitter(rng, CROUTON, 10)
            skin = Skin(toast, mix(toast, (130, 74, 30), 0.5), 0.4, "crumb", bump=0.7)
            relief.ellipsoid(x, y, (7, 7), 9, skin, angle=rng.uniform(0, QUARTER_TURN), **look)
    pieces.herbs(relief, rng, dish, rng.randint(0, 24), share=0.6)
    if rng.random() < 0.5:
        pieces.sprig(relief, rng, dish.x + rng.gauss(0, 8), dish.y + rng.gauss(0, 8), 11)
    _bread_beside(relief, rng)


def clear_soup(relief: Relief, rng: Random) -> None:
    """Serve a clear broth in which vegetables, dumplings or meat lie."""
    broth = one_of(rng, BROTHS, 10)
    dark = mix(broth, (120, 76, 26), 0.5)
    dish = _soup_bowl(relief, rng, Skin(broth, dark, 0.4, "cloud", 0.6, bump=0.15, rough="patch", gloss=0.9))
    for x, y in dish.spots(rng, rng.randint(12, 24), 0.72):
        kind = rng.choice(["carrot", "dumpling", "leek", "meat", "potato", "drop", "drop"])
        sunk = relief.level(x, y) - 1.5
        if kind == "carrot":
            relief.ellipsoid(x, y, (8, 8), 4, pieces.around(CARROT, rng, gloss=0.6), edge=0.1, base=sunk)
        elif kind == "dumpling":
            relief.ellipsoid(x, y, (14, 11), 9, DUMPLING, angle=any_turn(rng), base=sunk)
        elif kind == "drop":  # fat on the broth
            relief.ellipsoid(x, y, (rng.uniform(3, 9),) * 2, 0.3, Skin(mix(broth, FAT, 0.6), gloss=1.0), base=None)
        else:
            size, skin = (rng.uniform(6, 10), 6), pieces.around(IN_BROTH[kind], rng, gloss=0.5)
            relief.ellipsoid(x, y, size, 6, skin, angle=any_turn(rng), power=3, base=sunk)
    pieces.herbs(relief, rng, dish, rng.randint(8, 26))
    _bread_beside(relief, rng)


def miso(relief: Relief, rng: Random) -> None:
    """Serve miso soup: cloudy broth, cubes of tofu, seaweed, spring onion."""
    broth = one_of(rng, MISOS, 8)
    dish = _soup_bowl(relief, rng, Skin(broth, mix(broth, (240, 214, 160), 0.6), 0.45, "patch", 1.0, gloss=0.7))
    for x, y in dish.spots(rng, rng.randint(7, 14), 0.66):
        if rng.random() < 0.65:
            angle = rng.uniform(0, QUARTER_TURN)
            relief.ellipsoid(x, y, (10, 10), 6, TOFU, power=8, edge=0.12, lift=0.7, angle=angle)
        else:
            relief.slab(pieces.blob(rng, x, y, (15, 9), angle=any_turn(rng), wild=0.25), 2.5, WAKAME, bevel=2)
    for _ in range(rng.randint(6, 20)):
        x, y = dish.anywhere(rng, 0.75)
        relief.ellipsoid(x, y, (3.4, 3), 1.8, Skin(jitter(rng, SPRING_ONION, 12)), edge=0.2, lift=0.7)


def curry_soup(relief: Relief, rng: Random) -> None:
    """Serve a red or yellow spicy soup with shrimps, mushrooms, leaves and drops of oil."""
    red = one_of(rng, CURRIES, 8)
    pale = mix(red, (250, 206, 140), 0.25)
    dish = _soup_bowl(relief, rng, Skin(red, pale, 0.4, "patch", 0.6, bump=0.15, rough="patch", gloss=0.75))
    for x, y in dish.spots(rng, 20, 0.8):
        relief.ellipsoid(x, y, (rng.uniform(2, 6),) * 2, 0.3, Skin(mix(red, CHILLI_OIL, 0.6), gloss=1.0), base=None)
    for x, y in dish.spots(rng, rng.randint(4, 9), 0.6):
        kind = rng.choice(["shrimp", "mushroom", "tomato", "leaf"])
        if kind == "shrimp":
            shrimp(relief, rng, x, y, 20)
        elif kind == "tomato":
            pieces.cherry_tomato(relief, rng, x, y, 10)
        elif kind == "leaf":
            pieces.leaf(relief, rng, x, y, 17, LIME_LEAF)
        else:
            relief.ellipsoid(x, y, (15, 11), 8, MUSHROOM, angle=any_turn(rng))
    pieces.herbs(relief, rng, dish, rng.randint(6, 18))


def stew(relief: Relief, rng: Random) -> None:
    """Serve a thick soup full of beans, carrots and potatoes."""
    colour = one_of(rng, STEWS, 10)
    dark = mix(colour, (90, 40, 16), 0.4)
    dish = _soup_bowl(relief, rng, Skin(colour, dark, 0.4, "mottle", bump=0.9, rough="mottle", gloss=0.7))
    tones = rng.sample(IN_STEWS, 4)
    for x, y in dish.spots(rng, rng.randint(26, 38), 0.78):
        skin = pieces.around(mix(rng.choice(tones), colour, 0.2), rng, gloss=0.55)
        size, angle, power = (rng.uniform(5, 9), rng.uniform(4.5, 7)), any_turn(rng), rng.choice([2, 4])
        relief.ellipsoid(x, y, size, 8, skin, angle=angle, power=power, base=relief.level(x, y) - 2)
    pieces.herbs(relief, rng, dish, rng.randint(6, 24))
    _bread_beside(relief, rng)


SOUP = {cream_soup: 6, clear_soup: 5, miso: 3, curry_soup: 4, stew: 4}
