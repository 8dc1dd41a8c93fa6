"""Time our training against the article's and two usual ways, taking turns.

Every way trains the same network from the same weights on the same pictures in the same order for as many epochs. The
ways take turns, so that a machine that changes its speed changes all of them, and each turn is a fresh process, so that
none inherits another's memory settings. Ratios are of median epoch times.

    python -m tests.benchmarks.speed [--epochs 4] [--seeds 0 1 2] [--image-size 224]
"""

import argparse
import contextlib
import importlib.util
import logging
import statistics
import time
import warnings

import numpy as np
import torch
from torch import nn

from helpers import runtime
from helpers.datasets import load_vehicles, make_loader
from helpers.evaluation import evaluate
from helpers.models import VehicleNet
from helpers.training import fit
from tests.benchmarks.turns import in_fresh_process

LR, BATCH_SIZE = 1e-4, 128
ARTICLE = "the article's way"


class PlainLoop:
    """A plain loop over a `DataLoader`, float32, default allocator."""

    def __init__(self, data, precision=None):
        self.loader = data_loader(data)

    def batches(self):
        return iter(self.loader)

    def __call__(self, model, epochs):
        optimizer = torch.optim.Adam(model.parameters(), lr=LR)
        seconds = []
        model.train()
        for _ in range(epochs):
            started = time.perf_counter()
            for images, labels in self.batches():
                optimizer.zero_grad()
                nn.functional.cross_entropy(model(images), labels).backward()
                optimizer.step()
            seconds.append(time.perf_counter() - started)
        return seconds


class ArticlesWay(PlainLoop):
    """The same over one contiguous float32 N x 3 x H x W array, indexed by a random permutation."""

    def __init__(self, data, precision=None):
        pictures = np.ascontiguousarray(np.asarray(data.train.images).transpose(0, 3, 1, 2))
        self.images = torch.from_numpy(pictures / np.float32(255))
        self.labels = data.train.labels

    def batches(self):
        for chosen in torch.randperm(len(self.images)).split(BATCH_SIZE):
            yield self.images[chosen], self.labels[chosen]


class Fit:
    """`helpers.fit` over `make_loader`."""

    def __init__(self, data, precision):
        self.loader, self.precision = make_loader(data.train, BATCH_SIZE, shuffle=True), precision

    def __call__(self, model, epochs):
        optimizer = torch.optim.Adam(model.parameters(), lr=LR)
        history = fit(model, self.loader, epochs=epochs, optimizer=optimizer, precision=self.precision, progress=False)
        return history.table.seconds.tolist()


class ShuffledLikeMakeLoader(torch.utils.data.Sampler):
    """One `torch.randperm` an epoch, so that every way sees the pictures in the same order."""

    def __init__(self, count):
        self.count = count

    def __iter__(self):
        return iter(torch.randperm(self.count).tolist())

    def __len__(self):
        return self.count


def data_loader(data):
    """The usual way: single pictures, scaled one by one, collated by a `DataLoader`."""
    pictures = [(torch.from_numpy(np.array(image)).permute(2, 0, 1), label) for image, label in
                zip(np.asarray(data.train.images), data.train.labels.tolist(), strict=True)]  # fmt: skip

    class Scaled(torch.utils.data.Dataset):
        def __len__(self):
            return len(pictures)

        def __getitem__(self, index):
            image, label = pictures[index]
            return image.float() / 255, label

    # With a generator of its own it draws nothing from the common one, on which the order depends.
    return torch.utils.data.DataLoader(
        Scaled(), BATCH_SIZE, sampler=ShuffledLikeMakeLoader(len(pictures)), generator=torch.Generator()
    )


class Lightning:
    """Lightning's Trainer over the same `DataLoader`, default settings without logging and checkpoints."""

    def __init__(self, data, precision=None):
        import lightning

        logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
        warnings.filterwarnings("ignore", module="lightning")
        self.lightning, self.loader = lightning, data_loader(data)

    def __call__(self, model, epochs):
        class Module(self.lightning.LightningModule):
            def __init__(self):
                super().__init__()
                self.model, self.seconds = model, []

            def training_step(self, batch, _):
                return nn.functional.cross_entropy(self.model(batch[0]), batch[1])

            def configure_optimizers(self):
                return torch.optim.Adam(self.parameters(), lr=LR)

            def on_train_epoch_start(self):
                self.started = time.perf_counter()

            def on_train_epoch_end(self):
                self.seconds.append(time.perf_counter() - self.started)

        quiet = dict.fromkeys(("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary"), False)
        module = Module()
        self.lightning.Trainer(max_epochs=epochs, accelerator="cpu", **quiet).fit(module, self.loader)
        return module.seconds


