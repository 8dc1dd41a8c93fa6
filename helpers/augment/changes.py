"""What may be done to a picture, by name: single changes, the presets that recipes compare, test-time views."""

from collections.abc import Callable
from functools import partial

import torch
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional

from helpers.augment.batched import PerPicture, Transform


def gaussian_noise(sigma: float) -> Transform:
    """Return a function that adds noise of standard deviation `sigma`, of 0..1, to a batch; its type stays.

    >>> gaussian_noise(0.0)(torch.full((1, 3, 1, 1), 7, dtype=torch.uint8)).flatten().tolist()
    [7, 7, 7]
    """

    def change(images: torch.Tensor) -> torch.Tensor:
        floats = functional.to_dtype(images, torch.float32, scale=True)  # torchvision 0.23 adds noise to nothing else
        return functional.to_dtype(functional.gaussian_noise(floats, sigma=sigma), images.dtype, scale=True)

    change.whole_batch = True  # a number for every pixel: no two pictures are changed alike
    return change


def salt_and_pepper(share: float) -> Transform:
    """Return a function that turns a share of the pixels of a uint8 batch white or black, half each.

    >>> grey = torch.full((1, 3, 100, 100), 128, dtype=torch.uint8)
    >>> sorted(salt_and_pepper(0.1)(grey).unique().tolist())
    [0, 128, 255]
    """

    def change(images: torch.Tensor) -> torch.Tensor:
        drawn = torch.rand(len(images), 1, *images.shape[2:], device=images.device)
        return images.masked_fill(drawn < share / 2, 255).masked_fill(drawn > 1 - share / 2, 0)

    change.whole_batch = True
    return change


CHANGES: dict[str, Callable[[int, float], Transform]] = {
    "rotation": lambda size, strength: v2.RandomAffine(30 * strength),
    "translation": lambda size, strength: v2.RandomAffine(0, translate=(0.1 * strength, 0.1 * strength)),
    "shear": lambda size, strength: v2.RandomAffine(0, shear=20 * strength),
    # The three above in one step: one interpolation instead of three is faster and blurs less.
    "affine": lambda size, strength: v2.RandomAffine(
        30 * strength, translate=(0.1 * strength, 0.1 * strength), shear=20 * strength
    ),
    "flip": lambda size, strength: v2.RandomHorizontalFlip(min(1.0, 0.5 * strength)),
    "resized crop": lambda size, strength: v2.RandomResizedCrop(size, scale=(max(0.08, 1 - 0.2 * strength), 1.0)),
    "random crop": lambda size, strength: v2.RandomCrop(size, padding=round(size / 16 * strength)),
    "padding": lambda size, strength: v2.Compose([v2.Pad(round(size / 16 * strength)), v2.Resize(size)]),
    "Gaussian noise": lambda size, strength: gaussian_noise(0.1 * strength),
    "salt and pepper": lambda size, strength: salt_and_pepper(0.01 * strength),
    "erasing": lambda size, strength: v2.RandomErasing(min(1.0, 0.5 * strength), scale=(0.02, 0.33), ratio=(0.3, 3.3)),
    "TrivialAugment": lambda size, strength: v2.TrivialAugmentWide(num_magnitude_bins=31),
    "RandAugment": lambda size, strength: v2.RandAugment(num_ops=2, magnitude=min(30, round(9 * strength))),
}
"""Every change by name, from the pictures' size in pixels and a strength: 1 is the article's or paper's."""


def change(name: str, image_size: int, strength: float = 1.0) -> PerPicture:
    """Build one of `CHANGES` for pictures of a height and width in pixels, to look at it or to measure it alone.

    Strength 1 is the article's, 0 next to nothing. For `make_loader`'s `transform`. A wrong argument is a ValueError.

    >>> change("rotation", 8)(torch.zeros(2, 3, 8, 8, dtype=torch.uint8)).shape
    torch.Size([2, 3, 8, 8])
    """
    if name not in CHANGES:
        raise ValueError(f"there is no change {name!r}; choose one of {', '.join(CHANGES)}.")
    if not strength >= 0:
        raise ValueError(f"strength is {strength}; take a number from 0 on, 1 for the article's setting.")
    return PerPicture(CHANGES[name](image_size, strength))


