"""Time how long a submission takes to grade: the class of 20 of the tests, with its endless loops and dead kernels.

python -m tests.benchmarks.grading [--jobs 2]
"""

import argparse
import contextlib
import io
import os
import tempfile
import time
from pathlib import Path

import psutil

from course.__main__ import main as course
from tests.classroom import NAME, STUDENTS, hand_in

CLASS = 200


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=2, help="submissions at a time")
    jobs = parser.parse_args(arguments).jobs
    with tempfile.TemporaryDirectory() as folder:
        hand_in(Path(folder) / "submitted")
        started, before = time.perf_counter(), os.times()
        with contextlib.redirect_stdout(io.StringIO()) as said:
            course(["grade", NAME, "--folder", folder, "--jobs", str(jobs)])
        seconds, after = time.perf_counter() - started, os.times()
        if said.getvalue().count("NOT GRADED") != 2:  # the broken file, on the way and below the table, and nobody else
            raise SystemExit(f"the class was not graded as it should be:\n{said.getvalue()}")
    busy = after.children_user + after.children_system - before.children_user - before.children_system
    each, minutes = seconds / len(STUDENTS), seconds / len(STUDENTS) * CLASS / 60
    cores = f"{os.cpu_count()} cores (load {psutil.getloadavg()[0]:.1f})"
    print(f"{len(STUDENTS)} submissions of {NAME}, {jobs} at a time on {cores}:")
    print(f"{seconds:.0f} s, {each:.1f} s a submission ({busy / len(STUDENTS):.1f} processor seconds)")
    print(f"a class of {CLASS} like this one: {minutes:.0f} minutes")


if __name__ == "__main__":
    main()
