"""The improvement ledger: what each notebook measured, in one table, so that the next can show the progress so far."""

import contextlib
import csv
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from helpers.runtime import data_dir

if TYPE_CHECKING:
    import pandas as pd
    from torch import nn

    from helpers.evaluation import Evaluation
    from helpers.training import History

COLUMNS = [
    "time", "notebook", "technique", "profile", "seed", "parameters", "epochs", "seconds",
    "train_accuracy", "valid_accuracy", "low", "high", "n",
]  # fmt: skip
REFERENCE = Path(__file__).resolve().parent.parent / "data" / "results" / "vehicles_full.csv"
LOCK_SECONDS = 30


def ledger_file() -> Path:
    """Return the ledger's file: the environment variable ``COURSE_LEDGER``, else ``ledger.csv`` in the data folder.

    Example:
        >>> ledger_file().suffix
        '.csv'
    """
    named = os.environ.get("COURSE_LEDGER")
    return Path(named).expanduser() if named else data_dir() / "ledger.csv"


def record(
    notebook: str,
    technique: str,
    evaluation: "Evaluation",
    *,
    profile: str,
    seed: int,
    model: "nn.Module | None" = None,
    history: "History | None" = None,
    train: "Evaluation | None" = None,
) -> None:
    """Append one run to the ledger; processes that write at the same time wait for each other.

    Args:
        notebook: Name of the notebook, such as ``"01_baseline"``.
        technique: What was tried; use the names of `plots.COLOURS` where one fits.
        evaluation: Measured on the validation pictures.
        profile: ``"sample"`` or ``"full"``: `Splits.profile`.
        seed: The run's seed.
        model: Gives the number of parameters.
        history: Gives epochs and seconds.
        train: Measured on the training pictures. (The training accuracy in a `History` is taken while the weights
            change and dropout is on, so it does not stand in for this.)

    Raises:
        ValueError: The profile is none of the two, a name is empty, or the ledger's file holds another table.
        TimeoutError: Another process kept the ledger for half a minute.

    Example:
        >>> import tempfile, torch
        >>> from helpers.evaluation import Evaluation
        >>> folder = tempfile.TemporaryDirectory()
        >>> os.environ["COURSE_LEDGER"] = folder.name + "/ledger.csv"
        >>> measured = Evaluation(torch.eye(2), torch.tensor([0, 1]), ["ordinary", "emergency"])
        >>> record("01_baseline", "baseline", measured, profile="sample", seed=0)
        >>> leaderboard("sample")[["technique", "valid_accuracy", "seeds"]]
        accuracies in % technique  valid_accuracy  seeds
        1                baseline           100.0      1
        >>> del os.environ["COURSE_LEDGER"]
        >>> folder.cleanup()
    """
    if profile not in ("sample", "full"):
        raise ValueError(f"profile is {profile!r}; pass 'sample' or 'full', best as data.profile.")
    for name, value in (("notebook", notebook), ("technique", technique)):
        if not value.strip():
            raise ValueError(f"{name} is {value!r}; give it a name, such as '01_baseline' or 'dropout'.")
    low, high = evaluation.interval
    row = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "notebook": notebook,
        "technique": technique,
        "profile": profile,
        "seed": int(seed),
        "parameters": "" if model is None else sum(parameter.numel() for parameter in model.parameters()),
        "epochs": "" if history is None else len(history),
        "seconds": "" if history is None else round(float(history.table["seconds"].sum()), 2),
        "train_accuracy": "" if train is None else train.accuracy,
        "valid_accuracy": evaluation.accuracy,
        "low": low,
        "high": high,
        "n": len(evaluation.labels),
    }
    path = ledger_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path):
        if _begun(path):
            _check_columns(path)
        else:
            _create(path)
        with path.open("a", newline="", encoding="utf-8") as file:
            csv.DictWriter(file, COLUMNS, lineterminator="\n").writerow(row)


def rows(profile: str | None = None) -> "pd.DataFrame":
    """Return every run recorded so far, oldest first; accuracies from 0 to 1.

    Args:
        profile: ``"sample"`` or ``"full"`` keeps the runs on that data; None keeps all.

    Returns:
        A table with the columns `COLUMNS`; empty when nothing was recorded.

    Raises:
        ValueError: The ledger's file holds another table.

    Example:
        >>> list(rows().columns) == COLUMNS
        True
    """
    import pandas as pd

    path = ledger_file()
    if not _begun(path):
        return pd.DataFrame(columns=COLUMNS)
    with _locked(path):
        _check_columns(path)
        table = pd.read_csv(path, dtype={"notebook": str, "technique": str, "profile": str}, encoding="utf-8")
    return table if profile is None else table[table["profile"] == profile].reset_index(drop=True)


