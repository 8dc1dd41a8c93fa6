"""`python -m course data`: get, import, check and draw the pictures of the course."""

import argparse
from pathlib import Path

from helpers.datasets.profiles import SETS, choose_profile, find_set, present
from helpers.files import data_dir

REAL = [entry.real for entry in SETS]

EXAMPLES = """\
examples:
  python -m course data list
  python -m course data get vehicles
  python -m course data import vehicles Downloads/vehicles.zip
  python -m course data import food11 Downloads/archive.zip
  python -m course data check vehicles --fix
  python -m course data sample --name food --seed 60417239858214 --output private-set
  python -m course data hide private-set --output for-students --truth truth.csv"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `data` and its six verbs to the command line."""
    parser = subparsers.add_parser(
        "data",
        description="Get, import, check and draw the pictures of the course.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name: str, summary: str, example: str) -> argparse.ArgumentParser:
        text = f"{summary[0].upper()}{summary[1:]}."
        return verbs.add_parser(
            name, help=summary, description=text, epilog=f"example: python -m course data {example}"
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
            ("full", f"not here: python -m course data get {entry.real}"),
        ):
            folder = present(profile, entry.name)
            mark = "*" if profile == used else " "
            print(f"{mark} {entry.real:<9} {profile:<7} {missing if folder is None else folder}")
    cache = data_dir() / "cache"
    size = sum(file.stat().st_size for file in cache.glob("*")) / 1e6
    print(f"decoded pictures: {size:.0f} MB in {cache} (may be deleted at any time)")
    print(f"* is what {' and '.join(f'load_{entry.name}()' for entry in SETS)} take now")
    return 0


def _get(args: argparse.Namespace) -> int:
    from course.intake import get

    print(f"{args.name} is in {get(args.name)}")
    return 0


def _import(args: argparse.Namespace) -> int:
    from course.intake import import_folder

    print(f"{args.name} is in {import_folder(args.name, args.path)}")
    return 0


def _check(args: argparse.Namespace) -> int:
    from course.intake import write_cleaned
    from helpers.datasets import audit

    found = audit(args.name, profile=args.profile)
    print(found)
    if args.fix:
        written = write_cleaned(found)
        own = found.source.csv.name
        print(f"written: {written}; to use it, keep a copy of {own} and put the cleaned one in its place")
    because = f": {found.lacks}" if found.lacks else ""
    print(f"load_{found.source.name}() {'takes' if found.loadable else 'refuses'} this set as it is{because}")
    return 0 if found.loadable else 1


def _sample(args: argparse.Namespace) -> int:
    import drawings

    wanted = find_set(args.name)
    count = wanted.count if args.count is None else args.count
    folder = getattr(drawings, f"draw_{wanted.name}")(args.output, count=count, seed=args.seed).resolve()
    print(f"{count} pictures drawn in {folder}; {wanted.variable}={folder} makes it the full profile")
    return 0


def _hide(args: argparse.Namespace) -> int:
    from course.grading.private import hide_labels

    count = hide_labels(args.folder, args.output, args.truth)
    variable = find_set("food").variable
    folder = args.output.resolve()
    print(f"{count} test pictures without labels in {folder}, with which {variable}={folder} works")
    print(f"their labels are in {args.truth}; keep it and {args.folder} from students")
    return 0
