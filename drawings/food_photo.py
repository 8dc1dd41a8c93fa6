"""One picture of the food sample: a laid table, its light, and the photo taken of it."""

import math
from random import Random

import numpy as np
from PIL import Image, ImageFilter

from drawings import cutlery, lens, light, pieces, sauces, tableware
from drawings.dishes import CLASSES, DISHES
from drawings.relief import BLOCK, GLASS, Lamp, Relief, Skin
from drawings.solid import mix, one_of
from drawings.texture import above

SIZE = 128
CANVAS = 3 * SIZE // 2  # drawn larger, then scaled down: smooth edges
UNIT = CANVAS / 256  # pixels: dishes are measured in 256ths of the picture

LAMPS = {  # how often; height above the table in degrees; colour of the direct and of the other light
    "window": (28, (30, 50), (0.9, 0.88, 0.85), (0.38, 0.41, 0.46)),
    "daylight": (26, (50, 75), (0.6, 0.6, 0.59), (0.46, 0.47, 0.49)),
    "warm": (22, (42, 70), (0.76, 0.64, 0.46), (0.38, 0.33, 0.27)),
    "dim": (9, (32, 60), (0.56, 0.43, 0.3), (0.28, 0.24, 0.21)),
    "flash": (8, (60, 80), (0.72, 0.72, 0.74), (0.3, 0.3, 0.31)),
    "cold": (7, (55, 80), (0.54, 0.6, 0.62), (0.4, 0.44, 0.46)),
}

ODDS = {  # how often a picture has it
    "light from behind": 0.7, "seen from above": 0.25, "cutlery": 0.22, "second vessel": 0.25, "napkin": 0.1,
    "garnish": 0.22, "hand": 0.03, "hand or chopsticks": 0.22, "fork": 0.12, "blur": 0.45, "steam": 0.3,
    "little steam": 0.05,
}  # fmt: skip
WARM = {"noodles", "rice", "soup"}  # they steam, and have chopsticks beside them
ACROSS = {*WARM, "seafood"}  # chopsticks may lie across these
GARNISHES = {
    "bread": "leaves cheese", "dairy": "fruit bread", "dessert": "fruit mint", "egg": "leaves tomatoes bread",
    "fried": "leaves tomatoes lemon", "meat": "leaves tomatoes egg", "noodles": "egg leaves",
    "rice": "egg tomatoes lemon", "seafood": "lemon leaves tomatoes",
}  # fmt: skip

DRINKS = [(226, 160, 40), (90, 40, 24), (206, 216, 222), (150, 24, 40)]  # juice, cola, water, wine
IN_BOWLS = [(206, 80, 40), (246, 240, 226), (90, 50, 30), (120, 150, 60)]
HANDS = [(232, 184, 156), (216, 162, 128), (176, 122, 90), (128, 86, 62)]
SLEEVES = [(60, 80, 120), (150, 60, 60), (226, 222, 214), (50, 52, 56)]
FINGERS = (40, 52, 56, 50)  # how far each reaches


def _lamp(rng: Random) -> Lamp:
    """Choose the light."""
    kind = rng.choices(list(LAMPS), [odds for odds, *_ in LAMPS.values()])[0]
    _, height, direct, ambient = LAMPS[kind]
    up, turn = math.radians(rng.uniform(*height)), rng.uniform(0, math.tau)
    if rng.random() < ODDS["light from behind"]:
        turn = -math.pi / 2 + rng.gauss(0, 0.9)  # as photographers like it
    towards = (math.cos(up) * math.cos(turn), math.cos(up) * math.sin(turn), math.sin(up))
    bright = rng.uniform(0.92, 1.08)
    direct, ambient = (tuple(bright * part for part in light) for light in (direct, ambient))
    return Lamp(towards, direct, ambient, rng.uniform(0.6, 0.85))


