"""What is each part of a recipe worth? One change at a time on the drawn sample, into data/results/changes.csv.

Three recipes of the lectures change several things at once: 04's winner, 07's training without augmentation (against
06's), 07's strong preset. Each is trained as it stands, and with one of its changes undone. 02's baseline gets dropout
in either place and at several rates, 03's two networks three learning rates, 06's ResNet another stem. Every row
compares the two on the validation pictures, over seeds and pictures. "depth" trains 06's three deep and shallow
networks at three rates into data/results/depth.csv.
One thread; two hours for all with five seeds.

    python -m tests.benchmarks.changes [02 03 04 06 07 strong | depth] [--seeds 5] [--results FILE]
"""

import argparse
import csv
from collections.abc import Callable
from pathlib import Path

import torch

from helpers import ResNet, compare, evaluate, fit, make_loader, seed_everything
from helpers.ledger import RESULTS
from tests.claims import one_cycle, pictures, settings, tutorial, vehicle, winner

RATES = 1e-4, 3e-4, 1e-3  # of 03's sweep, those at which both of its networks learn
COLUMNS = ["recipe", "change", "seeds", "pictures", "whole", "difference", "low", "high", "p_value"]


def with_stem(*, kernel: int = 7, pooling: bool = True) -> Callable:
    """Return what builds 06's ResNet with another first convolution, or without the pooling after it."""

    def build(chosen):
        model = ResNet(**chosen.network)
        if not pooling:
            model.maxpool = torch.nn.Identity()
        if kernel != 7:
            model.conv1 = torch.nn.Conv2d(3, chosen.width, kernel, stride=2, padding=kernel // 2, bias=False)
            torch.nn.init.kaiming_normal_(model.conv1.weight, mode="fan_out", nonlinearity="relu")
        return model

    return build


def depth(path: Path, seeds: int, epochs: int = 15) -> None:
    """Train 06's deep and shallow networks at three rates, each for enough epochs, and write what they learned."""
    chosen, data = settings("06"), pictures("light")
    train, valid = make_loader(data.train, 256), make_loader(data.valid, 256)
    kinds = {
        "plain, 38 layers": {"blocks": chosen.deep, "shortcut": False},
        "residual, 38 layers": {"blocks": chosen.deep},
        "plain, 8 layers": {"blocks": chosen.shallow, "shortcut": False},
    }
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["network", "lr", "epochs", "seed", "train_loss", "train_accuracy", "valid_accuracy"])
        for seed in range(seeds):
            for lr in (3e-4, 1e-3, 3e-3):
                for kind, options in kinds.items():
                    seed_everything(seed)
                    model = ResNet(width=chosen.narrow, **options)
                    loader = make_loader(data.train, chosen.batch_size, shuffle=True)
                    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
                    fit(model, loader, epochs=epochs, optimizer=optimizer, progress=False)
                    known, new = evaluate(model, train), evaluate(model, valid)
                    numbers = [f"{value:.4f}" for value in (known.loss, known.accuracy, new.accuracy)]
                    writer.writerow([kind, lr, epochs, seed, *numbers])
                    file.flush()


def recipes() -> dict[str, tuple[Callable, dict[str, Callable]]]:
    """Return of each recipe what trains it as it stands, and with each single change."""
    first, tutorials = settings("04"), settings("06")
    places = {"dropout": "after both poolings", "dense_dropout": "before the linear layer"}
    changes = ("affine", "flip", "resized crop", "Gaussian noise", "salt and pepper", "erasing")

    def but(**dials):
        return vehicle("04", dials=lambda chosen: winner(chosen) | dials)

    return {
        "02": (
            vehicle("02"),
            {
                f"dropout {rate}, {words}": vehicle("02", dials=lambda _, dials={place: rate}: dials)
                for rate in (0.25, 0.5, 0.8)
                for place, words in places.items()
            },
        ),
        "03": (
            vehicle("03", lr=RATES[-1]),  # the best of the three for either
            {f"the baseline, rate {rate:g}": vehicle("03", lr=rate) for rate in RATES[:-1]}
            | {
                f"batch norm, rate {rate:g}": vehicle("03", dials=lambda _: {"batch_norm": True}, lr=rate)
                for rate in RATES
            },
        ),
        "04": (
            but(),
            {
                "two blocks, not four": but(channels=(16, 32)),
                "one linear layer, no hidden one": but(hidden=0),
                "no batch norm": but(batch_norm=False),
                "no dense dropout": but(dense_dropout=0.0),
                "the baseline's rate": vehicle("04", dials=winner, lr=first.baseline_lr),
            },
        ),
        "06": (
            tutorial(with_stem()),
            {
                "no pooling in the stem": tutorial(with_stem(pooling=False)),
                "a stem of 3 x 3, not 7 x 7": tutorial(with_stem(kernel=3)),
            },
        ),
        "07": (
            one_cycle(),
            {
                "a constant rate, no cycle": one_cycle(cycle=False),
                f"rate {tutorials.lr:g}": one_cycle(lr=tutorials.lr),
                f"{tutorials.epochs} epochs": one_cycle(epochs=tutorials.epochs),
                f"batches of {tutorials.batch_size}": one_cycle(batch_size=tutorials.batch_size),
                f"weight decay {tutorials.weight_decay:g}": one_cycle(weight_decay=tutorials.weight_decay),
                f"gradients clipped at {tutorials.clip}": one_cycle(max_grad_norm=float(tutorials.clip)),
                "the best epoch, not the last": one_cycle(patience=tutorials.patience),
            },
        ),
        "strong": (
            one_cycle("strong"),
            {f"no {change}": one_cycle("strong", without=number) for number, change in enumerate(changes)},
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipes", nargs="*", default=["02", "03", "04", "06", "07", "strong"], metavar="RECIPE")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--results", type=Path, default=RESULTS / "changes.csv")
    args = parser.parse_args()
    torch.set_num_threads(1)
    if args.recipes == ["depth"]:
        depth(args.results.with_name("depth.csv"), args.seeds)
        return
    known = recipes()
    with args.results.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for name in args.recipes:
            whole, changed = known[name]
            data = pictures("baseline" if name in ("02", "03", "04") else "light")
            loader = make_loader(data.valid, 256)

            def measured(train, data=data, loader=loader):
                return [evaluate(train(data, seed), loader) for seed in range(args.seeds)]

            base = measured(whole)
            mean = sum(one.accuracy for one in base) / len(base)
            for change, train in changed.items():
                found = compare(base, measured(train))
                numbers = [f"{value:.4f}" for value in (mean, found.difference, *found.interval, found.p_value)]
                writer.writerow([name, change, args.seeds, len(data.valid), *numbers])
                file.flush()
                print(f"{name}, {change}: {found}", flush=True)


if __name__ == "__main__":
    main()
