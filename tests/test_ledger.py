import multiprocessing
import time
from types import SimpleNamespace

import pandas as pd
import pytest
import torch
from filelock import FileLock

from helpers import ledger
from helpers.evaluation import Evaluation
from helpers.training import History

RESULTS = ["technique", "split", "measured", "seed", "epochs", "lr", "train_accuracy", "valid_accuracy"]


@pytest.fixture
def path(tmp_path, monkeypatch):
    path = tmp_path / "new folder" / "ledger.csv"
    monkeypatch.setenv("COURSE_LEDGER", str(path))
    monkeypatch.setattr(ledger, "RESULTS", tmp_path)
    return path


def measured(correct, total=10):
    right = torch.arange(total) < correct
    return Evaluation(
        torch.stack([right.float(), 1 - right.float()], 1), torch.zeros(total, dtype=torch.int64), ["a", "b"]
    )


def record(correct, technique="baseline", notebook="01_baseline", seed=0, profile="sample", **facts):
    ledger.record(notebook, technique, measured(correct), profile=profile, seed=seed, **facts)


def test_a_recorded_run_comes_back_with_everything_that_was_known(path):
    history = History([{"epoch": 1, "seconds": 1.5}, {"epoch": 2, "seconds": 2.0}])
    record(8, model=torch.nn.Linear(3, 2), history=history, train=measured(9), seed=4)
    row = ledger.rows().iloc[0]
    assert list(ledger.rows().columns) == ledger.COLUMNS
    assert (row.notebook, row.technique, row.profile, row.seed) == ("01_baseline", "baseline", "sample", 4)
    assert (row.parameters, row.epochs, row.seconds, row.n) == (8, 2, 3.5, 10)
    assert (row.train_accuracy, row.valid_accuracy) == (0.9, 0.8)
    assert (row.low, row.high) == pytest.approx(measured(8).interval)
    assert pd.Timestamp(row.time).tzinfo is not None


def test_what_was_not_known_stays_empty(path):
    record(8)
    assert ledger.rows().loc[0, ["parameters", "epochs", "seconds", "train_accuracy"]].isna().all()


def test_an_old_row_is_never_changed(path):
    record(5)
    before = path.read_bytes()
    record(6)
    assert path.read_bytes().startswith(before)
    assert len(ledger.rows()) == 2


def test_reading_an_absent_ledger_gives_empty_tables_and_creates_nothing(path):
    assert ledger.rows().empty
    assert list(ledger.rows().columns) == ledger.COLUMNS
    board = ledger.leaderboard("sample")
    assert board.empty
    assert {"technique", "valid_accuracy", "spread", "seeds", "real_photos"} <= set(board.columns)
    assert ledger.best("sample", "baseline") is None
    assert not path.parent.exists()


def test_an_empty_file_is_a_new_ledger(path):
    path.parent.mkdir()
    path.touch()
    assert ledger.rows().empty
    record(8)
    assert len(ledger.rows()) == 1


def test_a_file_with_other_columns_is_refused_with_the_remedy_and_left_alone(path):
    path.parent.mkdir()
    path.write_text("name,score\nx,1\n")
    for use in (ledger.rows, lambda: record(8)):
        with pytest.raises(ValueError, match=r"name, score.*move the file away"):
            use()
    assert path.read_text() == "name,score\nx,1\n"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"profile": "real"}, "'real'; pass 'sample' or 'full'"),
        ({"dataset": "food11"}, "dataset is 'food11'; pass 'vehicles' or 'food'"),
        ({"technique": " "}, "technique is ' '"),
        ({"notebook": ""}, "notebook is ''"),
    ],
)
def test_wrong_facts_are_refused_before_anything_is_written(path, wrong, message):
    with pytest.raises(ValueError, match=message):
        record(8, **wrong)
    assert not path.exists()


def test_names_with_commas_quotes_and_accents_survive(path):
    record(8, technique='a, "b"\né')
    assert ledger.rows().technique[0] == 'a, "b"\né'


@pytest.mark.parametrize("name", ["None", "NA", "nan", "null", "1", "True", "=2+2"])
def test_a_technique_is_text_whatever_it_says(path, name):
    record(8, name)
    record(7, name, seed=1)
    assert ledger.rows().technique.tolist() == [name] * 2
    assert ledger.leaderboard("sample").technique.tolist() == [name]
    assert ledger.best("sample", name).seeds == 2


def test_a_last_line_without_its_end_is_mended_before_the_next_run(path):
    record(5)
    path.write_bytes(path.read_bytes().removesuffix(b"\n"))
    record(6)
    assert ledger.rows().valid_accuracy.tolist() == [0.5, 0.6]


