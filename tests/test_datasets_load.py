import hashlib
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils._python_dispatch import TorchDispatchMode

from course.intake import write_cleaned
from drawings import VERSIONS
from helpers import augment
from helpers.datasets import ImageDataset, audit, cache, choose_profile, data_folder, load_vehicles, make_loader
from helpers.datasets.splits import split_honest
from helpers.files import data_dir
from helpers.runtime import seed_everything, travelling

CLASSES = ["ordinary", "emergency"]


def rewrite(folder, lines):
    (folder / "emergency_train.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def csv_lines(folder):
    return (folder / "emergency_train.csv").read_text(encoding="utf-8").splitlines()


def dataset(count=5, size=4):
    images = np.random.default_rng(0).integers(0, 256, (count, size, size, 3), dtype=np.uint8)
    return ImageDataset(images, [i % 2 for i in range(count)], CLASSES)


# Splits


def test_parts_are_disjoint_and_together_everything(full_set):
    data = load_vehicles(image_size=8)
    parts = [set(part.names) for part in (data.train, data.valid, data.test)]
    assert sum(map(len, parts)) == 40 == len(set.union(*parts))
    assert [len(part) for part in parts] == [28, 6, 6]


def test_split_is_stratified_and_repeats_for_a_seed(full_set):
    data, again, other = (load_vehicles(image_size=8, split_seed=seed) for seed in (1, 1, 2))
    assert data.train.labels.float().mean() == pytest.approx(0.5, abs=0.05)
    assert data.valid.names == again.valid.names
    assert data.valid.names != other.valid.names


def test_identical_pictures_never_straddle_parts(full_set):
    for i in range(0, 20, 2):  # ten pairs of one label, one of them stored in another file format
        shutil.copy(full_set / "images" / f"{i}.jpg", full_set / "images" / f"{i + 20}.jpg")
    Image.open(full_set / "images" / "0.jpg").save(full_set / "images" / "20.jpg", "PNG")
    for seed in range(5):
        data = load_vehicles(image_size=8, split_seed=seed)
        where = {name: part for part in (data.train, data.valid, data.test) for name in part.names}
        assert all(where[f"{i}.jpg"] is where[f"{i + 20}.jpg"] for i in range(0, 20, 2))


def test_contradicting_groups_are_left_out_and_it_says_so(full_set, capsys):
    shutil.copy(full_set / "images" / "3.jpg", full_set / "images" / "8.jpg")
    data = load_vehicles(image_size=8)
    names = data.train.names + data.valid.names + data.test.names
    assert len(names) == 38
    assert not {"3.jpg", "8.jpg"} & set(names)
    assert "3.jpg (emergency) against 8.jpg (ordinary)" in capsys.readouterr().out


@pytest.mark.parametrize("seed", range(3))
def test_shares_are_met_to_within_one_group(seed):
    random = np.random.default_rng(seed)
    labels, groups = [], []
    while len(labels) < 600:
        size, label = int(random.choice([1, 1, 1, 1, 2, 5])), int(random.random() < 0.4)
        groups.append(list(range(len(labels), len(labels) + size)))
        labels += [label] * size
    parts = split_honest(groups, labels, seed)
    assert sorted(sum(parts, [])) == list(range(len(labels)))
    for part, share in zip(parts, (0.7, 0.15, 0.15), strict=True):
        assert abs(len(part) - share * len(labels)) <= 5
        assert np.mean([labels[i] for i in part]) == pytest.approx(np.mean(labels), abs=0.06)


def test_article_split_is_scikit_learns_on_the_csv_order_with_duplicates(full_set):
    from sklearn.model_selection import train_test_split

    shutil.copy(full_set / "images" / "3.jpg", full_set / "images" / "8.jpg")
    rows = [line.split(",") for line in csv_lines(full_set)[1:]]
    train, valid = train_test_split(
        [name for name, _ in rows], test_size=0.1, random_state=13, stratify=[label for _, label in rows]
    )
    data = load_vehicles(image_size=8, split="article")
    assert (data.train.names, data.valid.names, data.test) == (train, valid, None)


def test_splits_print_profile_counts_and_machine(full_set):
    data = load_vehicles(image_size=8)
    first, second = str(data).splitlines()
    assert first == "vehicles, profile full (real photos): 28 train, 6 valid, 6 test; 8 x 8 pixels"
    assert second.startswith("computing on")
    assert "test" not in str(load_vehicles(image_size=8, split="article")).splitlines()[0]


# Which data


def test_profile_is_what_is_asked_then_the_environment_then_what_is_there(own_data_folder, monkeypatch, picture_set):
    assert choose_profile() == "sample"
    picture_set(own_data_folder / "vehicles", 4)
    assert choose_profile() == "full"
    monkeypatch.setenv("COURSE_DATA", "sample")
    assert choose_profile() == "sample"
    assert choose_profile("full") == "full"


def test_unknown_profile_names_where_it_came_from(monkeypatch):
    with pytest.raises(ValueError, match="profile is 'tiny'; choose 'sample'"):
        load_vehicles("tiny")
    monkeypatch.setenv("COURSE_DATA", "real")
    with pytest.raises(ValueError, match="COURSE_DATA is 'real'; choose 'sample'"):
        load_vehicles()


def test_missing_real_photos_say_how_to_get_them():
    with pytest.raises(FileNotFoundError, match="data get vehicles.*data import vehicles PATH.*COURSE_VEHICLES_DIR"):
        load_vehicles("full")


def test_a_folder_elsewhere_is_used_and_not_copied(tmp_path, own_data_folder, monkeypatch, picture_set):
    monkeypatch.setenv("COURSE_VEHICLES_DIR", str(picture_set(tmp_path / "mine", 20)))
    data = load_vehicles(image_size=8)
    assert data.profile == "full"
    assert len(data.train) == 14
    assert not (own_data_folder / "vehicles").exists()


def test_a_wrong_folder_elsewhere_is_an_error_and_not_the_sample(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_VEHICLES_DIR", str(tmp_path / "gone"))
    with pytest.raises(FileNotFoundError, match="COURSE_VEHICLES_DIR names .*gone"):
        load_vehicles()
    (tmp_path / "gone").mkdir()
    with pytest.raises(FileNotFoundError, match="gone is not in the course's layout: emergency_train.csv beside"):
        load_vehicles()


def small_sample(picture_set, drawn):
    def draw(folder):
        drawn.append(folder)
        picture_set(folder, 20)
        (folder / "flaws.json").write_text(json.dumps({"version": VERSIONS["vehicles"]}))
        return folder

    return draw


def test_the_sample_is_drawn_once_on_first_use(monkeypatch, picture_set):
    drawn = []
    monkeypatch.setattr("drawings.draw_vehicles", small_sample(picture_set, drawn))
    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(lambda _: data_folder("vehicles", "sample"), range(2)))) == 1
    data = load_vehicles("sample")
    assert len(drawn) == 1
    assert (data.profile, data.train.image_size) == ("sample", 64)


