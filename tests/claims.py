"""The central claim of each lecture, measured on the drawn sample with the lecture's own settings, beside the photos.

`python -m tests.claims` prints the table of data/results/README.md; with `--measure` it trains on the sample anew, five
seeds on one thread in about a quarter of an hour, and writes data/results/claims.csv first.
"""

import argparse
import csv
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import nbformat
import pandas as pd
import torch

from helpers import (
    Comparison,
    Evaluation,
    FoodCNN,
    ResNet,
    VehicleNet,
    augment,
    compare,
    evaluate,
    fit,
    load_food,
    load_vehicles,
    make_loader,
    seed_everything,
)

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "data" / "results"
SEEDS = range(5)
FOOD_SIZE = 48  # pixels; as notebooks 05 to 08 load the sample


class Claim(NamedTuple):
    """A sentence about two recipes, by their names below (sample) and in the measured tables (photos)."""

    notebook: str
    text: str
    sample: tuple[str, str]
    photos: tuple[str, str]


CLAIMS = (
    Claim("01", "`reshape` instead of a transpose", *2 * [("baseline", "scrambled")]),
    Claim("02", "dropout 0.5 between the convolutions", *2 * [("baseline", "dropout")]),
    Claim("03", "5 epochs of batch norm, not all of the baseline's", *2 * [("baseline", "batch norm")]),
    Claim("04", "dropout and batch norm together", *2 * [("baseline", "combined")]),
    Claim("04", "four blocks, batch norm, dense dropout", *2 * [("baseline", "four blocks, combined")]),
    Claim("06", "ResNet in place of FoodCNN, 05's recipe", *2 * [("FoodCNN", "ResNet")]),
    Claim("07", "light augmentation", ("no augmentation", "light"), ("ResNet", "ResNet, light")),
    Claim("07", "the strong preset", ("no augmentation", "strong"), ("ResNet", "ResNet, strong")),
    Claim("07", "MixUp", ("no augmentation", "MixUp"), ("ResNet", "ResNet, MixUp")),
    Claim("07", "CutMix", ("no augmentation", "CutMix"), ("ResNet", "ResNet, CutMix")),
    Claim("07", "ResNet and light, in place of FoodCNN", ("FoodCNN", "light"), ("FoodCNN", "ResNet, light")),
    Claim("08", "the mirror image at test time", ("light", "mirrored"), ("ResNet, light", "ResNet, light + TTA")),
)  # fmt: skip


def settings(notebook: str) -> SimpleNamespace:
    """Run the notebook's cell tagged "settings" for the sample."""
    (path,) = (ROOT / "notebooks").glob(f"{notebook}_*.ipynb")
    cells = nbformat.read(path, as_version=4).cells
    (source,) = [cell.source for cell in cells if "settings" in cell.metadata.get("tags", [])]
    names = {"data": SimpleNamespace(profile="sample")}
    exec(source, names)
    return SimpleNamespace(**names)


def scramble(images: torch.Tensor) -> torch.Tensor:
    """Read the numbers of H x W x 3 pictures as 3 x H x W, as the article's line does."""
    return images.permute(0, 2, 3, 1).reshape(images.shape)


@cache
def pictures(recipe: str):
    """Return the drawn set of a recipe."""
    if recipe in VEHICLES:
        return load_vehicles("sample", on_unreadable="skip")
    return load_food("sample", image_size=FOOD_SIZE, on_unreadable="skip")


@cache
def networks(recipe: str) -> list[torch.nn.Module]:
    """Return the trained networks of a recipe, one a seed."""
    train = (VEHICLES | FOOD)[recipe]
    return [train(pictures(recipe), seed) for seed in SEEDS]


@cache
def measured(recipe: str, part: str = "valid") -> list[Evaluation]:
    """Return what the networks of a recipe say of a part's pictures, one entry a seed."""
    views = augment.views("flip") if recipe == "mirrored" else None
    of = "light" if recipe == "mirrored" else recipe
    loader = make_loader(getattr(pictures(of), part), 256, transform=scramble if of == "scrambled" else None)
    return [evaluate(network, loader, views=views) for network in networks(of)]


def vehicle(notebook: str, *, transform=None, dials: Callable = lambda chosen: {}, lr: float | None = None) -> Callable:
    """Return what trains a network of 01 to 04 with the notebook's settings, another rate and other options of it."""

    def train(data, seed):
        chosen = settings(notebook)
        seed_everything(seed)
        model = VehicleNet(image_size=data.train.image_size, **dials(chosen))
        loader = make_loader(data.train, chosen.batch_size, shuffle=True, transform=transform)
        optimizer = torch.optim.Adam(model.parameters(), lr=lr or chosen.lr)
        fit(model, loader, epochs=chosen.epochs, optimizer=optimizer, progress=False)
        return model

    return train


def winner(chosen: SimpleNamespace) -> dict:
    """Return the options of 04's winner."""
    return {"channels": (16, 32, 64, 128), "hidden": 64, "batch_norm": True, "dense_dropout": chosen.rate}


VEHICLES = {
    "baseline": vehicle("01"),
    "scrambled": vehicle("01", transform=scramble),
    "baseline, as batch norm": vehicle("03"),
    "dropout": vehicle("02", dials=lambda chosen: {"dropout": chosen.rate}),
    "batch norm": vehicle("03", dials=lambda chosen: {"batch_norm": True}),
    "combined": vehicle("04", dials=lambda chosen: {"batch_norm": True, "dropout": chosen.rate}),
    "four blocks, combined": vehicle("04", dials=winner),
}


