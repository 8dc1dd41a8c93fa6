"""A verdict keeps its word: pairs what belongs together, covers both chances, and never lets rounding decide."""

import numpy as np
import pytest
import torch
from scipy.stats import binomtest

from helpers import Evaluation, compare, ensemble
from tests.simulate_verdicts import Case, cases, rates


def result(correct, names=None):
    right = torch.tensor(correct, dtype=torch.bool)
    logits = torch.stack([right, ~right], 1).float()
    return Evaluation(logits, torch.zeros(len(right), dtype=torch.int64), ["a", "b"], names)


def test_one_run_each_is_an_exact_mcnemar_test():
    a, b = result([True] * 50 + [False] * 50), result([True] * 49 + [False] * 42 + [True] * 9)
    found = compare(a, b)
    assert found.difference == pytest.approx(0.08)
    assert found.p_value == pytest.approx(binomtest(9, 10).pvalue)
    assert found.limit is None


def test_one_picture_more_is_undecided_and_a_model_is_no_better_than_itself():
    a, b = result([True] * 115 + [False] * 50), result([True] * 116 + [False] * 49)
    assert not compare(a, b).real
    assert "undecided, the data cannot tell" in str(compare(a, b))
    assert (compare(a, a).difference, compare(a, a).p_value) == (0.0, 1.0)
    assert compare([a, b], [a, b]).p_value == 1.0


def test_the_interval_of_one_run_each_holds_its_95_percent():
    generator = np.random.default_rng(0)
    held = 0
    for _ in range(400):
        first, second = generator.random(150) < 0.7, generator.random(150) < 0.7
        low, high = compare(result(first.tolist()), result(second.tolist())).interval
        held += low <= 0 <= high
    assert 0.92 <= held / 400 <= 0.985


def test_accuracies_are_compared_in_pairs_of_seeds():
    assert compare([0.7, 0.8, 0.75], [0.74, 0.83, 0.80]).real
    assert not compare([0.7, 0.8, 0.75], [0.83, 0.74, 0.80]).real


def test_pictures_are_paired_by_name():
    random = np.random.default_rng(0)
    right, order = random.random(200) < 0.7, random.permutation(200)
    names = [f"{i}.jpg" for i in range(200)]
    one = result(right.tolist(), names)
    other = result(right[order].tolist(), [names[i] for i in order])
    assert "0 gained, 0 lost" in str(compare(one, other))
    assert compare([one, one], [other, other]).difference == 0
    assert torch.equal(ensemble([one, other]).predictions, one.predictions)


def test_a_picture_that_only_one_side_has_is_named():
    one, other = result([True, False], ["1.jpg", "2.jpg"]), result([True, False], ["1.jpg", "3.jpg"])
    with pytest.raises(ValueError, match="b lacks 1 of the pictures of a, such as 2.jpg"):
        compare(one, other)


def test_both_chances_by_hand():
    random = np.random.default_rng(1)
    gains = random.choice([-1, 0, 1], p=[0.1, 0.7, 0.2], size=(3, 250))
    runs = [result((row >= 0).tolist()) for row in gains], [result((row > 0).tolist()) for row in gains]
    # a is right where nothing is lost, b where something is gained: b - a is -1 where neither gained nor lost.
    d = (gains > 0).astype(float) - (gains >= 0)
    seeds, pictures = 250 * d.mean(1).var(ddof=1), 3 * d.mean(0).var(ddof=1)
    rest = (d - d.mean(1, keepdims=True) - d.mean(0) + d.mean()).var() * d.size / (2 * 249)
    seeds, pictures = seeds / 750, max(max(pictures, 3 / 249) - rest, 1.44 / 750) / 750
    # of two degrees of freedom the pictures' share is 1 - 2 / 2
    half = max(1.969537 * np.sqrt(seeds + pictures), 4.302653 * np.sqrt(seeds))
    found = compare(*runs)
    assert found.difference == pytest.approx(d.mean())
    assert found.interval == pytest.approx((d.mean() - half, d.mean() + half), abs=1e-5)


