"""A training that was ended at any moment goes on where it was, to the same bits as one that was not."""

import os
import random
import subprocess
import sys
from contextlib import nullcontext

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn
from torch.optim.lr_scheduler import OneCycleLR, ReduceLROnPlateau, StepLR
from torch.utils.data import DataLoader, TensorDataset

from helpers import evaluate, make_loader, runtime
from helpers.datasets import ImageDataset
from helpers.training import COLUMNS, fit, load_checkpoint

EPOCHS = 4


class Stopped(Exception):
    """Ends a training between two batches, as a power cut would: nothing is tidied up."""


def pictures(count=22):
    made = np.random.default_rng(0).integers(0, 256, (count, 8, 8, 3), dtype=np.uint8)
    return ImageDataset(made, np.arange(count) % 2, ["ordinary", "emergency"])


def start(schedule=None, *, kind="course", stop_at=None):
    """Everything that a training needs, from one seed; the transform draws from three sources of random numbers."""
    runtime.seed_everything(3)
    model = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Dropout(0.3), nn.Linear(144, 2)
    )
    seen = [0]

    def jitter(images):
        seen[0] += 1
        if seen[0] == stop_at:
            raise Stopped
        drawn = random.random() + np.random.random() + torch.rand(1).item()  # noqa: NPY002
        return images.float() / 255 * (0.7 + 0.1 * drawn)

    data = pictures()
    if kind == "course":
        loader = make_loader(data, 8, shuffle=True, transform=jitter)
    else:
        images = torch.stack([image for image, _ in data])
        generator = torch.Generator().manual_seed(9)

        def collate(batch):
            images, labels = torch.utils.data.default_collate(batch)
            return jitter(images), labels

        loader = DataLoader(
            TensorDataset(images, data.labels), 8, shuffle=True, generator=generator, collate_fn=collate
        )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    return model, loader, make_loader(data, 8), optimizer, schedule and schedule(optimizer)


def train(path, schedule=None, *, kind="course", stop_at=None, **options):
    model, loader, valid, optimizer, scheduler = start(schedule, kind=kind, stop_at=stop_at)
    options = {"epochs": EPOCHS, "optimizer": optimizer, "scheduler": scheduler, "progress": False} | options
    return model, fit(model, loader, valid, resume=path, **options)


def figures(history):
    return [{name: row[name] for name in COLUMNS if name != "seconds"} for row in history.rows]


def assert_same(one, other):
    (model, history), (again, later) = one, other
    assert figures(history) == figures(later)
    assert (history.best_epoch, history.stopped) == (later.best_epoch, later.stopped)
    assert all(torch.equal(value, again.state_dict()[name]) for name, value in model.state_dict().items())


SCHEDULES = {
    "none": None,
    "steps": lambda optimizer: StepLR(optimizer, 2, 0.1),
    "one cycle": lambda optimizer: OneCycleLR(optimizer, 0.1, total_steps=3 * EPOCHS),
    "plateau": lambda optimizer: ReduceLROnPlateau(optimizer, patience=0),
}


@pytest.mark.parametrize("kind", ["course", "DataLoader"])
@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=list(SCHEDULES))
def test_a_training_that_was_ended_goes_on_to_the_same_bits(tmp_path, schedule, kind):
    """It is ended in the second batch of epoch 3; the epochs before are not trained again."""
    whole = train(None, schedule, kind=kind, average=0.8)
    with pytest.raises(Stopped):
        train(tmp_path / "run.pt", schedule, kind=kind, average=0.8, stop_at=8)
    resumed = train(tmp_path / "run.pt", schedule, kind=kind, average=0.8)
    assert resumed[1].earlier == 2
    assert "2 of them trained before" in repr(resumed[1])
    assert_same(whole, resumed)
    assert [path.name for path in tmp_path.iterdir()] == ["run.pt"]


def test_the_scale_of_float16_goes_on_too(tmp_path):
    path = tmp_path / "resume.pt"
    with pytest.raises(Stopped):
        train(path, stop_at=8, precision="float16")
    kept = torch.load(path, weights_only=True)["parts"]["scaler"]
    assert kept["_growth_tracker"] == 6  # steps without an overflow, over two epochs of three batches
    assert_same(train(path, precision="float16"), train(None, precision="float16"))
    with pytest.raises(Stopped):
        train(tmp_path / "plain.pt", stop_at=8, precision="float32")
    assert "scaler" not in torch.load(tmp_path / "plain.pt", weights_only=True)["parts"]


