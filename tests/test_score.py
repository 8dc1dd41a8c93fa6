"""`python -m course score` ranks submissions, says what the data leave open, and never dies on a file."""

import csv
import os
import re
import shutil
import sys

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from course.__main__ import main
from course.grading.leaderboard import leaderboard, read_categories, submission
from helpers import load_food

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
    "header": (b"name,class\n0000,1\n", "line 1: the header is not Id,Category"),
    "empty": (b"", "line 1: the header is not Id,Category"),
    "no rows": (b"Id,Category\n", "no rows below the header"),
    "missing": (b"Id,Category\n0000,1\n", "299 id(s) missing, first '1'"),
    "twice": (b"Id,Category\n0000,1\n0,2\n", "line 3: id '0' a second time"),
    "a name": (b"Id,Category\n0000,Bread\n", "line 2: category 'Bread' is not a whole number from 0 on"),
    "negative": (b"Id,Category\n0000,-1\n", "line 2: category '-1' is not a whole number from 0 on"),
    "a fraction": (b"Id,Category\n0000,1.5\n", "line 2: category '1.5' is not a whole number from 0 on"),
    "three values": (b"Id,Category\n0000,1,2\n", "line 2: 3 values instead of 2"),
    "a picture": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "not a CSV in UTF-8"),
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


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not allow such files")
def test_no_file_name_and_no_pipe_stops_the_ranking(folder, truth, capsys):
    os.rename(write(folder / "one.csv", answers(200)), os.fsencode(folder) + b"/\xff.csv")
    os.mkfifo(folder / "pipe.csv")
    (folder / "gone.csv").symlink_to("nowhere")
    assert score(folder, truth, "--output", str(folder / "table.csv")) == 1
    out, err = capsys.readouterr()
    assert r"\udcff.csv" in out
    assert err.count("not a regular file, or a link to nothing") == 2


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


def test_a_submission_is_read_without_what_editors_and_spreadsheets_made_of_it(tmp_path):
    spellings = {
        "semicolons": b"sep=;\r\nId;Category\r\n7;1\r\n0;2\r\n",
        "mark": b"\xef\xbb\xbfid,category\n007,1.0\n\n000,2.0\n",
        "utf-16": "Id\tCategory\n7\t1\n0\t2\n".encode("utf-16"),
        "comma": b"Id;Category;\n7;1,0;\n0;2,0;\n",
    }
    for name, content in spellings.items():
        (tmp_path / name).write_bytes(content)
        assert read_categories(tmp_path / name) == {"7": 1, "0": 2}, name


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A private set, with a damaged test picture, and one that lies about its content."""
    folder = tmp_path_factory.mktemp("instructor") / "private"
    assert (
        main(["data", "sample", "--name", "food", "--seed", str(2**62), "--count", "198", "--output", str(folder)]) == 0
    )
    files = sorted((folder / "test").iterdir())
    files[3].write_bytes(files[3].read_bytes()[:900])
    files[7].write_text("<html>404</html>")
    return folder


@pytest.fixture
def hidden(drawn, tmp_path):
    students = tmp_path / "for-students"
    assert main(["data", "hide", str(drawn), "--output", str(students), "--truth", str(tmp_path / "truth.csv")]) == 0
    return students


def submit(path, categories):
    """Write a file as notebook 05 does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Id", "Category"])
        writer.writerows((f"{i:04}", category) for i, category in enumerate(categories))


