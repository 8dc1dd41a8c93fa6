"""The one layout of each set of pictures, its labels, and every complaint about them."""

import os
import re
import shlex
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from helpers.datasets.pictures import SUFFIXES
from helpers.datasets.profiles import SETS, PictureSet, find_set
from helpers.files import litter, read_table, walk

CSV, IMAGES = "emergency_train.csv", "images"
PARTS = ("train", "valid", "test")
LAYOUTS = {  # in words, for messages
    "vehicles": f"{CSV} beside {IMAGES}/",
    "food": "train/, valid/ and perhaps test/, in them files called LABEL_INDEX.jpg",
}
LABELLED = re.compile(r"(\d+)_\d+\.\w+")
COLUMNS = ("image_names", "emergency_or_not")
UNLABELLED = -1  # stands for the label of a picture that has none; only a test part may hold such pictures


@dataclass
class LabelTable:
    """The pictures of a set that can be used, in its order, and what is wrong with the others."""

    name: str  # which set it is: "vehicles" or "food"
    csv: Path | None  # the label CSV; None where the labels stand in the names of files and folders
    pictures: Path  # the folder that picture names are relative to
    names: list[str] = field(default_factory=list)  # picture names; each once, each with a file
    labels: list[int] = field(default_factory=list)  # their labels, indices into `classes`, or -1 for none
    parts: list[str] = field(default_factory=list)  # "train", "valid" or "test" of each; empty where it comes unsplit
    problems: dict[str, list[str]] = field(default_factory=dict)  # by kind of complaint the rows or files concerned
    named: set[str] = field(default_factory=set)  # every picture name in the CSV, usable or not

    @property
    def classes(self) -> list[str]:
        """Names of the classes, in the order of the labels."""
        return find_set(self.name).classes

    def add(self, name: str, label: int, part: str | None = None) -> None:
        """Take a picture in."""
        self.names.append(name)
        self.labels.append(label)
        if part:
            self.parts.append(part)

    def complain_about(self, problem: str, item: str) -> None:
        """Note a row or file that cannot be used."""
        self.problems.setdefault(problem, []).append(item)

    def complain(self, title: str) -> None:
        """Raise one ValueError that lists every problem, if there is one; `title` is the set on the command line."""
        if not self.problems:
            return
        found = "; ".join(f"{some(rows)} {kind}" for kind, rows in self.problems.items())
        if self.csv:
            remedy = f"or write a cleaned copy without them: python -m course data check {title} --fix"
            remedy = remedy if title else "or delete them, and import the set again."
            raise ValueError(f"{short(self.csv)} does not fit its pictures: {found}. Correct these rows, {remedy}")
        mend = f"Name each picture LABEL_INDEX.jpg, its label from 0 to {len(self.classes) - 1}, or move it away"
        raise ValueError(f"{self.pictures.name}/ holds files that do not fit: {found}. {mend}.")