def test_a_sample_of_an_older_version_is_drawn_again(monkeypatch, picture_set, capsys):
    drawn = []
    monkeypatch.setattr("drawings.draw_vehicles", small_sample(picture_set, drawn))
    folder = data_folder("vehicles", "sample")
    (folder / "flaws.json").write_text(json.dumps({"version": VERSIONS["vehicles"] - 1}))
    (folder / "left.txt").write_text("from the older drawing")
    assert data_folder("vehicles", "sample") == folder
    assert len(drawn) == 2
    assert not (folder / "left.txt").exists()
    assert "another version" in capsys.readouterr().out


def test_unknown_set_is_refused():
    with pytest.raises(ValueError, match="there is no set 'boats'; choose 'vehicles'"):
        data_folder("boats")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"split": "random"}, "split is 'random'; choose 'honest' or 'article'"),
        ({"on_unreadable": "ignore"}, "on_unreadable is 'ignore'; choose 'error' or 'skip'"),
        ({"image_size": 0}, "image_size is 0; give a whole number of pixels from 8 to 1024"),
        ({"image_size": 64.0}, "image_size is 64.0"),
        ({"image_size": True}, "image_size is True"),
    ],
)
def test_wrong_arguments_name_value_and_choices(full_set, arguments, message):
    with pytest.raises(ValueError, match=message):
        load_vehicles(**arguments)


# Complaints


def test_unreadable_files_are_one_error_with_the_first_ten_and_the_number(full_set):
    for i in range(12):
        (full_set / "images" / f"{i}.jpg").write_bytes(b"not a picture")
    with pytest.raises(
        ValueError, match=r"0\.jpg \(not a picture\).*9\.jpg.*and 2 more \(12 in all\).*\"skip\""
    ) as error:
        load_vehicles(image_size=8)
    assert "11.jpg" not in str(error.value)
    assert "data check vehicles --profile full --fix" in str(error.value)


