"""The improvement ledger: what each notebook measured, in one table, so that the next can show the progress so far."""

import contextlib
import csv
import io
import math
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from filelock import FileLock, Timeout
from torch import nn

from helpers.evaluation import Evaluation, compare
from helpers.files import ROOT, data_dir, make_folder, read_table, write_text
from helpers.training import History

COLUMNS = [
    "time", "notebook", "technique", "profile", "dataset", "seed", "parameters", "epochs", "seconds",
    "train_accuracy", "valid_accuracy", "low", "high", "n",
]  # fmt: skip
GUESSES = ["question", "guessed", "measured"]
DATASETS = ("vehicles", "food")
RESULTS = ROOT / "data" / "results"
LOCK_SECONDS = 30


def ledger_file() -> Path:
    """Return the ledger's file: the environment variable ``COURSE_LEDGER``, else ``ledger.csv`` in the data folder."""
    named = os.environ.get("COURSE_LEDGER")
    return Path(named).expanduser() if named else data_dir() / "ledger.csv"


def photos(dataset: str = "vehicles", techniques: Iterable[str] | None = None, **kept) -> pd.DataFrame:
    """Return the stored runs on the real photos, a row a run; of vehicles those on the honest split, measured rightly.

    Args:
        dataset: ``"vehicles"`` or ``"food"``.
        techniques: Keep these only.
        **kept: Column and value: keep these rows only, such as ``split="article"``; None keeps all.

    >>> runs = photos(techniques=["baseline"], measured=None)
    >>> runs.technique.unique().tolist(), runs.split.unique().tolist()
    (['baseline'], ['honest'])
    """
    _check_dataset(dataset)
    path = RESULTS / f"{dataset}_full.csv"
    if not path.exists():  # the packages were installed without the repository
        return pd.DataFrame(columns=["technique", "seed", "train_accuracy", "valid_accuracy"])
    runs = pd.read_csv(path, keep_default_na=False, na_values=[""])  # a technique may be called None
    honest = {"split": "honest", "measured": "right pictures, eval mode"} if dataset == "vehicles" else {}
    for column, value in (honest | kept).items():
        runs = runs if value is None else runs[runs[column] == value]
    return runs if techniques is None else runs[runs["technique"].isin(techniques)]


def gain(runs: pd.DataFrame, first: str, second: str) -> str:
    """Return in words by how many points of validation accuracy the second technique is ahead, paired over the seeds.

    It takes rows of `rows` or `photos`; the interval is that of `compare` on accuracies and speaks of the seeds alone.

    >>> gain(photos(), "baseline", "dropout")
    '-3.0 (-4.9 to -1.1), 10 seeds'
    """
    wide = runs.pivot_table(index="seed", columns="technique", values="valid_accuracy", aggfunc="last")
    pairs = wide.reindex(columns=[first, second]).dropna()
    points = 100 * (pairs[second] - pairs[first]).mean()
    if len(pairs) < 2:
        return f"{points:+.1f}, 1 seed" if len(pairs) else "not measured yet"
    test = compare(pairs[first].tolist(), pairs[second].tolist())
    low, high = (100 * end for end in test.interval)
    return f"{points:+.1f} ({low:+.1f} to {high:+.1f}), {len(pairs)} seeds{'' if test.real else ', undecided'}"


def summary(
    runs: pd.DataFrame, by: str | list[str] = "technique", *, against: str | None = None, test: bool = False
) -> pd.DataFrame:
    """Return accuracies in percent, means over the seeds, with ``spread`` (standard deviation of valid) and ``seeds``.

    Args:
        runs: Rows of `rows` or `photos`. The highest validation accuracy comes first.
        by: The column, or columns, whose values become rows.
        against: A technique; the last column says what each is worth against it, as `gain` does.
        test: Open the test part, too, of photos.

    >>> summary(photos(techniques=["baseline", "dropout"]), against="baseline").seeds.tolist()
    [10, 10]
    """
    groups = runs.drop_duplicates([*([by] if isinstance(by, str) else by), "seed"], keep="last").groupby(by, sort=False)
    table = pd.DataFrame({part: groups[f"{part}_accuracy"].mean() for part in ["train", "valid"] + ["test"] * test})
    table = (100 * table.assign(spread=groups["valid_accuracy"].std())).astype(float).round(1).dropna(axis=1, how="all")
    table["seeds"] = groups["seed"].count()
    if against is not None:
        worth = {name: gain(runs, against, name) for name in table.index if name != against}
        table[f"against {against}"] = table.index.map(worth).fillna("")
    return table.sort_values("valid", ascending=False, kind="stable")


def changes(recipe: str) -> pd.DataFrame:
    """Return what single changes of a recipe, such as "04", are worth on the sample: points, with 95 % intervals.

    >>> changes("04").columns.tolist()
    ['difference', 'low', 'high']
    """
    stored = pd.read_csv(RESULTS / "changes.csv", index_col="change")
    return (100 * stored.loc[stored.recipe == recipe, ["difference", "low", "high"]]).round(1)


