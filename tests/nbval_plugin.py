"""Make nbval run notebooks the way Jupyter does, and stop at a notebook's first failing cell.

Use: python -m pytest -p tests.nbval_plugin --nbval-lax --nbval-current-env notebooks/01_baseline.ipynb
"""

import nbval.kernel
import pytest
from nbval.plugin import IPyNbCell


def _execute(self, source, allow_stdin=None):
    # nbval leaves cells out of the history; then a trailing ";" silences nothing and every traceback says In[1].
    return self.kc.execute(source, store_history=True, allow_stdin=allow_stdin, stop_on_error=False)


nbval.kernel.RunningKernel.execute_cell_input = _execute


def pytest_runtest_makereport(item, call):
    failed = call.when == "call" and call.excinfo and not call.excinfo.errisinstance(pytest.skip.Exception)
    if failed and isinstance(item, IPyNbCell):
        item.parent.first_failed_cell = item.name


def pytest_runtest_setup(item):
    failed = getattr(item.parent, "first_failed_cell", None)
    if failed:
        pytest.skip(f"{failed} of this notebook failed")
