"""The drawn food sample: its layout, its flaws and what it promises about files on disk."""

import json
from pathlib import Path
from random import Random

import numpy as np
import pytest
from PIL import Image

from drawings import VERSIONS, draw_food, food_photo, food_set
from drawings.dishes import DISHES
from drawings.relief import Relief, Skin
from helpers.datasets.profiles import FOOD

COUNT = 110


def names_in(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in folder.glob("*/*.jpg")]


def label_of(name: str) -> int:
    return int(name.split("/")[1].split("_")[0])


def pixels_of(path: Path) -> bytes | None:
    try:
        return Image.open(path).convert("RGB").tobytes()
    except OSError:
        return None


def flaws_of(folder: Path) -> dict:
    return json.loads((folder / "flaws.json").read_text())


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return draw_food(tmp_path_factory.mktemp("food") / "small", count=COUNT, progress=False)


@pytest.fixture
def quick(monkeypatch):
    """Replace the drawing, so that tests about files are fast; children would not know of it."""
    monkeypatch.setattr("drawings.files.FEW", 10_000)
    monkeypatch.setattr(food_set, "dish_bytes", lambda seed, number, label: b"%d %d " % (number, label) * 20)


def test_folder_holds_three_parts_of_128_pixel_pictures_and_the_list_of_flaws(small):
    assert sorted(path.name for path in small.iterdir()) == ["flaws.json", "test", "train", "valid"]
    names, bad = names_in(small), flaws_of(small)["unreadable"]
    assert len(names) == COUNT
    assert {Image.open(small / name).size for name in names if name not in bad} == {(128, 128)}


@pytest.mark.parametrize("count", [66, 67, 110, 200, 3102])
def test_every_class_stands_in_every_part_with_few_to_learn_from_and_many_to_measure_on(tmp_path, quick, count):
    names = names_in(draw_food(tmp_path / "set", count=count, progress=False))
    assert len(names) == count
    parts = {part: [label_of(name) for name in names if name.startswith(part)] for part in ("train", "valid", "test")}
    assert all(set(labels) == set(range(11)) for labels in parts.values())
    assert len(parts["valid"]) == len(parts["test"])
    assert len(parts["train"]) / len(parts["valid"]) == pytest.approx(100 / 91, rel=0.35)


def test_the_usual_set_has_100_91_and_91_pictures_a_class_numbered_without_gaps(tmp_path, quick):
    folder = draw_food(tmp_path / "set", progress=False)
    expected = {f"{part}/{label}_{number}.jpg" for part, size in (("train", 100), ("valid", 91), ("test", 91))
                for label in range(11) for number in range(size)}  # fmt: skip
    assert set(names_in(folder)) == expected
    flaws = flaws_of(folder)
    assert (flaws["count"], flaws["seed"], flaws["version"]) == (3102, 13, VERSIONS["food"])
    assert len(flaws["unreadable"]) == 4
    assert {len(group) for group in flaws["identical"]} == {2, 3}
    assert {group[1].split("/")[0] for group in flaws["leaked"]} == {"valid", "test"}
    assert len(flaws["mislabelled"]) == 22  # 2 % of train


def test_no_file_carries_two_flaws(tmp_path, quick):
    flaws = flaws_of(draw_food(tmp_path / "set", progress=False))
    flawed = [name for group in (*flaws["identical"], *flaws["leaked"]) for name in group]
    flawed += [*flaws["unreadable"], *flaws["mislabelled"]]
    assert len(flawed) == len(set(flawed))


def test_exactly_the_listed_files_of_train_are_unreadable(small):
    unreadable = [name for name in names_in(small) if pixels_of(small / name) is None]
    assert sorted(unreadable) == sorted(flaws_of(small)["unreadable"])
    assert all(name.startswith("train/") for name in unreadable)
    assert {(small / name).read_bytes()[:2] for name in unreadable} == {b"\xff\xd8", b"<h"}


