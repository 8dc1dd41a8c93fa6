"""`python -m course train`: carry out a recipe and keep the network."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from course.recipes import BORROWED_BATCH, RECIPES, Recipe, find_recipe, for_sample, train
from course.saved import new_folder, save_run
from helpers.datasets import Splits, choose_profile, load_food, load_vehicles, make_loader
from helpers.datasets.profiles import SETS, find_set
from helpers.evaluation import Evaluation, evaluate
from helpers.files import ROOT
from helpers.runtime import seed_everything

ENOUGH = 100
"""Pictures in a test part from which on nothing is said about how few they are."""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `train` and its options to the command line."""
    parser = subparsers.add_parser(
        "train",
        description="Train on the part train, measure on valid, and leave model.pt, config.json and history.csv. "
        "Photos of your own need a folder for each class (PHOTOS/cat, PHOTOS/dog); they are looked through, split, "
        "and measured on a test part, too. Ctrl-C ends the training and keeps what there is; the same command goes on "
        "after it, or after a power cut.",
        epilog="example: python -m course train PHOTOS --output runs/mine",
    )
    parser.add_argument("set", metavar="SET", help="food, vehicles, or a folder with a folder of photos for each class")
    parser.add_argument(
        "--recipe", metavar="NAME", help=f"{', '.join(RECIPES)} (best for food, borrowed for everything else)"
    )
    parser.add_argument("--profile", choices=["sample", "full"], help="drawn or real photos; without it as COURSE_DATA")
    parser.add_argument("--seed", type=int, default=0, help="decides weights, order and augmentation (0)")
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument("--output", type=Path, metavar="DIR", help="a new folder (runs/SET-RECIPE)")


def main(args: argparse.Namespace) -> int:
    """Train the network that `args` asks for.

    Args:
        args: What `add_parser` defines.

    Returns:
        0, or 130 after Ctrl-C.

    Raises:
        ValueError: Bad input, with what to do instead.
        OSError: The pictures are not there, or the folder holds a network already.
        ModuleNotFoundError: The recipe borrows weights, and their package is not installed.
    """
    photos = _own_photos(args.set)
    name = photos.resolve().name if photos else find_set(args.set).name
    if photos and args.profile:
        raise ValueError(f"--profile is for the course's own sets; leave it out for {photos}.")
    profile = "full" if photos else choose_profile(args.profile, name)
    named = find_recipe(args.recipe or ("best" if name == "food" and not photos else "borrowed"))
    recipe = for_sample(named) if profile == "sample" else named
    if args.epochs is not None:
        if recipe.borrowed:
            raise ValueError(f"--epochs is {args.epochs}, and recipe {recipe.name!r} has none; leave it out.")
        recipe = replace(recipe, epochs=args.epochs)
    if recipe.epochs < 1:
        raise ValueError(f"--epochs is {recipe.epochs}; take at least 1.")
    seed_everything(args.seed)  # refuses a seed that is out of range before anything is decoded or written
    folder = args.output or ROOT / "runs" / f"{name}-{recipe.name.replace(' ', '-')}"
    if photos:  # what is wrong with them is said before a folder is made
        data = _load(photos, name, profile, recipe)
    unfinished = new_folder(folder, f"unfinished-seed-{args.seed}.pt") / f"unfinished-seed-{args.seed}.pt"
    if not photos:
        data = _load(photos, name, profile, recipe)
    print(data)
    epochs = "of ImageNet, all but the linear layer" if recipe.borrowed else f"{recipe.epochs} epochs"
    print(f"recipe {recipe.name}, seed {args.seed}: {recipe.architecture}, {epochs}")
    if recipe.arguments != named.arguments or recipe.image_size != named.image_size:
        network = f", ResNet {recipe.arguments}" if recipe.arguments != named.arguments else ""
        shorter = "" if recipe.borrowed else f", epochs {recipe.epochs} (else {named.epochs})"
        size = f"{recipe.image_size} pixels (else {named.image_size})"
        print(f"smaller for the drawn sample: {size}{shorter}{network}")
    if unfinished.exists():
        print(f"going on with the training in {folder}; to begin anew, remove {unfinished.name}")
    files = {"log": folder / "history.csv", "resume": unfinished}
    model, history = train(recipe, data, seed=args.seed, **files)
    if not len(history):
        print(f"Stopped before the first epoch was over; there is nothing to keep in {folder}.", file=sys.stderr)
        return 130
    batch_size = BORROWED_BATCH if recipe.borrowed else 256
    found = evaluate(model, make_loader(data.valid, batch_size))
    closed = evaluate(model, make_loader(data.test, batch_size)) if photos else None
    save_run(folder, recipe, model, history, data, found, args.seed, test=closed)
    interrupted = (history.stopped or "").startswith("interrupted")
    if interrupted:
        stopped = f"Stopped after {len(history)} of {recipe.epochs} epochs; what there is so far is kept"
        print(f"{stopped}, and the same command goes on.", file=sys.stderr)
    else:
        unfinished.unlink(missing_ok=True)
    print(f"validation{' of the averaged weights' if recipe.averaging else ''}: {found}")
    if closed:
        print(f"test, which had no part in the training: {closed}")
        _say_how_sure(closed)
    print(f"written: {folder}; try it: python -m course predict {folder} PICTURE")
    return 130 if interrupted else 0


def _own_photos(name: str) -> Path | None:
    """Return the folder that is meant; None for one of the course's sets."""
    if name in [known for entry in SETS for known in (entry.name, entry.real)]:
        return None
    path = Path(name).expanduser()
    if not path.exists():
        sets = ", ".join(repr(entry.name) for entry in SETS)
        raise ValueError(f"there is no set {name!r} and no folder of this name; choose {sets} or a folder of photos.")
    return path


def _load(photos: Path | None, name: str, profile: str, recipe: Recipe) -> Splits:
    if photos:
        from course.intake import load_folder

        return load_folder(photos, image_size=recipe.image_size, aspect=recipe.aspect)
    if name == "vehicles":
        return load_vehicles(profile, image_size=recipe.image_size, on_unreadable="skip")
    return load_food(profile, image_size=recipe.image_size, aspect=recipe.aspect, on_unreadable="skip")


def _say_how_sure(found: Evaluation) -> None:
    """Say what the test part is too small to tell."""
    low, high = found.interval
    if len(found.labels) < ENOUGH:
        wide = f"the interval is {100 * (high - low):.0f} points wide"
        print(f"{len(found.labels)} test pictures tell little: {wide}, and with four times as many about half of it.")
    unseen = [name for label, name in enumerate(found.classes) if label not in found.labels]
    if unseen:
        print(f"no test picture of {', '.join(unseen)}: how well it is known, the accuracy does not say.")
