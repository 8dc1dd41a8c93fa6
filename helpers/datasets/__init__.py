"""Finding, checking, decoding and caching pictures: the front door of this room."""

from helpers.datasets.audit import Audit, audit
from helpers.datasets.load import load_food, load_vehicles
from helpers.datasets.loader import ImageDataset, Loader, Pictures, make_loader
from helpers.datasets.profiles import choose_profile, data_folder
from helpers.datasets.splits import Splits

__all__ = [
    "Audit", "ImageDataset", "Loader", "Pictures", "Splits", "audit", "choose_profile", "data_folder",
    "load_food", "load_vehicles", "make_loader",
]  # fmt: skip
