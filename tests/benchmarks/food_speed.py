"""Time the training of the food networks against the article's loop, and what augmentation adds, taking turns.

Bare steps: forward, loss, backward, gradients clipped, weights updated, on one batch that lies in memory. The article's
loop is float32, pictures one channel after the other, default allocator; ours is what `fit` sets up, without `fit`.

Augmentation: `fit` over `make_loader` without and with the presets light and TrivialAugment, and over a `DataLoader`
whose two workers make light's changes picture by picture. All take decoded pictures from memory. A step is timed from
asking for its batch to asking for the next one; the loaders hold more than is asked for, so that the workers are busy
to the end, as in a long epoch. ResNet-18 is the harder test of the two networks: its steps are shorter, so the same
changes weigh more.

The ways take turns, each turn in a fresh process; ratios are of median steps, and no first step is counted.

    python -m tests.benchmarks.food_speed [--rounds 3] [--steps 4]
"""

import argparse
import itertools
import statistics
import time

import numpy as np
import torch
from torch import nn

from helpers import runtime
from helpers.augment import preset
from helpers.datasets import ImageDataset, make_loader
from helpers.models import FoodCNN, ResNet
from helpers.training import fit
from tests.benchmarks.turns import in_fresh_process

SIZE, BATCH_SIZE, CLASSES, CLIP = 128, 64, 11, 10.0
NETWORKS = {"FoodCNN": FoodCNN, "ResNet-18": ResNet}
ARTICLE = "the article's loop"
WORKERS = 2
LIMITS = {"light": 1.15, "TrivialAugment": 1.5}  # times the seconds without augmentation


def build(network: str) -> tuple[nn.Module, torch.optim.Optimizer]:
    runtime.seed_everything(0)
    model = NETWORKS[network]()
    return model, torch.optim.Adam(model.parameters(), lr=3e-4, weight_decay=1e-5)


def articles_steps(network: str, steps: int) -> list[float]:
    """Return the seconds of each step but the first."""
    model, optimizer = build(network)
    images, labels = torch.rand(BATCH_SIZE, 3, SIZE, SIZE), torch.arange(BATCH_SIZE) % CLASSES
    model.train()
    seconds = []
    for _ in range(steps + 1):
        started = time.perf_counter()
        logits = model(images)
        loss = nn.functional.cross_entropy(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm=CLIP)
        optimizer.step()
        seconds.append(time.perf_counter() - started)
    return seconds[1:]


def our_steps(network: str, steps: int, precision: str) -> list[float]:
    """Return the seconds of each step but the first."""
    on = torch.device("cpu")
    chosen = runtime.choose_precision(precision, on)
    runtime.keep_big_blocks()
    model, optimizer = build(network)
    model.to(memory_format=runtime.memory_format(on))
    images = runtime.prepare(torch.rand(BATCH_SIZE, 3, SIZE, SIZE), on)
    labels = torch.arange(BATCH_SIZE) % CLASSES
    model.train()
    seconds = []
    for _ in range(steps + 1):
        started = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        with runtime.autocast(chosen, on):
            logits = model(images)
        nn.functional.cross_entropy(logits.float(), labels).backward()
        nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
        seconds.append(time.perf_counter() - started)
    return seconds[1:]


STEPS = {
    ARTICLE: articles_steps,
    "ours, float32": lambda network, steps: our_steps(network, steps, "float32"),
    "ours, bfloat16": lambda network, steps: our_steps(network, steps, "bfloat16"),
}


def pictures(count: int) -> ImageDataset:
    """Return random pixels: an augmentation takes as long on them as on photos."""
    images = np.random.default_rng(0).integers(0, 256, (count, SIZE, SIZE, 3), np.uint8)
    return ImageDataset(images, np.arange(count) % CLASSES, [str(label) for label in range(CLASSES)])


def ours(count: int, augmentation: str):
    return make_loader(pictures(count), BATCH_SIZE, shuffle=True, transform=preset(augmentation, SIZE))


class OneByOne(torch.utils.data.Dataset):
    """The usual way: each picture is changed and scaled on its own, in the worker that fetches it."""

    def __init__(self, data: ImageDataset, augmentation: str) -> None:
        self.data, self.transforms = data, preset(augmentation, SIZE).transforms

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        image, label = self.data[index]
        for transform in self.transforms:
            image = transform(image)
        return image.float() / 255, label