@pytest.mark.parametrize("split", ["honest", "article"])
def test_skipping_unreadable_files_prints_their_names(full_set, capsys, split):
    content = (full_set / "images" / "4.jpg").read_bytes()
    (full_set / "images" / "4.jpg").write_bytes(content[: len(content) // 2])
    (full_set / "images" / "7.jpg").write_bytes(b"")
    data = load_vehicles(image_size=8, on_unreadable="skip", split=split)
    names = [name for part in (data.train, data.valid, data.test) if part for name in part.names]
    assert len(names) == 38
    assert not {"4.jpg", "7.jpg"} & set(names)
    out = capsys.readouterr().out
    assert "left out, unreadable: 4.jpg (" in out
    assert "7.jpg (the file is empty)" in out


def test_skipping_keeps_pictures_and_labels_together(full_set):
    (full_set / "images" / "0.jpg").write_bytes(b"")
    data = load_vehicles(image_size=16, on_unreadable="skip")
    for name, label, pixels in zip(data.valid.names, data.valid.labels.tolist(), data.valid.images, strict=True):
        assert label == int(name.split(".")[0]) % 2
        assert np.array_equal(pixels, np.asarray(Image.open(full_set / "images" / name)))


def test_a_folder_without_one_readable_picture_is_an_error(full_set):
    for path in (full_set / "images").iterdir():
        path.write_bytes(b"")
    with pytest.raises(ValueError, match="no picture in vehicles/images/ can be read"):
        load_vehicles(on_unreadable="skip")


@pytest.mark.parametrize("split", ["honest", "article"])
@pytest.mark.parametrize("rows", [["0.jpg,0", "2.jpg,0", "4.jpg,0"], ["0.jpg,0", "1.jpg,1"], ["1.jpg,1"]])
def test_a_set_without_a_class_or_a_part_is_refused_with_its_counts(full_set, rows, split):
    rewrite(full_set, ["image_names,emergency_or_not", *rows])
    with pytest.raises(
        ValueError, match=r"no picture is left for .* \(\d train.* ordinary, \d emergency\); add pictures"
    ):
        load_vehicles(image_size=8, split=split)
    assert not audit("vehicles").loadable
    assert "no picture is left" in audit("vehicles").lacks


def test_all_bad_rows_are_one_error(full_set):
    lines = csv_lines(full_set)
    lines[1] = "0.jpg,2"
    lines[2] = "1.jpg,"
    lines += ["5.jpg,1", "../secret.jpg,1", "a\\b.jpg,0", ",1", "900.jpg,1"]
    rewrite(full_set, lines)
    with pytest.raises(ValueError, match="does not fit its pictures") as error:
        load_vehicles(on_unreadable="skip")
    text = str(error.value)
    assert "line 2: '0.jpg' is '2', line 3: '1.jpg' is '' with an unknown label (known: 0 = ordinary" in text
    assert "line 42: '5.jpg' given twice" in text
    assert "line 43: '../secret.jpg' pointing out of the folder" in text
    assert r"line 44: 'a\\b.jpg', line 45: '', line 46: '900.jpg' without a picture in images/" in text
    assert "data check vehicles --profile full --fix" in text


def test_many_bad_rows_list_ten_and_the_number(full_set):
    for i in range(25):
        (full_set / "images" / f"{i}.jpg").unlink()
    with pytest.raises(ValueError, match=r"and 15 more \(25 in all\) without a picture"):
        load_vehicles()


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["image_names,label", "1.jpg,1"], "has no column emergency_or_not: found image_names, label"),
        (["a"], "has no column image_names, emergency_or_not"),
        ([""], "found none"),
        (["image_names,emergency_or_not"], "has no row"),
    ],
)
def test_missing_columns_and_rows_are_named(full_set, lines, message):
    rewrite(full_set, lines)
    with pytest.raises(ValueError, match=message):
        load_vehicles()


def test_a_csv_in_another_encoding_is_named(full_set):
    (full_set / "emergency_train.csv").write_bytes(b"image_names,emergency_or_not\n\xff\xfe.jpg,1\n")
    with pytest.raises(ValueError, match=r"emergency_train\.csv is not a CSV in UTF-8"):
        load_vehicles()


def test_a_byte_order_mark_spaces_and_further_columns_do_no_harm(full_set):
    lines = [line.replace(",", " , ") + ",more" for line in csv_lines(full_set)]
    (full_set / "emergency_train.csv").write_text("\n".join(lines) + "\n\n", encoding="utf-8-sig")
    assert len(load_vehicles(image_size=8).train) == 28


