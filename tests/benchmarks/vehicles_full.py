"""Measure the article's recipes and ours on the real vehicle photos into data/results/vehicles_full.csv, a row a run.

Needs the photos (`python -m course data get vehicles`, or COURSE_VEHICLES_DIR). A run that already has its row is
skipped, so the script can be stopped and started again; seeds come round by round, so that an early stop leaves every
recipe with the same seeds. Each run has one thread. On a CPU its seconds are processor time: two processes with
different seeds use two cores, and neither the other nor a pause shows in the figures; on a GPU they are time by the
clock, which other runs that share it make longer.

    python tests/benchmarks/vehicles_full.py --seeds 0 1 2 3 4
    python tests/benchmarks/vehicles_full.py --summary
"""

import argparse
import csv
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import torch
from torchvision.transforms.v2.functional import horizontal_flip

from course.recipes import Recipe
from helpers import runtime
from helpers.datasets import load_vehicles, make_loader
from helpers.evaluation import compare, evaluate
from helpers.ledger import reference
from helpers.models import VehicleNet
from helpers.runtime import seed_everything
from helpers.training import fit

RESULTS = reference("vehicles")
COLUMNS = [
    "technique", "split", "measured", "seed", "epochs", "lr",
    "train_accuracy", "valid_accuracy", "test_accuracy", "valid_pictures", "seconds", "device",
]  # fmt: skip


BASELINE = Recipe(
    "baseline", "baseline", "VehicleNet", image_size=224, epochs=25, batch_size=128, lr=1e-4, weight_decay=0.0,
    max_grad_norm=None, patience=None,
)  # fmt: skip


def row(technique: str, **settings) -> Recipe:
    """Return the baseline with another name and other settings."""
    return replace(BASELINE, name=technique, technique=technique, **settings)


ARTICLE = [
    BASELINE,
    row("dropout", arguments={"dropout": 0.5}),
    row("batch norm", lr=5e-5, epochs=5, arguments={"batch_norm": True}),
    row("combined", lr=2.5e-4, epochs=10, arguments={"dropout": 0.5, "batch_norm": True}),
]
DEEP = row(
    "four blocks, combined",
    lr=2.5e-4,
    arguments={"channels": (16, 32, 64, 128), "batch_norm": True, "dense_dropout": 0.5},
)


def undone(change: str, **arguments) -> Recipe:
    """Return the four blocks with one change undone."""
    return replace(DEEP, technique=f"four blocks, combined, but {change}", arguments=DEEP.arguments | arguments)


OURS = [
    row("batch norm, 25 epochs", lr=5e-5, arguments={"batch_norm": True}),
    DEEP,
    replace(DEEP, technique="four blocks, combined, flips", augmentation="flips"),
    undone("two blocks", channels=(16, 32)),
    undone("no batch norm", batch_norm=False),
    undone("no dense dropout", dense_dropout=0.0),
    replace(undone("the baseline's rate"), lr=BASELINE.lr),
]


def scramble(images: torch.Tensor) -> torch.Tensor:
    """Do what the article does: read the bytes of H x W x 3 pictures as if they were 3 x H x W."""
    return images.permute(0, 2, 3, 1).contiguous().reshape(images.shape)


def mirror_half(images: torch.Tensor) -> torch.Tensor:
    """Mirror each picture with probability one half."""
    chosen = (torch.rand(len(images), 1, 1, 1) < 0.5).to(images.device)
    return torch.where(chosen, horizontal_flip(images), images)


@torch.no_grad()
def accuracy_in_training_mode(model: torch.nn.Module, loader) -> float:
    """Measure as the article does, without `model.eval()`; over pictures all the same."""
    model.train()
    batches = ((runtime.prepare(images, runtime.device()), labels) for images, labels in loader)
    right = sum((model(images).argmax(1).cpu() == labels).sum().item() for images, labels in batches)
    return right / len(loader.dataset)


