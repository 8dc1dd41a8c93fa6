"""`python -m course train`: carry out a recipe and keep the network."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from course.recipes import RECIPES, find_recipe, for_sample, train
from course.saved import new_folder, save_run
from helpers.datasets import choose_profile, load_food, make_loader
from helpers.datasets.profiles import find_set
from helpers.evaluation import evaluate
from helpers.files import ROOT
from helpers.runtime import seed_everything


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `train` and its options to the command line."""
    parser = subparsers.add_parser(
        "train",
        description="Train on the part train, measure on valid, and leave model.pt, config.json and history.csv. "
        "Ctrl-C ends the training and keeps what there is; the same command goes on after it, or after a power cut.",
        epilog="example: python -m course train food --recipe best --profile sample --output runs/mine",
    )
    parser.add_argument("set", metavar="SET", help="food")
    parser.add_argument("--recipe", default="best", metavar="NAME", help=f"{', '.join(RECIPES)} (best)")
    parser.add_argument("--profile", choices=["sample", "full"], help="drawn or real photos; without it as COURSE_DATA")
    parser.add_argument("--seed", type=int, default=0, help="decides weights, order and augmentation (0)")
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument("--output", type=Path, metavar="DIR", help="a new folder (runs/food-RECIPE)")


def main(args: argparse.Namespace) -> int:
    """Train the network that `args` asks for.

    Args:
        args: What `add_parser` defines.

    Returns:
        0, or 130 after Ctrl-C.

    Raises:
        ValueError: Bad input, with what to do instead.
        OSError: The pictures are not there, or the folder holds a network already.
    """
    if find_set(args.set).name != "food":
        raise ValueError(f"there are recipes for 'food' only; notebooks 01 to 04 train on {args.set}.")
    profile = choose_profile(args.profile, "food")
    named = find_recipe(args.recipe)
    recipe = for_sample(named) if profile == "sample" else named
    if args.epochs is not None:
        recipe = replace(recipe, epochs=args.epochs)
    if recipe.epochs < 1:
        raise ValueError(f"--epochs is {recipe.epochs}; take at least 1.")
    seed_everything(args.seed)  # refuses a seed that is out of range before anything is decoded or written
    folder = args.output or ROOT / "runs" / f"food-{recipe.name.replace(' ', '-')}"
    unfinished = new_folder(folder, f"unfinished-seed-{args.seed}.pt") / f"unfinished-seed-{args.seed}.pt"

    data = load_food(profile, image_size=recipe.image_size, aspect=recipe.aspect, on_unreadable="skip")
    print(data)
    print(f"recipe {recipe.name}, seed {args.seed}: {recipe.architecture}, {recipe.epochs} epochs")
    if recipe.arguments != named.arguments or recipe.image_size != named.image_size:
        network = f", ResNet {recipe.arguments}" if recipe.arguments != named.arguments else ""
        print(
            f"smaller for the drawn sample: {recipe.image_size} pixels (else {named.image_size}), epochs "
            f"{recipe.epochs} (else {named.epochs}){network}"
        )
    if unfinished.exists():
        print(f"going on with the training in {folder}; to begin anew, remove {unfinished.name}")
    files = {"log": folder / "history.csv", "resume": unfinished}
    model, history = train(recipe, data, seed=args.seed, **files)
    if not len(history):
        print(f"Stopped before the first epoch was over; there is nothing to keep in {folder}.", file=sys.stderr)
        return 130
    found = evaluate(model, make_loader(data.valid, 256))
    save_run(folder, recipe, model, history, data, found, args.seed)
    interrupted = (history.stopped or "").startswith("interrupted")
    if interrupted:
        stopped = f"Stopped after {len(history)} of {recipe.epochs} epochs; what there is so far is kept"
        print(f"{stopped}, and the same command goes on.", file=sys.stderr)
    else:
        unfinished.unlink(missing_ok=True)
    print(f"validation{' of the averaged weights' if recipe.averaging else ''}: {found}")
    print(f"written: {folder}; try it: python -m course predict {folder} PICTURE")
    return 130 if interrupted else 0
