"""Recorded steps train as those that are computed one by one."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from course import recipes
from course.recorded import Replayed
from helpers import runtime
from helpers.datasets import ImageDataset, Splits
from helpers.training import fit, train_one_epoch


def batches():
    """Batches of 8, 8 and 6."""
    drawn = torch.Generator().manual_seed(0)
    return DataLoader(TensorDataset(torch.rand(22, 3, 8, 8, generator=drawn), torch.arange(22) % 2), 8)


def conv_model():
    runtime.seed_everything(0)
    layers = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Dropout(0.5), nn.Linear(144, 2)
    return nn.Sequential(*layers)


def test_what_is_recorded_is_asked_for_whole_batches_only_and_leaves_the_model_as_it_was(monkeypatch):
    """The recording itself needs a GPU; here it only calls the network, more often than a step would."""
    recorded, replayed = [], []

    def record(module, samples):
        recorded.append(samples[0].shape)
        module(*samples), module(*samples), torch.rand(3)
        return lambda images: replayed.append(len(images)) or module(images)

    state = torch.get_rng_state
    monkeypatch.setattr(runtime, "device", lambda: torch.device("cpu"))
    monkeypatch.setattr(torch.cuda, "make_graphed_callables", record)
    monkeypatch.setattr(torch.cuda, "get_rng_state", state)
    monkeypatch.setattr(torch.cuda, "set_rng_state", torch.set_rng_state)
    plain, model = conv_model(), conv_model()
    optimizers = [torch.optim.SGD(network.parameters(), lr=0.1) for network in (plain, model)]
    forward = Replayed(model, runtime.choose_precision("float32"))
    for epoch in (1, 2):
        torch.manual_seed(epoch)
        row = train_one_epoch(plain, batches(), optimizers[0], precision="float32")
        torch.manual_seed(epoch)
        assert train_one_epoch(model, batches(), optimizers[1], precision="float32", forward=forward) == row
    assert recorded == [(8, 3, 8, 8)]
    assert replayed == [8, 8, 8, 8]  # the last batch of 6 went through the model itself
    assert all(torch.equal(value, model.state_dict()[name]) for name, value in plain.state_dict().items())


def test_recipes_train_on_what_is_recorded(monkeypatch):
    asked = []
    monkeypatch.setattr(recipes, "recorded", lambda model: lambda images: asked.append(len(images)) or model(images))
    part = ImageDataset(np.zeros((6, 48, 48, 3), np.uint8), [0, 1] * 3, ["bread", "soup"])
    recipe = replace(recipes.for_sample(recipes.find_recipe("resnet")), epochs=2, batch_size=4)
    recipes.train(recipe, Splits(part, part, None, "sample", "food"), progress=False)
    assert asked == [4, 2, 4, 2]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="records the work of a GPU")
@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
def test_recorded_work_trains_as_each_step_for_itself(precision):
    ends = []
    for cuda_graphs in (False, True):
        model = conv_model()
        model.to(runtime.device(), memory_format=torch.channels_last)
        forward = Replayed(model, runtime.choose_precision(precision)) if cuda_graphs else None
        options = {"precision": precision, "average": 0.5, "forward": forward, "progress": False}
        history = fit(
            model, batches(), batches(), epochs=4, optimizer=torch.optim.SGD(model.parameters(), lr=0.1), **options
        )
        ends.append((history.table.train_loss.tolist(), model.state_dict()))
    (losses, weights), (same, again) = ends
    assert same == pytest.approx(losses, rel=1e-3)
    assert all(torch.allclose(value, again[name], rtol=1e-2, atol=1e-3) for name, value in weights.items())
