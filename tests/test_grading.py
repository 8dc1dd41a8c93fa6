"""A class is graded exactly right by one command, whatever its students hand in."""

import csv
import os
import shutil
import time

import nbformat
import pytest

from course.__main__ import main
from course.commands.exercises import RELEASE, ROOT, SOURCES
from course.grading import autograde
from course.grading.submissions import read, restore
from tests.classroom import NAME, STUDENTS, answering, call_nbgrader, cell, exercise, hand_in, place, solved, write

TIMEOUT = 40  # seconds a cell; a kernel on a busy machine needs twenty for its imports


@pytest.fixture
def nbgrader():
    pytest.importorskip("nbgrader", reason="nbgrader is not installed (requirements-instructors.txt)")


def marks_of(folder):
    with (folder / "marks" / f"{NAME}.csv").open(encoding="utf-8") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


@pytest.mark.slow
def test_a_class_of_20_is_graded_exactly_right_by_one_command(nbgrader, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # for the kernels, of which two run at a time
    hand_in(tmp_path / "submitted")
    (tmp_path / "submitted" / "absent").mkdir()
    command = ["grade", NAME, "--folder", str(tmp_path), "--jobs", "2", "--timeout", str(TIMEOUT)]
    assert main(command) == 1  # there is a file that cannot be graded
    table, said = marks_of(tmp_path), capsys.readouterr().out
    expected = {"absent": ["", "", "", "", ""]}
    for student, _, marks, waits, _ in STUDENTS:
        known = (
            [""] * 5 if marks is None else [*map(str, marks), "" if waits else "0", "" if waits else str(sum(marks))]
        )
        expected[student] = known
    found = {student: [row[name] for name in ("q1", "q2", "q3", "q4", "total")] for student, row in table.items()}
    assert found == expected
    for student, _, _, _, words in STUDENTS:
        assert words is None or any(line.startswith(f"{student}: ") and words in line for line in said.splitlines())
        state = "NOT GRADED" if student == "broken-file" else "graded"
        assert table[student]["state"].startswith(state)
    assert table["absent"]["state"] == "nothing handed in"
    # An endless loop costs its time-out once, also where it cannot be interrupted.
    assert [row["notes"].count("took too long") for row in table.values() if "endless" in row["student"]] == [1] * 3
    pages = {path.parts[-3] for path in (tmp_path / "feedback").rglob("*.html")}
    assert pages == {student for student, row in table.items() if row["state"] == "graded"}

    # A person marks two open answers, then one of the two, and the broken file, are handed in anew: only these two are
    # graded, and the mark of an answer that may have changed is asked for again.
    from nbgrader.api import Gradebook

    with Gradebook(autograde.Group(NAME, tmp_path).database, "image-classifier") as book:
        for student in ("right", "0042"):
            mark = book.find_grade("q4-answer", NAME, NAME, student)
            mark.manual_score, mark.needs_manual_grade = 2.5, False
        book.find_grade("q1-test", NAME, NAME, "right").extra_credit = 0.5
        book.db.commit()
    again = ("0042", "broken-file")
    for student in again:
        write(solved(), tmp_path / "submitted" / student / NAME / f"{NAME}.ipynb")
    before = {path: path.stat().st_mtime for path in (tmp_path / "autograded").rglob("*.ipynb")}
    assert main(command) == 0
    anew = {path.parts[-3] for path, time in before.items() if path.stat().st_mtime != time}
    assert anew == {"0042"}
    table = marks_of(tmp_path)
    for student in again:
        assert [table[student][name] for name in ("q1", "q2", "q3", "q4", "total")] == ["2", "2", "3", "", ""]
    assert [table["right"][name] for name in ("q1", "q4", "total")] == ["2.5", "2.5", "10"]
    assert "q1-test took too long" in table["endless-loop"]["notes"]  # still said


def test_nbgraders_own_commands_work_from_a_clone_as_documented(nbgrader, tmp_path):
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    shutil.copytree(SOURCES / NAME, tmp_path / "notebooks" / "solutions" / NAME)
    write(solved(), tmp_path / "grading" / "submitted" / "ana" / NAME / f"{NAME}.ipynb")
    commands = [[command, NAME] for command in ("generate_assignment", "autograde", "generate_feedback")]
    call_nbgrader(tmp_path, *commands, ["export", "--to", "grades.csv"])
    made = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.suffix in (".ipynb", ".html")}
    assert made >= {
        f"notebooks/exercises/{NAME}/{NAME}.ipynb",
        f"grading/autograded/ana/{NAME}/{NAME}.ipynb",
        f"grading/feedback/ana/{NAME}/{NAME}.html",
    }
    assert (tmp_path / "grading" / "gradebook.db").exists()
    made = tmp_path / "notebooks" / "exercises" / NAME / f"{NAME}.ipynb"
    assert made.read_text(encoding="utf-8") == (RELEASE / NAME / made.name).read_text(encoding="utf-8")
    with (tmp_path / "grades.csv").open() as file:
        [row] = csv.DictReader(file)
    assert (row["student_id"], float(row["score"]), float(row["max_score"])) == ("ana", 7, 10)


