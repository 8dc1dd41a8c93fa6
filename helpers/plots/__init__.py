"""Every picture of the course: functions that take results, compute nothing and return a matplotlib figure."""

from helpers.plots.galleries import audit_gallery, gallery, mistakes
from helpers.plots.results import confusion, intervals, splits
from helpers.plots.runs import activations, curves, sweep
from helpers.plots.style import COLOURS, png

__all__ = [
    "COLOURS",
    "activations",
    "audit_gallery",
    "confusion",
    "curves",
    "gallery",
    "intervals",
    "mistakes",
    "png",
    "splits",
    "sweep",
]
