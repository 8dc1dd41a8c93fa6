import io
import itertools
import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from matplotlib.colors import to_hex
from PIL import Image

from helpers import plots
from helpers.datasets import ImageDataset
from helpers.evaluation import Evaluation
from helpers.plots import style
from helpers.training import COLUMNS, History

CLASSES = ["ordinary", "emergency"]


def history(valid=(0.6, 0.8, 0.7), best=2):
    rows = []
    for epoch, accuracy in enumerate(valid, start=1):
        row = dict.fromkeys(COLUMNS, 0.0) | {"epoch": epoch, "valid_accuracy": accuracy, "valid_loss": 1 - accuracy}
        rows.append(row | {"train_accuracy": 0.5 + 0.1 * epoch, "train_loss": 0.7 / epoch})
    return History(rows, best_epoch=best)


def pictures(count=20, size=8):
    images = np.random.default_rng(0).integers(0, 256, (count, size, size, 3), dtype=np.uint8)
    return ImageDataset(images, [i % 2 for i in range(count)], CLASSES)


def evaluation(dataset, wrong=()):
    said = dataset.labels.clone()
    said[list(wrong)] = 1 - said[list(wrong)]
    confidence = torch.linspace(1, 3, len(said))[:, None]
    return Evaluation(torch.nn.functional.one_hot(said, 2) * confidence, dataset.labels, CLASSES)


def lines(axis):
    return {line.get_label(): line for line in axis.lines if not line.get_label().startswith("_")}


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def titles(figure):
    return [axis.get_title() for axis in figure.axes]


# curves


def test_curves_draw_what_the_history_holds_with_units():
    figure = plots.curves({"dropout": history()})
    loss, accuracy = figure.axes
    assert [axis.get_xlabel() for axis in figure.axes] == ["epoch", "epoch"]
    assert [axis.get_ylabel() for axis in figure.axes] == ["cross-entropy (nats)", "accuracy (%)"]
    assert lines(loss)["dropout train"].get_ydata() == pytest.approx([0.7, 0.35, 0.7 / 3])
    assert lines(accuracy)["dropout train"].get_ydata() == pytest.approx([60, 70, 80])
    assert lines(accuracy)["dropout valid"].get_ydata() == pytest.approx([60, 80, 70])
    assert lines(accuracy)["dropout valid"].get_xdata().tolist() == [1, 2, 3]


def test_curves_tell_training_from_validation_by_dashes_and_techniques_by_colour():
    accuracy = plots.curves({"baseline": history(), "combined": history()}).axes[1]
    assert {name: line.get_linestyle() for name, line in lines(accuracy).items()} == {
        "baseline train": "--",
        "baseline valid": "-",
        "combined train": "--",
        "combined valid": "-",
    }
    for name, line in lines(accuracy).items():
        assert to_hex(line.get_color()).upper() == plots.COLOURS[name.rsplit(" ", 1)[0]]


def test_curves_ring_the_best_epoch_and_name_it():
    figure = plots.curves({"dropout": history()})
    rings = [line for line in figure.axes[1].lines if line.get_label() == "_best"]
    assert [(ring.get_xdata()[0], ring.get_ydata()[0]) for ring in rings] == [(2, pytest.approx(80))]
    assert legend(figure) == ["dropout: last 70.0 %, best 80.0 % (epoch 2)", "training", "validation"]


def test_curves_take_a_single_history_without_validation():
    figure = plots.curves(history(valid=(math.nan, math.nan), best=None))
    assert list(lines(figure.axes[1])) == [" train"]
    assert legend(figure) == ["training", "validation"]


def test_curves_of_one_epoch_are_visible():
    figure = plots.curves({"baseline": history(valid=(0.6,), best=1)})
    assert lines(figure.axes[0])["baseline train"].get_marker() == "."


@pytest.mark.parametrize("nothing", [{}, History(), {"baseline": History()}])
def test_curves_of_nothing_are_refused(nothing):
    with pytest.raises(ValueError, match="no epoch to draw"):
        plots.curves(nothing)


# pictures


