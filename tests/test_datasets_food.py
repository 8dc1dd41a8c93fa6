import argparse
import json
import os
import re
import shlex
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from course.__main__ import main
from course.commands import data as command
from course.commands import doctor
from course.intake import get, import_folder, sources, unpack
from course.intake.sources import DownloadError
from course.intake.unpack import UnsafeArchiveError
from drawings import VERSIONS
from helpers import evaluate, load_food, make_loader, predict
from helpers.datasets import ImageDataset, audit, cache, choose_profile, data_folder
from helpers.datasets.profiles import find_set

CLASSES = find_set("food").classes
FOLDERS = [name.replace("/", "-") for name in CLASSES]


def draw(path, seed, size=(16, 16)):
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path, "JPEG", quality=90)


def write(folder, pattern="{part}/{label}_{index}.jpg", parts=("train", "valid", "test"), per_class=(3, 1, 1)):
    """Write a few different pictures of each of the eleven classes, named as the pattern says."""
    seed = 0
    for part, count in zip(parts, per_class, strict=True):
        for label in range(11):
            for index in range(count):
                name = pattern.format(part=part, label=label, index=index, name=FOLDERS[label])
                draw(folder / name, seed)
                seed += 1
    return folder


@pytest.fixture
def food(own_data_folder):
    """A small set that stands where the real photos go."""
    return write(own_data_folder / "food11")


def names(data):
    return {part: getattr(data, part).names for part in ("train", "valid", "test") if getattr(data, part)}


def counts(data):
    return {part: len(listed) for part, listed in names(data).items()}


