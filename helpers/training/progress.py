"""One line while training, the table after it."""

import contextlib
import sys
import time
from collections.abc import Iterable

from tqdm import tqdm

from helpers.evaluation.guards import length
from helpers.training.history import History


class Progress:
    """One line while training, the history's table after it: in a notebook a display that is replaced, else tqdm."""

    def __init__(self, epochs: int, loader: Iterable, done: int = 0) -> None:
        self.epochs, self.started, self.drawn, self.steps = epochs, time.perf_counter(), 0.0, 0
        batches = length(loader)
        self.total = batches and (epochs - done) * batches
        self.handle = None
        with contextlib.suppress(ImportError, NameError):
            from IPython import get_ipython

            if get_ipython() is not None and hasattr(get_ipython(), "kernel"):
                from IPython.display import display

                self.handle = display({"text/plain": "starting"}, raw=True, display_id=True)

    def step(self, epoch: int, history: History) -> None:
        """Count a batch and redraw the line, at most five times a second."""
        self.steps += 1
        now = time.perf_counter()
        if now - self.drawn < 0.2:
            return
        self.drawn = now
        last = f"valid {100 * history.rows[-1]['valid_accuracy']:.1f} %" if history.rows else ""
        line = tqdm.format_meter(
            self.steps, self.total, now - self.started, ncols=78, unit="batch", prefix=f"epoch {epoch}/{self.epochs}",
            postfix=last or None,
        )  # fmt: skip
        if self.handle:
            self.handle.update({"text/plain": line}, raw=True)
        elif sys.stderr.isatty():
            print(f"\r{line:<78}", end="", file=sys.stderr, flush=True)

    def close(self, history: History) -> None:
        """Put the table in the place of the line."""
        if self.handle:
            self.handle.update(history)
            return
        if sys.stderr.isatty():
            print("\r" + " " * 78 + "\r", end="", file=sys.stderr, flush=True)
        print(history)
