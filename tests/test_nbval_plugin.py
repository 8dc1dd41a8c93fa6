"""A notebook run as a test tells a slow machine from a broken course, and counts nothing that did not run."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

ROOT = Path(__file__).resolve().parents[1]
SWALLOWS = "import time\ntry:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    print('returned early')"


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What is said of two notebooks, tested together: a process takes seconds to start."""
    folder = tmp_path_factory.mktemp("notebooks")
    for name, sources in {"slow": ("1", SWALLOWS, "2", "3"), "wrong": ("1 / 0", "2")}.items():
        cells = [new_code_cell(source, execution_count=1) for source in sources]
        nbformat.write(new_notebook(cells=cells), folder / f"{name}.ipynb")
    options = ["-v", "-ra", "-p", "tests.nbval_plugin", "-p", "no:cacheprovider", "--nbval-lax", "--nbval-current-env"]
    command = [sys.executable, "-m", "pytest", *options, "--nbval-cell-timeout=3", str(folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def outcomes(told, name):
    return re.findall(rf"{name}\W+ipynb::.*? (PASSED|FAILED|SKIPPED)", told.stdout)


def test_a_cell_stopped_by_its_time_out_fails_though_it_took_the_interrupt_and_the_rest_does_not_count(told):
    assert told.returncode == 1
    assert outcomes(told, "slow") == ["PASSED", "FAILED", "SKIPPED", "SKIPPED"]
    assert "was stopped after 3 s: this machine is too slow or too busy" in told.stdout
    assert "not run: cell 1 of this notebook was too slow" in told.stdout


def test_a_failing_cell_is_the_courses_fault_and_the_rest_does_not_count(told):
    assert outcomes(told, "wrong") == ["FAILED", "SKIPPED"]
    assert "not run: cell 0 of this notebook failed" in told.stdout
    assert "2 failed, 1 passed, 3 skipped" in told.stdout
