"""`python -m course predict` says the same of a picture as its training did, and clearly what is none."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from course.__main__ import main
from course.recipes import Recipe, build_model
from course.saved import load_run, save_run
from helpers import evaluate, load_food, make_loader
from helpers.datasets import ImageDataset, Splits
from helpers.training import History

RECIPE = Recipe("tiny", "tiny", "ResNet", {"blocks": (1,), "width": 4}, image_size=16)
CLASSES = [f"class {label}" for label in range(11)]


def keep(folder, recipe=RECIPE):
    """Write an untrained network as a training would."""
    torch.manual_seed(0)
    size = recipe.image_size
    part = ImageDataset(np.zeros((2, size, size, 3), np.uint8), [0, 1], CLASSES)
    model = build_model(recipe, 11).eval()
    with torch.no_grad():
        model.fc.weight.mul_(20)  # spread the answers
    folder.mkdir()
    data = Splits(part, part, None, "sample", "food")
    save_run(folder, recipe, model, History(), data, evaluate(model, make_loader(part, 2)), 0)
    return folder


@pytest.fixture
def kept(tmp_path):
    return keep(tmp_path / "kept")


def draw(path, seed=0, size=(20, 12), mode="RGB", **settings):
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(noise).convert(mode).save(path, **settings)
    return path


def predict(capsys, *arguments):
    code = main(["predict", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, list(csv.DictReader(io.StringIO(out))), err


@pytest.mark.parametrize("aspect", ["squash", "crop"])
def test_a_picture_gets_the_answer_that_it_gets_through_load_food(tmp_path, monkeypatch, capsys, aspect):
    kept = keep(tmp_path / "kept", replace(RECIPE, aspect=aspect))
    turned = Image.Exif()
    turned[0x0112] = 6
    food = tmp_path / "food"
    for label in range(11):
        draw(food / "train" / f"{label}_0.png", seed=100 + label)
    draw(food / "valid" / "0_0.jpg", 0)
    draw(food / "valid" / "1_0.jpg", 1, exif=turned)
    draw(food / "valid" / "2_0.jpg", 2, mode="CMYK")
    draw(food / "valid" / "3_0.png", 3, mode="P")
    half = Image.open(draw(food / "valid" / "4_0.png", 4)).convert("RGBA")
    half.putalpha(90)
    half.save(food / "valid" / "4_0.png")
    monkeypatch.setenv("COURSE_FOOD_DIR", str(food))
    code, rows, err = predict(capsys, kept, food / "valid")
    assert (code, err) == (0, "")
    model, config = load_run(kept)
    data = load_food("full", image_size=16, aspect=aspect)
    found = evaluate(model, make_loader(data.valid, 64))
    assert [row["file"] for row in rows] == [str(food / name) for name in data.valid.names]
    assert [row["category"] for row in rows] == [config["classes"][label] for label in found.predictions]
    shares = found.probabilities.max(1).values.tolist()
    assert [float(row["probability"]) for row in rows] == pytest.approx(shares, abs=1e-4)


def test_files_come_in_the_order_given_and_a_folder_by_name(tmp_path, kept, capsys):
    for name in ("b.jpg", "a.jpg", "photos/z.jpg", "photos/c, d.jpg", "photos/below/y.jpg", "photos/.hidden.jpg"):
        draw(tmp_path / name)
    _, rows, _ = predict(capsys, kept, tmp_path / "b.jpg", tmp_path / "photos", tmp_path / "a.jpg")
    names = [row["file"].removeprefix(f"{tmp_path}/") for row in rows]
    assert names == ["b.jpg", "photos/below/y.jpg", "photos/c, d.jpg", "photos/z.jpg", "a.jpg"]


def test_more_pictures_than_a_batch_get_an_answer_each(tmp_path, kept, monkeypatch, capsys):
    monkeypatch.setattr("course.commands.predict.BATCH", 2)
    for index in range(5):
        draw(tmp_path / "photos" / f"{index}.png", index)
    _, many, _ = predict(capsys, kept, tmp_path / "photos")
    alone = [predict(capsys, kept, tmp_path / "photos" / f"{index}.png")[1][0] for index in range(5)]
    assert [row["category"] for row in many] == [row["category"] for row in alone]


def test_what_is_no_picture_is_named_and_the_others_are_predicted(tmp_path, kept, capsys):
    photos = tmp_path / "photos"
    draw(photos / "1.jpg")
    (photos / "2.jpg").write_text("no picture")
    (photos / "3.jpg").write_bytes((photos / "1.jpg").read_bytes()[:300])
    (photos / "4.jpg").touch()
    draw(photos / "5.jpg")
    (tmp_path / "empty").mkdir()
    code, rows, err = predict(capsys, kept, photos, tmp_path / "gone.jpg", tmp_path / "empty")
    assert code == 1
    assert [row["file"][-5:] for row in rows] == ["1.jpg", "5.jpg"]
    lines = err.splitlines()
    assert lines[0] == f"{photos / '2.jpg'} cannot be read: not a picture."
    assert lines[1].startswith(f"{photos / '3.jpg'} cannot be read: ")
    assert lines[2] == f"{photos / '4.jpg'} cannot be read: the file is empty."
    assert lines[3] == f"{tmp_path / 'gone.jpg'} cannot be read: no such file."
    assert lines[4] == f"{tmp_path / 'empty'} cannot be read: there is no file in it."
    assert len(lines) == 5


def refused(capsys, folder, told):
    code = main(["predict", str(folder), "any.jpg"])
    out, err = capsys.readouterr()
    assert (code, out) == (1, "")
    assert told in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("name", ["model.pt", "config.json"])
def test_a_missing_file_is_named(kept, capsys, name):
    (kept / name).unlink()
    refused(capsys, kept, f"{kept} has no {name}; name a folder that")


def test_a_missing_folder_is_named(tmp_path, capsys):
    refused(capsys, tmp_path / "gone", f"there is no folder {tmp_path / 'gone'}; train a model")


class Dangerous:
    def __reduce__(self):
        return print, ("ran",)


@pytest.mark.parametrize(
    "content", [b"", b"text", {"weight": Dangerous()}, [torch.zeros(1)], {"weight": "text"}, {"weight": torch.zeros(1)}]
)
def test_weights_that_are_none_are_refused_and_run_nothing(kept, capsys, content):
    if isinstance(content, bytes):
        (kept / "model.pt").write_bytes(content)
    else:
        torch.save(content, kept / "model.pt")
    refused(capsys, kept, "model.pt")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("architecture", "__import__"),
        ("architecture", ["ResNet"]),
        ("arguments", {"width": 10**9}),
        ("arguments", {"blocks": [10**9]}),
        ("arguments", {"blocks": []}),
        ("arguments", {"forward": 1}),
        ("arguments", None),
        ("image_size", 10**6),
        ("image_size", True),
        ("image_size", "16"),
        ("aspect", "stretch"),
        ("aspect", []),
        ("classes", "abc"),
        ("classes", [1, 2]),
        ("classes", ["a", "a"]),
    ],
)
def test_a_setting_that_no_training_writes_is_named(kept, capsys, name, value):
    config = json.loads((kept / "config.json").read_text())
    (kept / "config.json").write_text(json.dumps(config | {name: value}))
    refused(capsys, kept, f"says {name!r} is ")
    del config[name]
    (kept / "config.json").write_text(json.dumps(config))
    refused(capsys, kept, f"does not say {name!r}")


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "[" * 100_000, '{"a": "\xff"}'])
def test_a_configuration_that_is_none_is_refused(kept, capsys, text):
    (kept / "config.json").write_bytes(text.encode("latin-1"))
    refused(capsys, kept, "config.json")


@pytest.mark.parametrize(
    "change",
    [
        {"arguments": {"blocks": [1], "width": 8}},
        {"arguments": {"blocks": [1] * 6, "width": 1024}},
        {"arguments": {"blocks": [2], "width": 4}},
        {"classes": ["one", "two"]},
        {"architecture": "FoodCNN", "arguments": {}, "image_size": 64},
        {"architecture": "FoodCNN", "arguments": {}},
        {"architecture": "EfficientNetLite", "arguments": {}, "image_size": 64},
    ],
)
def test_a_configuration_of_another_network_is_told_from_damage(kept, capsys, change):
    config = json.loads((kept / "config.json").read_text())
    (kept / "config.json").write_text(json.dumps(config | change))
    refused(capsys, kept, "are not of the network in config.json")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"arguments": {"width": 4}}, "gives 'arguments', and EfficientNetLite takes none"),
        ({"arguments": {}, "image_size": 100}, "says 'image_size' is 100, which 32 does not divide"),
    ],
)
def test_a_configuration_that_borrowed_features_do_not_have_is_refused(kept, capsys, change, told):
    config = json.loads((kept / "config.json").read_text())
    (kept / "config.json").write_text(json.dumps(config | {"architecture": "EfficientNetLite"} | change))
    refused(capsys, kept, told)