def listing(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def zip_of(folder, target):
    return Path(shutil.make_archive(str(target), "zip", folder))


def run(*arguments):
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    return command.main(parser.parse_args(["data", *map(str, arguments)]))


# Loading


def test_the_set_comes_in_its_parts_with_food_11s_labels(food):
    data = load_food(image_size=16)
    assert counts(data) == {"train": 33, "valid": 11, "test": 11}
    assert data.train.classes == CLASSES
    assert (CLASSES[0], CLASSES[6], CLASSES[10]) == ("Bread", "Noodles/Pasta", "Vegetable/Fruit")
    for part in (data.train, data.valid, data.test):
        for name, label, pixels in zip(part.names, part.labels.tolist(), part.images, strict=True):
            assert label == int(re.match(r"\w+/(\d+)_", name)[1])
            assert np.array_equal(pixels, np.asarray(Image.open(food / name)))
    first = str(data).splitlines()[0]
    assert first == "food, profile full (real photos): 33 train, 11 valid, 11 test; 16 x 16 pixels"


def test_pictures_are_128_pixels_wide_by_default(food):
    assert load_food().train.image_size == 128


def test_a_set_without_a_test_part_has_none(food):
    shutil.rmtree(food / "test")
    assert load_food(image_size=8).test is None


def said(capsys):
    """What was printed, with its long lines in one piece."""
    return capsys.readouterr().out.replace("\n    ", " ")


def test_pictures_that_stand_in_several_parts_stay_in_the_last_and_it_says_so(food, capsys):
    shutil.copy(food / "valid/2_0.jpg", food / "train/2_1.jpg")
    Image.open(food / "test/3_0.jpg").save(food / "train/5_0.jpg", "PNG")  # another label and file format
    shutil.copy(food / "test/4_0.jpg", food / "valid/4_0.jpg")
    data = load_food(image_size=8)
    kept = names(data)
    assert counts(data) == {"train": 31, "valid": 10, "test": 11}
    assert not {"train/2_1.jpg", "train/5_0.jpg"} & set(kept["train"])
    assert "valid/4_0.jpg" not in kept["valid"]
    assert said(capsys).splitlines() == [
        "left out of train, also found in valid or test: 2 of 33 pictures "
        "(train/2_1.jpg is valid/2_0.jpg, train/5_0.jpg is test/3_0.jpg)",
        "left out of valid, also found in test: 1 of 11 pictures (valid/4_0.jpg is test/4_0.jpg)",
    ]


def test_many_leaked_pictures_are_one_line_with_the_first_three_and_the_number(food, capsys):
    for label in range(11):
        shutil.copy(food / f"valid/{label}_0.jpg", food / f"train/{label}_0.jpg")
    assert len(load_food(image_size=8).train) == 22
    out = said(capsys)
    assert out.startswith(
        "left out of train, also found in valid or test: 11 of 33 pictures (train/0_0.jpg is valid/0_"
    )
    assert out.endswith("and 8 more (11 in all))\n")
    assert out.count("\n") == 1


def test_contradicting_labels_within_train_are_left_out_and_it_says_so(food, capsys):
    shutil.copy(food / "train/3_0.jpg", food / "train/8_1.jpg")
    shutil.copy(food / "train/9_0.jpg", food / "train/9_1.jpg")  # the same label: stays
    data = load_food(image_size=8)
    assert len(data.train) == 31
    assert not {"train/3_0.jpg", "train/8_1.jpg"} & set(data.train.names)
    assert said(capsys) == (
        "left out, identical pictures with contradicting labels: train/3_0.jpg (Egg) against train/8_1.jpg (Seafood)\n"
    )


def test_a_clean_set_prints_nothing(food, capsys):
    load_food(image_size=8)
    assert capsys.readouterr().out == ""


def test_a_train_part_that_is_all_in_valid_is_an_error(own_data_folder):
    folder = write(own_data_folder / "food11", per_class=(1, 1, 0))
    for path in (folder / "valid").iterdir():
        shutil.copy(path, folder / "train" / path.name)
    with pytest.raises(ValueError, match="no picture is left for train"):
        load_food(image_size=8)


def test_a_class_or_a_part_without_a_picture_is_refused_in_load_and_in_check(food, capsys):
    (food / "train/7_0.jpg").unlink()
    load_food(image_size=8)
    for name in ("train/7_1.jpg", "train/7_2.jpg"):
        (food / name).write_bytes(b"")
    with pytest.raises(ValueError, match=r"no picture is left for Rice \(30 train, 11 valid, 11 test; .* 2 Rice"):
        load_food(image_size=8, on_unreadable="skip")
    assert run("check", "food11") == 1
    assert "refuses this set as it is: no picture is left for Rice (30 train" in capsys.readouterr().out
    for path in (food / "valid").iterdir():
        path.unlink()
    with pytest.raises(ValueError, match=r"no picture is left for valid, Rice"):
        load_food(image_size=8, on_unreadable="skip")


def test_squash_keeps_the_whole_picture_and_crop_its_middle(food):
    striped = np.zeros((16, 32, 3), np.uint8)
    striped[:, 8:24] = 255  # black, white and black: only the white middle is left of the crop
    Image.fromarray(striped).save(food / "train/0_0.jpg", "PNG")

    def pixels(aspect):
        data = load_food(image_size=16, aspect=aspect)
        return data.train.images[data.train.names.index("train/0_0.jpg")]

    squashed, cropped = pixels("squash"), pixels("crop")
    assert squashed.shape == cropped.shape == (16, 16, 3)
    assert cropped.min() == 255
    assert squashed[:, [0, 15]].max() < 50
    assert squashed[:, 6:10].min() > 200
    assert np.array_equal(pixels("squash"), squashed)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"aspect": "stretch"}, "aspect is 'stretch'; choose 'squash' or 'crop'"),
        ({"on_unreadable": "ignore"}, "on_unreadable is 'ignore'; choose 'error' or 'skip'"),
        ({"image_size": 4}, "image_size is 4; give a whole number of pixels from 8 to 1024"),
        ({"profile": "tiny"}, "profile is 'tiny'; choose 'sample'"),
    ],
)
def test_wrong_arguments_name_value_and_choices(food, arguments, message):
    with pytest.raises(ValueError, match=message):
        load_food(**arguments)


def test_unreadable_files_are_an_error_or_left_out_by_name(food, capsys):
    (food / "train/1_0.jpg").write_bytes(b"text")
    with pytest.raises(ValueError, match=r'food11/: train/1_0\.jpg \(not a picture\).*on_unreadable="skip"') as error:
        load_food(image_size=8)
    assert "CSV" not in str(error.value)
    assert len(load_food(image_size=8, on_unreadable="skip").train) == 32
    assert "left out, unreadable: train/1_0.jpg (not a picture)" in capsys.readouterr().out


def test_a_link_to_nothing_is_one_of_the_unreadable_pictures(food, tmp_path):
    (food / "train/1_7.jpg").symlink_to("gone.jpg")
    with pytest.raises(ValueError, match=r"train/1_7\.jpg \(a link to nothing\)"):
        load_food(image_size=8)
    assert len(load_food(image_size=8, on_unreadable="skip").train) == 33
    assert audit(food).unreadable == [("train/1_7.jpg", "a link to nothing")]
    wild = food.rename(tmp_path / "wild")
    with pytest.raises(ValueError, match=r"train/1_7\.jpg in .*wild/ is refused: a link to nothing; remove it\."):
        import_folder("food11", wild)