def test_a_gallery_shows_the_pictures_asked_for_with_their_labels():
    data = pictures()
    figure = plots.gallery(data, [3, 0])
    assert titles(figure) == ["emergency", "ordinary"]
    drawn = [np.asarray(axis.images[0].get_array()) for axis in figure.axes]
    np.testing.assert_array_equal(drawn[0], data.images[3])
    np.testing.assert_array_equal(drawn[1], data.images[0])


def test_a_gallery_spreads_twelve_pictures_over_the_data_by_default():
    data = pictures(100)
    shown = [np.asarray(axis.images[0].get_array()) for axis in plots.gallery(data).axes]
    assert len(shown) == 12
    np.testing.assert_array_equal(shown[0], data.images[0])
    np.testing.assert_array_equal(shown[-1], data.images[99])
    assert len(plots.gallery(pictures(5)).axes) == 5


def test_small_pictures_are_enlarged_by_a_whole_factor():
    axis = plots.gallery(pictures(size=64)).axes[0]
    assert axis.get_window_extent().width == pytest.approx(128)
    assert axis.images[0].get_interpolation() == "nearest"


def test_large_pictures_are_shrunk_with_smoothing():
    axis = plots.gallery(pictures(4, 300), columns=2).axes[0]
    assert axis.images[0].get_interpolation() == "nearest"
    axis = plots.gallery(pictures(4, 300)).axes[0]
    assert axis.images[0].get_interpolation() != "nearest"
    assert axis.get_window_extent().width <= 150


def test_captions_replace_labels():
    assert titles(plots.gallery(pictures(), [1, 2], captions=["a", "b\nc"])) == ["a", "b\nc"]


def test_a_gallery_says_right_or_wrong_in_words_and_by_frame():
    data = pictures()
    figure = plots.gallery(data, [0, 1], evaluation=evaluation(data, wrong=[1]))
    assert titles(figure)[0] == "true: ordinary\nsaid: ordinary\n73 %, right"
    assert titles(figure)[1].splitlines()[:2] == ["true: emergency", "said: ordinary"]
    assert titles(figure)[1].endswith("wrong")
    solid, dashed = (axis.patches[0] for axis in figure.axes)
    assert solid.get_linestyle() == "solid"
    assert dashed.get_linestyle() != "solid"
    assert dashed.get_linewidth() > solid.get_linewidth()


def test_mistakes_are_the_wrong_ones_most_confident_first():
    data = pictures()
    figure = plots.mistakes(evaluation(data, wrong=[2, 9, 14]), data, k=2)
    shown = [np.asarray(axis.images[0].get_array()) for axis in figure.axes]
    assert len(shown) == 2
    np.testing.assert_array_equal(shown[0], data.images[14])
    np.testing.assert_array_equal(shown[1], data.images[9])


def test_no_mistakes_and_no_pictures_are_a_sentence():
    data = pictures()
    for figure in (plots.mistakes(evaluation(data), data), plots.gallery(data, []), plots.gallery(data.subset([]))):
        assert figure.texts[0].get_text() == "No pictures to show."


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"captions": ["one"]}, "1 captions for 2 pictures"),
        ({"columns": 1}, "columns is 1; take 2 to 12"),
        ({"evaluation": evaluation(pictures(3))}, "is of 3 pictures but the dataset has 20"),
    ],
)
def test_a_gallery_refuses_what_does_not_belong_together(wrong, message):
    with pytest.raises(ValueError, match=message):
        plots.gallery(pictures(), [0, 1], **wrong)


def findings(**found):
    def picture(name):
        return Image.new("RGB", (16, 16), (int(name.split(".")[0]), 0, 0))

    found = dict.fromkeys(("contradicting", "identical", "near", "unreadable"), []) | found
    return SimpleNamespace(picture=picture, **found)


