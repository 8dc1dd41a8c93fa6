"""Train a classifier: `fit` is the loop of notebook 01 with its usual knobs, `History` what it measured."""

import contextlib
import csv
import math
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.optim.lr_scheduler import CyclicLR, LRScheduler, OneCycleLR, ReduceLROnPlateau

from helpers import runtime

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("epoch", "train_loss", "train_accuracy", "valid_loss", "valid_accuracy", "lr", "seconds")
_FORMATS = {
    "epoch": "{:.0f}".format,
    "train_loss": "{:.4f}".format,
    "train_accuracy": "{:.1%}".format,
    "valid_loss": "{:.4f}".format,
    "valid_accuracy": "{:.1%}".format,
    "lr": "{:.3g}".format,
    "seconds": "{:.1f}".format,
}


@dataclass
class History:
    """What one call of `fit` measured, one row an epoch.

    Training figures are running means over the epoch, taken in training mode while the weights still move; validation
    figures are taken after the epoch, in evaluation mode. Both count pictures, not batches.

    Attributes:
        rows: One dict an epoch with the keys of `COLUMNS`; validation figures are NaN without a validation loader.
        best_epoch: The epoch with the highest validation accuracy (of equals the lowest validation loss), or None.
        stopped: Why training ended before the last epoch, or None.

    Example:
        >>> History([dict(zip(COLUMNS, (1, 0.7, 0.5, 0.6, 0.6, 1e-3, 2.0)))]).table.valid_accuracy.tolist()
        [0.6]
    """

    rows: list[dict[str, float]] = field(default_factory=list)
    best_epoch: int | None = None
    stopped: str | None = None

    @property
    def table(self) -> "pd.DataFrame":
        """All epochs as a table with the columns of `COLUMNS`; accuracies from 0 to 1, losses in nats."""
        import pandas as pd

        return pd.DataFrame(self.rows, columns=list(COLUMNS))

    def __len__(self) -> int:
        return len(self.rows)

    def _short_table(self) -> "pd.DataFrame":
        # At most a dozen rows: some at equal distances, the best, the last.
        step = math.ceil(len(self) / 10)
        shown = [
            row for row in self.rows if row["epoch"] in (1, self.best_epoch, len(self)) or row["epoch"] % step == 0
        ]
        return type(self)(shown).table.assign(best=["*" if row["epoch"] == self.best_epoch else "" for row in shown])

    def _last_line(self) -> str:
        total = sum(row["seconds"] for row in self.rows)
        best = f", best epoch {self.best_epoch} (*)" if self.best_epoch else ""
        return f"{len(self)} epoch{'s'[: len(self) != 1]} in {total:.1f} s{best}" + (
            f"; stopped: {self.stopped}" if self.stopped else ""
        )

    def __repr__(self) -> str:
        table = self._short_table().to_string(index=False, formatters=_FORMATS, na_rep="")
        return f"{table}\n{self._last_line()}"

    def _repr_html_(self) -> str:
        table = self._short_table().to_html(index=False, formatters=_FORMATS, na_rep="", border=0)
        return f"{table}<p>{self._last_line()}</p>"


