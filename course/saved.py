"""A trained network in a folder: `model.pt`, `config.json` and `history.csv`; read back without trust in the files."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import nn

from course.recipes import ARCHITECTURES, Recipe, build_model
from helpers.datasets import Splits
from helpers.datasets.pictures import ASPECTS
from helpers.evaluation import Evaluation
from helpers.files import write_text, write_whole
from helpers.training import History

FILES = ("model.pt", "config.json", "history.csv")


def new_folder(folder: Path, unfinished: str = "") -> Path:
    """Make a folder for a trained network, and refuse one that holds a network already, unless it can be gone on with.

    Args:
        folder: Where `model.pt`, `config.json` and `history.csv` will go.
        unfinished: Name of a file in it from which a training goes on; where it is there, the others may be, too.

    Returns:
        The folder, which exists then.

    Raises:
        FileExistsError: One of the three files is there, or a file has the folder's name.

    Example:
        >>> import tempfile
        >>> new_folder(Path(tempfile.mkdtemp()) / "runs" / "mine").is_dir()
        True
    """
    if folder.exists() and not folder.is_dir():
        raise FileExistsError(f"{folder} is a file; choose a new folder with --output.")
    there = [name for name in FILES if (folder / name).exists()]
    if there and not (unfinished and (folder / unfinished).exists()):
        raise FileExistsError(f"{folder} holds a {there[0]} already; choose a new folder with --output, or remove it.")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def save_run(
    folder: Path, recipe: Recipe, model: nn.Module, history: History, data: Splits, found: Evaluation, seed: int,
    *, test: Evaluation | None = None,
) -> None:  # fmt: skip
    """Write `model.pt` (weights alone) and `config.json` (how to build the network, and how it came about).

    `history.csv` is what `train` writes as `log`. The weights come last: where they are, all is there.

    Args:
        folder: From `new_folder`.
        recipe: What was carried out.
        model: The trained network.
        history: What was measured meanwhile.
        data: What it was trained on.
        found: What it reaches on the validation pictures.
        seed: The seed.
        test: What it reaches on the test pictures, where they were looked at.
    """
    settings = asdict(recipe)
    config = {
        "set": data.name,
        "profile": data.profile,
        "recipe": settings.pop("name"),
        "seed": seed,
        **settings,
        "classes": data.train.classes,
        "train_pictures": len(data.train),
        "valid_pictures": len(data.valid),
        "test_pictures": len(data.test) if data.test else 0,
        "valid_accuracy": found.accuracy,
        "valid_interval": found.interval,
        **({"test_accuracy": test.accuracy, "test_interval": test.interval} if test else {}),
        "epochs_trained": len(history),
        "stopped": history.stopped,
        "seconds": round(sum(row["seconds"] for row in history.rows), 1),
        "parameters": sum(weights.numel() for weights in model.parameters()),
        "torch": torch.__version__,
    }
    write_text(folder / "config.json", json.dumps(config, indent=1) + "\n")
    weights = {name: value.cpu().contiguous() for name, value in model.state_dict().items()}
    with write_whole(folder / "model.pt") as part:
        torch.save(weights, part)


def load_run(folder: Path) -> tuple[nn.Module, dict[str, Any]]:
    """Build the network that `save_run` wrote to a folder.

    Files from elsewhere can do no harm: of the weights only tensors are read (``weights_only=True``), the configuration
    chooses among known networks, and memory is taken for what `model.pt` holds, not for what `config.json` claims.

    Args:
        folder: Holds `model.pt` and `config.json`.

    Returns:
        The network in evaluation mode, on the CPU, and the configuration; its `classes`, `image_size` and `aspect` are
        checked.

    Raises:
        FileNotFoundError: The folder or one of the two files is missing.
        ValueError: A file is damaged, or the two do not belong together.

    Example:
        >>> load_run(Path("nowhere"))
        Traceback (most recent call last):
        ...
        FileNotFoundError: there is no folder nowhere; train a model with `python -m course train food`.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {folder}; train a model with `python -m course train food`.")
    for name in ("model.pt", "config.json"):
        if not (folder / name).is_file():
            raise FileNotFoundError(f"{folder} has no {name}; name a folder that `python -m course train` wrote.")
    config = _read_config(folder / "config.json")
    weights = _read_weights(folder / "model.pt")
    network = {name: config[name] for name in ("architecture", "arguments", "image_size")}
    try:
        with torch.device("meta"):  # shapes without memory; the weights of the file are put in their place
            model = build_model(Recipe("", "", **network), len(config["classes"]))
        model.load_state_dict(weights, assign=True)
    except (RuntimeError, ValueError) as error:
        reason = str(error).splitlines()[1 if "\n" in str(error) else 0].strip()
        raise ValueError(
            f"the weights in {folder / 'model.pt'} are not of the network in config.json ({reason}); put the two files "
            "of one training together."
        ) from error
    return model.eval(), config


def _read_weights(path: Path) -> dict[str, torch.Tensor]:
    try:
        weights = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch lets out whatever its readers of zip and pickle raise
        raise ValueError(f"{path} holds no weights that can be read ({type(error).__name__}); train again.") from error
    if not isinstance(weights, dict) or not all(isinstance(value, torch.Tensor) for value in weights.values()):
        raise ValueError(f"{path} holds something else than the weights of a network; train again.")
    return {name: value.float() if value.is_floating_point() else value for name, value in weights.items()}


def _read_config(path: Path) -> dict[str, Any]:
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is no JSON that can be read ({type(error).__name__}); train again.") from error
    if not isinstance(config, dict):
        raise ValueError(f"{path} holds no settings by name; train again.")
    for name, fits in _FITS.items():
        if name not in config:
            raise ValueError(f"{path} does not say {name!r}; train again.")
        if not fits(config[name]):
            value = repr(config[name])
            shown = value if len(value) <= 60 else f"{value[:60]}..."
            raise ValueError(f"{path} says {name!r} is {shown}, which no training writes; train again.")
    if config["architecture"] != "ResNet" and config["arguments"]:
        raise ValueError(f"{path} gives 'arguments', and {config['architecture']} takes none; train again.")
    if config["architecture"] == "EfficientNetLite" and config["image_size"] % 32:
        raise ValueError(f"{path} says 'image_size' is {config['image_size']}, which 32 does not divide; train again.")
    return config


def _whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _is_arguments(value: Any) -> bool:
    return isinstance(value, dict) and all(name in _ARGUMENTS and _ARGUMENTS[name](value[name]) for name in value)


def _is_blocks(value: Any) -> bool:
    return isinstance(value, list) and 1 <= len(value) <= 6 and all(_whole(count, 1, 50) for count in value)


def _is_classes(value: Any) -> bool:
    if not isinstance(value, list) or not 2 <= len(value) <= 10_000:
        return False
    return all(isinstance(name, str) for name in value) and len(set(value)) == len(value)


_ARGUMENTS = {
    "blocks": _is_blocks,
    "width": lambda value: _whole(value, 1, 1024),
    "shortcut": lambda value: isinstance(value, bool),
}
_FITS = {
    "architecture": lambda value: isinstance(value, str) and value in ARCHITECTURES,
    "arguments": _is_arguments,
    "image_size": lambda value: _whole(value, 8, 1024),
    "aspect": lambda value: isinstance(value, str) and value in ASPECTS,
    "classes": _is_classes,
}
