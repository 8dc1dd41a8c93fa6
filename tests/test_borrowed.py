"""What was measured of borrowed features is what their script measures, and the page of results shows it."""

from pathlib import Path

import pandas as pd
import pytest
import torch

from tests.benchmarks.borrowed import COLUMNS, COUNTS, RESULTS, plan, some, summary

STORED = pd.read_csv(RESULTS / "borrowed.csv")
WAYS = ["frozen", "fine-tuned"]


def test_every_planned_run_is_stored_once():
    assert list(STORED) == COLUMNS
    keys = ["dataset", "image_size", "way", "seed"]
    runs = STORED[keys].value_counts()
    planned = pd.DataFrame(
        plan(WAYS, list(COUNTS), range(5)), columns=["dataset", "image_size", "way", "count", "seed"]
    )
    assert runs.to_dict() == planned[keys].value_counts().to_dict()
    assert not STORED.duplicated([*keys, "labelled"]).any()
    assert STORED.valid_accuracy.between(0.3, 1).all()
    assert (STORED.test_accuracy.notna() == (STORED.dataset == "vehicles")).all()  # the food photos have no test part


def shown(row):
    """Write a row of the summary as the page does."""
    figures = [f"{row[part]:.1f}" + (f" ± {row[f'{part} spread']:.1f}" if row.seeds > 1 else "")
               for part in ("valid", "test") if row[part] == row[part]]  # fmt: skip
    return " | ".join([f"{row.labelled:,}", str(row.seeds), *figures])


def test_the_page_of_results_shows_what_is_stored():
    page = Path(RESULTS / "README.md").read_text(encoding="utf-8").splitlines()
    for _, row in summary(STORED).iterrows():
        wanted = f"{row.dataset}, {row.image_size} x {row.image_size}, {row.way}"
        assert any(wanted in line and f"| {shown(row)} |" in line for line in page), (wanted, shown(row))


@pytest.mark.parametrize(("dataset", "counts"), [("vehicles", [6, 4]), ("food", [10, 10])])
def test_labelled_pictures_are_drawn_by_class_and_fewer_are_among_more(dataset, counts):
    labels = torch.tensor([0, 1, 0, 0, 1] * 20)
    drawn = some(labels, dataset, 10, seed=1)
    assert labels[drawn].bincount().tolist() == counts
    assert set(drawn.tolist()) <= set(some(labels, dataset, 20, seed=1).tolist())
    assert not torch.equal(drawn, some(labels, dataset, 10, seed=2))