def test_the_audit_gallery_shows_pairs_contradictions_first_and_marks_them():
    torn = {"1.jpg": "emergency", "2.jpg": "emergency", "9.jpg": "ordinary"}
    found = findings(
        contradicting=[torn], identical=[list(torn), ["3.jpg", "4.jpg"]], near=[("5.jpg", "6.jpg", 3)], unreadable=[]
    )
    figure = plots.audit_gallery(found)
    assert titles(figure) == [
        "1: 1.jpg (of 3)\ncontradicting:\nemergency",
        "1: 9.jpg (of 3)\ncontradicting:\nordinary",
        "2: 3.jpg\nidentical",
        "2: 4.jpg\nidentical",
        "3: 5.jpg\nnear-duplicate",
        "3: 6.jpg\nnear-duplicate",
    ]
    assert [len(axis.patches) for axis in figure.axes] == [1, 1, 0, 0, 0, 0]
    assert figure.axes[1].images[0].get_array()[0, 0].tolist() == [9, 0, 0]


def test_the_audit_gallery_keeps_to_its_number_of_pairs_and_shows_every_kind():
    many = [[f"{i}.jpg", f"{i + 1}.jpg"] for i in range(0, 40, 2)]
    near = [(f"{i}.jpg", f"{i + 1}.jpg", 4) for i in range(100, 110, 2)]
    shown = titles(plots.audit_gallery(findings(identical=many, near=near)))
    assert len(shown) == 12
    assert sum("near-duplicate" in title for title in shown) == 4


def test_the_audit_gallery_lists_unreadable_files():
    damaged = [(f"{i}.jpg", "truncated") for i in range(7)]
    text = plots.audit_gallery(findings(unreadable=damaged)).texts[0].get_text().replace("\n", " ")
    assert text.startswith("Unreadable: 0.jpg (truncated), 1.jpg (truncated)")
    assert text.endswith("and 2 more")
    both = plots.audit_gallery(findings(identical=[["1.jpg", "2.jpg"]], unreadable=damaged[:1]))
    assert both.texts[0].get_text() == "Unreadable: 0.jpg (truncated)"
    assert len(both.axes) == 2


# results and data


def test_confusion_writes_counts_and_shares_of_the_true_class():
    data = pictures()
    axis = plots.confusion(evaluation(data, wrong=[0, 2, 4, 1])).axes[0]
    assert [text.get_text() for text in axis.texts] == ["7\n70 %", "3\n30 %", "1\n10 %", "9\n90 %"]
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("predicted class", "true class")
    assert [tick.get_text() for tick in axis.get_yticklabels()] == CLASSES


def test_confusion_copes_with_a_class_that_never_occurs():
    said = Evaluation(torch.eye(3)[[0, 1]], torch.tensor([0, 0]), ["a", "b", "c"])
    assert [text.get_text() for text in plots.confusion(said).axes[0].texts][3:] == ["0\n0 %"] * 6


def test_intervals_draw_value_and_ends_in_the_order_given():
    measured = evaluation(pictures(), wrong=[0, 1])
    axis = plots.intervals({"dropout": measured, "baseline": (0.5, 0.4, 0.7)}).axes[0]
    assert [tick.get_text() for tick in axis.get_yticklabels()] == ["dropout", "baseline"]
    assert axis.get_ylim()[0] > axis.get_ylim()[1]
    low, high = measured.interval
    assert lines(axis)["dropout"].get_xdata() == pytest.approx([100 * low, 100 * high])
    assert lines(axis)["baseline"].get_xdata() == pytest.approx([40, 70])
    assert axis.texts[1].get_text() == "50.0 %  (40.0 to 70.0)"
    assert "accuracy (%)" in axis.get_xlabel()


def test_intervals_of_nothing_are_refused():
    with pytest.raises(ValueError, match="no result to draw"):
        plots.intervals({})


def test_splits_count_every_class_in_every_part():
    data = pictures(10)
    figure = plots.splits(SimpleNamespace(train=data, valid=data.subset([0, 2, 3, 4]), test=None))
    assert titles(figure) == ["training: 10 pictures", "validation: 4 pictures"]
    assert [text.get_text() for text in figure.axes[0].texts] == ["5 (50 %)", "5 (50 %)"]
    assert [bar.get_width() for bar in figure.axes[1].patches] == [3, 1]


