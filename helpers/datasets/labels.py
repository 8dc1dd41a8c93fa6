"""The label table, every complaint about it, and its reader for a CSV with `image_names` and `emergency_or_not`."""

import os
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from helpers.datasets.pictures import SUFFIXES
from helpers.datasets.profiles import find_set
from helpers.files import litter, read_table

COLUMNS = ("image_names", "emergency_or_not")
UNLABELLED = -1
"""Stands for the label of a picture that has none; only a test part may hold such pictures."""


@dataclass
class LabelTable:
    """The pictures of a set that can be used, in its order, and what is wrong with the others.

    Attributes:
        name: Which set it is: "vehicles" or "food".
        csv: The label CSV; None where the labels stand in the names of files and folders.
        pictures: The folder that picture names are relative to.
        names: Picture names; each once, each with a file.
        labels: Their labels, indices into `classes`, or -1 for a picture without a label.
        parts: "train", "valid" or "test" for each picture; empty where the set comes unsplit.
        problems: For each kind of complaint the rows or files concerned, as text.
        named: Every picture name in the CSV, usable or not.
    """

    name: str
    csv: Path | None
    pictures: Path
    names: list[str] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    problems: dict[str, list[str]] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)

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
        """Raise one ValueError that lists every problem, if there is one.

        `title` is what the data is called on the command line; empty for what is still to be imported.
        """
        if not self.problems:
            return
        found = "; ".join(f"{some(rows)} {kind}" for kind, rows in self.problems.items())
        if self.csv:
            fix = f"or write a cleaned copy without them: python -m course data check {title} --fix"
            remedy = fix if title else "or delete them, and import the set again."
            raise ValueError(f"{short(self.csv)} does not fit its pictures: {found}. Correct these rows, {remedy}")
        raise ValueError(
            f"{self.pictures.name}/ holds files that do not fit: {found}. Name each picture LABEL_INDEX.jpg, its label "
            f"from 0 to {len(self.classes) - 1}, or move it away."
        )


def read_labels(path: Path, pictures: Path) -> LabelTable:
    r"""Read a label CSV and hold it against the folder of pictures.

    Other spellings of the same thing are taken where only one picture fits: a folder before its name, `\` for `/`, no
    suffix or one in another case, other Unicode forms; 1.0 and the name of the class for 1. Problems are unknown
    labels, rows without a picture, pictures named twice (with two labels none of the rows counts, else the first),
    names that point out of the folder. A file that is no CSV in UTF-8, lacks a column (further ones are ignored) or has
    no row is a ValueError.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "labels.csv").write_text("image_names,emergency_or_not\nimages/1.JPG,1.0\n2.jpg,yes\n")
    >>> for name in ("1.jpg", "2.jpg"):
    ...     (folder / name).touch()
    >>> table = read_labels(folder / "labels.csv", folder)
    >>> table.names, table.labels, table.problems
    (['1.jpg'], [1], {'with an unknown label (known: 0 = ordinary, 1 = emergency)': ["line 3: '2.jpg' is 'yes'"]})
    """
    try:
        rows = read_table(path)
    except ValueError as error:
        raise ValueError(f"{short(path)} is {error}; save it again as one.") from error
    columns = [name.strip().lower() for name in rows[0][1]] if rows else []
    missing = [name for name in COLUMNS if name not in columns]
    if missing:
        raise ValueError(
            f"{short(path)} has no column {some(missing)}: found {some(columns) or 'none'}; name the columns "
            f"{' and '.join(COLUMNS)} in its first line."
        )
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


def some(items: list[str], limit: int = 10) -> str:
    """List the first `limit` of many things, and say how many there are.

    >>> some(["a", "b", "c"], limit=2)
    'a, b and 1 more (3 in all)'
    """
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
