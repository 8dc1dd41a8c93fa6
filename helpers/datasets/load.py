"""`load_vehicles` and `load_food`: from a folder of pictures to train, valid and test."""

import textwrap

from helpers.datasets.cache import decode_folder
from helpers.datasets.layout import PARTS, UNLABELLED, read_set, short, sides, some
from helpers.datasets.loader import ImageDataset
from helpers.datasets.pictures import ASPECTS
from helpers.datasets.profiles import choose_profile, data_folder, find_set
from helpers.datasets.splits import Splits, contradicting, deal, group_identical, keep_apart, lacking, split_article


def load_vehicles(
    profile: str | None = None, *, image_size: int | None = None, split: str = "honest", split_seed: int = 13,
    on_unreadable: str = "error",
) -> Splits:  # fmt: skip
    """Load the labelled vehicle pictures, decoded and split.

    Pictures of another shape or size are squashed to `image_size`. Decoding happens once; later calls open its result.

    Args:
        profile: "sample" (drawn on first use, offline), "full" (the real photos), or None: the environment variable
            COURSE_DATA, and without it full where the real photos are present, else sample.
        image_size: Width and height in pixels; by default 64 for the sample, 224 for the real photos.
        split: "honest" (contradicting groups of identical pictures dropped, others kept together, stratified
            70 / 15 / 15; of the sample 17 / 41.5 / 41.5) or "article" (its 90 / 10 of random_state 13, no test part).
        split_seed: Decides the honest split.
        on_unreadable: "error", or "skip" to leave unreadable files out and print their names.

    Returns:
        The parts; every picture is uint8 RGB, every label 0 (ordinary) or 1 (emergency).

    Raises:
        ValueError: A wrong argument, unreadable pictures, or a label CSV that does not fit its pictures.
        FileNotFoundError: The real photos were asked for and are not there.
    """
    if split not in ("honest", "article"):
        raise ValueError(f"split is {split!r}; choose 'honest' or 'article'.")
    profile, data, hashes, _ = _load("vehicles", profile, image_size, on_unreadable, "squash")
    labels = data.labels.tolist()
    if split == "article":
        return _part(data, dict(zip(("train", "valid"), split_article(labels), strict=True)), [], profile, "vehicles")
    groups = group_identical(hashes)
    chosen = deal(groups, labels, find_set("vehicles").shares[profile], split_seed)
    return _part(data, chosen, contradicting(groups, labels), profile, "vehicles")


def load_food(
    profile: str | None = None, *, image_size: int = 128, on_unreadable: str = "error", aspect: str = "squash"
) -> Splits:
    """Load the food pictures, decoded, in the parts in which they come.

    A picture that stands in several parts (pixel-identical as stored, before any scaling) stays in one only: of test,
    valid, train the first; a printed line says so. What is raised is that of `load_vehicles`.

    Args:
        profile: "sample", "full" or None.
        image_size: Width and height in pixels.
        on_unreadable: "error" or "skip".
        aspect: What becomes of pictures that are not square: "squash" scales both sides to `image_size`, as the
            article does, and distorts; "crop" scales the shorter side and cuts off what is too long on both ends.

    Returns:
        The parts; every picture is uint8 RGB, every label 0 (Bread) to 10 (Vegetable/Fruit). `test` is None where the
        set has no such part; where it has one without labels, these are -1: it can be predicted, not evaluated.

    >>> load_food("sample", aspect="stretch")
    Traceback (most recent call last):
    ...
    ValueError: aspect is 'stretch'; choose 'squash' or 'crop'.
    """
    profile, data, hashes, parts = _load("food", profile, image_size, on_unreadable, aspect)
    chosen, leaked, torn = keep_apart(group_identical(hashes), parts, data.labels.tolist())
    for (part, own), later in zip(leaked.items(), ("valid or test", "test"), strict=True):
        if own:
            listed = some([f"{data.names[i]} is {data.names[twin]}" for i, twin in own.items()], 3)
            _say(f"left out of {part}, also found in {later}: {len(own)} of {parts.count(part)} pictures ({listed})")
    splits = _part(data, chosen, torn, profile, "food")
    if splits.test and (splits.test.labels == UNLABELLED).all():
        count = len(splits.test)
        print(f"the {count} pictures of test have no labels: a model can predict them, nothing can be measured")
    return splits


def _load(
    name: str, profile: str | None, size: int | None, on_unreadable: str, aspect: str
) -> tuple[str, ImageDataset, list[str], list[str]]:
    """Check the arguments; return profile, readable pictures, their pixel hashes, and their parts if there are any."""
    if on_unreadable not in ("error", "skip"):
        raise ValueError(f"on_unreadable is {on_unreadable!r}; choose 'error' or 'skip'.")
    if aspect not in ASPECTS:
        raise ValueError(f"aspect is {aspect!r}; choose {' or '.join(map(repr, ASPECTS))}.")
    profile = choose_profile(profile, name)
    wanted = find_set(name)
    size = wanted.image_sizes[profile] if size is None else size
    if isinstance(size, bool) or not isinstance(size, int) or not 8 <= size <= 1024:
        raise ValueError(f"image_size is {size!r}; give a whole number of pixels from 8 to 1024.")
    title = f"{wanted.real} --profile {profile}"
    table = read_set(data_folder(name, profile), name)
    table.complain(title)
    decoded = decode_folder(table.pictures, table.names, size, aspect)
    if decoded.unreadable:
        bad = some([f"{table.names[i]} ({reason})" for i, reason in sorted(decoded.unreadable.items())])
        if on_unreadable == "error":
            fix = f", or write a CSV without them: python -m course data check {title} --fix" if table.csv else "."
            mend = f'Replace them, leave them out with on_unreadable="skip"{fix}'
            raise ValueError(f"unreadable pictures in {short(table.pictures)}/: {bad}. {mend}")
        _say(f"left out, unreadable: {bad}")
    rows = [i for i in range(len(table.names)) if i not in decoded.unreadable]
    if not rows:
        raise ValueError(f"no picture in {short(table.pictures)}/ can be read; get or import the data again.")
    data = ImageDataset(decoded.images, table.labels, table.classes, table.names, unlabelled=True).subset(rows)
    return profile, data, [decoded.facts[i].pixels for i in rows], [table.parts[i] for i in rows if table.parts]


def _say(text: str) -> None:
    """Print a text in lines that JupyterLab need not break, as it would inside words."""
    print(textwrap.fill(text, 100, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False))


def _part(data: ImageDataset, chosen: dict[str, list[int]], torn: list[list[int]], profile: str, name: str) -> Splits:
    """Say what contradicts itself, refuse a part or a class to learn without a picture, and return the parts."""
    if torn:
        listed = [sides({data.names[i]: data.classes[data.labels[i]] for i in group}) for group in torn]
        _say(f"left out, identical pictures with contradicting labels: {'; '.join(listed)}")
    lacks = lacking(chosen, data.labels.tolist(), data.classes)
    if lacks:
        raise ValueError(f"{lacks}; add pictures, or get or import the data again.")
    train, valid, test = (data.subset(chosen[part]) if part in chosen else None for part in PARTS)
    return Splits(train, valid, test, profile, name)
