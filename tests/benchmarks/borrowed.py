"""How many labelled photos do borrowed features need? A row a linear layer, into data/results/borrowed.csv.

Needs the real photos (`python -m course data get vehicles` and `food11`, or COURSE_VEHICLES_DIR and COURSE_FOOD_DIR).
"frozen" is what the recipe "borrowed" does; as the features do not change, they are computed once for all rows. It has
one solution and needs no seed; the seed draws the labelled photos, as many of each class as its share of the training
photos says (vehicles), or the same number of each (food). With all photos there is one row. "fine-tuned" goes on from
there with the last five blocks and the linear layer; the earlier blocks stay as they are, so that what they make of a
photo is computed once. Seconds are processor time of one thread, without measuring: the labelled photos' part of the
time that the features of all took, and the training. A row that is there is not measured again.

    python -m tests.benchmarks.borrowed [frozen fine-tuned] [--sets vehicles food] [--seeds 0 1 2 3 4]
    python -m tests.benchmarks.borrowed --summary
"""

import argparse
import csv
import time
from itertools import groupby
from pathlib import Path

import pandas as pd
import torch
from torch import nn

from course.recipes import BORROWED_BATCH, RECIPES, linear_layer
from helpers import EfficientNetLite, evaluate, load_food, load_vehicles, make_loader, runtime, seed_everything, wilson
from helpers.datasets import Splits
from helpers.evaluation.feature_space import features
from helpers.ledger import RESULTS
from helpers.training.loop import train_one_epoch

COLUMNS = [
    "dataset", "image_size", "way", "labelled", "seed", "valid_accuracy", "test_accuracy", "pictures", "seconds",
    "device",
]  # fmt: skip
COUNTS = {"vehicles": (20, 50, 100, 200, 500), "food": (50, 150)}  # of all classes; of each class
SEEDS, TUNED_SEEDS = 5, 3
LAST = 15  # of the network's stages the first that is fine-tuned: the last five blocks and the widening behind them
TUNING = {"epochs": 5, "lr": 1e-4, "weight_decay": 0.05, "batch_size": 32}


def some(labels: torch.Tensor, dataset: str, count: int, seed: int) -> torch.Tensor:
    """Return the positions of some training pictures; those of fewer are among those of more with the same seed."""
    drawn, chosen = torch.Generator().manual_seed(seed), []
    for label in labels.unique():
        own = (labels == label).nonzero().flatten()
        share = count if dataset == "food" else round(count * len(own) / len(labels))
        chosen.append(own[torch.randperm(len(own), generator=drawn)[:share]])
    return torch.cat(chosen).sort().values


def look(model: EfficientNetLite, data: Splits) -> tuple[dict, float]:
    """Return features and labels of each part, and the seconds that a picture took."""
    parts = {name: part for name in ("train", "valid", "test") if (part := getattr(data, name)) is not None}
    started = time.process_time()
    seen = {name: features(model, make_loader(part, BORROWED_BATCH), model.fc) for name, part in parts.items()}
    return seen, (time.process_time() - started) / sum(map(len, parts.values()))