@pytest.mark.parametrize(
    ("name", "notebook", "words"),
    [
        ("01_baseline.ipynb", "", "cannot be read as a notebook"),
        ("01_baseline.ipynb", '{"cells": 7, "nbformat": 4, "nbformat_minor": 5}', "cannot be read as a notebook"),
        ("01_baseline.ipynb", b"\xff\xfe\x00", "cannot be read as a notebook"),
        ("answers.txt", "my answers", "found no notebook"),
    ],
)
def test_a_file_that_is_no_notebook_is_named_with_the_reason(tmp_path, name, notebook, words):
    path = tmp_path / "submitted" / "ana" / NAME / name
    path.parent.mkdir(parents=True)
    path.write_bytes(notebook if isinstance(notebook, bytes) else notebook.encode())
    assert words in refused(tmp_path)


def test_another_exercise_is_named(tmp_path):
    write(solved("02_dropout"), tmp_path / "submitted" / "ana" / NAME / f"{NAME}.ipynb")
    assert "no cell of this exercise" in refused(tmp_path)


def test_of_two_notebooks_none_is_guessed(tmp_path):
    for name in ("a.ipynb", "b.ipynb"):
        write(solved(), tmp_path / "submitted" / "ana" / NAME / name)
    assert "found a.ipynb, b.ipynb" in refused(tmp_path)


def test_a_link_to_another_file_is_refused(tmp_path):
    path = tmp_path / "submitted" / "ana" / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    path.symlink_to(SOURCES / NAME / f"{NAME}.ipynb")
    assert "is a link" in refused(tmp_path)


def refused(folder):
    """Why ana's submission is not graded; nbgrader has no part in it."""
    write(exercise(), folder / "release" / NAME / f"{NAME}.ipynb")
    row = autograde.grade(autograde.Group(NAME, folder), "ana", [])
    assert row.state.startswith("NOT GRADED: ")
    assert "ana: NOT GRADED" in autograde.report([row])
    return row.state


@pytest.mark.parametrize("student", ["ana [2]", " ana", os.fsdecode(b"an\xe4")])
def test_a_name_that_nbgrader_cannot_take_is_refused_in_words(tmp_path, student):
    try:
        write(solved(), tmp_path / "submitted" / student / NAME / f"{NAME}.ipynb")
    except OSError:
        pytest.skip("no such name on this system")
    row = autograde.grade(autograde.Group(NAME, tmp_path), student, [])
    assert "rename the folder" in row.state
    assert autograde.write_marks(
        autograde.Group(NAME, tmp_path), [row]
    ).exists()  # and everybody else's marks are written


