"""Which picture belongs to train, valid or test."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from helpers import runtime
from helpers.datasets.loader import ImageDataset


@dataclass
class Splits:
    """A set of pictures in its parts.

    Attributes:
        train: To learn from.
        valid: To compare models on.
        test: To open once, at the end; None where a split has no such part.
        profile: "sample" (drawn) or "full" (the real photos).
        name: Which set this is.
    """

    train: ImageDataset
    valid: ImageDataset
    test: ImageDataset | None
    profile: str
    name: str

    def __str__(self) -> str:
        parts = {"train": self.train, "valid": self.valid, "test": self.test}
        counts = ", ".join(f"{len(part)} {name}" for name, part in parts.items() if part is not None)
        kind = "drawn sample" if self.profile == "sample" else "real photos"
        size = self.train.image_size
        return f"{self.name}, profile {self.profile} ({kind}): {counts}; {size} x {size} pixels\n{runtime.summary()}"


def group_identical(hashes: list[str]) -> list[list[int]]:
    """Group positions by equal hash, in the order of first appearance.

    Args:
        hashes: One pixel hash a picture.

    Returns:
        Groups of positions; a picture without a twin is a group of one.

    Example:
        >>> group_identical(["a", "b", "a"])
        [[0, 2], [1]]
    """
    groups = defaultdict(list)
    for position, value in enumerate(hashes):
        groups[value].append(position)
    return list(groups.values())


def split_honest(
    groups: list[list[int]], labels: list[int], seed: int, shares: tuple[float, float, float] = (0.70, 0.15, 0.15)
) -> tuple[list[int], list[int], list[int]]:
    """Split into train, valid and test, stratified, with every group in one part.

    Per class the groups are shuffled and dealt out by counting pictures, so each share is met to within one group and
    no group is torn. (scikit-learn's StratifiedGroupKFold keeps groups too, but deals in equal folds: 70 / 15 / 15
    would need twenty of them.)

    Args:
        groups: Positions of identical pictures; all pictures of a group carry the same label.
        labels: Label of each position.
        seed: Decides the shuffle.
        shares: Of the three parts.

    Returns:
        Positions of train, valid and test, each ascending.

    Example:
        >>> train, valid, test = split_honest([[i] for i in range(20)], [0, 1] * 10, seed=0)
        >>> len(train), len(valid), len(test)
        (14, 3, 3)
    """
    random = np.random.default_rng(seed)
    parts = ([], [], [])
    # Counted over the classes so far: odd pictures of a class go where most are missing, rounding cannot add up.
    taken, total = [0, 0, 0], 0
    for label in sorted({labels[group[0]] for group in groups}):
        own = [group for group in groups if labels[group[0]] == label]
        total += sum(map(len, own))
        for index in random.permutation(len(own)):
            missing = [share * total - count for share, count in zip(shares, taken, strict=True)]
            part = int(np.argmax(missing))
            parts[part].extend(own[index])
            taken[part] += len(own[index])
    return tuple(sorted(part) for part in parts)


def split_article(labels: list[int]) -> tuple[list[int], list[int]]:
    """Split as the article does: 90 / 10, stratified, `random_state=13`, duplicates and all.

    Args:
        labels: Labels in the order of the CSV.

    Returns:
        Positions of train and valid, in scikit-learn's order.

    Example:
        >>> train, valid = split_article([0, 1] * 10)
        >>> len(train), len(valid)
        (18, 2)
    """
    from sklearn.model_selection import train_test_split

    train, valid = train_test_split(list(range(len(labels))), test_size=0.1, random_state=13, stratify=labels)
    return train, valid
