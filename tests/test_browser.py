"""The course as a student meets it: JupyterLab in a real browser, with mouse and keyboard, at 1280 pixels."""

import contextlib
import re
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

from course.commands.run import KERNEL
from helpers import widgets
from helpers.datasets import data_folder
from tests import browser

ROOT = Path(__file__).parents[1]
LECTURES = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
EXERCISE = "exercises/01_baseline/01_baseline.ipynb"
PICTURES = ROOT / "runs" / "browser"  # looked at when a test fails, and kept by CI

# Every widget, and training with its progress shown.
WIDGETS = {
    "setup": """
import torch
from helpers import Evaluation, VehicleNet, fit, load_vehicles, make_loader, widgets
data = load_vehicles("sample", image_size=32, on_unreadable="skip")
loaders = make_loader(data.train, 32, shuffle=True), make_loader(data.valid, 256)
def train(dropout, progress):
    model = VehicleNet(image_size=32, dropout=dropout)
    optimizer = torch.optim.Adam(model.parameters())
    return fit(model, *loaders, epochs=3, optimizer=optimizer, progress=progress)""",
    "progress": "history = train(0.0, True)",
    # Of no model, which may answer all pictures alike: then there are buttons that change nothing.
    "gallery_browser": """
guessed = torch.eye(2)[data.valid.labels.roll(1)]
widgets.gallery_browser(data.valid, Evaluation(guessed, data.valid.labels, data.valid.classes))""",
    "change_explorer": "widgets.change_explorer(data.train)",
}
WRONG = """def accuracy(batches):
    return sum((logits.argmax(1) == labels).float().mean().item() for logits, labels in batches) / len(batches)"""
