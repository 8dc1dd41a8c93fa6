"""Keep weights, or all that a training needs to go on where it was, in a file that is read without running it."""

import os
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from helpers.evaluation.guards import length
from helpers.files import write_whole
from helpers.training.history import History

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
        found = f"{path} is no {kind}: nothing in it can be read safely ({type(error).__name__})"
        raise ValueError(f"{found}; train again.") from error


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
            found = f"{len(wrong)} weights {said}, the first is {first[:60]}{sizes}"
            raise ValueError(f"{path} holds another architecture than this model: {found}; build the same model.")
    return found


def _bare(name: str) -> str:
    # torch.compile puts _orig_mod. before the names of what it wraps, DataParallel and AveragedModel put module. there
    return re.sub(r"^(module\.)+", "", name.replace("_orig_mod.", ""))


class ResumeFile:
    """What `fit(..., resume=path)` writes after each epoch, and goes on from; nothing where the path is None.

    `parts` have a state or are None, the random numbers of the `loaders` go on; other `knobs` of `fit` are refused.
    """

    def __init__(self, path: str | Path | None, parts: dict[str, Any], loaders: list, knobs: dict[str, Any]) -> None:
        self.path, self.loaders = None if path is None else Path(path), loaders
        self.parts = {name: part for name, part in parts.items() if part is not None}
        kinds = {name: type(parts[name]).__name__ for name in ("optimizer", "scheduler")}
        counts = {"number of batches": length(loaders[0]), "seed": torch.initial_seed()}
        settings = kinds | knobs | parts["optimizer"].defaults | counts
        self.settings = {name: str(value) for name, value in settings.items()}

    def read(self) -> tuple[History, dict[str, torch.Tensor] | None]:
        """Return the history and the best weights so far, and put all else where it was; without a file start anew.

        A file of another training is a ValueError.
        """
        if self.path is None:
            return History(), None
        for part in self.path.parent.glob(f".{self.path.name}.*.part"):
            part.unlink(missing_ok=True)  # of a training that was killed while it wrote
        if not self.path.exists():
            return History(), None
        state = read_safely(self.path, "file of a training")
        if not isinstance(state, dict) or not isinstance(state.get("settings"), dict):
            raise ValueError(f"{self.path} is no file that fit wrote to go on from; name another one, or move it away.")
        matching(state["parts"]["model"], self.parts["model"], self.path)
        for name, now in self.settings.items():
            if (then := state["settings"].get(name)) != now:
                found = f"{self.path} is of a training with {name} = {then}, and this one has {now}"
                raise ValueError(f"{found}; give the same settings to go on, or another file to begin anew.")
        for name, part in self.parts.items():
            try:
                part.load_state_dict(state["parts"][name])
            except (ValueError, KeyError, RuntimeError) as error:
                raise ValueError(f"{self.path} is of another {name} ({error}); build the same one.") from error
        set_random_state(state["random"], self.loaders)
        history = History(**state["history"])
        history.earlier = len(history)
        return history, state["best"]

    def write(self, history: History, best: dict[str, torch.Tensor] | None) -> None:
        """Keep what `read` returns and puts back; whoever is killed meanwhile leaves the file of the epoch before."""
        if self.path is None:
            return
        state = {name: part.state_dict() for name, part in self.parts.items()}
        state = {"settings": self.settings, "parts": state, "history": vars(history), "best": best}
        with write_whole(self.path) as part:
            torch.save(state | {"random": random_state(self.loaders)}, part)
        if len(history) == 1:
            read_safely(self.path, "file to go on from")  # an optimizer may keep what cannot be read back


def random_state(loaders: list) -> dict[str, Any]:
    """Return where all random numbers stand: Python's, NumPy's, PyTorch's, and those of the loaders' own generators."""
    kind, keys, *rest = np.random.get_state()  # noqa: NPY002 - libraries draw from the global state
    return {
        "python": random.getstate(),
        "numpy": [kind, torch.from_numpy(keys.astype(np.int64)), *rest],
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        "mps": torch.mps.get_rng_state() if torch.backends.mps.is_available() else None,
        "generators": [generator.get_state() for generator in _generators(loaders)],
    }


def set_random_state(state: dict[str, Any], loaders: list) -> None:
    """Put all random numbers where `random_state` found them; those of a device that is not there are left out."""
    random.setstate(state["python"])
    kind, keys, *rest = state["numpy"]
    np.random.set_state((kind, keys.numpy().astype(np.uint32), *rest))  # noqa: NPY002
    torch.set_rng_state(state["torch"])
    if torch.cuda.is_available() and len(state["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(state["cuda"])
    if state["mps"] is not None and torch.backends.mps.is_available():
        torch.mps.set_rng_state(state["mps"])
    for generator, one in zip(_generators(loaders), state["generators"], strict=False):
        generator.set_state(one)


@contextmanager
def same_random_numbers(loaders: list) -> Iterator[None]:
    """Put all random numbers back at the end: what is looked at before a training must not change the training."""
    state = random_state(loaders)
    try:
        yield
    finally:
        set_random_state(state, loaders)


def _generators(loaders: list) -> list[torch.Generator]:
    found = {}
    for loader in loaders:
        sampler, within = getattr(loader, "sampler", None), getattr(loader, "batch_sampler", None)
        for holder in (loader, sampler, getattr(within, "sampler", None)):
            generator = getattr(holder, "generator", None)
            if isinstance(generator, torch.Generator):
                found[id(generator)] = generator
    return list(found.values())
