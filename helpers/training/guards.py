"""Refuse what cannot train, in a sentence, before the first step."""

import itertools
import math
import warnings
from collections.abc import Iterator
from numbers import Integral

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.optim.lr_scheduler import CyclicLR, OneCycleLR, ReduceLROnPlateau
from torch.utils.data import DataLoader, Subset

from helpers import runtime
from helpers.datasets.loader import make_loader
from helpers.evaluation.guards import Loader, batches, check_classes, check_labels, classes_of, labels_ahead, length
from helpers.evaluation.measure import check_outputs, evaluation_mode
from helpers.training.checkpoint import check_can_write, same_random_numbers

_REFUSALS = (RuntimeError, ValueError, TypeError, IndexError)  # of a model or a loss that is given what does not fit


def check_knobs(model, train_loader, valid_loader, optimizer, knobs: dict, files: dict) -> None:
    """Raise ValueError for a knob of `fit` that is out of range or contradicts another, OSError for its files."""
    epochs, max_grad_norm, average = knobs["epochs"], knobs["max_grad_norm"], knobs["average"]
    for name in ("epochs", "patience", "valid_pictures"):
        if (value := knobs[name]) is not None and not (isinstance(value, Integral) and value >= 1):
            raise ValueError(f"{name} is {value}; take a whole number from 1 on{', or None' * (name != 'epochs')}.")
        if value is not None and name != "epochs" and valid_loader is None:
            raise ValueError(f"{name} is set but valid_loader is None; it needs validation pictures.")
    if max_grad_norm is not None and not max_grad_norm > 0:
        raise ValueError(f"max_grad_norm is {max_grad_norm}; take a number above 0, or None.")
    if average is not None and not 0 <= average < 1:
        raise ValueError(f"average is {average}; take a share from 0 to below 1, such as 0.999, or None.")
    own = {id(parameter) for parameter in model.parameters()}
    if not any(id(parameter) in own for group in optimizer.param_groups for parameter in group["params"]):
        raise ValueError("optimizer holds no parameter of this model; build it after the model, from its parameters().")
    for name, path in files.items():
        if path is not None:
            check_can_write(path, name)
    for name, loader in (("train_loader", train_loader), ("valid_loader", valid_loader)):
        if length(loader) == 0:
            raise ValueError(f"{name} has no batches; its dataset holds no pictures, or drop_last drops them all.")
        if hasattr(loader, "__next__") and epochs > 1:
            found = f"{name} is an iterator that gives its pictures once, and there are {epochs} epochs"
            raise ValueError(f"{found}; pass a list or a loader that can be iterated again.")


def read_scheduler(scheduler, valid_loader):
    """Return the scheduler and whether it is stepped after each batch."""
    interval = "step" if isinstance(scheduler, OneCycleLR | CyclicLR) else "epoch"
    if isinstance(scheduler, dict):
        scheduler, interval = scheduler["scheduler"], scheduler.get("interval", "epoch")
        if interval not in ("step", "epoch"):
            raise ValueError(f"the scheduler's interval is {interval!r}; choose 'step' or 'epoch'.")
    if isinstance(scheduler, ReduceLROnPlateau) and valid_loader is None:
        raise ValueError("ReduceLROnPlateau follows the validation loss, but valid_loader is None; pass one.")
    return scheduler, scheduler is not None and interval == "step"


def watched(loader: Loader, name: str, model: nn.Module, loss_fn, *, mix=None, training: bool = True) -> Iterator:
    """Yield the batches of a loader, the first after one picture of it went through model and loss on trial.

    Nothing is taken from the loader beforehand, so no generator loses a batch and no random number is used up.
    """
    outputs, lone = None, None
    for images, labels in batches(loader, name):
        sizes = {len(labels)}
        if outputs is None:
            with same_random_numbers([loader]):
                outputs, lone = _try(model, images[:1], labels[:1], loss_fn, mix, name)
            check_classes(classes_of(loader), outputs)
            ahead = labels_ahead(loader)
            check_labels(labels if ahead is None else ahead, outputs, name)
            sizes |= _sizes_ahead(loader) if lone else set()
        check_labels(labels, outputs, name)
        if training and lone and 1 in sizes:
            found = f"{name} has a batch of one picture, and {lone} cannot normalise one value a channel"
            raise ValueError(f"{found}; take another batch_size, or a DataLoader with drop_last=True.")
        yield images, labels


def look_ahead(loader: Loader, model: nn.Module, loss_fn) -> Loader:
    """Try the first validation batch before the first epoch; return the loader, an iterator with its batch put back."""
    with same_random_numbers([loader]):
        first = next(watched(loader, "valid_loader", model, loss_fn, training=False), None)
    if first is None:
        raise ValueError("valid_loader gives no pictures; an accuracy needs at least one.")
    return itertools.chain([first], loader) if hasattr(loader, "__next__") else loader


