"""What is wrong with a set of pictures, before anyone trains on it."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from helpers.datasets.cache import decode_folder
from helpers.datasets.layout import UNLABELLED, LabelTable, number, read_set, short, sides, some
from helpers.datasets.pictures import SUFFIXES, Facts, open_picture
from helpers.datasets.profiles import SETS, choose_profile, data_folder, find_set
from helpers.datasets.splits import contradicting, deal, group_identical, keep_apart, lacking
from helpers.files import litter

NEAR = 6
"""Differing signs, of 64, up to which two pictures are reported as near-duplicates."""
NO_LEAK = "file numbers say nothing certain about labels"


@dataclass
class Leak:
    """Labels that the number in the file name gives away."""

    label: str  # the class that stands alone on one side of the cut
    below: int  # every file number below this one has that label
    count: int  # how many pictures lie there
    guess: float  # share of all labels that one cut through the numbers guesses right, 0..1
    usual: float  # share that always guessing the larger class gets right, 0..1

    def __str__(self) -> str:
        return (
            f"every file number below {self.below} is {self.label} ({self.count} pictures); one cut "
            f"through the numbers guesses {self.guess:.1%} of the labels, the larger class {self.usual:.1%}"
        )


@dataclass
class Audit:
    """The findings of `audit`."""

    title: str  # what was audited
    source: LabelTable  # pictures and labels as read, with the complaints about rows or files
    unreadable: list[tuple[str, str]]  # (name, reason) of files that cannot be decoded
    identical: list[list[str]]  # groups of names of pixel-identical pictures, the contradicting ones included
    across: list[list[str]]  # those of them that stand in several parts of a set that comes split
    contradicting: list[dict[str, str]]  # those of them that carry different labels: {name: label}
    near: list[tuple[str, str, int]]  # (name, name, differing signs of 64) of those that look alike, not identical
    balance: dict[str, int]  # pictures of each class, and those without a label if there are any
    leak: Leak | None  # how far file numbers give labels away; looked for where there are two classes
    outliers: list[tuple[str, str]]  # (name, what is unusual about size, mode, bytes or colours)
    without_row: list[str]  # pictures that no row names
    lacks: str  # which part or class is without a picture once unreadable and contradicting ones are left out, or ""

    @property
    def loadable(self) -> bool:
        """Whether `load_vehicles` or `load_food` takes the set as it is."""
        return not (self.source.problems or self.unreadable or self.lacks)

    @property
    def table(self) -> pd.DataFrame:
        """The findings, with the columns finding, count, detail."""
        csv, count, members = self.source.csv, len(self.source.names), sum(map(len, self.identical))
        distinct = count - len(self.unreadable) - members + len(self.identical)
        where = "rows" if csv else "files"
        rows = [(f"{where} {kind}", len(texts), some(texts)) for kind, texts in self.source.problems.items()]
        rows += [
            ("labelled pictures", count, ", ".join(f"{n} {name}" for name, n in self.balance.items())),
            ("unreadable files", len(self.unreadable), some([f"{n} ({why})" for n, why in self.unreadable])),
            ("identical groups", len(self.identical), f"{members} pictures; {distinct} distinct pictures in all"),
            ("identical across parts", len(self.across), some([" = ".join(group) for group in self.across])),
            ("contradicting labels", len(self.contradicting), "; ".join(map(sides, self.contradicting))),
            ("near-duplicates", len(self.near), some([f"{a} ~ {b}" for a, b, _ in self.near])),
            ("label leak", int(self.leak is not None), str(self.leak or NO_LEAK)),
            ("unusual files", len(self.outliers), some([f"{name} ({why})" for name, why in self.outliers])),
            ("pictures without a row", len(self.without_row), some(self.without_row)),
        ]
        of_others = ("identical across parts",) if csv else ("label leak", "pictures without a row")
        rows = [row for row in rows if row[0] not in of_others]
        return pd.DataFrame(rows, columns=["finding", "count", "detail"])

    def __str__(self) -> str:
        lines = [f"{self.title}: {short(self.source.csv or self.source.pictures)}"]
        for finding, count, detail in self.table.itertuples(index=False):
            lines.append(f"  {count:>5}  {finding}" + (f": {detail}" if detail else ""))
        return "\n".join(lines)

    def picture(self, name: str) -> Image.Image:
        """Open one of the pictures by its file name: at its original size, right side up, as RGB."""
        return open_picture(self.source.pictures / name)


def audit(folder_or_name: str | Path = "vehicles", *, profile: str | None = None) -> Audit:
    """Look for everything that makes a set of labelled pictures untrustworthy: "vehicles", "food11", or a folder.

    A name takes a profile as `load_vehicles` does, a folder must be in the layout of one of the sets. Without such a
    set it is a FileNotFoundError; a label CSV that cannot be used at all is a ValueError.

    >>> audit("no such folder")
    Traceback (most recent call last):
    ...
    FileNotFoundError: there is no folder 'no such folder'; check the path.
    """
    if folder_or_name in [name for entry in SETS for name in (entry.name, entry.real)]:
        name = find_set(folder_or_name).name
        profile = choose_profile(profile, name)
        table, title = read_set(data_folder(name, profile), name), f"{folder_or_name}, profile {profile}"
    else:
        table, title = read_set(Path(folder_or_name)), str(folder_or_name)
    names, labels, classes, parts = table.names, table.labels, table.classes, table.parts
    decoded = decode_folder(table.pictures, names, find_set(table.name).image_sizes[profile or "full"])
    readable = [i for i in range(len(names)) if decoded.facts[i]]
    groups = [[readable[i] for i in group] for group in group_identical([decoded.facts[i].pixels for i in readable])]
    twins = [group for group in groups if len(group) > 1]
    labelled = [[i for i in group if labels[i] != UNLABELLED] for group in twins]
    torn = contradicting(labelled, labels)
    counted = {name: labels.count(i) for i, name in enumerate(classes)} | {"without a label": labels.count(UNLABELLED)}
    there = table.pictures.iterdir() if table.csv else ()
    pictures = {entry.name for entry in there if entry.suffix.lower() in SUFFIXES and not litter(entry.name)}
    shares = find_set("vehicles").shares[profile or "full"]
    chosen = keep_apart(groups, parts, labels)[0] if parts else deal(groups, labels, shares)
    return Audit(
        title=title,
        source=table,
        unreadable=[(names[i], reason) for i, reason in sorted(decoded.unreadable.items())],
        identical=[[names[i] for i in group] for group in twins],
        across=[[names[i] for i in group] for group in twins if parts and len({parts[i] for i in group}) > 1],
        contradicting=[{names[i]: classes[labels[i]] for i in group} for group in torn],
        near=find_near([(names[group[0]], decoded.facts[group[0]].look) for group in groups]),
        balance={name: count for name, count in counted.items() if count or name in classes},
        leak=find_leak(names, labels) if len(classes) == 2 else None,
        outliers=_outliers(table.pictures, {names[i]: decoded.facts[i] for i in readable}) if readable else [],
        without_row=sorted(pictures - table.named),
        lacks=lacking(chosen, labels, classes),
    )


def find_leak(names: list[str], labels: list[int]) -> Leak | None:
    """Find out whether low file numbers are all of one of two classes; None where that could be chance (over 1e-6)."""
    pairs = sorted((number(name), label) for name, label in zip(names, labels, strict=True) if number(name) is not None)
    if not pairs:
        return None
    numbers, sorted_labels = np.array(pairs).T
    first = sorted_labels == sorted_labels[0]
    run, share = int(np.argmin(first)), float(first.mean())
    if share == 1 or share**run > 1e-6:
        return None
    # Guess the first class before a cut and the other from it on: a cut after more of the first than of the other wins.
    ahead = np.where(first, 1, -1).cumsum().max()
    return Leak(
        label=find_set("vehicles").classes[sorted_labels[0]],
        below=int(numbers[run - 1]) + 1,
        count=run,
        guess=1 - share + float(ahead / len(pairs)),
        usual=max(share, 1 - share),
    )


def find_near(looks: list[tuple[str, str]]) -> list[tuple[str, str, int]]:
    """Return the pairs of pictures, given as (name, difference hash), that look alike, with their differing signs."""
    bits = np.array([int(look, 16) for _, look in looks], dtype=np.uint64)
    found = []
    for i in range(len(bits) - 1):
        distances = np.bitwise_count(bits[i + 1 :] ^ bits[i])
        found += [(looks[i][0], looks[i + 1 + j][0], int(distances[j])) for j in np.flatnonzero(distances <= NEAR)]
    return sorted(found, key=lambda pair: pair[2])


def _outliers(folder: Path, facts: dict[str, Facts]) -> list[tuple[str, str]]:
    sizes = {name: (entry.width, entry.height) for name, entry in facts.items()}
    usual_size, times = Counter(sizes.values()).most_common(1)[0]
    usual_mode = Counter(entry.mode for entry in facts.values()).most_common(1)[0][0]
    middle = np.median(list(sizes.values()), axis=0)
    weights = {name: (folder / name).stat().st_size for name in facts}
    usual_weight = float(np.median(list(weights.values())))
    found = {}
    for name, entry in facts.items():
        # Where nine in ten pictures share one size every other is unusual; where sizes vary, half or twice the median.
        ratio = np.array(sizes[name]) / middle
        far = sizes[name] != usual_size if times * 10 > len(facts) * 9 else ratio.min() < 0.5 or ratio.max() > 2
        unusual = {
            f"{entry.width} x {entry.height} pixels": far,
            f"mode {entry.mode}": entry.mode != usual_mode,
            f"only {weights[name]} bytes": weights[name] < usual_weight / 10,
            "nearly one colour": entry.spread < 5,
        }
        found[name] = ", ".join(reason for reason, holds in unusual.items() if holds)
    return [(name, reasons) for name, reasons in found.items() if reasons]