def as_a_spreadsheet_saves(text, separator):
    rows = [line.split(",") for line in text.splitlines()]
    decimal = "," if separator == ";" else "."
    rows[1:] = [[*row[:5], *(cell.replace(".", decimal) for cell in row[5:])] for row in rows[1:]]
    return "\r\n".join(separator.join([*row, ""]) for row in rows) + "\r\n"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_ledger_saved_by_a_spreadsheet_is_read_and_goes_on(path, separator, encoding):
    record(5, train=measured(7), model=torch.nn.Linear(3, 2))
    record(6, "d\u00e9j\u00e0 vu", seed=1)
    before = ledger.rows()
    path.write_text(as_a_spreadsheet_saves(path.read_text(encoding="utf-8"), separator), encoding=encoding, newline="")
    pd.testing.assert_frame_equal(ledger.rows(), before)
    record(7, seed=2)
    pd.testing.assert_frame_equal(ledger.rows()[:2], before, check_dtype=False)
    assert ledger.rows().seed.tolist() == [0, 1, 2]


def test_columns_in_another_order_are_found_by_their_names(path):
    record(5)
    lines = [",".join(reversed(line.split(","))) for line in path.read_text().splitlines()]
    path.write_text("\n".join(lines))
    record(6)
    assert ledger.rows().valid_accuracy.tolist() == [0.5, 0.6]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda line: line + line, "it has 27 values instead of 14"),
        (lambda line: line.rsplit(",", 3)[0], "it has 11 values instead of 14"),
        (lambda line: line.replace(",0.6,", ",high,"), "valid_accuracy is 'high'"),
        (lambda line: line.replace(",0.6,", ",60,"), "valid_accuracy is '60'"),
        (lambda line: line.replace(",0.6,", ",nan,"), "valid_accuracy is 'nan'"),
        (lambda line: line.replace(",0.6,", ",,"), "valid_accuracy is ''"),
    ],
)
def test_a_row_that_is_no_run_gets_a_sentence_with_its_line_and_costs_no_other(path, spoil, message):
    for correct in (5, 6, 7):
        record(correct)
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:2], spoil(lines[2]), *lines[3:]]))
    record(8)  # a measured run is kept, whatever the file looks like
    for use in (ledger.rows, lambda: ledger.leaderboard("sample"), lambda: ledger.best("sample", "baseline")):
        with pytest.raises(
            ValueError, match=rf"ledger\.csv, line 3, is no run: {message}.*; correct this line or delete"
        ):
            use()
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[:2] + lines[3:]))
    assert ledger.rows().valid_accuracy.tolist() == [0.5, 0.7, 0.8]


def write_fifty(name, barrier):
    write = ledger.write_text

    def slowly(path, text):
        time.sleep(0.01)  # without the lock the second process would now replace what the first one wrote
        write(path, text)

    ledger.write_text = slowly
    barrier.wait()
    for seed in range(50):
        record(5, name, seed=seed)


def write_at_once():
    # A forked process has torch imported already: seconds less than a new one.
    how = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn")
    barrier = how.Barrier(2)
    writers = [how.Process(target=write_fifty, args=(name, barrier)) for name in ("one", "two")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0]


def test_two_processes_writing_at_once_lose_nothing(path):
    write_at_once()
    rows = ledger.rows()
    assert len(rows) == 100
    for name in ("one", "two"):
        assert rows[rows.technique == name].seed.tolist() == list(range(50))


def test_a_ledger_that_stays_locked_is_reported_in_a_sentence(path, monkeypatch):
    monkeypatch.setattr(ledger, "LOCK_SECONDS", 0.1)
    record(8)
    with FileLock(f"{path}.lock"), pytest.raises(TimeoutError, match="close the notebook that hangs"):
        record(9)
    assert len(ledger.rows()) == 1


def test_the_last_run_of_a_seed_counts_and_seeds_are_averaged(path):
    for correct, seed in ((2, 0), (7, 0), (9, 1)):
        record(correct, seed=seed)
    row = ledger.leaderboard("sample").iloc[0]
    assert (row.valid_accuracy, row.spread, row.seeds) == (80.0, 14.1, 2)


def test_the_best_comes_first_and_the_profiles_are_kept_apart(path):
    record(7)
    record(9, "dropout", "02_dropout")
    record(10, "combined", "04_combined", profile="full")
    board = ledger.leaderboard("sample")
    assert board.technique.tolist() == ["dropout", "baseline"]
    assert board.index.tolist() == [1, 2]
    assert ledger.rows("full").technique.tolist() == ["combined"]