def _try(model, image, label, loss_fn, mix, name) -> tuple[int, str | None]:
    """Return the number of outputs, and the batch norm layer (if any) to which one picture is one value a channel."""
    lone = []

    def note(layer, inputs) -> None:
        if inputs[0].numel() == inputs[0].shape[1]:
            lone.append(type(layer).__name__)

    hooks = [part.register_forward_pre_hook(note) for part in model.modules() if isinstance(part, _BatchNorm)]
    try:
        with evaluation_mode(model), torch.no_grad():
            logits = model(runtime.prepare(image, runtime.device()))
    except _REFUSALS as error:
        raise ValueError(
            f"{name} gives pictures of {' x '.join(map(str, image.shape[1:]))}, which do not fit this model "
            f"({_first_line(error)}); build the model for this image_size or load the pictures at the model's size."
        ) from error
    finally:
        for hook in hooks:
            hook.remove()
    check_outputs(logits, 1)
    check_classes(None, logits.shape[1])
    _try_loss(loss_fn, logits.float(), label, mix)
    return logits.shape[1], next(iter(lone), None)


def _try_loss(loss_fn, logits: torch.Tensor, label: torch.Tensor, mix) -> None:
    # A loss that compares number by number would stretch N labels over N x C logits where N equals C: never with C + 1.
    outputs = logits.shape[1]
    targets = label.to(logits.device).clamp(0, outputs - 1).expand(outputs + 1)
    if mix is not None:
        targets = nn.functional.one_hot(targets, outputs).float()
    name = getattr(loss_fn, "__name__", type(loss_fn).__name__)
    advice = (
        f"fit calls loss_fn(logits N x C, {'integer labels N' if mix is None else 'class shares N x C'}) for their "
        "mean loss; take nn.CrossEntropyLoss(), or a function that makes of these labels what your loss needs, such as "
        "nn.functional.one_hot."
    )
    try:
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loss = loss_fn(logits.expand(outputs + 1, outputs), targets)
    except _REFUSALS as error:
        raise ValueError(f"{name} cannot compare outputs with labels ({_first_line(error)}); {advice}") from error
    if not isinstance(loss, torch.Tensor) or loss.ndim or getattr(loss_fn, "reduction", "mean") != "mean":
        raise ValueError(f"{name} does not give one mean loss a batch, reduction='mean'; {advice}")


class LossWatch:
    """Finds the first loss that is not finite, of several at once: a look at each would wait for a GPU at every step.

    Weights that such a loss has spoiled meanwhile are not kept: validation refuses outputs that are not finite.
    """

    def __init__(self, epoch: int, on: torch.device) -> None:
        self.epoch, self.every, self.seen = epoch, 1 if on.type == "cpu" else 50, 0
        self.noted: list[tuple[torch.Tensor, float]] = []

    def note(self, loss: torch.Tensor, rate: float) -> None:
        """Take in the loss of a batch and its learning rate; look now and then, on a CPU always."""
        self.noted.append((loss, rate))
        if len(self.noted) == self.every:
            self.look()

    def look(self) -> None:
        """Raise a FloatingPointError if a loss since the last look was not finite."""
        noted, self.noted = self.noted, []
        losses = torch.stack([loss for loss, _ in noted]).tolist() if noted else []
        for loss, (_, rate) in zip(losses, noted, strict=True):
            self.seen += 1
            if math.isfinite(loss):
                continue
            found = f"the loss is {loss} in epoch {self.epoch}, batch {self.seen}, at learning rate {rate:g}"
            mend = f"a lower rate ({rate / 10:g}), max_grad_norm=1.0, a look at the pictures and labels of this batch"
            raise FloatingPointError(f"{found}. Try, in this order: {mend}.")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _sizes_ahead(loader: Loader) -> set[int]:
    """Return the sizes of all batches, or of the last one, where they are known before they come."""
    if isinstance(loader, list | tuple):
        return {len(labels) for _, labels in loader}
    source, size = getattr(loader, "sampler", getattr(loader, "dataset", None)), getattr(loader, "batch_size", None)
    count = length(source)
    if not isinstance(size, int) or not count or getattr(loader, "drop_last", False):
        return set()
    return {count % size or size}


def spread(labels: torch.Tensor, count: int) -> list[int]:
    """Return `count` positions, in order, that hold every class as often as the whole set does, to one picture."""
    by_class = labels.argsort(stable=True)
    return by_class[torch.arange(count) * len(labels) // count].sort().values.tolist()


def part_of(loader: Loader, count: int) -> tuple[Loader, tuple[int, int] | None]:
    """Return a loader of `count` pictures, always the same, each class by its share, and (count, of how many)."""
    dataset, labels = getattr(loader, "dataset", None), labels_ahead(loader)
    ours = hasattr(dataset, "subset") and hasattr(loader, "transform")
    if labels is None or not (ours or isinstance(loader, DataLoader)):
        found = f"{type(loader).__name__} whose pictures cannot be chosen by their labels"
        mend = "take make_loader, or a DataLoader of a dataset with labels or targets"
        raise ValueError(f"valid_pictures is {count}, but valid_loader is a {found}; {mend}.")
    if count >= len(labels):
        return loader, None
    rows, part = spread(labels, count), (count, len(labels))
    if ours:
        return make_loader(dataset.subset(rows), loader.batch_size, transform=loader.transform), part
    return DataLoader(Subset(dataset, rows), loader.batch_size or 1, num_workers=loader.num_workers), part