def test_the_best_weights_and_the_patience_go_on_too(tmp_path):
    whole = train(None, patience=2, epochs=30)
    assert whole[1].stopped == "no better epoch in 2"
    last_but_one = 3 * (len(whole[1]) - 1) + 1
    with pytest.raises(Stopped):
        train(tmp_path / "run.pt", patience=2, epochs=30, stop_at=last_but_one)
    assert_same(whole, train(tmp_path / "run.pt", patience=2, epochs=30))


def test_the_log_and_the_checkpoint_are_those_of_the_whole_training(tmp_path):
    files = {name: tmp_path / f"{name}.x" for name in ("log", "checkpoint")}
    with pytest.raises(Stopped):
        train(tmp_path / "run.pt", stop_at=8, **files)
    files["log"].write_text(files["log"].read_text() + "3,0.1,0.9,0.")  # a row that was being written
    model, history = train(tmp_path / "run.pt", **files)
    assert pd.read_csv(files["log"]).epoch.tolist() == [1, 2, 3, 4]
    assert pd.read_csv(files["log"]).valid_loss.tolist() == pytest.approx([row["valid_loss"] for row in history.rows])
    other, *_ = start()
    assert load_checkpoint(other, files["checkpoint"])["epoch"] == history.best_epoch
    assert all(torch.equal(value, other.state_dict()[name]) for name, value in model.state_dict().items())


def test_a_training_that_was_over_is_not_trained_again(tmp_path):
    first = train(tmp_path / "run.pt")
    again = train(tmp_path / "run.pt")
    assert again[1].earlier == EPOCHS
    assert_same(first, again)


def test_the_call_can_be_repeated_with_what_an_interrupted_one_left(tmp_path):
    """Ctrl-C in a notebook, then the same cell once more: model, optimizer and scheduler are no longer new."""
    whole = train(None, SCHEDULES["one cycle"])
    model, loader, valid, optimizer, scheduler = start(SCHEDULES["one cycle"], stop_at=8)
    call = {"epochs": EPOCHS, "optimizer": optimizer, "scheduler": scheduler, "resume": tmp_path / "run.pt"}
    with pytest.raises(Stopped):
        fit(model, loader, valid, progress=False, **call)
    assert_same(whole, (model, fit(model, loader, valid, progress=False, **call)))


