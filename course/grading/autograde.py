"""Grade what a class handed in, one submission after the other in nbgrader, and gather the marks."""

import contextlib
import csv
import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

import nbformat
import psutil

from course.grading.submissions import read, restore
from helpers.files import ROOT, walk, write_whole

LONGEST = 900  # seconds for one submission, come what may; the time-outs of nbgrader_config.py end it long before


@dataclass
class Group:
    """The folders of one assignment of a class, and the seconds that nbgrader gets for one submission."""

    assignment: str
    folder: Path
    longest: float = LONGEST

    def place(self, step: str, student: str = ".") -> Path:
        """Return the folder of one student in one step of the work."""
        return self.folder / step / student / self.assignment

    @property
    def notebook(self) -> str:
        """The notebook's file name."""
        return f"{self.assignment}.ipynb"

    @property
    def database(self) -> str:
        """The gradebook's address; who finds it locked waits a minute."""
        return f"sqlite:///{self.folder / 'gradebook.db'}?timeout=60"


@dataclass
class Row:
    """What is known of one student: marks by question (None where a person must give them), or why there are none."""

    student: str
    state: str = "graded"
    marks: dict[str, float | None] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def release(group: Group) -> None:
    """Let nbgrader read tests, points and the students' version from the source."""
    code, log = nbgrader(group, group.place("logs") / "release.log", "generate_assignment", group.assignment, "--force")
    if code:
        raise ValueError(
            f"nbgrader cannot make {group.assignment} ({reason(log)}); where its questions have changed since grading "
            f"began, move {group.folder / 'gradebook.db'} away and grade anew."
        )


def grade(group: Group, student: str, options: list[str], *, force: bool = False) -> Row:
    """Grade one student's notebook.

    Args:
        group: Where everything lies.
        student: The name of the student's folder.
        options: More options for nbgrader.
        force: Whether to grade again what is graded.

    Returns:
        The row of the student, still without marks.
    """
    row = Row(student.encode(errors="backslashreplace").decode())  # a folder's name need not be text
    if not group.place("submitted", student).is_dir():
        row.state = "nothing handed in"
        return row
    graded, restored = (group.place(step, student) / group.notebook for step in ("autograded", "restored"))
    log, done = (group.place("logs") / f"{student}.{kind}" for kind in ("log", "sha256"))
    try:
        if row.student != glob.escape(student).strip():
            raise ValueError(
                "nbgrader takes no *, ? or [ in a name, no blank at its ends, only text; rename the folder"
            )
        found = find(group, student)
        # No date: it may be that of the last change at home. The file is written last, so that a stop shows.
        content = fingerprint(group.place("submitted", student), found)
        if force or not (graded.exists() and done.exists() and done.read_text() == content):
            done.unlink(missing_ok=True)
            for step in ("autograded", "feedback"):
                shutil.rmtree(group.place(step, student), ignore_errors=True)
            prepare(group, student, found)
            only = f'--student="{student}"'  # in quotes, or nbgrader would take 123 for a number
            code, said = nbgrader(group, log, "autograde", group.assignment, only, "--force", *options)
            if code:
                raise ValueError(f"{reason(said)} (all of it: {log})")
            done.write_text(content)
        row.notes = [*nbformat.read(restored, 4).metadata.get("notes", []), *stops(graded)]
    except Exception as error:  # one submission, whatever is wrong with it, must not stop the others
        row.state = f"NOT GRADED: {error}"
        shutil.rmtree(group.place("autograded", student), ignore_errors=True)
    return row


def feedback(group: Group, rows: list[Row]) -> None:
    """Let nbgrader write a page for each student, anew each time: marks that a person gave stand in it, too."""
    graded = [row for row in rows if row.state == "graded"]
    if graded:
        all_of_them = replace(group, longest=group.longest * len(graded))
        nbgrader(all_of_them, group.place("logs") / "feedback.log", "generate_feedback", group.assignment, "--force")
    for row in graded:
        if not (group.place("feedback", row.student) / f"{group.assignment}.html").exists():
            row.notes.append(f"no feedback could be written (see {group.place('logs') / 'feedback.log'})")


