"""The layouts in which the photos are found in the wild, and what their pictures are called in the course's own."""

import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from helpers.datasets.layout import IMAGES, LABELLED, PARTS, UNLABELLED, LabelTable, label_of, number, read_labels
from helpers.datasets.pictures import SUFFIXES
from helpers.datasets.profiles import find_set
from helpers.files import litter, walk

VEHICLES = (
    ("emergency_train.csv", "images"),
    ("train_SOaYf6m/train.csv", "train_SOaYf6m/images"),
    ("train_SOaYf6m/train.csv", "images"),
    ("train.csv", "images"),
    ("Emergency_Vehicles/train.csv", "Emergency_Vehicles/train"),
    ("train.csv", "Emergency_Vehicles/train"),
    ("train.csv", "train"),
)
"""Label CSV and folder of vehicle photos, in any case of letters, below the folder given (or one that it contains)."""

FOOD = {
    "train": ("train", "training"),
    "valid": ("valid", "validation", "val"),
    "test": ("test", "testing", "evaluation"),
}
"""What the folders of the parts of the food are called, in any case of letters."""


@dataclass
class Found:
    """A set as it was found.

    Attributes:
        table: Its pictures with their labels, and the complaints about what cannot be used.
        targets: What each picture is called in the course's layout.
    """

    table: LabelTable
    targets: list[str]


