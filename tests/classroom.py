"""A class of 20 who hand in exercise 01, each in a way of their own, and the marks that each has earned."""

import copy
import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from course.commands.exercises import MARKED, RELEASE, SOURCES

NAME = "01_baseline"
ALL, NONE = (2, 2, 3), (0, 0, 0)


def exercise(name=NAME):
    return nbformat.read(RELEASE / name / f"{name}.ipynb", as_version=4)


def solved(name=NAME):
    notebook = exercise(name)
    answers = nbformat.read(SOURCES / name / f"{name}.ipynb", as_version=4)
    for cell, source in zip(notebook.cells, answers.cells, strict=True):
        if source.metadata.get("nbgrader", {}).get("solution"):
            cell.source = MARKED.sub("", source.source)
    return notebook


def cell(notebook, grade_id):
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def place(notebook, grade_id):
    return notebook.cells.index(cell(notebook, grade_id))


def answering(**sources):
    """The solved exercise with other answers: answering(q1="def accuracy(batches): ...")."""
    notebook = solved()
    for question, source in sources.items():
        cell(notebook, f"{question}-answer").source = source
    return notebook


CALLS = """
import json, runpy, sys
from nbgrader.apps import NbGraderApp
for words in json.loads(sys.argv[1]):
    sys.argv = ["nbgrader", *words]
    runpy.run_module("nbgrader", run_name="__main__")
    NbGraderApp.clear_instance()
"""


