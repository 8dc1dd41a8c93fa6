"""The training loop."""

import math
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from helpers import runtime
from helpers.training.checkpoint import save_checkpoint
from helpers.training.checks import check_data, check_knobs, read_scheduler
from helpers.training.history import COLUMNS, History, append, better
from helpers.training.progress import Progress


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
    loss. It ends in evaluation mode, ready to be used.

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
    check_knobs(model, valid_loader, epochs, optimizer, patience, max_grad_norm)
    scheduler, every_step = read_scheduler(scheduler, valid_loader)
    loss_fn = loss_fn or nn.functional.cross_entropy
    on = runtime.device()
    chosen = runtime.choose_precision(precision, on)
    runtime.keep_big_blocks()
    check_data(model, train_loader, "train_loader")
    if valid_loader is not None:
        check_data(model, valid_loader, "valid_loader")
    model.to(on, memory_format=runtime.memory_format(on))

    history = History()
    best: dict[str, torch.Tensor] | None = None
    last_lr = _lr(optimizer)
    show = Progress(epochs, train_loader) if progress else None
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
                append(log, row)
            if better(row, history):
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
        model.eval()
        if show:
            show.close(history)
    keep_best = patience is not None or checkpoint is not None or (history.stopped or "").startswith("interrupted")
    if keep_best and best is not None:
        model.load_state_dict(best)
    return history


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
