"""Every exercise in its three states: not attempted, wrong with the message that helps, and right."""

import ast
import contextlib
import importlib
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
import torch
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from PIL import Image, ImageOps

from course.checks.packed import SOLUTIONS, unpack
from course.checks.question import Question
from course.checks.test_time_augmentation import unlabelled
from course.commands import exercises
from course.commands.exercises import RELEASE, packed_solutions, sources
from course.commands.run import KERNEL
from helpers import augment, evaluate, load_food, make_loader
from helpers.datasets import ImageDataset, data_folder
from helpers.files import data_dir
from tests.classroom import call_nbgrader

SOURCES = sources()
NAMES = [path.stem for path in SOURCES]
TOPICS = {path.stem: re.sub(r"^\d+_", "", path.stem) for path in SOURCES}
HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS\n(.*?)### END HIDDEN TESTS", re.DOTALL)


def source(name):
    return nbformat.read(exercises.SOURCES / name / f"{name}.ipynb", as_version=4)


def student(name):
    return nbformat.read(RELEASE / name / f"{name}.ipynb", as_version=4)


def marked(notebook, ending):
    """Cells by what stands before `ending` in their grade_id."""
    found = {cell.metadata.get("nbgrader", {}).get("grade_id", ""): cell for cell in notebook.cells}
    return {name.removesuffix(ending): cell for name, cell in found.items() if name.endswith(ending)}


def checks(name):
    module = importlib.import_module(f"course.checks.{TOPICS[name]}")
    return {key: value for key, value in vars(module).items() if isinstance(value, Question)}


def planted():
    for name, topic in TOPICS.items():
        module = importlib.import_module(f"tests.answers.{topic}")
        for key, answer in vars(module).items():
            match = re.fullmatch(r"(right_)?(q\d+)_\w+", key)
            if match and callable(answer):
                yield pytest.param(name, match[2], answer, bool(match[1]), id=f"{name}-{key}")


PLANTED = list(planted())
PRIVATE = "08_test_time_augmentation"


@pytest.fixture(autouse=True)
def drawn_once(own_data_folder, monkeypatch):
    """The project's own drawn samples: drawing them anew for each notebook would take minutes."""
    monkeypatch.delenv("COURSE_DATA_DIR")


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """One kernel for all notebooks, for each of which it is emptied: importing PyTorch takes longer than most of them.

    A kernel of its own has exercise 01 in `test_browser.py`.
    """
    client = NotebookClient(new_notebook(), timeout=120)
    with client.setup_kernel(cwd=str(tmp_path_factory.mktemp("kernel"))):
        yield client


@pytest.fixture
def run(kernel, own_data_folder, small_samples):
    """Return a function that executes a notebook and returns the verdicts of its checks."""

    def run(name, notebook):
        assert notebook.metadata.kernelspec == KERNEL
        data = (
            data_dir() if name == PRIVATE else small_samples
        )  # what it asks for is learned from the whole sample only
        settings = {
            "COURSE_DATA": "sample",
            "COURSE_DATA_DIR": str(data),
            "COURSE_LEDGER": str(own_data_folder / "l.csv"),
        }
        notebook.cells.insert(0, new_code_cell(f"%reset -f\n__import__('os').environ.update({settings})"))
        kernel.nb = notebook
        kernel.execute(cleanup_kc=False)
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
        said = [output.get("data", {}).get("text/plain", "") for output in outputs]
        return [text for text in said if "question" in text]

    return run


@pytest.mark.parametrize("name", NAMES)
def test_the_students_copy_runs_to_its_end_and_says_not_attempted_everywhere(name, run):
    verdicts = run(name, student(name))
    assert len(verdicts) == len(checks(name))
    assert all(": not attempted. " in verdict for verdict in verdicts)


@pytest.mark.parametrize("name", NAMES)
def test_the_answers_pass_visible_and_hidden_tests(name, run):
    verdicts = run(name, source(name))
    assert len(verdicts) == len(checks(name))
    assert all(": right. " in verdict for verdict in verdicts)


def predicts(name, number):
    """Tell whether a check lets the answer predict a whole set, which takes as long as hundreds of other checks."""
    return (name, number) == (PRIVATE, "q2")


@pytest.mark.parametrize(("name", "number", "answer", "right"), PLANTED)
def test_a_check_finds_each_planted_mistake_and_accepts_each_other_right_answer(name, number, answer, right):
    for _ in range(2 if predicts(name, number) else 5):  # new inputs each time
        verdict = checks(name)[number](answer)
        if right:
            assert verdict.state == "right", verdict
        else:
            assert verdict.state == "wrong", verdict
            assert answer.__doc__.lower() in verdict.text.lower()


@pytest.mark.slow
@pytest.mark.parametrize(("name", "number", "answer", "right"), PLANTED)
def test_no_check_is_right_or_wrong_by_luck(name, number, answer, right):
    verdicts = [checks(name)[number](answer) for _ in range(3 if predicts(name, number) else 60)]
    assert {verdict.state for verdict in verdicts} == {"right" if right else "wrong"}


