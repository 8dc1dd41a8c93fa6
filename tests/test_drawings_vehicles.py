"""The drawn sample: its layout, its flaws and what it promises about files on disk."""

import csv
import json
from pathlib import Path
from random import Random

import numpy as np
import pytest
from PIL import Image

from drawings import VERSIONS, draw_vehicles, fleet, vehicle_photo, vehicle_set


def labels_of(folder: Path) -> dict[str, int]:
    with open(folder / "emergency_train.csv", newline="", encoding="utf-8") as file:
        return {row["image_names"]: int(row["emergency_or_not"]) for row in csv.DictReader(file)}


def pixels_of(path: Path) -> bytes | None:
    try:
        return Image.open(path).convert("RGB").tobytes()
    except OSError:
        return None


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return draw_vehicles(tmp_path_factory.mktemp("samples") / "small", count=24, progress=False)


@pytest.fixture
def quick(monkeypatch):
    """Replace the drawing, so that tests about files are fast; children would not know of it."""
    monkeypatch.setattr("drawings.files.FEW", 10_000)
    monkeypatch.setattr(vehicle_set, "photo_bytes", lambda seed, number, label: b"%d" % number * 20)


def test_folder_holds_a_csv_pictures_of_128_pixels_and_the_list_of_flaws(small):
    assert sorted(path.name for path in small.iterdir()) == ["emergency_train.csv", "flaws.json", "images"]
    labels = labels_of(small)
    assert len(labels) == 24
    assert set(labels) == {path.name for path in (small / "images").iterdir()}
    bad = json.loads((small / "flaws.json").read_text())["unreadable"]
    sizes = {Image.open(small / "images" / name).size for name in labels if name not in bad}
    assert sizes == {(128, 128)}


def test_flaws_file_names_exactly_the_identical_groups(small):
    flaws = json.loads((small / "flaws.json").read_text())
    groups = {}
    for name in labels_of(small):
        pixels = pixels_of(small / "images" / name)
        if pixels:
            groups.setdefault(pixels, []).append(name)
    found = sorted(sorted(group) for group in groups.values() if len(group) > 1)
    assert found == sorted(sorted(group) for group in flaws["identical"])


def test_identical_pictures_differ_in_their_bytes(small):
    first, second = json.loads((small / "flaws.json").read_text())["identical"][0][:2]
    assert (small / "images" / first).read_bytes() != (small / "images" / second).read_bytes()


def test_two_identical_groups_contradict_each_other_in_their_labels(small):
    flaws, labels = json.loads((small / "flaws.json").read_text()), labels_of(small)
    assert len(flaws["contradicting"]) == 2
    mixed = [group for group in flaws["identical"] if len({labels[name] for name in group}) > 1]
    assert mixed == [list(group) for group in flaws["contradicting"]]
    assert all(labels[name] == label for group in flaws["contradicting"] for name, label in group.items())


def test_exactly_the_two_files_listed_are_unreadable(small):
    flaws, labels = json.loads((small / "flaws.json").read_text()), labels_of(small)
    unreadable = [name for name in labels if pixels_of(small / "images" / name) is None]
    assert len(unreadable) == 2
    assert sorted(unreadable) == sorted(flaws["unreadable"])
    assert {(small / "images" / name).read_bytes()[:2] for name in unreadable} == {b"\xff\xd8", b"<h"}


def test_file_numbers_give_the_label_away_and_rows_do_not(small):
    leak, labels = json.loads((small / "flaws.json").read_text())["leak_below"], labels_of(small)
    assert all((int(name.split(".")[0]) < leak) == bool(label) for name, label in labels.items())
    order = [int(name.split(".")[0]) for name in labels]
    assert order != sorted(order)
    assert set(list(labels.values())[:12]) == {0, 1}


@pytest.mark.parametrize("count", [20, 21, 40, 600, 800])
def test_count_is_the_number_of_rows_and_41_percent_are_emergency(tmp_path, quick, count):
    folder = draw_vehicles(tmp_path / "set", count=count, progress=False)
    labels, flaws = labels_of(folder), json.loads((folder / "flaws.json").read_text())
    assert len(labels) == count
    assert sum(labels.values()) == round(0.41 * count)
    assert (flaws["count"], flaws["seed"], flaws["version"]) == (count, 13, VERSIONS["vehicles"])


def test_the_usual_set_has_102_identical_groups_some_of_three(tmp_path, quick):
    folder = draw_vehicles(tmp_path / "set", progress=False)
    sizes = [len(group) for group in json.loads((folder / "flaws.json").read_text())["identical"]]
    assert len(sizes) == 102
    assert set(sizes) == {2, 3}


def test_same_seed_gives_the_same_bytes_and_another_seed_another_set(tmp_path, small):
    def content(folder):
        return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    again = draw_vehicles(tmp_path / "again", count=24, progress=False)
    assert content(again) == content(small)
    other = draw_vehicles(tmp_path / "other", count=24, seed=7, progress=False)
    assert labels_of(other) != labels_of(small)
    assert not set(content(other).values()) & set(content(small).values()) - {content(small)[Path("images") / name]
               for name in json.loads((small / "flaws.json").read_text())["unreadable"]}  # fmt: skip


def test_a_picture_depends_on_seed_number_and_label_only():
    first = vehicle_photo.photo_bytes(13, 5, 1)
    Random(0).random()
    np.random.seed(0)  # noqa: NPY002 - the global generator must not matter
    assert vehicle_photo.photo_bytes(13, 5, 1) == first
    assert vehicle_photo.photo_bytes(13, 6, 1) != first
    assert vehicle_photo.photo_bytes(14, 5, 1) != first


def test_every_kind_of_vehicle_can_be_drawn_from_every_side():
    kinds = {*fleet.MARKED, *fleet.FAINT, *fleet.LOOK_ALIKES}
    rng = Random(3)
    for kind in kinds:
        assert kind(rng).body in vehicle_photo.BODIES
    for number in range(16):
        picture = np.asarray(vehicle_photo.draw_photo(99, number, number % 2))
        assert picture.shape == (128, 128, 3)
        assert picture.std() > 5
