"""Transforms of torchvision on whole batches, where they lie: each picture has its own random numbers, none waits.

Places and strengths are drawn on the CPU, so that a seed draws the same ones for every GPU.
"""

import math
from collections.abc import Callable
from functools import cache, partial
from typing import NamedTuple

import torch
from torch import nn
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional

Transform = Callable[[torch.Tensor], torch.Tensor]


class Move(NamedTuple):
    """A change of place: `back` maps the places x and y of the changed pictures, in pixels, to where they come from."""

    back: Callable[[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]
    framed: bool = True  # what comes from outside of the picture is black
    smooth: bool = False  # taken between four pixels, not from the nearest


PLANS: dict[type, tuple[Callable, dict]] = {}  # how a kind of transform is made for squares, and with which options


class PerPicture:
    """Apply transforms one after the other to a uint8 batch, with new random numbers for every picture.

    A transform of `torchvision.transforms.v2` that is given a batch draws its random numbers once: all pictures would
    be mirrored, or none. Those of the presets are made for the whole batch, distributed as in torchvision; changes of
    place that follow each other take their pixels in one sampling, which blurs less. Everything else, and rarer options
    of these, is called picture by picture, except functions with ``whole_batch = True``, which do so by themselves.

    >>> _ = torch.manual_seed(0)
    >>> mirrored = PerPicture(v2.RandomHorizontalFlip())(torch.arange(2, dtype=torch.uint8).expand(8, 3, 1, 2))
    >>> mirrored[:, 0, 0, 0].tolist()
    [1, 0, 1, 1, 1, 0, 1, 0]
    """

    whole_batch = True  # and several batches at once

    def __init__(self, *transforms: Transform) -> None:
        self.transforms = transforms

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """Return the changed pictures, as many as came, in their order."""
        moves = []
        for transform in self.transforms:
            for step in _steps(transform, images):
                if isinstance(step, Move):
                    moves.append(step)
                else:
                    images, moves = step(sample(images, moves)), []
        return sample(images, moves)

    def __repr__(self) -> str:
        return f"PerPicture({', '.join(map(repr, self.transforms))})"


def sample(images: torch.Tensor, moves: list[Move]) -> torch.Tensor:
    """Take the pixels of changed pictures from where they were before all `moves`."""
    if not moves:
        return images
    count, colours, height, width = images.shape
    x = torch.arange(width, device=images.device, dtype=torch.float32).view(1, 1, -1)
    y = torch.arange(height, device=images.device, dtype=torch.float32).view(1, -1, 1)
    seen = None
    for move in reversed(moves):
        x, y = move.back(x, y)
        if move.framed:
            within = (x.clamp(-0.5, width - 0.5) == x) & (y.clamp(-0.5, height - 0.5) == y)
            seen = within if seen is None else seen & within
    if any(move.smooth for move in moves):
        grid = torch.stack(torch.broadcast_tensors((2 * x + 1) / width - 1, (2 * y + 1) / height - 1), -1)
        taken = nn.functional.grid_sample(images.float(), grid, "bilinear", "border", align_corners=False)
        taken = taken.round_().to(images.dtype)
    else:
        x, y = x.round().clamp(0, width - 1).long(), y.round().clamp(0, height - 1).long()
        first = torch.arange(count, device=images.device).view(-1, 1, 1) * (height * width)
        places = (first + y * width + x).expand(count, height, width).flatten()
        pixels = images.permute(0, 2, 3, 1).reshape(-1, colours)
        taken = pixels.index_select(0, places).view(count, height, width, colours).permute(0, 3, 1, 2)
    return taken if seen is None else taken * seen[:, None]


def _steps(transform: Transform, images: torch.Tensor) -> list[Move | Transform]:
    """Draw what `transform` does to each of the pictures: changes of place, and functions that change the batch."""
    if getattr(transform, "whole_batch", False):
        return [transform]
    plan, usual = PLANS.get(type(transform), (None, {}))
    options = {name: getattr(transform, name) for name in usual}  # an interpolation is a word or an enum of words
    common = usual == {name: getattr(value, "value", value) for name, value in options.items()}
    *_, height, size = images.shape
    target, *others = {*getattr(transform, "size", (size,))}
    square = height == size and not others and (target == size or plan is _resized_crop)
    if plan is None or not common or not square or images.dtype != torch.uint8:
        return [lambda batch: torch.stack([transform(image) for image in batch])]
    return plan(transform, len(images), size)


def _plan(kind: type[v2.Transform], **usual) -> Callable:
    return lambda plan: PLANS.setdefault(kind, (plan, usual))[0]


def _there(drawn: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """Bring numbers, one a picture or several rows of them, to the device of others without waiting for it."""
    return drawn.to(like.device, non_blocking=True)[(..., *[None] * (like.ndim - 1))]


@_plan(v2.RandomHorizontalFlip)
def _flip(flip: v2.RandomHorizontalFlip, count: int, size: int) -> list[Move]:
    mirrored = torch.rand(count) < flip.p
    return [Move(lambda x, y: (torch.where(_there(mirrored, x), size - 1 - x, x), y), framed=False)]


@_plan(v2.RandomCrop, pad_if_needed=False, fill=0, padding_mode="constant")
def _crop(crop: v2.RandomCrop, count: int, size: int) -> list[Move]:
    before_x, after_x, before_y, after_y = crop.padding or (0, 0, 0, 0)
    right = torch.randint(before_x + after_x + 1, (count,)) - before_x
    down = torch.randint(before_y + after_y + 1, (count,)) - before_y
    return [Move(lambda x, y: (x + _there(right, x), y + _there(down, y)))]


@_plan(v2.RandomAffine, scale=None, center=None, fill=0, interpolation="nearest")
def _affine(transform: v2.RandomAffine, count: int, size: int) -> list[Move]:
    slants = (*(transform.shear or ()), 0, 0, 0, 0)
    reach = [side for share in transform.translate or (0, 0) for side in (-share * size, share * size)]
    low, high = torch.tensor([*transform.degrees, *reach, *slants[:4]]).view(5, 2, 1).unbind(1)
    angle, right, down, shear_x, shear_y = low + (high - low) * torch.rand(5, count)
    return [affine(size, angle, right.round(), down.round(), shear_x, shear_y)]


def affine(size: int, angle=0.0, right=0.0, down=0.0, shear_x=0.0, shear_y=0.0, middle=None) -> Move:
    """Return the move of torchvision's ``affine`` around `middle`: angles in degrees, lengths in pixels, each N."""
    numbers = angle, right, down, shear_x, shear_y, (size - 1) / 2 if middle is None else middle
    angle, right, down, shear_x, shear_y, middle = torch.broadcast_tensors(*map(torch.as_tensor, numbers))
    angle, shear_x, shear_y = angle.deg2rad(), shear_x.deg2rad(), shear_y.deg2rad()
    a, c = (angle - shear_y).cos() / shear_y.cos(), (angle - shear_y).sin() / shear_y.cos()
    b, d = -(a * shear_x.tan() + angle.sin()), angle.cos() - c * shear_x.tan()
    drawn = torch.stack([a, b, c, d, middle + right, middle + down, middle])

    def back(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        a, b, c, d, from_x, from_y, middle = _there(drawn, x)
        x, y = x - from_x, y - from_y
        return (d * x + middle) - b * y, (a * y + middle) - c * x

    return Move(back)


def _boxes(random, count: int, size: int, *, most: int) -> tuple[torch.Tensor, ...]:
    """Draw boxes by area and ratio, the first of ten with sides up to `most`: sides, starts, whether one did fit."""
    area = size**2 * torch.empty(count, 10).uniform_(*random.scale)
    ratio = torch.empty(count, 10).uniform_(*map(math.log, random.ratio)).exp()
    both = torch.stack([(area * ratio).sqrt().round(), (area / ratio).sqrt().round()])
    fits = ((both > 0) & (both <= most)).all(0)
    sides = both[:, torch.arange(count), fits.int().argmax(1)].where(fits.any(1), torch.tensor(float(size)))
    starts = (torch.rand(2, count) * (size - sides + 1)).floor().minimum(size - sides)
    return *sides, *starts, fits.any(1)


@_plan(v2.RandomResizedCrop, interpolation="bilinear")
def _resized_crop(crop: v2.RandomResizedCrop, count: int, size: int) -> list[Move | Transform]:
    width, height, left, top, _ = _boxes(crop, count, size, most=size)
    boxes = torch.stack([width, height, left, top])
    if crop.size[0] != size:
        return [partial(_resized, size=crop.size[0], boxes=boxes)]

    def back(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        width, height, left, top = _there(boxes, x)
        x, y = (x + 0.5) * (width / size) - 0.5, (y + 0.5) * (height / size) - 0.5
        return x.clamp(min=0).minimum(width - 1) + left, y.clamp(min=0).minimum(height - 1) + top

    return [Move(back, framed=False, smooth=True)]


def _resized(images: torch.Tensor, size: int, boxes: torch.Tensor) -> torch.Tensor:
    """Bring boxes (width, height, left, top) to another size: each pixel is a mean in which near ones count more."""
    ours, theirs = (torch.arange(n, device=images.device) + 0.5 for n in (size, images.shape[-1]))
    sides, starts = _there(boxes, images).view(2, 2, -1, 1, 1, 1)
    away = (starts + ours.view(-1, 1) * (sides / size) - theirs).abs() / (sides / size).clamp(min=1)
    near = (1 - away).clamp(min=0) * ((theirs > starts) & (theirs < starts + sides))
    across, down = near / near.sum(-1, keepdim=True)
    return (down @ images.float() @ across.mT).round_().to(torch.uint8)


@_plan(v2.RandomErasing, value=[0.0], inplace=False)
def _erasing(erasing: v2.RandomErasing, count: int, size: int) -> list[Transform]:
    height, width, top, left, fit = _boxes(erasing, count, size, most=size - 1)
    bottom, right = torch.where(fit & (torch.rand(count) < erasing.p), top + height, 0), left + width

    def erase(images: torch.Tensor) -> torch.Tensor:
        x = torch.arange(size, device=images.device).view(1, 1, 1, -1)
        y = x.view(1, 1, -1, 1)
        first_x, last_x, first_y, last_y = _there(torch.stack([left, right, top, bottom]), images)
        return images.masked_fill((x >= first_x) & (x < last_x) & (y >= first_y) & (y < last_y), 0)

    return [erase]


@_plan(v2.TrivialAugmentWide, interpolation="nearest", fill=None)
def _trivial_augment(auto: v2.TrivialAugmentWide, count: int, size: int) -> list[Transform]:
    return [_operation(auto, torch.randint(auto.num_magnitude_bins, (count,)), size)]


@_plan(v2.RandAugment, interpolation="nearest", fill=None)
def _rand_augment(auto: v2.RandAugment, count: int, size: int) -> list[Transform]:
    return [_operation(auto, torch.full((count,), auto.magnitude), size) for _ in range(auto.num_ops)]


def _operation(auto, levels: torch.Tensor, size: int) -> Transform:
    """Draw one of torchvision's 14 operations for each picture, whose strengths are at `levels` of their ranges."""
    names, ranges, signed = _ranges(type(auto), auto.num_magnitude_bins, size)
    kinds, negative = torch.randint(len(names), levels.shape), torch.rand(levels.shape) <= 0.5
    strengths = ranges[kinds, levels] * torch.where(signed[kinds] & negative, -1, 1)
    return operation([names[kind] for kind in kinds.tolist()], strengths, size)


def operation(names: list[str], strengths: torch.Tensor, size: int) -> Transform:
    """Return what does to each picture the operation of its name: changes of place at once, colours one by one."""
    kinds, order = torch.tensor([OPERATIONS.index(name) for name in names]).sort()  # those of a kind are neighbours
    kept, *counts = kinds.bincount(minlength=len(OPERATIONS)).tolist()
    moved, blended = sum(counts[: len(PLACES)]), counts[len(PLACES) : len(PLACES) + len(BLENDED)]
    strengths = strengths[order]
    of_moved, numbers = kinds[kept : kept + moved], strengths[kept : kept + moved]
    slant_x, slant_y, right, down, angle = (numbers.where(of_moved == kind + 1, 0.0) for kind in range(len(PLACES)))
    middle = torch.where(slant_x + slant_y == 0, (size - 1) / 2, -0.5)  # of a slanted picture a corner stays
    move = affine(size, -angle, right.trunc(), down.trunc(), slant_x.atan().rad2deg(), slant_y.atan().rad2deg(), middle)

    def operate(images: torch.Tensor) -> torch.Tensor:
        sides = kept, moved, sum(blended), *counts[len(PLACES) + len(BLENDED) :]
        parts = images[order.to(images.device, non_blocking=True)].split(sides)
        drawn = _there(strengths, images).split(sides)
        changed = [parts[0], sample(parts[1], [move])] if moved else [parts[0]]
        if sum(blended):
            shares = zip(BLENDED.values(), parts[2].split(blended), strict=True)
            other = torch.cat([make(some.float()).expand(some.shape) for make, some in shares if len(some)])
            mixed = parts[2] * (1 + drawn[2]) - other * drawn[2]
            changed.append(mixed.clamp_(0, 255).to(torch.uint8))
        rest = zip(COLOURS.values(), parts[3:], drawn[3:], strict=True)
        changed += [change(some, strength) for change, some, strength in rest if len(some)]
        return torch.cat(changed)[order.argsort().to(images.device, non_blocking=True)]

    return operate


@cache
def _ranges(auto: type, bins: int, size: int) -> tuple[list[str], torch.Tensor, torch.Tensor]:
    # The papers' operations and ranges as torchvision has them, and for which of them it draws a sign.
    space = auto._AUGMENTATION_SPACE
    rows = [make(bins, size, size) for make, _ in space.values()]
    ranges = torch.stack([torch.zeros(bins) if row is None else row.float() for row in rows])
    return list(space), ranges, torch.tensor([signed for _, signed in space.values()])


def _grey(images: torch.Tensor) -> torch.Tensor:
    red, green, blue = images.split(1, 1)
    return (0.2989 * red).add_(green, alpha=0.587).add_(blue, alpha=0.114).floor_()


def _blurred(images: torch.Tensor) -> torch.Tensor:
    inner = images[..., 1:-1, 1:-1]  # the border stays sharp
    inner.copy_(((9 * nn.functional.avg_pool2d(images, 3, 1) + 4 * inner) / 13).round_())
    return images


PLACES = "ShearX", "ShearY", "TranslateX", "TranslateY", "Rotate"
BLENDED: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "Brightness": torch.zeros_like,
    "Color": _grey,
    "Contrast": lambda images: _grey(images).mean((1, 2, 3), keepdim=True),
    "Sharpness": _blurred,
}
"""Towards what, or away from it, torchvision's operations move float pictures: black, grey, their mean, a blur."""

COLOURS: dict[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "Posterize": lambda images, bits: images & (256 - torch.exp2(8 - bits)).to(torch.uint8),
    "Solarize": lambda images, share: torch.where(images >= 255 * share, 255 - images, images),
    "AutoContrast": lambda images, _: functional.autocontrast(images),
    "Equalize": lambda images, _: functional.equalize(images),
}
"""What the others that leave all things in place do to uint8 pictures, with a strength each."""

OPERATIONS = "Identity", *PLACES, *BLENDED, *COLOURS