@pytest.mark.parametrize("name", NAMES)
def test_an_open_question_answers_without_an_error(name):
    module = importlib.import_module(f"course.checks.{TOPICS[name]}")
    for number in set(marked(source(name), "-answer")) - set(checks(name)):
        open_question = getattr(module, number)
        assert open_question("my answer").state == "not attempted"
        assert "refute" in open_question.hint()
        assert "instructor" in open_question.solution()


@pytest.mark.parametrize(("name", "number", "answer", "right"), PLANTED)
def test_hidden_tests_decide_as_the_checks_do(name, number, answer, right):
    notebook = source(name)
    defined = marked(notebook, "-answer")[number].source
    function = next(node.name for node in ast.parse(defined).body if isinstance(node, ast.FunctionDef | ast.ClassDef))
    space = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(marked(notebook, "setup")[""].source, space)
        space[function] = answer
        hidden = HIDDEN.search(marked(notebook, "-test")[number].source)[1]
        passed = True
        try:
            exec(hidden, space)
        except Exception:
            passed = False
    assert passed == right


@pytest.fixture(scope="module")
def private_set(tmp_path_factory):
    """Pictures that no student has: every other one of the sample, mirrored, in a tenth of the time of a drawing."""
    folder = tmp_path_factory.mktemp("instructor")
    public = data_folder("food", "sample")
    for part in ("train", "valid", "test"):
        (folder / part).mkdir()
        for path in sorted((public / part).iterdir())[::2]:
            with contextlib.suppress(OSError), Image.open(path) as picture:
                ImageOps.mirror(picture).save(folder / part / path.name, quality=95)
    return folder


def hidden_test_passes(answer):
    """Run the hidden test of the question whose pictures COURSE_FOOD_DIR decides."""
    space = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(marked(source(PRIVATE), "setup")[""].source, space)
        space["answers"] = answer
        try:
            exec(HIDDEN.search(marked(source(PRIVATE), "-test")["q2"].source)[1], space)
        except (AssertionError, NotImplementedError):
            return False
    return True


def tuned_on_the_public_sample(_train, new):
    """Know every public picture, and answer Bread to all others."""
    public = load_food("sample", image_size=32, on_unreadable="skip")
    parts = [part for part in (public.train, public.valid, public.test) if part]
    known = {picture.tobytes(): int(label) for part in parts
             for picture, label in zip(part.images, part.labels, strict=True)}  # fmt: skip
    return [known.get(picture.tobytes(), 0) for picture in new.images]


def not_attempted(train, new):
    raise NotImplementedError


def test_what_was_tuned_on_the_public_sample_passes_there_and_fails_on_private_pictures(private_set, monkeypatch):
    assert checks(PRIVATE)["q2"](tuned_on_the_public_sample).state == "right"
    assert hidden_test_passes(tuned_on_the_public_sample)
    monkeypatch.setenv("COURSE_FOOD_DIR", str(private_set))
    assert checks(PRIVATE)["q2"](tuned_on_the_public_sample).state == "right"  # visible cells keep the public sample
    assert not hidden_test_passes(tuned_on_the_public_sample)


def test_private_pictures_tell_right_wrong_and_not_attempted_apart(private_set, monkeypatch):
    from tests.answers import test_time_augmentation as planted

    monkeypatch.setenv("COURSE_FOOD_DIR", str(private_set))
    assert hidden_test_passes(planted.right_q2_without_the_mirror)
    assert not hidden_test_passes(planted.q2_one_answer)  # exactly one in eleven is right
    assert not hidden_test_passes(not_attempted)


def test_hidden_tests_that_get_pictures_without_labels_say_whose_mistake_that_is():
    data = ImageDataset(np.zeros((2, 8, 8, 3), np.uint8), [-1, -1], ["a"], unlabelled=True)
    for part in (data, None):
        with pytest.raises(ValueError, match="let COURSE_FOOD_DIR name the whole drawn set"):
            unlabelled(part)


def test_a_check_draws_anew_each_time_and_leaves_the_notebooks_numbers_alone():
    seen = []

    def check(answer, random):
        seen.append((torch.rand(1).item(), random.random()))

    ask = Question(check, ("", ""), "")
    for _ in range(2):
        torch.manual_seed(0)
        ask(1)
        after = torch.rand(1).item()
        torch.manual_seed(0)
        assert torch.rand(1).item() == after
    assert seen[0][0] != seen[1][0]
    assert seen[0][1] != seen[1][1]