@pytest.fixture
def graded(tmp_path, monkeypatch):
    """Grade ana's submission with an nbgrader that copies; return what was graded, and a function that grades."""
    group, seen = autograde.Group(NAME, tmp_path), []

    def copy(group, log, command, assignment, student, *options):
        seen.append(student)
        log.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(group.place("restored", "ana"), group.place("autograded", "ana"))
        return 0, ""

    monkeypatch.setattr(autograde, "nbgrader", copy)
    write(exercise(), tmp_path / "release" / NAME / f"{NAME}.ipynb")
    write(solved(), tmp_path / "submitted" / "ana" / NAME / f"{NAME}.ipynb")
    return seen, lambda: autograde.grade(group, "ana", [])


def test_what_was_changed_is_graded_anew_whatever_its_date(graded, tmp_path):
    seen, again = graded
    assert [again().state, again().state] == ["graded", "graded"]
    assert len(seen) == 1
    folder = tmp_path / "submitted" / "ana" / NAME
    for name, content in ((f"{NAME}.ipynb", "answering"), ("mine.py", "x = 1"), ("mine.py", "x = 2")):
        write(answering(q1="1"), folder / name) if content == "answering" else (folder / name).write_text(content)
        os.utime(folder / name, (0, 0))  # as unpacked from a zip
        before = len(seen)
        assert [again().state, again().state] == ["graded", "graded"]
        assert len(seen) == before + 1


def test_a_submission_whose_grading_was_cut_off_is_graded_anew(graded, monkeypatch):
    seen, again = graded
    copy = autograde.nbgrader

    def cut_off(*arguments):
        copy(*arguments)
        raise SystemExit

    monkeypatch.setattr(autograde, "nbgrader", cut_off)
    with pytest.raises(SystemExit):
        again()
    monkeypatch.setattr(autograde, "nbgrader", copy)
    assert again().state == "graded"
    assert len(seen) == 2


def test_modules_that_were_handed_in_are_shown(graded, tmp_path):
    (tmp_path / "submitted" / "ana" / NAME / "mine.py").write_text("import torch; torch.allclose = bool")
    assert graded[1]().notes == ["mine.py was handed in, too, and can be imported (look at it)"]


