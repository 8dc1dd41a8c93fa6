import numpy as np
import pytest
import torch

from helpers import augment, plots, widgets
from helpers.datasets import ImageDataset
from helpers.evaluation import Evaluation

CLASSES = ["ordinary", "emergency"]


@pytest.fixture
def data():
    images = np.zeros((30, 8, 8, 3), np.uint8)
    images[:] = np.arange(30, dtype=np.uint8)[:, None, None, None]
    return ImageDataset(images, [0] * 16 + [1] * 14, CLASSES)


@pytest.fixture
def drawn(monkeypatch):
    """Positions of the pictures of each page drawn, in order."""
    pages = []

    def gallery(dataset, indices, *, evaluation=None):
        pages.append(list(indices))
        return plots.style.new(1, 1, "page")

    monkeypatch.setattr(widgets.plots, "gallery", gallery)
    return pages


@pytest.fixture
def said(data):
    predictions = data.labels.clone()
    predictions[[3, 20, 21]] = 1 - predictions[[3, 20, 21]]
    return Evaluation(torch.nn.functional.one_hot(predictions, 2).float(), data.labels, CLASSES)


def test_the_browser_replaces_its_picture_when_the_label_changes(data):
    controls, _, picture = widgets.gallery_browser(data).children
    before = bytes(picture.value)
    assert before.startswith(b"\x89PNG")
    controls.children[0].value = "emergency"
    assert bytes(picture.value) != before


def test_the_browser_leafs_through_every_picture_once(data, drawn):
    controls, text, _ = widgets.gallery_browser(data).children
    page = controls.children[-1]
    assert (page.min, page.max) == (1, 3)
    page.value = 2
    page.value = 3
    assert sum(drawn, []) == list(range(30))
    assert text.value == "30 of 30 pictures, page 3 of 3"


def test_the_browser_filters_by_label_and_by_mistake(data, drawn, said):
    controls, text, _ = widgets.gallery_browser(data, said).children
    label, outcome, page = controls.children
    outcome.value = "wrong"
    assert drawn[-1] == [3, 20, 21]
    label.value = "emergency"
    assert drawn[-1] == [20, 21]
    assert text.value == "2 of 30 pictures, page 1 of 1"
    assert page.max == 1
    outcome.value = "right"
    assert drawn[-1] == [16, 17, 18, 19, *range(22, 30)]


def test_the_browser_goes_back_to_page_one_and_draws_once_when_a_filter_changes(data, drawn):
    controls, _, _ = widgets.gallery_browser(data).children
    label, page = controls.children
    page.value = 3
    count = len(drawn)
    label.value = "ordinary"
    assert page.value == 1
    assert drawn[count:] == [list(range(12))]
    assert page.max == 2


def test_without_an_evaluation_there_is_no_filter_by_mistake(data):
    controls, _, _ = widgets.gallery_browser(data).children
    assert [control.description for control in controls.children] == ["label", "page"]


def test_a_filter_that_nothing_passes_leaves_a_sentence(data):
    right = Evaluation(torch.nn.functional.one_hot(data.labels, 2).float(), data.labels, CLASSES)
    controls, text, picture = widgets.gallery_browser(data, right).children
    controls.children[1].value = "wrong"
    assert text.value == "0 of 30 pictures, page 1 of 1"
    assert bytes(picture.value) == plots.png(plots.gallery(data, []))


def test_the_browser_refuses_an_evaluation_of_other_pictures(data, said):
    with pytest.raises(ValueError, match="is of 30 pictures but the dataset has 5"):
        widgets.gallery_browser(data.subset(range(5)), said)


@pytest.fixture
def noisy():
    images = np.random.default_rng(0).integers(0, 256, (20, 16, 16, 3), dtype=np.uint8)
    return ImageDataset(images, [0] * 20, CLASSES)


@pytest.fixture
def rows(monkeypatch):
    """Rows of each figure drawn, in order."""
    figures = []
    monkeypatch.setattr(widgets.plots, "pictures", lambda rows: figures.append(rows) or plots.style.new(1, 1, "rows"))
    return figures


def test_the_explorer_shows_six_pictures_and_below_them_the_same_ones_changed(noisy, rows):
    names, controls, text, _ = widgets.change_explorer(noisy).children
    names.value = "salt and pepper"
    original, changed = rows[-1]["original"], rows[-1]["changed"]
    assert torch.equal(original[-1], noisy[19][0])
    assert original.shape == changed.shape == (6, 3, 16, 16)
    new = changed != original
    assert 0 < new.float().mean() < 0.1
    assert set(changed[new].unique().tolist()) <= {0, 255}
    assert text.value == "salt and pepper at strength 1.0, random numbers 0"


def test_the_explorer_offers_every_change_at_every_strength(noisy, rows):
    names, controls, text, _ = widgets.change_explorer(noisy, [0, 1]).children
    strength, _ = controls.children
    assert list(names.options) == list(augment.CHANGES)
    for name in names.options:
        names.value = name
        for value in (0, 0.1, 2):
            strength.value = value
            assert rows[-1]["changed"].shape == (2, 3, 16, 16)
            assert name in text.value


def test_the_same_setting_of_the_explorer_shows_the_same_pictures(noisy, rows):
    names, controls, text, _ = widgets.change_explorer(noisy).children
    strength, again = controls.children
    names.value = "Gaussian noise"
    first = rows[-1]["changed"]
    strength.value = 2
    stronger = rows[-1]["changed"]
    assert not torch.equal(first, stronger)
    strength.value = 1
    assert torch.equal(first, rows[-1]["changed"])
    again.click()
    assert not torch.equal(first, rows[-1]["changed"])
    assert text.value.endswith("random numbers 1")


def test_the_explorer_leaves_the_random_numbers_of_the_notebook_alone(noisy, rows):
    before = torch.get_rng_state()
    names, controls, _, _ = widgets.change_explorer(noisy).children
    names.value = "TrivialAugment"
    assert controls.children[0].disabled
    controls.children[1].click()
    assert torch.equal(before, torch.get_rng_state())


def test_the_explorer_of_no_pictures_is_refused(noisy):
    for nothing in (noisy.subset([]), noisy):
        with pytest.raises(ValueError, match="no pictures to change"):
            widgets.change_explorer(nothing, [])
    with pytest.raises(ValueError, match="no pictures to change"):
        widgets.change_explorer(noisy.subset([]))


def test_no_widget_uses_an_output_area(data):
    boxes = [
        widgets.gallery_browser(data),
        widgets.change_explorer(data),
    ]
    kinds = set()
    while boxes:
        widget = boxes.pop()
        kinds.add(type(widget).__name__)
        boxes.extend(getattr(widget, "children", ()))
    controls = {"Button", "FloatSlider", "IntSlider", "ToggleButtons"}
    assert kinds == {"VBox", "HBox", "Label", "Image"} | controls
