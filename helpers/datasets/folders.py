"""Labels that stand in the names of files and folders, as those of the food pictures do."""

import os
import re
from collections import Counter
from pathlib import Path

from helpers.datasets.labels import LabelTable
from helpers.datasets.pictures import SUFFIXES
from helpers.files import walk

CLASSES = [
    "Bread",
    "Dairy product",
    "Dessert",
    "Egg",
    "Fried food",
    "Meat",
    "Noodles/Pasta",
    "Rice",
    "Seafood",
    "Soup",
    "Vegetable/Fruit",
]
"""In the order of Food-11's labels, 0 to 10."""

PARTS = {
    "train": ("train", "training"),
    "valid": ("valid", "validation", "val"),
    "test": ("test", "testing", "evaluation"),
}
"""What the folders of the parts are called in the wild, in any case of letters."""

UNLABELLED = -1
"""Stands for the label of a picture that has none; only a test part may hold such pictures."""

_NAME = re.compile(r"(\d+)_(\d+)")


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
    found = {part: [folder for folder in folders if folder.name.lower() in PARTS[part]] for part in PARTS}
    if not (found["train"] and found["valid"]):
        return {}
    for part, several in found.items():
        if len(several) > 1:
            names = " and ".join(f"{folder.name}/" for folder in several)
            raise ValueError(f"{place} holds {names}, which both stand for {part}; remove or rename one of them.")
    return {part: several[0] for part, several in found.items() if several}


def class_of(folder: str) -> int | None:
    """Return the label that a folder stands for; case, blanks, slashes, underscores and hyphens do not matter.

    Args:
        folder: A class name or its number.

    Returns:
        0 to 10, or None where it is neither.

    Example:
        >>> class_of("noodles_pasta"), class_of("Noodles-Pasta"), class_of("06"), class_of("Pizza")
        (6, 6, 6, None)
    """
    plain = _plain(folder)
    if re.fullmatch(r"0?\d|10", plain):
        return int(plain)
    names = list(map(_plain, CLASSES))
    return names.index(plain) if plain in names else None


def _plain(name: str) -> str:
    return re.sub(r"[\s/_-]+", "", name).lower()


def read_folders(folder: Path, parts: dict[str, Path]) -> LabelTable:
    """Read the labels of a set that comes in parts from the names of its files, or of the folders they lie in.

    Directly in the folder of its part a picture is called LABEL_INDEX.jpg; below it, the folder is a class name or
    number and the file may have any name. A test part in which no file at all has a label holds pictures for
    predictions only: their label is -1.

    Args:
        folder: What the names of the pictures are relative to.
        parts: Folder by part, from `find_parts`.

    Returns:
        The pictures that fit, by part, label and number, and the complaints about the other files.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> for name in ("train/Rice/a.jpg", "train/7_1.jpg", "valid/11_0.jpg", "test/0001.jpg"):
        ...     (folder / name).parent.mkdir(parents=True, exist_ok=True)
        ...     (folder / name).touch()
        >>> table = read_folders(folder, find_parts(folder))
        >>> table.names, table.labels
        (['train/Rice/a.jpg', 'train/7_1.jpg', 'test/0001.jpg'], [7, 7, -1])
        >>> table.targets, table.problems
        (['train/7_0.jpg', 'train/7_1.jpg', 'test/0001.jpg'], {'without a label from 0 to 10': ['valid/11_0.jpg']})
    """
    table = LabelTable(None, folder, CLASSES)
    for part, place in parts.items():
        files, prefix = [os.path.split(name) for name in walk(place, links=True)], place.relative_to(folder).as_posix()
        no_labels = part == "test" and not any(below or _NAME.fullmatch(_stem(name)) for below, name in files)
        rows = []
        for below, name in files:
            path = f"{prefix}/{below}{'/' if below else ''}{name}"
            label, problem = UNLABELLED if no_labels else _label(below, name), None
            if _suffix(name) not in SUFFIXES:
                problem = "that are no pictures"
            elif label is None:
                problem = "in folders that are no class" if below else f"without a label from 0 to {len(CLASSES) - 1}"
            else:
                rows.append((label, _number(name), path, bool(below)))
            if problem:
                table.problems.setdefault(problem, []).append(path)
        _add(table, part, sorted(rows))
    return table


def _label(below: str, name: str) -> int | None:
    if below:
        return class_of(below)
    match = _NAME.fullmatch(_stem(name))
    return int(match[1]) if match and int(match[1]) < len(CLASSES) else None


def _stem(name: str) -> str:
    return os.path.splitext(name)[0]


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _number(name: str) -> int:
    found = re.findall(r"\d+", name)
    return int(found[-1]) if found else 0


def _add(table: LabelTable, part: str, rows: list[tuple[int, int, str, bool]]) -> None:
    """Add rows; a picture in the folder of a class gets a free name of the form LABEL_INDEX.jpg."""
    taken = {os.path.basename(path) for _, _, path, in_class in rows if not in_class}
    following = Counter()
    for label, _, path, in_class in rows:
        target = os.path.basename(path)
        while in_class:
            target = f"{label}_{following[label]}{_suffix(path)}"
            following[label] += 1
            in_class = target in taken
        table.names.append(path)
        table.labels.append(label)
        table.parts.append(part)
        table.targets.append(f"{part}/{target}")