def test_what_file_managers_leave_behind_is_no_second_notebook(graded, tmp_path):
    folder = tmp_path / "submitted" / "ana" / NAME
    (folder / f"{NAME}.ipynb").rename(folder / "mine.ipynb")
    for name in (".ipynb_checkpoints/mine-checkpoint.ipynb", "__MACOSX/._mine.ipynb", "._mine.ipynb"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("")
    assert graded[1]().notes == ["the file was named mine.ipynb"]


def test_ctrl_c_begins_with_nobody_else(nbgrader, tmp_path, monkeypatch):
    students = [f"{number:03}" for number in range(200)]
    for student in students:
        (tmp_path / "submitted" / student).mkdir(parents=True)
    seen = []

    def interrupted(group, student, options, *, force):
        seen.append(student)
        if student == "000":
            raise KeyboardInterrupt
        time.sleep(0.02)

    monkeypatch.setattr(autograde, "release", lambda group: None)
    monkeypatch.setattr(autograde, "grade", interrupted)
    assert main(["grade", NAME, "--folder", str(tmp_path), "--jobs", "1"]) == 130
    assert len(seen) < len(students)


def test_nothing_handed_in_at_all_says_where_it_belongs(nbgrader, tmp_path, capsys):
    assert main(["grade", NAME, "--folder", str(tmp_path)]) == 1
    assert os.path.join("submitted", "STUDENT", NAME) in capsys.readouterr().err


def test_an_unknown_assignment_is_answered_with_the_known_ones(nbgrader, tmp_path, capsys):
    assert main(["grade", "baseline", "--folder", str(tmp_path)]) == 1
    assert NAME in capsys.readouterr().err


def test_nbgrader_is_stopped_where_nothing_else_stops_it(nbgrader, tmp_path):
    started = time.monotonic()
    code, said = autograde.nbgrader(autograde.Group(NAME, tmp_path, longest=0.5), tmp_path / "log", "autograde", NAME)
    assert (code, autograde.reason(said)) == (1, "it was stopped after 0.5 seconds")
    assert time.monotonic() - started < 10


def test_questions_that_changed_since_grading_began_are_told_with_the_remedy(nbgrader, tmp_path, monkeypatch, capsys):
    (tmp_path / "submitted" / "ana").mkdir(parents=True)
    monkeypatch.setattr(
        autograde, "nbgrader", lambda *_: (1, "    RuntimeError: Cannot add or remove cells\n[x | ERROR] see")
    )
    assert main(["grade", NAME, "--folder", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "Cannot add or remove cells" in said
    assert "gradebook.db away" in said


def answers(notebook):
    return {name: cell(notebook, f"{name}-answer").source for name in ("q1", "q2", "q3", "q4")}


@pytest.mark.parametrize(("student", "make"), [(row[0], row[1]) for row in STUDENTS if row[1]])
def test_whatever_is_handed_in_the_exercise_is_whole_again(student, make, tmp_path):
    write(make(), tmp_path / "handed_in.ipynb")
    restored, _ = restore(read(tmp_path / "handed_in.ipynb"), exercise())
    nbformat.validate(restored)
    theirs = {cell.metadata.nbgrader.grade_id: cell for cell in restored.cells if "nbgrader" in cell.metadata}
    for original in exercise().cells:
        if "nbgrader" in original.metadata:
            copy = theirs.pop(original.metadata.nbgrader.grade_id)
            assert copy.metadata == original.metadata
            assert copy.source == original.source or original.metadata.nbgrader.solution
    assert not theirs
    assert restored.metadata.kernelspec == exercise().metadata.kernelspec


@pytest.mark.parametrize("source", ["x = '\x00'", "-" * 100_000 + "1"])
def test_a_cell_that_python_cannot_read_costs_nothing_else(source):
    notebook = solved()
    notebook.cells.append(nbformat.v4.new_code_cell(source))
    restored, notes = restore(notebook, exercise())
    assert (answers(restored), notes) == (answers(solved()), [])


def test_what_students_add_stays_in_its_place():
    notebook = answering()
    notebook.cells.insert(place(notebook, "q1-answer"), nbformat.v4.new_code_cell("helper = 1"))
    cell(notebook, "setup").source += "\nimport math"
    restored, notes = restore(notebook, exercise())
    sources = [cell.source for cell in restored.cells]
    assert sources.index("helper = 1") == place(restored, "q1-answer") - 1
    assert sources[place(restored, "setup") - 1].endswith("import math")
    assert notes == ["setup was changed; the exercise's own is used"]


def test_a_stub_below_an_answer_does_not_undo_it():
    notebook = solved()
    notebook.cells.insert(place(notebook, "q1-answer") + 1, cell(exercise(), "q1-answer"))
    restored, _ = restore(notebook, exercise())
    assert answers(restored) == answers(solved())


def test_an_answer_below_its_test_is_found():
    notebook = solved()
    answer = cell(notebook, "q1-answer")
    notebook.cells.append(nbformat.v4.new_code_cell(answer.source))
    answer.source = "# see below"
    restored, _ = restore(notebook, exercise())
    assert answers(restored) == answers(solved())
    assert restored.cells[place(restored, "q1-answer") - 1].source == "# see below"


def test_an_open_answer_beside_its_cell_is_found():
    notebook = solved()
    cell(notebook, "q4-answer").source = "*Your answer.*"
    notebook.cells.append(nbformat.v4.new_markdown_cell("One picture of 165."))
    restored, notes = restore(notebook, exercise())
    assert answers(restored)["q4"] == "One picture of 165."
    assert notes == ["q4-answer does not hold the answer; what stands in another cell is used"]