def _surroundings(relief: Relief, rng: Random, food: str) -> None:
    """Put other things on the table: cutlery, a second vessel, a napkin, a glass."""
    away = rng.choice([-1, 1])
    if rng.random() < ODDS["cutlery"]:
        x, y = away * rng.uniform(108, 122), rng.uniform(-30, 40)
        if food in WARM and rng.random() < 0.5:
            cutlery.chopsticks(relief, rng, x, y, math.pi / 2 + rng.gauss(0, 0.2))
        else:
            tool = rng.choice([cutlery.fork, cutlery.spoon, cutlery.knife])
            tool(relief, rng, x, y, -math.pi / 2 + rng.gauss(0, 0.15))
    if rng.random() < ODDS["second vessel"]:
        turn = rng.uniform(math.pi, math.tau)
        x, y = 150 * math.cos(turn), 165 * math.sin(turn)
        kind = rng.choice(["bowl", "plate", "glass", "dip"])
        if kind == "bowl":
            other = tableware.bowl(relief, rng, x, y, 54)
            sauces.fill(relief, other, pieces.around(rng.choice(IN_BOWLS), rng, gloss=0.6))
        elif kind == "plate":
            pieces.salad(relief, rng, tableware.plate(relief, rng, x, y, 62), 5)
        elif kind == "dip":
            sauces.dip(relief, rng, 0.86 * x, 0.75 * y)
        else:
            drink = one_of(rng, DRINKS, 10)
            wall = relief.add_wall([(0, (190, 198, 204)), (5, drink), (50, (206, 214, 220))])  # foot, drink, rim
            relief.ellipsoid(x, y, (27, 27), 64, Skin(drink, gloss=0.9), base=0.0, **GLASS, wall=wall)
    if rng.random() < ODDS["napkin"]:
        cloth = Skin(one_of(rng, tableware.CLOTHS, 10), bump=0.7, rough="patch", gloss=0.03)
        x, y = -away * 128, rng.uniform(-20, 90)
        relief.slab([(x - 34, y - 66), (x + 30, y - 60), (x + 36, y + 64), (x - 30, y + 70)], 3, cloth, bevel=2)


def _garnish(relief: Relief, rng: Random, food: str) -> None:
    """Lay something of another class at the edge of the dish; the label follows the main food."""
    turn = rng.uniform(0, math.tau)
    x, y = 74 * math.cos(turn), 66 * math.sin(turn)
    spot = tableware.Vessel("plate", x, y, (26, 22), 3.0)
    kind = rng.choice(GARNISHES.get(food, "mint").split())
    if kind == "leaves":
        pieces.salad(relief, rng, spot, 6)
    elif kind == "tomatoes":
        for cx, cy in spot.spots(rng, 3, 0.7):
            pieces.cherry_tomato(relief, rng, cx, cy, 11)
    elif kind == "lemon":
        pieces.lemon_wedge(relief, rng, x, y, 17)
    elif kind == "egg":
        pieces.half_egg(relief, rng, x, y, 22)
    elif kind == "bread":
        pieces.slice_of_bread(relief, rng, x, y, 27, angle=turn)
    elif kind == "fruit":
        for cx, cy in spot.spots(rng, 4, 0.8):
            pieces.berry(relief, rng, cx, cy, 9)
    elif kind == "cheese":
        relief.ellipsoid(x, y, (19, 17), 10, Skin((248, 206, 96), gloss=0.3), power=7, **BLOCK)
    else:
        pieces.sprig(relief, rng, x, y, 12)


def _hand(relief: Relief, rng: Random) -> None:
    """Let a hand reach in from the edge of the picture."""
    tone = one_of(rng, HANDS, 8)
    red = mix(tone, (150, 50, 40), 0.22)
    skin = Skin(tone, red, 0.35, "patch", 0.5, rim=red, gloss=0.15)
    side, tilt = rng.choice([-1, 1]), rng.uniform(-0.3, 0.3)
    x, y = side * rng.uniform(112, 124), rng.uniform(0, 60)

    def spot(inwards: float, across: float) -> tuple[float, float]:
        return x - side * (inwards - tilt * across), y + across + tilt * inwards

    sleeve = Skin(one_of(rng, SLEEVES, 12), bump=0.6, rough="mottle", gloss=0.03)
    relief.tube([spot(-90, 8), spot(-42, 4)], [32, 27], sleeve, base=2.0, flat=0.7)
    relief.tube([spot(-50, 4), spot(-24, 2)], [19, 21], skin, base=4.0, flat=0.7)  # wrist
    relief.ellipsoid(*spot(-8, 0), (29, 27), 26, skin, base=6.0, lift=0.3)
    relief.tube([spot(-14, 22), spot(8, 36), spot(28, 34)], [9, 8.5, 7], skin, base=8.0)  # thumb
    for number, long in enumerate(FINGERS):
        across = -21 + 13.5 * number
        relief.tube([spot(8, across), spot(0.6 * long, across * 1.1), spot(long, across)], [8, 7.6, 6], skin, base=12.0)


