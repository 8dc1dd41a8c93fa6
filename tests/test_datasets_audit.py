import json
import shutil
import sys

import numpy as np
import pytest
from PIL import Image

from course.intake import write_cleaned
from drawings import draw_vehicles
from helpers.datasets import audit, load_vehicles
from helpers.datasets.audit import find_leak


def read(folder):
    return (folder / "emergency_train.csv").read_text(encoding="utf-8")


def counts(found):
    return dict(found.table[["finding", "count"]].itertuples(index=False))


def test_a_clean_set_has_no_finding(full_set):
    found = audit("vehicles")
    assert counts(found) == {
        "labelled pictures": 40,
        "unreadable files": 0,
        "identical groups": 0,
        "contradicting labels": 0,
        "near-duplicates": 0,
        "label leak": 0,
        "unusual files": 0,
        "pictures without a row": 0,
    }
    assert found.balance == {"ordinary": 20, "emergency": 20}
    assert found.loadable


def test_every_planted_flaw_is_found(full_set):
    images = full_set / "images"
    (images / "0.jpg").write_bytes(b"")
    (images / "1.jpg").write_bytes((images / "1.jpg").read_bytes()[:300])
    shutil.copy(images / "2.jpg", images / "4.jpg")
    Image.open(images / "6.jpg").save(images / "9.jpg", "PNG")
    Image.open(images / "10.jpg").resize((64, 64)).save(images / "12.jpg")
    Image.open(images / "14.jpg").convert("L").save(images / "14.jpg")
    shutil.copy(images / "3.jpg", images / "no row.jpg")
    found = audit("vehicles")
    assert [name for name, _ in found.unreadable] == ["0.jpg", "1.jpg"]
    assert found.identical == [["2.jpg", "4.jpg"], ["6.jpg", "9.jpg"]]
    assert found.contradicting == [{"6.jpg": "ordinary", "9.jpg": "emergency"}]
    assert [pair[:2] for pair in found.near] == [("10.jpg", "12.jpg")]
    assert found.outliers == [("12.jpg", "64 x 64 pixels"), ("14.jpg", "mode L")]
    assert found.without_row == ["no row.jpg"]
    assert not found.loadable
    text = str(found)
    assert "2  unreadable files: 0.jpg (the file is empty), 1.jpg (" in text
    assert "4 pictures; 36 distinct pictures in all" in text
    assert "6.jpg (ordinary) against 9.jpg (emergency)" in text


def test_the_audit_agrees_with_the_list_of_the_samples_flaws(tmp_path):
    folder = draw_vehicles(tmp_path / "drawn", count=60, seed=5, progress=False)
    flaws = json.loads((folder / "flaws.json").read_text(encoding="utf-8"))
    found = audit(folder)
    assert sorted(name for name, _ in found.unreadable) == sorted(flaws["unreadable"])
    assert sorted(map(sorted, found.identical)) == sorted(map(sorted, flaws["identical"]))
    as_text = [
        {name: ["ordinary", "emergency"][label] for name, label in group.items()} for group in flaws["contradicting"]
    ]
    assert sorted(map(str, map(sorted, found.contradicting))) == sorted(map(str, map(sorted, as_text)))
    assert found.leak.below == flaws["leak_below"]
    assert found.leak.label == "emergency"
    assert f"every file number below {flaws['leak_below']} is emergency" in str(found)


def test_bad_rows_are_findings_and_not_errors(full_set):
    (full_set / "emergency_train.csv").write_text(read(full_set) + "1.jpg,1\n900.jpg,1\n", encoding="utf-8")
    found = audit("vehicles")
    assert counts(found)["rows given twice"] == 1
    assert counts(found)["rows without a picture in images/"] == 1
    assert found.without_row == []
    assert not found.loadable


def test_a_set_without_a_readable_picture_is_audited_too(full_set):
    for path in (full_set / "images").iterdir():
        path.write_bytes(b"")
    found = audit("vehicles")
    assert len(found.unreadable) == 40
    assert (found.outliers, found.near) == ([], [])


def test_a_picture_of_an_audit_can_be_looked_at(full_set):
    assert audit("vehicles").picture("3.jpg").size == (16, 16)


def test_a_folder_can_be_audited_by_its_path(tmp_path, picture_set):
    found = audit(picture_set(tmp_path / "mine", 10))
    assert found.title.endswith("mine")
    assert len(found.source.names) == 10


