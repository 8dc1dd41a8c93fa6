"""How a relief is lit and seen: shading, shadows and the view from above or from the side."""

import math

import numpy as np
from PIL import Image

from drawings.relief import LAYERS, Lamp, Relief

SHADOW_STEPS = (2, 5, 9, 14, 21, 30, 42)  # pixels towards the lamp at which something may stand in its way
SOFT, SOFTER = 1.5, 0.3  # pixels over which a shadow's edge fades: at its foot, and more for every pixel of distance
STEEPEST = 1.8  # slope: steeper spots are shaded like this one
SHEEN, GLINT = 0.12, 0.75  # strength of the wide and of the narrow highlight
HIGHLIGHT = 330  # brightness of the lamp's mirror image
OPEN_SKY = 0.03  # ambient light lost for every pixel that a spot lies below its surroundings
DEEPEST, HIGHEST = 14, -6  # pixels below and above the surroundings that count
FROM_ABOVE = 0.05  # cosine of the camera's elevation below which nothing hides anything
STEEP = 2.5  # pixels between neighbouring spots that make a wall
FOOT_AMBIENT, FOOT_DIRECT = 0.65, 0.5  # share of the light at the foot of a wall
SQUEEZE, KNEE = 0.45, 112  # film does not cut bright parts off, it squeezes what is above KNEE / (1 - SQUEEZE)


def _moved(field: np.ndarray, right: int, down: int) -> np.ndarray:
    """Shift a field so that [row, column] shows what stood at [row + down, column + right]; edges are repeated."""
    rows = np.arange(field.shape[0]) + down
    columns = np.arange(field.shape[1]) + right
    return field[rows.clip(0, field.shape[0] - 1)][:, columns.clip(0, field.shape[1] - 1)]


def _shadows(height: np.ndarray, lamp: Lamp) -> np.ndarray:
    """Tell how much of the lamp is hidden at every spot, 0..1, with edges that soften with the distance."""
    x, y, z = lamp.towards
    flat = max(0.05, math.hypot(x, y))
    rise = z / flat
    coarse = np.ascontiguousarray(height[::2, ::2])  # shadows are soft: every second spot will do
    hidden = np.zeros_like(coarse)
    for step in SHADOW_STEPS:
        other = _moved(coarse, round(0.5 * step * x / flat), round(0.5 * step * y / flat))
        other -= coarse
        other -= np.float32(step * rise)
        other *= np.float32(1 / (SOFT + SOFTER * step))
        np.maximum(hidden, other, out=hidden)
    image = Image.fromarray(np.minimum(hidden, 1, out=hidden))
    return np.asarray(image.resize(height.shape[::-1], Image.Resampling.BILINEAR))


def _smooth(field: np.ndarray, cell: int) -> np.ndarray:
    """Blur a field over about `cell` pixels."""
    rows, columns = field.shape
    small = Image.fromarray(field).reduce(cell)
    return np.asarray(small.resize((columns, rows), Image.Resampling.BILINEAR))


