"""The tables of single changes that the lectures show are those that their script makes."""

from pathlib import Path

import pandas as pd

from tests.benchmarks.changes import COLUMNS, RESULTS, recipes

STORED = pd.read_csv(RESULTS / "changes.csv")


def test_every_change_is_stored_once_in_the_scripts_order():
    assert list(STORED) == COLUMNS
    for name, (_, changes) in recipes().items():
        assert STORED.change[STORED.recipe == name].tolist() == list(changes)


def test_the_page_of_results_shows_what_is_stored():
    page = Path(RESULTS / "README.md").read_text(encoding="utf-8")
    for row in STORED.itertuples():
        numbers = f"{100 * row.difference:+.1f} ({100 * row.low:+.1f} to {100 * row.high:+.1f})"
        assert any(f"| {row.change} |" in line and numbers in line for line in page.splitlines()), row.change


def test_the_deep_and_the_shallow_networks_are_stored_for_each_rate_and_seed():
    stored = pd.read_csv(RESULTS / "depth.csv")
    assert not stored.duplicated(["network", "lr", "seed"]).any()
    assert stored.groupby(["network", "lr"]).seed.nunique().eq(3).all()
    assert len(stored) == 27