def tutorial(build: Callable) -> Callable:
    """05's and 06's recipe: the tutorial's."""

    def train(data, seed):
        chosen = settings("06")
        seed_everything(seed)
        model = build(chosen)
        optimizer = torch.optim.Adam(model.parameters(), lr=chosen.lr, weight_decay=chosen.weight_decay)
        loaders = make_loader(data.train, chosen.batch_size, shuffle=True), make_loader(data.valid, 256)
        limits = {"patience": chosen.patience, "max_grad_norm": chosen.clip, "valid_pictures": chosen.watched}
        fit(model, *loaders, epochs=chosen.epochs, optimizer=optimizer, progress=False, **limits)
        return model

    return train


def one_cycle(preset: str = "none", mix: str | None = None, *, without: int | None = None, **undone) -> Callable:
    """07's and 08's recipe; `without` one change of the preset, and with another value of each setting `undone`."""

    def train(data, seed):
        chosen = settings("07")
        usual = {"lr": chosen.lr, "epochs": chosen.epochs, "batch_size": chosen.batch_size, "cycle": True}
        usual |= {"weight_decay": 0.0, "max_grad_norm": None, "patience": None}
        knobs = SimpleNamespace(**usual | undone)
        steps = augment.PRESETS[preset](data.train.image_size)
        steps = [step for number, step in enumerate(steps) if number != without]
        seed_everything(seed)
        model = ResNet(**chosen.network)
        changes = augment.PerPicture(*steps) if steps else None
        loader = make_loader(data.train, knobs.batch_size, shuffle=True, transform=changes)
        optimizer = torch.optim.Adam(model.parameters(), lr=knobs.lr, weight_decay=knobs.weight_decay)
        options = {"epochs": knobs.epochs, "optimizer": optimizer, "max_grad_norm": knobs.max_grad_norm}
        if knobs.cycle:
            total = knobs.epochs * len(loader)
            options["scheduler"] = torch.optim.lr_scheduler.OneCycleLR(optimizer, knobs.lr, total_steps=total)
        if knobs.patience:
            options |= {"valid_loader": make_loader(data.valid, 256), "valid_pictures": chosen.watched}
        mixed = augment.mixing(mix, classes=11) if mix else None
        fit(model, loader, patience=knobs.patience, mix=mixed, progress=False, **options)
        return model

    return train


FOOD = {
    "FoodCNN": tutorial(lambda chosen: FoodCNN(image_size=FOOD_SIZE, width=chosen.width)),
    "ResNet": tutorial(lambda chosen: ResNet(**chosen.network)),
    "no augmentation": one_cycle(),
    "light": one_cycle("light"),
    "strong": one_cycle("strong"),
    "MixUp": one_cycle(mix="MixUp"),
    "CutMix": one_cycle(mix="CutMix"),
}


def on_sample(claim: Claim) -> Comparison:
    """Compare the claim's two recipes over the seeds."""
    return compare(*map(measured, claim.sample))


def on_photos(claim: Claim) -> tuple[Comparison, int] | None:
    """Compare the two stored recipes over the seeds that both have; None below two."""
    vehicles = claim.notebook <= "04"
    stored = pd.read_csv(RESULTS / ("vehicles_full.csv" if vehicles else "food_full.csv"))
    if vehicles:
        stored = stored[stored.split == "honest"]
        stored.loc[stored.measured == "scrambled pictures, eval mode", "technique"] = "scrambled"
    a, b = (stored[stored.technique == name].set_index("seed").valid_accuracy for name in claim.photos)
    seeds = sorted(set(a.index) & set(b.index))
    if len(seeds) < 2:
        return None
    return compare(a[seeds].tolist(), b[seeds].tolist()), len(seeds)


def _cell(found: Comparison) -> str:
    low, high = found.interval
    verdict = ("helps" if found.difference > 0 else "hurts") if found.real else "undecided"
    return f"{verdict}: {100 * found.difference:+.1f} ({100 * low:+.1f} to {100 * high:+.1f})"


def measure(path: Path) -> None:
    """Measure every claim on the sample and write a row each."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["notebook", "claim", "seeds", "pictures", "difference", "low", "high", "p_value"])
        for claim in CLAIMS:
            found = on_sample(claim)
            count = len(measured(claim.sample[0])[0].labels)
            numbers = [f"{value:.4f}" for value in (found.difference, *found.interval, found.p_value)]
            writer.writerow([claim.notebook, claim.text, found.n, count, *numbers])
            print(f"{claim.notebook} {claim.text}: {found}", flush=True)
            file.flush()


def table() -> str:
    """Return the Markdown table of the claims, sample and photos side by side."""
    stored = pd.read_csv(RESULTS / "claims.csv", dtype={"notebook": str})
    lines = ["| | claim | sample | photos |", "|---|---|---|---|"]
    for claim, row in zip(CLAIMS, stored.itertuples(), strict=True):
        told = Comparison(row.difference, (row.low, row.high), row.p_value, row.seeds, "")
        photos = on_photos(claim)
        there = f"{_cell(photos[0])}, {photos[1]} seeds" if photos else "one seed"
        lines.append(f"| {claim.notebook} | {claim.text} | {_cell(told)} | {there} |")
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", action="store_true", help="train on the sample anew")
    if parser.parse_args().measure:
        torch.set_num_threads(1)  # the same sums on every machine of a kind, whatever else it does
        measure(RESULTS / "claims.csv")
    print(table())