def test_sizes_that_vary_are_unusual_only_far_from_the_median(full_set):
    images = full_set / "images"
    for i in range(40):
        Image.effect_noise((200 + i, 200), 90).convert("RGB").save(images / f"{i}.jpg")
    Image.effect_noise((500, 200), 90).convert("RGB").save(images / "7.jpg")
    Image.new("RGB", (200, 200)).save(images / "8.jpg")
    assert audit("vehicles").outliers == [
        ("7.jpg", "500 x 200 pixels"),
        ("8.jpg", f"only {(images / '8.jpg').stat().st_size} bytes, nearly one colour"),
    ]


def test_pictures_of_nearly_one_colour_are_unusual(full_set):
    grey = np.random.default_rng(0).integers(200, 205, (16, 16, 3), np.uint8)
    Image.fromarray(grey).save(full_set / "images" / "3.jpg", "PNG")
    assert audit("vehicles").outliers == [("3.jpg", "nearly one colour")]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_to_nothing_is_one_of_the_unreadable_pictures(full_set):
    (full_set / "images" / "3.jpg").unlink()
    (full_set / "images" / "3.jpg").symlink_to("gone.jpg")
    assert audit("vehicles").unreadable == [("3.jpg", "a link to nothing")]
    with pytest.raises(ValueError, match=r"unreadable pictures in .*3\.jpg \(a link to nothing\)"):
        load_vehicles()
    assert len(load_vehicles(on_unreadable="skip").train) == 27
    picture = np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8)
    Image.fromarray(picture).save(full_set / "images" / "gone.jpg")
    assert audit("vehicles").unreadable == []


def test_a_fix_writes_a_csv_that_loads_and_leaves_the_original_alone(full_set):
    images = full_set / "images"
    (images / "0.jpg").write_bytes(b"")
    shutil.copy(images / "2.jpg", images / "4.jpg")
    shutil.copy(images / "6.jpg", images / "9.jpg")
    original = read(full_set) + "900.jpg,1\n11.jpg,1\n"
    (full_set / "emergency_train.csv").write_text(original, encoding="utf-8")
    path = write_cleaned(audit("vehicles"))
    assert path == full_set / "emergency_train.cleaned.csv"
    assert read(full_set) == original
    names = {line.split(",")[0] for line in path.read_text(encoding="utf-8").splitlines()[1:]}
    assert names == {f"{i}.jpg" for i in range(40)} - {"0.jpg", "4.jpg", "6.jpg", "9.jpg"}
    path.replace(full_set / "emergency_train.csv")
    data = load_vehicles()
    assert len(data.train) + len(data.valid) + len(data.test) == 36
    assert audit("vehicles").loadable


@pytest.mark.parametrize(
    ("spoil", "left"),
    [
        (lambda images: [(images / f"{i}.jpg").write_bytes(b"") for i in range(1, 40, 2)], "20 ordinary, 0 emergency"),
        (lambda images: [(images / f"{i}.jpg").unlink() for i in range(25)], "15 of 40 pictures would be left"),
        (lambda images: [shutil.copy(images / "0.jpg", images / f"{i}.jpg") for i in range(1, 40)], "0 of 40 pictures"),
    ],
)
def test_a_fix_that_drops_a_class_or_most_rows_is_refused(full_set, spoil, left):
    spoil(full_set / "images")
    with pytest.raises(ValueError, match=r"emergency_train\.csv is not cleaned: .*mend the rows and files") as error:
        write_cleaned(audit("vehicles"))
    assert left in str(error.value)
    assert not (full_set / "emergency_train.cleaned.csv").exists()


def test_a_leak_is_reported_with_its_cut_and_what_guessing_is_worth():
    names = [f"{i}.jpg" for i in range(100)]
    labels = [1] * 40 + [0, 1] * 10 + [0] * 40
    leak = find_leak(names[::-1], labels[::-1])
    assert (leak.label, leak.below, leak.count) == ("emergency", 40, 40)
    assert leak.guess == pytest.approx(0.90)
    assert leak.usual == pytest.approx(0.50)


def test_the_lower_numbers_may_be_ordinary():
    assert find_leak([f"{i}.jpg" for i in range(60)], [0] * 30 + [1] * 30).label == "ordinary"


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        ([], []),
        (["car.jpg", "van.jpg"], [0, 1]),
        ([f"{i}.jpg" for i in range(60)], [1] * 60),
        ([f"{i}.jpg" for i in range(60)], [1] * 5 + [0, 1] * 27 + [0]),
    ],
)
def test_chance_and_single_classes_are_no_leak(names, labels):
    assert find_leak(names, labels) is None


def test_random_labels_are_no_leak():
    random = np.random.default_rng(0)
    names = [f"{i}.jpg" for i in range(500)]
    assert all(find_leak(names, random.integers(0, 2, 500).tolist()) is None for _ in range(20))
