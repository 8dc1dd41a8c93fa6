"""Private pictures for a class: a copy without the labels of its test part, and these labels for `score`."""

import csv
import random
import shutil
from pathlib import Path

from helpers.datasets.profiles import find_set
from helpers.files import write_whole


def hide_labels(folder: Path, students: Path, truth: Path) -> int:
    """Copy a food set without the labels of its test pictures, and write these to a file that `score` reads.

    The test pictures get the names 0000.jpg, 0001.jpg and so on, in an order that chance alone decides; the Id of the
    `submission.csv` of notebook 05, the position, is this number. Left out are test pictures that nobody can read, and
    pictures of train and valid that stand in test too, for their names would tell its labels.

    Args:
        folder: A food set with a labelled test part.
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
    from helpers.datasets.layout import read_set

    if students.resolve() in truth.resolve().parents:
        raise ValueError(f"{truth} would lie in the students' folder; put it elsewhere.")
    for target in (students, truth):
        if target.exists() or target.is_symlink():
            raise FileExistsError(f"{target} exists already and is not overwritten; remove it or choose another name.")
    students.parent.mkdir(parents=True, exist_ok=True)
    table = read_set(folder, "food")
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
            names[i] = table.names[i]
    with write_whole(students) as place:
        for i, name in names.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(table.pictures / table.names[i], place / name)  # the content alone: a date would tell
        with truth.open("x", newline="", encoding="utf-8") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(["Id", "Category"])
            rows.writerows((f"{place:04}", table.labels[i]) for place, i in enumerate(test))
    return len(test)
