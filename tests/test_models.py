import pytest
import torch
from torch import nn

from helpers.models import VehicleNet


def names(model):
    return [type(layer).__name__ for layer in [*model.features, *model.classifier]]


def test_the_default_is_the_articles_baseline():
    model = VehicleNet()
    assert names(model) == ["Conv2d", "ReLU", "MaxPool2d"] * 2 + ["Linear"]
    assert model.classifier[-1].in_features == 32 * 56 * 56
    assert sum(p.numel() for p in model.parameters()) == (3 * 9 + 1) * 16 + (16 * 9 + 1) * 32 + (32 * 56 * 56 + 1) * 2


def test_the_articles_techniques_stand_where_it_puts_them():
    block = ["Conv2d", "ReLU", "BatchNorm2d", "MaxPool2d", "Dropout"]
    assert names(VehicleNet(dropout=0.5, batch_norm=True)) == block * 2 + ["Linear"]


def test_depth_hidden_units_and_dense_dropout_can_be_dialled():
    model = VehicleNet(image_size=64, channels=(8, 16, 32), hidden=20, dense_dropout=0.3)
    assert names(model)[9:] == ["Dropout", "Linear", "ReLU", "Dropout", "Linear"]
    assert model(torch.zeros(2, 3, 64, 64)).shape == (2, 2)


@pytest.mark.parametrize("size", [65, 224, 30])
def test_sizes_that_do_not_halve_evenly_work(size):
    assert VehicleNet(image_size=size)(torch.zeros(1, 3, size, size)).shape == (1, 2)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"image_size": 3}, "image_size is 3"),
        ({"dropout": 1.0}, "dropout is 1.0"),
        ({"dense_dropout": -1}, "dense_dropout is -1"),
    ],
)
def test_a_size_or_share_out_of_range_is_named(wrong, said):
    with pytest.raises(ValueError, match=said):
        VehicleNet(**wrong)


def test_eval_mode_makes_dropout_do_nothing():
    model = VehicleNet(image_size=8, dropout=0.5).eval()
    pictures = torch.rand(3, 3, 8, 8)
    assert torch.equal(model(pictures), model(pictures))
    assert any(isinstance(layer, nn.Dropout) for layer in model.features)