def call_nbgrader(folder, *commands):
    """Do what `python -m nbgrader` does for one command after the other, in one process: its imports take seconds."""
    done = subprocess.run(
        [sys.executable, "-c", CALLS, json.dumps(commands)], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def write(notebook, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")  # as it is: nbformat would mend or refuse it


def partly():
    reshape = cell(exercise(), "q2-found").source.replace("as_found", "to_network")
    notebook = answering(q2=reshape, q4="*Your answer.*")
    cell(notebook, "q3-answer").source = cell(exercise(), "q3-answer").source
    return notebook


def deleted_cells():
    notebook = solved()
    lost = ("setup", "q1-test", "q2-found", "q2-answer", "q2-test", "q3-test", "q3-run", "q4-answer")
    notebook.cells = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") not in lost]
    return notebook


def doubled_ids():
    notebook = solved()
    again = copy.deepcopy(cell(notebook, "q1-answer"))
    again.source = "def accuracy(batches):\n    return 0.5"
    test = copy.deepcopy(cell(notebook, "q3-test"))
    notebook.cells.insert(place(notebook, "q1-answer"), again)
    notebook.cells.insert(0, test)
    return notebook


def tampered_tests():
    notebook = exercise()
    for question in ("q1", "q2", "q3"):
        cell(notebook, f"{question}-test").source = "print('right')"
    cell(notebook, "setup").source += "\ntorch.allclose = lambda *_, **__: True"
    return notebook


def tampered_metadata():
    """Answers question 1, and writes itself a better world."""
    notebook = exercise()
    cell(notebook, "q1-answer").source = cell(solved(), "q1-answer").source
    cell(notebook, "q1-test").metadata.nbgrader.update(points=100)
    cell(notebook, "q2-test").metadata.nbgrader.update(grade=False, locked=False, solution=True)
    cell(notebook, "q3-test").metadata.nbgrader.update(grade_id="q1-answer", points=-3, schema_version=99)
    cell(notebook, "q4-answer").metadata.nbgrader.update(points="many", grade_id=7, checksum=None)
    notebook.cells.append(
        new_code_cell("1 + 1", metadata={"nbgrader": {"grade": True, "grade_id": "q9", "points": 50}})
    )
    notebook.metadata.kernelspec = {"name": "always_right", "display_name": "Always right", "language": "python"}
    return notebook


def from_colab():
    """No cell ids, an older minor version, metadata of its own."""
    notebook = solved()
    notebook.nbformat_minor = 0
    notebook.metadata = nbformat.from_dict({"colab": {"provenance": []}, "kernelspec": {"name": "python3"}})
    for number, each in enumerate(notebook.cells):
        each.metadata.id = f"x{number}"
        del each["id"]
    return notebook


def from_vs_code():
    """No nbgrader metadata, other ids; the open question answered in a new cell below."""
    notebook = solved()
    answer = cell(notebook, "q4-answer")
    notebook.cells.append(new_markdown_cell(answer.source))
    answer.source = cell(exercise(), "q4-answer").source
    for number, each in enumerate(notebook.cells):
        each.metadata = nbformat.from_dict({"vscode": {"languageId": "python"}})
        each.id = f"code-{number}"
    return notebook


def old_format():
    return nbformat.convert(solved(), 3)


def in_other_cells():
    """Stubs left alone, answers in cells of their own: one helper above, one far below."""
    notebook = exercise()
    answers = [cell(solved(), f"{question}-answer").source for question in ("q1", "q2", "q3")]
    notebook.cells.insert(
        place(notebook, "q1-answer"), new_code_cell(answers[0].replace("return right", "return over"))
    )
    cell(notebook, "q1-answer").source = "def accuracy(batches):\n    return count(batches)"
    notebook.cells.insert(2, new_code_cell(answers[0].replace("def accuracy", "def count")))
    notebook.cells.append(new_code_cell(answers[1] + "\n\n\n" + answers[2]))
    return notebook


def rebound_names():
    """Wrong answers to questions 1 and 3, and names of Python that would make their tests pass and stay there."""
    faked = "from types import SimpleNamespace as Said\n\n\n"
    faked += "def experiment(train, seeds):\n    return Said(n=3, difference=0, p_value=0)"
    rebound = "any = abs = lambda _: 0\nglobals = dict\nfloat = lambda _, said=iter([1 / 3, 1]): next(said)"
    return answering(
        q1=rebound + "\n\n\ndef accuracy(batches):\n    return 0.5",
        q2="check = check.q1(accuracy)\n\n\n" + cell(solved(), "q2-answer").source,
        q3=faked,
    )


RIGHT_Q1 = cell(solved(), "q1-answer").source
WARNS = RIGHT_Q1.replace(
    "    right =", "    import sys, warnings\n    warnings.warn('old')\n    print('!', file=sys.stderr)\n    right =", 1
)
LOOP = "def accuracy(batches):\n    while True:\n        pass"
DEAF = """
def accuracy(batches):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
"""
TALKS = "def accuracy(batches):\n    while True:\n        print('x' * 80)"
DIES = "import os, signal\n\n\ndef to_network(pictures):\n    os.kill(os.getpid(), signal.SIGKILL)"
LEAVES = "exit()\n\n\ndef to_network(pictures):\n    import os\n    os._exit(0)"

# Who, what they hand in, the marks of questions 1 to 3, whether question 4 waits for a person, words of a note.
STUDENTS = [
    ("right", solved, ALL, True, None),
    ("unattempted", exercise, NONE, False, None),
    ("partly", partly, (2, 0, 0), False, None),
    ("syntax-error", lambda: answering(q1="def accuracy(batches)\n    return 1"), (0, 2, 3), True, None),
    ("0042", lambda: answering(q1=WARNS), ALL, True, None),
    ("endless-loop", lambda: answering(q1=LOOP), (0, 2, 3), True, "q1-test took too long"),
    ("endless-and-deaf", lambda: answering(q1=DEAF), (0, 2, 3), True, "q1-test took too long"),
    ("endless-printing", lambda: answering(q1=TALKS), (0, 2, 3), True, "q1-test took too long"),
    ("kernel-killer", lambda: answering(q2=DIES), (2, 0, 3), True, "the kernel died in q2-test"),
    ("leaves", lambda: answering(q2=LEAVES), (2, 0, 3), True, None),
    ("deleted-cells", deleted_cells, (2, 0, 3), False, "q2-answer was missing"),
    ("doubled-ids", doubled_ids, ALL, True, "q1-answer is there 2 times"),
    ("tampered-tests", tampered_tests, NONE, False, "q2-test was changed"),
    ("tampered-metadata", tampered_metadata, (2, 0, 0), False, None),
    ("rebound-names", rebound_names, (0, 2, 0), True, None),
    ("from-colab", from_colab, ALL, True, None),
    ("from-vs-code", from_vs_code, ALL, True, "q4-answer does not hold the answer"),
    ("old-format", old_format, ALL, True, None),
    ("ann o'neil\u00a0ü", in_other_cells, ALL, False, "q3-answer does not hold the answer"),
    ("broken-file", None, None, False, "cannot be read as a notebook"),
]


def hand_in(folder: Path) -> None:
    """Write what the class hands in: folder/STUDENT/01_baseline/01_baseline.ipynb, and what else they did."""
    for student, make, *_ in STUDENTS:
        if make:
            write(make(), folder / student / NAME / f"{NAME}.ipynb")
    broken = folder / "broken-file" / NAME / f"{NAME}.ipynb"
    broken.parent.mkdir(parents=True)
    broken.write_text(json.dumps(solved())[:2000])
    (folder / "old-format" / NAME / f"{NAME}.ipynb").rename(folder / "old-format" / NAME / "Baseline (1).ipynb")
    # Files that would take the place of modules, if they could.
    for name in ("torch.py", "helpers.py", "course.py"):
        (folder / "right" / NAME / name).write_text("raise SystemExit")
    shutil.copyfile(folder / "right" / NAME / f"{NAME}.ipynb", folder / "doubled-ids" / "kept.ipynb")