def test_a_class_predicts_hidden_pictures_and_is_ranked_by_the_truth(drawn, hidden, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_FOOD_DIR", str(hidden))
    unseen = load_food(image_size=32, on_unreadable="skip").test
    assert unseen.labels.unique().tolist() == [-1]
    monkeypatch.setenv("COURSE_FOOD_DIR", str(drawn))
    known = load_food(image_size=32, on_unreadable="skip").test
    labels = {picture.tobytes(): label for picture, label in zip(known.images, known.labels.tolist(), strict=True)}
    right = [labels[picture.tobytes()] for picture in unseen.images]
    assert len(right) == 64  # 6 a class, less two that nobody can read
    submit(tmp_path / "in/knows/submission.csv", right)
    submit(tmp_path / "in/by order/submission.csv", sorted(right))
    submit(tmp_path / "in/bread/submission.csv", [0] * 64)
    submit(tmp_path / "in/short/submission.csv", right[:-1])
    capsys.readouterr()
    assert score(tmp_path / "in", tmp_path / "truth.csv", "--output", str(tmp_path / "table.csv")) == 1
    assert "short/submission.csv: 1 id(s) missing, first '63'" in capsys.readouterr().err
    table = pd.read_csv(tmp_path / "table.csv").set_index("submission")
    assert table.accuracy["knows/submission.csv"] == 100
    assert table["possible ranks"].astype(str).to_dict() == {
        "knows/submission.csv": "1",
        "by order/submission.csv": "2 to 3",  # neither the order nor the names tell a label
        "bread/submission.csv": "2 to 3",
    }


def pixels(file):
    try:
        return np.asarray(Image.open(file)).tobytes()
    except OSError:
        return file.name


def test_what_students_get_tells_no_label_of_a_test_picture(drawn, hidden, tmp_path):
    assert sorted(path.name for path in hidden.iterdir()) == [
        "test",
        "train",
        "valid",
    ]  # no flaws.json, which has the seed
    names = sorted(path.name for path in (hidden / "test").iterdir())
    assert names == [f"{i:04}.jpg" for i in range(64)]
    truth = list(read_categories(tmp_path / "truth.csv").values())
    assert sorted(truth) != truth
    twins = [file for part in ("train", "valid") for file in (drawn / part).iterdir()
             if file.name not in {path.name for path in (hidden / part).iterdir()}]  # fmt: skip
    assert twins
    known = {pixels(file) for file in (drawn / "test").iterdir()}
    assert all(pixels(twin) in known for twin in twins)
    shown = [file for part in ("train", "valid") for file in (hidden / part).iterdir()]
    assert not known & {pixels(file) for file in shown}


def test_two_calls_order_the_pictures_differently(drawn, hidden, tmp_path):
    again = tmp_path / "again"
    assert main(["data", "hide", str(drawn), "--output", str(again), "--truth", str(tmp_path / "again.csv")]) == 0
    first, second = ([file.read_bytes() for file in sorted((place / "test").iterdir())] for place in (hidden, again))
    assert first != second
    assert sorted(first) == sorted(second)


@pytest.mark.parametrize(
    ("students", "truth", "told"),
    [
        ("new", "new/truth.csv", "would lie in the students' folder"),
        ("new", "truth.csv", "truth.csv exists already"),
        ("for-students", "other.csv", "for-students exists already"),
    ],
)
def test_nothing_is_overwritten_and_the_truth_is_kept_apart(students, truth, told, drawn, hidden, tmp_path, capsys):
    kept = (tmp_path / "truth.csv").read_text()
    arguments = ["--output", str(tmp_path / students), "--truth", str(tmp_path / truth)]
    assert main(["data", "hide", str(drawn), *arguments]) == 1
    assert told in capsys.readouterr().err
    assert (tmp_path / "truth.csv").read_text() == kept
    assert not (tmp_path / "other.csv").exists()


def test_a_set_without_labelled_test_pictures_is_refused(drawn, hidden, tmp_path, capsys):
    bare = tmp_path / "bare"
    for part in ("train", "valid"):
        shutil.copytree(drawn / part, bare / part)
    for folder in (bare, hidden):
        arguments = ["--output", str(tmp_path / "new"), "--truth", str(tmp_path / "new.csv")]
        assert main(["data", "hide", str(folder), *arguments]) == 1
        assert "has no test pictures with labels" in capsys.readouterr().err
