"""One picture of the sample: a scene, its vehicles, and the photo taken of it."""

import math
from random import Random

import numpy as np
from PIL import Image

from drawings import effects, fleet, lens, scenery
from drawings.bodies import BODIES
from drawings.solid import Camera
from drawings.vehicles import Vehicle, draw_vehicle

SIZE = 128
CANVAS = 2 * SIZE  # drawn larger, then scaled down: smooth edges
VIEWS = {3.0: 12, 38.0: 58, 58.0: 20, 87.0: 10}  # degrees away from a pure side view, and how often: mostly 3/4 views
FRONT_SEEN, FROM_EYE_LEVEL, OCCLUDED = 0.82, 0.75, 0.2  # how often
OTHERS = {0: 58, 1: 26, 2: 12, 3: 4}  # how many other vehicles there are, and how often
OTHERS_ALIKE = 0.1  # share of them that resemble emergency vehicles
SKY = 0.2  # of the picture's height: so much of it is above the horizon at least


def _heading(rng: Random) -> float:
    """Choose the direction of a vehicle's nose."""
    turn = math.radians(rng.choices(list(VIEWS), list(VIEWS.values()))[0] + rng.gauss(0, 6))
    towards = -1 if rng.random() < FRONT_SEEN else 1
    angle = towards * turn
    return angle if rng.random() < 0.5 else math.pi - angle


def _extent(vehicle: Vehicle, heading: float) -> tuple[float, float]:
    """Give the width and height in metres that a vehicle takes in the picture."""
    body = BODIES[vehicle.body]
    return abs(math.cos(heading)) * body.length + abs(math.sin(heading)) * body.width, body.height


def draw_photo(seed: int, number: int, label: int) -> Image.Image:
    """Draw one picture.

    Args:
        seed: Of the whole set.
        number: Of this picture; with the seed it decides everything in it.
        label: 1 for an emergency vehicle, 0 for another one.

    Returns:
        An RGB picture of 128 x 128 pixels.

    Example:
        >>> draw_photo(13, 0, 1).size
        (128, 128)
    """
    rng, noise = Random(f"vehicles {seed} {number}"), np.random.default_rng([seed, number])
    setting = scenery.choose(rng)
    dark = setting.light.dark
    main = fleet.emergency(rng, dark) if label else fleet.ordinary(rng, dark)
    heading = _heading(rng)
    wide, tall = _extent(main, heading)
    share = rng.uniform(0.88, 1.16)  # of the picture's width that the vehicle takes
    focal = rng.uniform(1.4, 3.0) * CANVAS
    eye = rng.uniform(1.2, 2.0) if rng.random() < FROM_EYE_LEVEL else rng.uniform(2.0, 3.4)
    depth = focal * max(wide, 1.2 * tall) / (CANVAS * share)
    depth += 0.4 * abs(math.sin(heading)) * BODIES[main.body].length  # what is near looks larger
    foot = rng.uniform(0.78, 0.93) * CANVAS  # the row on which its middle stands
    eye = min(eye, (foot - SKY * CANVAS) * depth / focal)
    camera = Camera(Image.new("RGB", (CANVAS, CANVAS)), focal, eye, foot - eye * focal / depth, setting.light)
    scenery.paint(setting, camera, rng, noise)
    middle = rng.gauss(0, 0.045) * CANVAS * depth / focal
    others = []
    for _ in range(rng.choices(list(OTHERS), list(OTHERS.values()))[0]):
        far = depth + rng.uniform(5, 16)
        aside = rng.uniform(-0.7, 0.7) * CANVAS * far / focal
        turn = rng.choice([heading, heading, 0.0, math.pi, -1.2, -0.6, 2.5])
        others.append((far, aside, turn, fleet.ordinary(rng, dark, OTHERS_ALIKE)))
    for far, aside, turn, other in sorted(others, key=lambda item: -item[0]):
        draw_vehicle(camera, other, aside, far, turn)
    draw_vehicle(camera, main, middle, depth, heading)
    if rng.random() < OCCLUDED:
        effects.occlude(camera, rng)
    effects.glow(camera)
    effects.weather(setting, camera, rng, noise)
    return lens.expose(camera.canvas, rng, noise, SIZE)


def photo_bytes(seed: int, number: int, label: int) -> bytes:
    """Draw one picture and encode it as JPEG, in a quality that differs from picture to picture."""
    return lens.jpeg(draw_photo(seed, number, label), Random(f"quality {seed} {number}"))
