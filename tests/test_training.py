import math
import os
import signal
import sys
import threading
import time

import pandas as pd
import pytest
import torch
from torch import nn
from torch.optim.lr_scheduler import OneCycleLR, ReduceLROnPlateau, StepLR
from torch.utils._python_dispatch import TorchDispatchMode

from helpers import FoodCNN, ResNet, evaluate, runtime
from helpers.training import COLUMNS, History, fit, load_checkpoint, loop, save_checkpoint, train_one_epoch
from helpers.training.guards import LossWatch


class Pictures(torch.utils.data.TensorDataset):
    def __init__(self, count=22, classes=2, size=8, seed=0):
        generator = torch.Generator().manual_seed(seed)
        self.labels = torch.arange(count) % classes
        images = torch.rand(count, 3, size, size, generator=generator) * 0.5 + self.labels[:, None, None, None] * 0.3
        super().__init__(images, self.labels)


def loader(count=22, batch_size=8, *, shuffle=False, **options):
    return torch.utils.data.DataLoader(Pictures(count, **options), batch_size, shuffle=shuffle)


def small_model(dropout=0.0, outputs=2):
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(192, 16), nn.ReLU(), nn.Dropout(dropout), nn.Linear(16, outputs))


def sgd(model, lr=0.1):
    return torch.optim.SGD(model.parameters(), lr=lr)


def run(model=None, train=None, valid=None, *, epochs=2, lr=0.1, **options):
    model = model or small_model()
    options.setdefault("optimizer", sgd(model, lr))
    return fit(model, train or loader(), valid, epochs=epochs, progress=False, precision="float32", **options)


def scripted(monkeypatch, accuracies):
    """Let validation give these accuracies, one an epoch."""
    coming = iter(accuracies)
    monkeypatch.setattr(loop, "_measure", lambda *_: (1.0, next(coming)))


# what is measured


def test_an_uneven_last_batch_is_weighted_by_its_size():
    model, train = small_model(), loader(22, 8)  # 8 + 8 + 6
    frozen = fit(model, train, train, epochs=1, optimizer=sgd(model, lr=0.0), precision="float32", progress=False)
    images, labels = train.dataset.tensors
    logits = model.cpu()(images)
    row = frozen.rows[0]
    expected_loss = nn.functional.cross_entropy(logits, labels).item()
    expected_accuracy = (logits.argmax(1) == labels).float().mean().item()
    for part in ("train", "valid"):
        assert row[f"{part}_loss"] == pytest.approx(expected_loss, rel=1e-4)  # a GPU rounds to TF32
        assert row[f"{part}_accuracy"] == pytest.approx(expected_accuracy)


def test_fewer_pictures_than_a_batch_train():
    assert len(run(train=loader(3, 128))) == 2


def test_a_loader_and_its_pictures_in_a_list_train_alike():
    batches = list(loader())
    assert run(train=batches).rows[-1]["train_loss"] == run().rows[-1]["train_loss"]


def test_fit_equals_the_loop_written_by_hand():
    by_hand, model, losses = small_model(), small_model(), []
    optimizer = sgd(by_hand)
    torch.manual_seed(1)
    for _ in range(3):
        total = 0.0
        for images, labels in loader(shuffle=True):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(by_hand(images), labels)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(labels)
        losses.append(total / 22)
    torch.manual_seed(1)
    history = run(model, loader(shuffle=True), epochs=3)
    rounding = 1e-6 if runtime.device().type == "cpu" else 1e-4
    assert history.table.train_loss.tolist() == pytest.approx(losses, rel=rounding)


def test_the_same_seed_gives_the_same_bits():
    def once():
        runtime.seed_everything(5)
        model = small_model(dropout=0.3)
        history = fit(model, loader(shuffle=True), loader(), epochs=3, optimizer=sgd(model), progress=False)
        return [{k: v for k, v in row.items() if k != "seconds"} for row in history.rows], model.state_dict()

    (rows, weights), (again, same) = once(), once()
    assert rows == again
    assert all(torch.equal(weights[name], same[name]) for name in weights)


