"""Notebooks run without a browser: in order, with clean copies, and with clear ends."""

import asyncio
import json
from pathlib import Path
from queue import Empty

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course.__main__ import main
from course.commands import run


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course in an empty folder; returns a function that writes a notebook into it."""
    (tmp_path / "notebooks").mkdir()
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(run.datasets, "data_folder", lambda name, profile: None)  # no test here looks at pictures

    def write(name, *sources):
        cells = [new_markdown_cell("# Title"), *map(new_code_cell, sources)]
        path = tmp_path / "notebooks" / name
        nbformat.write(new_notebook(cells=cells), path)
        return path

    return write


def arguments(tmp_path, *rest):
    return ["run", "--profile", "sample", "--output", str(tmp_path / "runs"), *rest]


def printed(path):
    cells = json.loads(Path(path).read_text())["cells"]
    return ["".join(output.get("text", "")) for cell in cells for output in cell.get("outputs", [])]


def test_notebooks_run_in_order_with_the_settings_they_need(course, tmp_path, capsys):
    course("02_second.ipynb", "import os, pathlib\nprint(pathlib.Path(os.environ['COURSE_LEDGER']).read_text())")
    first = course(
        "01_first.ipynb",
        "import os, pathlib\nledger = pathlib.Path(os.environ['COURSE_LEDGER'])",
        "print(os.environ['COURSE_DATA'], ledger.exists(), pathlib.Path.cwd().name)",
        "ledger.write_text('from 01');",
    )
    before = first.read_bytes()
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "ledger.csv").write_text("old")
    assert main(arguments(tmp_path)) == 0
    assert printed(tmp_path / "runs" / "01_first.ipynb") == ["sample False notebooks\n"]
    assert printed(tmp_path / "runs" / "02_second.ipynb") == ["from 01\n"]
    assert first.read_bytes() == before
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:5] for line in lines] == [
        ["01_first.ipynb", "3", "of", "3", "cells"],
        ["02_second.ipynb", "1", "of", "1", "cells"],
    ]


@pytest.fixture
def course_of_both(course):
    course("01_first.ipynb", "from helpers import load_vehicles")
    course("02_none.ipynb", "print('no pictures')")
    course("05_food.ipynb", "from helpers import load_food\nload_food()", "# load_vehicles")
    course("06_food.ipynb", "from helpers import load_food")


@pytest.fixture
def events(monkeypatch):
    """What was drawn and run, in order, instead of drawing and running."""
    happened = []
    monkeypatch.setattr(run.datasets, "data_folder", lambda name, profile: happened.append((name, profile)))

    def note(path, target, settings, *, timeout):
        happened.append((path.name[:2], settings.get("COURSE_DATA"), timeout))

    monkeypatch.setattr(run, "run", note)
    return happened


def test_the_samples_are_there_before_the_first_notebook_starts(course_of_both, events, tmp_path):
    assert main(arguments(tmp_path, "01", "06")) == 0
    assert events[:2] == [("vehicles", "sample"), ("food", "sample")]
    assert events[2:] == [("01", "sample", run.SAMPLE_TIMEOUT), ("06", "sample", run.SAMPLE_TIMEOUT)]


@pytest.mark.parametrize(("number", "drawn"), [("01", ["vehicles"]), ("02", []), ("06", ["food"])])
def test_only_what_the_chosen_notebooks_need_is_drawn(course_of_both, events, tmp_path, number, drawn):
    assert main(arguments(tmp_path, number)) == 0
    assert [event[0] for event in events[:-1]] == drawn


def test_a_loader_named_in_the_text_draws_nothing(course, events, tmp_path):
    path = course("01_first.ipynb", "1")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].source = "# `load_food` comes later"
    nbformat.write(notebook, path)
    assert main(arguments(tmp_path)) == 0
    assert [event[0] for event in events] == ["01"]


def test_without_a_profile_each_set_decides_and_only_real_photos_may_take_long(
    course_of_both, events, tmp_path, full_set
):
    assert main(["run", "--output", str(tmp_path / "runs")]) == 0
    assert events[:2] == [("vehicles", "full"), ("food", "sample")]
    limits = {number: timeout for number, _, timeout in events[2:]}
    assert limits == {"01": None, "02": run.SAMPLE_TIMEOUT, "05": None, "06": run.SAMPLE_TIMEOUT}
    # Decided once, and handed on where it is the same for all pictures of a notebook.
    assert [profile for _, profile, _ in events[2:]] == ["full", None, None, "sample"]


def test_a_profile_holds_for_both_sets(course_of_both, events, tmp_path, full_set):
    assert main(["run", "--profile", "full", "--output", str(tmp_path / "runs"), "01", "06"]) == 0
    assert events == [("vehicles", "full"), ("food", "full"), ("01", "full", None), ("06", "full", None)]


@pytest.mark.parametrize(("variable", "seen"), [(None, "None"), ("sample", "sample")])
def test_a_kernel_sees_course_data_as_it_was_set(course, tmp_path, monkeypatch, variable, seen):
    if variable:
        monkeypatch.setenv("COURSE_DATA", variable)
    course("01_first.ipynb", "import os\nprint(os.environ.get('COURSE_DATA'))")
    assert main(["run", "--output", str(tmp_path / "runs")]) == 0
    assert printed(tmp_path / "runs" / "01_first.ipynb") == [f"{seen}\n"]


def test_a_wrong_profile_stops_before_the_first_notebook(course_of_both, events, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", "big")
    assert main(["run"]) == 1
    assert "COURSE_DATA is 'big'" in capsys.readouterr().err
    assert events == []


def test_in_place_gives_the_same_clean_file_each_time(course, tmp_path):
    path = course("01_first.ipynb", "import ipywidgets\nipywidgets.IntSlider()", "print('seen')")
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata = {"widgets": {}, "language_info": {"name": "python", "version": "3.9"}}
    notebook.cells[1].metadata = {"tags": ["kept"], "execution": {"iopub.execute_input": "2020"}}
    nbformat.write(notebook, path)
    assert main(arguments(tmp_path, "--in-place")) == 0
    once = path.read_text()
    assert main(arguments(tmp_path, "01", "--in-place")) == 0
    assert path.read_text() == once
    after = nbformat.read(path, as_version=4)
    assert after.metadata == {"kernelspec": run.KERNEL, "language_info": {"name": "python"}}
    assert [cell.id for cell in after.cells] == [cell.id for cell in notebook.cells]
    assert after.cells[1].metadata == {"tags": ["kept"]}
    assert [cell.get("execution_count") for cell in after.cells] == [None, 1, 2]
    assert printed(path) == ["seen\n"]
    assert not list(path.parent.glob("*.part"))


def test_the_first_error_stops_everything_and_is_shown_with_its_cell(course, tmp_path, capsys):
    course("01_bad.ipynb", "x = 0", "y = 1\ny / x", "print('never')")
    course("02_next.ipynb", "print('never')")
    assert main(arguments(tmp_path)) == 1
    out, err = capsys.readouterr()
    assert "01_bad.ipynb               1 of 3 cells" in out
    assert out.rstrip().endswith("failed")
    assert "01_bad.ipynb, cell 3 of 4 (In [2]) failed:" in err
    assert "----> 2 y / x" in err
    assert "ZeroDivisionError: division by zero" in err
    assert "\x1b" not in err
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["01_bad.ipynb"]


def test_a_failed_notebook_is_not_changed_in_place(course, tmp_path):
    path = course("01_bad.ipynb", "1 / 0")
    before = path.read_bytes()
    assert main(arguments(tmp_path, "--in-place")) == 1
    assert path.read_bytes() == before


def test_a_cell_that_takes_too_long_is_stopped(course, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(run, "SAMPLE_TIMEOUT", 1)
    course("01_slow.ipynb", "import time\ntime.sleep(60)")
    assert main(arguments(tmp_path)) == 1
    assert "cell 2 of 2 (In [1]) took longer than 1 seconds:\n\nimport time" in capsys.readouterr().err


def test_a_kernel_that_dies_is_told_with_its_cell(course, tmp_path, capsys):
    course("01_dead.ipynb", "import os\nos._exit(1)")
    assert main(arguments(tmp_path)) == 1
    assert "cell 2 of 2 (In [1]) ended the kernel, most often because memory ran out" in capsys.readouterr().err


def test_a_kernel_that_does_not_start_is_told(course, tmp_path, monkeypatch, capsys):
    async def start_kernel(self, **settings):
        raise RuntimeError("Kernel died before replying to kernel_info")

    monkeypatch.setattr("jupyter_client.manager.AsyncKernelManager._async_start_kernel", start_kernel)
    monkeypatch.setattr("jupyter_client.manager.AsyncKernelManager.start_kernel", start_kernel)
    course("01_first.ipynb", "1")
    assert main(arguments(tmp_path)) == 1
    assert "01_first.ipynb, the kernel did not start (Kernel died" in capsys.readouterr().err


def test_ctrl_c_ends_cleanly_and_ends_the_kernel(course, tmp_path, capsys):
    interrupt = (
        "import os, pathlib, signal, time\npathlib.Path('kernel').write_text(str(os.getpid()))\n"
        "os.kill(os.getppid(), signal.SIGINT)\ntime.sleep(60)"
    )
    course("01_long.ipynb", interrupt)
    assert main(arguments(tmp_path)) == 130
    out, err = capsys.readouterr()
    assert out.rstrip().endswith("stopped")
    assert err == "\nStopped.\n"
    import psutil

    kernel = int((tmp_path / "notebooks" / "kernel").read_text())
    assert not psutil.pid_exists(kernel) or psutil.Process(kernel).status() == psutil.STATUS_ZOMBIE
    assert not (tmp_path / "runs" / "01_long.ipynb").exists()


def test_notebooks_are_found_by_number_name_and_path(tmp_path):
    names = ["01_baseline.ipynb", "02_dropout.ipynb", "draft.ipynb"]
    for name in names:
        (tmp_path / name).touch()
    paths = [tmp_path / name for name in names]
    assert run.find([], tmp_path) == paths[:2]
    assert run.find(["02", "01_baseline", "02_dropout.ipynb"], tmp_path) == [paths[1], paths[0], paths[1]]
    assert run.find([str(paths[2])], tmp_path) == [paths[2]]


@pytest.mark.parametrize("name", ["03", "1", "baseline", "../01_baseline.ipynb", "notes.txt"])
def test_an_unknown_notebook_is_told_the_known_ones(tmp_path, name):
    (tmp_path / "01_baseline.ipynb").touch()
    with pytest.raises(ValueError, match=rf"there is no notebook '{name}'; there are 01_baseline\."):
        run.find([name], tmp_path)


def test_a_folder_without_notebooks_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="no notebook to run: there is none at all"):
        run.find([], tmp_path)


def test_a_file_that_is_no_notebook_is_an_error(course, tmp_path, capsys):
    course("01_first.ipynb").write_text("no json")
    assert main(arguments(tmp_path)) == 1
    assert "01_first.ipynb is no notebook that can be read" in capsys.readouterr().err


def test_a_message_that_woke_nobody_is_found():
    waits = []

    async def get_message(timeout):
        waits.append(timeout)
        if len(waits) < 3:
            raise Empty
        return "there"

    assert asyncio.run(run._in_slices(get_message, 0.01)()) == "there"
    assert waits == [0.01] * 3


def test_waiting_for_a_message_ends_at_the_time_out():
    async def get_message(timeout):
        await asyncio.sleep(timeout)
        raise Empty

    with pytest.raises(Empty):
        asyncio.run(run._in_slices(get_message, 0.01)(timeout=0.03))


def test_a_terminal_sees_one_line_that_is_rewritten(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    progress = run.Progress("01_first.ipynb", 5)

    async def two_ticks():
        ticking = asyncio.create_task(progress.tick())
        await asyncio.sleep(0)
        progress.done = 5
        ticking.cancel()

    asyncio.run(two_ticks())
    progress.close("-> runs")
    shown = capsys.readouterr().out
    assert shown.startswith("\r01_first.ipynb             0 of 5 cells")
    assert shown.rsplit("\r", 1)[1].startswith("01_first.ipynb             5 of 5 cells")
    assert shown.count("\n") == 1