# Cache


def test_a_second_load_decodes_nothing_and_reads_no_picture(food, monkeypatch):
    for path in food.rglob("*.jpg"):
        os.utime(path, (time.time() - 3600,) * 2)
    first = load_food(image_size=8)
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail(f"{self} was read again"))
    assert np.array_equal(load_food(image_size=8).train.images, first.train.images)


def test_squash_and_crop_are_two_cache_entries(food, monkeypatch):
    load_food(image_size=8)
    decoded = []
    monkeypatch.setattr(cache, "decode", lambda content, real=cache.decode: decoded.append(1) or real(content))
    load_food(image_size=8, aspect="crop")
    assert len(decoded) == 55
    load_food(image_size=8, aspect="crop")
    load_food(image_size=8, aspect="squash")
    assert len(decoded) == 55


# Names that give no label


def test_files_without_a_label_are_one_error_that_names_them(food):
    for index in range(12):
        draw(food / f"train/11_{index}.jpg", index)
    draw(food / "valid/cat.jpg", 0)
    draw(food / "test/0001.jpg", 0)
    (food / "train/labels.csv").write_text("x")
    with pytest.raises(ValueError, match="food11/ holds files that do not fit") as error:
        load_food(on_unreadable="skip")
    text = str(error.value)
    assert "train/11_0.jpg, train/11_1.jpg" in text
    assert "and 4 more (14 in all) without a label from 0 to 10" in text
    assert "train/labels.csv that are no pictures" in text
    assert text.endswith("Name each picture LABEL_INDEX.jpg, its label from 0 to 10, or move it away.")


def test_what_file_managers_leave_behind_does_no_harm(food):
    for name in ("train/.DS_Store", "valid/Thumbs.db", "__MACOSX/train/._0_0.jpg", "train/.git/config"):
        (food / name).parent.mkdir(parents=True, exist_ok=True)
        (food / name).write_bytes(b"x")
    assert counts(load_food(image_size=8)) == {"train": 33, "valid": 11, "test": 11}


@pytest.fixture
def unlabelled(own_data_folder):
    folder = write(own_data_folder / "food11", per_class=(1, 1, 0))
    for index in range(4):
        draw(folder / f"test/{index:04}.jpg", 100 + index)
    return folder


def test_a_test_part_without_labels_can_be_predicted_and_not_evaluated(unlabelled, capsys):
    data = load_food(image_size=8)
    assert data.test.labels.tolist() == [-1] * 4
    assert "4 pictures of test have no labels" in capsys.readouterr().out
    assert repr(data.test).endswith("0 Vegetable/Fruit, 4 without a label)")
    assert "without" not in repr(data.train)
    model = nn.Sequential(nn.Flatten(), nn.Linear(3 * 8 * 8, 11))
    logits, _ = predict(model, make_loader(data.test, 3))
    assert logits.shape == (4, 11)
    with pytest.raises(ValueError, match=r"labels from -1 to -1.*predict\(model, loader\)"):
        evaluate(model, make_loader(data.test, 3))
    assert 0 <= evaluate(model, make_loader(data.valid, 3)).accuracy <= 1


def test_without_labels_is_the_test_part_as_a_whole_or_not_at_all(unlabelled):
    draw(unlabelled / "test/3_0.jpg", 0)
    with pytest.raises(ValueError, match=r"test/0000\.jpg, .* without a label from 0 to 10"):
        load_food()


def test_other_parts_must_have_labels(unlabelled):
    draw(unlabelled / "valid/0001.jpg", 0)
    with pytest.raises(ValueError, match=r"valid/0001\.jpg without a label"):
        load_food()


def test_a_dataset_takes_pictures_without_a_label_only_on_request():
    images = np.zeros((2, 4, 4, 3), np.uint8)
    with pytest.raises(ValueError, match="label -1 has no class"):
        ImageDataset(images, [0, -1], CLASSES)
    data = ImageDataset(images, [0, -1], CLASSES, unlabelled=True)
    assert data.subset([1]).labels.tolist() == [-1]
    with pytest.raises(ValueError, match="label -2 has no class"):
        ImageDataset(images, [0, -2], CLASSES, unlabelled=True)


