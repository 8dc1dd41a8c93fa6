"""What is each part of a recipe worth? Undo its changes one by one on the drawn sample, into data/results/changes.csv.

Three recipes of the lectures change several things at once: 04's winner, 07's training without augmentation (against
06's), 07's strong preset. Each is trained as it stands, and with one change undone, all else equal; every row compares
the two on the validation pictures, over seeds and pictures. One thread; an hour for all three with five seeds.

    python -m tests.benchmarks.changes [04 07 strong] [--seeds 5] [--results FILE]
"""

import argparse
import csv
from collections.abc import Callable
from pathlib import Path

import torch

from helpers import ResNet, VehicleNet, augment, compare, evaluate, fit, make_loader, seed_everything
from helpers.ledger import RESULTS
from tests.claims import pictures, settings

COLUMNS = ["recipe", "undone", "seeds", "pictures", "whole", "difference", "low", "high", "p_value"]


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
    changes = ("affine", "flip", "resized crop", "Gaussian noise", "salt and pepper", "erasing")
    return {
        "04": (
            winner,
            {},
            {
                "two blocks, not four": {"channels": (16, 32)},
                "one linear layer, no hidden one": {"hidden": None},
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
    parser.add_argument("recipes", nargs="*", default=["04", "07", "strong"], metavar="RECIPE")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--results", type=Path, default=RESULTS / "changes.csv")
    args = parser.parse_args()
    torch.set_num_threads(1)
    known = recipes()
    with args.results.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for name in args.recipes:
            train, whole, undone = known[name]
            data = pictures("baseline" if train is winner else "light")
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