def fine_tune(model: EfficientNetLite, data: Splits, seed: int) -> None:
    """Train the last blocks on, from the frozen solution, with AdamW and one cycle of a small rate."""
    seed_everything(seed)
    seen, labels = features(model, make_loader(data.train, BORROWED_BATCH), model.stages[LAST])
    side = data.train.image_size // 16
    seen = seen.reshape(len(labels), -1, side, side).contiguous(memory_format=torch.channels_last)
    last = nn.Sequential(*model.stages[LAST:], model.avgpool, nn.Flatten(), model.fc)
    size, lr = TUNING["batch_size"], TUNING["lr"]
    optimizer = torch.optim.AdamW(last.parameters(), lr=lr, weight_decay=TUNING["weight_decay"])
    steps = TUNING["epochs"] * -(-len(labels) // size)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, total_steps=steps)
    for epoch in range(TUNING["epochs"]):
        order = torch.randperm(len(labels)).split(size)
        batches = ((seen[rows], labels[rows]) for rows in order)
        train_one_epoch(last, batches, optimizer, after_step=[cycle.step], epoch=epoch + 1)
    model.eval()


def measure(way: str, model: EfficientNetLite, data: Splits, known: tuple, chosen: torch.Tensor, seed: int) -> dict:
    """Train once; return accuracies and seconds."""
    seen, each = known
    started = time.process_time()
    weights, bias = linear_layer(seen["train"][0][chosen], seen["train"][1][chosen], RECIPES["borrowed"].weight_decay)
    if way == "frozen":
        seconds = len(chosen) * each + time.process_time() - started
        right = {name: (x @ weights.T + bias).argmax(1) == y for name, (x, y) in seen.items()}
        found = {name: right[name].float().mean().item() for name in right}
    else:
        model.fc = nn.Linear(*weights.T.shape)
        model.fc.load_state_dict({"weight": weights, "bias": bias})
        fine_tune(model, data, seed)
        seconds = len(chosen) * each + time.process_time() - started
        parts = {"valid": data.valid, "test": data.test}
        found = {name: evaluate(model, make_loader(part, BORROWED_BATCH)).accuracy for name, part in parts.items()}
    row = {f"{name}_accuracy": f"{found[name]:.4f}" for name in ("valid", "test") if name in found}
    return row | {"pictures": len(data.valid), "seconds": round(seconds, 1)}


def plan(ways: list[str], sets: list[str], seeds: list[int]) -> list[tuple]:
    """Return what is measured: data set, image size, way, number of labelled pictures (None for all), seed."""
    runs = [
        (dataset, 224, "frozen", count, seed)
        for dataset in COUNTS
        for count in (*COUNTS[dataset], None)
        for seed in range(SEEDS if count else 1)
    ]
    runs += [("food", 128, "frozen", COUNTS["food"][0], seed) for seed in range(SEEDS)]
    runs += [("vehicles", 224, "fine-tuned", None, seed) for seed in range(TUNED_SEEDS)]
    return [run for run in runs if run[0] in sets and run[2] in ways and run[4] in seeds]


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return mean, sample standard deviation over seeds and the pictures' 95 % interval, in percent, a row a number."""
    groups = table.groupby(["dataset", "image_size", "way", "labelled"], sort=False)
    columns = {"seeds": groups.seed.nunique()}
    for part in ("valid", "test"):
        columns[part] = (100 * groups[f"{part}_accuracy"].mean()).round(1)
        columns[f"{part} spread"] = (100 * groups[f"{part}_accuracy"].std()).round(1)
        ends = [
            wilson(round(m / 100 * n), n) if m == m else None
            for m, n in zip(columns[part], groups.pictures.first(), strict=True)
        ]
        columns[f"{part} interval"] = [f"{100 * end[0]:.1f} to {100 * end[1]:.1f}" if end else "" for end in ends]
    columns["seconds"] = groups.seconds.median().round(1)
    return pd.DataFrame(columns).reset_index()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ways", nargs="*", default=["frozen", "fine-tuned"], metavar="WAY")
    parser.add_argument("--sets", nargs="+", default=list(COUNTS), choices=list(COUNTS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--results", type=Path, default=RESULTS / "borrowed.csv")
    parser.add_argument("--summary", action="store_true", help="only print the table of what was measured so far")
    args = parser.parse_args()
    if not args.summary:
        torch.set_num_threads(1)
        if not args.results.exists():
            args.results.write_text(",".join(COLUMNS) + "\n")
        done = {tuple(row[:5]) for row in csv.reader(args.results.open(newline=""))}
        load = {"vehicles": load_vehicles, "food": load_food}
        device = runtime.summary().removeprefix("computing on ").split(" (")[0]
        for (dataset, size), runs in groupby(plan(args.ways, args.sets, args.seeds), key=lambda run: run[:2]):
            data, known = load[dataset]("full", image_size=size), None
            for _, _, way, count, seed in runs:
                labels = data.train.labels
                chosen = some(labels, dataset, count, seed) if count else torch.arange(len(labels))
                key = (dataset, size, way, len(chosen), seed)
                if tuple(map(str, key)) in done:
                    continue
                model = EfficientNetLite.pretrained()
                known = known or look(model, data)
                row = dict(zip(COLUMNS, key, strict=False)) | {"device": device}
                row |= measure(way, model, data, known, chosen, seed)
                with args.results.open("a", newline="") as file:
                    csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n").writerow(row)
                print(*row.values(), flush=True)
    print(summary(pd.read_csv(args.results)).to_string(index=False))


if __name__ == "__main__":
    main()
