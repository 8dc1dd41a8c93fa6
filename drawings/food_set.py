"""Writes a set of drawn food pictures to disk, with the flaws that real sets have in known places."""

from pathlib import Path
from random import Random

from drawings.dishes import CLASSES, DISHES
from drawings.files import DAMAGES, Picture, copies, draft, write_set
from drawings.food_photo import dish_bytes

SMALLEST = 6 * len(DISHES)
PARTS = ("train", "valid", "test")
HELD_OUT = 91 / 282  # share of valid, and of test: few to learn from, many to measure on
ALIKE = 0.6  # share of the wrong labels that are easy to understand: of a class that looks alike
LOOK_ALIKES = {
    "bread": ("dessert", "fried"), "dairy": ("dessert", "egg"), "dessert": ("dairy", "bread"), "egg": ("dairy", "rice"),
    "fried": ("meat", "seafood"), "meat": ("fried", "seafood"), "noodles": ("soup", "rice"), "rice": ("noodles", "egg"),
    "seafood": ("meat", "fried"), "soup": ("noodles", "dairy"), "green": ("dessert", "soup"),
}  # fmt: skip
# Of how many pictures in train one carries the flaw.
UNREADABLE, IDENTICAL, LEAKED, MISLABELLED = 275, 55, 75, 50


def sizes(count: int) -> dict[tuple[str, int], int]:
    """Tell how many files every class has in every part: 100 : 91 : 91, the classes as equal as can be.

    Args:
        count: Number of all files.

    Returns:
        Part and label -> number of files.

    Example:
        >>> sizes(3102)["train", 0], sizes(3102)["valid", 10], sizes(3102)["test", 10]
        (100, 91, 91)
    """
    found = {}
    for label in range(len(DISHES)):
        total = count // len(DISHES) + (label < count % len(DISHES))
        held_out = round(total * HELD_OUT)
        found |= {("train", label): total - 2 * held_out, ("valid", label): held_out, ("test", label): held_out}
    return found


def _plan(count: int, rng: Random) -> list[Picture]:
    """Decide which pictures there are, which files hold them and which of them carry a flaw."""
    left = sizes(count)
    train = sum(number for (part, _), number in left.items() if part == "train")
    pictures = []

    def add(parts: tuple[str, ...], *, mistaken: bool = False, damage: str = "") -> None:
        able = [label for label in range(len(DISHES)) if all(left[p, label] >= parts.count(p) for p in parts)]
        label = drawn = rng.choice(able)
        if mistaken:
            name = CLASSES[label]
            others = LOOK_ALIKES[name] if rng.random() < ALIKE else [other for other in CLASSES if other != name]
            drawn = CLASSES.index(rng.choice(others))
        for part in parts:
            left[part, label] -= 1
        pictures.append(Picture(len(pictures), drawn, tuple((part, label) for part in parts), damage))

    for number in range(max(2, round(train / UNREADABLE))):
        add(("train",), damage=DAMAGES[number % 2])
    for group in range(max(1, round(train / IDENTICAL))):
        add(("train",) * copies(group))
    for number in range(max(2, round(train / LEAKED))):
        add(("train", PARTS[1 + number % 2]))
    for _ in range(max(1, round(train / MISLABELLED))):
        add(("train",), mistaken=True)
    for (part, label), number in left.items():
        pictures += [Picture(len(pictures) + n, label, ((part, label),)) for n in range(number)]
    return pictures


def draw_food(folder, *, count: int = 3102, seed: int = 13, progress: bool = True) -> Path:
    """Draw a labelled set of food pictures in eleven classes, in the layout of Food-11 and with flaws of real sets.

    The folder gets `train/LABEL_NUMBER.jpg`, `valid/LABEL_NUMBER.jpg`, `test/LABEL_NUMBER.jpg` (128 x 128 pixels;
    LABEL is an index in `dishes.DISHES`) and `flaws.json`, which says where the flaws are, all of them in train:
    unreadable files, groups of identical pictures, pictures that also stand in valid or test, wrong labels with the
    true ones. The pictures are drawn in a folder beside it and moved into place when all are done: a set is either
    complete or not there.

    Args:
        folder: Where the set goes; must not exist yet.
        count: Number of files, at least 66; train, valid and test get them 100 : 91 : 91.
        seed: The same seed and count give the same bytes; another seed gives other pictures.
        progress: Show a progress bar.

    Returns:
        The folder.

    Raises:
        ValueError: If `count` is too small.
        FileExistsError: If `folder` exists.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as place:
        ...     folder = draw_food(Path(place) / "tiny", count=66, progress=False)
        ...     sorted(len(list((folder / part).iterdir())) for part in ("train", "valid", "test"))
        [22, 22, 22]
    """
    folder = Path(folder)
    if count < SMALLEST:
        raise ValueError(f"count is {count}: ask for at least {SMALLEST} pictures, so that every part has every class")
    rng = Random(f"food set {seed} {count}")
    pictures = _plan(count, rng)
    # Shuffled, so that no number tells of a flaw.
    numbers = {place: rng.sample(range(size), size) for place, size in sizes(count).items()}
    names = [
        [f"{part}/{label}_{numbers[part, label].pop()}.jpg" for part, label in picture.files] for picture in pictures
    ]
    listed = list(zip(pictures, names, strict=True))
    groups = [(group, {part for part, _ in picture.files}) for picture, group in listed if len(group) > 1]
    flaws = {
        "identical": [group for group, parts in groups if len(parts) == 1],
        "leaked": [group for group, parts in groups if len(parts) > 1],
        "mislabelled": {group[0]: picture.drawn for picture, group in listed if picture.drawn != picture.files[0][1]},
    }
    with draft(folder, PARTS) as place:
        write_set(place, "food", dish_bytes, pictures, names, seed=seed, progress=progress, flaws=flaws)
    return folder
