"""Let a network answer all pictures of a loader."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from helpers import runtime
from helpers.evaluation.guards import Loader, batches, check_finite, picture_names


def predict(model: nn.Module, loader: Loader, *, precision: str = "auto") -> tuple[torch.Tensor, torch.Tensor]:
    """Return the logits of all pictures of `loader`, in its order, without dropout and without gradients.

    The model comes back in the mode it had, every submodule of it.

    Args:
        model: Maps images N x 3 x H x W to logits N x C; moved to the device of `runtime.device()`.
        loader: Iterable of (images, labels); images float32 in [0, 1] or uint8.
        precision: ``"auto"``, ``"float32"`` or ``"bfloat16"``; see `runtime.choose_precision`.

    Returns:
        Logits, float32 N x C, and labels, int64 N, both on the CPU.

    Raises:
        ValueError: The loader gives no pictures, or something else than pictures with labels.
        FloatingPointError: An output is NaN or infinite.

    >>> logits, labels = predict(nn.Flatten(), [(torch.ones(2, 3, 1, 1), torch.tensor([0, 2]))])
    >>> logits.shape, labels.tolist()
    (torch.Size([2, 3]), [0, 2])
    """
    logits, labels = answers(model, loader, precision)
    check_finite(logits, "outputs", picture_names(loader, len(logits)))
    return logits, labels


def answers(model: nn.Module, loader: Loader, precision: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Do what `predict` does, whether the outputs are finite or not."""
    on = runtime.device()
    chosen = runtime.choose_precision(precision, on)
    runtime.keep_big_blocks()
    model.to(on, memory_format=runtime.memory_format(on))
    all_logits, all_labels = [], []
    with evaluation_mode(model), torch.inference_mode():
        for images, labels in batches(loader):
            with runtime.autocast(chosen, on):
                logits = model(runtime.prepare(images, on))
            check_outputs(logits, len(images))
            all_logits.append(logits.float().cpu())
            all_labels.append(labels.cpu())
    if not all_logits:
        raise ValueError("the loader gives no pictures; an accuracy needs at least one.")
    # clone: tensors made in inference mode could not be used in a later computation with gradients
    return torch.cat(all_logits).clone(), torch.cat(all_labels).clone()


@contextmanager
def evaluation_mode(model: nn.Module) -> Iterator[None]:
    """Switch dropout off and batch norm to its running statistics; each submodule gets back the mode that it had."""
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for module, training in modes.items():
            module.training = training


def check_outputs(logits: torch.Tensor, count: int) -> None:
    """Raise ValueError for a model whose answer to `count` pictures is not `count` x C."""
    if not isinstance(logits, torch.Tensor) or logits.ndim != 2 or len(logits) != count:
        found = " x ".join(map(str, logits.shape)) if isinstance(logits, torch.Tensor) else type(logits).__name__
        raise ValueError(
            f"the model answers a batch of {count} with {found or 'one number'}; build it so that forward returns "
            "logits, N x C."
        )
