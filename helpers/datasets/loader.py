"""Pictures in memory order, and batches of them."""

import operator
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch

from helpers.runtime import free_memory, prepare, travelling

RESIDENT = 0.25  # of a GPU's free memory: what pictures may take that lie there from the first pass on
AT_ONCE = 256  # pictures that a GPU changes at once, several batches of them: telling it to takes longer than doing it


class Pictures:
    """Rows of a uint8 picture array or memory map, M x H x W x 3, in some order; indexing gives NumPy arrays.

    >>> Pictures(np.zeros((4, 2, 2, 3), np.uint8), [3, 1]).shape
    (2, 2, 2, 3)
    """

    dtype = np.dtype(np.uint8)
    ndim = 4

    def __init__(self, source: np.ndarray, rows: Sequence[int] | None = None):
        # The plain-array view of a memory map is indexed faster; it shares the same pages.
        self.source = np.asarray(source)
        self.rows = np.arange(len(source)) if rows is None else np.asarray(rows, dtype=np.int64)
        self.resident: torch.Tensor | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """N x H x W x 3."""
        return (len(self.rows), *self.source.shape[1:])

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index) -> np.ndarray:
        return self.source[self.rows[index]]

    def on(self, device: torch.device) -> torch.Tensor | None:
        """Return all rows as a tensor on a GPU, copied there once; None where they take too much of its memory."""
        if self.resident is None and np.prod(self.shape) <= RESIDENT * free_memory(device):
            self.resident = torch.from_numpy(np.asarray(self)).to(device)
        return self.resident

    def __array__(self, dtype=None, copy=None) -> np.ndarray:
        return self.source[self.rows].astype(dtype or np.uint8, copy=False)


class ImageDataset(torch.utils.data.Dataset):
    """Labelled pictures: all of one size, as uint8, with class and file names.

    The arguments are kept as attributes: `images` as `Pictures`, `labels` as an int64 tensor.

    Args:
        images: `Pictures` or a uint8 array, N x H x W x 3.
        labels: N integers, indices into `classes`.
        classes: Names of the classes.
        names: N file names; numbers by default.
        unlabelled: Allow the label -1 of pictures without one: a model can predict them, and nothing can be measured.

    >>> data = ImageDataset(np.zeros((3, 8, 8, 3), np.uint8), [0, 1, 1], ["ordinary", "emergency"])
    >>> image, label = data[1]
    >>> len(data), image.shape, image.dtype, label
    (3, torch.Size([3, 8, 8]), torch.uint8, 1)
    """

    def __init__(
        self, images, labels, classes: Sequence[str], names: Sequence[str] | None = None, *, unlabelled: bool = False
    ):
        if images.ndim != 4 or images.shape[3] != 3 or images.dtype != np.uint8:
            raise ValueError(f"images are {images.dtype} {tuple(images.shape)}; give uint8 N x H x W x 3.")
        self.images = images if isinstance(images, Pictures) else Pictures(images)
        self.labels = torch.as_tensor(labels, dtype=torch.int64)
        self.classes = list(classes)
        self.names = [str(i) for i in range(len(self.images))] if names is None else list(names)
        if not len(self.images) == len(self.labels) == len(self.names):
            counts = f"{len(self.images)} pictures, {len(self.labels)} labels and {len(self.names)} names"
            raise ValueError(f"{counts}; give one each.")
        wrong = self.labels[(self.labels < -int(unlabelled)) | (self.labels >= len(self.classes))]
        if len(wrong):
            raise ValueError(f"label {wrong[0].item()} has no class; labels go from 0 to {len(self.classes) - 1}.")

    @property
    def image_size(self) -> int:
        """Height of the pictures in pixels (they are square)."""
        return self.images.shape[1]

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        index = operator.index(index)
        return torch.from_numpy(self.images[index].copy()).permute(2, 0, 1), self.labels[index].item()

    def subset(self, indices) -> "ImageDataset":
        """Return a dataset of some pictures, by position or a bool each, in the order given; no pixel is copied."""
        chosen = np.arange(len(self))[np.asarray(indices, dtype=None if len(indices) else np.int64)]
        images = Pictures(self.images.source, self.images.rows[chosen])
        names = [self.names[i] for i in chosen]
        return ImageDataset(images, self.labels[chosen], self.classes, names, unlabelled=True)  # checked already

    def __repr__(self) -> str:
        # Counted one place further, so that -1 has a place too.
        without, *counts = torch.bincount(self.labels + 1, minlength=len(self.classes) + 1).tolist()
        classes = ", ".join(f"{count} {name}" for count, name in zip(counts, self.classes, strict=True))
        classes += f", {without} without a label" if without else ""
        return f"ImageDataset({len(self)} pictures, {self.image_size} x {self.image_size}: {classes})"


