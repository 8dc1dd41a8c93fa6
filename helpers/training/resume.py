"""All that a training needs to go on where it was, in one file."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from helpers.files import write_whole
from helpers.training.checkpoint import check_can_write, matching, read_safely
from helpers.training.history import History


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
    if len(state["cuda"]) == torch.cuda.device_count():
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
        sampler = getattr(loader, "sampler", None)
        for holder in (loader, sampler, getattr(getattr(loader, "batch_sampler", None), "sampler", None)):
            generator = getattr(holder, "generator", None)
            if isinstance(generator, torch.Generator):
                found[id(generator)] = generator
    return list(found.values())


def settings_of(parts: dict[str, Any], loader, **knobs: Any) -> dict[str, str]:
    """Return what a training was called with, as texts: another training cannot go on from its file."""
    optimizer = parts["optimizer"]
    settings = knobs | {"optimizer": type(optimizer).__name__} | optimizer.defaults
    settings["scheduler"] = type(parts["scheduler"]).__name__ if "scheduler" in parts else None
    settings["number of training batches"] = len(loader) if hasattr(loader, "__len__") else None
    return {name: str(value) for name, value in settings.items()}


def begin(path: str | Path | None, parts: dict, loaders: list, settings: dict[str, str]) -> tuple[History, Any]:
    """Return the history and the best weights so far, and put all else where it was; without a file start anew.

    Args:
        path: What `keep` wrote; None or a file that is not there yet for a new start.
        parts: What has a state: model, optimizer, and scheduler and averaged model where there are such.
        loaders: Whose random numbers go on, too.
        settings: From `settings_of`.

    Raises:
        OSError: Nothing can be written to `path`.
        ValueError: The file is none of `keep`, or of another training.
    """
    if path is None:
        return History(), None
    path = Path(path)
    check_can_write(path, "resume")
    for part in path.parent.glob(f".{path.name}.*.part"):
        part.unlink(missing_ok=True)  # of a training that was killed while it wrote
    if not path.exists():
        return History(), None
    state = read_safely(path, "file of a training")
    if not isinstance(state, dict) or not isinstance(state.get("settings"), dict):
        raise ValueError(f"{path} is no file that fit wrote to go on from; name another one, or move it away.")
    matching(state["parts"]["model"], parts["model"], path)
    for name, now in settings.items():
        if state["settings"].get(name) != now:
            raise ValueError(
                f"{path} is of a training with {name} = {state['settings'].get(name)}, and this one has {now}; "
                "give the same settings to go on, or another file to begin anew."
            )
    for name, part in parts.items():
        try:
            part.load_state_dict(state["parts"][name])
        except (ValueError, KeyError, RuntimeError) as error:
            raise ValueError(f"{path} is of a training with another {name} ({error}); build the same one.") from error
    set_random_state(state["random"], loaders)
    history = History(**state["history"])
    history.earlier = len(history)
    return history, state["best"]


def keep(path: str | Path, parts: dict, loaders: list, settings: dict[str, str], history: History, best: Any) -> None:
    """Write all that `begin` reads; whoever is interrupted meanwhile leaves the file of the epoch before."""
    state = {
        "settings": settings,
        "parts": {name: part.state_dict() for name, part in parts.items()},
        "random": random_state(loaders),
        "history": vars(history),
        "best": best,
    }
    with write_whole(path) as part:
        torch.save(state, part)
