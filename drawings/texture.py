"""Textures of the sample's food: value noise in several grains, and a bed of rice."""

import math
from collections.abc import Iterable
from functools import cache
from random import Random

import numpy as np
from PIL import Image, ImageDraw

ROWS, COLUMNS = 768, 512
CELLS = {"cloud": (90, 40), "patch": (36, 16), "mottle": (14, 7), "crumb": (7, 4), "grain": (3, 2)}  # pixels
WEIGHTS = (1.0, 0.6)  # of the two grids
GRAINS = ((1.0, 60, 160), (0.9, 14, 120), (0.7, 5, 70), (0.4, 2, 30))  # weight, height and width of wood's cells
FIELD_SEED, WOOD_SEED = 7, 8
KERNELS, HALF_KERNEL, MARGIN = 3200, 3.2, 8  # grains of rice, and pixels: half the length, what one may stick out
KERNEL = ((1, 4, 0.0), (0.9, 3, 0.3), (0.6, 1, 0.5))  # lines that make it round: share of length, width, how high


def above(field: np.ndarray, start: float, steep: float, most: float = 1) -> np.ndarray:
    """Give a weight that rises from 0, where a field is `start`, by `steep` for every 1 of the field, up to `most`."""
    return ((field - start) * steep).clip(0, most)


def below(field: np.ndarray, stop: float, steep: float, most: float = 1) -> np.ndarray:
    """Give a weight that falls to 0, where a field is `stop`; see `above`."""
    return ((stop - field) * steep).clip(0, most)


def _noise(noise: np.random.Generator, grids: Iterable[tuple[float, int, int]]) -> np.ndarray:
    """Add up coarse grids of random values, smoothly enlarged: (weight, height and width of a cell) each."""
    total = np.zeros((ROWS, COLUMNS), np.float32)
    for weight, tall, wide in grids:
        grid = noise.random((ROWS // tall + 2, COLUMNS // wide + 2), np.float32)
        total += weight * np.asarray(Image.fromarray(grid).resize((COLUMNS, ROWS), Image.Resampling.BICUBIC))
    total -= total.mean()
    return total / total.std()


@cache
def field(name: str) -> np.ndarray:
    """Give a field of value noise.

    Args:
        name: A key of `CELLS`, which holds the sizes of the two grids in pixels.

    Returns:
        768 x 512 float32, mean 0, standard deviation 1. The same at every call: cut a window at a random place.

    Example:
        >>> field("crumb").shape
        (768, 512)
    """
    grids = ((weight, cell, cell) for weight, cell in zip(WEIGHTS, CELLS[name], strict=True))
    return _noise(np.random.default_rng([FIELD_SEED, *CELLS[name]]), grids)


@cache
def wood() -> np.ndarray:
    """Give a field of wood grain along the columns, drawn out from value noise; shape and range as in `field`."""
    return _noise(np.random.default_rng(WOOD_SEED), GRAINS)


@cache
def rice() -> np.ndarray:
    """Give the height of a bed of rice: some thousand grains that lie on each other.

    Returns:
        768 x 512 float32, 0 between the grains to 1 on top of them.

    Example:
        >>> float(rice().max()) <= 1
        True
    """
    rng, wide, tall = Random("rice"), COLUMNS // 2, ROWS // 2
    image = Image.new("F", (wide, tall))
    draw = ImageDraw.Draw(image)
    for step in range(KERNELS):
        x, y, angle = rng.uniform(0, wide), rng.uniform(0, tall), rng.uniform(0, math.pi)
        level = 0.35 * (step / KERNELS) + 0.15
        dx, dy = HALF_KERNEL * math.cos(angle), HALF_KERNEL * math.sin(angle)
        for over_x in (-wide, 0, wide) if not MARGIN < x < wide - MARGIN else (0,):  # a tile without seams
            for over_y in (-tall, 0, tall) if not MARGIN < y < tall - MARGIN else (0,):
                at_x, at_y = x + over_x, y + over_y
                for share, thick, up in KERNEL:
                    ends = (at_x - dx * share, at_y - dy * share, at_x + dx * share, at_y + dy * share)
                    draw.line(ends, level + up, thick)
    return np.tile(np.asarray(image), (2, 2))
