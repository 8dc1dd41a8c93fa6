"""Bring the real photos into the data folder: from the network, or from a folder or zip on this machine."""

import hashlib
import shutil
import tempfile
from pathlib import Path

from PIL import Image
from tqdm.auto import tqdm

from course.intake.arrival import report
from course.intake.layouts import Found, find_pictures
from course.intake.sources import MANUAL, SOURCES, DownloadError, download
from course.intake.unpack import unpack
from helpers.datasets.layout import CSV, PARTS, UNLABELLED, LabelTable, short, some
from helpers.datasets.pictures import MAX_PIXELS, UnreadablePictureError, check_size
from helpers.datasets.profiles import find_set
from helpers.files import data_dir, make_folder, walk, write_whole

KNOWN_CSV = "dd8304cb9705f6b56b4a711fc5bb52865fcadef038ef19a854e3a684916f83bd"
"""SHA-256 of the label CSV that the figures of this course were measured with."""


def get(name: str) -> Path:
    """Download the real photos of a set and import them.

    Args:
        name: "vehicles" or "food11".

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
        ValueError: there is no set 'planes'; choose 'vehicles' or 'food11'.
    """
    real = _target(name).name
    archive = data_dir() / "downloads" / f"{real}.zip"
    reasons = []
    for source in SOURCES[real]:
        try:
            folder = import_folder(name, download((source,), archive), origin=source.note)
        except DownloadError as error:
            reasons.append(str(error))
        except (ValueError, FileNotFoundError) as error:  # a copy that is no such set, or no longer
            archive.unlink(missing_ok=True)
            reasons.append(f"{source.note}: {error}")
        else:
            archive.unlink(missing_ok=True)
            return folder
    raise DownloadError("\n".join([*reasons, MANUAL[real]]))


def import_folder(name: str, path: str | Path, *, origin: str = "") -> Path:
    """Copy a set from a folder or zip into the data folder, in one layout.

    That of the vehicles is `emergency_train.csv` and `images/`, that of the food `train/`, `valid/` and, where there is
    one, `test/`, with files called LABEL_INDEX.jpg. The source is not changed. Vehicles without a label are left out,
    and it says how many.

    Args:
        name: "vehicles" or "food11".
        path: Folder or zip in one of the known layouts.
        origin: Where a download came from: its SHA-256 is recorded, that of another copy only compared.

    Returns:
        The folder they are in now.

    Raises:
        ValueError: Another name, labels that do not fit the pictures, an unsafe zip, an absurdly large picture.
        FileExistsError: The set is there already; nothing is overwritten.
        FileNotFoundError: Nothing at `path`, or no known layout in it.

    Example:
        >>> import_folder("planes", "planes.zip")
        Traceback (most recent call last):
        ...
        ValueError: there is no set 'planes'; choose 'vehicles' or 'food11'.
    """
    target, path = _target(name), Path(path).expanduser()
    make_folder(target.parent)
    if not path.exists():
        raise FileNotFoundError(f"there is nothing at {str(path)!r}; check the path.")
    kind = find_set(name).name
    if path.is_dir():
        _copy(find_pictures(path, kind), target, str(path))
    else:
        with tempfile.TemporaryDirectory(dir=target.parent) as place:
            unpack(path, Path(place) / "unpacked")
            _copy(find_pictures(Path(place) / "unpacked", kind), target, str(path))
    report(target, path, origin)
    return target


def _target(name: str) -> Path:
    target = data_dir() / find_set(name).real
    if target.exists():
        raise FileExistsError(f"{target} is there already and is not overwritten; remove it first to have it anew.")
    return target


def check_file(path: Path) -> None:
    """Refuse a picture with more than `MAX_PIXELS` pixels, or that is no file, without decoding it; damaged ones pass.

    Args:
        path: The file.

    Raises:
        UnreadablePictureError: It is larger, or a link to nothing.

    Example:
        >>> check_file(Path(__file__))
    """
    if not path.is_file():
        raise UnreadablePictureError("a link to nothing" if path.is_symlink() else "no file")
    try:
        with Image.open(path) as picture:
            size = picture.size
    except Image.DecompressionBombError as error:
        raise UnreadablePictureError(f"more pixels than the limit of {MAX_PIXELS:,}") from error
    except Exception:  # Pillow raises many kinds; whether a picture can be decoded is for `decode` to say
        return
    check_size(size)


def _copy(found: Found, target: Path, source: str) -> None:
    table = found.table
    table.complain("")
    if not table.names:
        raise ValueError(f"{source} holds no picture; check that it is the whole set.")
    for name in table.names:
        try:
            check_file(table.pictures / name)
        except UnreadablePictureError as error:
            remedy = "remove it and its row" if table.csv else "remove it"
            raise ValueError(f"{name} in {short(table.pictures)}/ is refused: {error}; {remedy}.") from error
    with write_whole(target) as part:
        for folder in {Path(name).parent for name in found.targets}:
            (part / folder).mkdir(parents=True)
        pairs = list(zip(table.names, found.targets, strict=True))
        for name, new in tqdm(pairs, "copying", leave=False, disable=None, unit=" pictures"):
            shutil.copyfile(table.pictures / name, part / new)
        if table.csv:
            shutil.copyfile(table.csv, part / CSV)
    if table.csv:
        _report_csv(table)
    else:
        counts = ", ".join(f"{table.parts.count(part)} {part}" for part in PARTS if part in table.parts)
        without = table.labels.count(UNLABELLED)
        print(f"pictures copied: {counts}" + (f"; {without} of them have no label" if without else ""))


def _report_csv(table: LabelTable) -> None:
    known = hashlib.sha256(table.csv.read_bytes()).hexdigest() == KNOWN_CSV
    relation = "the same as" if known else f"not the same (SHA-256 {KNOWN_CSV[:8]}...) as"
    print(f"{len(table.names)} labelled pictures copied; the labels are {relation} those this course was measured with")
    others = sorted(set(walk(table.pictures)).difference(table.names))
    if others:
        where = f"{table.pictures.name}/ without a row in {table.csv.name}"
        print(f"not copied: {len(others)} files in {where}: {some(others)}")
