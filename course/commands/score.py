"""`python -m course score`: rank files of predictions against the truth, and say which differences are real."""

import argparse
import sys
from pathlib import Path

from course.grading.leaderboard import csv_files, leaderboard, read_categories, submission


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `score` and its arguments to the command line."""
    parser = subparsers.add_parser(
        "score",
        description="Rank every CSV file in FOLDER and below it (header Id,Category) by its accuracy. A file that is "
        "no valid submission is named with the reason on stderr, the others are ranked all the same, and the exit code "
        "is 1. `possible ranks` are those that the data leave open: paired tests between all submissions, together at "
        "the 5 %% level.",
        epilog="example: python -m course score submitted --truth truth.csv --output leaderboard.csv",
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
