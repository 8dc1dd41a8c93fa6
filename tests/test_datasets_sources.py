import argparse
import hashlib
import io
import re
import shlex
import shutil
import stat
import time
import zipfile

import numpy as np
import pytest
from PIL import Image

from course.__main__ import main
from course.commands import data as command
from course.intake import arrival, collect, get, import_folder, sources, unpack
from course.intake.sources import DownloadError, Source, download
from course.intake.unpack import UnsafeArchiveError
from helpers.datasets import load_vehicles

# Downloads


def zipped(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


CONTENT = zipped({"photos.bin": np.random.default_rng(0).bytes(200_000)})


@pytest.fixture
def target(tmp_path):
    return tmp_path / "new" / "set.zip"


def ranges(server):
    return [(headers.get("Range"), headers.get("If-Range")) for _, headers in server.requests]


def sequence(*behaviours):
    """Behave differently from request to request; the last one stays."""
    waiting = list(behaviours)
    return lambda handler: (waiting.pop(0) if len(waiting) > 1 else waiting[0])(handler)


def test_a_download_arrives_whole_and_leaves_nothing_else(server, source, target):
    good = source(lambda h: h.answer(CONTENT))
    assert download((good,), target) == target
    assert target.read_bytes() == CONTENT
    assert list(target.parent.iterdir()) == [target]


def test_a_download_cut_in_the_middle_resumes_where_it_stopped(server, source, target):
    cut = source(sequence(lambda h: h.resume(CONTENT, sent=131_072), lambda h: h.resume(CONTENT)))
    download((cut,), target, pause=0)
    assert target.read_bytes() == CONTENT
    assert ranges(server) == [(None, None), ("bytes=131072-", '"one"')]


def test_a_later_call_resumes_what_an_earlier_one_left(server, source, target):
    cut = source(lambda h: h.resume(CONTENT, sent=65_536))
    with pytest.raises(DownloadError, match="source /file: .*Error after 0.2 MB, 3 times"):
        download((cut,), target, pause=0)
    assert not target.exists()
    assert (target.parent / "set.zip.part").stat().st_size == 196_608
    server.behaviour["/file"] = lambda h: h.resume(CONTENT)
    download((cut,), target)
    assert target.read_bytes() == CONTENT
    assert ranges(server)[-1] == ("bytes=196608-", '"one"')


def test_a_file_that_changed_meanwhile_is_fetched_anew(server, source, target):
    other = zipped({"new.bin": b"new" * 50_000})
    changed = source(sequence(lambda h: h.resume(CONTENT, sent=131_072), lambda h: h.resume(other, etag='"two"')))
    download((changed,), target, pause=0)
    assert target.read_bytes() == other


def test_a_server_that_ignores_ranges_makes_it_start_over(server, source, target):
    stubborn = source(sequence(lambda h: h.resume(CONTENT, sent=131_072), lambda h: h.answer(CONTENT)))
    download((stubborn,), target, pause=0)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("etag", [None, 'W/"weak"'])
def test_without_a_firm_mark_of_the_file_nothing_is_glued_together(server, source, target, etag):
    marks = {"ETag": etag} if etag else {}
    vague = source(sequence(lambda h: h.answer(CONTENT, sent=131_072, **marks), lambda h: h.answer(CONTENT, **marks)))
    download((vague,), target, pause=0)
    assert target.read_bytes() == CONTENT
    assert ranges(server) == [(None, None)] * 2


def test_a_date_marks_the_file_as_well(server, source, target):
    date = "Tue, 07 Apr 2020 10:00:00 GMT"
    dated = source(
        sequence(lambda h: h.answer(CONTENT, sent=131_072, Last_Modified=date), lambda h: h.resume(CONTENT, etag=date))
    )
    download((dated,), target, pause=0)
    assert target.read_bytes() == CONTENT
    assert ranges(server)[1] == ("bytes=131072-", date)


def test_another_range_than_asked_for_is_not_appended(server, source, target):
    def wrong(h):
        h.answer(CONTENT[:10], 206, Content_Range=f"bytes 0-9/{len(CONTENT)}")

    odd = source(sequence(lambda h: h.resume(CONTENT, sent=131_072), wrong, lambda h: h.resume(CONTENT)))
    download((odd,), target, pause=0)
    assert target.read_bytes() == CONTENT
    assert ranges(server)[-1] == (None, None)


def test_a_part_that_was_complete_is_only_moved(server, source, target):
    whole = source(lambda h: h.resume(CONTENT))
    target.parent.mkdir()
    (target.parent / "set.zip.part").write_bytes(CONTENT)
    (target.parent / "set.zip.part.json").write_text(f'{{"url": "{whole.url}", "validator": "\\"one\\""}}')
    download((whole,), target)
    assert target.read_bytes() == CONTENT
    assert ranges(server) == [(f"bytes={len(CONTENT)}-", '"one"')]


def test_a_part_longer_than_the_file_is_thrown_away(server, source, target):
    shorter = source(lambda h: h.resume(CONTENT))
    target.parent.mkdir()
    (target.parent / "set.zip.part").write_bytes(CONTENT + b"more")
    (target.parent / "set.zip.part.json").write_text(f'{{"url": "{shorter.url}", "validator": "\\"one\\""}}')
    download((shorter,), target, pause=0)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("notes", ["{", None, '{"url": "http://elsewhere", "validator": "\\"one\\""}'])
def test_a_part_of_unknown_origin_is_not_continued(server, source, target, notes):
    good = source(lambda h: h.resume(CONTENT))
    target.parent.mkdir()
    (target.parent / "set.zip.part").write_bytes(b"something else")
    if notes:
        (target.parent / "set.zip.part.json").write_text(notes)
    download((good,), target)
    assert target.read_bytes() == CONTENT
    assert ranges(server) == [(None, None)]


def test_a_silent_server_is_given_up_and_the_next_source_is_asked(server, source, target, monkeypatch):
    monkeypatch.setattr(sources, "TIMEOUT", (1, 0.1))
    monkeypatch.setattr(sources, "ATTEMPTS", 2)
    silent = source(lambda h: time.sleep(0.5), "/silent")
    stalls = source(lambda h: (h.answer(CONTENT, sent=1000), time.sleep(0.5)), "/stalls")
    good = source(lambda h: h.answer(CONTENT), "/good")
    download((silent, stalls, good), target, pause=0)
    assert target.read_bytes() == CONTENT
    assert [path for path, _ in server.requests] == ["/silent"] * 2 + ["/stalls"] * 2 + ["/good"]


def test_what_is_not_the_file_is_refused_and_the_next_source_is_asked(server, source, target):
    page = b"<html>Quota exceeded</html>"
    bad = (
        source(lambda h: h.answer(b"", 404), "/404"),
        source(lambda h: h.answer(b"", 503), "/503"),
        source(lambda h: h.answer(page, Content_Type="text/html; charset=utf-8"), "/html"),
        source(lambda h: h.answer(page, Content_Type="application/zip"), "/disguised"),
    )
    with pytest.raises(DownloadError) as error:
        download(bad, target, pause=0)
    text = str(error.value)
    assert "source /404: answered 404 Not Found" in text
    assert "source /503: answered 503" in text
    assert "source /html: answered with a web page, not a file" in text
    assert "source /disguised: gave something that is no complete zip" in text
    assert len(server.requests) == len(bad)
    assert not list(target.parent.iterdir())
    download((*bad, source(lambda h: h.answer(CONTENT), "/good")), target)
    assert target.read_bytes() == CONTENT


def test_nobody_at_home_is_a_reason_like_any_other(target):
    with pytest.raises(DownloadError, match="gone: ConnectionError after 0.0 MB, 3 times"):
        download((Source("http://127.0.0.1:9/file", "gone"),), target, pause=0)


# Zips that nobody vouches for


def archive(path, *members):
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members:
            file.writestr(name, content)
    return path


def link():
    info = zipfile.ZipInfo("images/1.jpg")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt",
        "a/../../evil.txt",
        "/etc/evil.txt",
        "C:/evil.txt",
        "c:evil.txt",
        "..\\evil.txt",
        "a\\..\\..\\b.txt",
    ],
)
def test_members_that_would_leave_the_folder_are_refused(tmp_path, name):
    path = archive(tmp_path / "a.zip", ("fine.txt", "x"), (name, "x"))
    with pytest.raises(UnsafeArchiveError, match=r"a\.zip is refused: .* would be written outside its folder"):
        unpack.unpack(path, tmp_path / "new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.zip"]


