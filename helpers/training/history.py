"""What a call of `fit` measured, epoch by epoch, and how it is shown."""

import contextlib
import csv
import math
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from helpers.evaluation.guards import length

COLUMNS = ("epoch", "train_loss", "train_accuracy", "valid_loss", "valid_accuracy", "lr", "seconds")
_FORMATS = {
    "epoch": "{:.0f}".format, "train_loss": "{:.4f}".format, "train_accuracy": "{:.1%}".format, "lr": "{:.3g}".format,
    "valid_loss": "{:.4f}".format, "valid_accuracy": "{:.1%}".format, "seconds": "{:.1f}".format,
}  # fmt: skip


@dataclass
class History:
    """What one call of `fit` measured, one row an epoch.

    Training figures are running means over the epoch, taken in training mode while the weights still move; validation
    figures are those of `evaluate` after it, of averaged weights where there are any. Both count pictures, not batches.

    Attributes:
        rows: One dict an epoch with the keys of `COLUMNS`; validation figures are NaN without a validation loader.
        best_epoch: The epoch with the highest validation accuracy (of equals the lowest validation loss), or None.
        stopped: Why training ended before the last epoch, or None.
        earlier: How many of the epochs an earlier call of `fit` trained, from whose file this one went on.
        valid_part: How many validation pictures were measured each epoch, of how many; None if all were.

    >>> History([dict(zip(COLUMNS, (1, 0.7, 0.5, 0.6, 0.6, 1e-3, 2.0)))]).table.valid_accuracy.tolist()
    [0.6]
    """

    rows: list[dict[str, float]] = field(default_factory=list)
    best_epoch: int | None = None
    stopped: str | None = None
    earlier: int = 0
    valid_part: tuple[int, int] | None = None

    @property
    def table(self) -> pd.DataFrame:
        """All epochs as a table with the columns of `COLUMNS`; accuracies from 0 to 1, losses in nats."""
        return pd.DataFrame(self.rows, columns=list(COLUMNS))

    def __len__(self) -> int:
        return len(self.rows)

    def _short_table(self) -> pd.DataFrame:
        # At most a dozen rows: some at equal distances, the best, the last.
        step, always = math.ceil(len(self) / 10), (1, self.best_epoch, len(self))
        shown = [row for row in self.rows if row["epoch"] in always or row["epoch"] % step == 0]
        return type(self)(shown).table.assign(best=["*" if row["epoch"] == self.best_epoch else "" for row in shown])

    def _last_line(self) -> str:
        total = sum(row["seconds"] for row in self.rows)
        best = f", best epoch {self.best_epoch} (*)" if self.best_epoch else ""
        line = f"{len(self)} epoch{'s'[: len(self) != 1]} in {total:.1f} s{best}"
        if self.earlier:
            line += f"; {self.earlier} of them trained before"
        if self.valid_part:
            line += "; validation on {:,} of {:,} pictures: measure all with evaluate".format(*self.valid_part)
        return line + (f"; stopped: {self.stopped}" if self.stopped else "")

    def __repr__(self) -> str:
        table = self._short_table().to_string(index=False, formatters=_FORMATS, na_rep="") + "\n" if self.rows else ""
        return table + self._last_line()

    def _repr_html_(self) -> str:
        table = self._short_table().to_html(index=False, formatters=_FORMATS, na_rep="", border=0) if self.rows else ""
        return f"{table}<p>{self._last_line()}</p>"


def better(row: dict[str, float], history: History) -> bool:
    """Say whether this epoch beats the best so far: higher validation accuracy, or the same and a lower loss."""
    if math.isnan(row["valid_accuracy"]) or history.best_epoch is None:
        return not math.isnan(row["valid_accuracy"])
    best = history.rows[history.best_epoch - 1]
    return (row["valid_accuracy"], -row["valid_loss"]) > (best["valid_accuracy"], -best["valid_loss"])


def append(path: str | Path, row: dict[str, float]) -> None:
    """Write an epoch to the log at once; the first epoch begins the file anew."""
    with open(path, "w" if row["epoch"] == 1 else "a", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        if row["epoch"] == 1:
            writer.writeheader()
        writer.writerow(row)


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
        else:
            print("\r" + " " * 78 + "\r" if sys.stderr.isatty() else "", end="", file=sys.stderr, flush=True)
            print(history)
