"""The camera's own faults: a tilted, blurred, noisy photo, stored as JPEG."""

import io
import math
from random import Random

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

TILT = 2.2  # degrees, standard deviation
BLURRED, MOVED = 0.12, 0.08  # how often
CONTRAST, SATURATION, EXPOSURE, CAST = (0.9, 1.25), (0.85, 1.3), (0.85, 1.18), (0.94, 1.06)  # factors
NOISES = [1.5, 2.5, 4, 7]  # standard deviations of the sensor's noise, of 255
QUALITIES = [45, 60, 75, 85, 92]  # of JPEGs


def expose(image: Image.Image, rng: Random, noise: np.random.Generator, size: int) -> Image.Image:
    """Take the photo: tilt, crop, lens, exposure, colour cast, sensor noise.

    Args:
        image: The scene, larger than the photo.
        rng: Where the chance comes from.
        noise: The same for arrays.
        size: Width and height of the photo in pixels.

    Returns:
        The photo, RGB.

    Example:
        >>> expose(Image.new("RGB", (64, 64)), Random(1), np.random.default_rng(1), 32).size
        (32, 32)
    """
    tilt = math.radians(rng.gauss(0, TILT))
    zoom = 1 / (math.cos(tilt) + abs(math.sin(tilt)))  # no empty corners
    middle = image.width / 2
    a, b = math.cos(tilt) * zoom, math.sin(tilt) * zoom
    mapping = (a, b, middle - (a + b) * middle, -b, a, middle - (a - b) * middle)
    image = image.transform(image.size, Image.Transform.AFFINE, mapping, Image.Resampling.BILINEAR)
    image = image.resize((size, size), Image.Resampling.BOX)
    lens = rng.random()
    if lens < BLURRED:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 1.1)))
    elif lens < BLURRED + MOVED:
        image = motion(image, rng.randint(2, 4))
    image = ImageEnhance.Contrast(image).enhance(rng.uniform(*CONTRAST))
    image = ImageEnhance.Color(image).enhance(rng.uniform(*SATURATION))
    cast = np.array([rng.uniform(*CAST), 1, rng.uniform(*CAST)], np.float32) * rng.uniform(*EXPOSURE)
    pixels = np.asarray(image, np.float32) * cast
    pixels += noise.standard_normal(pixels.shape, np.float32) * rng.choice(NOISES)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def motion(image: Image.Image, reach: int) -> Image.Image:
    """Smear a picture sideways over `reach` pixels."""
    pixels = np.asarray(image, np.float32)
    total = sum(np.roll(pixels, shift, axis=1) for shift in range(reach))
    return Image.fromarray((total / reach).astype(np.uint8))


def jpeg(image: Image.Image, rng: Random) -> bytes:
    """Encode a picture as JPEG, in a quality that differs from picture to picture."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=rng.choice(QUALITIES))
    return file.getvalue()
