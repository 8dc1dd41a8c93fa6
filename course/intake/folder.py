"""A folder of photos of one's own, with a folder for each class: looked through, decoded and split."""

import shlex
import unicodedata
from collections import Counter
from pathlib import Path

from course.intake.collect import check_file
from course.intake.layouts import FOOD, find_parts
from helpers.datasets import ImageDataset, Splits
from helpers.datasets.audit import find_near
from helpers.datasets.cache import decode_folder
from helpers.datasets.layout import PARTS, in_layout, sides, some
from helpers.datasets.pictures import SUFFIXES, UnreadablePictureError
from helpers.datasets.profiles import find_set
from helpers.datasets.splits import contradicting, deal, group_identical, lacking
from helpers.files import litter, walk


def load_folder(folder: str | Path, *, image_size: int = 224, aspect: str = "squash", split_seed: int = 13) -> Splits:
    """Load photos whose folder says what is on them, in FOLDER/CLASS/ANY_NAME.jpg, decoded and split.

    The split is the honest one of `load_vehicles`: stratified, 70 / 15 / 15 a class, identical pictures in one part.
    What is in folders below that of a class counts for it; what file managers leave behind does not. Nothing is left
    out: whatever cannot be used is refused. Prints what was found, and which pictures look nearly alike.

    Args:
        folder: Holds at least two folders with pictures, and nothing else.
        image_size: Width and height in pixels.
        aspect: What becomes of pictures that are not square: "squash" or "crop".
        split_seed: Decides the split.

    Returns:
        The parts, their classes by name.

    Raises:
        FileNotFoundError: There is no such folder.
        ValueError: Something in the folder cannot be used, or is too little; the sentence names it.

    Example:
        >>> load_folder("no such folder")
        Traceback (most recent call last):
        ...
        FileNotFoundError: there is no folder 'no such folder'; check the path.
    """
    folder = Path(folder).expanduser()
    names, labels, classes = find_classes(folder)
    for name in names:
        try:
            check_file(folder / name)
        except UnreadablePictureError as error:
            raise ValueError(f"{name} in {folder}/ is refused: {error}; remove or replace it.") from error
    decoded = decode_folder(folder, names, image_size, aspect)
    if decoded.unreadable:
        bad = some([f"{names[i]} ({reason})" for i, reason in sorted(decoded.unreadable.items())])
        raise ValueError(f"unreadable pictures in {folder}/: {bad}; remove or replace them.")
    groups = group_identical([facts.pixels for facts in decoded.facts])
    torn = [sides({names[i]: classes[labels[i]] for i in group}) for group in contradicting(groups, labels)]
    if torn:
        raise ValueError(f"identical pictures in two classes: {some(torn)}; keep each in the class that is right.")
    distinct = Counter(labels[group[0]] for group in groups)
    alone = [name for label, name in enumerate(classes) if distinct[label] < 2]
    if alone:
        raise ValueError(f"only one picture (or copies of it) in {some(alone)}; a class needs two or more, best fifty.")
    chosen = deal(groups, labels, find_set("vehicles").shares["full"], split_seed)
    lacks = lacking(chosen, labels, classes)
    if lacks:
        raise ValueError(f"{lacks}; add pictures, best fifty or more a class.")
    identical = [[names[i] for i in group] for group in groups if len(group) > 1]
    near = find_near([(names[group[0]], decoded.facts[group[0]].look) for group in groups])
    _report(names, [classes[label] for label in labels], identical, near)
    data = ImageDataset(decoded.images, labels, classes, names)
    train, valid, test = (data.subset(chosen[part]) for part in PARTS)
    return Splits(train, valid, test, "full", folder.resolve().name)