def fit(
    model: nn.Module,
    train_loader: Iterable[tuple[torch.Tensor, torch.Tensor]],
    valid_loader: Iterable[tuple[torch.Tensor, torch.Tensor]] | None = None,
    *,
    epochs: int,
    optimizer: torch.optim.Optimizer,
    loss_fn: Callable[[torch.Tensor, torch.Tensor], torch.Tensor] | None = None,
    scheduler: LRScheduler | ReduceLROnPlateau | dict[str, Any] | None = None,
    patience: int | None = None,
    max_grad_norm: float | None = None,
    checkpoint: str | Path | None = None,
    log: str | Path | None = None,
    mix: Callable[[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]] | None = None,
    precision: str = "auto",
    progress: bool = True,
) -> History:
    """Train `model` and return what was measured; the loop is derived by hand in notebook 01.

    The model ends with the weights of the last epoch. With `patience` or `checkpoint`, or when the kernel is
    interrupted, it ends with those of the best epoch: the highest validation accuracy, of equals the lowest validation
    loss.

    Args:
        model: Maps images N x 3 x H x W to logits N x C. Moved to the device of `runtime.device()`.
        train_loader: Iterable of (images, labels): images float32 in [0, 1] or uint8, labels int64 N. Iterated once an
            epoch.
        valid_loader: The same, measured after each epoch in evaluation mode; None to train without.
        epochs: Passes over the training pictures, at least 1.
        optimizer: Any torch optimizer over `model.parameters()`.
        loss_fn: Maps (logits, labels) to the mean loss of the batch; cross-entropy by default.
        scheduler: Stepped after each epoch; `OneCycleLR` and `CyclicLR` after each batch. To step any other one after
            each batch pass ``{"scheduler": s, "interval": "step"}``. `ReduceLROnPlateau` gets the validation loss.
        patience: Stop after exactly this many epochs in a row without a better one.
        max_grad_norm: Scale gradients down to at most this Euclidean norm.
        checkpoint: File to which each better epoch's weights are written; read it with `load_checkpoint`.
        log: CSV file, begun anew, that gets each epoch's row as soon as it is measured.
        mix: Maps (images, labels) to mixed images and class shares N x C (MixUp, CutMix). Training accuracy then counts
            agreement with the class of the largest share.
        precision: ``"auto"``, ``"float32"`` or ``"bfloat16"``; see `runtime.choose_precision`.
        progress: Show one line while training and the table after it.

    Returns:
        A `History` with one row an epoch. Interrupting the kernel (Ctrl-C) returns the epochs so far.

    Raises:
        ValueError: A knob is out of range, a loader is empty, labels or picture sizes do not fit the model.
        FloatingPointError: The loss became NaN or infinite.

    Example:
        >>> pictures = [(torch.rand(4, 3, 8, 8), torch.tensor([0, 1, 0, 1]))]
        >>> model = nn.Sequential(nn.Flatten(), nn.Linear(3 * 8 * 8, 2))
        >>> sgd = torch.optim.SGD(model.parameters(), lr=0.1)
        >>> len(fit(model, pictures, epochs=2, optimizer=sgd, progress=False))
        2
    """
    _check_knobs(model, valid_loader, epochs, optimizer, patience, max_grad_norm)
    scheduler, every_step = _scheduler(scheduler, valid_loader)
    loss_fn = loss_fn or nn.functional.cross_entropy
    on = runtime.device()
    chosen = runtime.choose_precision(precision, on)
    runtime.keep_big_blocks()
    _check_data(model, train_loader, "train_loader")
    if valid_loader is not None:
        _check_data(model, valid_loader, "valid_loader")
    model.to(on, memory_format=runtime.memory_format(on))

    history = History()
    best: dict[str, torch.Tensor] | None = None
    last_lr = _lr(optimizer)
    show = _Progress(epochs, train_loader) if progress else None
    try:
        for epoch in range(1, epochs + 1):
            started = time.perf_counter()
            model.train()
            total_loss, correct, seen = torch.zeros((), device=on), torch.zeros((), device=on), 0
            for batch, (images, labels) in enumerate(train_loader, start=1):
                images, labels = runtime.prepare(images, on), labels.to(on)
                targets = labels
                if mix is not None:
                    images, targets = mix(images, labels)
                    labels = targets.argmax(1)

                optimizer.zero_grad(set_to_none=True)  # 1. forget the last batch's gradients
                with runtime.autocast(chosen, on):
                    logits = model(images)  # 2. forward
                logits = logits.float()
                loss = _loss(loss_fn, logits, targets, epoch, batch, last_lr)  # 3. loss
                loss.backward()  # 4. backward
                if max_grad_norm is not None:
                    nn.utils.clip_grad_norm_(model.parameters(), max_grad_norm)
                last_lr = _lr(optimizer)
                optimizer.step()  # 5. update the weights
                if every_step:
                    scheduler.step()

                total_loss += loss.detach() * len(labels)  # the loss is a mean over the batch: weigh it by its size
                correct += (logits.detach().argmax(1) == labels).sum()
                seen += len(labels)
                if show:
                    show.step(epoch, history)
            if not seen:
                raise ValueError("train_loader gave no batch in this epoch; pass a loader that can be iterated again.")

            row = dict.fromkeys(COLUMNS, math.nan)
            row |= {"epoch": epoch, "lr": last_lr}
            row |= {"train_loss": total_loss.item() / seen, "train_accuracy": correct.item() / seen}
            if valid_loader is not None:
                row["valid_loss"], row["valid_accuracy"] = _measure(model, valid_loader, loss_fn, chosen, on)
            row["seconds"] = time.perf_counter() - started
            history.rows.append(row)
            if log is not None:
                _append(log, row)
            if _better(row, history):
                history.best_epoch = epoch
                best = {name: value.detach().clone() for name, value in model.state_dict().items()}
                if checkpoint is not None:
                    save_checkpoint(model, checkpoint, epoch=epoch, valid_accuracy=row["valid_accuracy"])
            if patience is not None and epoch - history.best_epoch >= patience:
                history.stopped = f"no better epoch in {patience}"
                break
            if scheduler is not None and not every_step:
                plateau = isinstance(scheduler, ReduceLROnPlateau)
                scheduler.step(row["valid_loss"]) if plateau else scheduler.step()
    except KeyboardInterrupt:
        history.stopped = f"interrupted in epoch {len(history) + 1}"
    finally:
        if show:
            show.close(history)
    if best is not None and (
        patience is not None or checkpoint is not None or "interrupted" in (history.stopped or "")
    ):
        model.load_state_dict(best)
    return history


