"""Measure a classifier, with an interval; compare two of them, with a test; let several decide together."""

from helpers.evaluation.comparison import Comparison, compare
from helpers.evaluation.feature_space import features
from helpers.evaluation.guards import Loader
from helpers.evaluation.measure import Evaluation, Views, evaluate, predict, wilson
from helpers.evaluation.together import ensemble, majority_vote, mistake_correlation, scores

__all__ = [
    "Comparison", "Evaluation", "Loader", "Views", "compare", "ensemble", "evaluate", "features", "majority_vote",
    "mistake_correlation", "predict", "scores", "wilson",
]  # fmt: skip