def respell(folder, spell, label=str, separator=",", mark=""):
    rows = [line.split(",") for line in csv_lines(folder)[1:]]
    lines = [separator.join(["image_names", "emergency_or_not"])]
    lines += [separator.join([spell(name), label(value)]) for name, value in rows]
    (folder / "emergency_train.csv").write_text(mark + "\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    "spell",
    [
        "images/{}.jpg",
        "./{}.jpg",
        "/kaggle/input/train/{}.jpg",
        "C:\\photos\\{}.jpg",
        "images\\{}.jpg",
        "{}",
        "{}.0",
        "images/{}",
        "{}.JPG",
        "{}.jpeg",
    ],
)
def test_another_spelling_of_a_pictures_name_is_taken(full_set, spell):
    respell(full_set, lambda name: spell.format(name.removesuffix(".jpg")))
    data = load_vehicles(image_size=8)
    assert len(data.train) == 28
    assert [int(name.split(".")[0]) % 2 for name in data.train.names] == data.train.labels.tolist()
    assert audit("vehicles").without_row == []


@pytest.mark.parametrize("form", [("NFC", "NFD"), ("NFD", "NFC")])
def test_an_accent_is_the_same_in_both_of_its_unicode_forms(full_set, form):
    there, said = (unicodedata.normalize(one, "caf\u00e9") for one in form)
    for i in range(40):
        (full_set / "images" / f"{i}.jpg").rename(full_set / "images" / f"{there} {i}.jpg")
    respell(full_set, lambda name: f"{said} {name}")
    assert len(load_vehicles(image_size=8).train) == 28


@pytest.mark.parametrize(
    "label",
    [
        lambda value: f"{value}.0",
        lambda value: "1.0" if value == "1" else "0",
        lambda value: CLASSES[int(value)].title(),
    ],
)
def test_another_spelling_of_a_label_is_taken(full_set, label):
    respell(full_set, str, label)
    assert load_vehicles(image_size=8).train.labels.tolist().count(1) == 14


@pytest.mark.parametrize(("separator", "mark"), [(";", ""), ("\t", ""), ("|", ""), (";", "sep=;\n"), (";", "\ufeff")])
def test_another_separator_is_taken(full_set, separator, mark):
    respell(full_set, str, lambda value: f"{value},0" if separator == ";" else value, separator, mark)
    assert len(load_vehicles(image_size=8).train) == 28


def test_a_spelling_that_fits_nothing_or_several_is_refused_and_names_what_is_there(full_set):
    Image.open(full_set / "images" / "5.jpg").save(full_set / "images" / "5.png")
    rewrite(full_set, ["image_names,emergency_or_not", "344.png,1", "5,1", "../7.jpg,1", "3.png,1", "8.jpg,0"])
    with pytest.raises(ValueError, match="does not fit its pictures") as error:
        load_vehicles()
    text = str(error.value)
    assert "line 2: '344.png', line 3: '5' (there are 5.jpg, 5.png), line 5: '3.png' (there is 3.jpg) without" in text
    assert "line 4: '../7.jpg' (there is 7.jpg) pointing out of the folder" in text


def test_a_picture_with_two_labels_is_contradicting_and_both_lines_are_named(full_set):
    rewrite(full_set, [*csv_lines(full_set), "images/7.jpg,0", "9.JPG,1"])
    with pytest.raises(
        ValueError, match=r"'7\.jpg' in line 9 \('1'\) against line 42 \('0'\) with contradict"
    ) as error:
        load_vehicles()
    assert "line 43: '9.JPG' given twice" in str(error.value)
    kept = write_cleaned(audit("vehicles")).read_text(encoding="utf-8").splitlines()[1:]
    assert kept == [line for line in csv_lines(full_set)[1:41] if line != "7.jpg,1"]


@pytest.mark.parametrize("name", ["THUMBS.DB", "ehthumbs.db", "Desktop.ini", "._344.jpg", ".DS_Store"])
def test_what_file_managers_leave_among_vehicles_does_no_harm(full_set, name):
    (full_set / "images" / name).write_bytes(b"x")
    assert len(load_vehicles(image_size=8).train) == 28
    assert audit("vehicles").without_row == []


# Cache