def test_pictures_without_a_label_are_shown_as_such(unlabelled):
    from helpers.plots import gallery

    assert {axes.get_title() for axes in gallery(load_food(image_size=8).test).axes if axes.images} == {"no label"}


# Which data


def test_profile_is_decided_for_each_set_by_itself(own_data_folder, monkeypatch, picture_set):
    assert choose_profile(name="food") == "sample"
    picture_set(own_data_folder / "vehicles", 4)
    assert (choose_profile(), choose_profile(name="food")) == ("full", "sample")
    write(own_data_folder / "food11", per_class=(1, 1, 0))
    assert choose_profile(name="food") == choose_profile(name="food11") == "full"
    with pytest.raises(ValueError, match="there is no set 'boats'; choose 'vehicles' or 'food11'"):
        choose_profile(name="boats")
    monkeypatch.setenv("COURSE_DATA", "sample")
    assert choose_profile(name="food") == "sample"


def test_missing_real_photos_say_how_to_get_them():
    with pytest.raises(FileNotFoundError, match="food photos.*data get food11.*data import food11 PATH.*COURSE_FOOD_"):
        load_food("full")


def test_a_folder_elsewhere_is_used_and_not_copied(tmp_path, own_data_folder, monkeypatch):
    folder = write(tmp_path / "mine", parts=("train", "valid"), per_class=(1, 1))
    before = listing(folder)
    monkeypatch.setenv("COURSE_FOOD_DIR", str(folder))
    data = load_food(image_size=8)
    assert (data.profile, data.train.labels.tolist(), data.test) == ("full", list(range(11)), None)
    assert listing(folder) == before
    assert not (own_data_folder / "food11").exists()
    monkeypatch.setenv("COURSE_FOOD_DIR", str(tmp_path / "gone"))
    with pytest.raises(FileNotFoundError, match="COURSE_FOOD_DIR names .*gone"):
        load_food()


def test_a_folder_of_vehicles_is_not_taken_for_food(tmp_path, monkeypatch, picture_set):
    monkeypatch.setenv("COURSE_FOOD_DIR", str(picture_set(tmp_path / "cars", 4)))
    with pytest.raises(FileNotFoundError, match="cars is not in the course's layout: train/, valid/ and perhaps test/"):
        load_food()


@pytest.fixture
def drawn(monkeypatch):
    """Draw a small sample instead of the usual one; lists the folders that were drawn."""
    folders = []

    def draw_food(folder, *, count=3102, seed=13, progress=True):
        folders.append(folder)
        write(folder, per_class=(count // 1000, 1, 1))
        (folder / "flaws.json").write_text(json.dumps({"version": 7}))
        return folder

    monkeypatch.setattr("drawings.draw_food", draw_food, raising=False)
    monkeypatch.setitem(VERSIONS, "food", 7)
    return folders


def test_the_sample_is_drawn_once_on_first_use(drawn, own_data_folder):
    data = load_food()
    assert (data.profile, data.train.image_size, counts(data)["train"]) == ("sample", 128, 33)
    assert str(data).startswith("food, profile sample (drawn sample): 33 train")
    load_food("sample")
    assert drawn == [own_data_folder / "food-sample"]


def test_a_sample_of_an_older_version_is_drawn_again(drawn, capsys):
    folder = data_folder("food", "sample")
    (folder / "flaws.json").write_text(json.dumps({"version": 6}))
    (folder / "train/0_99.jpg").write_text("from the older drawing")
    assert data_folder("food", "sample") == folder
    assert len(drawn) == 2
    assert not (folder / "train/0_99.jpg").exists()
    assert "The food sample here was drawn by another version" in capsys.readouterr().out


# Import

LAYOUTS = {
    "the course's own": ("{part}/{label}_{index}.jpg", ("train", "valid", "test")),
    "Food-11's own": ("{part}/{label}_{index}.jpg", ("training", "validation", "evaluation")),
    "mixed": ("{part}/{label}_{index}.jpg", ("Training", "Validation", "test")),
    "class names": ("{part}/{name}/{index}.jpg", ("training", "validation", "evaluation")),
    "class numbers": ("{part}/{label:02}/{index}.jpg", ("training", "validation", "testing")),
    "short class numbers": ("{part}/{label}/{index}.jpg", ("train", "val", "test")),
    "one folder deeper": ("food11/{part}/{name}/{index}.jpg", ("training", "validation", "evaluation")),
    "two folders deeper": ("a/b/{part}/{label}_{index}.jpg", ("train", "valid", "test")),
}


@pytest.mark.parametrize(("pattern", "parts"), LAYOUTS.values(), ids=LAYOUTS)
def test_every_layout_is_imported_from_folder_and_zip(tmp_path, own_data_folder, monkeypatch, capsys, pattern, parts):
    wild = write(tmp_path / "wild", pattern, parts)
    before = listing(wild)
    folder = import_folder("food11", wild)
    assert listing(wild) == before
    assert folder == own_data_folder / "food11"
    assert listing(folder) == listing(write(tmp_path / "expected"))
    assert "pictures copied: 33 train, 11 valid, 11 test\n" in capsys.readouterr().out
    assert counts(load_food(image_size=8)) == {"train": 33, "valid": 11, "test": 11}
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "other"))
    assert listing(import_folder("food11", zip_of(wild, tmp_path / "wild"))) == listing(folder)
    assert {path.name for path in (tmp_path / "other").iterdir()} == {"food11"}