def test_flaws_file_names_exactly_the_identical_groups_within_train_and_across_parts(small):
    flaws, groups = flaws_of(small), {}
    for name in names_in(small):
        pixels = pixels_of(small / name)
        if pixels:
            groups.setdefault(pixels, []).append(name)
    found = sorted(sorted(group) for group in groups.values() if len(group) > 1)
    assert found == sorted(sorted(group) for group in (*flaws["identical"], *flaws["leaked"]))
    assert all(name.startswith("train/") for group in flaws["identical"] for name in group)
    parts = [[name.split("/")[0] for name in group] for group in flaws["leaked"]]
    assert parts == [["train", "valid"], ["train", "test"]]
    assert all(len({label_of(name) for name in group}) == 1 for group in found)


def test_identical_pictures_differ_in_their_bytes(small):
    flaws = flaws_of(small)
    for first, second, *_ in (*flaws["identical"], *flaws["leaked"]):
        assert (small / first).read_bytes() != (small / second).read_bytes()


def test_mislabelled_files_of_train_show_the_class_that_the_list_gives(tmp_path, small, monkeypatch):
    flaws = flaws_of(small)
    monkeypatch.setattr(food_set, "dish_bytes", lambda seed, number, label: b"xy%02d" % label)
    marked = draw_food(tmp_path / "marked", count=COUNT, progress=False)
    assert flaws["mislabelled"]
    for name in set(names_in(marked)) - set(flaws["unreadable"]):
        assert int((marked / name).read_bytes()[-2:]) == flaws["mislabelled"].get(name, label_of(name))
    assert all(true != label_of(name) and name.startswith("train/") for name, true in flaws["mislabelled"].items())


def test_same_seed_gives_the_same_bytes_and_another_seed_another_set(tmp_path, quick):
    first, again, other = (draw_food(tmp_path / name, count=COUNT, seed=seed, progress=False)
                           for name, seed in (("first", 13), ("again", 13), ("other", 7)))  # fmt: skip
    assert content(first) == content(again)
    assert flaws_of(first)["identical"] != flaws_of(other)["identical"]
    assert food_photo.dish_bytes(13, 5, 1) == food_photo.dish_bytes(13, 5, 1)
    assert food_photo.dish_bytes(13, 5, 1) != food_photo.dish_bytes(14, 5, 1)


def test_a_picture_drawn_alone_equals_the_one_in_the_set(small):
    drawn = {(small / name).read_bytes() for name in names_in(small)}
    rng = Random(f"food set 13 {COUNT}")
    for picture in food_set._plan(COUNT, rng)[-1:1:-23]:
        Random(0).random()
        np.random.seed(0)  # noqa: NPY002 - the global generator must not matter
        assert food_photo.dish_bytes(13, picture.number, picture.drawn) in drawn


def test_classes_have_colours_of_their_own(small):
    flaws = flaws_of(small)
    wrong = {*flaws["unreadable"], *flaws["mislabelled"]}
    means = []
    for label in range(len(DISHES)):
        names = [name for name in names_in(small) if label_of(name) == label and name not in wrong]
        centres = [np.asarray(Image.open(small / name).convert("RGB"))[32:96, 32:96] for name in names]
        assert all(centre.std() > 5 for centre in centres)
        means.append(np.mean(centres, axis=(0, 1, 2)))
    apart = [np.abs(a - b).max() for n, a in enumerate(means) for b in means[:n]]
    assert min(apart) > 1
    assert max(apart) > 40


@pytest.mark.parametrize("label", range(len(DISHES)))
def test_every_dish_can_be_served_from_every_view(label):
    rng = Random(label)
    for dish in DISHES[label]:
        for elevation in (0.8, 1.57):
            relief = Relief(rng, 48, 0.19, elevation)
            dish(relief, rng)
            assert relief.height.max() > 0.3
            assert np.isfinite(relief.colour).all()


def test_of_two_pieces_the_higher_one_is_seen():
    relief = Relief(Random(1), 64, 1.0, 1.57)
    relief.ellipsoid(0, 0, (20, 20), 10, Skin((200, 0, 0)), base=0.0)
    relief.ellipsoid(0, 0, (10, 10), 4, Skin((0, 200, 0)), base=0.0)
    assert relief.colour[32, 32].tolist() == [200, 0, 0]
    relief.ellipsoid(0, 0, (10, 10), 14, Skin((0, 0, 200)), base=0.0)
    assert relief.colour[32, 32].tolist() == [0, 0, 200]


def test_there_are_dishes_for_every_class_that_is_loaded():
    assert len(DISHES) == len(FOOD)