def best(profile: str, technique: str) -> "pd.Series | None":
    """Return what a technique has reached so far: the number to beat in the next notebook.

    Args:
        profile: ``"sample"`` or ``"full"``.
        technique: Its name in the ledger.

    Returns:
        A row with the means over seeds (``valid_accuracy``, ``train_accuracy``, ``low``, ``high`` from 0 to 1,
        ``spread``, ``seeds``, ``parameters``, ``epochs``, ``seconds``) and the ``notebook`` that has the highest
        validation accuracy; None when no notebook has recorded the technique.

    Example:
        >>> best("sample", "a technique nobody tried") is None
        True
    """
    means = _means(profile)
    means = means[means["technique"] == technique]
    return None if means.empty else means.iloc[0]


def leaderboard(profile: str) -> "pd.DataFrame":
    """Return the ranking so far, for reading; compute with `rows` and `best`.

    The last run of each notebook, technique and seed counts. Runs are averaged over seeds; ``spread`` is their sample
    standard deviation and ``interval`` the mean 95 % interval of a single run. Beside them stands what the technique
    reached on the real photos with the honest split, from ``data/results/vehicles_full.csv``: mean validation accuracy,
    spread and seeds. A cell is blank where there is no number, such as the spread of one seed.

    Args:
        profile: ``"sample"`` or ``"full"``.

    Returns:
        One row a notebook and technique, highest validation accuracy first. Accuracies, spreads and intervals are in
        percent (points), rounded to one decimal.

    Example:
        >>> leaderboard("sample").columns[:5].tolist()
        ['technique', 'notebook', 'valid_accuracy', 'spread', 'seeds']
    """
    table = _means(profile).merge(_reference(), on="technique", how="left")
    percent = ["valid_accuracy", "spread", "train_accuracy", "low", "high"]
    table[percent] = (table[percent].astype(float) * 100).round(1)
    table["interval"] = [f"{low:.1f} to {high:.1f}" for low, high in zip(table["low"], table["high"], strict=True)]
    table["seconds"] = table["seconds"].astype(float).round(1)
    for whole in ("parameters", "seeds"):
        table[whole] = table[whole].astype(float).round().astype("Int64")
    shown = [
        "technique", "notebook", "valid_accuracy", "spread", "seeds", "interval", "train_accuracy", "parameters",
        "seconds", "real_photos",
    ]  # fmt: skip
    table = table[shown].set_axis(range(1, len(table) + 1)).rename_axis(columns="accuracies in %")
    for name in table.columns[table.isna().any()]:
        table[name] = table[name].astype(object).where(table[name].notna(), "")
    return table


def _means(profile: str) -> "pd.DataFrame":
    """Average the last run of each notebook, technique and seed over the seeds; highest validation accuracy first."""
    last = rows(profile).drop_duplicates(["notebook", "technique", "seed"], keep="last")
    groups = last.groupby(["technique", "notebook"], sort=False, as_index=False)
    numbers = ["valid_accuracy", "train_accuracy", "low", "high", "parameters", "epochs", "seconds"]
    means = groups[numbers].mean()
    means["spread"] = groups["valid_accuracy"].std()["valid_accuracy"]
    means["seeds"] = groups["seed"].count()["seed"]
    return means.sort_values("valid_accuracy", ascending=False, kind="stable", ignore_index=True)


def _reference() -> "pd.DataFrame":
    """Average the stored runs on the real photos over seeds: honest split, pictures not scrambled, evaluation mode."""
    import pandas as pd

    if not REFERENCE.exists():
        return pd.DataFrame(columns=["technique", "real_photos"])
    runs = pd.read_csv(REFERENCE)
    runs = runs[(runs["split"] == "honest") & (runs["measured"] == "right pictures, eval mode")]
    texts = {}
    for technique, accuracies in (100 * runs.set_index("technique")["valid_accuracy"]).groupby(level=0):
        spread = f" +- {accuracies.std():.1f}" if len(accuracies) > 1 else ""
        texts[technique] = f"{accuracies.mean():.1f}{spread} ({len(accuracies)} seed{'s' * (len(accuracies) > 1)})"
    return pd.DataFrame({"technique": list(texts), "real_photos": list(texts.values())})


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock = path.with_name(path.name + ".lock")
    try:
        with FileLock(lock, timeout=LOCK_SECONDS):
            yield
    except Timeout:
        raise TimeoutError(
            f"another process has kept the ledger {path} locked for {LOCK_SECONDS} seconds; close the notebook that "
            "hangs and run this cell again."
        ) from None


def _begun(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _create(path: Path) -> None:
    # A reader or a crash must never meet half a header: write beside, then rename.
    partial = path.with_name(path.name + ".partial")
    with partial.open("w", newline="", encoding="utf-8") as file:
        csv.DictWriter(file, COLUMNS, lineterminator="\n").writeheader()
    os.replace(partial, path)


def _check_columns(path: Path) -> None:
    with path.open(newline="", encoding="utf-8") as file:
        found = next(csv.reader(file), [])
    if found != COLUMNS:
        raise ValueError(
            f"{path} holds the columns {', '.join(found) or '(none)'}, not those of the ledger; move the file away (a "
            "new one is begun) or point COURSE_LEDGER at another file."
        )