@pytest.mark.parametrize("layout", [name for name in LAYOUTS if name != "the course's own"])
def test_another_layout_is_read_by_import_alone_and_the_remedy_works(tmp_path, layout, monkeypatch, capsys):
    wild = write(tmp_path / "my photos", *LAYOUTS[layout])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COURSE_FOOD_DIR", "my photos")
    with pytest.raises(FileNotFoundError, match="my photos is not in the course's layout"):
        audit("my photos")
    with pytest.raises(FileNotFoundError, match="once, and unset COURSE_FOOD_DIR") as error:
        load_food()
    remedy = re.search("`python -m (.*)`", str(error.value))[1]
    assert shlex.split(remedy) == ["course", "data", "import", "food11", str(wild)]
    monkeypatch.chdir("/")
    monkeypatch.delenv("COURSE_FOOD_DIR")
    assert main(shlex.split(remedy)[1:]) == 0
    assert counts(load_food(image_size=8)) == {"train": 33, "valid": 11, "test": 11}


def test_the_first_folder_decides_the_class_whatever_lies_below_it(tmp_path):
    wild = write(tmp_path / "wild", "{part}/{label}/{index}.jpg", ("train", "valid"), (1, 1))
    draw(wild / "train/0/7/x.jpg", 1000)
    draw(wild / "train/1/0/x.jpg", 1001)
    draw(wild / "valid/Noodles/Pasta/x.jpg", 1002)
    with pytest.raises(FileNotFoundError, match="not in the course's layout"):
        audit(wild)
    import_folder("food11", wild)
    data = load_food(image_size=8)
    assert data.train.labels.bincount().tolist() == [2, 2, *[1] * 9]
    assert data.valid.labels.bincount().tolist() == [1] * 6 + [2] + [1] * 4


def test_a_folder_that_is_no_class_is_named(tmp_path):
    wild = write(tmp_path / "wild", per_class=(1, 1, 0))
    draw(wild / "train/Pizza/1.jpg", 0)
    with pytest.raises(ValueError, match=r"train/Pizza/1\.jpg in folders that are no class"):
        import_folder("food11", wild)


def test_what_a_mac_adds_to_a_zip_is_neither_counted_nor_unpacked(tmp_path, monkeypatch):
    wild = write(tmp_path / "wild", per_class=(1, 1, 0))
    for name in listing(wild):
        draw(wild / "__MACOSX" / name.replace("/", "/._"), 0)
    monkeypatch.setattr(unpack, "MAX_MEMBERS", 22 + 3)  # and three folders
    import_folder("food11", zip_of(wild, tmp_path / "wild"))
    assert counts(load_food(image_size=8)) == {"train": 11, "valid": 11}


@pytest.mark.parametrize("style", [str.lower, str.upper, lambda name: name.replace("-", "_").replace(" ", "_"), None])
def test_class_folders_are_known_in_any_spelling(tmp_path, style):
    for label, name in enumerate(CLASSES):  # without a style as they are: "Noodles/Pasta" is two folders then
        folder = style(name.replace("/", "-")) if style else name
        draw(tmp_path / "wild/training" / folder / "1.jpg", label)
        draw(tmp_path / "wild/validation" / folder / "x.jpeg", 100 + label)
    import_folder("food11", tmp_path / "wild")
    data = load_food(image_size=8)
    assert data.train.names == [f"train/{label}_0.jpg" for label in range(11)]
    assert data.valid.names == [f"valid/{label}_0.jpeg" for label in range(11)]
    assert data.valid.labels.tolist() == list(range(11))


