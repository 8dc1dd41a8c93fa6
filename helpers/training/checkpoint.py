"""Keep weights in a file, and read them back without running what else the file holds."""

import os
from pathlib import Path
from typing import Any

import torch
from torch import nn

from helpers.files import write_whole

WRAPPED = ("weights", "state_dict", "model_state_dict", "model")  # under which weights stand beside other things


def save_checkpoint(model: nn.Module, path: str | Path, **facts: float) -> None:
    """Write the model's weights and a few numbers or strings, such as ``epoch=3``, whole or not at all."""
    check_can_write(path, "checkpoint")
    with write_whole(path) as part:
        torch.save({"weights": model.state_dict(), **facts}, part)


def check_can_write(path: str | Path, name: str) -> None:
    """Raise the OSError that a later write to `path` would meet; `name` is the argument that gave it."""
    path = Path(path)
    if path.is_dir():
        raise IsADirectoryError(f"{name} is {path}, which is a folder; name a file in it.")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{name} is {path}, but the folder {path.parent} does not exist; create it first.")
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(f"{name} is {path}, a file that may not be changed; name another.")
    try:
        with write_whole(path.with_name(f".{path.name}.try")) as part:
            part.touch()
        path.with_name(f".{path.name}.try").unlink()
    except OSError as error:
        said = f"{name} is {path}, where nothing can be written ({error.strerror}); name another."
        raise type(error)(said) from error


def load_checkpoint(model: nn.Module, path: str | Path) -> dict[str, Any]:
    """Put the weights of a file into a model of the same architecture; one that does not fit stays as it was.

    The file is what `fit(..., checkpoint=path)` or ``torch.save(model.state_dict(), path)`` wrote, also of a compiled
    or a `DataParallel` model. Only weights and plain values are read (``weights_only=True``), so a file from elsewhere
    cannot run code. Returns the numbers kept beside the weights: ``epoch`` and ``valid_accuracy``, where there are any.

    >>> import tempfile
    >>> path, model = tempfile.mkdtemp() + "/best.pt", nn.Linear(2, 2)
    >>> save_checkpoint(model, path, epoch=3)
    >>> load_checkpoint(model, path)
    {'epoch': 3}
    """
    if not isinstance(model, nn.Module):
        raise TypeError(f"model is {model!r}; pass the network first, the file second: load_checkpoint(model, path).")
    kept = read_safely(path, "checkpoint that fit wrote")
    if isinstance(kept, dict) and "settings" in kept:
        raise ValueError(f"{path} is what a training goes on from; give it to fit as resume, or load its checkpoint.")
    within = next((key for key in WRAPPED if isinstance(kept, dict) and isinstance(kept.get(key), dict)), None)
    weights = kept if within is None else kept[within]
    if not isinstance(weights, dict) or not weights or not all(isinstance(v, torch.Tensor) for v in weights.values()):
        raise ValueError(f"{path} is no checkpoint that fit wrote and no state_dict of a model; save one of these.")
    model.load_state_dict(matching(weights, model, path))
    return {} if within is None else {key: value for key, value in kept.items() if isinstance(value, int | float | str)}


def read_safely(path: str | Path, kind: str) -> Any:
    """Return what `torch.save` wrote, onto the CPU, if it is tensors and plain values; refuse everything else."""
    path = Path(path)
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; name the file in it.")
    if not path.exists():
        raise FileNotFoundError(f"there is no file {path}; look for it, or train again.")
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch lets out whatever its readers of zip and pickle raise
        raise ValueError(
            f"{path} is no {kind}: nothing in it can be read safely ({type(error).__name__}); train again."
        ) from error


def matching(weights: dict[str, torch.Tensor], model: nn.Module, path: str | Path) -> dict[str, torch.Tensor]:
    """Return weights under the names that `model` has for them, or refuse them with the first that does not fit."""
    own = model.state_dict()
    names = {_bare(name): name for name in own}
    found = {names.get(_bare(name), name): value for name, value in weights.items()}
    if "n_averaged" not in own:
        found.pop("n_averaged", None)  # the count of torch's AveragedModel
    shapes, here = ({name: getattr(value, "shape", None) for name, value in state.items()} for state in (found, own))
    for wrong, said in (
        ([name for name in here if name not in shapes], "are missing in it"),
        ([name for name in shapes if name not in here], "are none of this model's"),
        ([name for name in here if shapes.get(name) != here[name]], "have another shape"),
    ):
        if wrong:
            first = wrong[0]
            both = first in shapes and first in here
            sizes = f" ({list(shapes[first])} and here {list(here[first])})" if both else ""
            raise ValueError(
                f"{path} holds another architecture than this model: {len(wrong)} weights {said}, the first is "
                f"{first[:60]}{sizes}; build the same model."
            )
    return found


def _bare(name: str) -> str:
    # torch.compile puts _orig_mod. before the names of what it wraps, DataParallel and AveragedModel put module. there
    name = name.replace("_orig_mod.", "")
    while name.startswith("module."):
        name = name.removeprefix("module.")
    return name