def record_both():
    record(9)
    record(6, "CNN", "05_food_cnn", dataset="food")
    record(7, "ResNet", "06_resnet", dataset="food")
    record(5, dataset="food")
    record(10, "combined", "04_combined")


def test_the_data_sets_are_kept_apart_and_vehicles_come_unasked(path):
    record_both()
    assert ledger.rows().technique.tolist() == ["baseline", "combined"]
    assert ledger.rows("sample", dataset="food").technique.tolist() == ["CNN", "ResNet", "baseline"]
    assert ledger.rows(dataset=None).dataset.tolist() == ["vehicles", "food", "food", "food", "vehicles"]
    assert ledger.best("sample", "baseline").valid_accuracy == 0.9
    assert ledger.best("sample", "baseline", dataset="food").valid_accuracy == 0.5
    assert ledger.best("sample", "ResNet") is None
    assert ledger.leaderboard("sample").technique.tolist() == ["combined", "baseline"]
    assert "dataset" not in ledger.leaderboard("sample")
    assert ledger.leaderboard("sample", dataset="food").technique.tolist() == ["ResNet", "CNN", "baseline"]


def test_the_whole_course_is_ranked_set_by_set(path):
    record_both()
    board = ledger.leaderboard("sample", dataset=None)
    assert board.columns[0] == "dataset"
    assert board.dataset.tolist() == ["vehicles"] * 2 + ["food"] * 3
    assert board.technique.tolist() == ["combined", "baseline", "ResNet", "CNN", "baseline"]
    assert board.index.tolist() == [1, 2, 1, 2, 3]
    assert "nan" not in board.to_html().lower()


def test_a_course_without_a_run_has_an_empty_ranking(path):
    board = ledger.leaderboard("sample", dataset=None)
    assert board.empty
    assert board.columns[0] == "dataset"


@pytest.mark.parametrize("use", [ledger.rows, ledger.leaderboard, lambda profile, **how: ledger.best("", "", **how)])
def test_an_unknown_data_set_is_told_the_known_ones(path, use):
    with pytest.raises(ValueError, match="dataset is 'food11'; pass 'vehicles' or 'food'"):
        use("sample", dataset="food11")


def test_the_leaderboard_is_blank_where_there_is_no_number(path):
    record(7)
    board = ledger.leaderboard("sample")
    assert board.loc[1, ["spread", "real_photos"]].tolist() == ["", ""]
    assert "nan" not in board.to_html().lower()
    assert board.interval[1] == "39.7 to 89.2"


def test_the_honest_results_on_the_real_photos_stand_beside(path):
    right, scrambled = "right pictures, eval mode", "scrambled pictures, eval mode"
    runs = [
        ("baseline", "honest", right, 0.80),
        ("baseline", "honest", right, 0.84),
        ("baseline", "article", right, 0.1),
    ]
    runs += [("baseline", "honest", scrambled, 0.2), ("dropout", "honest", right, 0.9)]
    columns = ["technique", "split", "measured", "valid_accuracy"]
    stored = [dict.fromkeys(RESULTS, 0) | dict(zip(columns, run, strict=True)) for run in runs]
    pd.DataFrame(stored).to_csv(ledger.RESULTS / "vehicles_full.csv", index=False)
    record(7)
    record(6, "my idea")
    board = ledger.leaderboard("sample").set_index("technique")
    assert board.loc["baseline", "real_photos"] == "82.0 +- 2.8 (2 seeds)"
    assert board.loc["my idea", "real_photos"] == ""
    assert "dropout" not in board.index
    record(6, "dropout")
    assert ledger.leaderboard("sample").set_index("technique").loc["dropout", "real_photos"] == "90.0 (1 seed)"


def test_the_real_food_photos_stand_beside_the_food_only(path):
    columns = ["technique", "image_size", "measured", "seed", "valid_accuracy"]
    runs = [("CNN", 128, "eval mode", 0, 0.60), ("CNN", 128, "eval mode", 1, 0.62), ("baseline", 128, "", 0, 0.5)]
    pd.DataFrame(runs, columns=columns).to_csv(ledger.RESULTS / "food_full.csv", index=False)
    record_both()
    board = ledger.leaderboard("sample", dataset="food").set_index("technique")
    assert board.loc["CNN", "real_photos"] == "61.0 +- 1.4 (2 seeds)"
    assert board.loc["ResNet", "real_photos"] == ""
    assert ledger.leaderboard("sample").real_photos.tolist() == ["", ""]