SCRIPT = """
import os, random, signal, sys, time
import torch
from pathlib import Path
from helpers.training import fit
from test_resume import start

folder = Path(sys.argv[1])
def train(name, **options):
    model, loader, valid, optimizer, _ = start()
    history = fit(model, loader, valid, epochs=25, optimizer=optimizer, average=0.9, progress=False, **options)
    return [row["valid_loss"] for row in history.rows], history.best_epoch, model.state_dict()

started = time.perf_counter()
expected = train("whole")
whole = time.perf_counter() - started
random.seed(int(sys.argv[2]))
done = kills = 0
while not (folder / "result.pt").exists():
    child = os.fork()
    if not child:
        torch.save(train("killed", resume=folder / "run.pt", log=folder / "log.csv"), folder / "part.pt")
        os.rename(folder / "part.pt", folder / "result.pt")
        os._exit(0)
    if kills < 5:
        time.sleep(random.uniform(0.1, 0.6) * whole)
        os.kill(child, signal.SIGKILL)
        kills += 1
    os.waitpid(child, 0)
    logged = len((folder / "log.csv").read_text().splitlines()) - 1 if (folder / "log.csv").exists() else 0
    there = (folder / "run.pt").exists()
    kept = len(torch.load(folder / "run.pt", weights_only=True)["history"]["rows"]) if there else 0
    assert logged - 1 <= kept >= done, (logged, kept, done)
    done = kept
losses, best, weights = torch.load(folder / "result.pt", weights_only=True)
assert losses == expected[0] and best == expected[1], (losses, expected[0])
assert all(torch.equal(value, expected[2][name]) for name, value in weights.items())
left = sorted(path.name for path in folder.iterdir())
assert left == ["log.csv", "result.pt", "run.pt"], left
print(kills, "kills")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is copied to be killed")
def test_killed_at_any_moment_it_loses_at_most_one_epoch(tmp_path):
    here = os.path.dirname(__file__)
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join([here, *sys.path])}
    seed = str(random.SystemRandom().randrange(10**6))
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path), seed], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, f"seed {seed}: {done.stderr}"
    assert "kills" in done.stdout


def test_one_that_ends_while_it_writes_leaves_the_epoch_before(monkeypatch, tmp_path):
    save = torch.save

    def half(state, path):
        if len(state["history"]["rows"]) < 3:
            return save(state, path)
        path.write_bytes(b"half")
        raise Stopped

    with monkeypatch.context() as patched:
        patched.setattr(torch, "save", half)
        with pytest.raises(Stopped):
            train(tmp_path / "run.pt")
    resumed = train(tmp_path / "run.pt")
    assert resumed[1].earlier == 2
    assert_same(train(None), resumed)


def linear(outputs=2):
    return nn.Sequential(nn.Flatten(), nn.Linear(192, outputs))


@pytest.mark.parametrize(
    ("build", "optimizer", "options", "said"),
    [
        (lambda: linear(3), None, {}, r"another architecture.*1\.weight.*2, 192.*here.*3, 192"),
        (linear, torch.optim.Adam, {}, "optimizer = SGD, and this one has Adam"),
        (linear, lambda p: torch.optim.SGD(p, lr=0.3), {}, r"lr = 0\.1, and this one has 0\.3"),
        (linear, None, {"epochs": 3}, "epochs = 2, and this one has 3"),
        (linear, None, {"average": 0.9}, r"average = None, and this one has 0\.9"),
    ],
)
def test_the_file_of_another_training_is_refused_in_one_sentence(tmp_path, build, optimizer, options, said):
    loader = [(torch.rand(4, 3, 8, 8), torch.tensor([0, 1, 0, 1]))]

    def once(model, optimizer, **options):
        return fit(model, loader, progress=False, optimizer=optimizer, resume=tmp_path / "run.pt", **options)

    model = linear()
    once(model, torch.optim.SGD(model.parameters(), lr=0.1), epochs=2)
    other = build()
    before = {name: value.clone() for name, value in other.state_dict().items()}
    optimizer = optimizer or (lambda parameters: torch.optim.SGD(parameters, lr=0.1))
    with pytest.raises(ValueError, match=said):
        once(other, optimizer(other.parameters()), **{"epochs": 2} | options)
    assert all(torch.equal(value, other.state_dict()[name].cpu()) for name, value in before.items())


def test_a_training_from_another_seed_does_not_go_on(tmp_path):
    loader = [(torch.rand(4, 3, 8, 8), torch.tensor([0, 1, 0, 1]))]
    for seed, expectation in ((0, nullcontext()), (1, pytest.raises(ValueError, match="seed = 0, and this one has 1"))):
        runtime.seed_everything(seed)
        model = linear()
        sgd = torch.optim.SGD(model.parameters(), lr=0.1)
        with expectation:
            fit(model, loader, epochs=2, optimizer=sgd, resume=tmp_path / "run.pt", progress=False)


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"", None])
def test_a_file_that_is_none_is_refused_and_stays(tmp_path, content):
    path = tmp_path / "run.pt"
    path.write_bytes(content) if content is not None else torch.save(linear().state_dict(), path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"run\.pt is no file"):
        train(path)
    assert path.read_bytes() == before


def test_the_file_to_go_on_from_is_not_taken_for_a_checkpoint(tmp_path):
    model, _ = train(tmp_path / "run.pt")
    with pytest.raises(ValueError, match="give it to fit as resume"):
        load_checkpoint(model, tmp_path / "run.pt")


def test_going_on_measures_what_evaluate_measures(tmp_path):
    with pytest.raises(Stopped):
        train(tmp_path / "run.pt", stop_at=8)
    model, history = train(tmp_path / "run.pt")
    found = evaluate(model, make_loader(pictures(), 8))
    assert (history.rows[-1]["valid_loss"], history.rows[-1]["valid_accuracy"]) == (found.loss, found.accuracy)
