"""The training loop."""

import copy
import math
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau
from torch.optim.swa_utils import get_ema_multi_avg_fn

from helpers import runtime
from helpers.evaluation.guards import Loader, batches, check_finite
from helpers.evaluation.measure import evaluate
from helpers.training.checkpoint import ResumeFile, save_checkpoint
from helpers.training.guards import LossWatch, check_knobs, look_ahead, part_of, read_scheduler, watched
from helpers.training.history import COLUMNS, History, Progress, append, better

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
Mix = Callable[[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]


def train_one_epoch(
    model: nn.Module, loader: Loader, optimizer: torch.optim.Optimizer, loss_fn: Loss = nn.functional.cross_entropy,
    *, precision: str = "auto", mix: Mix | None = None, max_grad_norm: float | None = None,
    after_step: Iterable[Callable[[], None]] = (), epoch: int = 1, scaler: torch.amp.GradScaler | None = None,
    forward: Callable[[torch.Tensor], torch.Tensor] | None = None,
) -> dict[str, float]:  # fmt: skip
    """Train on each picture once: the loop that notebook 01 writes by hand, with what its users want besides.

    The arguments are those of `fit`, and functions that are called `after_step`, the number of the `epoch`, which is
    named if the loss is not finite, the `scaler` that keeps float16's scale from epoch to epoch, and what computes the
    logits, if it is not `model` itself. The model is on its device already and left in training mode. Returns
    ``train_loss`` and ``train_accuracy``, means over the pictures, and ``lr``, of the last step.

    >>> model = nn.Sequential(nn.Flatten(), nn.Linear(3, 2)).to(runtime.device())
    >>> pictures = [(torch.rand(4, 3, 1, 1), torch.tensor([0, 1, 0, 1]))]
    >>> sorted(train_one_epoch(model, pictures, torch.optim.SGD(model.parameters(), lr=0.1)))
    ['lr', 'train_accuracy', 'train_loss']
    """
    on = runtime.device()
    chosen = runtime.choose_precision(precision, on)
    scaler = scaler or runtime.grad_scaler(chosen, on)
    watch = LossWatch(epoch, on)
    forward = forward or model
    model.train()
    total_loss, correct, seen = torch.zeros((), device=on), torch.zeros((), device=on), 0
    for images, labels in loader:
        images, labels = runtime.prepare(images, on), labels.to(on, non_blocking=True)
        targets = labels
        if mix is not None:
            images, targets = mix(images, labels)
            labels = targets.argmax(1)

        optimizer.zero_grad(set_to_none=True)  # 1. forget the last batch's gradients
        with runtime.autocast(chosen, on):
            logits = forward(images)  # 2. forward
        logits = logits.float()
        loss = loss_fn(logits, targets)  # 3. loss
        lr = optimizer.param_groups[0]["lr"]
        watch.note(loss.detach(), lr)
        scaler.scale(loss).backward()  # 4. backward (only float16 scales, so that no gradient becomes 0)
        if max_grad_norm is not None:
            scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_(model.parameters(), max_grad_norm)
        scaler.step(optimizer)  # 5. update the weights
        scaler.update()

        total_loss += loss.detach() * len(labels)  # the loss is a mean over the batch: weigh it by its size
        correct += (logits.detach().argmax(1) == labels).sum()
        seen += len(labels)
        for act in after_step:
            act()
    watch.look()
    if not seen:
        raise ValueError("train_loader gave no batch in this epoch; pass a loader that can be iterated again.")
    return {"train_loss": total_loss.item() / seen, "train_accuracy": correct.item() / seen, "lr": float(lr)}


def fit(
    model: nn.Module, train_loader: Loader, valid_loader: Loader | None = None, *, epochs: int,
    optimizer: torch.optim.Optimizer, loss_fn: Loss | None = None,
    scheduler: LRScheduler | ReduceLROnPlateau | dict[str, Any] | None = None, patience: int | None = None,
    max_grad_norm: float | None = None, checkpoint: str | Path | None = None, log: str | Path | None = None,
    mix: Mix | None = None, precision: str = "auto", progress: bool = True, average: float | None = None,
    valid_pictures: int | None = None, resume: str | Path | None = None,
    forward: Callable[[torch.Tensor], torch.Tensor] | None = None,
) -> History:  # fmt: skip
    """Train `model` and return what was measured; the loop is derived by hand in notebook 01.

    The model ends in evaluation mode, with the weights of the last epoch; with `patience` or `checkpoint`, or when the
    kernel is interrupted, of the best: the highest validation accuracy, of equals the lowest validation loss.

    Args:
        model: Maps images N x 3 x H x W to logits N x C. Moved to the device of `runtime.device()`.
        train_loader: Gives, once an epoch, images as float32 in [0, 1] or uint8, and labels as N integers in 0..C-1.
        valid_loader: The same, measured by `evaluate` after each epoch; None to train without.
        epochs: Passes over the training pictures, at least 1.
        optimizer: Any torch optimizer over `model.parameters()`.
        loss_fn: Maps (logits, labels) to the mean loss of the batch; cross-entropy by default.
        scheduler: Stepped after each epoch; `OneCycleLR`, `CyclicLR` and ``{"scheduler": s, "interval": "step"}`` after
            each batch. `ReduceLROnPlateau` gets the validation loss.
        patience: Stop after exactly this many epochs in a row without a better one.
        max_grad_norm: Scale gradients down to at most this Euclidean norm.
        checkpoint: File to which each better epoch's weights are written; read it with `load_checkpoint`.
        log: CSV file, begun anew, that gets each epoch's row as soon as it is measured.
        mix: Maps (images, labels) to mixed images and class shares N x C (MixUp, CutMix); accuracy counts the largest.
        precision: ``"auto"``, ``"float32"``, ``"bfloat16"`` or ``"float16"``; see `runtime.choose_precision`.
        progress: Show one line while training and the table after it.
        average: Decay of a moving average of weights and batch norm's statistics, such as 0.999, over about the last
            1 / (1 - average) steps (Polyak and Juditsky, 1992). Averaged weights are validated, kept and returned.
        valid_pictures: Validate on only this many pictures after each epoch, always the same, each class by its share.
        resume: File, written whole after each epoch, from which the same call goes on after the process was ended; on a
            CPU with the very numbers of a training that was not. Delete it to begin anew.
        forward: Computes the logits of training batches in place of `model`, such as a recording of its work.

    Returns:
        A `History` with one row an epoch. Interrupting the kernel (Ctrl-C) returns the epochs so far.

    Raises:
        ValueError: A knob is out of range, or loaders, model, loss and `resume` do not fit together.
        OSError: `checkpoint`, `log` or `resume` cannot be written.
        FloatingPointError: A loss or an output became NaN or infinite.

    >>> pictures = [(torch.rand(4, 3, 8, 8), torch.tensor([0, 1, 0, 1]))]
    >>> model = nn.Sequential(nn.Flatten(), nn.Linear(3 * 8 * 8, 2))
    >>> sgd = torch.optim.SGD(model.parameters(), lr=0.1)
    >>> len(fit(model, pictures, epochs=2, optimizer=sgd, progress=False))
    2
    """
    knobs = {"epochs": epochs, "patience": patience, "max_grad_norm": max_grad_norm, "average": average}
    knobs["valid_pictures"] = valid_pictures
    files = {"checkpoint": checkpoint, "log": log, "resume": resume}
    check_knobs(model, train_loader, valid_loader, optimizer, knobs, files)
    scheduler, every_step = read_scheduler(scheduler, valid_loader)
    loss_fn = loss_fn or nn.functional.cross_entropy
    on = runtime.device()
    scaler = runtime.grad_scaler(runtime.choose_precision(precision, on), on)
    runtime.keep_big_blocks()
    model.to(on, memory_format=runtime.memory_format(on))
    averaged, follow = (None, None) if average is None else _averaging(model, average)
    measured = model if averaged is None else averaged
    valid_part = None
    if valid_loader is not None:
        valid_loader = look_ahead(valid_loader, model, loss_fn)
        if valid_pictures is not None:
            valid_loader, valid_part = part_of(valid_loader, valid_pictures)

    parts = {"model": model, "optimizer": optimizer, "scheduler": scheduler, "average": averaged}
    parts["scaler"] = scaler if scaler.is_enabled() else None
    file = ResumeFile(resume, parts, [train_loader, valid_loader], knobs)
    history, best = file.read()
    history.valid_part = valid_part
    if log is not None:
        for row in history.rows:
            append(log, row)
    show = Progress(epochs, train_loader, done=len(history)) if progress else None
    after_step = [follow] if follow else []
    after_step += [scheduler.step] if every_step else []
    after_step += [lambda: show.step(len(history) + 1, history)] if show else []
    pictures = watched(train_loader, "train_loader", model, loss_fn, mix=mix)
    try:
        while len(history) < epochs and history.stopped is None:
            started, epoch = time.perf_counter(), len(history) + 1
            row = dict.fromkeys(COLUMNS, math.nan) | {"epoch": epoch}
            row |= train_one_epoch(
                model, pictures, optimizer, loss_fn, precision=precision, mix=mix, max_grad_norm=max_grad_norm,
                after_step=after_step, epoch=epoch, scaler=scaler, forward=forward,
            )  # fmt: skip
            pictures = batches(train_loader, "train_loader")
            if valid_loader is not None:
                row["valid_loss"], row["valid_accuracy"] = _measure(measured, valid_loader, loss_fn, precision, epoch)
            row["seconds"] = time.perf_counter() - started
            history.rows.append(row)
            if log is not None:
                append(log, row)
            if better(row, history):
                history.best_epoch = epoch
                best = {name: value.detach().clone() for name, value in measured.state_dict().items()}
                if checkpoint is not None:
                    save_checkpoint(measured, checkpoint, epoch=epoch, valid_accuracy=row["valid_accuracy"])
            if patience is not None and epoch - history.best_epoch >= patience:
                history.stopped = f"no better epoch in {patience}"
            elif scheduler is not None and not every_step:
                plateau = isinstance(scheduler, ReduceLROnPlateau)
                scheduler.step(row["valid_loss"]) if plateau else scheduler.step()
            file.write(history, best)
    except KeyboardInterrupt:
        history.stopped = f"interrupted in epoch {len(history) + 1}"
    finally:
        model.eval()
        if show:
            show.close(history)
    keep_best = patience is not None or checkpoint is not None or (history.stopped or "").startswith("interrupted")
    if keep_best and best is not None:
        model.load_state_dict(best)
    elif averaged is not None:
        model.load_state_dict(measured.state_dict())
    return history


def _averaging(model: nn.Module, decay: float) -> tuple[nn.Module, Callable[[], None]]:
    """Return a copy of a network and what moves it towards the network, all numbers at once.

    Torch's `AveragedModel` takes each tensor for itself. Whole numbers, such as batch norm's counter, are shared.
    """
    shared = {id(buffer): buffer for buffer in model.buffers() if not buffer.is_floating_point()}
    averaged, move = copy.deepcopy(model, shared), get_ema_multi_avg_fn(decay)
    states = [[v for v in net.state_dict().values() if v.is_floating_point()] for net in (averaged, model)]
    return averaged, lambda: move(*states, None)


def _measure(model, loader, loss_fn, precision, epoch) -> tuple[float, float]:
    try:
        found = evaluate(model, loader, precision=precision)
        if loss_fn is nn.functional.cross_entropy:
            return found.loss, found.accuracy
        # A loss that holds tensors, such as class weights, holds them where the model is.
        where = "cpu" if isinstance(loss_fn, nn.Module) and not loss_fn.state_dict() else runtime.device()
        logits, labels = found.logits.to(where), found.labels.to(where)
        loss = loss_fn(logits, labels)
        if not torch.isfinite(loss):
            each = torch.stack([loss_fn(logits[i : i + 1], labels[i : i + 1]) for i in range(len(labels))])
            check_finite(each, "losses", found.names)
            raise FloatingPointError(f"the loss is {loss.item()}, although that of each picture is finite.")
    except FloatingPointError as error:
        raise FloatingPointError(f"validation after epoch {epoch}: {error}") from error
    return loss.item(), found.accuracy