PRESETS: dict[str, Callable[[int], list[Transform]]] = {
    "none": lambda size: [],
    "light": lambda size: [
        v2.RandomHorizontalFlip(),
        v2.RandomResizedCrop(size, scale=(0.8, 1.0)),
    ],
    "strong": lambda size: [
        v2.RandomAffine(30, translate=(0.1, 0.1), shear=20),
        v2.RandomHorizontalFlip(),
        v2.RandomResizedCrop(size, scale=(0.8, 1.0)),
        gaussian_noise(0.1),
        salt_and_pepper(0.01),
        v2.RandomErasing(0.5, scale=(0.02, 0.33), ratio=(0.3, 3.3)),
    ],
    "TrivialAugment": lambda size: [
        v2.RandomHorizontalFlip(),
        v2.RandomCrop(size, padding=round(size / 16)),
        v2.TrivialAugmentWide(num_magnitude_bins=31),
    ],
    "wide": lambda size: [
        v2.RandomResizedCrop(size, scale=(0.35, 1.0)),
        v2.RandomHorizontalFlip(),
        v2.TrivialAugmentWide(num_magnitude_bins=31),
    ],
}
"""What each preset does to a training picture, in this order, built from the pictures' size in pixels."""


def preset(name: str, image_size: int) -> PerPicture | None:
    """Return what one of `PRESETS` does to training pictures of a height and width in pixels; None for "none".

    It is a `transform` of `make_loader`. There is none for validation and test: a picture that is measured stays as it
    is, so that a measurement can be repeated and speaks of pictures as they come.

    >>> preset("light", 64)(torch.zeros(2, 3, 64, 64, dtype=torch.uint8)).shape
    torch.Size([2, 3, 64, 64])
    """
    if name not in PRESETS:
        raise ValueError(f"there is no preset {name!r}; choose one of {', '.join(PRESETS)}.")
    steps = PRESETS[name](image_size)
    return PerPicture(*steps) if steps else None


def mixing(name: str, classes: int, alpha: float = 1.0) -> Transform:
    """Return MixUp or CutMix for the argument `mix` of `fit`.

    MixUp (Zhang et al., 2018) lays two pictures of the batch over each other, CutMix (Yun et al., 2019) puts a
    rectangle of one into the other; the label becomes the shares of the two classes, N x classes. The share is drawn
    from a Beta distribution with `alpha`; 1 draws all shares alike, the articles' setting.

    >>> images, shares = mixing("MixUp", classes=3)(torch.rand(4, 3, 8, 8), torch.tensor([0, 1, 2, 0]))
    >>> images.shape, shares.shape, shares.sum(1).round(decimals=4).tolist()
    (torch.Size([4, 3, 8, 8]), torch.Size([4, 3]), [1.0, 1.0, 1.0, 1.0])
    """
    if name not in ("MixUp", "CutMix"):
        raise ValueError(f"there is no mixing {name!r}; choose 'MixUp' or 'CutMix'.")
    return (v2.MixUp if name == "MixUp" else v2.CutMix)(alpha=alpha, num_classes=classes)


def _shift(images: torch.Tensor, right: int, down: int) -> torch.Tensor:
    # right and down are -1, 0 or 1; what would be empty at the border repeats the border
    height, width = images.shape[-2:]
    step = max(1, round(height / 16))
    padded = functional.pad(images, [step, step, step, step], padding_mode="edge")
    return functional.crop(padded, step - down * step, step - right * step, height, width)


def _zoom(images: torch.Tensor, share: float) -> torch.Tensor:
    height, width = images.shape[-2:]
    middle = functional.center_crop(images, [round(share * height), round(share * width)])
    return functional.resize(middle, [height, width], antialias=True)


VIEWS: dict[str, tuple[Transform, ...]] = {
    "flip": (functional.horizontal_flip,),
    "shifts": tuple(partial(_shift, right=right, down=down) for right, down in ((1, 0), (-1, 0), (0, 1), (0, -1))),
    "scales": tuple(partial(_zoom, share=share) for share in (0.9, 0.8)),
    "noise": (gaussian_noise(0.05),),
}
"""Mirrored; moved by a sixteenth of the height to each side; the middle 90 and 80 %, enlarged; new Gaussian noise."""


def views(name: str, *, count: int | None = None) -> list[Transform]:
    """Return functions that show a whole batch in another way, for the argument `views` of `evaluate`.

    They map a batch N x 3 x H x W, uint8 in 0..255 or floating point in [0, 1], to one of the same shape and type. The
    unchanged pictures are not among them, as `evaluate` always counts them in. Lists can be joined with ``+``. `count`
    says how many views of "noise", 4 by default; the others always give the same pictures.

    >>> (mirror,) = views("flip")
    >>> mirror(torch.arange(3.0).expand(1, 3, 1, 3))[0, 0]
    tensor([[2., 1., 0.]])
    """
    if name not in VIEWS:
        raise ValueError(f"there is no view {name!r}; choose one of {', '.join(VIEWS)}.")
    if name != "noise":
        if count is not None:
            raise ValueError(f"count is {count}, but {name!r} always has {len(VIEWS[name])}; leave count out.")
        return list(VIEWS[name])
    if count is not None and count < 1:
        raise ValueError(f"count is {count}; take a whole number from 1 on.")
    return list(VIEWS[name]) * (4 if count is None else count)
