"""Measure a classifier, with an interval, and compare two of them, with a test."""

from helpers.evaluation.comparison import Comparison, compare
from helpers.evaluation.measure import Evaluation, Loader, Views, evaluate, predict, wilson

__all__ = ["Comparison", "Evaluation", "Loader", "Views", "compare", "evaluate", "predict", "wilson"]
