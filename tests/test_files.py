"""Files are written whole or not at all, and a folder is walked by one rule."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from course.intake import get, import_folder
from helpers import ledger
from helpers.datasets import load_vehicles
from helpers.datasets.cache import decode_folder
from helpers.files import data_dir, litter, make_folder, read_table, walk, write_text, write_whole


def stop_halfway(target, write):
    def stop():
        with write_whole(target) as part:
            write(part)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        stop()


def test_a_block_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    stop_halfway(tmp_path / "a.txt", lambda part: part.write_text("half"))
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.txt", "old")]


def test_a_block_that_ends_well_replaces_the_file(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    write_text(tmp_path / "a.txt", "new\n")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.txt", b"new\n")]


def test_a_folder_is_whole_or_not_there(tmp_path):
    stop_halfway(tmp_path / "set", lambda part: (part / "images").mkdir(parents=True))
    assert list(tmp_path.iterdir()) == []
    with write_whole(tmp_path / "set") as part:
        part.mkdir()
        (part / "1.jpg").touch()
    assert walk(tmp_path) == ["set/1.jpg"]


@pytest.mark.parametrize(
    "name",
    [".DS_Store", "._344.jpg", "Thumbs.db", "THUMBS.DB", "ehthumbs.db", "ehthumbs_vista.db", "Desktop.ini", "__MACOSX"],
)
def test_litter_is_litter_in_whatever_case(name, tmp_path):
    assert litter(name)
    (tmp_path / "a" / name).mkdir(parents=True)
    (tmp_path / "a" / name / "1.jpg").touch()
    (tmp_path / name).touch()
    (tmp_path / "a" / "2.jpg").touch()
    assert walk(tmp_path) == ["a/2.jpg"]


@pytest.mark.parametrize("name", ["344.jpg", "thumbs.jpg", "MACOSX", "desktop.ini.jpg", ".", ".."])
def test_a_picture_and_a_way_up_are_no_litter(name):
    assert not litter(name)


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,x;y\n",
        b"\xef\xbb\xbfa;b\r\n1;x;y;\r\n".replace(b"x;y;", b'"x;y"'),
        "a\tb\n1\tx;y\n".encode("utf-16"),
        b'sep=;\r\na;b\r\n\r\n1;"x;y"\r\n;;\r\n',
        b"a,b,,\n1,x;y,,\n,,,",
    ],
)
def test_a_table_is_read_as_spreadsheets_leave_it(tmp_path, content):
    (tmp_path / "a.csv").write_bytes(content)
    assert [row for _, row in read_table(tmp_path / "a.csv")] == [["a", "b"], ["1", "x;y"]]


def test_what_stands_beyond_the_columns_stays_to_be_complained_about(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"a,b\n1,2,3\n")
    assert read_table(tmp_path / "a.csv") == [(1, ["a", "b"]), (2, ["1", "2", "3"])]


def test_links_to_folders_are_followed_where_asked(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "1.jpg").touch()
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "Rice").symlink_to(tmp_path / "elsewhere")
    assert walk(tmp_path / "set") == []
    assert walk(tmp_path / "set", links=True) == ["Rice/1.jpg"]


@pytest.mark.parametrize(
    "use",
    [
        lambda: load_vehicles("sample"),
        lambda: decode_folder(Path(), [], 8),
        lambda: import_folder("vehicles", Path()),
        lambda: get("food11"),
        lambda: ledger.record(
            "n", "t", SimpleNamespace(accuracy=1, interval=(1, 1), labels=[]), profile="full", seed=0
        ),
    ],
)
def test_a_file_where_the_data_folder_should_be_is_a_sentence_with_the_remedy(monkeypatch, tmp_path, use):
    (tmp_path / "data").touch()
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("COURSE_LEDGER", raising=False)
    with pytest.raises(
        OSError, match=r"nothing can be written to .*data.* or let COURSE_DATA_DIR name another place\."
    ):
        use()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_a_sentence_with_the_remedy(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OSError, match="Permission denied.*COURSE_DATA_DIR"):
        make_folder(tmp_path)


def test_data_folder_can_be_moved(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "elsewhere"))
    assert data_dir() == tmp_path / "elsewhere"
    monkeypatch.delenv("COURSE_DATA_DIR")
    assert data_dir().name == "data"