def test_validation_changes_neither_the_training_nor_its_mode():
    modes = []

    class Watched(nn.Sequential):
        def forward(self, images):
            modes.append((self.training, torch.is_grad_enabled()))
            return super().forward(images)

    model = Watched(*small_model(dropout=0.5))
    with_valid = run(model, [next(iter(loader()))], loader(), epochs=2)
    assert set(modes) == {(True, True), (False, False)}
    assert not model.training
    without = run(small_model(dropout=0.5), [next(iter(loader()))], epochs=1)
    assert without.rows[0]["train_loss"] != with_valid.rows[1]["train_loss"]
    assert math.isnan(without.rows[0]["valid_accuracy"])


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_half_precision_trains_and_keeps_float32_weights(precision):
    model = small_model()
    history = fit(model, loader(), epochs=2, optimizer=sgd(model), precision=precision, progress=False)
    assert math.isfinite(history.rows[-1]["train_loss"])
    assert all(parameter.dtype == torch.float32 for parameter in model.parameters())


def test_float16_scales_the_loss_so_that_no_gradient_becomes_zero():
    weight = nn.Linear(1, 2, bias=False)
    model = nn.Sequential(nn.Flatten(), weight).to(runtime.device())
    tiny = [(torch.full((2, 1, 1, 1), 1e-7), torch.tensor([0, 0]))]
    seen = []
    weight.weight.register_hook(lambda gradient: seen.append(gradient.abs().max().item()))
    before = weight.weight.detach().clone()
    train_one_epoch(model, tiny, sgd(model, lr=1e6), precision="float16")
    assert seen[0] > 1e-5  # scaled up
    assert not torch.equal(weight.weight, before)


def test_a_loss_that_is_not_finite_is_named_later_where_each_look_would_wait():
    watch = LossWatch(3, torch.device("cpu"))
    watch.every = 4
    for loss, rate in ((1.0, 0.1), (math.nan, 0.2), (math.inf, 0.3)):
        watch.note(torch.tensor(loss), rate)
    with pytest.raises(FloatingPointError, match="the loss is nan in epoch 3, batch 2, at learning rate 0.2"):
        watch.note(torch.tensor(1.0), 0.4)


class ReadBacks(TorchDispatchMode):
    """Counts how often a number is read back from the device."""

    count = 0

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        """Count, and do as without."""
        self.count += operation is torch.ops.aten._local_scalar_dense.default
        return operation(*args, **(kwargs or {}))


def test_within_an_epoch_nothing_is_read_back_on_a_device_that_would_be_waited_for(monkeypatch):
    class Late(LossWatch):  # as on a GPU
        def __init__(self, epoch, on):
            super().__init__(epoch, on)
            self.every = 50

    monkeypatch.setattr("helpers.training.loop.LossWatch", Late)
    counts = []
    for batches in (3, 9):
        model = small_model().to(runtime.device())
        pictures = [(torch.rand(2, 3, 8, 8), torch.tensor([0, 1]))] * batches
        with ReadBacks() as mode:
            train_one_epoch(model, pictures, sgd(model), max_grad_norm=None)
        counts.append(mode.count)
    assert counts[0] == counts[1]


def test_uint8_batches_are_scaled():
    bright = [(torch.full((2, 3, 8, 8), 255, dtype=torch.uint8), torch.tensor([0, 1]))]
    ones = [(torch.ones(2, 3, 8, 8), torch.tensor([0, 1]))]
    assert run(train=bright).table.train_loss.equals(run(train=ones).table.train_loss)


# knobs


def test_early_stopping_waits_exactly_patience_epochs(monkeypatch):
    scripted(monkeypatch, [0.5, 0.6, 0.6, 0.4, 0.5, 0.9])
    history = run(valid=loader(), epochs=6, patience=3)
    assert (len(history), history.best_epoch, history.stopped) == (5, 2, "no better epoch in 3")


def test_patience_leaves_the_best_weights_and_no_knob_the_last(monkeypatch):
    def weights_after(epochs):
        model = small_model()
        run(model, epochs=epochs)
        return model[1].weight

    scripted(monkeypatch, [0.5, 0.9, 0.1])
    kept = small_model()
    run(kept, valid=loader(), epochs=3, patience=5)
    assert torch.equal(kept[1].weight, weights_after(2))
    scripted(monkeypatch, [0.5, 0.9, 0.1])
    last = small_model()
    run(last, valid=loader(), epochs=3)
    assert torch.equal(last[1].weight, weights_after(3))