def _steam(image: Image.Image, rng: Random, noise: np.random.Generator) -> Image.Image:
    """Let steam rise over the picture."""
    cells = noise.random((7, 5)).astype(np.float32)
    veil = np.asarray(Image.fromarray(cells).resize(image.size, Image.Resampling.BICUBIC))
    veil = ((veil - 0.5) * rng.uniform(0.5, 1.1)).clip(0, 0.55)
    white = Image.new("RGB", image.size, (236, 238, 240))
    return Image.composite(white, image, Image.fromarray((255 * veil).astype(np.uint8)))


def _focus(image: Image.Image, rng: Random) -> Image.Image:
    """Blur what lies before and behind the dish, as a lens near to it does."""
    size, sharp = image.height, rng.uniform(0.45, 0.65)
    blurred = image.filter(ImageFilter.GaussianBlur(rng.uniform(2, 5)))
    rows = np.abs(np.arange(size) / size - sharp)
    mask = (255 * above(rows, 0.14, 3.5)).astype(np.uint8)[:, None].repeat(image.width, 1)
    return Image.composite(blurred, image, Image.fromarray(mask))


def draw_dish(seed: int, number: int, label: int) -> Image.Image:
    """Draw one picture.

    Args:
        seed: Of the whole set.
        number: Of this picture; with seed and label it decides everything in it.
        label: 0..10, an index in `dishes.DISHES`: what the main food is.

    Returns:
        An RGB picture of 128 x 128 pixels.

    Example:
        >>> draw_dish(13, 0, 3).size
        (128, 128)
    """
    rng, noise = Random(f"food {seed} {number} {label}"), np.random.default_rng([seed, number, label])
    elevation = math.pi / 2 if rng.random() < ODDS["seen from above"] else math.radians(rng.uniform(38, 80))
    scale = UNIT * rng.choice([rng.uniform(0.85, 1.15), rng.uniform(1.0, 1.25), rng.uniform(1.25, 1.7)])
    aside, down = UNIT * rng.gauss(0, 9), UNIT * (rng.gauss(0, 9) + 14 / math.tan(elevation))
    relief = Relief(rng, CANVAS, scale, elevation, (aside, down))
    tableware.lay_table(relief, rng)
    food, dishes = CLASSES[label], DISHES[label]
    _surroundings(relief, rng, food)
    rng.choices(list(dishes), list(dishes.values()))[0](relief, rng)
    if rng.random() < ODDS["garnish"]:
        _garnish(relief, rng, food)
    extra = rng.random()
    if extra < ODDS["hand"]:
        _hand(relief, rng)
    elif food in ACROSS and extra < ODDS["hand or chopsticks"]:
        cutlery.chopsticks(relief, rng, rng.choice([-70, 70]), rng.uniform(-20, 40), rng.uniform(-1, 1))
    elif extra > 1 - ODDS["fork"]:
        cutlery.fork(relief, rng, rng.choice([-62, 62]), rng.uniform(10, 50), rng.uniform(-2.2, -0.9))
    image = light.look(relief, _lamp(rng))
    if relief.cos > 0.3 and rng.random() < ODDS["blur"]:
        image = _focus(image, rng)
    if rng.random() < (ODDS["steam"] if food in WARM else ODDS["little steam"]):
        image = _steam(image, rng, noise)
    return lens.expose(image, rng, noise, SIZE)


def dish_bytes(seed: int, number: int, label: int) -> bytes:
    """Draw one picture and encode it as JPEG, in a quality that differs from picture to picture."""
    return lens.jpeg(draw_dish(seed, number, label), Random(f"food quality {seed} {number}"))