def test_links_are_refused(tmp_path):
    path = archive(tmp_path / "a.zip", (link(), "/etc/passwd"))
    with pytest.raises(UnsafeArchiveError, match="'images/1.jpg' is a link or a device"):
        unpack.unpack(path, tmp_path / "new")


def test_bombs_are_refused_before_anything_is_unpacked(tmp_path, monkeypatch):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("zeros.bin", bytes(2_000_000))
    with pytest.raises(UnsafeArchiveError, match="more than 100 times its size"):
        unpack.unpack(path, tmp_path / "new")
    monkeypatch.setattr(unpack, "MAX_BYTES", 1_000_000)
    with pytest.raises(UnsafeArchiveError, match="would unpack to 0.0 GB, 0.0 GB are allowed"):
        unpack.unpack(path, tmp_path / "new")
    monkeypatch.setattr(unpack, "MAX_MEMBERS", 0)
    with pytest.raises(UnsafeArchiveError, match="has 1 members, 0 are allowed"):
        unpack.unpack(path, tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_of_the_same_name_and_encrypted_ones_are_refused(tmp_path):
    with pytest.raises(UnsafeArchiveError, match="two of its members have the same name"):
        unpack.unpack(archive(tmp_path / "a.zip", ("1.jpg", "x"), ("1.jpg", "y")), tmp_path / "new")
    content = bytearray(archive(tmp_path / "b.zip", ("1.jpg", "x")).read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "b.zip").write_bytes(content)
    with pytest.raises(UnsafeArchiveError, match="'1.jpg' is encrypted"):
        unpack.unpack(tmp_path / "b.zip", tmp_path / "new")


def test_damaged_zips_are_one_sentence_and_leave_nothing(tmp_path):
    (tmp_path / "text.zip").write_bytes(b"text")
    with pytest.raises(UnsafeArchiveError, match=r"text\.zip is not an intact zip .*download it again"):
        unpack.unpack(tmp_path / "text.zip", tmp_path / "new")
    content = bytearray(archive(tmp_path / "a.zip", ("1.bin", b"x" * 1000)).read_bytes())
    content[200] ^= 1
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(UnsafeArchiveError, match="not an intact zip .*CRC"):
        unpack.unpack(tmp_path / "a.zip", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_backslash_in_a_name_is_a_folder_and_a_dot_is_none(tmp_path):
    members = ("images\\1.jpg", "x"), ("images\\", ""), ("./", ""), ("./images/./2.jpg", "y"), (".\\a.csv", "z")
    unpack.unpack(archive(tmp_path / "a.zip", *members), tmp_path / "new")
    assert listing(tmp_path / "new") == {"images/1.jpg": b"x", "images/2.jpg": b"y", "a.csv": b"z"}


def test_a_dot_does_not_hide_that_two_members_are_one_file(tmp_path):
    with pytest.raises(UnsafeArchiveError, match="two of its members have the same name"):
        unpack.unpack(archive(tmp_path / "a.zip", ("a/1.jpg", "x"), ("a\\.\\1.jpg", "y")), tmp_path / "new")


def test_a_spelling_of_the_labels_is_imported_as_it_is_and_loads(in_layout, own_data_folder):
    wild = in_layout(LAYOUTS["train_SOaYf6m"])
    table = wild / "train_SOaYf6m" / "train.csv"
    table.write_text(table.read_text().replace(",", ";").replace(".jpg", "").replace("\n", "\r\n"), newline="")
    import_folder("vehicles", wild)
    assert len(load_vehicles(image_size=8).train) == 14


# Import

LAYOUTS = {
    "emergency_train.csv": ("emergency_train.csv", "images"),
    "train_SOaYf6m": ("train_SOaYf6m/train.csv", "train_SOaYf6m/images"),
    "train_SOaYf6m, pictures beside": ("train_SOaYf6m/train.csv", "images"),
    "inside train_SOaYf6m": ("train.csv", "images"),
    "Emergency_Vehicles": ("Emergency_Vehicles/train.csv", "Emergency_Vehicles/train"),
    "Emergency_Vehicles, CSV beside": ("train.csv", "Emergency_Vehicles/train"),
    "inside Emergency_Vehicles": ("train.csv", "train"),
    "other letters": ("Train.CSV", "IMAGES"),
    "one folder deeper": ("archive/Emergency_Vehicles/train.csv", "archive/Emergency_Vehicles/train"),
    "two folders deeper": ("a/b/emergency_train.csv", "a/b/images"),
}


@pytest.fixture
def in_layout(tmp_path, picture_set):
    """Write a set of 20 pictures in one of the layouts, with the things that lie around it."""

    def write(layout, count=20):
        csv, pictures = layout
        plain = picture_set(tmp_path / "plain", count)
        folder = tmp_path / "wild"
        for path, origin in ((folder / csv, "emergency_train.csv"), (folder / pictures, "images")):
            path.parent.mkdir(parents=True, exist_ok=True)
            (plain / origin).rename(path)
        (folder / "test_vc2kHdQ.csv").write_text("image_names\n900.jpg\n")
        if pictures.endswith("train"):
            test = (folder / pictures).parent / "test"
            test.mkdir()
            (test / "900.jpg").write_bytes(b"x")
        return folder

    return write


def zip_of(folder, path):
    return archive(
        path, *((str(f.relative_to(folder)), f.read_bytes()) for f in sorted(folder.rglob("*")) if f.is_file())
    )


def listing(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_every_layout_is_imported_from_folder_and_zip_and_loads(
    in_layout, tmp_path, own_data_folder, layout, monkeypatch
):
    wild = in_layout(layout)
    before = listing(wild)
    folder = import_folder("vehicles", wild)
    assert listing(wild) == before
    assert folder == own_data_folder / "vehicles"
    assert {path.name for path in folder.iterdir()} == {"emergency_train.csv", "images"}
    assert len(load_vehicles(image_size=8).train) == 14
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "other"))
    assert listing(import_folder("vehicles", zip_of(wild, tmp_path / "wild.zip"))) == listing(folder)
    assert {path.name for path in (tmp_path / "other").iterdir()} == {"vehicles"}


@pytest.mark.parametrize("name", [name for name in LAYOUTS if name != "emergency_train.csv"])
def test_another_layout_is_read_by_import_alone_and_the_remedy_works(in_layout, name, monkeypatch):
    monkeypatch.setenv("COURSE_VEHICLES_DIR", str(in_layout(LAYOUTS[name])))
    with pytest.raises(FileNotFoundError, match="is not in the course's layout: emergency_train.csv beside") as error:
        load_vehicles()
    remedy = re.search("`python -m course (.*)` once, and unset COURSE_VEHICLES_DIR", str(error.value))[1]
    monkeypatch.delenv("COURSE_VEHICLES_DIR")
    assert main(shlex.split(remedy)) == 0
    assert len(load_vehicles(image_size=8).train) == 14


def test_several_sets_in_one_folder_are_not_guessed(tmp_path, picture_set):
    picture_set(tmp_path / "a", 4)
    picture_set(tmp_path / "b", 4)
    with pytest.raises(ValueError, match=r"several sets \(a/emergency_train.csv, b/emergency_train.csv\)"):
        import_folder("vehicles", tmp_path)


def test_import_says_whether_the_labels_are_the_known_ones(in_layout, capsys, monkeypatch, own_data_folder):
    wild = in_layout(LAYOUTS["emergency_train.csv"])
    (wild / "images" / "test.jpg").write_bytes(b"x")
    import_folder("vehicles", wild)
    out = capsys.readouterr().out
    assert "20 labelled pictures copied; the labels are not the same (SHA-256 dd8304cb...)" in out
    assert "not copied: 1 files in images/ without a row in emergency_train.csv: test.jpg" in out
    own = hashlib.sha256((wild / "emergency_train.csv").read_bytes()).hexdigest()
    monkeypatch.setattr(collect, "KNOWN_CSV", own)
    monkeypatch.setenv("COURSE_DATA_DIR", str(own_data_folder / "second"))
    import_folder("vehicles", wild)
    assert "the labels are the same as those this course was measured with" in capsys.readouterr().out


def test_import_overwrites_nothing(in_layout, own_data_folder):
    wild = in_layout(LAYOUTS["emergency_train.csv"])
    (own_data_folder / "vehicles").mkdir()
    with pytest.raises(FileExistsError, match="vehicles is there already and is not overwritten; remove it first"):
        import_folder("vehicles", wild)
    with pytest.raises(FileExistsError, match="not overwritten"):
        get("vehicles")


def test_import_takes_damaged_pictures_and_leaves_them_to_the_audit(in_layout, own_data_folder):
    wild = in_layout(LAYOUTS["emergency_train.csv"])
    (wild / "images" / "3.jpg").write_bytes(b"text")
    import_folder("vehicles", wild)
    with pytest.raises(ValueError, match=r"3\.jpg \(not a picture\)"):
        load_vehicles()


def test_import_refuses_absurdly_large_pictures_and_writes_nothing(in_layout, own_data_folder, tmp_path):
    wild = in_layout(LAYOUTS["emergency_train.csv"])
    Image.new("1", (12_000, 5_000)).save(wild / "images" / "3.jpg", "PNG")
    for path in (wild, zip_of(wild, tmp_path / "wild.zip")):
        with pytest.raises(ValueError, match=r"3\.jpg in .*images/ is refused: 12000 x 5000 pixels is above the limit"):
            import_folder("vehicles", path)
    assert not list(own_data_folder.iterdir())


def test_import_refuses_rows_that_do_not_fit(in_layout, own_data_folder):
    wild = in_layout(LAYOUTS["emergency_train.csv"])
    (wild / "images" / "3.jpg").unlink()
    with pytest.raises(
        ValueError, match=r"line 5: '3\.jpg' without a picture.* delete them, and import the set again\."
    ):
        import_folder("vehicles", wild)
    assert not list(own_data_folder.iterdir())


def test_import_names_what_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is nothing at .*gone.*check the path"):
        import_folder("vehicles", tmp_path / "gone")
    with pytest.raises(FileNotFoundError, match="none of the known layouts"):
        import_folder("vehicles", tmp_path)
    with pytest.raises(ValueError, match="there is no set 'boats'"):
        import_folder("boats", tmp_path)


def test_an_unsafe_zip_leaves_nothing_in_the_data_folder(tmp_path, own_data_folder):
    with pytest.raises(UnsafeArchiveError, match="outside its folder"):
        import_folder("vehicles", archive(tmp_path / "a.zip", ("../emergency_train.csv", "x")))
    assert not list(own_data_folder.iterdir())


# Get


def test_get_downloads_imports_and_cleans_up(source, in_layout, tmp_path, own_data_folder, monkeypatch):
    content = zip_of(in_layout(LAYOUTS["train_SOaYf6m"]), tmp_path / "wild.zip").read_bytes()
    monkeypatch.setitem(sources.SOURCES, "vehicles", (source(lambda h: h.answer(content)),))
    assert get("vehicles") == own_data_folder / "vehicles"
    assert len(load_vehicles(image_size=8).train) == 14
    assert not list((own_data_folder / "downloads").iterdir())


def test_get_ends_in_the_steps_by_hand_when_no_source_answers(source, monkeypatch):
    monkeypatch.setitem(sources.SOURCES, "vehicles", (source(lambda h: h.answer(b"", 404)),))
    with pytest.raises(DownloadError, match="answered 404") as error:
        get("vehicles")
    assert "1. Open https://drive.google.com/file/d/1EbVifjP0FQkyB1axb7KQ26yPtWmneApJ" in str(error.value)
    assert "python -m course data import vehicles PATH" in str(error.value)


def test_the_sources_are_asked_in_the_order_in_which_they_are_trusted():
    kaggle = "https://www.kaggle.com/api/v1/datasets/download/"
    article, copy = (source.url for source in sources.SOURCES["vehicles"])
    assert "id=1EbVifjP0FQkyB1axb7KQ26yPtWmneApJ&export=download&confirm=t" in article
    assert copy == f"{kaggle}abhisheksinghblr/emergency-vehicles-identification"
    first, flat, last = (source.url for source in sources.SOURCES["food11"])
    assert (first, last) == (f"{kaggle}trolukovich/food11-image-dataset", f"{kaggle}vermaavi/food11")
    assert flat.endswith(".zip")


def test_a_source_that_gives_no_such_set_is_passed_over(source, in_layout, tmp_path, monkeypatch, own_data_folder):
    good = zip_of(in_layout(LAYOUTS["train_SOaYf6m"]), tmp_path / "wild.zip").read_bytes()
    strange = source(lambda h: h.answer(CONTENT), "/strange")
    monkeypatch.setitem(sources.SOURCES, "vehicles", (strange, source(lambda h: h.answer(good), "/good")))
    assert get("vehicles") == own_data_folder / "vehicles"
    shutil.rmtree(own_data_folder / "vehicles")
    monkeypatch.setitem(sources.SOURCES, "vehicles", (strange,))
    with pytest.raises(DownloadError, match="source /strange: .* holds none of the known layouts"):
        get("vehicles")
    assert not list((own_data_folder / "downloads").iterdir())


def test_what_arrives_is_counted_against_the_original(in_layout, capsys, monkeypatch, own_data_folder):
    wild = in_layout(LAYOUTS["emergency_train.csv"])
    import_folder("vehicles", wild)
    said = "the counts differ from those of the original: 20 labelled here, 1,646 labelled there"
    assert said in capsys.readouterr().out
    shutil.rmtree(own_data_folder / "vehicles")
    monkeypatch.setitem(arrival.ORIGINAL, "vehicles", {"labelled": 20})
    import_folder("vehicles", wild)
    assert "original" not in capsys.readouterr().out
    assert arrival.ORIGINAL["food"] == {"train": 9866, "valid": 3430, "test": 3347}


def test_a_download_is_recorded_and_later_copies_are_compared(
    source, in_layout, tmp_path, own_data_folder, monkeypatch, capsys
):
    wild = in_layout(LAYOUTS["train_SOaYf6m"])
    content = zip_of(wild, tmp_path / "wild.zip").read_bytes()
    monkeypatch.setitem(sources.SOURCES, "vehicles", (source(lambda h: h.answer(content)),))

    def again(take):
        shutil.rmtree(own_data_folder / "vehicles", ignore_errors=True)
        capsys.readouterr()
        take()
        return capsys.readouterr().out

    assert "record" not in again(lambda: get("vehicles"))
    record = own_data_folder / "vehicles.sha256"
    zipped, pictures = sorted(record.read_text().splitlines(), key=len, reverse=True)
    assert zipped == f"{hashlib.sha256(content).hexdigest()}  vehicles.zip, source /file"
    same, other = f"\nthe same as {record} records", f"NOT the same as what {record} records"
    before = record.read_text()
    assert same in again(lambda: get("vehicles"))
    assert same in again(lambda: import_folder("vehicles", wild))  # the same pictures, in another form
    (wild / "train_SOaYf6m/images/3.jpg").write_bytes(b"another picture")
    assert other in again(lambda: import_folder("vehicles", wild))
    assert record.read_text() == before
    content = zip_of(wild, tmp_path / "wild.zip").read_bytes()
    assert other in again(lambda: get("vehicles"))
    record.rename(tmp_path / "wild.zip.sha256")  # as a colleague passes it on
    assert "the same as" in again(lambda: import_folder("vehicles", tmp_path / "wild.zip"))
    assert pictures.endswith("  the labelled pictures")


# The command line


def run(*arguments):
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    return command.main(parser.parse_args(["data", *map(str, arguments)]))


@pytest.mark.parametrize("verb", [[], ["list"], ["get"], ["import"], ["check"], ["sample"]])
def test_every_verb_has_help_with_an_example(verb, capsys):
    with pytest.raises(SystemExit) as stopped:
        run(*verb, "--help")
    assert stopped.value.code == 0
    assert "python -m course data" in capsys.readouterr().out.split("example")[1]


def test_list_shows_what_is_here_and_what_is_used(capsys, picture_set, own_data_folder):
    assert run("list") == 0
    out = capsys.readouterr().out
    assert "* vehicles  sample  is drawn on first use" in out
    assert "  vehicles  full    not here: python -m course data get vehicles" in out
    folder = picture_set(own_data_folder / "vehicles", 4)
    run("list")
    assert f"* vehicles  full    {folder}" in capsys.readouterr().out


def test_check_exits_with_1_only_where_loading_fails(full_set, capsys):
    assert run("check", "vehicles") == 0
    (full_set / "images" / "0.jpg").write_bytes(b"")
    capsys.readouterr()
    assert run("check", "vehicles", "--profile", "full", "--fix") == 1
    out = capsys.readouterr().out
    assert "1  unreadable files: 0.jpg (the file is empty)" in out
    assert "load_vehicles() refuses this set as it is" in out
    assert "emergency_train.cleaned.csv; to use it" in out
    assert (full_set / "emergency_train.cleaned.csv").exists()


def test_import_and_get_say_where_the_pictures_are(in_layout, own_data_folder, source, tmp_path, monkeypatch, capsys):
    wild = in_layout(LAYOUTS["emergency_train.csv"])
    content = zip_of(wild, tmp_path / "wild.zip").read_bytes()
    assert run("import", "vehicles", wild) == 0
    assert f"vehicles is in {own_data_folder / 'vehicles'}" in capsys.readouterr().out
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "other"))
    monkeypatch.setitem(sources.SOURCES, "vehicles", (source(lambda h: h.answer(content)),))
    assert run("get", "vehicles") == 0
    assert f"vehicles is in {tmp_path / 'other' / 'vehicles'}" in capsys.readouterr().out


def test_sample_draws_a_private_set_and_prints_what_works_from_anywhere(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("sample", "--name", "vehicles", "--seed", 7, "--count", 20, "--output", "own") == 0
    assert len(list((tmp_path / "own" / "images").iterdir())) == 20
    out = capsys.readouterr().out
    assert f"20 pictures drawn in {tmp_path / 'own'}; COURSE_VEHICLES_DIR={tmp_path / 'own'} makes it" in out
