"""`python -m course predict`: what a kept network says of pictures."""

import argparse
import contextlib
import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from course.saved import load_run
from helpers import evaluation
from helpers.datasets.pictures import ASPECTS, UnreadablePictureError, open_picture
from helpers.files import walk

BATCH = 64


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `predict` and its arguments to the command line."""
    parser = subparsers.add_parser(
        "predict",
        description="Print a CSV of file, category and probability, in the order given, a folder's pictures by name. "
        "What is no picture is told on stderr, the others are predicted all the same, and the exit code is 1.",
        epilog="example: python -m course predict runs/food-best lunch.jpg photos > predictions.csv",
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="what `train` wrote: model.pt and config.json")
    parser.add_argument("images", nargs="+", type=Path, metavar="IMAGES", help="picture files, or folders of them")


def main(args: argparse.Namespace) -> int:
    """Print the predictions that `args` asks for.

    Args:
        args: What `add_parser` defines.

    Returns:
        0, or 1 when something was no picture.

    Raises:
        ValueError: The network's files are damaged or do not belong together.
        OSError: They are missing.
    """
    model, config = load_run(args.folder)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")  # a file name may hold what the terminal cannot show
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(["file", "category", "probability"])
    failed = False
    names, images = [], []

    def flush() -> None:
        if names:
            logits = _logits(model, np.stack(images))
            best = logits.softmax(1).max(1)
            for name, label, share in zip(names, best.indices.tolist(), best.values.tolist(), strict=True):
                rows.writerow([name, config["classes"][label], f"{share:.4f}"])
            sys.stdout.flush()
        names.clear()
        images.clear()

    for path in files(args.images):
        try:
            images.append(read(path, config["image_size"], config["aspect"]))
            names.append(path)
        except UnreadablePictureError as error:
            failed = True
            print(error, file=sys.stderr)
        if len(names) == BATCH:
            flush()
    flush()
    return int(failed)


def files(paths: list[Path]) -> Iterator[Path]:
    """Return the files that are meant: those given, in their order, and all in the folders given, by name.

    Args:
        paths: Files and folders; what is in folders below a folder counts, what file managers leave behind does not.

    Yields:
        Files. An empty folder is given back itself.

    Example:
        >>> [path.name for path in files([Path("b.jpg"), Path("a.jpg")])]
        ['b.jpg', 'a.jpg']
    """
    for path in paths:
        yield from [path / name for name in walk(path)] or [path]


def read(path: Path, image_size: int, aspect: str) -> np.ndarray:
    """Read a picture as the network's training did.

    Args:
        path: The file.
        image_size: Width and height in pixels.
        aspect: "squash" or "crop".

    Returns:
        uint8 array, image_size x image_size x 3.

    Raises:
        UnreadablePictureError: The message names the file and the reason.

    Example:
        >>> read(Path("no picture.txt"), 64, "squash")
        Traceback (most recent call last):
        ...
        helpers.datasets.pictures.UnreadablePictureError: no picture.txt cannot be read: no such file.
    """
    if not path.is_file():
        reason = "there is no file in it" if path.is_dir() else "not a file" if path.exists() else "no such file"
        raise UnreadablePictureError(f"{path} cannot be read: {reason}.")
    return ASPECTS[aspect](open_picture(path), image_size)


def _logits(model: torch.nn.Module, images: np.ndarray) -> torch.Tensor:
    batch = torch.from_numpy(images).permute(0, 3, 1, 2)
    return evaluation.predict(model, [(batch, torch.zeros(len(batch), dtype=torch.int64))])[0]
