"""The one layout of each set of pictures, and its reader; `python -m course data import` brings others into it."""

import os
import re
import shlex
from pathlib import Path

from helpers.datasets.labels import UNLABELLED, LabelTable, number, read_labels
from helpers.datasets.pictures import SUFFIXES
from helpers.datasets.profiles import SETS, PictureSet, find_set
from helpers.files import walk

CSV, IMAGES = "emergency_train.csv", "images"
PARTS = ("train", "valid", "test")
LAYOUTS = {
    "vehicles": f"{CSV} beside {IMAGES}/",
    "food": "train/, valid/ and perhaps test/, in them files called LABEL_INDEX.jpg",
}
"""In words, for messages."""

LABELLED = re.compile(r"(\d+)_\d+\.\w+")


def read_set(folder: Path, name: str | None = None) -> LabelTable:
    """Read the labels of a set in its layout, and hold them against its pictures.

    Args:
        folder: A set in one of `LAYOUTS`.
        name: "vehicles" or "food"; None for whichever it is.

    Returns:
        The usable pictures, and the complaints about the others.

    Raises:
        FileNotFoundError: There is no such folder, or it has another layout; the message says how to import it.
        ValueError: The folder holds both sets, or its label CSV cannot be used at all.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {str(folder)!r}; check the path.")
    wanted = SETS if name is None else (find_set(name),)
    found = [entry for entry in wanted if in_layout(folder, entry.name)]
    if not found:
        raise FileNotFoundError(_other_layout(folder, wanted))
    if len(found) > 1:
        raise ValueError(f"{folder} holds vehicles and food; put them into two folders.")
    if found[0].name == "vehicles":
        return read_labels(folder / CSV, folder / IMAGES)
    return read_food(folder)


def in_layout(folder: Path, name: str) -> bool:
    """Return whether a folder has the layout of a set, "vehicles" or "food"; its labels are not read."""
    if name == "vehicles":
        return (folder / CSV).is_file() and (folder / IMAGES).is_dir()
    parts = [folder / part for part in PARTS if (folder / part).is_dir()]
    # A folder within a part stands for a class in other layouts.
    return parts[:2] == [folder / "train", folder / "valid"] and not any(
        "/" in file for part in parts for file in walk(part, links=True)
    )


def read_food(folder: Path) -> LabelTable:
    """Read the labels of the food pictures from their names, LABEL_INDEX.jpg, by part, label and number.

    A test part in which no picture has a label holds pictures for predictions only: their label is -1.
    """
    table = LabelTable("food", None, folder)
    for part in PARTS:
        files = walk(folder / part, links=True)
        labels = {name: label_of(name, len(table.classes)) for name in files}
        if part == "test" and not any(LABELLED.fullmatch(name) for name in files):
            labels = dict.fromkeys(files, UNLABELLED)
        for name in sorted(files, key=lambda name: (labels[name] or 0, number(name) or 0, name)):
            if os.path.splitext(name)[1].lower() not in SUFFIXES:
                table.complain_about("that are no pictures", f"{part}/{name}")
            elif labels[name] is None:
                table.complain_about(f"without a label from 0 to {len(table.classes) - 1}", f"{part}/{name}")
            else:
                table.add(f"{part}/{name}", labels[name], part)
    return table


def label_of(name: str, classes: int) -> int | None:
    """Return the label in a file's name LABEL_INDEX.jpg, or None where it is none of so many classes.

    >>> label_of("7_1.jpg", 11), label_of("11_0.jpg", 11), label_of("0001.jpg", 11)
    (7, None, None)
    """
    found = LABELLED.fullmatch(name)
    return int(found[1]) if found and int(found[1]) < classes else None


def _other_layout(folder: Path, wanted: tuple[PictureSet, ...]) -> str:
    layouts = ", or ".join(f"{LAYOUTS[entry.name]} ({entry.name})" for entry in wanted)
    name = wanted[0].real if len(wanted) == 1 else "NAME"
    place = Path(os.path.abspath(folder))
    command = f"python -m course data import {name} {shlex.quote(str(place))}"
    named = [e.variable for e in wanted if os.environ.get(e.variable) and place == Path(os.path.abspath(e.elsewhere()))]
    unset = f", and unset {named[0]}" if named else ""
    return f"{folder} is not in the course's layout: {layouts}; run `{command}` once{unset}."
