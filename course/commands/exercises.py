"""`python -m course exercises`: make the students' notebooks out of the solutions."""

import argparse
import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

from course.checks.packed import SOLUTIONS, pack
from helpers.files import ROOT, write_text

SOURCES, RELEASE = ROOT / "notebooks" / "solutions", ROOT / "notebooks" / "exercises"
MARKED = re.compile(r"^[ \t]*### (BEGIN|END) SOLUTION[ \t]*\n?", re.MULTILINE)


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `exercises` and its option to the command line."""
    parser = subparsers.add_parser(
        "exercises",
        description="nbgrader takes answers and hidden tests out of notebooks/solutions/NN_topic/NN_topic.ipynb; what "
        "`check.q1.solution()` shows is taken from there, too. Needs `pip install -r requirements-instructors.txt`.",
    )
    parser.add_argument("--output", type=Path, default=RELEASE, metavar="DIR", help="instead of notebooks/exercises")
    parser.add_argument("--packed", type=Path, default=SOLUTIONS, metavar="FILE", help=argparse.SUPPRESS)


def main(args: argparse.Namespace) -> int:
    """Make the exercises that `args` asks for.

    Args:
        args: What `add_parser` defines.

    Returns:
        0, or nbgrader's exit code, after its own words.

    Raises:
        OSError: nbgrader is not installed.
    """
    if importlib.util.find_spec("nbgrader") is None:
        raise OSError("nbgrader is not installed; run `pip install -r requirements-instructors.txt` first.")
    for source in sources():
        command = [sys.executable, "-m", "nbgrader", "generate_assignment", source.stem, "--no-db", "--force"]
        command += [f"--CourseDirectory.release_directory={args.output.resolve()}", "--log-level=ERROR"]
        done = subprocess.run(command, cwd=ROOT, check=False)
        if done.returncode:
            return done.returncode
        print(f"made {args.output / source.stem / source.name}")
    write_text(args.packed, json.dumps(packed_solutions(), indent=1) + "\n")
    return 0


def sources() -> list[Path]:
    """Return the notebooks with the answers, in reading order."""
    return sorted(SOURCES.glob("*/*.ipynb"))


def packed_solutions() -> dict[str, str]:
    """Return the answer of each question by the question's name, such as "baseline.q1", packed."""
    found = {}
    for path in sources():
        module = re.sub(r"^\d+_", "", path.stem)
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
            if grade_id.endswith("-answer"):
                answer = MARKED.sub("", "".join(cell["source"]))
                found[f"{module}.{grade_id.removesuffix('-answer')}"] = pack(answer)
    return found