def test_equal_accuracy_is_better_only_with_a_lower_loss(monkeypatch):
    coming = iter([(1.0, 0.5), (0.8, 0.5), (0.9, 0.5)])
    monkeypatch.setattr(loop, "_measure", lambda *_: next(coming))
    assert run(valid=loader(), epochs=3).best_epoch == 2


def test_the_best_checkpoint_can_be_restored(monkeypatch, tmp_path):
    scripted(monkeypatch, [0.5, 0.9, 0.1])
    model, other = small_model(), nn.Sequential(*small_model())
    run(model, valid=loader(), epochs=3, checkpoint=tmp_path / "best.pt")
    nn.init.zeros_(other[1].weight)
    assert load_checkpoint(other, tmp_path / "best.pt") == {"epoch": 2, "valid_accuracy": 0.9}
    assert torch.equal(other[1].weight, model.cpu()[1].weight)
    assert [file.name for file in tmp_path.iterdir()] == ["best.pt"]


def test_a_failed_write_leaves_the_old_checkpoint_whole(monkeypatch, tmp_path):
    path, model = tmp_path / "best.pt", small_model()
    save_checkpoint(model, path, epoch=1)

    def full_disk(content, file):
        file.write_bytes(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(torch, "save", full_disk)
    with pytest.raises(OSError, match="No space"):
        save_checkpoint(model, path, epoch=2)
    monkeypatch.undo()
    assert load_checkpoint(model, path) == {"epoch": 1}
    assert len(list(tmp_path.iterdir())) == 1


def test_a_checkpoint_cannot_run_code(tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "sprung"),)

    torch.save({"weights": Trap()}, tmp_path / "trap.pt")
    with pytest.raises(ValueError, match="no checkpoint that fit wrote"):
        load_checkpoint(small_model(), tmp_path / "trap.pt")
    assert not (tmp_path / "sprung").exists()


def test_a_file_in_the_place_of_the_network_is_told_the_order(tmp_path):
    with pytest.raises(TypeError, match=r"load_checkpoint\(model, path\)"):
        load_checkpoint(tmp_path / "a.pt", small_model())


def test_a_checkpoint_of_another_architecture_is_refused_in_one_sentence(tmp_path):
    save_checkpoint(small_model(), tmp_path / "a.pt")
    with pytest.raises(ValueError, match="another architecture"):
        load_checkpoint(small_model(outputs=5), tmp_path / "a.pt")
    with pytest.raises(FileNotFoundError):
        load_checkpoint(small_model(), tmp_path / "none.pt")
    with pytest.raises(FileNotFoundError, match="create it first"):
        save_checkpoint(small_model(), tmp_path / "no folder" / "a.pt")


def test_gradients_are_clipped_to_the_norm():
    model = small_model()
    before = [parameter.detach().clone() for parameter in model.parameters()]
    run(model, [next(iter(loader()))], epochs=1, lr=1.0, max_grad_norm=0.01)
    moved = torch.cat([(p.detach() - q).flatten() for p, q in zip(model.cpu().parameters(), before, strict=True)])
    assert moved.norm().item() == pytest.approx(0.01, rel=1e-3)


def test_schedulers_step_after_each_epoch_or_each_batch():
    def rates(build, **options):
        model = small_model()
        optimizer = sgd(model)
        return run(model, optimizer=optimizer, epochs=3, scheduler=build(optimizer), **options).table.lr.tolist()

    assert rates(lambda o: StepLR(o, 1, 0.1)) == pytest.approx([0.1, 0.01, 0.001])
    a_batch = {"interval": "step"}
    assert rates(lambda o: {"scheduler": StepLR(o, 3, 0.1)} | a_batch) == pytest.approx([0.1, 0.01, 0.001])
    assert rates(lambda o: OneCycleLR(o, 0.1, total_steps=9))[-1] < 1e-3
    plateau = rates(lambda o: ReduceLROnPlateau(o, patience=0, threshold=10.0), valid=loader())
    assert plateau[-1] < plateau[0]


