"""Compare two classifiers, or two recipes, with a test."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from helpers.evaluation.measure import Evaluation
from helpers.evaluation.together import align

_NORMAL = 1.959964


@dataclass(frozen=True)
class Comparison:
    """How much better the second of two models is, and whether the data can tell.

    Attributes:
        difference: Accuracy of b minus accuracy of a, -1 to 1.
        interval: 95 % interval of the difference.
        p_value: Probability of a difference at least as large if there were none.
        n: Pictures (one run each) or seeds (several runs).
        method: The test in words.
        limit: Of several runs on named pictures the chance of which more would narrow the interval most: ``"seeds"`` or
            ``"pictures"``; else None.
        margin: The difference, 0 to 1, below which two models were called equal before they were measured, or None.
    """

    difference: float
    interval: tuple[float, float]
    p_value: float
    n: int
    method: str
    limit: str | None = None
    margin: float | None = None

    @property
    def real(self) -> bool:
        """Whether the test rejects "no difference" at the 5 % level."""
        return self.p_value < 0.05

    @property
    def equal(self) -> bool:
        """Whether the whole interval lies inside the margin; False where none was fixed."""
        return self.margin is not None and max(map(abs, self.interval)) <= self.margin

    def __repr__(self) -> str:
        low, high = self.interval
        p_value = f"p = {self.p_value:.3f}" if self.p_value >= 0.0005 else "p < 0.001"
        verdict = "the data can tell them apart" if self.real else "undecided, the data cannot tell them apart"
        if self.equal:
            verdict = f"equal within {100 * self.margin:g} points"
        return (  # two lines, as JupyterLab breaks longer ones inside words
            f"difference {100 * self.difference:+.1f} points (95 % interval {100 * low:+.1f} to {100 * high:+.1f}, "
            f"{p_value}):\n    {verdict} ({self.method})"
        )


def compare(a: Evaluation | Sequence, b: Evaluation | Sequence, *, margin: float | None = None) -> Comparison:
    """Compare two models on the same pictures, or two recipes over the same seeds.

    Two `Evaluation`s: exact McNemar test (Biometrika 12, 1947), which looks only at the pictures that one model gets
    right and the other wrong; the interval is Agresti and Min's (Statistics in Medicine 24, 2005). It speaks of these
    two trained models.

    Two sequences of `Evaluation`s, one a seed: another seed would give other models, and other pictures another score.
    The interval covers both chances (Bouthillier et al., *Accounting for variance in machine learning benchmarks*,
    2021); notebook 01 derives it. It speaks of the two recipes, on pictures like these.

    Two sequences of accuracies: paired t-test over the seeds. It speaks of the recipes on *these* pictures, whose
    chance it cannot see. Equal gains have no spread; then only their signs count.

    Args:
        a: An `Evaluation`, or a sequence of `Evaluation`s or accuracies (0 to 1), one a seed.
        b: The same, in the same order of seeds. Pictures are paired by name where they have names, else by position.
        margin: A difference, 0 to 1, too small to matter, fixed before measuring: an interval inside it is "equal".

    Raises:
        ValueError: The two do not pair up, or an accuracy is none.

    >>> print(compare([0.80, 0.82, 0.81], [0.86, 0.87, 0.88]))
    difference +6.0 points (95 % interval +3.5 to +8.5, p = 0.009):
        the data can tell them apart (paired over 3 seeds, speaks of the seeds alone)
    """
    if margin is not None and not 0 < margin < 1:
        raise ValueError(f"margin is {margin}; give a difference of accuracies between 0 and 1, such as 0.02.")
    if isinstance(a, Evaluation) and isinstance(b, Evaluation):
        return _over_pictures(*align({"a": a, "b": b}), margin)
    if isinstance(a, Evaluation) or isinstance(b, Evaluation):
        raise ValueError("one side is a single evaluation and the other a sequence; compare like with like.")
    a, b = list(a), list(b)
    if len(a) != len(b) or len(a) < 2:
        raise ValueError(f"{len(a)} runs against {len(b)}; give the same two or more seeds for both.")
    measured = [isinstance(run, Evaluation) for run in (*a, *b)]
    if all(measured):
        runs = {f"{side}[{i}]": run for side, of in (("a", a), ("b", b)) for i, run in enumerate(of)}
        return _over_both(align(runs), margin)
    if any(measured):
        raise ValueError("some runs are evaluations and others accuracies; give evaluations for all, or accuracies.")
    return _over_seeds(_shares(a, "a"), _shares(b, "b"), margin)


def _over_pictures(a: Evaluation, b: Evaluation, margin: float | None) -> Comparison:
    from scipy.stats import binomtest

    n = len(a.labels)
    gained, lost = int((b.correct & ~a.correct).sum()), int((a.correct & ~b.correct).sum())
    p_value = binomtest(gained, gained + lost).pvalue if gained + lost else 1.0
    # Agresti and Min: add half a picture to each of the four cells, then the usual interval.
    more, less, total = gained + 0.5, lost + 0.5, n + 2
    middle = (more - less) / total
    half = _NORMAL * math.sqrt(more + less - (more - less) ** 2 / total) / total
    interval = (max(-1.0, middle - half), min(1.0, middle + half))
    method = f"exact McNemar on {n} pictures: {gained} gained, {lost} lost"
    return Comparison((gained - lost) / n, interval, float(p_value), n, method, margin=margin)


def _over_both(runs: list[Evaluation], margin: float | None) -> Comparison:
    """Cover the seeds' and the pictures' chance: the gains, seeds x pictures, are a table with two random margins.

    The variance of its mean is (MS_seeds + MS_pictures - MS_rest) / (seeds x pictures), from the three mean squares of
    the two-way table (Searle, Casella and McCulloch, *Variance components*, 1992, chapter 4). Few seeds know their part
    badly, many pictures know theirs well, so there are two half widths, and the wider counts. If the seeds move little:
    the pictures' t quantile times the whole deviation. If they move much: the seeds' t quantile for their part and, as
    it is wide already, of the pictures' part only the share 1 - 2 / (seeds - 1), chosen by simulation (below 0 for two
    seeds). `tests/simulate_verdicts.py` shows what this covers. One half width, of both parts' squares (Graybill and
    Wang, JASA 75, 1980), covers too much where both parts matter; Satterthwaite's too little with two seeds that do.
    """
    from scipy.optimize import brentq
    from scipy.stats import t

    seeds, pictures = len(runs) // 2, len(runs[0].labels)
    right = np.array([run.correct.numpy() for run in runs], dtype=float)
    gains = right[seeds:] - right[:seeds]
    of_seed, of_picture, mean = gains.mean(1, keepdims=True), gains.mean(0, keepdims=True), gains.mean()
    rest = ((gains - of_seed - of_picture + mean) ** 2).sum() / ((seeds - 1) * max(pictures - 1, 1))
    between_seeds = pictures * of_seed.var(ddof=1)
    between_pictures = seeds * ((of_picture - mean) ** 2).sum() / max(pictures - 1, 1)
    # Without a gain or loss the spread would be nothing: half a picture gained and half a picture lost are its least.
    # The rest may hide all of it: 1.2 pictures of one run stay, so that two gained in all runs together prove nothing.
    between_pictures = max(between_pictures, seeds / max(pictures - 1, 1))
    by_seeds, by_pictures = between_seeds / gains.size, max(between_pictures - rest, 1.44 / gains.size) / gains.size

    def half_widths(level: float) -> tuple[float, float]:
        of_seeds, of_pictures = t.isf(level / 2, [seeds - 1, max(pictures - 1, 1)]) ** 2
        much = of_seeds * by_seeds + of_pictures * by_pictures * (1 - 2 / (seeds - 1))
        return math.sqrt(of_pictures * (by_seeds + by_pictures)), math.sqrt(max(much, 0.0))

    little, much = half_widths(0.05)
    interval = (max(-1.0, mean - max(little, much)), min(1.0, mean + max(little, much)))
    smallest, distance, p_value = 1e-12, abs(mean), 1.0  # p: the level at which the interval just reaches 0
    if max(half_widths(smallest)) < distance:
        p_value = smallest
    elif distance > 0:
        p_value = brentq(lambda level: max(half_widths(level)) - distance, smallest, 1.0)
    limit = "seeds" if much > little else "pictures"
    method = f"{seeds} seeds x {pictures} pictures; more {limit} would narrow it most"
    return Comparison(float(mean), interval, float(p_value), seeds, method, limit, margin)


def _over_seeds(first: np.ndarray, second: np.ndarray, margin: float | None) -> Comparison:
    from scipy.stats import ttest_rel

    method = f"paired over {len(first)} seeds, speaks of the seeds alone"
    gains = second - first
    mean = float(gains.mean())
    # Accuracies are counts, so equal gains happen by rounding to whole pictures; they do not mean that no other seed
    # would differ. Without a spread only the signs are left: six equal ones are needed for p < 0.05.
    if np.ptp(gains) < 1e-9:
        p_value = 2 * 0.5 ** len(gains) if abs(mean) > 1e-9 else 1.0
        interval = (mean, mean) if p_value < 0.05 else (-1.0, 1.0)
        return Comparison(mean, interval, p_value, len(gains), f"{method}: equal gains, signs counted", margin=margin)
    test = ttest_rel(second, first)
    low, high = test.confidence_interval(0.95)
    interval = (max(-1.0, float(low)), min(1.0, float(high)))
    return Comparison(mean, interval, float(test.pvalue), len(gains), method, margin=margin)


def _shares(runs: list, side: str) -> np.ndarray:
    shares = np.array(runs, dtype=float)
    for number, share in enumerate(shares):
        if not 0 <= share <= 1:  # not a number is neither
            raise ValueError(f"{side}[{number}] is {share:g}; give accuracies from 0 to 1, one a seed.")
    return shares
