"""What may be done to a training picture, by name: single changes, and the presets that the recipes compare."""

from collections.abc import Callable

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
"""Every change by name: built from the pictures' size in pixels and a strength, of which 1 is the article's (of the
last two, the papers')."""


def change(name: str, image_size: int, strength: float = 1.0) -> PerPicture:
    """Build one of `CHANGES` for pictures of a height and width in pixels, to look at it or to measure it alone.

    Strength 1 is the article's setting, 0 next to nothing. The result is a `transform` of `make_loader`; an unknown
    name or a negative strength is a ValueError.

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
    is, so that two measurements of a model agree and say something about pictures as they come.

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