def read_set(folder: Path, name: str | None = None) -> LabelTable:
    """Read the labels of a set in one of `LAYOUTS`, and hold them against its pictures.

    The set is `name`, "vehicles" or "food"; None for whichever it is. Another layout is a FileNotFoundError that says
    how to import it; a folder with both sets, or a label CSV that cannot be used at all, a ValueError.
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


def read_labels(path: Path, pictures: Path) -> LabelTable:
    r"""Read a label CSV and hold it against the folder of pictures.

    Other spellings of the same thing are taken where only one picture fits: a folder before its name, `\` for `/`, no
    suffix or one in another case, other Unicode forms; 1.0 and the name of the class for 1. Problems are unknown
    labels, rows without a picture, pictures named twice (with two labels none of the rows counts, else the first),
    names that point out of the folder. No CSV in UTF-8, a column missing (others are ignored) or no row: a ValueError.
    """
    try:
        rows = read_table(path)
    except ValueError as error:
        raise ValueError(f"{short(path)} is {error}; save it again as one.") from error
    columns = [name.strip().lower() for name in rows[0][1]] if rows else []
    missing = [name for name in COLUMNS if name not in columns]
    if missing:
        found = f"{short(path)} has no column {some(missing)}: found {some(columns) or 'none'}"
        raise ValueError(f"{found}; name the columns {' and '.join(COLUMNS)} in its first line.")
    if not rows[1:]:
        raise ValueError(f"{short(path)} has no row below its first line; get or import the data again.")

    table = LabelTable("vehicles", path, pictures)
    known = ", ".join(f"{index} = {name}" for index, name in enumerate(table.classes))
    unknown = f"with an unknown label (known: {known})"
    # A link to nothing is a picture too: an unreadable one.
    present = {entry.name for entry in pictures.iterdir() if not entry.is_dir() and not litter(entry.name)}
    alike = {}
    for name in sorted(present):
        for spelling in set(_spellings(name)):
            alike.setdefault(spelling, []).append(name)
    named = {}
    for line, row in rows[1:]:
        name, label = ((row[at] if at < len(row) else "").strip() for at in map(columns.index, COLUMNS))
        picture, hint = _find(name, present, alike)
        table.named.add(picture or name)
        if picture:
            named.setdefault(picture, []).append((line, name, label))
        elif ".." in re.split(r"[/\\]", name):
            table.complain_about("pointing out of the folder", f"line {line}: {name!r}{hint}")
        else:
            table.complain_about(f"without a picture in {pictures.name}/", f"line {line}: {name!r}{hint}")
    for picture, own in named.items():
        found = [_class_of(label, table.classes) for _, _, label in own]
        if len(set(found)) > 1:
            listed = " against ".join(f"line {line} ({label!r})" for line, _, label in own)
            table.complain_about("with contradicting labels", f"{picture!r} in {listed}")
            continue
        if found[0] is not None:
            table.add(picture, found[0])
        for line, name, label in own[found[0] is not None :]:
            problem, text = ("given twice", "") if found[0] is not None else (unknown, f" is {label!r}")
            table.complain_about(problem, f"line {line}: {name!r}{text}")
    return table


def _spellings(name: str) -> tuple[str, str]:
    """Return what counts in the name of a picture, and what is left of it without a suffix."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1]).casefold()
    stem, suffix = os.path.splitext(name)
    return re.sub(r"\.jpeg$", ".jpg", name), stem if suffix in {*SUFFIXES, ".0"} else name  # 7.0: a spreadsheet's 7


def _find(name: str, present: set[str], alike: dict[str, list[str]]) -> tuple[str | None, str]:
    """Return the one picture that a name in a CSV means; or None, and a hint at what is nearly called so."""
    *folders, own = re.split(r"[/\\]", name)
    whole, stem = _spellings(own)
    near = [own] if own in present else alike.get(whole) or alike.get(stem) or []
    meant = own in present or whole in alike or os.path.splitext(whole)[1] not in SUFFIXES
    if meant and len(near) == 1 and ".." not in folders:
        return near[0], ""
    return None, f" (there {'is' if len(near) == 1 else 'are'} {some(near)})" if near else ""


def _class_of(label: str, classes: list[str]) -> int | None:
    """Return the label that is meant by 1, 1.0, or the name of a class."""
    if label.lower() in classes:
        return classes.index(label.lower())
    try:
        return [float(index) for index in range(len(classes))].index(float(label.replace(",", ".")))
    except ValueError:
        return None


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
    """Return the label in a file's name LABEL_INDEX.jpg, or None where it is none of so many classes."""
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


def some(items: list[str], limit: int = 10) -> str:
    """List the first `limit` of many things, and say how many there are."""
    text = ", ".join(items[:limit])
    return f"{text} and {len(items) - limit} more ({len(items)} in all)" if len(items) > limit else text


def short(path: Path) -> str:
    """Name a file by its folder and name alone: short, and the same on every machine."""
    return f"{path.parent.name}/{path.name}"


def number(name: str) -> int | None:
    """Return the number in a file name (the last one), or None."""
    found = re.findall(r"\d+", Path(name).stem)
    return int(found[-1]) if found else None


def sides(group: dict[str, str]) -> str:
    """Say which pictures of a group, {file name: class name}, carry which label.

    >>> sides({"9.jpg": "ordinary", "1.jpg": "emergency", "3.jpg": "ordinary"})
    '1.jpg (emergency) against 3.jpg, 9.jpg (ordinary)'
    """
    by_label = {}
    for name in sorted(group, key=lambda name: (number(name) or 0, name)):
        by_label.setdefault(group[name], []).append(name)
    return " against ".join(f"{', '.join(names)} ({label})" for label, names in by_label.items())
