"""Look at what a loader gives and at what a network answers before anything is counted."""

import os
from collections.abc import Iterable, Iterator, Sequence

import torch
from torch.utils.data import BatchSampler, DataLoader, SequentialSampler, Subset, TensorDataset, default_collate

from helpers.datasets.loader import Loader as CourseLoader
from helpers.runtime import device

Loader = Iterable[tuple[torch.Tensor, torch.Tensor]]

_COLLATE_ERRORS = {
    "PIL.": "PIL pictures, which no batch can hold; give the dataset transform=v2.Compose([v2.Resize((224, 224)), "
    "v2.ToImage(), v2.ToDtype(torch.float32, scale=True)]) of torchvision.transforms.",
    "stack expects each tensor": "pictures of different sizes; give the dataset a transform with Resize((height, "
    "width)), as Resize(size) scales the shorter side only.",
}


def check_finite(values: torch.Tensor, what: str, names: Sequence[str] | None = None) -> None:
    """Raise a FloatingPointError if one of the values, N x ..., is NaN or infinite; it names the first picture."""
    bad = ~torch.isfinite(values.reshape(len(values), -1)).all(1)
    if bad.any():
        first = int(bad.nonzero()[0, 0])
        raise FloatingPointError(
            f"the {what} of {int(bad.sum())} of {len(bad)} pictures are not finite (NaN or infinite), the first is "
            f"{names[first] if names else f'index {first}'}; look at this picture and at the network's weights, and "
            "after a training that diverged train again with a lower learning rate or max_grad_norm=1.0."
        )


def batches(loader: Loader, name: str = "the loader") -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield the batches of anything that gives (images, labels), labels as int64; `name` is what a refusal calls it.

    The first must be a pair: images N x 3 x H x W, uint8 or finite floating point around 0 to 1, N integer labels.
    """
    try:
        for number, batch in enumerate(loader.batches(device()) if isinstance(loader, CourseLoader) else loader):
            if number == 0 and (wrong := _wrong(batch, name)):
                raise ValueError(f"{name} gives {wrong}.")
            images, labels = batch
            yield images, labels.long()
    except (TypeError, RuntimeError) as error:
        for sign, meaning in _COLLATE_ERRORS.items():
            if sign in str(error):
                raise ValueError(f"{name} gives {meaning}") from error
        raise


def _wrong(batch, name: str) -> str | None:
    """Say what a loader called `name` gives that is no batch, and what it should give."""
    if not isinstance(batch, tuple | list) or len(batch) != 2:
        found = f"{len(batch)} things" if isinstance(batch, tuple | list) else f"a {type(batch).__name__}"
        return f"{found} a batch; give pairs (images, labels)"
    images, labels = batch
    for what, value in (("images", images), ("labels", labels)):
        if not isinstance(value, torch.Tensor):
            return f"{what} as {type(value).__name__}; give a tensor of numbers"
    size, shape = (" x ".join(map(str, value.shape)) for value in batch)
    if images.ndim != 4 or not images.numel():
        return f"images of {size}; give batches of N x 3 x H x W with at least one picture"
    if images.shape[3] == 3 and images.shape[1] not in (1, 3):
        return f"images of {size}, colours last; give N x 3 x H x W: images.permute(0, 3, 1, 2)"
    if images.is_floating_point():
        check_finite(images, f"pixels in {name}")
        low, high = (value.item() for value in images.float().aminmax())
        # Pictures normalised by mean and standard deviation reach a little beyond 0 and 1, to both sides.
        if (low >= 0 and high > 2) or max(-low, high) > 64:
            return (
                f"floating-point images from {low:g} to {high:g}; divide by 255, or give uint8, as it is divided here"
            )
    elif images.dtype != torch.uint8:
        return f"images of {images.dtype}; give uint8 in 0..255 or floating point in 0..1"
    if labels.ndim == 2 and labels.shape[1] > 1:
        mend = "give one integer a picture, labels.argmax(1), and mix them with the argument mix of fit"
        return f"labels of {shape}, one-hot or shares; {mend}"
    if labels.shape != images.shape[:1]:
        return f"labels of shape {tuple(labels.shape)} for {len(images)} pictures; give one integer each"
    if labels.is_floating_point() or labels.is_complex():
        return f"labels of {labels.dtype}; give integers from 0 on, labels.long()"
    return None


def check_labels(labels: torch.Tensor, outputs: int, name: str = "the loader") -> None:
    """Raise ValueError for labels outside 0 to `outputs` - 1."""
    low, high = int(labels.min()), int(labels.max())
    if 0 <= low <= high < outputs:
        return
    mend = "mend the labels or build the model with more outputs"
    if low < 0:
        mend = "below 0 says that a picture has none: leave these out, or take predict(model, loader)"
    elif low > 0 and high == outputs:
        mend = "count classes from 0: labels - 1"
    gives = f"the model gives {outputs} outputs (labels 0 to {outputs - 1})"
    raise ValueError(f"{name} has labels from {low} to {high}, but {gives}; {mend}.")


def check_classes(classes: Sequence[str] | None, outputs: int) -> None:
    """Raise ValueError for a model that has another number of outputs than there are classes, or a single one."""
    if outputs < 2:
        mend = "build it with 2 outputs and take cross-entropy, which says the same as one with BCEWithLogitsLoss"
        raise ValueError(f"the model gives 1 output a picture, and one a class is measured; {mend}.")
    if classes is not None and len(classes) != outputs:
        count, names = len(classes), ", ".join(map(str, classes[:3])) + (", ..." if len(classes) > 3 else "")
        raise ValueError(f"the model gives {outputs} outputs and there are {count} classes ({names}); take {count}.")


def length(loader: Loader) -> int | None:
    """Return the length, or None where there is none: a `DataLoader` may have the method and no answer."""
    try:
        return len(loader)
    except TypeError:
        return None


def classes_of(loader: Loader) -> list[str] | None:
    """Return the class names of a loader's dataset, or of the one that a `Subset` was taken from."""
    dataset = getattr(loader, "dataset", None)
    while isinstance(dataset, Subset):
        dataset = dataset.dataset
    classes = getattr(dataset, "classes", None)
    return [str(name) for name in classes] if classes is not None else None


