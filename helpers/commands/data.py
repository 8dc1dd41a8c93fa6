"""`python -m helpers data`: get, import, check and draw the pictures of the course."""

import argparse
import csv
import random
import shutil
from pathlib import Path

from helpers import runtime
from helpers.datasets.sets import SETS, choose_profile, find_set, present

REAL = [entry.real for entry in SETS]

EXAMPLES = """\
examples:
  python -m helpers data list
  python -m helpers data get vehicles
  python -m helpers data import vehicles Downloads/vehicles.zip
  python -m helpers data import food11 Downloads/archive.zip
  python -m helpers data check vehicles --fix
  python -m helpers data sample --name food --seed 60417239858214 --output private-set
  python -m helpers data hide private-set --output for-students --truth truth.csv"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `data` and its six verbs to the command line."""
    parser = subparsers.add_parser(
        "data",
        help="get, import, check and draw pictures",
        description="Get, import, check and draw the pictures of the course.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name: str, summary: str, example: str) -> argparse.ArgumentParser:
        text = f"{summary[0].upper()}{summary[1:]}."
        return verbs.add_parser(
            name, help=summary, description=text, epilog=f"example: python -m helpers data {example}"
        )

    verb("list", "show which sets are here, and where", "list")
    get = verb("get", "download the real photos; an interrupted download goes on where it stopped", "get vehicles")
    get.add_argument("name", choices=REAL, metavar="NAME", help=" or ".join(REAL))
    take = verb(
        "import", "copy the real photos from a folder or zip on this machine", "import vehicles Downloads/vehicles.zip"
    )
    take.add_argument("name", choices=REAL, metavar="NAME", help=" or ".join(REAL))
    take.add_argument("path", type=Path, metavar="PATH", help="folder or zip, in any layout in which the set is found")
    check = verb(
        "check",
        "look for unreadable, identical, contradicting and give-away pictures; exit code 1 when the set cannot be "
        "loaded as it is, 0 otherwise",
        "check vehicles --profile sample --fix",
    )
    check.add_argument("name", metavar="NAME", help=f"{', '.join(REAL)}, or a folder")
    check.add_argument("--profile", choices=["sample", "full"], help="drawn or real photos; without it as COURSE_DATA")
    check.add_argument("--fix", action="store_true", help="write NAME.cleaned.csv beside the CSV, which stays as it is")
    sample = verb(
        "sample", "draw a private sample set", "sample --name vehicles --seed 60417239858214 --output private-set"
    )
    names = [entry.name for entry in SETS]
    sample.add_argument("--name", choices=names, default=names[0], help=f"{' or '.join(names)} ({names[0]})")
    sample.add_argument("--seed", type=int, default=13, help="another seed draws other pictures (13); whoever knows or "
                        "guesses it can draw them too, so take a long one for a private set")  # fmt: skip
    counts = ", ".join(f"{entry.count} {entry.name}" for entry in SETS)
    sample.add_argument("--count", type=int, help=f"how many pictures ({counts})")
    sample.add_argument("--output", type=Path, required=True, metavar="DIR", help="a new folder")
    hide = verb(
        "hide",
        "copy a food set for students, its test pictures without labels, and write these for `score`",
        "hide private-set --output for-students --truth truth.csv",
    )
    hide.add_argument("folder", type=Path, metavar="SET", help="a food set with labelled test pictures")
    hide.add_argument("--output", type=Path, required=True, metavar="DIR", help="a new folder: give it to students")
    hide.add_argument("--truth", type=Path, required=True, metavar="FILE", help="a new CSV file: keep it from them")


def main(args: argparse.Namespace) -> int:
    """Carry out the verb that `args` names.

    Args:
        args: What `add_parser` defines.

    Returns:
        0, or 1 when `check` finds a set that cannot be loaded.

    Raises:
        ValueError: Bad input, with what to do instead.
        OSError: A file or folder is missing, in the way, or cannot be written.
    """
    verbs = {"list": _list, "get": _get, "import": _import, "check": _check, "sample": _sample, "hide": _hide}
    return verbs[args.verb](args)


def _list(args: argparse.Namespace) -> int:
    for entry in SETS:
        used = choose_profile(name=entry.name)
        for profile, missing in (
            ("sample", "is drawn on first use"),
            ("full", f"not here: python -m helpers data get {entry.real}"),
        ):
            folder = present(profile, entry.name)
            mark = "*" if profile == used else " "
            print(f"{mark} {entry.real:<9} {profile:<7} {missing if folder is None else folder}")
    cache = runtime.data_dir() / "cache"
    size = sum(file.stat().st_size for file in cache.glob("*")) / 1e6
    print(f"decoded pictures: {size:.0f} MB in {cache} (may be deleted at any time)")
    print(f"* is what {' and '.join(f'load_{entry.name}()' for entry in SETS)} take now")
    return 0


def _get(args: argparse.Namespace) -> int:
    from helpers.datasets import get

    print(f"{args.name} is in {get(args.name)}")
    return 0


def _import(args: argparse.Namespace) -> int:
    from helpers.datasets import import_folder

    print(f"{args.name} is in {import_folder(args.name, args.path)}")
    return 0


def _check(args: argparse.Namespace) -> int:
    from helpers.datasets import audit

    found = audit(args.name, profile=args.profile)
    print(found)
    if args.fix:
        written = found.write_cleaned()
        print(f"written: {written}; to use it, keep a copy of {found.csv.name} and put the cleaned one in its place")
    print(f"load_{found.name}() {'takes' if found.loadable else 'refuses'} this set as it is")
    return 0 if found.loadable else 1


def _sample(args: argparse.Namespace) -> int:
    wanted = find_set(args.name)
    count = wanted.count if args.count is None else args.count
    folder = wanted.draw_sample(args.output, count=count, seed=args.seed)
    print(f"{count} pictures drawn in {folder}; {wanted.variable}={folder} makes it the full profile")
    return 0


def _hide(args: argparse.Namespace) -> int:
    count = hide_labels(args.folder, args.output, args.truth)
    variable = find_set("food").variable
    print(f"{count} test pictures without labels in {args.output}, with which {variable}={args.output} works")
    print(f"their labels are in {args.truth}; keep it and {args.folder} from students")
    return 0


def hide_labels(folder: Path, students: Path, truth: Path) -> int:
    """Copy a food set without the labels of its test pictures, and write these to a file that `score` reads.

    The test pictures get the names 0000.jpg, 0001.jpg and so on, in an order that chance alone decides; the Id of the
    `submission.csv` of notebook 05, the position, is this number. Left out are test pictures that nobody can read, and
    pictures of train and valid that stand in test too, for their names would tell its labels.

    Args:
        folder: A food set in any known layout, test part and labels included.
        students: A new folder.
        truth: A new CSV file outside of it.

    Returns:
        The number of test pictures.

    Raises:
        ValueError: The set has no labelled test pictures, or the truth would lie where students find it.
        FileExistsError: A target exists.
        OSError: The set is missing, or something cannot be written.

    Example:
        >>> hide_labels(Path("private-set"), Path("for-students"), Path("for-students/truth.csv"))
        Traceback (most recent call last):
        ...
        ValueError: for-students/truth.csv would lie in the students' folder; put it elsewhere.
    """
    from helpers.datasets.cache import decode_folder
    from helpers.datasets.layouts import find_layout
    from helpers.samples.files import draft

    if students.resolve() in truth.resolve().parents:
        raise ValueError(f"{truth} would lie in the students' folder; put it elsewhere.")
    if truth.exists():
        raise FileExistsError(f"{truth} exists already and is never overwritten: remove it or choose another file")
    table = find_layout(folder, "food").read()
    table.complain(str(folder))
    decoded = decode_folder(table.pictures, table.names, find_set("food").image_sizes["full"])
    test = [i for i, part in enumerate(table.parts) if part == "test" and i not in decoded.unreadable]
    if not test or table.labels[test[0]] < 0:
        raise ValueError(f"{folder} has no test pictures with labels, so there is nothing to hide; take another set.")
    random.SystemRandom().shuffle(test)
    shown = {decoded.facts[i].pixels for i in test}
    names = {i: f"test/{place:04}{Path(table.names[i]).suffix.lower()}" for place, i in enumerate(test)}
    for i, part in enumerate(table.parts):
        if part != "test" and not (decoded.facts[i] and decoded.facts[i].pixels in shown):
            names[i] = table.targets[i]
    with draft(students) as place:
        for i, name in names.items():
            (place / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(table.pictures / table.names[i], place / name)  # the content alone: a date would tell
        with truth.open("x", newline="", encoding="utf-8") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(["Id", "Category"])
            rows.writerows((f"{place:04}", table.labels[i]) for place, i in enumerate(test))
    return len(test)
