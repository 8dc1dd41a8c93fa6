"""The sets of pictures of the course: where they lie, which of them is used, and the drawing of the samples."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from helpers.files import data_dir, make_folder

FOOD = ["Bread", "Dairy product", "Dessert", "Egg", "Fried food", "Meat", "Noodles/Pasta", "Rice", "Seafood", "Soup",
        "Vegetable/Fruit"]  # fmt: skip
"""The classes of Food-11, in the order of its labels."""


@dataclass(frozen=True)
class PictureSet:
    """What is particular to one set."""

    name: str  # what Python calls it; NAME-sample is the folder of the drawn sample
    real: str  # what the command line calls it; also the folder of the real photos
    photos: str  # the real photos in words
    variable: str  # environment variable that names a folder of real photos elsewhere
    classes: list[str]  # names of the classes, in the order of the labels
    image_sizes: dict[str, int]  # width and height in pixels by default, for each profile
    count: int  # pictures in the sample
    shares: dict[str, tuple[float, float, float]] | None = None  # of train, valid, test where it comes without parts

    def elsewhere(self) -> Path | None:
        """Return the folder that the environment variable names, or None."""
        named = os.environ.get(self.variable)
        return Path(named).expanduser() if named else None


SETS = (
    PictureSet(
        "vehicles", "vehicles", "vehicle photos", "COURSE_VEHICLES_DIR", ["ordinary", "emergency"],
        image_sizes={"sample": 64, "full": 224}, count=2440,
        # Few drawn pictures to learn from, and a thousand each to measure on: they cost nothing.
        shares={"sample": (0.17, 0.415, 0.415), "full": (0.70, 0.15, 0.15)},
    ),
    PictureSet(
        "food", "food11", "food photos", "COURSE_FOOD_DIR", FOOD, image_sizes={"sample": 128, "full": 128}, count=3102
    ),
)  # fmt: skip


def find_set(name: str) -> PictureSet:
    """Return a set by its name: "vehicles"; "food" or "food11". Another one is a ValueError."""
    for entry in SETS:
        if name in (entry.name, entry.real):
            return entry
    raise ValueError(f"there is no set {name!r}; choose {' or '.join(repr(entry.real) for entry in SETS)}.")


def choose_profile(profile: str | None = None, name: str = "vehicles") -> str:
    """Decide between "sample", drawn, and "full", the real photos of a set ("vehicles" or "food").

    By default the variable COURSE_DATA decides, else whether the photos are there. Another value is a ValueError.
    """
    origin = "profile"
    if profile is None:
        origin, profile = "COURSE_DATA", os.environ.get("COURSE_DATA") or None
    if profile is None:
        return "full" if present("full", name) else "sample"
    if profile not in ("sample", "full"):
        raise ValueError(f"{origin} is {profile!r}; choose 'sample' (drawn, offline) or 'full' (the real photos).")
    return profile


def data_folder(name: str = "vehicles", profile: str | None = None) -> Path:
    """Return the folder of a set in a profile; the sample is drawn when it is not there yet, or is an older one."""
    wanted = find_set(name)
    profile = choose_profile(profile, name)
    if profile == "sample":
        return _sample(wanted)
    if folder := present(profile, name):
        return folder
    get, bring = (f"`python -m course data {verb}`" for verb in (f"get {wanted.real}", f"import {wanted.real} PATH"))
    mend = f"run {get}, or {bring} with a folder or zip, or let {wanted.variable} name their folder"
    raise FileNotFoundError(f"the real {wanted.photos} are not here: {mend}.")


def present(profile: str, name: str = "vehicles") -> Path | None:
    """Return the folder of a set's pictures, "sample" or "full", or None; a variable that names none is an error."""
    wanted = find_set(name)
    folder = wanted.elsewhere()
    if profile == "full" and folder:
        if not folder.is_dir():
            raise FileNotFoundError(f"{wanted.variable} names {str(folder)!r}, no folder; correct or unset it.")
        return folder
    folder = data_dir() / (wanted.real if profile == "full" else f"{wanted.name}-sample")
    return folder if folder.is_dir() else None


def _sample(wanted: PictureSet) -> Path:
    import drawings

    folder = data_dir() / f"{wanted.name}-sample"
    flaws = folder / "flaws.json"

    def current() -> bool:
        version = json.loads(flaws.read_text(encoding="utf-8")).get("version") if flaws.is_file() else None
        return version == drawings.VERSIONS[wanted.name]

    if current():
        return folder
    make_folder(folder.parent)
    # Two notebooks that start at once draw it once.
    with FileLock(folder.with_name(f"{folder.name}.lock")):
        if current():
            return folder
        if folder.is_dir():
            print(f"The {wanted.name} sample here was drawn by another version of the course; it is drawn again.")
            shutil.rmtree(folder)
        return getattr(drawings, f"draw_{wanted.name}")(folder)