def count_decodes(monkeypatch):
    calls = []
    monkeypatch.setattr(cache, "decode", lambda content, real=cache.decode: calls.append(1) or real(content))
    return calls


def age(folder):
    """Make the files look as if they were written an hour ago."""
    for path in (folder / "images").iterdir():
        os.utime(path, (time.time() - 3600,) * 2)


def test_second_load_decodes_nothing_and_reads_no_file(full_set, monkeypatch):
    age(full_set)
    first = load_vehicles(image_size=8)
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail(f"{self} was read again"))
    second = load_vehicles(image_size=8)
    assert np.array_equal(first.train.images, second.train.images)


def test_second_load_of_many_pictures_is_quick(own_data_folder, picture_set):
    folder = picture_set(own_data_folder / "vehicles", 400)
    age(folder)
    seconds = []
    for _ in range(4):
        begin = time.perf_counter()
        load_vehicles()
        seconds.append(time.perf_counter() - begin)
    assert min(seconds[1:]) < 0.3
    assert min(seconds[1:]) < seconds[0] / 2


@pytest.mark.parametrize("same_time", [False, True])
def test_a_changed_picture_is_decoded_anew_though_size_and_name_stay(full_set, same_time):
    before = load_vehicles(image_size=8)
    path = full_set / "images" / "0.jpg"
    stamp = path.stat().st_mtime_ns
    content = bytearray(path.read_bytes())
    content[-20] ^= 0x55
    path.write_bytes(content)
    if same_time:  # two writes within one tick of the clock
        os.utime(path, ns=(stamp, stamp))
    after = load_vehicles(image_size=8)

    def first(data):
        return next(
            part.images[part.names.index("0.jpg")]
            for part in (data.train, data.valid, data.test)
            if "0.jpg" in part.names
        )

    assert not np.array_equal(first(before), first(after))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no such time")
