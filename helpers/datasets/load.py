"""`load_vehicles`: from a folder of pictures to train, valid and test."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from helpers import runtime
from helpers.datasets.cache import decode_folder
from helpers.datasets.labels import CLASSES, read_labels, short, sides, some
from helpers.datasets.layouts import Layout, find_layout
from helpers.datasets.loader import ImageDataset, Pictures
from helpers.datasets.splits import group_identical, split_article, split_honest

PROFILES = ("sample", "full")
IMAGE_SIZES = {"sample": 64, "full": 224}


@dataclass
class Splits:
    """A set of pictures in its parts.

    Attributes:
        train: To learn from.
        valid: To compare models on.
        test: To open once, at the end; None where a split has no such part.
        profile: "sample" (drawn) or "full" (the real photos).
        name: Which set this is.
    """

    train: ImageDataset
    valid: ImageDataset
    test: ImageDataset | None
    profile: str
    name: str

    def __str__(self) -> str:
        parts = {"train": self.train, "valid": self.valid, "test": self.test}
        counts = ", ".join(f"{len(part)} {name}" for name, part in parts.items() if part is not None)
        kind = "drawn sample" if self.profile == "sample" else "real photos"
        size = self.train.image_size
        return f"{self.name}, profile {self.profile} ({kind}): {counts}; {size} x {size} pixels\n{runtime.summary()}"


def choose_profile(profile: str | None = None) -> str:
    """Decide between the drawn sample and the real photos.

    Args:
        profile: "sample", "full", or None: what the environment variable COURSE_DATA says, and without it the real
            photos where they are present, else the sample.

    Returns:
        "sample" or "full".

    Raises:
        ValueError: Another value.

    Example:
        >>> choose_profile("sample")
        'sample'
    """
    origin = "profile"
    if profile is None:
        origin, profile = "COURSE_DATA", os.environ.get("COURSE_DATA") or None
    if profile is None:
        return "full" if present("full") else "sample"
    if profile not in PROFILES:
        raise ValueError(f"{origin} is {profile!r}; choose 'sample' (drawn, offline) or 'full' (the real photos).")
    return profile


def data_folder(name: str = "vehicles", profile: str | None = None) -> Path:
    """Return the folder of a set; the sample is drawn when it is not there yet, or is an older one.

    Args:
        name: "vehicles".
        profile: As for `load_vehicles`.

    Returns:
        The folder, in one of the known layouts.

    Raises:
        ValueError: Another name or profile.
        FileNotFoundError: The real photos are not there; the message says how to get them.

    Example:
        >>> data_folder("planes")
        Traceback (most recent call last):
        ...
        ValueError: there is no set 'planes'; choose 'vehicles'.
    """
    if name != "vehicles":
        raise ValueError(f"there is no set {name!r}; choose 'vehicles'.")
    profile = choose_profile(profile)
    folder = present(profile)
    if profile == "sample":
        return folder if folder and _up_to_date(folder) else _draw_sample()
    if folder:
        return folder
    raise FileNotFoundError(
        "the real vehicle photos are not here: run `python -m helpers data get vehicles`, or `python -m helpers data "
        "import vehicles PATH` with a folder or zip, or let COURSE_VEHICLES_DIR name their folder."
    )


def present(profile: str) -> Path | None:
    """Return the folder of a profile's pictures, or None where there is none yet.

    Args:
        profile: "sample" or "full".

    Returns:
        A folder that exists.

    Raises:
        FileNotFoundError: COURSE_VEHICLES_DIR names something that is no folder.

    Example:
        >>> folder = present("sample")
        >>> folder is None or folder.is_dir()
        True
    """
    named = os.environ.get("COURSE_VEHICLES_DIR")
    if profile == "full" and named:
        folder = Path(named).expanduser()
        if not folder.is_dir():
            raise FileNotFoundError(f"COURSE_VEHICLES_DIR names {named!r}, which is no folder; correct or unset it.")
        return folder
    folder = runtime.data_dir() / ("vehicles" if profile == "full" else "vehicles-sample")
    return folder if folder.is_dir() else None


def _draw_sample() -> Path:
    from filelock import FileLock

    from helpers.samples import draw_vehicles

    folder = runtime.data_dir() / "vehicles-sample"
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Two notebooks that start at once draw it once.
    with FileLock(folder.with_name("vehicles-sample.lock")):
        if folder.is_dir():
            if _up_to_date(folder):
                return folder
            print("The sample here was drawn by another version of the course; it is drawn again.")
            shutil.rmtree(folder)
        return draw_vehicles(folder)


def _up_to_date(folder: Path) -> bool:
    from helpers.samples import VERSION

    flaws = folder / "flaws.json"
    return flaws.is_file() and json.loads(flaws.read_text(encoding="utf-8")).get("version") == VERSION


def load_vehicles(
    profile: str | None = None,
    *,
    image_size: int | None = None,
    split: str = "honest",
    split_seed: int = 13,
    on_unreadable: str = "error",
) -> Splits:
    """Load the labelled vehicle pictures, decoded and split.

    Pictures that are not square, or of another size, are squashed to `image_size`; the real photos at 224 are taken
    as they are. Decoding happens once; later calls open the memory-mapped result.

    Args:
        profile: "sample" (drawn on first use, offline), "full" (the real photos), or None: the environment variable
            COURSE_DATA, and without it full where the real photos are present, else sample.
        image_size: Width and height in pixels; by default 64 for the sample, 224 for the real photos.
        split: "honest" (contradicting groups of identical pictures dropped, others kept together, stratified
            70 / 15 / 15) or "article" (its own 90 / 10 with random_state 13, duplicates and all, no test part).
        split_seed: Decides the honest split.
        on_unreadable: "error", or "skip" to leave unreadable files out and print their names.

    Returns:
        The parts; every picture is uint8 RGB, every label 0 (ordinary) or 1 (emergency).

    Raises:
        ValueError: A wrong argument, unreadable pictures, or a label CSV that does not fit its pictures.
        FileNotFoundError: The real photos were asked for and are not there.

    Example:
        >>> load_vehicles("sample", split="random")
        Traceback (most recent call last):
        ...
        ValueError: split is 'random'; choose 'honest' or 'article'.
    """
    if split not in ("honest", "article"):
        raise ValueError(f"split is {split!r}; choose 'honest' or 'article'.")
    if on_unreadable not in ("error", "skip"):
        raise ValueError(f"on_unreadable is {on_unreadable!r}; choose 'error' or 'skip'.")
    profile = choose_profile(profile)
    image_size = IMAGE_SIZES[profile] if image_size is None else image_size
    if isinstance(image_size, bool) or not isinstance(image_size, int) or not 8 <= image_size <= 1024:
        raise ValueError(f"image_size is {image_size!r}; give a whole number of pixels from 8 to 1024.")
    title = f"vehicles --profile {profile}"
    dataset, hashes = _load_folder(find_layout(data_folder("vehicles", profile)), title, image_size, on_unreadable)

    if split == "article":
        train, valid = split_article(dataset.labels.tolist())
        return Splits(dataset.subset(train), dataset.subset(valid), None, profile, "vehicles")
    labels = dataset.labels.tolist()
    groups = group_identical(hashes)
    torn = [group for group in groups if len({labels[i] for i in group}) > 1]
    if torn:
        listed = [sides({dataset.names[i]: CLASSES[labels[i]] for i in group}) for group in torn]
        print(f"left out, identical pictures with contradicting labels: {'; '.join(listed)}")
    kept = [group for group in groups if group not in torn]
    parts = split_honest(kept, labels, split_seed)
    return Splits(*(dataset.subset(part) for part in parts), profile, "vehicles")


def _load_folder(layout: Layout, title: str, size: int, on_unreadable: str) -> tuple[ImageDataset, list[str]]:
    table = read_labels(layout.csv, layout.pictures)
    table.complain(title)
    decoded = decode_folder(layout.pictures, table.names, size)
    if decoded.unreadable:
        bad = [f"{table.names[i]} ({reason})" for i, reason in sorted(decoded.unreadable.items())]
        if on_unreadable == "error":
            raise ValueError(
                f"unreadable pictures in {short(layout.pictures)}/: {some(bad)}. Replace them, leave them out with "
                f'on_unreadable="skip", or write a CSV without them: python -m helpers data check {title} --fix'
            )
        print(f"left out, unreadable: {some(bad)}")
    readable = [i for i in range(len(table.names)) if i not in decoded.unreadable]
    if not readable:
        raise ValueError(f"no picture in {short(layout.pictures)}/ can be read; get or import the data again.")
    names = [table.names[i] for i in readable]
    labels = [table.labels[i] for i in readable]
    dataset = ImageDataset(Pictures(decoded.images, readable), labels, CLASSES, names)
    return dataset, [decoded.facts[i].pixels for i in readable]
