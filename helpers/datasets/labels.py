"""The label table, every complaint about it, and its reader for a CSV with `image_names` and `emergency_or_not`."""

import csv
import re
from dataclasses import dataclass, field
from pathlib import Path

from helpers.datasets.profiles import find_set

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

        Args:
            title: What the data is called on the command line.

        Raises:
            ValueError: There are problems.

        Example:
            >>> LabelTable("food", None, Path("pictures")).complain("vehicles")
        """
        if not self.problems:
            return
        found = "; ".join(f"{some(rows)} {kind}" for kind, rows in self.problems.items())
        if self.csv:
            raise ValueError(
                f"{short(self.csv)} does not fit its pictures: {found}. Correct these rows, or write a "
                f"cleaned copy without them: python -m course data check {title} --fix"
            )
        raise ValueError(
            f"{self.pictures.name}/ holds files that do not fit: {found}. Name each picture LABEL_INDEX.jpg, its label "
            f"from 0 to {len(self.classes) - 1}, or move it away."
        )


def read_labels(path: Path, pictures: Path) -> LabelTable:
    r"""Read a label CSV and hold it against the folder of pictures.

    Args:
        path: CSV with the columns of `COLUMNS` (further ones are ignored).
        pictures: Folder that holds the files named in it.

    Returns:
        The usable rows, and the problems of the others: unknown labels, rows without a picture, picture names given
        twice, names that point out of the folder.

    Raises:
        ValueError: The file is not a CSV in UTF-8, lacks a column, or has no row.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> _ = (folder / "labels.csv").write_text("image_names,emergency_or_not\n1.jpg,1\n2.jpg,yes\n")
        >>> (folder / "1.jpg").touch()
        >>> table = read_labels(folder / "labels.csv", folder)
        >>> table.names, table.labels, table.problems
        (['1.jpg'], [1], {'with an unknown label (known: 0 = ordinary, 1 = emergency)': ["line 3: '2.jpg' is 'yes'"]})
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            columns = [(name or "").strip() for name in reader.fieldnames or []]
            reader.fieldnames = columns
            rows = [(reader.line_num, row) for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{short(path)} is not a CSV in UTF-8 ({error}); save it again as one.") from error
    missing = [name for name in COLUMNS if name not in columns]
    if missing:
        raise ValueError(
            f"{short(path)} has no column {some(missing)}: found {some(columns) or 'none'}; name the columns "
            f"{' and '.join(COLUMNS)} in its first line."
        )
    if not rows:
        raise ValueError(f"{short(path)} has no row below its first line; get or import the data again.")

    table = LabelTable("vehicles", path, pictures)
    labels = {str(index): index for index in range(len(table.classes))}
    known = ", ".join(f"{index} = {name}" for index, name in enumerate(table.classes))
    unknown = f"with an unknown label (known: {known})"
    outside, absent, twice = "pointing out of the folder", f"without a picture in {pictures.name}/", "given twice"
    present = {entry.name for entry in pictures.iterdir() if entry.is_file()}
    for line, row in rows:
        name, label = ((row[column] or "").strip() for column in COLUMNS)
        if name in table.named:
            problem, text = twice, f"line {line}: {name!r}"
        elif not name or name != Path(name).name or "\\" in name:
            problem, text = outside, f"line {line}: {name!r}"
        elif label not in labels:
            problem, text = unknown, f"line {line}: {name!r} is {label!r}"
        elif name not in present:
            problem, text = absent, f"line {line}: {name!r}"
        else:
            problem = None
            table.add(name, labels[label])
        table.named.add(name)
        if problem:
            table.complain_about(problem, text)
    return table


def some(items: list[str], limit: int = 10) -> str:
    """List the first `limit` of many things, and say how many there are.

    Example:
        >>> some(["a", "b", "c"], limit=2)
        'a, b and 1 more (3 in all)'
    """
    text = ", ".join(items[:limit])
    return f"{text} and {len(items) - limit} more ({len(items)} in all)" if len(items) > limit else text


def short(path: Path) -> str:
    """Name a file by its folder and name alone: short, and the same on every machine.

    Example:
        >>> short(Path("a/b/c.csv"))
        'b/c.csv'
    """
    return f"{path.parent.name}/{path.name}"


def number(name: str) -> int | None:
    """Return the number in a file name (the last one), or None.

    Example:
        >>> number("12.jpg"), number("car.jpg")
        (12, None)
    """
    found = re.findall(r"\d+", Path(name).stem)
    return int(found[-1]) if found else None


def sides(group: dict[str, str]) -> str:
    """Say which pictures of a group, {file name: class name}, carry which label.

    Example:
        >>> sides({"9.jpg": "ordinary", "1.jpg": "emergency", "3.jpg": "ordinary"})
        '1.jpg (emergency) against 3.jpg, 9.jpg (ordinary)'
    """
    by_label = {}
    for name in sorted(group, key=lambda name: (number(name) or 0, name)):
        by_label.setdefault(group[name], []).append(name)
    return " against ".join(f"{', '.join(names)} ({label})" for label, names in by_label.items())