def test_another_picture_of_the_same_name_size_and_time_stamp_is_decoded_anew(full_set):
    age(full_set)
    before = load_vehicles(image_size=8)
    path = full_set / "images" / "0.jpg"
    old = path.stat()
    content = bytearray(path.read_bytes())
    content[-20] ^= 0x55
    path.write_bytes(content)
    os.utime(path, ns=(old.st_atime_ns, old.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (old.st_size, old.st_mtime_ns)
    after = load_vehicles(image_size=8)
    where = next(part for part in ("train", "valid", "test") if "0.jpg" in getattr(before, part).names)
    one, two = (getattr(data, where) for data in (before, after))
    assert not np.array_equal(one.images[one.names.index("0.jpg")], two.images[two.names.index("0.jpg")])


def test_touching_files_decodes_nothing(full_set, monkeypatch):
    load_vehicles(image_size=8)
    calls = count_decodes(monkeypatch)
    age(full_set)
    load_vehicles(image_size=8)
    assert not calls


def test_another_size_is_another_cache_entry(full_set):
    assert load_vehicles(image_size=8).train.image_size == 8
    assert load_vehicles(image_size=12).train.image_size == 12
    assert load_vehicles(image_size=8).train.image_size == 8


@pytest.mark.parametrize("damage", ["cut", "text", "notes", "shape", "manifest"])
def test_a_damaged_cache_is_built_again(full_set, damage):
    expected = np.asarray(load_vehicles(image_size=8).train.images)
    folder = data_dir() / "cache"
    array = next(folder.glob("*.npy"))
    notes = array.with_suffix(".json")
    if damage == "cut":
        array.write_bytes(array.read_bytes()[:2000])
    elif damage == "text":
        array.write_bytes(b"text")
    elif damage == "notes":
        notes.write_text(json.dumps({"facts": [{"mode": "RGB"}], "unreadable": {}}))
    elif damage == "shape":
        np.save(array, np.zeros((1, 8, 8, 3), np.uint8))
    else:
        next(folder.glob("*.files.json")).write_text("{")
    assert np.array_equal(load_vehicles(image_size=8).train.images, expected)


def test_writing_to_the_pictures_does_not_reach_the_cache(full_set):
    data = load_vehicles(image_size=8)
    data.train.images.source[:] = 0
    assert np.asarray(load_vehicles(image_size=8).train.images).any()


def test_a_full_disk_is_one_sentence_before_anything_is_written(full_set, monkeypatch):
    monkeypatch.setattr(cache.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 10, 0))
    with pytest.raises(OSError, match="decoding 40 pictures needs .* MB .*COURSE_DATA_DIR"):
        load_vehicles(image_size=8)
    assert not list((data_dir() / "cache").glob("*.npy*"))


def test_an_interrupted_decoding_leaves_nothing_behind(full_set, monkeypatch):
    def interrupt(content):
        raise KeyboardInterrupt

    monkeypatch.setattr(cache, "decode", interrupt)
    with pytest.raises(KeyboardInterrupt):
        load_vehicles(image_size=8)
    assert not [path for path in (data_dir() / "cache").iterdir() if "npy" in path.name]


def test_two_that_decode_at_once_do_no_harm_even_without_the_lock(full_set, monkeypatch):
    monkeypatch.setattr(cache, "FileLock", lambda path: nullcontext())
    with ThreadPoolExecutor(4) as pool:
        loaded = list(pool.map(lambda _: load_vehicles(image_size=16), range(4)))
    for data in loaded:
        for name, pixels in zip(data.test.names, data.test.images, strict=True):
            assert np.array_equal(pixels, np.asarray(Image.open(full_set / "images" / name)))


MEASURE = """
import resource, sys
import helpers.datasets
from helpers.datasets import load_vehicles
import PIL.JpegImagePlugin, filelock
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
before = peak()
data = load_vehicles(image_size=224)
print((peak() - before) / (400 * 224 * 224 * 3))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="resource exists on Unix only")
def test_first_load_takes_less_memory_than_one_and_a_half_times_the_array(own_data_folder, picture_set):
    picture_set(own_data_folder / "vehicles", 400)
    root = Path(cache.__file__).resolve().parents[2]
    answer = subprocess.run([sys.executable, "-c", MEASURE], capture_output=True, text=True, cwd=root, check=True)
    assert float(answer.stdout) < 1.5


@pytest.mark.skipif(sys.platform != "linux", reason="children are forked")
def test_two_processes_that_decode_at_once_agree(full_set):
    names = [f"{i}.jpg" for i in range(40)]
    context = multiprocessing.get_context("fork")
    answers = context.Queue()

    def work():
        images = cache.decode_folder(full_set / "images", names, 48).images
        answers.put(hashlib.sha256(images.tobytes()).hexdigest())

    children = [context.Process(target=work) for _ in range(3)]
    for child in children:
        child.start()
    found = {answers.get(timeout=60) for _ in children}
    for child in children:
        child.join(timeout=60)
    work()
    assert found == {answers.get(timeout=60)}


# Datasets and batches


def test_an_item_is_a_uint8_picture_and_a_plain_label():
    data = dataset()
    image, label = data[-1]
    assert image.shape == (3, 4, 4)
    assert image.dtype == torch.uint8
    assert (type(label), label) == (int, 0)
    assert np.array_equal(image.permute(1, 2, 0).numpy(), data.images[4])
    image += 1
    assert not np.array_equal(image.permute(1, 2, 0).numpy(), data.images[4])
    with pytest.raises(IndexError):
        data[5]


@pytest.mark.parametrize("indices", [[3, 0], np.array([3, 0]), torch.tensor([3, 0]), (3, 0)])
def test_a_subset_keeps_the_order_given_and_copies_no_pixel(indices):
    data = dataset()
    part = data.subset(indices)
    assert part.names == ["3", "0"]
    assert part.labels.tolist() == [1, 0]
    assert np.shares_memory(part.images.source, data.images.source)
    assert np.array_equal(part.images[0], data.images[3])
    assert part.subset([1]).names == ["0"]


def test_a_subset_takes_a_mask_and_nothing_but_refuses_strangers():
    data = dataset()
    assert data.subset(data.labels == 1).names == ["1", "3"]
    assert len(data.subset([])) == 0
    with pytest.raises(IndexError):
        data.subset([5])


def test_pictures_behave_as_an_array():
    data = dataset()
    assert data.images.shape == (5, 4, 4, 3)
    assert len(data.images) == 5
    assert data.images[1:3].shape == (2, 4, 4, 3)
    assert np.asarray(data.images).dtype == np.uint8
    assert np.asarray(data.images, dtype=np.float32).dtype == np.float32


@pytest.mark.parametrize(
    ("images", "labels", "names", "message"),
    [
        (np.zeros((2, 4, 4, 3), np.float32), [0, 1], None, "float32"),
        (np.zeros((2, 3, 4, 4), np.uint8), [0, 1], None, r"\(2, 3, 4, 4\); give uint8 N x H x W x 3"),
        (np.zeros((2, 4, 4, 3), np.uint8), [0], None, "2 pictures, 1 labels and 2 names"),
        (np.zeros((2, 4, 4, 3), np.uint8), [0, 1], ["a"], "2 pictures, 2 labels and 1 names"),
        (np.zeros((2, 4, 4, 3), np.uint8), [0, 2], None, "label 2 has no class; labels go from 0 to 1"),
        (np.zeros((2, 4, 4, 3), np.uint8), [0, -1], None, "label -1 has no class"),
    ],
)
def test_a_dataset_refuses_what_does_not_fit(images, labels, names, message):
    with pytest.raises(ValueError, match=message):
        ImageDataset(images, labels, CLASSES, names)


def test_a_dataset_shows_what_it_holds():
    assert repr(dataset()) == "ImageDataset(5 pictures, 4 x 4: 3 ordinary, 2 emergency)"


def test_batches_are_scaled_channels_last_and_cover_everything_once():
    data = dataset(7)
    loader = make_loader(data, 3)
    batches = list(loader)
    assert [len(labels) for _, labels in batches] == [3, 3, 1]
    assert len(loader) == 3
    images = torch.cat([images for images, _ in batches])
    assert torch.equal(images, torch.from_numpy(np.asarray(data.images)).permute(0, 3, 1, 2).float() / 255)
    assert torch.cat([labels for _, labels in batches]).tolist() == data.labels.tolist()
    assert all(images.is_contiguous(memory_format=torch.channels_last) for images, _ in batches)
    assert batches[0][1].dtype == torch.int64


def test_fewer_pictures_than_a_batch_are_one_batch():
    assert [len(labels) for _, labels in make_loader(dataset(2), 128)] == [2]


def test_shuffling_repeats_with_the_seed_and_draws_one_permutation_an_epoch():
    data = dataset(9)
    loader = make_loader(data, 4, shuffle=True)
    seed_everything(3)
    epochs = [torch.cat([images for images, _ in loader]) for _ in range(2)]
    after = torch.rand(1)
    seed_everything(3)
    orders = [torch.randperm(9) for _ in range(2)]
    assert torch.equal(after, torch.rand(1))
    everything = torch.from_numpy(np.asarray(data.images)).permute(0, 3, 1, 2).float() / 255
    for images, order in zip(epochs, orders, strict=True):
        assert torch.equal(images, everything[order])
    assert not torch.equal(*orders)


def test_without_shuffling_no_random_number_is_drawn():
    seed_everything(3)
    list(make_loader(dataset(), 2))
    after = torch.rand(1)
    seed_everything(3)
    assert torch.equal(after, torch.rand(1))


def test_a_transform_sees_uint8_batches_and_may_return_floats():
    seen = []

    def invert(images):
        seen.append((images.dtype, tuple(images.shape)))
        return 255 - images

    data = dataset(3)
    plain = torch.cat([images for images, _ in make_loader(data, 2)])
    inverted = torch.cat([images for images, _ in make_loader(data, 2, transform=invert)])
    assert seen == [(torch.uint8, (2, 3, 4, 4)), (torch.uint8, (1, 3, 4, 4))]
    assert torch.allclose(inverted, 1 - plain, atol=1e-6)
    half = torch.cat([images for images, _ in make_loader(data, 2, transform=lambda images: images / 510)])
    assert torch.allclose(half, plain / 2, atol=1e-6)


@pytest.mark.parametrize("batch_size", [0, -1, 2.0, True, "8"])
def test_a_batch_size_that_is_no_positive_number_is_refused(batch_size):
    with pytest.raises(ValueError, match="batch_size is"):
        make_loader(dataset(), batch_size)


def test_an_empty_dataset_is_refused():
    with pytest.raises(ValueError, match="the dataset is empty"):
        make_loader(dataset().subset([]), 2)


def test_pictures_go_through_a_pytorch_dataloader_too():
    images, labels = next(iter(torch.utils.data.DataLoader(dataset(), batch_size=5)))
    assert images.shape == (5, 3, 4, 4)
    assert labels.tolist() == [0, 1, 0, 1, 0]


class Travelled(TorchDispatchMode):
    """Counts the bytes that travel from the CPU to another device, and the journeys that are waited for."""

    def __init__(self):
        super().__init__()
        self.bytes = self.waits = 0

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        """Count, and do as without."""
        kwargs = kwargs or {}
        leaves = operation is torch.ops.aten._to_copy.default and args[0].device.type == "cpu"
        if leaves and (kwargs.get("device") or torch.device("cpu")).type != "cpu":
            self.bytes += args[0].nbytes
            self.waits += not kwargs.get("non_blocking")
        return operation(*args, **kwargs)


FAR = torch.device("meta")  # stands for a GPU: what lies there has no numbers, so whoever reads one back fails


@pytest.mark.parametrize("preset", ["none", "light", "strong", "wide"])
def test_pictures_that_fit_travel_once_and_then_nobody_waits_for_the_device(monkeypatch, preset):
    data = dataset(40, 16)
    monkeypatch.setattr("helpers.datasets.loader.free_memory", lambda on: 4 * 40 * 16 * 16 * 3)
    loader = make_loader(data, 8, shuffle=True, transform=augment.preset(preset, 16))
    epochs = []
    for _ in range(2):
        with Travelled() as epoch:
            for images, labels in loader.batches(FAR):
                assert (images.device, images.dtype, images.shape) == (FAR, torch.float32, (8, 3, 16, 16))
                assert labels.device.type == "cpu"
        epochs.append(epoch)
    assert epochs[0].waits == 1
    assert epochs[0].bytes - epochs[1].bytes > 0.9 * data.images.source.nbytes
    assert epochs[1].waits == 0
    assert epochs[1].bytes < 40 * 200  # positions and what augmentation draws


class Near(TorchDispatchMode):
    """Leaves on the CPU what would travel to `FAR`, so that its numbers can be read."""

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        """Do all but travel."""
        kwargs = kwargs or {}
        return operation(*args, **{name: value for name, value in kwargs.items() if value != FAR})


@pytest.mark.parametrize(("whole_batch", "counts"), [(True, [256, 44]), (False, [64, 64, 64, 64, 44])])
@pytest.mark.parametrize("resident", [True, False])
def test_a_gpu_changes_several_batches_at_once_where_each_picture_is_changed_for_itself(
    monkeypatch, whole_batch, counts, resident
):
    changed = []

    def change(images):
        changed.append(len(images))
        return images

    change.whole_batch = True
    monkeypatch.setattr("helpers.datasets.loader.free_memory", lambda on: resident * 10**9)
    data = dataset(300)
    transform = augment.PerPicture(change) if whole_batch else lambda images: change(images)
    loader = make_loader(data, 64, shuffle=True, transform=transform)
    seed_everything(0)
    with Near():
        far = list(loader.batches(FAR))
    assert changed == counts
    changed.clear()
    seed_everything(0)
    for (images, labels), (same, theirs) in zip(loader, far, strict=True):
        assert torch.equal(images, same)
        assert torch.equal(labels, theirs)
    assert changed == [64, 64, 64, 64, 44]


def test_pictures_that_do_not_fit_travel_as_bytes(monkeypatch):
    data = dataset(40, 16)
    monkeypatch.setattr("helpers.datasets.loader.free_memory", lambda on: 4 * 40 * 16 * 16 * 3 - 1)
    with Travelled() as epoch:
        list(make_loader(data, 8).batches(FAR))
    assert epoch.bytes == data.images.source.nbytes


def test_a_subset_that_lies_on_the_device_holds_its_own_pictures(monkeypatch):
    monkeypatch.setattr("helpers.datasets.loader.free_memory", lambda on: 10**6)
    data = dataset(6)
    part = data.subset([4, 1])
    assert torch.equal(part.images.on(torch.device("cpu")), torch.from_numpy(data.images[[4, 1]]))
    assert data.images.on(FAR).shape == (6, 4, 4, 3)
    assert data.images.on(FAR) is data.images.on(FAR)  # once


def test_by_hand_and_by_device_a_loader_gives_the_same_batches():
    loader = make_loader(dataset(20, 16), 8, shuffle=True, transform=augment.preset("light", 16))
    passes = []
    for batches in (lambda: loader, lambda: loader.batches(torch.device("cpu"))):
        seed_everything(0)
        passes.append([(images, labels) for images, labels in batches()])
    for (images, labels), (others, theirs) in zip(*passes, strict=True):
        assert torch.equal(images, others)
        assert torch.equal(labels, theirs)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_batches_that_travel_ahead_arrive_whole_and_in_order():
    sent = [torch.full((256, 64, 64, 3), number, dtype=torch.uint8) for number in range(20)]
    for number, batch in enumerate(travelling(sent, torch.device("cuda"))):
        assert batch.device.type == "cuda"
        assert (batch == number).all()
    assert number == 19
