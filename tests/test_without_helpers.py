"""The one file that trains on a folder of photos with PyTorch and torchvision alone."""

import ast
import csv
import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

FILE = Path(__file__).parent.parent / "notebooks" / "extras" / "without_helpers.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("without_helpers", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def photos(tmp_path):
    """Bright and dark pictures, 20 of each, one of them twice."""
    random = np.random.default_rng(0)
    for name, low in (("bright", 140), ("dark", 20)):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for i in range(20):
            pixels = random.integers(low, low + 80, (40, 30, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "photos" / name / f"{i}.png")
    copy = Image.open(tmp_path / "photos" / "dark" / "3.png")
    copy.save(tmp_path / "photos" / "dark" / "again.png")
    return tmp_path / "photos"


def test_it_uses_nothing_but_pytorch_torchvision_and_pillow():
    found = set()
    for node in ast.walk(ast.parse(FILE.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module.split(".")[0])
    assert found - set(sys.stdlib_module_names) == {"torch", "torchvision", "PIL"}


def test_it_trains_keeps_the_best_weights_and_tests_once(script, photos, tmp_path, capsys):
    script.main([str(photos), "--epochs", "40", "--size", "32", "--workers", "0", "--output", str(tmp_path / "out")])
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "bright, dark: 28 / 6 / 6 images"
    assert len(said) == 42
    assert said[-1].startswith("test 100.0% (95 % interval 61.0% to 100.0%; 6 images)")
    model = script.Classifier(2)
    model.load_state_dict(torch.load(tmp_path / "out" / "best.pt", weights_only=True))
    rows = list(csv.reader((tmp_path / "out" / "predictions.csv").open()))
    assert rows[0] == ["image", "class", "predicted"]
    assert all(Path(image).parent.name == name == predicted for image, name, predicted in rows[1:])
    assert len({image for image, *_ in rows[1:]}) == 6


def test_no_image_stands_in_two_parts_and_each_class_has_its_share(script, photos):
    classes, items = script.find_photos(photos)
    assert (classes, len(items)) == (["bright", "dark"], 40)  # the copy is left out
    parts = script.split(items)
    assert sorted(path for part in parts for path, _ in part) == sorted(path for path, _ in items)
    assert [[sum(label == i for _, label in part) for i in (0, 1)] for part in parts] == [[14, 14], [3, 3], [3, 3]]


def test_bad_folders_are_refused_in_one_sentence(script, photos, tmp_path):
    (photos / "dark" / "3.png").rename(photos / "bright" / "moved.png")
    with pytest.raises(SystemExit, match=r"are the same image; keep it in one class"):
        script.main([str(photos)])
    (photos / "dark" / "again.png").write_bytes(b"no picture")
    with pytest.raises(SystemExit, match=r"again\.png cannot be read .*; delete or replace it"):
        script.main([str(photos)])
    (tmp_path / "few" / "one").mkdir(parents=True)
    with pytest.raises(SystemExit, match="too few images"):
        script.main([str(tmp_path / "few")])
