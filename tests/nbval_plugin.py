"""Make nbval run notebooks the way Jupyter does, and stop at a notebook's first failing cell.

Use: python -m pytest -p tests.nbval_plugin --nbval-lax --nbval-current-env notebooks/01_baseline.ipynb
"""

import os

import nbval.kernel
import pytest
from nbval.plugin import IPyNbCell


def _execute(self, source, allow_stdin=None):
    # nbval leaves cells out of the history; then a trailing ";" silences nothing and every traceback says In[1].
    return self.kc.execute(source, store_history=True, allow_stdin=allow_stdin, stop_on_error=False)


nbval.kernel.RunningKernel.execute_cell_input = _execute


class TooSlow(Exception):
    """A cell was stopped by its time-out."""


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    """Fail a cell that its time-out stopped, also where the code took the interrupt and went on (as `fit` does)."""
    outcome = yield
    if isinstance(item, IPyNbCell) and item.parent.timed_out:
        seconds = item.config.option.nbval_cell_timeout
        load = f" ({os.getloadavg()[0]:.1f} processes on {os.cpu_count()} cores)" if hasattr(os, "getloadavg") else ""
        outcome.force_exception(
            TooSlow(
                f"cell {item.cell_num} was stopped after {seconds:.0f} s: this machine is too slow or too busy{load}, "
                "which says nothing about the course; close other programs, or give a cell more time: "
                f"make test ARGS=--nbval-cell-timeout={2 * seconds:.0f}"
            )
        )


def pytest_runtest_makereport(item, call):
    failed = call.when == "call" and call.excinfo and not call.excinfo.errisinstance(pytest.skip.Exception)
    if failed and isinstance(item, IPyNbCell):
        what = "was too slow" if call.excinfo.errisinstance(TooSlow) else "failed"
        item.parent.first_failed_cell = f"cell {item.cell_num} of this notebook {what}"


def pytest_runtest_setup(item):
    failed = getattr(item.parent, "first_failed_cell", None)
    if failed:
        pytest.skip(f"not run: {failed}")