def record(
    notebook: str, technique: str, evaluation: Evaluation, *, profile: str, dataset: str = "vehicles", seed: int,
    model: nn.Module | None = None, history: History | None = None, train: Evaluation | None = None,
) -> None:  # fmt: skip
    """Append one run to the ledger; processes that write at the same time wait for each other.

    Args:
        notebook: Name of the notebook, such as ``"01_baseline"``.
        technique: What was tried; use the names of `plots.COLOURS` where one fits.
        evaluation: Measured on the validation pictures.
        profile: ``"sample"`` or ``"full"``: `Splits.profile`.
        dataset: ``"vehicles"`` or ``"food"``: `Splits.name`.
        seed: The run's seed.
        model: Gives the number of parameters.
        history: Gives epochs and seconds.
        train: Measured on the training pictures, which the moving figures of a `History` do not stand in for.
    """
    if profile not in ("sample", "full"):
        raise ValueError(f"profile is {profile!r}; pass 'sample' or 'full', best as data.profile.")
    _check_dataset(dataset)
    for name, value in (("notebook", notebook), ("technique", technique)):
        if not value.strip():
            raise ValueError(f"{name} is {value!r}; give it a name, such as '01_baseline' or 'dropout'.")
    parameters = "" if model is None else sum(parameter.numel() for parameter in model.parameters())
    spent = ("", "") if history is None else (len(history), round(float(history.table["seconds"].sum()), 2))
    accuracies = "" if train is None else train.accuracy, evaluation.accuracy, *evaluation.interval
    run = (
        datetime.now(UTC).isoformat(timespec="seconds"), notebook, technique, profile, dataset, int(seed),
        parameters, *spent, *accuracies, len(evaluation.labels),
    )  # fmt: skip
    path = ledger_file()
    with _locked(path):
        # Written whole: what an editor or spreadsheet made of the file meanwhile, such as a lost last line end, goes.
        earlier = [cells for _, cells in _cells(path)]
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([COLUMNS, *earlier, run])
        write_text(path, text.getvalue())


def rows(profile: str | None = None, *, dataset: str | None = "vehicles") -> pd.DataFrame:
    """Return every run recorded so far, oldest first; `profile` and `dataset` keep the runs on that data, None all.

    >>> list(rows().columns) == COLUMNS
    True
    """
    if dataset is not None:
        _check_dataset(dataset)
    path = ledger_file()
    if not path.exists():
        return pd.DataFrame(columns=COLUMNS)
    with _locked(path):
        cells = _cells(path)
    table = pd.DataFrame([_run(path, line, row) for line, row in cells], columns=COLUMNS)
    for name, wanted in (("profile", profile), ("dataset", dataset)):
        if wanted is not None:
            table = table[table[name] == wanted]
    return table.reset_index(drop=True)


def best(profile: str, technique: str, *, dataset: str = "vehicles") -> pd.Series | None:
    """Return what a technique has reached so far: the number to beat in the next notebook; None where it has no run.

    It is the row of the ``notebook`` with the highest validation accuracy, means over seeds: ``valid_accuracy``,
    ``train_accuracy``, ``low``, ``high`` from 0 to 1, ``spread``, ``seeds``, ``parameters``, ``epochs``, ``seconds``.

    >>> best("sample", "a technique nobody tried") is None
    True
    """
    means = _means(profile, dataset)
    means = means[means["technique"] == technique]
    return None if means.empty else means.iloc[0]


def leaderboard(profile: str, *, dataset: str | None = "vehicles") -> pd.DataFrame:
    """Return the ranking so far, for reading; compute with `rows` and `best`.

    The last run of each notebook, technique and seed counts. Runs are averaged over seeds; ``spread`` is their sample
    standard deviation and ``interval`` the mean 95 % interval of a single run. Beside them stands what the technique
    reached on the real photos (`photos`): mean validation accuracy, spread and seeds. A cell without a number is blank.

    It has one row a notebook and technique, highest validation accuracy first, in percent (points) with one decimal;
    with `dataset=None` the first column names the data set, each from rank 1: two questions have no common order.
    """
    wanted = DATASETS if dataset is None else (dataset,)
    tables = [_means(profile, name).join(_on_photos(name), on="technique") for name in wanted]
    table = pd.concat([part for part in tables if len(part)] or tables[:1])
    percent = ["valid_accuracy", "spread", "low", "high"]
    table[percent] = (table[percent].astype(float) * 100).round(1)
    table["interval"] = [f"{low:.1f} to {high:.1f}" for low, high in zip(table["low"], table["high"], strict=True)]
    for name in ("spread", "real_photos"):
        table[name] = table[name].astype(object).where(table[name].notna(), "")
    shown = ["dataset"] * (dataset is None) + ["technique", "notebook", "valid_accuracy", "spread", "seeds"]
    shown += ["interval", "real_photos"]
    return table[shown].set_axis(table.index + 1).rename_axis(columns="accuracies in %")