def test_class_folders_beside_labelled_files_overwrite_nothing(tmp_path):
    wild = write(tmp_path / "wild", per_class=(1, 1, 0))
    draw(wild / "train/Rice/0.jpg", 1000)
    draw(wild / "train/07/0.jpg", 1001)
    folder = import_folder("food11", wild)
    assert {path.name for path in (folder / "train").glob("7_*")} == {"7_0.jpg", "7_1.jpg", "7_2.jpg"}
    assert listing(folder)["train/7_0.jpg"] == listing(wild)["train/7_0.jpg"]


def test_import_keeps_a_test_part_without_labels(tmp_path, capsys):
    wild = write(tmp_path / "wild", "hw3/{part}/{label}_{index}.jpg", ("train", "valid"), (1, 1))
    draw(wild / "hw3/test/0001.jpg", 1000)
    folder = import_folder("food11", zip_of(wild, tmp_path / "wild"))
    assert (folder / "test/0001.jpg").exists()
    assert "11 train, 11 valid, 1 test; 1 of them have no label" in capsys.readouterr().out


def test_import_refuses_names_without_a_label_and_writes_nothing(tmp_path, own_data_folder):
    wild = write(tmp_path / "wild", per_class=(1, 1, 0))
    draw(wild / "train/a.jpg", 0)
    with pytest.raises(ValueError, match=r"wild/ holds files that do not fit: train/a\.jpg without a label"):
        import_folder("food11", wild)
    assert not list(own_data_folder.iterdir())


def test_import_is_as_careful_as_with_the_vehicles(tmp_path, own_data_folder):
    with pytest.raises(FileNotFoundError, match="none of the known layouts"):
        import_folder("food11", tmp_path)
    with pytest.raises(UnsafeArchiveError, match="not an intact zip"):
        import_folder("food11", Path(__file__))
    wild = write(tmp_path / "wild", per_class=(1, 1, 0))
    Image.new("1", (12_000, 5_000)).save(wild / "train/3_0.jpg", "PNG")
    with pytest.raises(
        ValueError, match=r"train/3_0\.jpg in .*wild/ is refused: .* above the limit of .*; remove it\."
    ):
        import_folder("food11", wild)
    assert not list(own_data_folder.iterdir())
    (own_data_folder / "food11").mkdir()
    with pytest.raises(FileExistsError, match="food11 is there already and is not overwritten"):
        import_folder("food11", wild)


def test_two_folders_for_one_part_or_two_sets_are_not_guessed(tmp_path):
    write(tmp_path / "a/one", per_class=(1, 1, 0))
    (tmp_path / "a/one/validation").mkdir()
    with pytest.raises(ValueError, match="holds valid/ and validation/, which both stand for valid; remove or rename"):
        import_folder("food11", tmp_path)
    (tmp_path / "a/one/validation").rmdir()
    write(tmp_path / "a/two", per_class=(1, 1, 0))
    with pytest.raises(ValueError, match=r"several sets \(a/one, a/two\)"):
        import_folder("food11", tmp_path)


# Get


def test_get_downloads_imports_and_cleans_up(source, tmp_path, own_data_folder, monkeypatch):
    content = zip_of(write(tmp_path / "wild", *LAYOUTS["one folder deeper"]), tmp_path / "wild").read_bytes()
    gone = source(lambda h: h.answer(b"", 404), "/gone")
    monkeypatch.setitem(sources.SOURCES, "food11", (gone, source(lambda h: h.answer(content))))
    assert get("food11") == own_data_folder / "food11"
    assert counts(load_food(image_size=8)) == {"train": 33, "valid": 11, "test": 11}
    assert not list((own_data_folder / "downloads").iterdir())


def test_get_ends_in_the_steps_by_hand_when_no_source_answers(source, monkeypatch):
    monkeypatch.setitem(sources.SOURCES, "food11", (source(lambda h: h.answer(b"", 404)),))
    with pytest.raises(DownloadError, match="answered 404") as error:
        get("food11")
    assert "1. Get the photos from one of these places" in str(error.value)
    assert "python -m course data import food11 PATH" in str(error.value)


# Audit


def findings(found):
    return dict(found.table[["finding", "count"]].itertuples(index=False))