def test_the_log_holds_each_epoch_once(tmp_path):
    log = tmp_path / "log.csv"
    log.write_text("left from an earlier run\n")
    history = run(valid=loader(), epochs=3, log=log)
    pd.testing.assert_frame_equal(pd.read_csv(log), history.table, check_dtype=False)


def test_mixed_labels_train_and_accuracy_counts_the_larger_share():
    def mix(images, labels):
        return images, 0.7 * nn.functional.one_hot(1 - labels, 2) + 0.3 * nn.functional.one_hot(labels, 2)

    mixed = run(mix=mix, epochs=20).rows[-1]
    assert mixed["train_accuracy"] > 0.9
    assert mixed["train_loss"] > 0.5  # the entropy of 70 / 30 is 0.61 nats


# what can go wrong


def test_a_diverging_loss_stops_with_epoch_batch_rate_and_three_things_to_try():
    with pytest.raises(
        FloatingPointError, match=r"epoch 1, batch \d, at learning rate 1e\+20.*lower rate.*max_grad_norm.*look"
    ):
        run(lr=1e20)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"epochs": 0}, "epochs is 0"),
        ({"epochs": 2.5}, "epochs is 2.5; take a whole number"),
        ({"patience": 0, "valid": loader()}, "patience is 0"),
        ({"patience": 2}, "patience is set but valid_loader is None"),
        ({"max_grad_norm": 0}, "max_grad_norm is 0"),
        ({"optimizer": sgd(small_model())}, "optimizer holds no parameter of this model"),
        ({"scheduler": {"scheduler": StepLR(sgd(small_model()), 1), "interval": "batch"}}, "interval is 'batch'"),
        ({"scheduler": ReduceLROnPlateau(sgd(small_model()))}, "ReduceLROnPlateau"),
        ({"train": [], "valid": None}, "no batches"),
        ({"valid": loader(4, 8, size=16)}, "valid_loader gives pictures of 3 x 16 x 16"),
        ({"train": loader(22, classes=3)}, "labels from 0 to 2, but the model gives 2 outputs"),
        ({"train": [(torch.rand(2, 3, 8, 8), torch.tensor([0, -1]))]}, "labels from -1 to 0"),
    ],
)
def test_what_does_not_fit_is_said_before_the_first_batch(options, said):
    options = dict(options)
    train = options.pop("train", loader())
    model = small_model()
    optimizer = options.pop("optimizer", sgd(model))
    valid = options.pop("valid", None)
    with pytest.raises(ValueError, match=said):
        fit(model, train, valid, **{"epochs": 1, "optimizer": optimizer, "progress": False} | options)


def test_a_loader_that_runs_dry_is_named():
    once = iter(list(loader()))
    with pytest.raises(ValueError, match="iterated again"):
        run(train=once, epochs=2)


def test_interrupting_returns_the_epochs_so_far_with_the_best_weights():
    class Interrupted(list):
        passes = 0

        def __iter__(self):
            self.passes += 1
            if self.passes == 4:  # the check before training passes over the list once
                threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
                while True:
                    yield self[0]
                    time.sleep(0.01)
            yield from super().__iter__()

    model = small_model()
    history = run(model, Interrupted(loader()), loader(), epochs=5)
    assert (len(history), history.stopped) == (2, "interrupted in epoch 3")
    twice = small_model()
    run(twice, epochs=history.best_epoch)
    assert torch.equal(model[1].weight, twice[1].weight)


# what is returned and kept


def test_a_history_holds_what_evaluate_finds_to_the_last_digit():
    for options in ({}, {"average": 0.9}, {"loss_fn": nn.CrossEntropyLoss()}):
        model = small_model(dropout=0.5)
        for precision in ("float32", "bfloat16"):
            row = fit(
                model,
                loader(),
                loader(22, 5),
                epochs=2,
                optimizer=sgd(model),
                precision=precision,
                progress=False,
                **options,
            ).rows[-1]
            found = evaluate(model, loader(22, 5), precision=precision)
            assert (row["valid_loss"], row["valid_accuracy"]) == (found.loss, found.accuracy)