# activations and sweeps


def test_activations_share_one_scale_and_say_mean_and_spread():
    layers = {f"conv {i}": torch.tensor([-1.0, 0.0, 1.0]) * i for i in (1, 2, 3, 4)}
    figure = plots.activations(layers)
    assert titles(figure)[1] == "conv 2\nmean 0.00, sd 2.00"
    assert len({axis.get_xlim() for axis in figure.axes}) == 1
    for axis in figure.axes[:1]:
        assert sum(bar.get_height() for bar in axis.patches) == pytest.approx(100)


def test_activations_count_what_is_not_finite_and_draw_the_rest():
    figure = plots.activations({"a": torch.tensor([math.nan, 1.0, 2.0, math.inf]), "b": torch.full((3,), math.nan)})
    assert titles(figure) == ["a\nmean 1.50, sd 0.71, 50 % not finite", "b\nno finite values, 100 % not finite"]


def test_activations_of_a_dead_layer_and_of_half_precision_can_be_drawn():
    figure = plots.activations(
        {"dead": torch.zeros(5, requires_grad=True), "half": torch.zeros(5, dtype=torch.bfloat16)}
    )
    assert titles(figure)[0] == "dead\nmean 0.00, sd 0.00"


def test_activations_of_no_layer_are_refused():
    with pytest.raises(ValueError, match="no layer to draw"):
        plots.activations({})


RUNS = pd.DataFrame(
    {
        "rate": [0.5, 0.0, 0.0, 0.5],
        "technique": ["dropout"] * 4,
        "train_accuracy": [0.8, 0.9, 1.0, 0.8],
        "valid_accuracy": [0.7, 0.6, 0.8, 0.9],
    }
)


def test_a_sweep_draws_means_spread_and_every_run():
    axis = plots.sweep(RUNS, "rate", xlabel="dropout rate").axes[0]
    assert lines(axis)["valid_accuracy"].get_xdata().tolist() == [0.0, 0.5]
    assert lines(axis)["valid_accuracy"].get_ydata() == pytest.approx([70, 80])
    assert lines(axis)["train_accuracy"].get_linestyle() == "--"
    runs = [line for line in axis.lines if line.get_label() == "_runs"]
    assert sum(len(line.get_xdata()) for line in runs) == 8
    band = axis.collections[1].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == pytest.approx((70 - 200**0.5, 80 + 200**0.5))
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("dropout rate", "accuracy (%)")


def test_a_sweep_by_technique_takes_the_colour_of_each():
    runs = pd.concat([RUNS, RUNS.assign(technique="batch norm")])
    figure = plots.sweep(runs.assign(lr=10 ** -(1 + runs.rate)), "lr", by="technique", log=True)
    assert legend(figure) == ["dropout", "batch norm", "training", "validation"]
    drawn = lines(figure.axes[0])["batch norm valid_accuracy"]
    assert to_hex(drawn.get_color()).upper() == plots.COLOURS["batch norm"]
    assert figure.axes[0].get_xscale() == "log"


def test_a_sweep_over_one_seed_has_a_line_without_spread():
    axis = plots.sweep(RUNS[:2], "rate", "valid_accuracy").axes[0]
    assert lines(axis)["valid_accuracy"].get_ydata() == pytest.approx([60, 70])


def test_a_sweep_names_the_missing_column():
    with pytest.raises(ValueError, match="lacks the column depth; it has 4 rows and rate, technique"):
        plots.sweep(RUNS, "depth")
    with pytest.raises(ValueError, match="lacks rows"):
        plots.sweep(RUNS[:0], "rate")


# networks, features, costs and correlations


def test_layers_draw_a_line_and_a_marker_a_network_from_input_to_output():
    figure = plots.layers({"plain": [1e-6, 0.0, 0.1], "ResNet": [0.1, 0.2]}, "norm of the gradient")
    axis = figure.axes[0]
    assert lines(axis)["ResNet"].get_ydata() == pytest.approx([0.1, 0.2])
    assert lines(axis)["plain"].get_xdata().tolist() == [1, 2, 3]
    assert math.isnan(lines(axis)["plain"].get_ydata()[1])
    assert len({line.get_marker() for line in axis.lines}) == 2
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("layer (input to output)", "norm of the gradient")
    assert (axis.get_yscale(), legend(figure)) == ("log", ["plain", "ResNet"])
    assert plots.layers({"plain": [0, 1]}, "norm", log=False).axes[0].get_yscale() == "linear"