def test_a_clean_set_has_no_finding(food):
    found = audit("food11")
    assert findings(found) == {
        "labelled pictures": 55,
        "unreadable files": 0,
        "identical groups": 0,
        "identical across parts": 0,
        "contradicting labels": 0,
        "near-duplicates": 0,
        "unusual files": 0,
    }
    assert found.balance == dict.fromkeys(CLASSES, 5)
    assert str(found).startswith("food11, profile full: ")
    assert found.loadable


def test_the_audit_finds_what_is_wrong(food):
    (food / "train/0_0.jpg").write_bytes(b"")
    shutil.copy(food / "valid/1_0.jpg", food / "train/1_0.jpg")
    shutil.copy(food / "train/2_0.jpg", food / "train/3_0.jpg")
    Image.open(food / "train/4_0.jpg").resize((64, 64)).save(food / "train/4_1.jpg")
    found = audit("food")
    assert [name for name, _ in found.unreadable] == ["train/0_0.jpg"]
    assert found.identical == [["train/1_0.jpg", "valid/1_0.jpg"], ["train/2_0.jpg", "train/3_0.jpg"]]
    assert found.across == [["train/1_0.jpg", "valid/1_0.jpg"]]
    assert found.contradicting == [{"train/2_0.jpg": "Dessert", "train/3_0.jpg": "Egg"}]
    assert [pair[:2] for pair in found.near] == [("train/4_0.jpg", "train/4_1.jpg")]
    assert found.outliers == [("train/4_1.jpg", "64 x 64 pixels")]
    assert found.picture("train/2_0.jpg").size == (16, 16)
    assert "1  identical across parts: train/1_0.jpg = valid/1_0.jpg" in str(found)
    assert not found.loadable


def test_bad_names_are_findings_and_not_errors(food):
    draw(food / "train/a.jpg", 0)
    found = audit("food11")
    assert findings(found)["files without a label from 0 to 10"] == 1
    assert not found.loadable


def test_a_test_part_without_labels_contradicts_nothing(unlabelled):
    draw(unlabelled / "train/1_1.jpg", 200)
    shutil.copy(unlabelled / "train/1_0.jpg", unlabelled / "test/0000.jpg")
    found = audit(unlabelled)
    assert (found.contradicting, found.balance["without a label"], found.loadable) == ([], 4, True)
    assert found.across == [["train/1_0.jpg", "test/0000.jpg"]]


# The command line


def test_list_shows_both_sets(food, capsys):
    assert run("list") == 0
    out = capsys.readouterr().out
    assert "* vehicles  sample  is drawn on first use" in out
    assert "  food11    sample  is drawn on first use" in out
    assert f"* food11    full    {food}" in out
    assert "load_vehicles() and load_food() take now" in out


def test_check_names_the_loader_and_has_nothing_to_fix(food, capsys):
    assert run("check", "food11") == 0
    assert "load_food() takes this set as it is" in capsys.readouterr().out
    (food / "train/0_0.jpg").write_bytes(b"")
    assert run("check", food) == 1
    assert "load_food() refuses this set as it is" in capsys.readouterr().out
    with pytest.raises(ValueError, match="food11/ has no label CSV that could be cleaned.*remove the files listed"):
        run("check", "food11", "--fix")


def test_import_and_sample_say_where_the_pictures_are(tmp_path, own_data_folder, drawn, capsys):
    assert run("import", "food11", write(tmp_path / "wild")) == 0
    assert f"food11 is in {own_data_folder / 'food11'}" in capsys.readouterr().out
    assert run("sample", "--name", "food", "--seed", 7, "--output", tmp_path / "own") == 0
    out = capsys.readouterr().out
    assert f"3102 pictures drawn in {tmp_path / 'own'}; COURSE_FOOD_DIR={tmp_path / 'own'} makes it the full" in out


def test_the_doctor_names_the_food_that_notebooks_will_use(monkeypatch, food):
    assert doctor.check_data("food").found.startswith(f"sample is drawn on first use; real photos in {food}, used")
    monkeypatch.setenv("COURSE_FOOD_DIR", "gone")
    assert doctor.check_data("food").level == "FAIL"
    assert doctor.check_data().level == "OK"


def test_labels_survive_a_round_of_batches(food):
    data = load_food(image_size=8)
    labels = torch.cat([labels for _, labels in make_loader(data.train, 8)])
    assert labels.bincount().tolist() == [3] * 11