def test_averaged_weights_follow_every_step_with_the_statistics_of_batch_norm(tmp_path):
    """The history, the checkpoint and the network that is returned are the averaged one's."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(72, 2))
    expected = {name: value.clone() for name, value in model.state_dict().items()}
    optimizer, steps = sgd(model), []
    optimizer.register_step_post_hook(
        lambda *_: steps.append({name: value.clone() for name, value in model.state_dict().items()})
    )
    history = run(
        model, valid=loader(), optimizer=optimizer, average=0.75, epochs=2, checkpoint=tmp_path / "best.pt", patience=9
    )
    for state in steps[: 3 * history.best_epoch]:
        expected = {
            name: value + (state[name] - value) / 4 if value.is_floating_point() else value
            for name, value in expected.items()
        }
    for name in ("0.weight", "1.running_mean", "1.running_var", "3.weight"):
        torch.testing.assert_close(model.state_dict()[name], expected[name])
        assert not torch.allclose(expected[name], steps[-1][name], rtol=1e-5, atol=1e-8)
    assert model.state_dict()["1.num_batches_tracked"] == 3 * history.best_epoch
    row = history.rows[history.best_epoch - 1]
    found = evaluate(model, loader(), precision="float32")
    assert (row["valid_loss"], row["valid_accuracy"]) == (found.loss, found.accuracy)
    other = nn.Sequential(nn.Conv2d(3, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(72, 2))
    load_checkpoint(other, tmp_path / "best.pt")
    assert torch.equal(other[3].weight, model.cpu()[3].weight)


def test_the_last_epochs_averaged_weights_are_returned_without_patience():
    model, moving = small_model(), small_model()
    run(moving, epochs=2)
    run(model, epochs=2, average=0.5)
    same = small_model()
    run(same, epochs=2, average=0.0)  # an average over the last step alone
    assert torch.equal(same[1].weight, moving[1].weight)
    assert not torch.equal(model[1].weight, moving[1].weight)


def test_one_epoch_by_itself_trains_like_fit():
    model, other = small_model(), small_model()
    history = run(other, epochs=1)
    model.to(runtime.device())
    optimizer = sgd(model)
    row = train_one_epoch(model, loader(), optimizer, precision="float32")
    assert row == {name: history.rows[0][name] for name in ("train_loss", "train_accuracy", "lr")}
    assert torch.equal(model[1].weight, other[1].weight)


# files


@pytest.mark.parametrize("name", ["checkpoint", "log", "resume"])
def test_a_file_that_cannot_be_written_is_said_before_the_first_epoch(tmp_path, name):
    (tmp_path / "file").touch()
    model = small_model()
    for path, error, said in (
        (tmp_path / "none" / "x", FileNotFoundError, "create it first"),
        (tmp_path, IsADirectoryError, "is a folder; name a file in it"),
        (tmp_path / "file" / "x", FileNotFoundError, "does not exist"),
        ("/proc/x" if os.path.isdir("/proc") else "/x/x", OSError, "."),
    ):
        before = model[1].weight.clone()
        with pytest.raises(error, match=f"^{name} is .*{said}"):
            run(model, **{name: path})
        assert torch.equal(model[1].weight, before)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def wrapped(model, how):
    state = model.state_dict()
    return {
        "plain": lambda: state,
        "compiled": lambda: torch.compile(model).state_dict(),
        "a compiled layer": lambda: {name.replace("1.", "1._orig_mod.", 1): value for name, value in state.items()},
        "DataParallel": lambda: {f"module.{name}": value for name, value in state.items()},
        "both": lambda: {f"module._orig_mod.{name}": value for name, value in state.items()},
        "averaged": lambda: torch.optim.swa_utils.AveragedModel(model).state_dict(),
        "state_dict": lambda: {"state_dict": state, "epoch": 4},
        "model": lambda: {"model": state, "optimizer": {"state": {}}},
    }[how]()


@pytest.mark.parametrize(
    "how", ["plain", "compiled", "a compiled layer", "DataParallel", "both", "averaged", "state_dict", "model"]
)
def test_weights_from_elsewhere_are_read_whatever_wrapped_their_model(tmp_path, how):
    model, other = small_model(), nn.Sequential(*small_model())
    torch.save(wrapped(model, how), tmp_path / "a.pt")
    nn.init.zeros_(other[1].weight)
    assert load_checkpoint(other, tmp_path / "a.pt") == ({"epoch": 4} if how == "state_dict" else {})
    assert all(torch.equal(value, other.state_dict()[name]) for name, value in model.state_dict().items())


def test_weights_are_read_into_a_compiled_model(tmp_path):
    model = small_model()
    save_checkpoint(model, tmp_path / "a.pt", epoch=1)
    other = small_model()
    nn.init.zeros_(other[1].weight)
    load_checkpoint(torch.compile(other), tmp_path / "a.pt")
    assert torch.equal(other[1].weight, model[1].weight)


def test_a_large_network_that_does_not_fit_is_told_in_one_short_sentence(tmp_path):
    save_checkpoint(ResNet(classes=11), tmp_path / "a.pt")
    model = FoodCNN(image_size=32)
    before = model.features[0].weight.clone()
    with pytest.raises(
        ValueError, match=r"\d+ weights are missing in it, the first is features\.0\.weight; "
    ) as caught:
        load_checkpoint(model, tmp_path / "a.pt")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400
    assert torch.equal(model.features[0].weight, before)


def test_what_holds_no_weights_is_named(tmp_path):
    torch.save({"epoch": 3}, tmp_path / "numbers.pt")
    (tmp_path / "text.pt").write_text("hello")
    for name in ("numbers.pt", "text.pt"):
        with pytest.raises(ValueError, match=f"{name} is no checkpoint that fit wrote"):
            load_checkpoint(small_model(), tmp_path / name)
    with pytest.raises(IsADirectoryError, match="is a folder"):
        load_checkpoint(small_model(), tmp_path)
    with pytest.raises(FileNotFoundError, match="there is no file .*none.pt"):
        load_checkpoint(small_model(), tmp_path / "none.pt")


# what is shown


def test_a_history_of_any_length_is_a_short_table_with_the_best_marked():
    rows = [dict(zip(COLUMNS, (i, 0.5, 0.8, 0.6, 0.7, 1e-3, 1.0), strict=True)) for i in range(1, 101)]
    shown = repr(History(rows, best_epoch=37))
    assert len(shown.splitlines()) <= 14
    assert "*" in next(line for line in shown.splitlines() if line.split()[0] == "37")
    assert "100 epochs in 100.0 s" in shown
    assert "80.0%" in History(rows)._repr_html_()
    assert (
        "nan" not in repr(History([dict.fromkeys(COLUMNS, math.nan) | {"epoch": 1, "lr": 1e-3, "seconds": 1}])).lower()
    )


def test_a_history_without_an_epoch_is_one_line():
    assert repr(History(stopped="interrupted in epoch 1")) == "0 epochs in 0.0 s; stopped: interrupted in epoch 1"
    assert "<table" not in History()._repr_html_()


def test_a_terminal_sees_one_line_and_then_the_table(monkeypatch, capsys):
    pty = pytest.importorskip("pty")
    model = nn.Sequential(nn.Flatten(), nn.Linear(12, 2))
    batches = [(torch.rand(4, 3, 2, 2), torch.tensor([0, 1, 0, 1]))] * 9
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal, monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", terminal)
        fit(model, batches, epochs=3, optimizer=torch.optim.SGD(model.parameters(), lr=0.1))
    seen = os.read(ours, 10_000).decode()
    os.close(ours)
    assert "\n" not in seen
    assert "epoch 1/3" in seen
    assert max(map(len, seen.split("\r"))) <= 79
    assert "3 epochs in" in capsys.readouterr().out


def test_a_notebook_keeps_only_the_table():
    nbformat = pytest.importorskip("nbformat")
    from nbclient import NotebookClient

    source = """import torch; from helpers.training import fit
m = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(12, 2))
h = fit(m, [(torch.rand(4, 3, 2, 2), torch.tensor([0, 1, 0, 1]))] * 9, epochs=3,
        optimizer=torch.optim.SGD(m.parameters(), lr=.1))"""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    NotebookClient(book, timeout=120, kernel_name="python3").execute()
    (output,) = book.cells[0].outputs
    assert "<table" in output.data["text/html"]
    assert "3 epochs in" in output.data["text/plain"]
