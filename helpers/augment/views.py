"""Test-time augmentation: ways to show a batch to a network that is trained already; notebook 08 measures them."""

from functools import partial

import torch
from torchvision.transforms.v2 import functional

from helpers.augment.batched import Transform
from helpers.augment.changes import gaussian_noise


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
"""The test-time views by name: mirrored; moved by a sixteenth of the height to each side; the middle 90 % and 80 % of
height and width, enlarged; and with Gaussian noise, new with every call."""


def views(name: str, *, count: int | None = None) -> list[Transform]:
    """Return functions that show a whole batch in another way, for the argument `views` of `evaluate`.

    They map a batch N x 3 x H x W, uint8 in 0..255 or floating point in [0, 1], to one of the same shape and type. The
    unchanged pictures are not among them, as `evaluate` always counts them in. Lists can be joined with ``+``. `count`
    says how many views of "noise", 4 by default; the others have as many as there are and always give the same
    pictures, that one is repeated by `seed_everything`.

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