def find_pictures(folder: Path, name: str) -> Found:
    """Find a set in a folder, or up to two levels below it, and read it.

    Args:
        folder: Where to look.
        name: "vehicles" or "food".

    Returns:
        The set.

    Raises:
        FileNotFoundError: There is no such folder, or none of the known layouts in it.
        ValueError: There are several, or a label CSV cannot be used at all.

    Example:
        >>> find_pictures(Path("no folder"), "food")
        Traceback (most recent call last):
        ...
        FileNotFoundError: there is no folder 'no folder'; check the path.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {str(folder)!r}; check the path.")
    look, read = (_vehicles_at, read_vehicles) if name == "vehicles" else (_food_at, read_food)
    level = [folder]
    for _ in range(3):
        found = {marker: places for start in level for marker, places in look(start).items()}
        if len(found) > 1:
            places = ", ".join(place.relative_to(folder).as_posix() for place in found)
            raise ValueError(f"{folder} holds several sets ({places}); name the folder of one of them.")
        if found:
            return read(*next(iter(found.values())))
        level = [
            entry for place in level for entry in sorted(place.iterdir()) if entry.is_dir() and not litter(entry.name)
        ]
    known = [f"{csv} with {pictures}/" for csv, pictures in VEHICLES]
    if name == "food":
        known = [f"folders for {part}: {', '.join(names)}" for part, names in FOOD.items()]
    raise FileNotFoundError(
        f"{folder} holds none of the known layouts ({'; '.join(known)}); check that it is the whole set."
    )


def _vehicles_at(place: Path) -> dict[Path, tuple]:
    # One CSV that stands beside two folders of the table is one set; the earlier row of the table names it.
    here = [(_below(place, csv), _below(place, pictures)) for csv, pictures in reversed(VEHICLES)]
    return {csv: (csv, pictures) for csv, pictures in here if csv.is_file() and pictures.is_dir()}


def _below(place: Path, path: str) -> Path:
    """Return a path below a folder, in the case of letters that is found there."""
    for part in path.split("/"):
        alike = [entry for entry in place.iterdir() if entry.name.lower() == part.lower()] if place.is_dir() else []
        place = alike[0] if len(alike) == 1 else place / part
    return place


def _food_at(place: Path) -> dict[Path, tuple]:
    parts = find_parts(place)
    return {place: (place, parts)} if parts else {}


def read_vehicles(csv: Path, pictures: Path) -> Found:
    """Read a label CSV and its folder of pictures."""
    table = read_labels(csv, pictures)
    return Found(table, [f"{IMAGES}/{name}" for name in table.names])


def find_parts(place: Path) -> dict[str, Path]:
    """Find the folders of train, valid and perhaps test in a folder.

    Args:
        place: The folder.

    Returns:
        Folder by part; empty unless train and valid are both there.

    Raises:
        ValueError: Two folders would be the same part.

    Example:
        >>> import tempfile
        >>> place = Path(tempfile.mkdtemp())
        >>> for name in ("training", "validation"):
        ...     (place / name).mkdir()
        >>> {part: folder.name for part, folder in find_parts(place).items()}
        {'train': 'training', 'valid': 'validation'}
    """
    folders = [entry for entry in sorted(place.iterdir()) if entry.is_dir()]
    found = {part: [folder for folder in folders if folder.name.lower() in FOOD[part]] for part in PARTS}
    if not (found["train"] and found["valid"]):
        return {}
    for part, several in found.items():
        if len(several) > 1:
            names = " and ".join(f"{folder.name}/" for folder in several)
            raise ValueError(f"{place} holds {names}, which both stand for {part}; remove or rename one of them.")
    return {part: several[0] for part, several in found.items() if several}


def class_of(folders: str) -> int | None:
    """Return the label that the folders of a picture stand for: the first of them decides, whatever lies below it.

    Case, blanks, underscores and hyphens do not matter. "Noodles/Pasta", written as it is, makes two folders.

    Args:
        folders: Class name or number, and what may lie below it.

    Returns:
        0 to 10, or None where it is neither.

    Example:
        >>> class_of("noodles_pasta"), class_of("Noodles/Pasta"), class_of("06"), class_of("0/7"), class_of("Pizza")
        (6, 6, 6, 0, None)
    """
    names = list(map(_plain, find_set("food").classes))
    first, *below = map(_plain, folders.split("/"))
    if re.fullmatch(r"0?\d|10", first):
        return int(first)
    for name in (first, first + "".join(below[:1])):
        if name in names:
            return names.index(name)
    return None


def _plain(name: str) -> str:
    return re.sub(r"[\s/_-]+", "", name).lower()


def read_food(folder: Path, parts: dict[str, Path]) -> Found:
    """Read the labels of food pictures from the names of the files, or of the folders they lie in.

    Directly in the folder of its part a picture is called LABEL_INDEX.jpg; below it, the folder is a class name or
    number and the file may have any name. A test part in which no file at all has a label holds pictures for
    predictions only.

    Args:
        folder: What the names of the pictures are relative to.
        parts: Folder by part, from `find_parts`.

    Returns:
        The set, by part, label and number.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> for name in ("train/Rice/a.jpg", "train/7_1.jpg", "val/11_0.jpg", "test/0001.jpg"):
        ...     (folder / name).parent.mkdir(parents=True, exist_ok=True)
        ...     (folder / name).touch()
        >>> found = read_food(folder, find_parts(folder))
        >>> found.table.names, found.table.labels
        (['train/Rice/a.jpg', 'train/7_1.jpg', 'test/0001.jpg'], [7, 7, -1])
        >>> found.targets, found.table.problems
        (['train/7_0.jpg', 'train/7_1.jpg', 'test/0001.jpg'], {'without a label from 0 to 10': ['val/11_0.jpg']})
    """
    found = Found(LabelTable("food", None, folder), [])
    table, classes = found.table, len(find_set("food").classes)
    for part, place in parts.items():
        files = [(*os.path.split(path), path) for path in walk(place, links=True)]
        unlabelled = part == "test" and not any(below or LABELLED.fullmatch(name) for below, name, _ in files)
        rows = []
        for below, name, path in files:
            label = UNLABELLED if unlabelled else class_of(below) if below else label_of(name, classes)
            shown, suffix = f"{place.relative_to(folder).as_posix()}/{path}", os.path.splitext(name)[1].lower()
            if suffix not in SUFFIXES:
                table.complain_about("that are no pictures", shown)
            elif label is None:
                kind = "in folders that are no class" if below else f"without a label from 0 to {classes - 1}"
                table.complain_about(kind, shown)
            else:
                rows.append((label, number(name) or 0, shown, "" if below else name, suffix))
        taken, following = {name for _, _, _, name, _ in rows}, Counter()
        for label, _, shown, name, suffix in sorted(rows):
            while not name:  # a picture in the folder of a class gets a free name of the form LABEL_INDEX.jpg
                free = f"{label}_{following[label]}{suffix}"
                following[label] += 1
                name = "" if free in taken else free
            table.add(shown, label, part)
            found.targets.append(f"{part}/{name}")
    return found
