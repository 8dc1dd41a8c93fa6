"""Augmentation: changes to a training picture that leave its label true. Validation and test pictures stay as they are.

Everything here takes and gives whole uint8 batches, N x 3 x H x W, draws new random numbers for every picture, and is
repeated by `seed_everything`. Only the views of notebook 08 change every picture alike, and take floating point too.
"""

from helpers.augment.batched import PerPicture
from helpers.augment.changes import CHANGES, PRESETS, VIEWS, change, mixing, preset, views

__all__ = ["CHANGES", "PRESETS", "VIEWS", "PerPicture", "change", "mixing", "preset", "views"]