def test_the_stored_runs_on_photos_are_those_measured_rightly_unless_others_are_asked_for():
    runs = ledger.photos()
    assert {"baseline", "dropout"} <= set(runs.technique)
    assert set(runs.split) == {"honest"}
    assert set(runs.measured) == {"right pictures, eval mode"}
    article = ledger.photos(techniques=["dropout"], split="article", measured=None)
    assert set(article.technique) == {"dropout"}
    assert set(article.split) == {"article"}
    assert article.measured.nunique() == 3
    assert len(ledger.photos("food", ["best recipe"], image_size=128)) >= 1
    with pytest.raises(ValueError, match="dataset is 'planes'"):
        ledger.photos("planes")


def runs(**accuracies):
    """Return rows of runs: by technique, the validation accuracy of seeds 0, 1, ..."""
    rows = [(name, seed, share) for name, shares in accuracies.items() for seed, share in enumerate(shares)]
    table = pd.DataFrame(rows, columns=["technique", "seed", "valid_accuracy"])
    return table.assign(train_accuracy=0.9).dropna()


def test_a_gain_is_paired_over_the_seeds_and_says_when_it_is_undecided():
    nan = float("nan")
    table = runs(plain=[0.6, 0.7, 0.8], better=[0.65, 0.76, 0.84], luck=[0.7, 0.6, 0.85], one=[nan, 0.72, nan])
    assert ledger.gain(table.sample(frac=1, random_state=0), "plain", "better") == "+5.0 (+2.5 to +7.5), 3 seeds"
    assert ledger.gain(table, "better", "plain") == "-5.0 (-7.5 to -2.5), 3 seeds"
    assert ledger.gain(table, "plain", "luck").endswith("3 seeds, undecided")
    assert ledger.gain(table, "plain", "one") == "+2.0, 1 seed"
    assert ledger.gain(table, "plain", "nobody tried this") == "not measured yet"


def test_a_summary_takes_the_last_run_of_each_seed_and_names_what_each_technique_is_worth():
    table = pd.concat([runs(plain=[0.1]), runs(plain=[0.6, 0.7, 0.8], better=[0.65, 0.76, 0.84])])
    summary = ledger.summary(table, against="plain")
    assert summary.index.tolist() == ["better", "plain"]
    assert summary.loc["plain", ["train", "valid", "spread", "seeds"]].tolist() == [90.0, 70.0, 10.0, 3]
    assert summary["against plain"].tolist() == ["+5.0 (+2.5 to +7.5), 3 seeds", ""]
    assert "test" not in summary
    assert ledger.summary(table.assign(test_accuracy=0.5), test=True).test.tolist() == [50.0, 50.0]
    by_two = ledger.summary(table.assign(split="honest"), ["split", "technique"])
    assert by_two.valid.to_dict() == {("honest", "better"): 75.0, ("honest", "plain"): 70.0}


def test_best_gives_the_mean_to_beat(path):
    record(7, seed=0)
    record(8, seed=1)
    record(6, notebook="04_combined")
    row = ledger.best("sample", "baseline")
    assert (row.notebook, row.seeds) == ("01_baseline", 2)
    assert row.valid_accuracy == pytest.approx(0.75)


def test_without_the_variable_the_ledger_lies_in_the_data_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("COURSE_LEDGER", raising=False)
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
    assert ledger.ledger_file() == tmp_path / "ledger.csv"


def test_anything_with_accuracy_interval_and_labels_can_be_recorded(path):
    said = SimpleNamespace(accuracy=0.5, interval=(0.4, 0.6), labels=[0] * 7)
    ledger.record("n", "t", said, profile="full", seed=1)
    assert ledger.rows("full").n.tolist() == [7]


def test_a_prediction_is_kept_and_shown_beside_what_came_out(own_data_folder, capsys):
    ledger.guess("01 accuracy (%)", 90, 78.71)
    ledger.guess("02 gain (points)", 3, -0.4)
    ledger.guess("01 accuracy (%)", 75.5, 78.71)  # asked again: the last one counts
    assert capsys.readouterr().out.splitlines()[-1] == "01 accuracy (%): 78.71; you said 75.5"
    kept = ledger.guesses()
    assert sorted(map(tuple, kept.to_numpy())) == [("01 accuracy (%)", 75.5, 78.71), ("02 gain (points)", 3, -0.4)]
    assert list(kept.columns) == ledger.GUESSES


def test_no_prediction_is_told_and_not_kept(own_data_folder, capsys):
    ledger.guess("01 accuracy (%)", ..., 78.71)
    assert "put a number in place of the dots" in capsys.readouterr().out
    assert ledger.guesses().empty
    assert list(ledger.guesses().columns) == ledger.GUESSES