def usual(count: int, augmentation: str):
    return torch.utils.data.DataLoader(
        OneByOne(pictures(count), augmentation), BATCH_SIZE, shuffle=True, num_workers=WORKERS
    )


LOADERS = {
    "fit without augmentation": (ours, "none"),
    "fit, light preset": (ours, "light"),
    "fit, TrivialAugment preset": (ours, "TrivialAugment"),
    f"fit, light, DataLoader, {WORKERS} workers": (usual, "light"),
}


class Timed:
    """The first batches of a loader, with the moments at which they were asked for."""

    def __init__(self, loader, batches: int) -> None:
        self.loader, self.batches, self.asked = loader, batches, []

    def __iter__(self):
        self.asked.append(time.perf_counter())
        for batch in itertools.islice(self.loader, self.batches):
            yield batch
            self.asked.append(time.perf_counter())


def augmented_steps(name: str, network: str, steps: int) -> list[float]:
    """Return the seconds of each step of `fit` but the first, fetching included."""
    make, augmentation = LOADERS[name]
    ahead = WORKERS * 2  # batches that the workers of a DataLoader prepare in advance
    model, optimizer = build(network)
    timed = Timed(make(BATCH_SIZE * (steps + 1 + ahead), augmentation), steps + 1)
    fit(model, timed, epochs=1, optimizer=optimizer, max_grad_norm=CLIP, progress=False)
    return [after - before for before, after in itertools.pairwise(timed.asked)][1:]


def bare_steps(name: str, network: str, steps: int) -> list[float]:
    return STEPS[name](network, steps)


def median_milliseconds(turn, names: list[str], network: str, rounds: int, steps: int) -> dict[str, float]:
    """Let the named ways take turns, so that a machine that changes its speed changes all of them."""
    seconds = {name: [] for name in names}
    for number in range(rounds):
        for name in names:
            new = in_fresh_process(turn, name, network, steps)
            seconds[name] += new
            print(f"round {number + 1}, {network}, {name}: {1000 * statistics.median(new):.0f} ms a step", flush=True)
    return {name: 1000 * statistics.median(values) for name, values in seconds.items()}


def table(medians: dict[str, dict[str, float]], augmented: dict[str, float], network: str) -> str:
    """Return both comparisons as text: how often ours is as fast, and how much longer augmentation takes."""
    lines = [f"{'':45} {'ms a step':>10} {'ratio':>7}"]
    for name, way, milliseconds in ((n, w, m) for n, ways in medians.items() for w, m in ways.items()):
        ratio = medians[name][ARTICLE] / milliseconds
        lines.append(f"{f'{name}, {way}':45} {milliseconds:10.0f} {ratio:7.2f} times faster than {ARTICLE}")
    for way, milliseconds in augmented.items():
        make, augmentation = LOADERS[way]
        ratio = milliseconds / augmented["fit without augmentation"]
        limit = f" (at most {LIMITS[augmentation]})" if make is ours and augmentation in LIMITS else ""
        lines.append(f"{f'{network}, {way}':45} {milliseconds:10.0f} {ratio:7.2f} times as long as without{limit}")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="turns that each way takes (3)")
    parser.add_argument("--steps", type=int, default=4, help="steps that are timed in a turn (4)")
    args = parser.parse_args(arguments)
    if min(args.rounds, args.steps) < 1:
        parser.error(f"--rounds is {args.rounds} and --steps is {args.steps}; take at least 1 of each.")

    print(runtime.summary())
    ways = list(STEPS)
    if runtime.choose_precision(on=torch.device("cpu")).dtype == torch.float32:
        ways.remove("ours, bfloat16")
        print("bfloat16 is left out: this CPU has no instructions for it, so fit does not take it.")
    bare = {name: median_milliseconds(bare_steps, ways, name, args.rounds, args.steps) for name in NETWORKS}
    augmented = median_milliseconds(augmented_steps, list(LOADERS), "ResNet-18", args.rounds, args.steps)
    print(f"\n{SIZE} x {SIZE}, batch {BATCH_SIZE}, {args.rounds} x {args.steps} steps each\n")
    print(table(bare, augmented, "ResNet-18"))


if __name__ == "__main__":
    main()