RIGHT = """def accuracy(batches):
    right = sum((logits.argmax(1) == labels).sum().item() for logits, labels in batches)
    return right / sum(len(labels) for _, labels in batches)"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not browser.CHROMIUM, reason="no Chromium or Chrome here: on Debian `apt install chromium`"),
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory, small_samples):
    """JupyterLab on a copy of the course, without outputs: saving touches nothing, and what is seen is new.

    Beside the lectures as they are lies what is quick, which begins with a choice of small samples.
    """
    course, home = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("home")
    originals = {name: nbformat.read(ROOT / "notebooks" / name, as_version=4) for name in [*LECTURES, EXERCISE]}
    for name in LECTURES:
        write(originals[name], course / "notebooks" / name)
    choice = f"__import__('os').environ['COURSE_DATA_DIR'] = {str(small_samples)!r}"
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in WIDGETS.values()]
    originals["widgets.ipynb"] = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
    for name in (LECTURES[0], EXERCISE, "widgets.ipynb"):
        originals[name].cells.insert(0, nbformat.v4.new_code_cell(choice))
        write(originals[name], course / "notebooks" / "quick" / name)
    settings = {"COURSE_DATA": "sample", "COURSE_LEDGER": str(home / "ledger.csv")}
    with browser.jupyterlab(course / "notebooks", home, **settings) as address:
        yield address


def write(notebook, path):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    with browser.chromium(tmp_path_factory.mktemp("profile")) as context:
        yield context


@contextlib.contextmanager
def executed(lab, chromium, name, seconds=900):
    """Open a notebook and run all of it; keep a picture; it may ask nothing of any other machine."""
    page, asked = chromium.new_page(), []
    page.on("request", lambda sent: asked.append(sent.url))
    try:
        browser.open_notebook(page, lab, name)
        browser.run_all(page, seconds)
        assert browser.complaints(page) == []
        yield page
    finally:
        browser.take_picture(page, PICTURES / f"{name.replace('/', '_').removesuffix('.ipynb')}.png")
        page.close()
        browser.end_kernel(lab, name)
    assert [url for url in asked if not re.match(r"http://127\.0\.0\.1:|data:|blob:", url)] == []


def check_lecture(page, name):
    """Every figure of the lecture in the repository is there, hardly shrunk, and nothing is too wide."""
    cells = nbformat.read(ROOT / "notebooks" / name, as_version=4).cells
    figures = sum("image/png" in output.get("data", {}) for cell in cells for output in cell.get("outputs", []))
    shown = page.locator(".jp-RenderedImage img")
    assert shown.count() == figures > 0
    for image in shown.all():
        own, given = image.evaluate("image => [image.naturalWidth, image.clientWidth]")
        assert given > max(100, 0.9 * own)
    assert browser.too_wide(page) == []


def test_a_lecture_runs_whole_with_every_figure_and_without_scrolling_sideways(lab, chromium):
    with executed(lab, chromium, f"quick/{LECTURES[0]}") as page:
        check_lecture(page, LECTURES[0])
        assert page.locator(".widget-image").evaluate("image => image.naturalWidth") > 100


@pytest.mark.slow
@pytest.mark.parametrize("name", LECTURES)
def test_every_lecture_runs_whole(lab, chromium, name, monkeypatch):
    monkeypatch.delenv("COURSE_DATA_DIR")
    for drawn in ("vehicles", "food"):  # now, or a progress bar would stand in the notebook
        data_folder(drawn, "sample")
    with executed(lab, chromium, name, seconds=1800) as page:
        check_lecture(page, name)


def test_an_exercise_says_not_attempted_then_wrong_then_right(lab, chromium):
    with executed(lab, chromium, f"quick/{EXERCISE}") as page:
        states = page.locator(".jp-OutputArea-output b").all_inner_texts()
        assert set(states) == {"not attempted"}
        assert len(states) == len(page.locator(".jp-CodeCell", has_text="display(check.q").all()) > 0
        verdict = page.locator(".jp-CodeCell", has_text="check.q1(accuracy)").locator(".jp-OutputArea-output")
        for answer, state, said in ((WRONG, "wrong", "the mean of the batches"), (RIGHT, "right", "")):
            browser.replace_cell(page, "def accuracy(batches)", answer)
            page.keyboard.press("Shift+Enter")  # runs the answer and goes to its check
            page.keyboard.press("Shift+Enter")
            expect(verdict).to_contain_text(f"question 1: {state}. ", timeout=30_000)
            expect(verdict).to_contain_text(said)
        assert browser.too_wide(page) == []


@pytest.fixture(scope="module")
def outputs(lab, chromium):
    """By name the outputs of the cells of `WIDGETS`, which have run."""
    with executed(lab, chromium, "quick/widgets.ipynb") as page:
        cells = page.locator(".jp-CodeCell").all()[1:]
        yield {name: cell.locator(".jp-OutputArea") for name, cell in zip(WIDGETS, cells, strict=True)}


def test_the_progress_of_training_ends_in_a_tidy_table(outputs):
    output = outputs["progress"]
    assert output.locator(".jp-OutputArea-child").count() == 1
    assert output.locator("thead th").all_inner_texts()[:3] == ["epoch", "train_loss", "train_accuracy"]
    assert [row.split()[0] for row in output.locator("tbody tr").all_inner_texts()] == ["1", "2", "3"]
    assert re.search(r"3 epochs in [\d.]+ s, best epoch \d", output.inner_text())
    assert "batch" not in output.inner_text()


@pytest.mark.parametrize("name", [name for name in WIDGETS if hasattr(widgets, name)])
def test_a_widget_changes_its_picture_by_mouse_and_by_keyboard(outputs, name):
    output = outputs[name]
    picture, handle = output.locator(".widget-image"), output.locator(".noUi-handle")
    first = picture.screenshot()
    browser.drag(handle, 150)
    dragged = browser.changed(picture, first)
    handle.focus()
    output.page.keyboard.press("ArrowLeft")
    stepped = browser.changed(picture, dragged)
    for buttons in output.locator(".widget-toggle-buttons").all():
        buttons.locator("button").nth(1).focus()
        output.page.keyboard.press("Space")
        stepped = browser.changed(picture, stepped)
    assert browser.too_wide(output.page) == []


def test_no_widget_is_left_out():
    public = {name for name, value in vars(widgets).items() if getattr(value, "__module__", "") == widgets.__name__}
    assert public == set(WIDGETS) - {"setup", "progress"}