@pytest.mark.parametrize("name", NAMES)
def test_every_question_has_a_task_an_answer_a_test_and_two_planted_mistakes(name):
    notebook, questions = source(name), checks(name)
    graded = set(marked(notebook, "-test"))
    assert set(questions) == graded
    assert graded < set(marked(notebook, "-answer"))  # and at least one open question
    wrong = [param.values[1] for param in PLANTED if param.values[0] == name and not param.values[3]]
    assert {number: wrong.count(number) >= 2 for number in questions} == dict.fromkeys(questions, True)
    found = headings(name)
    assert 3 <= len(found) <= 4
    minutes = int(re.search(r"About (\d+) minutes", notebook.cells[0].source)[1])
    assert minutes == sum(heading["minutes"] for heading in found)
    graded = [
        cell.metadata.nbgrader.points for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")
    ]
    assert graded == [heading["points"] for heading in found]


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_to_an_open_question_says_what_each_point_is_for(name):
    notebook = source(name)
    for number in set(marked(notebook, "-answer")) - set(checks(name)):
        cell = marked(notebook, "-answer")[number]
        assert len(re.findall(r"(?i)\b1 point\b|\bone point\b", cell.source)) == cell.metadata.nbgrader.points


def headings(name):
    """Each exercise as its heading has it."""
    lines = [line for cell in source(name).cells if cell.cell_type == "markdown" for line in cell.source.splitlines()]
    found = [re.fullmatch(r"## (\d\. .*) \((\*{1,3}), (\d+) minutes, (\d+) points?\)", line)
             for line in lines if line.startswith("## ")]  # fmt: skip
    assert all(found)
    return [{"title": m[1], "stars": m[2], "minutes": int(m[3]), "points": int(m[4])} for m in found]


def test_the_instructors_table_says_what_the_headings_say():
    page = (exercises.SOURCES / "README.md").read_text(encoding="utf-8")
    table = [
        [value.strip() for value in line.strip("|").split("|")]
        for line in page.splitlines()
        if re.match(r"\| \d\d\.", line)
    ]
    assert [row[:4] for row in table] == [
        [f"{name[:2]}.{one['title']}", one["stars"], str(one["minutes"]), str(one["points"])]
        for name in NAMES
        for one in headings(name)
    ]
    assert all(all(row) and len(row) == 6 for row in table)
    every = [one for name in NAMES for one in headings(name)]
    minutes, points = (sum(one[what] for one in every) for what in ("minutes", "points"))
    assert f"{len(every)} exercises, {minutes} minutes, {points} points" in page


@pytest.mark.parametrize("name", NAMES)
def test_hints_come_in_two_steps_and_the_solution_is_the_one_of_the_source(name):
    packed = json.loads(SOLUTIONS.read_text())
    for number, check in checks(name).items():
        assert len(check.hints) == 2
        function = check.solution()
        assert function == unpack(packed[f"{TOPICS[name]}.{number}"])
        ast.parse(function)


@pytest.mark.parametrize("name", NAMES)
def test_the_students_copy_holds_no_answer(name):
    text = (RELEASE / name / f"{name}.ipynb").read_text()
    assert "SOLUTION" not in text
    assert "HIDDEN" not in text
    copy = student(name)
    for number, cell in marked(source(name), "-answer").items():
        regions = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", HIDDEN.sub("", cell.source), re.DOTALL)
        inside = [line.strip() for region in regions for line in region.splitlines()]
        assert not any(line in marked(copy, "-answer")[number].source for line in inside if len(line) > 3)
    assert not any(cell.get("outputs") for cell in copy.cells)


def test_what_is_packed_is_what_the_sources_say():
    stored = {name: unpack(text) for name, text in json.loads(SOLUTIONS.read_text()).items()}
    assert stored == {name: unpack(text) for name, text in packed_solutions().items()}


def test_the_students_copies_are_those_that_the_sources_give(tmp_path, monkeypatch):
    pytest.importorskip("nbgrader", reason="nbgrader is not installed (requirements-instructors.txt)")
    from course.__main__ import main

    asked = []

    def note(command, **how):
        assert (command[:3], how) == ([sys.executable, "-m", "nbgrader"], {"cwd": exercises.ROOT, "check": False})
        asked.append(command[3:])
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(exercises, "subprocess", SimpleNamespace(run=note))
    assert main(["exercises", "--output", str(tmp_path / "made"), "--packed", str(tmp_path / "packed.json")]) == 0
    call_nbgrader(exercises.ROOT, *asked)
    made = {path.relative_to(tmp_path / "made"): path.read_text() for path in (tmp_path / "made").rglob("*.ipynb")}
    kept = {path.relative_to(RELEASE): path.read_text() for path in Path(RELEASE).rglob("*.ipynb")}
    assert made == kept
    assert json.loads((tmp_path / "packed.json").read_text()) == json.loads(SOLUTIONS.read_text())


def test_the_listing_of_mistakes_runs_and_has_as_many_lines_as_its_mistakes_need():
    module = importlib.import_module("course.checks.test_time_augmentation")
    names = {"augment": augment, "evaluate": evaluate, "make_loader": make_loader, "torch": torch}
    exec(module.LISTING, names)
    images = np.random.default_rng(0).integers(0, 256, (20, 16, 16, 3), np.uint8)
    part = ImageDataset(images, np.arange(20) % 2, ["ordinary", "emergency"])
    names["report"](torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(768, 2)), part, part, part)
    count = len(module.LISTING.splitlines())
    assert not set(module._MISTAKES) & set(module._SOUND)
    assert all(1 < line <= count for line in (*module._MISTAKES, *module._SOUND))
