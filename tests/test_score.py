"""`python -m helpers score` ranks submissions, says what the data leave open, and never dies on a file."""

import re

import numpy as np
import pandas as pd
import pytest

from helpers.__main__ import main
from helpers.commands.score import leaderboard, read_categories, submission

IDS, CLASSES = 300, 11
TRUTH = np.random.default_rng(0).integers(0, CLASSES, IDS)


def write(path, categories, ids=None, header="Id,Category"):
    path.parent.mkdir(parents=True, exist_ok=True)
    ids = [f"{i:04}" for i in range(len(categories))] if ids is None else ids
    rows = [f"{name},{category}" for name, category in zip(ids, categories, strict=True)]
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def answers(right, seed=1):
    """The first `right` of a fixed order of ids answered right, the rest wrong."""
    wrong = (TRUTH + 1) % CLASSES
    order = np.random.default_rng(seed).permutation(IDS)
    said = wrong.copy()
    said[order[:right]] = TRUTH[order[:right]]
    return said


@pytest.fixture
def truth(tmp_path):
    return write(tmp_path / "truth.csv", TRUTH)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "submitted"


def score(folder, truth, *rest):
    return main(["score", str(folder), "--truth", str(truth), *rest])


def test_submissions_are_ranked_with_intervals_and_ties_share_a_rank(folder, truth, capsys):
    for name, right in (("a", 150), ("b", 240), ("c", 150)):
        write(folder / name / "submission.csv", answers(right))
    assert score(folder, truth) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines[1:]] == [
        ["1", "b/submission.csv", "80.0"],
        ["2", "a/submission.csv", "50.0"],
        ["2", "c/submission.csv", "50.0"],
    ]
    assert lines[1].split()[3:5] == ["75.1", "84.1"]  # Wilson, 240 of 300


def test_only_real_differences_close_a_rank(tmp_path):
    counts = {"best": 280, "near": 277, "far": 100}
    table = leaderboard({name: evaluation(answers(right), tmp_path) for name, right in counts.items()})
    ranks = table.set_index("submission")["possible ranks"].to_dict()
    assert ranks == {"best": "1 to 2", "near": "1 to 2", "far": "3"}


def test_submissions_that_guess_are_not_told_apart(tmp_path):
    random = np.random.default_rng(1)  # not the truth's
    guesses = {f"{i}": evaluation(random.integers(0, CLASSES, IDS), tmp_path) for i in range(30)}
    assert set(leaderboard(guesses)["possible ranks"]) == {"1 to 30"}  # 435 pairs, 5 % for all together


def evaluation(said, tmp_path):
    truth = {str(i): int(label) for i, label in enumerate(TRUTH)}
    return submission(write(tmp_path / "s.csv", said), truth, CLASSES)


def test_the_order_of_rows_and_a_spreadsheets_zeros_change_nothing(folder, truth, capsys):
    order = np.random.default_rng(5).permutation(IDS)
    write(folder / "shuffled.csv", answers(200)[order], [str(i) for i in order])
    assert score(folder, truth) == 0
    assert "66.67" in capsys.readouterr().out


MALFORMED = {
    "header": (b"id,category\n0000,1\n", "line 1: the header is not Id,Category"),
    "semicolons": (b"Id;Category\n0000;1\n", "line 1: the header is not Id,Category"),
    "empty": (b"", "line 1: the header is not Id,Category"),
    "no rows": (b"Id,Category\n", "no rows below the header"),
    "missing": (b"Id,Category\n0000,1\n", "299 id(s) missing, first '1'"),
    "twice": (b"Id,Category\n0000,1\n0,2\n", "line 3: id '0' a second time"),
    "a name": (b"Id,Category\n0000,Bread\n", "line 2: category 'Bread' is not a whole number from 0 on"),
    "negative": (b"Id,Category\n0000,-1\n", "line 2: category '-1' is not a whole number from 0 on"),
    "a fraction": (b"Id,Category\n0000,1.0\n", "line 2: category '1.0' is not a whole number from 0 on"),
    "three values": (b"Id,Category\n0000,1,2\n", "line 2: 3 values instead of 2"),
    "a picture": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "not a text file of comma-separated values"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_file_is_named_with_its_reason_and_the_others_are_ranked(case, folder, truth, capsys):
    write(folder / "good.csv", answers(200))
    content, reason = MALFORMED[case]
    (folder / "bad.csv").write_bytes(content)
    assert score(folder, truth) == 1
    out, err = capsys.readouterr()
    assert "good.csv" in out
    assert f"not ranked: bad.csv: {reason}" in err


def test_unknown_ids_and_categories_out_of_range_are_told(folder, truth, capsys):
    write(folder / "range.csv", np.where(np.arange(IDS) == 7, 11, TRUTH))
    write(folder / "more.csv", [*TRUTH, 1])
    (folder / "folder.csv").mkdir()
    assert score(folder, truth) == 1
    err = capsys.readouterr().err
    assert "range.csv: 1 id(s) of a category above 10, first '7'" in err
    assert "more.csv: 1 id(s) unknown, first '300'" in err
    assert "folder.csv" not in err  # a folder is looked into, whatever its name


def test_the_table_can_be_kept_and_is_no_submission_the_next_time(folder, truth, capsys):
    write(folder / "one.csv", answers(200))
    kept = folder / "leaderboard.csv"
    for _ in range(2):
        assert score(folder, truth, "--output", str(kept)) == 0
        assert pd.read_csv(kept)["submission"].tolist() == ["one.csv"]


@pytest.mark.parametrize(
    ("prepare", "told"),
    [
        (lambda folder, truth: folder.rmdir(), "is no folder"),
        (lambda folder, truth: None, "holds no CSV file"),
        (lambda folder, truth: truth.unlink(), "truth.csv"),
        (lambda folder, truth: truth.write_text("a\n"), "the truth cannot be used: .*line 1: the header"),
    ],
)
def test_what_the_instructor_got_wrong_is_told_in_a_sentence(prepare, told, folder, truth, capsys):
    folder.mkdir()
    prepare(folder, truth)
    assert score(folder, truth) == 1
    assert re.search("^error: .*" + told, capsys.readouterr().err)


def test_more_classes_than_the_truth_shows_are_allowed_when_named(folder, truth, capsys):
    write(folder / "range.csv", np.where(np.arange(IDS) == 7, 11, TRUTH))
    assert score(folder, truth, "--classes", "12") == 0
    assert score(folder, truth, "--classes", "3") == 1
    assert "has category 10, and --classes is 3" in capsys.readouterr().err


def test_ids_that_are_no_numbers_stay_as_they_are(tmp_path):
    assert read_categories(write(tmp_path / "x.csv", [1, 2, 3], ["a0", "007", "000"])) == {"a0": 1, "7": 2, "0": 3}