def guess(question: str, guessed: float, measured: float) -> None:
    """Show what was predicted beside what came out, and keep both for `guesses`; ``...`` is no prediction yet.

    >>> guess("01 validation accuracy (%)", ..., 78.7)
    01 validation accuracy (%): 78.7. No prediction: put a number in place of the dots, before you look.
    """
    if guessed is ... or guessed is None:
        print(f"{question}: {measured:.4g}. No prediction: put a number in place of the dots, before you look.")
        return
    print(f"{question}: {measured:.4g}; you said {float(guessed):.4g}")
    path = ledger_file().with_name("guesses.csv")
    with _locked(path):
        others = [row for row in guesses().itertuples(index=False) if row.question != question]
        table = pd.DataFrame([*others, (question, float(guessed), float(measured))], columns=GUESSES)
        write_text(path, table.to_csv(index=False))


def guesses() -> pd.DataFrame:
    """Return the last prediction of each question, with the columns `GUESSES`."""
    path = ledger_file().with_name("guesses.csv")
    return pd.read_csv(path) if path.exists() else pd.DataFrame(columns=GUESSES)


def _means(profile: str, dataset: str) -> pd.DataFrame:
    """Average the last run of each notebook, technique and seed over the seeds; highest validation accuracy first."""
    last = rows(profile, dataset=dataset).drop_duplicates(["notebook", "technique", "seed"], keep="last")
    groups = last.groupby(["technique", "notebook"], sort=False)
    means = groups[["valid_accuracy", "train_accuracy", "low", "high", "parameters", "epochs", "seconds"]].mean()
    means = means.assign(spread=groups["valid_accuracy"].std(), seeds=groups["seed"].count(), dataset=dataset)
    return means.reset_index().sort_values("valid_accuracy", ascending=False, kind="stable", ignore_index=True)


def _on_photos(dataset: str) -> pd.Series:
    """Say in words, by technique, what the stored runs on the real photos reached, means over seeds."""

    def told(percents: pd.Series) -> str:
        spread, s = (f" +- {percents.std():.1f}", "s") if len(percents) > 1 else ("", "")
        return f"{percents.mean():.1f}{spread} ({len(percents)} seed{s})"

    runs = photos(dataset)
    return (100 * runs["valid_accuracy"]).groupby(runs["technique"]).agg(told).rename("real_photos")


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    make_folder(path.parent, "COURSE_LEDGER" if os.environ.get("COURSE_LEDGER") else "COURSE_DATA_DIR")
    lock = path.with_name(path.name + ".lock")
    try:
        with FileLock(lock, timeout=LOCK_SECONDS):
            yield
    except Timeout:
        said = f"another process has kept the ledger {path} locked for {LOCK_SECONDS} seconds"
        raise TimeoutError(f"{said}; close the notebook that hangs and run this cell again.") from None


def _cells(path: Path) -> list[tuple[int, list[str]]]:
    """Return line number and cells of each row, in the order of `COLUMNS`; refuse a file that is no ledger."""
    if not path.exists() or not path.stat().st_size:
        return []
    try:
        (_, found), *cells = read_table(path) or [(1, [])]
    except ValueError as error:
        raise ValueError(f"{path} is {error}; move the file away, or save it again as one.") from error
    found = [name.strip() for name in found]
    if sorted(found) != sorted(COLUMNS):
        raise ValueError(
            f"{path} holds the columns {', '.join(found) or '(none)'}, not those of the ledger; move the file away (a "
            "new one is begun) or point COURSE_LEDGER at another file."
        )
    order = [found.index(name) for name in COLUMNS]
    return [(line, [row[i] for i in order] if len(row) == len(order) else row) for line, row in cells]


def _run(path: Path, line: int, row: list[str]) -> list[str | float]:
    """Return the values of a row; a number may have the comma of a spreadsheet that writes numbers so."""
    wrong = [] if len(row) == len(COLUMNS) else [f"it has {len(row)} values instead of {len(COLUMNS)}"]
    values = row[:5]
    for name, text in zip(COLUMNS[5:], map(str.strip, row[5:]), strict=False):
        try:
            value = int(text) if text.isdecimal() else float(text.replace(",", ".") or "nan")
        except ValueError:
            value = math.inf
        unknown = name in ("parameters", "epochs", "seconds", "train_accuracy") and not text
        share = name in ("train_accuracy", "valid_accuracy", "low", "high")
        if not unknown and not (0 <= value <= 1 if share else math.isfinite(value)):
            wrong.append(f"{name} is {text!r}")
        values.append(value)
    if wrong:
        raise ValueError(f"{path}, line {line}, is no run: {', '.join(wrong)}; correct this line or delete it.")
    return values


def _check_dataset(dataset: str) -> None:
    if dataset not in DATASETS:
        raise ValueError(f"dataset is {dataset!r}; pass 'vehicles' or 'food', best as data.name.")
