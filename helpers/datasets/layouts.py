"""The layouts in which the vehicle photos are found in the wild."""

from dataclasses import dataclass
from pathlib import Path

KNOWN = (
    ("emergency_train.csv", "images"),
    ("train_SOaYf6m/train.csv", "train_SOaYf6m/images"),
    ("train_SOaYf6m/train.csv", "images"),
    ("train.csv", "images"),
    ("Emergency_Vehicles/train.csv", "Emergency_Vehicles/train"),
    ("train.csv", "Emergency_Vehicles/train"),
    ("train.csv", "train"),
)
"""Label CSV and folder of pictures, both below the folder given (or below one that it contains)."""


@dataclass(frozen=True)
class Layout:
    """Where a set's labels and pictures are.

    Attributes:
        csv: The label CSV.
        pictures: The folder of pictures.
    """

    csv: Path
    pictures: Path


def find_layout(folder: Path) -> Layout:
    """Find the label CSV and the pictures in a folder, or up to two levels below it.

    Args:
        folder: Where to look.

    Returns:
        The layout.

    Raises:
        FileNotFoundError: There is no such folder, or none of the known layouts in it.
        ValueError: There are several.

    Example:
        >>> find_layout(Path("no folder"))
        Traceback (most recent call last):
        ...
        FileNotFoundError: there is no folder 'no folder'; check the path.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {str(folder)!r}; check the path.")
    level = [folder]
    for _ in range(3):
        found = [layout for place in level for layout in _layouts(place)]
        if len(found) > 1:
            places = ", ".join(layout.csv.relative_to(folder).as_posix() for layout in found)
            raise ValueError(f"{folder} holds several sets ({places}); name the folder of one of them.")
        if found:
            return found[0]
        level = [entry for place in level for entry in sorted(place.iterdir()) if entry.is_dir()]
    known = "; ".join(f"{csv} with {pictures}/" for csv, pictures in KNOWN)
    raise FileNotFoundError(f"{folder} holds none of the known layouts ({known}); check that it is the whole set.")


def _layouts(place: Path) -> list[Layout]:
    here = [Layout(place / csv, place / pictures) for csv, pictures in KNOWN]
    present = [layout for layout in here if layout.csv.is_file() and layout.pictures.is_dir()]
    # One CSV that stands beside two folders of the table is one set; the earlier row of the table names it.
    return list({layout.csv: layout for layout in reversed(present)}.values())
