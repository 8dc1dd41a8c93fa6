"""Both drawn sets are written completely or not at all, over nothing that exists, behind one progress bar."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from drawings import draw_food, draw_vehicles, food_set, vehicle_set
from drawings.files import drawn
from drawings.food_photo import dish_bytes
from drawings.vehicle_photo import photo_bytes


@pytest.fixture(params=["vehicles", "food"])
def drawing(request, monkeypatch):
    """Return name, function, smallest count and how to replace the drawing of one picture; pictures are a few bytes."""
    name, draw, smallest, module, drawn = {
        "vehicles": ("vehicles", draw_vehicles, 20, vehicle_set, "photo_bytes"),
        "food": ("food", draw_food, 66, food_set, "dish_bytes"),
    }[request.param]

    def replace(picture):
        monkeypatch.setattr(module, drawn, picture)

    replace(lambda seed, number, label: b"picture" * 9)
    return name, draw, smallest, replace


def test_too_small_a_count_is_refused_in_one_sentence(tmp_path, drawing):
    _, draw, smallest, _ = drawing
    with pytest.raises(ValueError, match=f"count is {smallest - 1}: ask for at least {smallest}"):
        draw(tmp_path / "set", count=smallest - 1, progress=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["folder", "file", "dangling link"])
def test_what_exists_is_never_overwritten(tmp_path, drawing, kind):
    _, draw, smallest, _ = drawing
    place = tmp_path / "set"
    if kind == "folder":
        place.mkdir()
    elif kind == "file":
        place.write_text("mine")
    else:
        place.symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError, match="set exists already"):
        draw(place, count=smallest, progress=False)
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_an_interrupted_draw_leaves_nothing_behind(tmp_path, drawing, error):
    _, draw, smallest, replace = drawing

    def stop(seed, number, label):
        if number == 7:
            raise error("stop")
        return b"picture" * 9

    replace(stop)
    with pytest.raises(error):
        draw(tmp_path / "set", count=smallest, progress=False)
    assert list(tmp_path.iterdir()) == []


def test_progress_is_one_bar_that_can_be_switched_off(tmp_path, drawing, capsys):
    name, draw, smallest, _ = drawing
    draw(tmp_path / "quiet", count=smallest, progress=False)
    assert capsys.readouterr().err == ""
    draw(tmp_path / "loud", count=smallest)
    shown = capsys.readouterr().err
    assert f"drawing {name}" in shown
    assert "\n" not in shown


def test_a_log_without_a_terminal_can_be_kept_free_of_the_bar(tmp_path):
    drawn = "from drawings import draw_vehicles; draw_vehicles('set', count=20)"
    environment = os.environ | {"TQDM_DISABLE": "1", "PYTHONPATH": str(Path(__file__).parents[1])}
    run = subprocess.run(
        [sys.executable, "-c", drawn], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert run.stderr == ""


@pytest.mark.parametrize(("what", "draw"), [("vehicles", photo_bytes), ("food", dish_bytes)])
def test_children_draw_the_same_pictures_in_the_same_order(monkeypatch, what, draw):
    jobs = [(13, number, number % 2) for number in range(7)]
    monkeypatch.setattr("drawings.files.FEW", 3)
    assert list(drawn(what, draw, jobs)) == [draw(*job) for job in jobs]


def test_a_child_that_ends_early_is_told_and_none_is_left(monkeypatch):
    monkeypatch.setattr("drawings.files.FEW", 0)
    with pytest.raises(ChildProcessError, match="drawing planes stopped at picture 0 of 1"):
        list(drawn("planes", photo_bytes, [(13, 0, 1)]))