@pytest.mark.parametrize(("nothing", "message"), [({}, "no network"), ({"plain": []}, "'plain' has no layer")])
def test_layers_of_nothing_are_refused(nothing, message):
    with pytest.raises(ValueError, match=message):
        plots.layers(nothing, "norm")


FOODS = [
    "Bread", "Dairy product", "Dessert", "Egg", "Fried food", "Meat",
    "Noodles/Pasta", "Rice", "Seafood", "Soup", "Vegetable/Fruit",
]  # fmt: skip


def points_of(labels):
    return np.random.default_rng(0).normal(size=(len(labels), 2)) + np.array(labels)[:, None]


def test_an_embedding_draws_every_class_in_every_panel_with_a_look_of_its_own():
    labels = [i % 11 for i in range(44)]
    points = points_of(labels)
    figure = plots.embedding({"before": points, "after\nk-NN 60 %": 2 * points}, labels, FOODS)
    assert titles(figure) == ["before", "after\nk-NN 60 %"]
    for axis, scale in zip(figure.axes, (1, 2), strict=True):
        drawn = lines(axis)
        assert list(drawn) == FOODS
        np.testing.assert_allclose(drawn["Egg"].get_xydata(), scale * points[np.array(labels) == 3])
        assert len({line.get_marker() for line in axis.lines}) == 11
        assert len({(line.get_marker(), line.get_color()) for line in axis.lines}) == 11
    number = figure.axes[0].texts[3]
    assert number.get_text() == "4"
    assert number.get_position() == pytest.approx(tuple(np.median(points[np.array(labels) == 3], axis=0)))
    assert sorted(legend(figure)) == sorted(f"{i} {name}" for i, name in enumerate(FOODS, start=1))


def test_an_embedding_has_no_ticks_and_says_that_there_is_no_unit():
    axis = plots.embedding({"before": points_of([0, 1])}, [0, 1], FOODS).axes[0]
    assert (len(axis.get_xticks()), len(axis.get_yticks())) == (0, 0)
    assert "no unit" in axis.get_xlabel()
    assert "no unit" in axis.get_ylabel()
    assert "no unit" in axis.figure.alt


@pytest.mark.parametrize(
    ("panels", "classes", "message"),
    [
        ({}, FOODS, "there are 0 panels"),
        ({str(i): np.zeros((2, 2)) for i in range(5)}, FOODS, "there are 5 panels"),
        ({"before": np.zeros((3, 2))}, FOODS, "points of 'before' are 3 x 2; there are 2 labels"),
        ({"before": np.zeros((2, 2))}, [str(i) for i in range(13)], "there are 13 classes"),
    ],
)
def test_an_embedding_refuses_what_does_not_belong_together(panels, classes, message):
    with pytest.raises(ValueError, match=message):
        plots.embedding(panels, [0, 1], classes)


def test_costs_draw_value_and_interval_over_a_cost_that_grows_by_factors():
    axis = plots.costs({"baseline": (40, 0.6, 0.5, 0.75), "ResNet": (4000, 0.7, 0.6, 0.8)}, "training time (s)").axes[0]
    assert (axis.get_xscale(), axis.get_xlabel()) == ("log", "training time (s)")
    value, caps, (bar,) = axis.containers[0]
    assert value.get_xydata().tolist() == [[40, pytest.approx(60)]]
    assert bar.get_segments()[0][:, 1] == pytest.approx([50, 75])
    assert to_hex(value.get_color()).upper() == plots.COLOURS["baseline"]


