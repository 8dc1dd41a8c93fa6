"""`python -m helpers score`: rank files of predictions against the truth, and say which differences are real."""

import argparse
import csv
import os
import sys
from itertools import combinations
from pathlib import Path

import pandas as pd
import torch

from helpers.datasets.folders import litter
from helpers.evaluation import Evaluation, compare

HEADER = ["Id", "Category"]
MOST_BYTES = 20_000_000


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `score` and its arguments to the command line."""
    parser = subparsers.add_parser(
        "score",
        help="rank submitted predictions, with intervals",
        description="Rank every CSV file in FOLDER and below it (header Id,Category) by its accuracy. A file that is "
        "no valid submission is named with the reason on stderr, the others are ranked all the same, and the exit code "
        "is 1. `possible ranks` are those that the data leave open: paired tests between all submissions, together at "
        "the 5 %% level.",
        epilog="example: python -m helpers score submitted --truth truth.csv --output leaderboard.csv",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="holds the submissions, also in folders below")
    parser.add_argument("--truth", type=Path, required=True, metavar="FILE", help="CSV with the header Id,Category")
    parser.add_argument("--classes", type=int, metavar="N", help="number of classes (largest category in FILE, plus 1)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the table to this CSV file too")


def main(args: argparse.Namespace) -> int:
    """Print the leaderboard that `args` asks for.

    Args:
        args: What `add_parser` defines.

    Returns:
        0, or 1 when a file was no valid submission.

    Raises:
        ValueError: The truth is no valid file, or there is nothing to rank.
        OSError: The folder or the truth is missing.
    """
    if not args.folder.is_dir():
        raise NotADirectoryError(f"{args.folder} is no folder; name the one that holds the submissions.")
    if args.output and args.output.suffix != ".csv":
        raise ValueError(f"{args.output} does not end in .csv; give the table such a name.")
    try:
        truth = read_categories(args.truth)
    except ValueError as error:
        raise ValueError(f"the truth cannot be used: {args.truth}: {error}.") from error
    classes = max(truth.values()) + 1 if args.classes is None else args.classes
    if max(truth.values()) >= classes:
        raise ValueError(f"{args.truth} has category {max(truth.values())}, and --classes is {classes}; correct one.")
    not_meant = {path.resolve() for path in (args.truth, args.output) if path}
    files = [path for path in csv_files(args.folder) if path.resolve() not in not_meant]
    if not files:
        raise FileNotFoundError(f"{args.folder} holds no CSV file; name the folder that holds the submissions.")

    valid, refused = {}, {}
    for path in files:
        # A file name need not be text that a terminal, or the table's file, can hold.
        name = path.relative_to(args.folder).as_posix().encode(errors="backslashreplace").decode()
        try:
            valid[name] = submission(path, truth, classes)
        except (ValueError, OSError) as error:
            refused[name] = str(error)
    if valid:
        table = leaderboard(valid)
        print(table.to_string(index=False))
        if args.output:
            table.to_csv(args.output, index=False)
    for name, reason in refused.items():
        print(f"not ranked: {name}: {reason}", file=sys.stderr)
    return int(bool(refused))


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
    found = []
    for place, below, names in os.walk(folder):
        below[:] = [name for name in below if not litter(name)]
        found += [Path(place, name) for name in names if name.lower().endswith(".csv") and not litter(name)]
    return sorted(found)


def read_categories(path: Path) -> dict[str, int]:
    """Read a CSV of Id and Category without trust in it.

    Args:
        path: UTF-8 text with the header ``Id,Category``. Ids are compared as numbers: 0007 is 7, as a spreadsheet
            makes of it.

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
    categories: dict[str, int] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file)
            if next(rows, None) != HEADER:
                raise ValueError("line 1: the header is not Id,Category")
            for row in rows:
                if not row:
                    continue
                line = f"line {rows.line_num}"
                if len(row) != 2:
                    raise ValueError(f"{line}: {len(row)} values instead of 2")
                name, category = row[0].strip(), row[1].strip()
                name = name.lstrip("0") or "0" if name.isascii() and name.isdigit() else name
                if not (category.isascii() and category.isdigit() and len(category) < 10):
                    raise ValueError(f"{line}: category {category[:20]!r} is not a whole number from 0 on")
                if name in categories:
                    raise ValueError(f"{line}: id {name[:20]!r} a second time")
                categories[name] = int(category)
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"not a text file of comma-separated values ({error})") from error
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
