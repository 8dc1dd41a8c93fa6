"""Rank files of predictions against the truth, and say which differences are real."""

import re
from itertools import combinations
from pathlib import Path

import pandas as pd
import torch

from helpers.evaluation import Evaluation, compare
from helpers.files import read_table, walk

HEADER = ["id", "category"]
MOST_BYTES = 20_000_000


def csv_files(folder: Path) -> list[Path]:
    """Return all CSV files in a folder and below, by name, without what file managers leave behind.

    Args:
        folder: Where to look; links to folders are not followed.

    Returns:
        Paths.

    Example:
        >>> csv_files(Path("nowhere"))
        []
    """
    return [folder / name for name in walk(folder) if name.lower().endswith(".csv")]


def read_categories(path: Path) -> dict[str, int]:
    """Read a CSV of Id and Category without trust in it, whatever an editor or spreadsheet made of it.

    Args:
        path: A table with the header ``Id,Category``. Ids are compared as numbers: 0007 is 7, as a spreadsheet makes of
            it; a category may be written 1 or, as pandas does, 1.0.

    Returns:
        The category of each id, in the order of the file.

    Raises:
        ValueError: The file is malformed; the message is the reason, with the line.
        OSError: It cannot be opened.

    Example:
        >>> read_categories(Path(__file__))
        Traceback (most recent call last):
        ...
        ValueError: line 1: the header is not Id,Category
    """
    if not path.is_file():  # a named pipe would keep us waiting for ever
        raise ValueError("not a regular file, or a link to nothing")
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"{path.stat().st_size:,} bytes, which is more than any submission needs")
    rows = read_table(path)
    if not rows or [cell.strip().lower() for cell in rows[0][1]] != HEADER:
        raise ValueError("line 1: the header is not Id,Category")
    categories: dict[str, int] = {}
    for line, row in rows[1:]:
        if len(row) != 2:
            raise ValueError(f"line {line}: {len(row)} values instead of 2")
        name, category = row[0].strip(), row[1].strip()
        name = name.lstrip("0") or "0" if name.isascii() and name.isdigit() else name
        if not re.fullmatch(r"[0-9]{1,9}([.,]0*)?", category):
            raise ValueError(f"line {line}: category {category[:20]!r} is not a whole number from 0 on")
        if name in categories:
            raise ValueError(f"line {line}: id {name[:20]!r} a second time")
        categories[name] = int(re.split("[.,]", category)[0])
    if not categories:
        raise ValueError("no rows below the header")
    return categories


def submission(path: Path, truth: dict[str, int], classes: int) -> Evaluation:
    """Read one submission and hold it against the truth.

    Args:
        path: The file.
        truth: The right category of each id.
        classes: Number of classes.

    Returns:
        An `Evaluation` over the ids of the truth, in its order.

    Raises:
        ValueError: The file is malformed; the message is the reason.
        OSError: It cannot be opened.
    """
    said = read_categories(path)
    for what, names in (
        ("missing, first", [name for name in truth if name not in said]),
        ("unknown, first", [name for name in said if name not in truth]),
        (f"of a category above {classes - 1}, first", [name for name in said if said[name] >= classes]),
    ):
        if names:
            raise ValueError(f"{len(names)} id(s) {what} {names[0][:20]!r}")
    answers = torch.tensor([said[name] for name in truth])
    labels = torch.tensor(list(truth.values()))
    return Evaluation(torch.eye(classes)[answers], labels, [str(label) for label in range(classes)])


def leaderboard(submissions: dict[str, Evaluation]) -> pd.DataFrame:
    """Rank submissions by accuracy, and say which ranks the data leave open for each.

    The possible ranks of a submission go from one behind all that are really better to one before all that are really
    worse (Mogstad, Romano, Shaikh and Wilhelm, *Inference for ranks*, Review of Economic Studies 91, 2024). Really:
    by the exact McNemar test of the pair, at the 5 % level for all pairs together (Holm, 1979).

    Args:
        submissions: Evaluations of the same pictures by name.

    Returns:
        A table, best first, with the columns rank, submission, accuracy, low, high (percent) and possible ranks.

    Example:
        >>> labels = torch.zeros(9, dtype=torch.int64)
        >>> good, bad = (Evaluation(torch.eye(2)[labels + wrong], labels, ["a", "b"]) for wrong in (0, 1))
        >>> leaderboard({"bad": bad, "good": good})["submission"].tolist()
        ['good', 'bad']
    """
    names = sorted(submissions, key=lambda name: (-submissions[name].accuracy, name))
    pairs = {(a, b): compare(submissions[a], submissions[b]) for a, b in combinations(names, 2)}
    better, worse = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    # Holm: the smallest p of m against 5 % / m, the next against 5 % / (m - 1), and so on until one fails.
    for done, (a, b) in enumerate(sorted(pairs, key=lambda pair: pairs[pair].p_value)):
        if pairs[a, b].p_value * (len(pairs) - done) >= 0.05:
            break
        better[b] += 1
        worse[a] += 1
    rows = []
    for name in names:
        one = submissions[name]
        low, high = one.interval
        first, last = 1 + better[name], len(names) - worse[name]
        rows.append(
            {
                "rank": 1 + sum(other.accuracy > one.accuracy for other in submissions.values()),
                "submission": name,
                "accuracy": round(100 * one.accuracy, 2),
                "low": round(100 * low, 1),
                "high": round(100 * high, 1),
                "possible ranks": f"{first}" if first == last else f"{first} to {last}",
            }
        )
    return pd.DataFrame(rows)
