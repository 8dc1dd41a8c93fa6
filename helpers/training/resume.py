"""All that a training needs to go on where it was, in one file."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from helpers.evaluation.guards import length
from helpers.files import write_whole
from helpers.training.checkpoint import matching, read_safely
from helpers.training.history import History


class ResumeFile:
    """What `fit(..., resume=path)` writes after each epoch, and goes on from; nothing where the path is None.

    `parts` have a state: model and optimizer, and scheduler and averaged model, or None for these. The random numbers
    of the `loaders` go on, too. `knobs` are settings of `fit`: a training with others cannot go on from this file.
    """

    def __init__(self, path: str | Path | None, parts: dict[str, Any], loaders: list, knobs: dict[str, Any]) -> None:
        self.path, self.loaders = None if path is None else Path(path), loaders
        self.parts = {name: part for name, part in parts.items() if part is not None}
        settings = {
            name: type(part).__name__ for name, part in self.parts.items() if name in ("optimizer", "scheduler")
        }
        settings |= {"scheduler": "none"} | settings | knobs | parts["optimizer"].defaults
        settings["number of batches"] = length(loaders[0])
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
                raise ValueError(
                    f"{self.path} is of a training with {name} = {then}, and this one has {now}; give the same "
                    "settings to go on, or another file to begin anew."
                )
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
