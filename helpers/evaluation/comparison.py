"""Compare two classifiers, or two recipes, with a test."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from helpers.evaluation.measure import Evaluation


@dataclass(frozen=True)
class Comparison:
    """How much better the second of two models is, and whether the data can tell.

    Attributes:
        difference: Accuracy of b minus accuracy of a, -1 to 1.
        interval: 95 % interval of the difference.
        p_value: Probability of a difference at least as large if there were none.
        n: Pictures (one run each) or seeds (several runs).
        method: The test in words.
    """

    difference: float
    interval: tuple[float, float]
    p_value: float
    n: int
    method: str

    @property
    def real(self) -> bool:
        """Whether the test rejects "no difference" at the 5 % level."""
        return self.p_value < 0.05

    def __repr__(self) -> str:
        low, high = self.interval
        p_value = f"p = {self.p_value:.3f}" if self.p_value >= 0.0005 else "p < 0.001"
        verdict = "the data can tell them apart" if self.real else "the data cannot tell them apart"
        return (  # two lines, as JupyterLab breaks longer ones inside words
            f"difference {100 * self.difference:+.1f} points (95 % interval {100 * low:+.1f} to {100 * high:+.1f}, "
            f"{p_value}): {verdict}\n    ({self.method})"
        )


def compare(a: Evaluation | Sequence, b: Evaluation | Sequence) -> Comparison:
    """Compare two models on the same pictures, or two recipes over the same seeds.

    Two `Evaluation`s of the same pictures: exact McNemar test (Biometrika 12, 1947), which looks only at the pictures
    that one model gets right and the other wrong; the interval is Agresti and Min's (Statistics in Medicine 24, 2005).
    It speaks of these two trained models. Two equally long sequences, one entry a seed: paired t-test over the
    seeds. It speaks of the recipes, on these pictures.

    Args:
        a: An `Evaluation`, or a sequence of `Evaluation`s or accuracies (0 to 1), one a seed.
        b: The same, in the same order of pictures or seeds.

    Returns:
        A `Comparison` of b against a.

    Raises:
        ValueError: The two do not pair up.

    Example:
        >>> print(compare([0.80, 0.82, 0.81], [0.86, 0.87, 0.88]))
        difference +6.0 points (95 % interval +3.5 to +8.5, p = 0.009): the data can tell them apart
            (paired over 3 seeds)
    """
    if isinstance(a, Evaluation) and isinstance(b, Evaluation):
        return _over_pictures(a, b)
    if isinstance(a, Evaluation) or isinstance(b, Evaluation):
        raise ValueError("one side is a single evaluation and the other a sequence; compare like with like.")
    return _over_seeds(a, b)


def _over_pictures(a: Evaluation, b: Evaluation) -> Comparison:
    from scipy.stats import binomtest

    if not torch.equal(a.labels, b.labels):
        raise ValueError(
            f"the two evaluations have different labels ({len(a.labels)} and {len(b.labels)} pictures); "
            "evaluate both models with the same unshuffled loader."
        )
    n = len(a.labels)
    gained, lost = int((b.correct & ~a.correct).sum()), int((a.correct & ~b.correct).sum())
    p_value = binomtest(gained, gained + lost).pvalue if gained + lost else 1.0
    # Agresti and Min: add half a picture to each of the four cells, then the usual interval.
    more, less, total = gained + 0.5, lost + 0.5, n + 2
    middle = (more - less) / total
    half = 1.959964 * math.sqrt(more + less - (more - less) ** 2 / total) / total
    interval = (max(-1.0, middle - half), min(1.0, middle + half))
    method = f"exact McNemar on {n} pictures: {gained} gained, {lost} lost"
    return Comparison((gained - lost) / n, interval, float(p_value), n, method)


def _over_seeds(a: Sequence, b: Sequence) -> Comparison:
    from scipy.stats import ttest_rel

    first, second = (np.array([getattr(run, "accuracy", run) for run in runs], dtype=float) for runs in (a, b))
    if len(first) != len(second) or len(first) < 2:
        raise ValueError(f"{len(first)} runs against {len(second)}; give the same two or more seeds for both.")
    method = f"paired over {len(first)} seeds"
    differences = second - first
    if np.ptp(differences) == 0:  # all seeds agree to the last picture: no variance for a t-test, so count signs
        same = float(differences[0])
        return Comparison(same, (same, same), 2 * 0.5 ** len(first) if same else 1.0, len(first), method)
    test = ttest_rel(second, first)
    low, high = test.confidence_interval(0.95)
    return Comparison(float(differences.mean()), (float(low), float(high)), float(test.pvalue), len(first), method)
