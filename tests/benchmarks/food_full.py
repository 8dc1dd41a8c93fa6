"""Measure the recipes of `course.recipes` on the real food photos into data/results/food_full.csv, two rows a run.

Needs the photos (`python -m course data get food11`, or COURSE_FOOD_DIR). Trained on train, measured on valid, nothing
else is looked at. The second row of a run is the same network with test-time augmentation: the probabilities of a
picture and of its mirror image averaged. A run that already has its rows is skipped, so the script can be stopped and
started again; seeds come round by round, so that an early stop leaves every recipe with the same seeds. Seconds are
those of the training: on a CPU processor time, so that neither a pause nor another process counts (give each process
one thread to compare them); on a GPU time by the clock, which other runs that share it make longer.

    python tests/benchmarks/food_full.py --recipes cnn resnet --seeds 0 1 2
    python tests/benchmarks/food_full.py --summary
"""

import argparse
import csv
import json
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import torch

from course.recipes import RECIPES, Recipe, find_recipe, train
from helpers import runtime
from helpers.augment import views
from helpers.datasets import load_food, make_loader
from helpers.evaluation import compare, evaluate, wilson
from helpers.ledger import reference

RESULTS = reference("food")
COLUMNS = [
    "technique", "image_size", "measured", "seed", "epochs", "lr",
    "train_accuracy", "valid_accuracy", "valid_pictures", "parameters", "seconds", "device",
]  # fmt: skip
ALONE, MIRRORED = "picture alone", "picture and mirror image"


def measure(recipe: Recipe, data, seed: int) -> list[dict]:
    """Train once; return a row for each way of measuring."""
    started = time.process_time()
    model, history = train(recipe, data, seed=seed, progress=False)
    on_cpu = runtime.device().type == "cpu"
    seconds = time.process_time() - started if on_cpu else history.table.seconds.sum()
    if history.stopped and history.stopped.startswith("interrupted"):
        raise KeyboardInterrupt  # what was measured so far is no run
    valid = make_loader(data.valid, 256)
    row = {
        "image_size": recipe.image_size,
        "seed": seed,
        "epochs": recipe.epochs,
        "lr": recipe.lr,
        "valid_pictures": len(data.valid),
        "parameters": sum(weights.numel() for weights in model.parameters()),
        "seconds": round(seconds, 1),
        "device": runtime.summary().removeprefix("computing on ").split(" (")[0],
    }
    alone = {
        "technique": recipe.technique,
        "measured": ALONE,
        "train_accuracy": round(evaluate(model, make_loader(data.train, 256)).accuracy, 5),
        "valid_accuracy": round(evaluate(model, valid).accuracy, 5),
    }
    mirrored = {
        "technique": f"{recipe.technique} + TTA",
        "measured": MIRRORED,
        "valid_accuracy": round(evaluate(model, valid, views=views("flip")).accuracy, 5),
    }
    return [row | alone, row | mirrored]


def with_other(recipe: Recipe, entries: dict) -> Recipe:
    """Return the recipe with other entries, and a name that tells its rows from those of the recipe as it stands."""
    other = {name: value for name, value in entries.items() if value != getattr(recipe, name)}
    told = [f"{value} epochs" if name == "epochs" else f"{name} {value}" for name, value in other.items()]
    return replace(recipe, **other, technique=", ".join([recipe.technique, *told]))


def settings(row: dict) -> tuple:
    """Return what tells one run from another."""
    return row["technique"], int(row["image_size"]), int(row["seed"]), int(row["epochs"]), float(row["lr"])


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return mean and sample standard deviation over seeds, in percent, a row a technique and its settings.

    The interval is the 95 % one of the mean accuracy as a share of the validation pictures; it knows nothing of seeds.
    """
    keys = ["technique", "measured", "image_size", "epochs", "lr"]
    groups = table.groupby(keys, sort=False)
    columns = {"seeds": groups.seed.nunique()}
    for part in ("train", "valid"):
        columns[part] = (100 * groups[f"{part}_accuracy"].mean()).round(1)
        columns[f"{part} spread"] = (100 * groups[f"{part}_accuracy"].std()).round(1)
    means, pictures = groups.valid_accuracy.mean(), groups.valid_pictures.first()
    ends = [wilson(round(mean * n), n) for mean, n in zip(means, pictures, strict=True)]
    columns["interval"] = pd.Series([f"{100 * low:.1f} to {100 * high:.1f}" for low, high in ends], means.index)
    columns["parameters"] = groups.parameters.first()
    for device, measured in table.groupby(table.device.str.split(" in ").str[0], sort=False):
        columns[f"seconds, {device}"] = measured.groupby(keys, sort=False).seconds.median().round()
    return pd.DataFrame(columns)


def against(table: pd.DataFrame, base: str) -> dict[str, str]:
    """Compare every technique with another, paired over the seeds that both have."""
    of_base = table[table.technique == base].set_index("seed").valid_accuracy
    found = {}
    for key, group in table[table.technique != base].groupby(["technique", "epochs", "lr"], sort=False):
        of_other = group.set_index("seed").valid_accuracy
        seeds = of_base.index.intersection(of_other.index)
        if of_base.index.is_unique and of_other.index.is_unique and len(seeds) > 1:
            name = f"{key[0]}, {key[1]} epochs, lr {key[2]:g}"
            found[name] = str(compare(of_base[seeds].tolist(), of_other[seeds].tolist()))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--recipes", nargs="+", default=list(RECIPES), help=", ".join(RECIPES))
    parser.add_argument("--other", type=json.loads, default={}, help='entries in place of a recipe\'s: {"epochs": 60}')
    parser.add_argument("--threads", type=int, help="of torch; all cores by default")
    parser.add_argument("--results", type=Path, default=RESULTS, help="another table, to try something out")
    parser.add_argument("--summary", action="store_true", help="only print the table of what was measured so far")
    args = parser.parse_args()
    if not args.summary:
        if args.threads:
            torch.set_num_threads(args.threads)
        recipes = [find_recipe(name) for name in args.recipes]
        recipes = [with_other(recipe, args.other) for recipe in recipes]
        sizes = {(recipe.image_size, recipe.aspect) for recipe in recipes}
        data = {(size, aspect): load_food("full", image_size=size, aspect=aspect) for size, aspect in sizes}
        if not args.results.exists():
            args.results.write_text(",".join(COLUMNS) + "\n")
        with args.results.open(newline="") as file:
            done = {settings(row) for row in csv.DictReader(file)}
        for seed in args.seeds:
            for recipe in recipes:
                if (recipe.technique, recipe.image_size, seed, recipe.epochs, recipe.lr) in done:
                    continue
                new = measure(recipe, data[recipe.image_size, recipe.aspect], seed)
                with args.results.open("a", newline="") as file:
                    csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n").writerows(new)
                for row in new:
                    print(*(row.get(column, "") for column in COLUMNS), flush=True)
    table = pd.read_csv(args.results)
    print(summary(table).to_string())
    for base in ("FoodCNN", "ResNet"):
        print(f"\nagainst {base}, valid:")
        for name, sentence in against(table, base).items():
            print(f"  {name}: {sentence}")


if __name__ == "__main__":
    main()
