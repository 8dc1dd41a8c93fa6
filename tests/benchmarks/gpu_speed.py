"""Time the steps of `fit` on a GPU against bare steps on a batch that lies there already, taking turns.

Bare steps: forward, loss, backward, gradients clipped, weights updated, in the precision that `fit` takes, with a
fused optimizer. The article's loop: float32 pictures in the computer's memory, a batch of them copied for every step,
the loss read back after it. `fit` goes over `make_loader`, with the presets, and recorded with each of them. What a
turn measures is a whole epoch, waited for at its end; the first epoch of a turn is not counted.

    python -m tests.benchmarks gpu_speed [--rounds 3] [--steps 40] [--anyway]
"""

import argparse
import statistics
import time
from functools import cache

import numpy as np
import torch
from torch import nn

from course.recorded import recorded
from helpers import runtime
from helpers.augment import preset
from helpers.datasets import ImageDataset, make_loader
from helpers.models import FoodCNN, ResNet, VehicleNet
from helpers.training import fit

# Name: network, classes, image size, batch size, the presets that are timed, largest norm of the gradients.
WORK = {
    "VehicleNet": (VehicleNet, 2, 224, 128, ("none", "light"), None),
    "ResNet-18": (ResNet, 11, 128, 64, ("none", "light", "wide"), 10.0),
    "FoodCNN": (FoodCNN, 11, 128, 64, ("none",), 10.0),
}
LIMITS = {"none": 1.15, "light": 1.3, "wide": 1.6}  # times the bare steps


def build(name: str) -> tuple[nn.Module, torch.optim.Optimizer]:
    runtime.seed_everything(0)
    on = runtime.device()
    model = WORK[name][0]().to(on, memory_format=runtime.memory_format(on))
    return model, torch.optim.Adam(model.parameters(), lr=3e-4, fused=on.type == "cuda")


@cache
def pictures(name: str, steps: int) -> ImageDataset:
    _, classes, size, batch_size, _, _ = WORK[name]
    images = np.random.default_rng(0).integers(0, 256, (steps * batch_size, size, size, 3), np.uint8)
    return ImageDataset(images, np.arange(len(images)) % classes, [str(label) for label in range(classes)])


def waited_for(epoch) -> float:
    """Return the seconds of an epoch, all of its work on the GPU included."""
    wait = torch.cuda.synchronize if torch.cuda.is_available() else lambda: None
    wait()
    started = time.perf_counter()
    epoch()
    wait()
    return time.perf_counter() - started


def bare(name: str, steps: int) -> float:
    *_, clip = WORK[name]
    on, (model, optimizer) = runtime.device(), build(name)
    chosen = runtime.choose_precision(on=on)
    scaler = runtime.grad_scaler(chosen, on)
    images, labels = next(iter(make_loader(pictures(name, 1), WORK[name][3])))
    images, labels = runtime.prepare(images, on), labels.to(on)
    model.train()

    def epoch() -> None:
        for _ in range(steps):
            optimizer.zero_grad(set_to_none=True)
            with runtime.autocast(chosen, on):
                logits = model(images)
            scaler.scale(nn.functional.cross_entropy(logits.float(), labels)).backward()
            if clip is not None:
                scaler.unscale_(optimizer)
                nn.utils.clip_grad_norm_(model.parameters(), clip)
            scaler.step(optimizer)
            scaler.update()

    return [waited_for(epoch) for _ in range(2)][1]


def articles(name: str, steps: int) -> float:
    on, (model, _) = runtime.device(), build(name)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-4)
    data = pictures(name, steps)
    images = torch.from_numpy(np.ascontiguousarray(np.asarray(data.images).transpose(0, 3, 1, 2))).float() / 255
    model.train()

    def epoch() -> None:
        losses = []
        for chosen in torch.randperm(len(images)).split(WORK[name][3]):
            batch, labels = images[chosen].to(on), data.labels[chosen].to(on)
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(batch), labels)
            losses.append(loss.item())
            loss.backward()
            optimizer.step()

    return [waited_for(epoch) for _ in range(2)][1]


def ours(name: str, steps: int, augmentation: str, cuda_graphs: bool = False) -> float:
    _, _, size, batch_size, _, clip = WORK[name]
    model, optimizer = build(name)
    loader = make_loader(pictures(name, steps), batch_size, shuffle=True, transform=preset(augmentation, size))
    options = {"max_grad_norm": clip, "forward": recorded(model) if cuda_graphs else None, "progress": False}
    history = fit(model, loader, epochs=2, optimizer=optimizer, **options)
    return history.rows[1]["seconds"]


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="turns that each way takes (3)")
    parser.add_argument("--steps", type=int, default=40, help="steps of an epoch (40)")
    parser.add_argument("--anyway", action="store_true", help="time the same on the CPU where there is no GPU")
    args = parser.parse_args(arguments)
    print(runtime.summary())
    if runtime.device().type == "cpu" and not args.anyway:
        print("there is no GPU here, so this table is left out.")
        return
    print(f"{'':32} {'ms a step':>10} {'of bare steps':>14}")
    for name, (*_, presets, _) in WORK.items():
        ways = {"bare steps": bare, "the article's loop": articles}
        ways |= {f"fit, {p}": lambda name, steps, p=p: ours(name, steps, p) for p in presets}
        ways |= {
            f"fit, {p}, recorded": lambda name, steps, p=p: ours(name, steps, p, cuda_graphs=True) for p in presets
        }
        turns = {way: [] for way in ways}
        for _ in range(args.rounds):
            for way, run in ways.items():
                turns[way].append(1000 * run(name, args.steps) / args.steps)
        medians = {way: statistics.median(values) for way, values in turns.items()}
        for way, milliseconds in medians.items():
            limit = LIMITS.get(way.removeprefix("fit, "))
            said = f" (at most {limit})" if limit else ""
            print(f"{f'{name}, {way}':32} {milliseconds:10.2f} {milliseconds / medians['bare steps']:14.2f}{said}")


if __name__ == "__main__":
    main()