def test_costs_name_every_technique_with_a_colour_and_marker_of_its_own():
    figure = plots.costs({f"technique {i}": (100 + i, 0.6, 0.5, 0.7) for i in range(12)}, "parameters")
    entries = figure.legends[0].legend_handles
    assert [text.get_text() for text in figure.legends[0].texts] == [f"technique {i}" for i in range(12)]
    assert len({(entry.get_color(), entry.get_marker()) for entry in entries}) == 12  # more than there are colours
    for entry, (point, *_) in zip(entries, figure.axes[0].containers, strict=True):
        assert (entry.get_color(), entry.get_marker()) == (point.get_color(), point.get_marker())


def test_costs_refuse_nothing_and_what_has_no_logarithm():
    with pytest.raises(ValueError, match="no result to draw"):
        plots.costs({}, "seconds")
    with pytest.raises(ValueError, match="the cost of 'free' is 0"):
        plots.costs({"free": (0, 0.5, 0.4, 0.6)}, "seconds")


def test_a_correlation_writes_every_number_in_its_cell():
    names = ["seed 1", "seed 2", "seed 3"]
    table = pd.DataFrame([[1, 0.4, -0.2], [0.4, 1, math.nan], [-0.2, math.nan, 1]], names, names)
    figure = plots.correlation(table)
    written = [text.get_text() for text in figure.axes[0].texts]
    assert written == [
        "1.00",
        "0.40",
        "\N{MINUS SIGN}0.20",
        "0.40",
        "1.00",
        "none",
        "\N{MINUS SIGN}0.20",
        "none",
        "1.00",
    ]
    assert [tick.get_text() for tick in figure.axes[0].get_yticklabels()] == names
    assert figure.axes[0].images[0].get_clim() == (-1, 1)
    assert "seed 2 and seed 1 0.40" in figure.alt


@pytest.mark.parametrize(
    ("values", "columns", "message"),
    [
        ([[1, 0.4], [0.3, 1]], "ab", "not symmetric"),
        ([[9, 2], [2, 9]], "ab", "go from 2 to 9"),
        ([[1, 0.4], [0.4, 1]], "ac", "same names"),
    ],
)
def test_a_correlation_refuses_another_table(values, columns, message):
    with pytest.raises(ValueError, match=message):
        plots.correlation(pd.DataFrame(values, list("ab"), list(columns)))


# rows of pictures


def test_rows_of_pictures_show_what_was_given_below_their_titles():
    images = torch.randint(0, 256, (3, 3, 8, 8), dtype=torch.uint8)
    figure = plots.pictures({"original": images, "changed": images.flip(3).float() / 255})
    assert [text.get_text() for text in figure.texts] == ["original", "changed"]
    drawn = [torch.tensor(np.asarray(axis.images[0].get_array())).permute(2, 0, 1) for axis in figure.axes]
    assert torch.equal(torch.stack(drawn[:3]), images)
    assert torch.equal(torch.stack(drawn[3:]), images.flip(3))
    assert figure.axes[0].get_window_extent().y0 > figure.axes[3].get_window_extent().y1
    assert figure.axes[0].images[0].get_interpolation() == "nearest"


def test_captions_stand_below_the_pictures_of_their_row():
    images = torch.zeros(2, 3, 8, 8)
    figure = plots.pictures({"original": images, "changed": images}, captions={"changed": ["Egg 9 %", "Rice 8 %"]})
    assert [[text.get_text() for text in axis.texts] for axis in figure.axes] == [[], [], ["Egg 9 %"], ["Rice 8 %"]]


