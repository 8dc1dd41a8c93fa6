"""The layouts in which the photos are found in the wild."""

from dataclasses import dataclass
from pathlib import Path

from helpers.datasets.folders import PARTS, find_parts, read_folders
from helpers.datasets.labels import LabelTable, read_labels
from helpers.files import litter

KNOWN = (
    ("emergency_train.csv", "images"),
    ("train_SOaYf6m/train.csv", "train_SOaYf6m/images"),
    ("train_SOaYf6m/train.csv", "images"),
    ("train.csv", "images"),
    ("Emergency_Vehicles/train.csv", "Emergency_Vehicles/train"),
    ("train.csv", "Emergency_Vehicles/train"),
    ("train.csv", "train"),
)
"""Label CSV and folder of vehicle photos, both below the folder given (or below one that it contains)."""


@dataclass(frozen=True)
class Layout:
    """Where a set's labels and pictures are.

    Attributes:
        name: "vehicles" or "food".
        pictures: The folder that picture names are relative to.
        csv: The label CSV of the vehicles.
        parts: The folders of train, valid and perhaps test of the food.
    """

    name: str
    pictures: Path
    csv: Path | None = None
    parts: dict[str, Path] | None = None

    def read(self) -> LabelTable:
        """Read the labels, and hold them against the pictures.

        Returns:
            The usable pictures, and the complaints about the others.

        Raises:
            ValueError: The label CSV cannot be used at all.

        Example:
            >>> Layout("vehicles", Path("images"), csv=Path("no labels.csv")).read()
            Traceback (most recent call last):
            ...
            FileNotFoundError: ...
        """
        return read_labels(self.csv, self.pictures) if self.csv else read_folders(self.pictures, self.parts)


def find_layout(folder: Path, name: str | None = None) -> Layout:
    """Find labels and pictures in a folder, or up to two levels below it.

    Args:
        folder: Where to look.
        name: "vehicles" or "food"; None for whichever is there.

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
        found = [layout for place in level for layout in _layouts(place, name)]
        if len(found) > 1:
            places = ", ".join((layout.csv or layout.pictures).relative_to(folder).as_posix() for layout in found)
            raise ValueError(f"{folder} holds several sets ({places}); name the folder of one of them.")
        if found:
            return found[0]
        level = [
            entry for place in level for entry in sorted(place.iterdir()) if entry.is_dir() and not litter(entry.name)
        ]
    of_vehicles = [f"{csv} with {pictures}/" for csv, pictures in KNOWN]
    of_food = [f"folders for {part}: {', '.join(names)}" for part, names in PARTS.items()]
    known = "; ".join((of_vehicles if name != "food" else []) + (of_food if name != "vehicles" else []))
    raise FileNotFoundError(f"{folder} holds none of the known layouts ({known}); check that it is the whole set.")


def _layouts(place: Path, name: str | None) -> list[Layout]:
    here = [Layout("vehicles", place / pictures, csv=place / csv) for csv, pictures in KNOWN]
    present = [layout for layout in here if layout.csv.is_file() and layout.pictures.is_dir()]
    # One CSV that stands beside two folders of the table is one set; the earlier row of the table names it.
    vehicles = list({layout.csv: layout for layout in reversed(present)}.values()) if name != "food" else []
    parts = find_parts(place) if name != "vehicles" else {}
    return vehicles + ([Layout("food", place, parts=parts)] if parts else [])
