"""Which picture belongs to train, valid or test."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from helpers import runtime
from helpers.datasets.loader import ImageDataset


@dataclass
class Splits:
    """A set of pictures in its parts."""

    train: ImageDataset  # to learn from
    valid: ImageDataset  # to compare models on
    test: ImageDataset | None  # to open once, at the end; None where a split has no such part
    profile: str  # "sample" (drawn) or "full" (the real photos)
    name: str  # which set this is

    def __str__(self) -> str:
        parts = {"train": self.train, "valid": self.valid, "test": self.test}
        counts = ", ".join(f"{len(part)} {name}" for name, part in parts.items() if part is not None)
        kind = "drawn sample" if self.profile == "sample" else "real photos"
        size = self.train.image_size
        return f"{self.name}, profile {self.profile} ({kind}): {counts}; {size} x {size} pixels\n{runtime.summary()}"


def group_identical(hashes: list[str]) -> list[list[int]]:
    """Group positions by equal pixel hash, in the order of first appearance; one without a twin is a group of one.

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
    """Split into train, valid and test, stratified, with every group of identical pictures in one part.

    Per class the groups are shuffled by `seed` and dealt out by counting pictures, so each share is met to within one
    group and no group is torn. Groups and parts are lists of positions in `labels`.

    >>> [len(part) for part in split_honest([[i] for i in range(20)], [0, 1] * 10, seed=0)]
    [14, 3, 3]
    """
    random = np.random.default_rng(seed)
    parts = ([], [], [])
    # Counted over the classes so far: odd pictures of a class go where most are missing, rounding cannot add up.
    total = 0
    for label in sorted({labels[group[0]] for group in groups}):
        own = [group for group in groups if labels[group[0]] == label]
        total += sum(map(len, own))
        for index in random.permutation(len(own)):
            missing = [share * total - len(part) for share, part in zip(shares, parts, strict=True)]
            parts[np.argmax(missing)].extend(own[index])
    return tuple(sorted(part) for part in parts)


def lacking(parts: dict[str, list[int]], labels: list[int], classes: list[str]) -> str:
    """Say, with all counts, which of the parts has no picture and which class none to learn from; empty if none."""
    learnt = {labels[i] for i in parts["train"]}
    empty = [part for part, rows in parts.items() if not rows]
    empty += [name for index, name in enumerate(classes) if index not in learnt]
    used = [labels[i] for rows in parts.values() for i in rows]
    sizes = ", ".join(f"{len(rows)} {part}" for part, rows in parts.items())
    counts = ", ".join(f"{used.count(index)} {name}" for index, name in enumerate(classes))
    return f"no picture is left for {', '.join(empty)} ({sizes}; of these {counts})" if empty else ""


def keep_apart(
    groups: list[list[int]], parts: list[str], labels: list[int]
) -> tuple[dict[str, list[int]], dict[str, dict[int, int]], list[list[int]]]:
    """Decide what of a set that comes in parts is used, so that no picture stands in two of them.

    Takes the groups of identical pictures, and part and label of each position; returns the positions of "train",
    "valid" and, where there is one, "test"; what is left out of train and valid since a later part has it too, each
    with its twin there; and the groups of train with different labels, which are left out too.

    >>> keep_apart([[0, 2], [1, 3], [4]], ["train", "train", "valid", "train", "test"], [0, 0, 0, 1, 0])
    ({'train': [], 'valid': [2], 'test': [4]}, {'train': {0: 2}, 'valid': {}}, [[1, 3]])
    """
    leaked = {"train": {}, "valid": {}}
    for part, later in (("train", ("valid", "test")), ("valid", ("test",))):
        for group in groups:
            twins = [i for i in group if parts[i] in later]
            leaked[part] |= {i: twins[0] for i in group if twins and parts[i] == part}
    used = ("train", "valid", "test") if "test" in parts else ("train", "valid")
    chosen = {p: sorted(i for g in groups for i in g if parts[i] == p and i not in leaked.get(p, ())) for p in used}
    learnt = set(chosen["train"])
    torn = contradicting([[i for i in group if i in learnt] for group in groups], labels)
    chosen["train"] = sorted(learnt.difference(*torn))
    return chosen, leaked, torn


def contradicting(groups: list[list[int]], labels: list[int]) -> list[list[int]]:
    """Return the groups of identical pictures that carry different labels."""
    return [group for group in groups if len({labels[i] for i in group}) > 1]


def deal(
    groups: list[list[int]], labels: list[int], shares: tuple[float, float, float], seed: int = 13
) -> dict[str, list[int]]:
    """Split honestly, without the groups that contradict themselves: positions of "train", "valid" and "test"."""
    torn = contradicting(groups, labels)
    parts = split_honest([group for group in groups if group not in torn], labels, seed, shares)
    return dict(zip(("train", "valid", "test"), parts, strict=True))


def split_article(labels: list[int]) -> tuple[list[int], list[int]]:
    """Split as the article does: 90 / 10, stratified, `random_state=13`, duplicates and all.

    Positions of train and valid come in scikit-learn's order; all in train where a class has too few for both.
    """
    from sklearn.model_selection import train_test_split

    positions = list(range(len(labels)))
    try:
        train, valid = train_test_split(positions, test_size=0.1, random_state=13, stratify=labels)
    except ValueError:  # too few pictures of a class for both parts
        return positions, []
    return train, valid