def find(group: Group, student: str) -> Path:
    """Return the notebook that a student handed in: the one with the right name, else the only one."""
    folder = group.place("submitted", student)
    found = [folder / name for name in walk(folder) if name.endswith(".ipynb")]
    named = [path for path in found if path == folder / group.notebook]
    if len(named or found) != 1:
        names = ", ".join(path.name for path in found) or "no notebook"
        raise ValueError(f"found {names}; keep one notebook, best named {group.notebook}")
    return (named or found)[0]


def beside(folder: Path) -> list[Path]:
    """Return what was handed in along with a notebook, as paths below the folder."""
    found = [name for name in walk(folder) if not name.endswith(".ipynb")]
    return [Path(name) for name in found if (folder / name).is_file() and not (folder / name).is_symlink()]


def fingerprint(folder: Path, notebook: Path) -> str:
    """Return a hash of all that a student's marks depend on."""
    found = hashlib.sha256(notebook.read_bytes())
    for path in beside(folder):
        found.update(os.fsencode(path) + (folder / path).read_bytes())
    return found.hexdigest()


def prepare(group: Group, student: str, found: Path) -> None:
    """Write what nbgrader gets to see: the answers in a fresh copy of the exercise, and what lay beside them."""
    notebook, notes = restore(read(found), nbformat.read(group.place("release") / group.notebook, 4))
    if found.name != group.notebook:
        notes.insert(0, f"the file was named {found.name}")
    source, target = group.place("submitted", student), group.place("restored", student)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for path in beside(source):
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / path, target / path)
        if path.suffix == ".py":
            notes.append(f"{path.as_posix()} was handed in, too, and can be imported (look at it)")
    notebook.metadata["notes"] = notes
    nbformat.write(notebook, target / group.notebook)


def nbgrader(group: Group, log: Path, *command: str) -> tuple[int, str]:
    """Run nbgrader in our folders; write what it said to a file, and return it with the exit code."""
    folders = {name: group.folder / name for name in ("release", "autograded", "feedback")}
    folders["submitted"] = group.folder / "restored"
    places = [f"--CourseDirectory.{name}_directory={path}" for name, path in folders.items()]
    line = [sys.executable, "-m", "nbgrader", *command, *places, f"--CourseDirectory.db_url={group.database}"]
    log.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch, log.open("wb") as file:
        # One thread a kernel: as many kernels as cores run beside each other. Drawn pictures, and no real ledger.
        settings = {"OMP_NUM_THREADS": "1", "COURSE_DATA": "sample", "COURSE_LEDGER": f"{scratch}/ledger.csv"}
        for name in ("COURSE_FOOD_DIR", "COURSE_VEHICLES_DIR"):  # kernels start in another folder
            if os.environ.get(name):
                settings[name] = os.path.abspath(os.environ[name])
        process = subprocess.Popen(line, cwd=ROOT, env=os.environ | settings, stdout=file, stderr=file)
        try:
            code = process.wait(group.longest)
        except subprocess.TimeoutExpired:
            for child in [*psutil.Process(process.pid).children(recursive=True), process]:
                with contextlib.suppress(psutil.NoSuchProcess):  # it ended by itself meanwhile
                    child.kill()
            process.wait()
            return 1, f"ERROR] it was stopped after {group.longest} seconds"
    return code, log.read_text(encoding="utf-8", errors="replace")


def reason(log: str) -> str:
    r"""Return what a log of nbgrader says was wrong, in a line.

    Example:
        >>> reason("[Autograde | ERROR] Traceback (most recent call last):\n    KeyError: 'q1'\n[Autograde | ERROR] x")
        "KeyError: 'q1'"
    """
    errors = re.findall(r"^\s*(\w[\w.]*(?:Error|Exception)\b.*)$", log, re.MULTILINE)
    errors = errors or re.findall(r"(?:ERROR|CRITICAL)\] (.*)$", log, re.MULTILINE)
    return errors[-1][:200] if errors else "nbgrader stopped without a word"