class Loader:
    """Batches of a dataset; see `make_loader`. After a pass `order` holds the positions as they came, int64 N."""

    def __init__(self, dataset: ImageDataset, batch_size: int, shuffle: bool, transform: Callable | None):
        self.dataset, self.batch_size, self.shuffle, self.transform = dataset, batch_size, shuffle, transform
        self.order: torch.Tensor | None = None

    def __len__(self) -> int:
        return -(-len(self.dataset) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        return self.batches(torch.device("cpu"))

    def batches(self, on: torch.device) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Yield the batches with their images, but not their labels, on a device, where the transform changes them."""
        count = len(self.dataset)
        self.order = order = torch.randperm(count) if self.shuffle else torch.arange(count)
        several = on.type != "cpu" and getattr(self.transform, "whole_batch", False)
        parts = order.split(self.batch_size * max(1, AT_ONCE // self.batch_size if several else 1))
        for part, images in zip(parts, self._gathered(parts, on), strict=True):
            images = images.permute(0, 3, 1, 2)
            if self.transform is not None:
                images = self.transform(images)
            for chosen, batch in zip(part.split(self.batch_size), images.split(self.batch_size), strict=True):
                yield prepare(batch, on), self.dataset.labels[chosen]

    def _gathered(self, parts: Sequence[torch.Tensor], on: torch.device) -> Iterator[torch.Tensor]:
        pictures = self.dataset.images
        if on.type != "cpu" and (resident := pictures.on(on)) is not None:
            rows = torch.cat(parts).to(on, non_blocking=True)
            yield from (resident[chosen] for chosen in rows.split(len(parts[0])))
            return
        gathered = (torch.from_numpy(pictures[chosen.numpy()]) for chosen in parts)
        yield from travelling(gathered, on) if on.type == "cuda" else (batch.to(on) for batch in gathered)


def make_loader(
    dataset: ImageDataset, batch_size: int, *, shuffle: bool = False, transform: Callable | None = None
) -> Loader:
    """Return batches of a dataset: gathered as uint8, transformed as a whole, then scaled to float.

    One worker, this process, is enough: nothing has to be decoded, copied between processes or collated.

    Args:
        dataset: The pictures; an empty set is a ValueError.
        batch_size: Pictures in a batch; the last batch may be smaller, nothing is dropped.
        shuffle: Draw a new order with `torch.randperm` at the start of every epoch; `seed_everything` repeats it.
        transform: Called with each uint8 batch, N x 3 x H x W, where it lies (`fit` and `evaluate`: on their device);
            returns a batch: uint8 in 0..255, or floating point in [0, 1], which is taken as it is.

    Returns:
        An iterable of (images, labels): float32 in [0, 1], N x 3 x H x W, channels last in memory; int64, N. It has a
        length (batches) and keeps its arguments as attributes, and in `order` the positions of the last pass.

    >>> data = ImageDataset(np.zeros((3, 8, 8, 3), np.uint8), [0, 1, 1], ["ordinary", "emergency"])
    >>> [(images.shape[0], labels.tolist()) for images, labels in make_loader(data, 2)]
    [(2, [0, 1]), (1, [1])]
    """
    if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1:
        raise ValueError(f"batch_size is {batch_size!r}; give a whole number from 1 on (32 is usual).")
    if not len(dataset):
        raise ValueError("the dataset is empty; check how its pictures were chosen.")
    return Loader(dataset, batch_size, shuffle, transform)