def test_many_rows_stand_in_two_blocks_and_stay_small():
    noise = torch.rand(60, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    smooth = torch.nn.functional.interpolate(noise, size=128, mode="bicubic").clamp(0, 1)
    figure = plots.pictures({f"change {i}": smooth[5 * i : 5 * i + 5] for i in range(12)})
    assert len(plots.png(figure)) < 120_000
    assert figure.get_figheight() < 7
    first, seventh = (figure.axes[i].get_window_extent() for i in (0, 30))
    assert first.y0 == pytest.approx(seventh.y0)
    assert figure.axes[4].get_window_extent().x1 < seventh.x0
    assert first.width >= 60


@pytest.mark.parametrize(
    ("rows", "captions", "message"),
    [
        ({}, None, "no row to draw"),
        ({"a": torch.zeros(3, 8, 8)}, None, "the row 'a' is 3 x 8 x 8; pass a batch"),
        ({"a": torch.zeros(2, 1, 8, 8)}, None, "the row 'a' is 2 x 1 x 8 x 8"),
        ({"a": torch.full((1, 3, 8, 8), -0.5)}, None, "values from -0.5 to -0.5; clamp"),
        ({"a": torch.full((1, 3, 8, 8), math.nan)}, None, "values from nan"),
        ({"a": torch.zeros(2, 3, 8, 8)}, {"a": ["x"]}, "1 captions for the row 'a', which has 2"),
        ({"a": torch.zeros(2, 3, 8, 8)}, {"b": ["x"]}, "the row 'b', which is none of a"),
    ],
)
def test_rows_of_pictures_refuse_what_is_no_picture(rows, captions, message):
    with pytest.raises(ValueError, match=message):
        plots.pictures(rows, captions=captions)


# what all figures share


def food_parts():
    labels = torch.arange(11).repeat_interleave(
        torch.tensor([994, 429, 1500, 986, 848, 1325, 440, 280, 855, 1500, 709])
    )
    part = SimpleNamespace(labels=labels, classes=FOODS)
    return SimpleNamespace(train=part, valid=part, test=part)


@pytest.fixture(scope="module")
def every_figure():
    data = pictures()
    said = evaluation(data, wrong=[1])
    return {
        "curves": plots.curves({"baseline": history(), "dropout": history()}),
        "gallery": plots.gallery(data),
        "mistakes": plots.mistakes(said, data),
        "audit": plots.audit_gallery(findings(identical=[["1.jpg", "2.jpg"]])),
        "confusion": plots.confusion(said),
        "intervals": plots.intervals({"baseline": said}),
        "splits": plots.splits(SimpleNamespace(train=data, valid=data, test=data)),
        "activations": plots.activations({"conv": torch.randn(9)}),
        "sweep": plots.sweep(RUNS, "rate"),
        "layers": plots.layers({"plain": [0.01, 0.1], "residual": [0.1, 0.1]}, "norm of the gradient"),
        "embedding": plots.embedding(dict.fromkeys("abc", points_of(range(11))), range(11), FOODS),
        "costs": plots.costs({"baseline": (40, 0.6, 0.5, 0.7)}, "training time (s)"),
        "correlation": plots.correlation(pd.DataFrame(np.eye(8), FOODS[:8], FOODS[:8])),
        "pictures": plots.pictures({"original": torch.zeros(6, 3, 8, 8)}, captions={"original": FOODS[5:]}),
        "confusion of food": plots.confusion(Evaluation(torch.eye(11), torch.arange(11), FOODS)),
        "splits of food": plots.splits(food_parts()),
    }


def test_every_figure_is_readable_at_full_size_and_described_in_words(every_figure):
    for name, figure in every_figure.items():
        assert figure.dpi == 100, name
        assert figure.get_figwidth() <= 10, name
        assert len(figure.alt) > 20, name
        for axis in figure.axes:
            for text in [axis.title, axis.xaxis.label, axis.yaxis.label, *axis.get_xticklabels(), *axis.texts]:
                assert text.get_fontsize() >= 10, (name, text)


def test_no_text_of_any_figure_is_cut_off(every_figure):
    for name, figure in every_figure.items():
        figure.draw_without_rendering()
        width, height = figure.get_size_inches() * figure.dpi
        texts = [*figure.texts, *(text for legend in figure.legends for text in legend.get_texts())]
        for axis in figure.axes:
            texts += [axis.title, axis.xaxis.label, axis.yaxis.label, *axis.texts]
        for text in texts:
            if text.get_text():
                box = text.get_window_extent()
                inside = box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1
                assert inside, (name, text.get_text())


def test_captions_do_not_run_into_each_other():
    data = pictures()
    data.classes = said_classes = ["Vegetable/Fruit", "Noodles/Pasta"]
    said = Evaluation(torch.tensor([[999.0, 0.0]] * 20), data.labels, said_classes)
    long = [[f"a_long_file_name_{i}.jpg", f"another_long_name_{i}.jpg", "x.jpg"] for i in range(10, 16)]
    found = SimpleNamespace(contradicting=[], identical=long, near=[], unreadable=[], picture=lambda _: np.eye(9))
    for figure in (plots.gallery(data, evaluation=said), plots.audit_gallery(found)):
        figure.draw_without_rendering()
        boxes = [axis.title.get_window_extent() for axis in figure.axes[:6]]
        assert all(left.x1 + 8 < right.x0 for left, right in zip(boxes, boxes[1:], strict=False))


def test_a_notebook_shows_a_figure_once_as_a_small_png_with_a_text_alternative(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda *data, **how: shown.append((data, how)))
    figure = plots.intervals({"baseline": (0.7, 0.6, 0.8)})
    figure._ipython_display_()
    ((bundle,), how), *others = shown
    assert not others
    assert Image.open(io.BytesIO(bundle["image/png"])).size == tuple((figure.get_size_inches() * 100).astype(int))
    assert bundle["text/plain"] == how["metadata"]["image/png"]["alt"] == figure.alt
    assert "baseline 70.0 %" in figure.alt


def test_figures_stay_out_of_pyplot(every_figure):
    import matplotlib.pyplot as plt

    assert plt.get_fignums() == []


def test_a_gallery_of_photos_stays_small():
    noise = torch.rand(12, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    smooth = torch.nn.functional.interpolate(noise, size=64, mode="bicubic").clamp(0, 1) * 255
    data = ImageDataset(smooth.permute(0, 2, 3, 1).numpy().astype(np.uint8), [0] * 12, CLASSES)
    assert len(plots.png(plots.gallery(data))) < 100_000


def test_every_technique_has_its_own_okabe_ito_colour():
    okabe_ito = {
        "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7", "#999999",
    }  # fmt: skip
    vehicles = ["baseline", "dropout", "batch norm", "combined", "scrambled"]
    food = ["FoodCNN", "ResNet", "light", "strong", "MixUp", "CutMix", "TTA"]
    for half in (vehicles, food):
        assert len({plots.COLOURS[name] for name in half}) == len(half)
    assert plots.COLOURS["none"] == plots.COLOURS["ResNet"]  # the same network with the same pictures
    assert set(plots.COLOURS) == {*vehicles, *food, "none"}
    assert plots.COLOURS["FoodCNN"] == plots.COLOURS["baseline"]  # each stands where its half of the course starts
    assert set(plots.COLOURS.values()) <= okabe_ito


def test_other_names_borrow_colours_that_the_figure_does_not_use():
    chosen = style.colours(["mine", "baseline", "yours"])
    assert chosen["baseline"] == plots.COLOURS["baseline"]
    assert len(set(chosen.values())) == 3
    many = style.colours([str(i) for i in range(20)])
    assert set(many) == {str(i) for i in range(20)}
    assert plots.COLOURS["baseline"] not in many.values()


def test_a_legend_with_long_names_stays_inside_the_figure():
    name = "winner (four blocks, hidden 64, dense dropout)"
    figure = plots.curves({"baseline": history(), "combined": history(), name: history()})
    figure.canvas.draw()
    box = figure.legends[0].get_window_extent()
    assert 0 <= box.x0 < box.x1 <= figure.bbox.width


def test_no_picture_of_a_gallery_covers_another():
    sizes = {"small": 40, "as large as its place": 134, "larger": 224}
    for what, side in sizes.items():
        data = ImageDataset(np.zeros((8, side, side, 3), np.uint8), [0] * 8, ["bread", "soup"])
        boxes = [axis.get_position() for axis in plots.gallery(data, range(8), columns=3).axes]
        for one, other in itertools.combinations(boxes, 2):
            apart = one.x1 <= other.x0 or other.x1 <= one.x0 or one.y1 <= other.y0 or other.y1 <= one.y0
            assert apart, what