def save_checkpoint(model: nn.Module, path: str | Path, **facts: float) -> None:
    """Write the model's weights and a few numbers to `path`, atomically: an old file stays whole until the new one is.

    Args:
        model: Any module.
        path: File to write; its folder must exist.
        **facts: Plain numbers or strings to keep beside the weights, such as ``epoch=3``.

    Raises:
        FileNotFoundError: The folder of `path` does not exist.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"checkpoint folder {path.parent} does not exist; create it first.")
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        torch.save({"weights": model.state_dict(), **facts}, partial)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def load_checkpoint(model: nn.Module, path: str | Path) -> dict[str, Any]:
    """Put the weights that `fit` wrote to `path` into `model`.

    Args:
        model: A module of the same architecture.
        path: File written by `fit(..., checkpoint=path)`. Only weights and plain values are read
            (``weights_only=True``), so a file from elsewhere cannot run code.

    Returns:
        The numbers kept beside the weights: ``epoch`` and ``valid_accuracy``.

    Raises:
        ValueError: The file is no checkpoint of this architecture.

    Example:
        >>> import tempfile
        >>> model = nn.Linear(2, 2)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_checkpoint(model, f"{folder}/best.pt", epoch=3)
        ...     load_checkpoint(nn.Linear(2, 2), f"{folder}/best.pt")
        {'epoch': 3}
    """
    try:
        kept = torch.load(path, map_location="cpu", weights_only=True)
        weights = kept.pop("weights")
    except FileNotFoundError:
        raise
    except Exception as error:
        raise ValueError(f"{path} is no checkpoint that fit wrote ({type(error).__name__}); train again.") from error
    try:
        model.load_state_dict(weights)
    except RuntimeError as error:
        first = str(error).splitlines()[1].strip() if "\n" in str(error) else str(error)
        raise ValueError(f"{path} holds another architecture than this model: {first} Build the same model.") from error
    return kept


def _check_knobs(model, valid_loader, epochs, optimizer, patience, max_grad_norm) -> None:
    if epochs < 1:
        raise ValueError(f"epochs is {epochs}; take at least 1.")
    if patience is not None and patience < 1:
        raise ValueError(f"patience is {patience}; take at least 1 epoch, or None to train to the end.")
    if patience is not None and valid_loader is None:
        raise ValueError("patience is set but valid_loader is None; early stopping needs validation pictures.")
    if max_grad_norm is not None and not max_grad_norm > 0:
        raise ValueError(f"max_grad_norm is {max_grad_norm}; take a number above 0, or None.")
    own = {id(parameter) for parameter in model.parameters()}
    if not any(id(parameter) in own for group in optimizer.param_groups for parameter in group["params"]):
        raise ValueError(
            "optimizer holds no parameter of this model; build it after the model, from model.parameters()."
        )


def _scheduler(scheduler, valid_loader):
    """Return the scheduler and whether it is stepped after each batch."""
    interval = "step" if isinstance(scheduler, OneCycleLR | CyclicLR) else "epoch"
    if isinstance(scheduler, dict):
        scheduler, interval = scheduler["scheduler"], scheduler.get("interval", "epoch")
        if interval not in ("step", "epoch"):
            raise ValueError(f"the scheduler's interval is {interval!r}; choose 'step' or 'epoch'.")
    if isinstance(scheduler, ReduceLROnPlateau) and valid_loader is None:
        raise ValueError("ReduceLROnPlateau follows the validation loss, but valid_loader is None; pass one.")
    return scheduler, scheduler is not None and interval == "step"


def _check_data(model, loader, name) -> None:
    """Refuse what would fail inside the first batch with a stack of C++ frames.

    Only datasets that can be indexed are looked at: drawing a batch here would use up random numbers.
    """
    dataset = getattr(loader, "dataset", None)
    if hasattr(loader, "__len__") and len(loader) == 0:
        raise ValueError(f"{name} has no batches; its dataset holds no pictures, or drop_last drops them all.")
    if dataset is None and isinstance(loader, list | tuple):
        image, labels = loader[0][0][0], torch.cat([torch.as_tensor(labels) for _, labels in loader])
    elif hasattr(dataset, "__getitem__"):
        image, labels = dataset[0][0], torch.as_tensor(getattr(dataset, "labels", [dataset[0][1]]))
    else:
        return
    training, where = model.training, next(model.parameters()).device
    model.eval()
    try:
        with torch.no_grad():
            logits = model(runtime.prepare(image[None], where))
    except RuntimeError as error:
        reason = str(error).splitlines()[0]
        raise ValueError(
            f"{name} gives pictures of {' x '.join(map(str, image.shape))}, which do not fit this model ({reason}); "
            "build the model for this image_size or load the pictures at the model's size."
        ) from error
    finally:
        model.train(training)
    low, high = int(labels.min()), int(labels.max())
    if labels.ndim == 1 and not 0 <= low <= high < logits.shape[1]:
        raise ValueError(
            f"{name} has labels from {low} to {high}, but the model gives {logits.shape[1]} outputs (labels 0 to "
            f"{logits.shape[1] - 1}); mend the labels or build the model with more outputs."
        )


def _loss(loss_fn, logits, targets, epoch, batch, lr) -> torch.Tensor:
    loss = loss_fn(logits, targets)
    if not torch.isfinite(loss):
        raise FloatingPointError(
            f"the loss is {loss.item()} in epoch {epoch}, batch {batch}, at learning rate {lr:g}. Try, in this order: "
            f"a lower rate ({lr / 10:g}), max_grad_norm=1.0, a look at the pictures and labels of this batch."
        )
    return loss


def _lr(optimizer: torch.optim.Optimizer) -> float:
    return optimizer.param_groups[0]["lr"]


@torch.no_grad()
def _measure(model, loader, loss_fn, chosen, on) -> tuple[float, float]:
    """Return mean loss and accuracy over the pictures of `loader`, in evaluation mode."""
    model.eval()
    total_loss, correct, seen = 0.0, 0, 0
    for images, labels in loader:
        labels = labels.to(on)
        with runtime.autocast(chosen, on):
            logits = model(runtime.prepare(images, on))
        logits = logits.float()
        total_loss += loss_fn(logits, labels).item() * len(labels)
        correct += (logits.argmax(1) == labels).sum().item()
        seen += len(labels)
    return total_loss / seen, correct / seen


def _better(row: dict[str, float], history: History) -> bool:
    if math.isnan(row["valid_accuracy"]):
        return False
    if history.best_epoch is None:
        return True
    best = history.rows[history.best_epoch - 1]
    return (row["valid_accuracy"], -row["valid_loss"]) > (best["valid_accuracy"], -best["valid_loss"])


def _append(path: str | Path, row: dict[str, float]) -> None:
    with open(path, "w" if row["epoch"] == 1 else "a", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        if row["epoch"] == 1:
            writer.writeheader()
        writer.writerow(row)


class _Progress:
    """One line while training, the history's table after it: in a notebook a display that is replaced, else tqdm."""

    def __init__(self, epochs: int, loader: Iterable) -> None:
        self.epochs, self.started, self.drawn, self.steps = epochs, time.perf_counter(), 0.0, 0
        self.total = epochs * len(loader) if hasattr(loader, "__len__") else None
        self.handle = None
        with contextlib.suppress(ImportError, NameError):
            from IPython import get_ipython

            if get_ipython() is not None and hasattr(get_ipython(), "kernel"):
                from IPython.display import display

                self.handle = display({"text/plain": "starting"}, raw=True, display_id=True)

    def step(self, epoch: int, history: History) -> None:
        self.steps += 1
        now = time.perf_counter()
        if now - self.drawn < 0.2:
            return
        self.drawn = now
        import sys

        from tqdm import tqdm

        last = f"valid {100 * history.rows[-1]['valid_accuracy']:.1f} %" if history.rows else ""
        line = tqdm.format_meter(
            self.steps, self.total, now - self.started, ncols=78, unit="batch", prefix=f"epoch {epoch}/{self.epochs}",
            postfix=last or None,
        )  # fmt: skip
        if self.handle:
            self.handle.update({"text/plain": line}, raw=True)
        elif sys.stderr.isatty():
            print(f"\r{line:<78}", end="", file=sys.stderr, flush=True)

    def close(self, history: History) -> None:
        import sys

        if self.handle:
            self.handle.update(history)
            return
        if sys.stderr.isatty():
            print("\r" + " " * 78 + "\r", end="", file=sys.stderr, flush=True)
        print(history)