def find_classes(folder: Path) -> tuple[list[str], list[int], list[str]]:
    """Find the classes of a folder and their pictures; no picture is opened.

    Args:
        folder: Holds a folder for each class.

    Returns:
        Picture names relative to the folder, sorted; their labels, indices into the classes; the classes, sorted.

    Raises:
        FileNotFoundError: There is no such folder.
        ValueError: Fewer than two classes, a class without a picture, files that are no pictures or in no class, a set
            in one of the course's layouts.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> for name in ("dog/1.jpg", "cat/b.PNG", "cat/indoors/a.jpg", "cat/.DS_Store"):
        ...     (folder / name).parent.mkdir(parents=True, exist_ok=True)
        ...     (folder / name).touch()
        >>> find_classes(folder)
        (['cat/b.PNG', 'cat/indoors/a.jpg', 'dog/1.jpg'], [0, 0, 1], ['cat', 'dog'])
    """
    if folder.is_file():
        raise ValueError(f"{folder} is a file; unpack it if it is an archive, and name the folder of the classes.")
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {str(folder)!r}; check the path.")
    names = walk(folder, links=True)
    classes = sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and not litter(entry.name))
    _check_layout(folder, classes)
    pictures = [name for name in names if Path(name).suffix.lower() in SUFFIXES]
    others, loose = [n for n in names if n not in set(pictures)], [n for n in pictures if "/" not in n]
    if others:
        kinds = ", ".join(sorted(SUFFIXES))
        raise ValueError(
            f"files in {folder}/ that are no pictures ({kinds}): {some(others)}; convert or move them away."
        )
    if loose:
        raise ValueError(f"pictures in {folder}/ itself: {some(loose)}; move each into the folder of its class.")
    empty = sorted(set(classes) - {name.split("/")[0] for name in pictures})
    if empty:
        raise ValueError(f"no picture in {some([f'{name}/' for name in empty])} of {folder}/; add some, or remove it.")
    if len(classes) < 2:
        within = sorted(p.name for p in (folder / classes[0]).iterdir() if p.is_dir()) if classes else []
        hint = f"; if {some(within)} are the classes, name {folder / classes[0]}" if len(within) > 1 else ""
        there = f"one class ({classes[0]})" if classes else "no folder of pictures"
        raise ValueError(f"{folder}/ holds {there}; a classifier needs two folders or more, one a class{hint}.")
    return pictures, [classes.index(name.split("/")[0]) for name in pictures], classes


def _check_layout(folder: Path, classes: list[str]) -> None:
    """Refuse folders that are parts of a set, or one class twice."""
    parts = {name for several in FOOD.values() for name in several}
    if in_layout(folder, "vehicles"):
        raise ValueError(
            f"{folder}/ is a set of vehicles with a label CSV; run `python -m course data import vehicles "
            f"{shlex.quote(str(folder))}`, then `python -m course train vehicles`."
        )
    if find_parts(folder) or sum(name.lower() in parts for name in classes) > 1:
        raise ValueError(
            f"{folder}/ holds parts ({', '.join(classes[:3])}), not classes; put the folders of the classes directly "
            "into one folder, as the course splits itself, or import food with `python -m course data import food11`."
        )
    alike = Counter(unicodedata.normalize("NFC", name).casefold().strip() for name in classes)
    twice = [name for name in classes if alike[unicodedata.normalize("NFC", name).casefold().strip()] > 1]
    if twice:
        raise ValueError(f"{' and '.join(map(repr, twice))} in {folder}/ would be different classes; make them one.")


def _report(names: list[str], labels: list[str], identical: list[list[str]], near: list[tuple[str, str, int]]) -> None:
    counts = Counter(labels)
    print(f"{len(names)} pictures of {len(counts)} classes: {some([f'{n} {name}' for name, n in counts.items()])}")
    below = sorted({str(Path(name).parent) for name in names if name.count("/") > 1})
    if below:
        print(f"counted for the class of their first folder: {some(below)}")
    if identical:
        print(f"identical, kept in one part: {some([' = '.join(group) for group in identical], 3)}")
    if near:
        pairs = some([f"{a} ~ {b}" for a, b, _ in near], 3)
        print(f"nearly alike, perhaps in different parts: {pairs}; keep one shot of a thing, or the test flatters")
