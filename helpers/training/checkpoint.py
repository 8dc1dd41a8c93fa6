"""Keep weights in a file, and read them back without running what else the file holds."""

import os
from pathlib import Path
from typing import Any

import torch
from torch import nn


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
        TypeError: `model` is no network.
        ValueError: The file is no checkpoint of this architecture.

    Example:
        >>> import tempfile
        >>> model = nn.Linear(2, 2)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_checkpoint(model, f"{folder}/best.pt", epoch=3)
        ...     load_checkpoint(nn.Linear(2, 2), f"{folder}/best.pt")
        {'epoch': 3}
    """
    if not isinstance(model, nn.Module):
        raise TypeError(f"model is {model!r}; pass the network first, the file second: load_checkpoint(model, path).")
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
