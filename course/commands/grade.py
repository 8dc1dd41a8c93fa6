"""`python -m course grade`: grade what students handed in, with nbgrader, several at a time."""

import argparse
import importlib.util
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from course.commands.exercises import sources
from course.grading import autograde
from course.grading.autograde import LONGEST, Group
from helpers.files import ROOT


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `grade` and its options to the command line."""
    parser = subparsers.add_parser(
        "grade",
        description="Grade grading/submitted/STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb of every student with nbgrader; write "
        "feedback and grading/marks/ASSIGNMENT.csv. What is graded already is graded anew only where something else is "
        "handed in. A submission that cannot be graded is named with the reason, the others are graded all the same, "
        "and the exit code is 1. THIS RUNS THE STUDENTS' CODE on this machine, as you; notebooks/solutions/README.md "
        "says how to contain it.",
        epilog="example: python -m course grade 01_baseline --jobs 2",
    )
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="such as 01_baseline")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="submissions at a time (cores)"
    )
    parser.add_argument("--timeout", type=int, metavar="SECONDS", help="for one cell (60)")
    parser.add_argument("--force", action="store_true", help="grade everything anew")
    parser.add_argument("--folder", type=Path, default=ROOT / "grading", metavar="DIR", help="instead of grading")


def main(args: argparse.Namespace) -> int:
    """Grade the assignment that `args` names.

    Args:
        args: What `add_parser` defines.

    Returns:
        0, or 1 when a submission could not be graded.

    Raises:
        ValueError: There is no such assignment, or it has changed since grading began.
        OSError: nbgrader is not installed, or nothing was handed in.
    """
    if importlib.util.find_spec("nbgrader") is None:
        raise OSError("nbgrader is not installed; run `pip install -r requirements-instructors.txt` first.")
    known = [path.stem for path in sources()]
    if args.assignment not in known:
        raise ValueError(f"there is no assignment {args.assignment!r}; take one of {', '.join(known)}.")
    group = Group(args.assignment, args.folder.resolve(), max(LONGEST, 15 * (args.timeout or 0)))
    submitted = group.folder / "submitted"
    students = sorted(path.name for path in submitted.glob("[!.]*") if path.is_dir())
    if not students:
        place = submitted / "STUDENT" / group.assignment / group.notebook
        raise FileNotFoundError(f"nothing was handed in; put each student's notebook at {place}.")
    autograde.release(group)
    options = [] if args.timeout is None else [f"--Execute.timeout={args.timeout}"]
    started = time.monotonic()
    with ThreadPoolExecutor(max(1, args.jobs)) as pool:
        done = [pool.submit(autograde.grade, group, student, options, force=args.force) for student in students]
        rows = []
        try:
            for number, result in enumerate(done, start=1):
                rows.append(result.result())
                print(f"{number} of {len(students)}: {rows[-1].student}: {rows[-1].state}", flush=True)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # or Ctrl-C would begin with all that are left
    autograde.read_marks(group, rows)
    autograde.feedback(group, rows)
    path = autograde.write_marks(group, rows)
    seconds = time.monotonic() - started
    print(f"\n{autograde.report(rows)}\n\nStudents: {len(rows)}; seconds: {seconds:.0f}; marks: {path}")
    return int(any(row.state.startswith("NOT GRADED") for row in rows))
