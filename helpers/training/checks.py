"""Refuse what cannot train, in a sentence, before the first batch."""

import torch
from torch.optim.lr_scheduler import CyclicLR, OneCycleLR, ReduceLROnPlateau

from helpers import runtime


def check_knobs(model, valid_loader, epochs, optimizer, patience, max_grad_norm) -> None:
    """Raise ValueError for a knob of `fit` that is out of range or contradicts another."""
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


def check_data(model, loader, name) -> None:
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
