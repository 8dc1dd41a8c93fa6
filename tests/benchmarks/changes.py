"""What is each part of a recipe worth? One change at a time on the drawn sample, into data/results/changes.csv.

Three recipes of the lectures change several things at once: 04's winner, 07's training without augmentation (against
06's), 07's strong preset. Each is trained as it stands, and with one of its changes undone. 02's baseline gets dropout
in either place and at several rates, 06's ResNet another stem. Every row compares the two on the validation pictures,
over seeds and pictures. "depth" trains 06's three deep and shallow networks at three rates into data/results/depth.csv.
One thread; two hours for all with five seeds.

    python -m tests.benchmarks.changes [02 04 06 07 strong | depth] [--seeds 5] [--results FILE]
"""

import argparse
import csv
from collections.abc import Callable
from pathlib import Path

import torch

from helpers import ResNet, VehicleNet, augment, compare, evaluate, fit, make_loader, seed_everything
from helpers.ledger import RESULTS
from tests.claims import pictures, settings

COLUMNS = ["recipe", "change", "seeds", "pictures", "whole", "difference", "low", "high", "p_value"]


def baseline(seed: int, **dials) -> torch.nn.Module:
    """Train 02's baseline on the vehicles, with dropout where `dials` say."""
    chosen, data = settings("02"), pictures("baseline")
    seed_everything(seed)
    model = VehicleNet(image_size=data.train.image_size, **dials)
    loader = make_loader(data.train, chosen.batch_size, shuffle=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=chosen.lr)
    fit(model, loader, epochs=chosen.epochs, optimizer=optimizer, progress=False)
    return model


def tutorials(seed: int, pooling: bool = True, kernel: int = 7) -> torch.nn.Module:
    """Train 06's ResNet by 05's recipe, with or without the pooling of its stem."""
    chosen, data = settings("06"), pictures("light")
    seed_everything(seed)
    model = ResNet(**chosen.network)
    if not pooling:
        model.maxpool = torch.nn.Identity()
    if kernel != 7:
        model.conv1 = torch.nn.Conv2d(3, chosen.width, kernel, stride=2, padding=kernel // 2, bias=False)
        torch.nn.init.kaiming_normal_(model.conv1.weight, mode="fan_out", nonlinearity="relu")
    optimizer = torch.optim.Adam(model.parameters(), lr=chosen.lr, weight_decay=chosen.weight_decay)
    loaders = make_loader(data.train, chosen.batch_size, shuffle=True), make_loader(data.valid, 256)
    limits = {"patience": chosen.patience, "max_grad_norm": chosen.clip, "valid_pictures": chosen.watched}
    fit(model, *loaders, epochs=chosen.epochs, optimizer=optimizer, progress=False, **limits)
    return model


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


def winner(seed: int, **undone) -> torch.nn.Module:
    """Train 04's winner on the vehicles."""
    chosen, data = settings("04"), pictures("baseline")
    dials = {"channels": (16, 32, 64, 128), "hidden": 64, "batch_norm": True, "dense_dropout": chosen.rate}
    dials |= {"lr": chosen.lr} | undone
    lr = dials.pop("lr")
    seed_everything(seed)
    model = VehicleNet(image_size=data.train.image_size, **dials)
    loader = make_loader(data.train, chosen.batch_size, shuffle=True)
    fit(model, loader, epochs=chosen.epochs, optimizer=torch.optim.Adam(model.parameters(), lr=lr), progress=False)
    return model


def residual(seed: int, preset: str = "none", without: int | None = None, **undone) -> torch.nn.Module:
    """Train 07's ResNet on the food, with a preset that may lack one of its changes."""
    chosen, data = settings("07"), pictures("light")
    knobs = {"lr": chosen.lr, "epochs": chosen.epochs, "batch_size": chosen.batch_size, "schedule": True}
    knobs |= {"weight_decay": 0.0, "max_grad_norm": None, "patience": None} | undone
    steps = augment.PRESETS[preset](data.train.image_size)
    steps = [step for number, step in enumerate(steps) if number != without]
    seed_everything(seed)
    model = ResNet(**chosen.network)
    loader = make_loader(
        data.train, knobs["batch_size"], shuffle=True, transform=augment.PerPicture(*steps) if steps else None
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=knobs["lr"], weight_decay=knobs["weight_decay"])
    cycle = None
    if knobs["schedule"]:
        total = knobs["epochs"] * len(loader)
        cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, knobs["lr"], total_steps=total)
    best = {}
    if knobs["patience"]:
        best = {"valid_loader": make_loader(data.valid, 256), "valid_pictures": chosen.watched}
    fit(
        model, loader, epochs=knobs["epochs"], optimizer=optimizer, scheduler=cycle, patience=knobs["patience"],
        max_grad_norm=knobs["max_grad_norm"], progress=False, **best,
    )  # fmt: skip
    return model


def recipes() -> dict[str, tuple[Callable, dict, dict[str, dict]]]:
    """Return of each recipe how it is trained, the arguments of the whole, and those that undo each change."""
    simple, tutorial = settings("04"), settings("06")
    places = {"dropout": "after both poolings", "dense_dropout": "before the linear layer"}
    changes = ("affine", "flip", "resized crop", "Gaussian noise", "salt and pepper", "erasing")
    return {
        "02": (
            baseline,
            {},
            {f"dropout {rate}, {words}": {place: rate} for rate in (0.25, 0.5, 0.8) for place, words in places.items()},
        ),
        "06": (
            tutorials,
            {},
            {"no pooling in the stem": {"pooling": False}, "a stem of 3 x 3, not 7 x 7": {"kernel": 3}},
        ),
        "04": (
            winner,
            {},
            {
                "two blocks, not four": {"channels": (16, 32)},
                "one linear layer, no hidden one": {"hidden": 0},
                "no batch norm": {"batch_norm": False},
                "no dense dropout": {"dense_dropout": 0.0},
                "the baseline's rate": {"lr": simple.baseline_lr},
            },
        ),
        "07": (
            residual,
            {},
            {
                "a constant rate, no cycle": {"schedule": False},
                f"rate {tutorial.lr:g}": {"lr": tutorial.lr},
                f"{tutorial.epochs} epochs": {"epochs": tutorial.epochs},
                f"batches of {tutorial.batch_size}": {"batch_size": tutorial.batch_size},
                f"weight decay {tutorial.weight_decay:g}": {"weight_decay": tutorial.weight_decay},
                f"gradients clipped at {tutorial.clip}": {"max_grad_norm": float(tutorial.clip)},
                "the best epoch, not the last": {"patience": tutorial.patience},
            },
        ),
        "strong": (
            residual,
            {"preset": "strong"},
            {f"no {change}": {"without": number} for number, change in enumerate(changes)},
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipes", nargs="*", default=["02", "04", "06", "07", "strong"], metavar="RECIPE")
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
            train, whole, undone = known[name]
            data = pictures("baseline" if train in (baseline, winner) else "light")
            loader = make_loader(data.valid, 256)

            def measured(options, train=train, loader=loader):
                return [evaluate(train(seed, **options), loader) for seed in range(args.seeds)]

            base = measured(whole)
            mean = sum(one.accuracy for one in base) / len(base)
            for change, options in undone.items():
                found = compare(base, measured(whole | options))
                numbers = [f"{value:.4f}" for value in (mean, found.difference, *found.interval, found.p_value)]
                writer.writerow([name, change, args.seeds, len(data.valid), *numbers])
                file.flush()
                print(f"{name}, {change}: {found}", flush=True)


if __name__ == "__main__":
    main()
