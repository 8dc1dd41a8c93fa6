"""Train a classifier: `fit` is the loop of notebook 01 with its usual knobs, `History` what it measured."""

from helpers.training.checkpoint import load_checkpoint, save_checkpoint
from helpers.training.history import COLUMNS, History
from helpers.training.loop import fit, train_one_epoch

__all__ = ["COLUMNS", "History", "fit", "load_checkpoint", "save_checkpoint", "train_one_epoch"]
