"""Every picture of the course: functions that take results, compute nothing and return a matplotlib figure."""

from helpers.plots.galleries import audit_gallery, gallery, mistakes, pictures
from helpers.plots.results import confusion, correlation, costs, embedding, intervals, splits
from helpers.plots.runs import activations, curves, layers, sweep
from helpers.plots.style import COLOURS, png

__all__ = [
    "COLOURS", "activations", "audit_gallery", "confusion", "correlation", "costs", "curves", "embedding",
    "gallery", "intervals", "layers", "mistakes", "pictures", "png", "splits", "sweep",
]  # fmt: skip
