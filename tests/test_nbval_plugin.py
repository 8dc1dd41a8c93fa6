"""A notebook run as a test tells a slow machine from a broken course, and counts nothing that did not run."""

import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

ROOT = Path(__file__).resolve().parents[1]
SWALLOWS = "import time\ntry:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    print('returned early')"


def outcome(tmp_path, *sources):
    cells = [new_code_cell(source, execution_count=1) for source in sources]
    nbformat.write(new_notebook(cells=cells), tmp_path / "made_up.ipynb")
    options = ["-ra", "-p", "tests.nbval_plugin", "-p", "no:cacheprovider", "--nbval-lax", "--nbval-current-env"]
    command = [sys.executable, "-m", "pytest", *options, "--nbval-cell-timeout=3", str(tmp_path / "made_up.ipynb")]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_cell_stopped_by_its_time_out_fails_though_it_took_the_interrupt_and_the_rest_does_not_count(tmp_path):
    told = outcome(tmp_path, "1", SWALLOWS, "2", "3")
    assert told.returncode == 1
    assert "1 failed, 1 passed, 2 skipped" in told.stdout
    assert "was stopped after 3 s: this machine is too slow or too busy" in told.stdout
    assert "not run: cell 1 of this notebook was too slow" in told.stdout


def test_a_failing_cell_is_the_courses_fault_and_the_rest_does_not_count(tmp_path):
    told = outcome(tmp_path, "1 / 0", "2")
    assert told.returncode == 1
    assert "1 failed, 1 skipped" in told.stdout
    assert "too slow" not in told.stdout