def light(relief: Relief, lamp: Lamp) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tell how much light falls on every spot of a relief.

    Args:
        relief: What stands on the table.
        lamp: The light on it.

    Returns:
        Three fields of rows x columns, float32: the share of the ambient light that a spot gets, the share of the
        direct light, and how strongly it mirrors the lamp to the camera.
    """
    height = relief.height
    slope_x, slope_y = np.zeros_like(height), np.zeros_like(height)
    np.subtract(height[:, 2:], height[:, :-2], out=slope_x[:, 1:-1])
    np.subtract(height[2:], height[:-2], out=slope_y[1:-1])
    slope_x, slope_y = (np.clip(slope * np.float32(0.5), -STEEPEST, STEEPEST) for slope in (slope_x, slope_y))
    length = np.sqrt(1 + slope_x * slope_x + slope_y * slope_y)

    def facing(x, y, z):
        cosine = z - slope_x * np.float32(x)
        cosine -= slope_y * np.float32(y)
        cosine /= length
        return np.maximum(cosine, 0, out=cosine)

    x, y, z = lamp.towards
    open_to_lamp = 1 - np.float32(lamp.shadow) * _shadows(height, lamp)
    half = (x, y + relief.cos, z + relief.sin)
    long = math.hypot(*half)
    mirror = facing(*(part / long for part in half))
    for _ in range(3):  # to the 8th power
        mirror *= mirror
    shine = mirror * np.float32(SHEEN)
    for _ in range(2):  # to the 32nd
        mirror *= mirror
    shine += np.float32(GLINT) * mirror
    shine *= relief.gloss
    shine *= open_to_lamp
    hollow = _smooth(height, 12)  # deep places get less light from all around
    hollow = np.clip(hollow - height, HIGHEST, DEEPEST)
    return 1 - np.float32(OPEN_SKY) * hollow, facing(x, y, z) * open_to_lamp, shine


def look(relief: Relief, lamp: Lamp) -> Image.Image:
    """Show a relief to the camera.

    The camera is far away: a spot at row y and height z is seen at row y sin(e) - z cos(e), e its elevation. Of all
    spots of a column that fall on one row of the picture, the one nearest to the viewer hides the others.

    Args:
        relief: What stands on the table.
        lamp: The light on it.

    Returns:
        An RGB picture, as wide and high as the relief's `size`.
    """
    size, columns = relief.size, relief.columns
    column = np.arange(columns)
    if relief.cos < FROM_ABOVE:
        spot = np.arange(size)[:, None] * columns + column
    else:
        seen_at = np.arange(relief.rows, dtype=np.float32)[:, None] * np.float32(relief.sin)
        seen_at = seen_at - relief.height * np.float32(relief.cos)
        # From the front to the back: the lowest row of the picture that is still free at every spot.
        free = np.minimum.accumulate(seen_at[::-1], axis=0)[::-1]
        place = np.ceil(free).clip(0, size).astype(np.int32) * columns + column.astype(np.int32)
        counts = np.bincount(place.ravel(), minlength=(size + 1) * columns).reshape(size + 1, columns)
        spot = (np.cumsum(counts, axis=0)[:size] - 1).clip(0, relief.rows - 2) * columns + column
    ambient, direct, shine = (field.ravel()[spot] for field in light(relief, lamp))
    colour = relief.colour.reshape(-1, 3)[spot]
    if relief.cos >= FROM_ABOVE:
        edge, foot = relief.height.ravel()[spot], relief.height.ravel()[spot + columns]
        row = np.arange(size, dtype=np.float32)[:, None]
        above = ((spot // columns).astype(np.float32) * np.float32(relief.sin) - row) / np.float32(relief.cos)
        steep = np.nonzero((edge - foot > STEEP) & (above < edge - 1))  # `above`: the height of the point seen
        above, edge, foot = above[steep], edge[steep], foot[steep]
        share = ((above - foot) / (edge - foot)).clip(0, 1)
        # The map holds no steep sides. They get the light of their surroundings, and less of it towards the table.
        ambient[steep] *= FOOT_AMBIENT + (1 - FOOT_AMBIENT) * share
        direct[steep] = _smooth(direct, 8)[steep] * (FOOT_DIRECT + (1 - FOOT_DIRECT) * share)
        shine[steep] = 0
        wall = relief.wall.ravel()[spot[steep]]
        layers = np.stack(relief.walls)[wall, above.clip(0, LAYERS - 1).astype(np.intp)]
        colour[steep] = np.where((wall > 0)[:, None], layers, colour[steep])
    ambient, direct, shine = (field[..., None] for field in (ambient, direct, shine))
    colour *= ambient * np.array(lamp.ambient, np.float32) + direct * np.array(lamp.direct, np.float32)
    colour += shine * (HIGHLIGHT * np.array(lamp.direct, np.float32)).clip(0, 255)
    np.minimum(colour, SQUEEZE * colour + KNEE, out=colour)
    return Image.fromarray(colour.clip(0, 255).astype(np.uint8))