def measure(recipe: Recipe, data, split: str, pictures: str, seed: int) -> list[dict]:
    """Train once; return a row for each way of measuring."""
    transform = scramble if pictures == "scrambled" else None
    changed = mirror_half if recipe.augmentation == "flips" else transform
    seed_everything(seed)
    model = VehicleNet(image_size=recipe.image_size, **recipe.arguments)
    train = make_loader(data.train, recipe.batch_size, shuffle=True, transform=changed)
    optimizer = torch.optim.Adam(model.parameters(), lr=recipe.lr)
    started = time.process_time()
    history = fit(model, train, epochs=recipe.epochs, optimizer=optimizer, progress=False)
    on_cpu = runtime.device().type == "cpu"
    seconds = time.process_time() - started if on_cpu else history.table.seconds.sum()
    parts = {"train": data.train, "valid": data.valid, "test": data.test}
    loaders = {name: make_loader(part, 128, transform=transform) for name, part in parts.items() if part is not None}
    # Evaluation mode first: measuring in training mode moves batch norm's running statistics.
    ways = {"eval mode": lambda model, loader: evaluate(model, loader).accuracy}
    if pictures == "scrambled" and split == "article":
        ways["training mode"] = accuracy_in_training_mode
    rows = []
    for way, accuracy in ways.items():
        measured = f"{pictures} pictures, {way}"
        row = {"technique": recipe.technique, "split": split, "measured": measured, "seed": seed}
        row |= {
            "epochs": recipe.epochs,
            "lr": recipe.lr,
            "seconds": round(seconds, 1),
            "valid_pictures": len(data.valid),
            "device": runtime.summary().removeprefix("computing on ").split(" (")[0],
        }
        rows.append(row | {f"{name}_accuracy": round(accuracy(model, one), 4) for name, one in loaders.items()})
    return rows


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return mean and sample standard deviation over seeds, in percent, a row a recipe."""
    keys = ["split", "measured", "technique", "epochs"]
    groups = table.groupby(keys, sort=False)
    columns = {"seeds": groups.seed.nunique()}
    for part in ("train", "valid", "test"):
        columns[part] = (100 * groups[f"{part}_accuracy"].mean()).round(1)
        columns[f"{part} spread"] = (100 * groups[f"{part}_accuracy"].std()).round(1)
    for device, measured in table.groupby(table.device.str.split(" in ").str[0], sort=False):
        columns[f"seconds, {device}"] = measured.groupby(keys, sort=False).seconds.median().round()
    return pd.DataFrame(columns)


def against(base: str, table: pd.DataFrame, part: str) -> dict[str, str]:
    """Compare recipes of the honest split with one of them, paired over the seeds that both have."""
    table = table[table["split"] == "honest"]
    runs = table.assign(name=table.technique + ", " + table.measured.str.split().str[0])
    wide = runs.pivot(index="seed", columns="name", values=f"{part}_accuracy")
    pairs = {name: wide[[f"{base}, right", name]].dropna() for name in wide.columns.drop(f"{base}, right")}
    return {name: str(compare(*pair.to_numpy().T.tolist())) for name, pair in pairs.items() if len(pair) > 1}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--splits", nargs="+", default=["honest", "article"], choices=["honest", "article"])
    parser.add_argument("--techniques", nargs="+", help="only these; all by default")
    parser.add_argument("--results", type=Path, default=RESULTS, help="another table, to try something out")
    parser.add_argument("--summary", action="store_true", help="only print the table of what was measured so far")
    args = parser.parse_args()
    if not args.summary:
        torch.set_num_threads(1)
        plan = [(recipe, "honest", "right") for recipe in ARTICLE + OURS]
        plan += [(recipe, "article", pictures) for pictures in ("scrambled", "right") for recipe in ARTICLE]
        plan += [(ARTICLE[0], "honest", "scrambled")]
        splits = {split: load_vehicles("full", split=split) for split in ("honest", "article")}
        rows = list(csv.DictReader(args.results.open())) if args.results.exists() else []
        done = {(row["technique"], row["split"], row["measured"].split()[0], int(row["seed"])) for row in rows}
        if not args.results.exists():
            args.results.write_text(",".join(COLUMNS) + "\n")
        for seed in args.seeds:
            for recipe, split, pictures in plan:
                wanted = split in args.splits and recipe.technique in (args.techniques or [recipe.technique])
                if not wanted or (recipe.technique, split, pictures, seed) in done:
                    continue
                new = measure(recipe, splits[split], split, pictures, seed)
                with args.results.open("a", newline="") as file:
                    csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n").writerows(new)
                for row in new:
                    print(*row.values(), flush=True)
    table = pd.read_csv(args.results)
    print(summary(table).to_string())
    for part in ("valid", "test"):
        for base in (BASELINE.technique, DEEP.technique):
            print(f"\nagainst {base}, {part}:")
            for name, sentence in against(base, table, part).items():
                print(f"  {name}: {sentence}")


if __name__ == "__main__":
    main()
