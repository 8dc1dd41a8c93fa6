"""Bring the real photos into the data folder: from the network, or from a folder or zip on this machine."""

import hashlib
import shutil
import tempfile
from pathlib import Path

from tqdm.auto import tqdm

from helpers.datasets.cache import temporary
from helpers.datasets.labels import read_labels, short
from helpers.datasets.layouts import Layout, find_layout
from helpers.datasets.pictures import UnreadablePictureError, check_file
from helpers.datasets.sources import MANUAL, SOURCES, DownloadError, download
from helpers.datasets.unpack import unpack
from helpers.runtime import data_dir

KNOWN_CSV = "dd8304cb9705f6b56b4a711fc5bb52865fcadef038ef19a854e3a684916f83bd"
"""SHA-256 of the label CSV that the figures of this course were measured with."""


def get(name: str) -> Path:
    """Download the real photos of a set and import them.

    Args:
        name: "vehicles".

    Returns:
        The folder they are in now.

    Raises:
        ValueError: Another name.
        FileExistsError: The set is there already.
        DownloadError: No source gave it; the message ends in the steps to take by hand.

    Example:
        >>> get("planes")
        Traceback (most recent call last):
        ...
        ValueError: there is no set 'planes'; choose 'vehicles'.
    """
    _target(name)
    try:
        archive = download(SOURCES[name], data_dir() / "downloads" / f"{name}.zip")
    except DownloadError as error:
        raise DownloadError(f"{error}\n{MANUAL[name]}") from error
    folder = import_folder(name, archive)
    archive.unlink()
    return folder


def import_folder(name: str, path: str | Path) -> Path:
    """Copy a set from a folder or zip into the data folder, in one layout: `emergency_train.csv` and `images/`.

    The source is not changed. Pictures without a label are left out, and it says how many.

    Args:
        name: "vehicles".
        path: Folder or zip in one of the known layouts.

    Returns:
        The folder they are in now.

    Raises:
        ValueError: Another name, a CSV that does not fit the pictures, an unsafe zip, an absurdly large picture.
        FileExistsError: The set is there already; nothing is overwritten.
        FileNotFoundError: Nothing at `path`, or no known layout in it.

    Example:
        >>> import_folder("planes", "planes.zip")
        Traceback (most recent call last):
        ...
        ValueError: there is no set 'planes'; choose 'vehicles'.
    """
    target, path = _target(name), Path(path).expanduser()
    target.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        raise FileNotFoundError(f"there is nothing at {str(path)!r}; check the path.")
    if path.is_dir():
        _copy(find_layout(path), target, str(path))
    else:
        with tempfile.TemporaryDirectory(dir=target.parent) as place:
            unpack(path, Path(place) / "unpacked")
            _copy(find_layout(Path(place) / "unpacked"), target, str(path))
    return target


def _target(name: str) -> Path:
    if name not in SOURCES:
        raise ValueError(f"there is no set {name!r}; choose {' or '.join(map(repr, SOURCES))}.")
    target = data_dir() / name
    if target.exists():
        raise FileExistsError(f"{target} is there already and is not overwritten; remove it first to have it anew.")
    return target


def _copy(layout: Layout, target: Path, source: str) -> None:
    table = read_labels(layout.csv, layout.pictures)
    table.complain(source)
    for name in table.names:
        try:
            check_file(layout.pictures / name)
        except UnreadablePictureError as error:
            raise ValueError(
                f"{name} in {short(layout.pictures)}/ is refused: {error}; remove it and its row."
            ) from error
    with temporary(target) as part:
        (part / "images").mkdir(parents=True)
        shutil.copyfile(layout.csv, part / "emergency_train.csv")
        for name in tqdm(table.names, "copying", leave=False, disable=None, unit=" pictures"):
            shutil.copyfile(layout.pictures / name, part / "images" / name)
    known = hashlib.sha256(layout.csv.read_bytes()).hexdigest() == KNOWN_CSV
    relation = "the same as" if known else f"not the same (SHA-256 {KNOWN_CSV[:8]}...) as"
    print(f"{len(table.names)} labelled pictures copied; the labels are {relation} those this course was measured with")
    others = sum(1 for entry in layout.pictures.iterdir() if entry.is_file()) - len(table.names)
    if others:
        print(f"not copied: {others} files in {layout.pictures.name}/ without a row in {layout.csv.name}")