def test_the_verdict_and_the_interval_agree():
    random = np.random.default_rng(2)
    for _ in range(50):
        found = compare(*Case(3, 100, 0.4, 0.4, 0.1).draw(random))
        low, high = found.interval
        assert found.real == (low > 0 or high < 0)


def test_it_says_which_chance_is_the_larger():
    still, moving = Case(5, 90, 0.0, 0.8, 0.0), Case(5, 1500, 0.0, 0.3, 0.5)
    assert compare(*still.draw(np.random.default_rng(3))).limit == "pictures"
    assert "more pictures would narrow it most" in str(compare(*still.draw(np.random.default_rng(3))))
    assert compare(*moving.draw(np.random.default_rng(3))).limit == "seeds"


def test_three_equal_gains_of_one_picture_are_undecided():
    base = [True] * 80 + [False] * 20
    runs = [result(base)] * 3, [result([True] * 81 + [False] * 19)] * 3
    assert not compare(*runs).real
    assert not compare([0.80, 0.82, 0.81], [0.81, 0.83, 0.82]).real  # the gains differ by rounding of floats only
    assert not compare([0.5, 0.5, 0.5], [0.51, 0.51, 0.51]).real


def test_six_equal_gains_are_told_by_their_signs():
    assert compare([0.5] * 6, [0.51] * 6).real
    assert compare([0.5] * 6, [0.5] * 6).p_value == 1.0


def test_accuracies_alone_speak_of_the_seeds_alone():
    assert "speaks of the seeds alone" in str(compare([0.7, 0.8, 0.75], [0.74, 0.83, 0.80]))


def test_equal_needs_a_margin_fixed_before():
    same = [result([True] * 800 + [False] * 200)] * 3
    assert not compare(same, same).equal
    assert compare(same, same, margin=0.02).equal
    assert "equal within 2 points" in str(compare(same, same, margin=0.02))
    with pytest.raises(ValueError, match="margin is 2"):
        compare(same, same, margin=2)


@pytest.mark.parametrize(
    ("a", "b", "told"),
    [
        ([81, 80, 82.5], [85, 83, 86], r"a\[0\] is 81; give accuracies from 0 to 1"),
        ([0.8, 0.81], [0.8, float("nan")], r"b\[1\] is nan"),
        ([0.8, float("inf")], [0.8, 0.9], r"a\[1\] is inf"),
        ([0.8], [0.9], "1 runs against 1"),
        ([0.8, 0.9], [0.9], "2 runs against 1"),
        ([result([True]), 0.8], [0.9, 0.8], "some runs are evaluations and others accuracies"),
        (result([True]), [0.9, 0.8], "one side is a single evaluation"),
        (result([True]), result([True, False]), "b has 2 pictures and a 1"),
        ([result([True])] * 2, [result([True]), result([True, False])], r"b\[1\] has 2 pictures and a\[0\] 1"),
    ],
)
def test_what_does_not_pair_up_is_refused_in_a_sentence(a, b, told):
    with pytest.raises(ValueError, match=told):
        compare(a, b)


def test_equally_good_recipes_are_seldom_told_apart():
    # A paired t-test over these five seeds says "can tell" in a fifth of the cases.
    _, told = rates(Case(5, 250, 0.0, 0.8, 0.0, rest=0.3), draws=300)
    assert told <= 0.09


@pytest.mark.slow
@pytest.mark.parametrize("case", list(cases()), ids=str)
def test_the_interval_covers_as_often_as_it_says(case):
    covered, told = rates(case, draws=1000)
    assert 0.93 - 0.012 <= covered <= 0.97 + 0.012, covered  # a thousand draws vary by 0.006
    if not case.effect:
        assert told <= 0.055 + 0.012, told