def stops(path: Path) -> list[str]:
    """Return what stopped in a notebook that was run: time-outs, and cells that took the kernel with them."""
    known = {
        "DeadKernelError": "the kernel died in {}",
        "CellTimeoutError": "{} took too long",
        "NotebookTimeoutError": "{} was not run, the time was used up",
    }
    notes = []
    for cell in nbformat.read(path, 4).cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "a cell of their own")
        names = [output.get("ename") for output in cell.get("outputs", [])]
        notes += [known[error].format(name) for error in names if error in known]
    return notes


def read_marks(group: Group, rows: list[Row]) -> None:
    """Fill in the marks from the gradebook, where a person may have changed them."""
    from nbgrader.api import Gradebook, MissingEntry

    with Gradebook(group.database, "image-classifier") as book:
        for row in rows:
            if row.state != "graded":
                continue
            try:
                graded = book.find_submission_notebook(group.assignment, group.assignment, row.student).grades
            except MissingEntry:
                row.state = "NOT GRADED: it is not in the gradebook; grade with --force"
                continue
            for mark in sorted(graded, key=lambda mark: mark.name):
                name = mark.name.partition("-")[0]
                known = mark.auto_score is not None or mark.manual_score is not None
                # Asked for again where a person marked what was handed in before. The score holds extra credit, too.
                row.marks[name] = mark.score if known and not mark.needs_manual_grade else None
                if not known and not mark.needs_manual_grade:
                    row.state = f"NOT GRADED: nbgrader gave no mark for {name}"


def write_marks(group: Group, rows: list[Row]) -> Path:
    """Write one line a student; an open question stays empty until a person has given its mark."""
    path = group.folder / "marks" / f"{group.assignment}.csv"
    path.parent.mkdir(exist_ok=True)
    with write_whole(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["student", *questions(rows), "total", "state", "notes"])
        for row in rows:
            table.writerow([row.student, *shown(row, questions(rows)), row.state, "; ".join(row.notes)])
    return path


def questions(rows: list[Row]) -> list[str]:
    """Return the questions of an assignment in order.

    Example:
        >>> questions([Row("ana", marks={"q1": 2.0, "q2": None}), Row("ben")])
        ['q1', 'q2']
    """
    return sorted({name for row in rows for name in row.marks})


def shown(row: Row, names: list[str]) -> list[str]:
    """Return the marks and their sum as they are written: nothing where one is not known yet.

    Example:
        >>> shown(Row("ana", marks={"q1": 2.0, "q2": 0.5}), ["q1", "q2"])
        ['2', '0.5', '2.5']
        >>> shown(Row("ben", marks={"q1": 2.0, "q2": None}), ["q1", "q2"])
        ['2', '', '']
    """
    marks = [row.marks.get(name) for name in names]
    total = None if None in marks or not marks else sum(marks)
    return ["" if value is None else f"{value:g}" for value in [*marks, total]]


def report(rows: list[Row]) -> str:
    """Return the table of the marks, and below it all that a person should know or look at.

    Example:
        >>> print(report([Row("ana", marks={"q1": 2.0}), Row("ben", "NOT GRADED: it is empty")]))
        student  q1  total
        ana      2   2
        ben
        <BLANKLINE>
        ben: NOT GRADED: it is empty
    """
    names = questions(rows)
    lines = [["student", *names, "total"], *([row.student, *shown(row, names)] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    table = ["  ".join(f"{text:<{width}}" for text, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    said = [f"{row.student}: {row.state}" for row in rows if row.state != "graded"]
    said += [f"{row.student}: {note}" for row in rows for note in row.notes]
    return "\n".join([*table, "", *said]).rstrip()