def overhead_of_fit(images, labels, steps=5, rounds=5):
    """Return the ratio of median seconds of `fit` to bare steps, on one batch already in memory, taking turns."""
    model = VehicleNet(image_size=images.shape[-1]).to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), lr=LR)
    chosen, cpu = runtime.choose_precision(), torch.device("cpu")
    runtime.keep_big_blocks()

    def bare():
        model.train()
        for _ in range(steps):
            optimizer.zero_grad(set_to_none=True)
            with runtime.autocast(chosen, cpu):
                logits = model(images)
            nn.functional.cross_entropy(logits.float(), labels).backward()
            optimizer.step()

    def ours():
        fit(model, [(images, labels)] * steps, epochs=1, optimizer=optimizer, progress=False)

    seconds = {bare: [], ours: []}
    for _ in range(rounds + 1):
        for way, times in seconds.items():
            started = time.perf_counter()
            way()
            times.append(time.perf_counter() - started)
    return statistics.median(seconds[ours][1:]) / statistics.median(seconds[bare][1:])


WAYS = {
    ARTICLE: (ArticlesWay, "float32"),
    "fit, float32": (Fit, "float32"),
    "fit, bfloat16": (Fit, "bfloat16"),
    "a loop over a DataLoader": (PlainLoop, "float32"),
    "Lightning's Trainer": (Lightning, "float32"),
}


def pictures(image_size: int):
    with contextlib.redirect_stdout(None):  # what is left out is said once, by main
        return load_vehicles(image_size=image_size, on_unreadable="skip")


def turn(name: str, seed: int, epochs: int, image_size: int) -> tuple[list[float], float]:
    """Train once; return the seconds of each epoch but the first, which warms up, and the validation accuracy."""
    data = pictures(image_size)
    build, precision = WAYS[name]
    way = build(data, precision)
    runtime.seed_everything(seed)
    model = VehicleNet(image_size=image_size)
    runtime.seed_everything(seed)
    return way(model, epochs)[1:], evaluate(model, make_loader(data.valid, BATCH_SIZE)).accuracy


def overhead(image_size: int) -> float:
    """Return what `fit` costs over bare steps on the first batch of training pictures."""
    data = pictures(image_size)
    return overhead_of_fit(*next(iter(make_loader(data.train, BATCH_SIZE))))


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=4, help="at least 2: the first one is not counted")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--image-size", type=int, default=224)
    args = parser.parse_args(arguments)

    print(load_vehicles(image_size=args.image_size, on_unreadable="skip"))
    ways = list(WAYS)
    if runtime.choose_precision().dtype == torch.float32:
        ways.remove("fit, bfloat16")
        print("fit in bfloat16 is left out: this CPU has no instructions for it, so fit does not take it.")
    if importlib.util.find_spec("lightning") is None:
        ways.remove("Lightning's Trainer")
        print("Lightning is left out: pip install -r requirements-dev.txt adds it.")

    seconds, accuracies = {name: [] for name in ways}, {name: [] for name in ways}
    for seed in args.seeds:
        for name in ways:
            epochs, accuracy = in_fresh_process(turn, name, seed, args.epochs, args.image_size)
            seconds[name] += epochs
            accuracies[name].append(accuracy)
            print(f"seed {seed}, {name}: {statistics.median(epochs):.2f} s an epoch", flush=True)

    print(f"\n{'':26} {'s an epoch':>10} {'times faster':>13} {'validation accuracy':>20}")
    base = statistics.median(seconds[ARTICLE])
    for name in ways:
        median = statistics.median(seconds[name])
        accuracy = 100 * statistics.mean(accuracies[name])
        print(f"{name:26} {median:10.2f} {base / median:13.1f} {accuracy:18.1f} %")
    ratio = in_fresh_process(overhead, args.image_size)
    print(f"\nfit against bare steps on a batch in memory: {ratio:.3f} times their time")


if __name__ == "__main__":
    main()