def labels_ahead(loader: Loader) -> torch.Tensor | None:
    """Return all labels that a loader is going to give, where it can tell without reading a picture."""
    if isinstance(loader, list | tuple):
        try:
            return torch.cat([labels for _, labels in loader])
        except (TypeError, ValueError, RuntimeError):
            return None
    if isinstance(loader, DataLoader) and loader.collate_fn is not default_collate:
        return None  # it may change them
    return _labels_of(getattr(loader, "dataset", None))


def _labels_of(dataset) -> torch.Tensor | None:
    if isinstance(dataset, Subset):
        labels = _labels_of(dataset.dataset)
        return None if labels is None else labels[torch.as_tensor(dataset.indices, dtype=torch.int64)]
    found = getattr(dataset, "labels", getattr(dataset, "targets", None))
    if isinstance(dataset, TensorDataset):
        found = dataset.tensors[-1]
    if found is None or getattr(dataset, "target_transform", None) is not None:
        return None
    try:
        labels = torch.as_tensor(found)
    except (TypeError, ValueError, RuntimeError):
        return None
    fits = labels.shape == (length(dataset),) and not labels.is_floating_point()
    return labels.long() if fits else None


def picture_names(loader: Loader, count: int) -> list[str] | None:
    """Return the names of the `count` pictures just given, in order; None where it is unknown or two have the same."""
    names, order = _names_of(getattr(loader, "dataset", None)), getattr(loader, "order", None)
    if isinstance(loader, DataLoader):
        in_order = type(loader.sampler) is SequentialSampler and type(loader.batch_sampler) is BatchSampler
        order = torch.arange(count) if in_order else None  # one that shuffles does not tell
    if names is None or order is None or not len(order) == count <= len(names):
        return None
    names = [names[i] for i in order.tolist()]
    return names if len(set(names)) == count else None


def _names_of(dataset) -> list[str] | None:
    if isinstance(dataset, Subset):
        names = _names_of(dataset.dataset)
        return None if names is None else [names[i] for i in dataset.indices]
    if hasattr(dataset, "samples") and hasattr(dataset, "root"):  # torchvision's ImageFolder
        return [os.path.relpath(path, dataset.root).replace(os.sep, "/") for path, _ in dataset.samples]
    names = getattr(dataset, "names", None)
    return list(map(str, names)) if isinstance(names, list | tuple) and len(names) == length(dataset) else None
