"""Simulate two recipes over seeds and pictures, of which the true difference is known: does `compare` keep its word?

Run `python -m tests.simulate_verdicts` for the table; with `--wide` for the grid of 1,296 cases on which the interval's
share was chosen, which takes days with many draws (`--draws`, 2,000 a case).
"""

import argparse
import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from scipy.stats import norm

from helpers import Evaluation, compare


class Case(NamedTuple):
    """Two recipes: each answers a picture rightly when a sum of normal chances is above 0.

    The sum has the picture's own difficulty, shared by both; what the recipe makes of this picture (`taste`); how good
    the recipe's training from this seed turned out (`luck`), and a rest for each picture and seed.
    """

    seeds: int
    pictures: int
    effect: float
    taste: float
    luck: float
    rest: float = 1.0
    difficulty: float = 1.5
    ease: float = 0.8

    def truth(self) -> float:
        """Return the difference of accuracies over all seeds and pictures that there could be."""
        spread = np.sqrt(self.difficulty**2 + self.taste**2 + self.luck**2 + self.rest**2)
        return float(norm.cdf((self.ease + self.effect) / spread) - norm.cdf(self.ease / spread))

    def draw(self, random: np.random.Generator) -> tuple[list[Evaluation], list[Evaluation]]:
        """Return the evaluations of both recipes, one a seed."""
        difficulty = random.normal(self.ease, self.difficulty, self.pictures)
        return tuple(
            [
                _evaluation(recipe + random.normal(0, self.luck) + random.normal(0, self.rest, self.pictures) > 0)
                for _ in range(self.seeds)
            ]
            for recipe in (
                difficulty + shift + random.normal(0, self.taste, self.pictures) for shift in (0, self.effect)
            )
        )


def _evaluation(correct: np.ndarray) -> Evaluation:
    right = torch.from_numpy(correct)
    return Evaluation(torch.stack([right, ~right], 1).float(), torch.zeros(len(right), dtype=torch.int64), ["a", "b"])


def rates(case: Case, draws: int, seed: int = 0) -> tuple[float, float]:
    """Return how often the interval holds the truth, and how often `compare` says "can tell" (0 to 1)."""
    random, truth = np.random.default_rng(seed), case.truth()
    found = [compare(*case.draw(random)) for _ in range(draws)]
    covered = sum(low <= truth <= high for low, high in (one.interval for one in found))
    return covered / draws, sum(one.real for one in found) / draws


def cases() -> Iterator[Case]:
    """Yield few and many seeds and pictures, no effect and real ones, seeds that move nothing, little and much."""
    for seeds, pictures, effect, luck in itertools.product((2, 3, 5), (90, 250, 1500), (0.0, 0.25), (0.0, 0.1, 0.3)):
        yield Case(seeds, pictures, effect, 0.4, luck)
    # Good recipes that differ in few pictures, where counts are small and not normal.
    for seeds, pictures, effect, taste in itertools.product((2, 3, 5), (90, 1500), (0.0, 0.6), (0.0, 0.4)):
        yield Case(seeds, pictures, effect, taste, 0.0, rest=0.5, ease=2.0)


def wide() -> Iterator[Case]:
    """Yield the grid on which the interval was chosen."""
    grid = (2, 3, 5), (90, 250, 1000, 1500), (0.0, 0.25, 0.6), (0.0, 0.1, 0.4), (0.0, 0.1, 0.3), (0.5, 1.0), (0.8, 2.0)
    for seeds, pictures, effect, taste, luck, rest, ease in itertools.product(*grid):
        yield Case(seeds, pictures, effect, taste, luck, rest=rest, ease=ease)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wide", action="store_true")
    parser.add_argument("--draws", type=int, default=2000)
    args = parser.parse_args()
    print("seeds  pictures  ease  taste  true difference  seeds move it by    interval holds  can tell")
    for case in wide() if args.wide else cases():
        covered, told = rates(case, args.draws)
        print(
            f"{case.seeds:5} {case.pictures:9} {case.ease:5} {case.taste:6} {100 * case.truth():16.1f} {case.luck:17} "
            f"{covered:17.1%} {told:9.1%}",
            flush=True,
        )
