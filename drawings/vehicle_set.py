"""Writes a set of drawn vehicle pictures to disk, with the flaws that real sets have in known places."""

import csv
from pathlib import Path
from random import Random

from drawings.files import DAMAGES, Picture, copies, draft, write_set
from drawings.vehicle_photo import photo_bytes

SMALLEST = 20
EMERGENCY_SHARE = 0.41
IDENTICAL = 24  # one group of identical pictures to so many files, less the two groups with both labels
EMERGENCY_GAPS, ORDINARY_GAPS = 1.45, 1.41  # how many numbers there are to each file: some are left out
IMAGES = "images"


def _plan(count: int, rng: Random) -> list[Picture]:
    """Decide which pictures there are and which of them carry a flaw; the labels of all files number `count`."""
    left = {1: round(EMERGENCY_SHARE * count)}
    left[0] = count - left[1]
    labels = [((1, 0), 1), ((1, 0), 0)]  # two pictures that stand in the set under both labels
    damage = {}
    for label, how in enumerate(DAMAGES):
        damage[len(labels)] = how
        labels.append(((label,), label))
    for group in range(max(1, round(count / IDENTICAL) - 2)):
        label = rng.choice((0, 1))
        labels.append(((label,) * copies(group), label))
    for files, _ in labels:
        for label in files:
            left[label] -= 1
    for label in (0, 1):
        labels += [((label,), label)] * left[label]
    return [
        Picture(number, drawn, tuple((IMAGES, label) for label in files), damage.get(number, ""))
        for number, (files, drawn) in enumerate(labels)
    ]


def _numbers(labels: list[int], rng: Random) -> tuple[list[int], int]:
    """Number the files so that, as on the real photos, the number gives the label away."""
    emergency = sum(labels)
    ordinary = len(labels) - emergency
    leak = round(EMERGENCY_GAPS * emergency)
    low = [leak - 1, *rng.sample(range(leak - 1), emergency - 1)]
    high = [leak, *rng.sample(range(leak + 1, leak + round(ORDINARY_GAPS * ordinary)), ordinary - 1)]
    rng.shuffle(low)
    rng.shuffle(high)
    return [low.pop() if label else high.pop() for label in labels], leak


def draw_vehicles(folder, *, count: int = 2440, seed: int = 13, progress: bool = True) -> Path:
    """Draw a labelled set of vehicle pictures, in the layout and with the flaws of the real photos.

    The folder gets `emergency_train.csv` (columns `image_names`, `emergency_or_not`), `images/N.jpg` (128 x 128
    pixels) and `flaws.json`, which says where the flaws are: groups of identical pictures, two of them with
    contradicting labels, file numbers that give the label away, two unreadable files. The pictures are drawn in a
    folder beside it and moved into place when all are done: a set is either complete or not there.

    Args:
        folder: Where the set goes; must not exist yet.
        count: Number of labelled files, at least 20; 41 % of them are emergency vehicles.
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
        ...     folder = draw_vehicles(Path(place) / "tiny", count=20, progress=False)
        ...     len(list((folder / "images").iterdir()))
        20
    """
    folder = Path(folder)
    if count < SMALLEST:
        raise ValueError(f"count is {count}: ask for at least {SMALLEST} pictures, so that all flaws find their place")
    rng = Random(f"set {seed} {count}")
    pictures = _plan(count, rng)
    numbers, leak = _numbers([label for picture in pictures for _, label in picture.files], rng)
    names = iter(f"{number}.jpg" for number in numbers)
    groups = [{next(names): label for _, label in picture.files} for picture in pictures]
    rows = [row for group in groups for row in group.items()]
    rng.shuffle(rows)
    flaws = {
        "identical": [list(group) for group in groups if len(group) > 1],
        "contradicting": [group for group in groups if len(set(group.values())) > 1],
        "leak_below": leak,
    }
    files = list(map(list, groups))
    with draft(folder, (IMAGES,)) as place:
        write_set(
            place, "vehicles", photo_bytes, pictures, files, seed=seed, progress=progress, flaws=flaws, within=IMAGES
        )
        with open(place / "emergency_train.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerows([("image_names", "emergency_or_not"), *rows])
    return folder
