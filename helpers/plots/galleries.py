"""Figures made of pictures: galleries, mistakes, what the audit of a folder found."""

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from helpers.plots import style

if TYPE_CHECKING:
    from helpers.datasets import ImageDataset
    from helpers.datasets.audit import Audit
    from helpers.evaluation import Evaluation

WIDTH, LINE = 9.0, 0.19  # inches: a row of pictures, a line of caption
FRAMES = {
    "right": {"edgecolor": style.RIGHT, "linewidth": 1.5},
    "wrong": {"edgecolor": style.WRONG, "linewidth": 3, "linestyle": (0, (4, 2))},
}


def gallery(
    dataset: "ImageDataset",
    indices: Sequence[int] | None = None,
    *,
    captions: Sequence[str] | None = None,
    evaluation: "Evaluation | None" = None,
    columns: int = 6,
) -> Figure:
    """Draw pictures with their labels and, given an evaluation, with what the model said.

    Args:
        dataset: The pictures; `dataset[i]` is (uint8 3 x H x W, label).
        indices: Positions to show; by default 12, spread evenly.
        captions: A text for each picture instead of its label.
        evaluation: Of a model on `dataset`, in its order. Right ones get a thin frame, wrong ones a thick dashed one,
            and the caption says which it is.
        columns: Pictures in a row, 2 to 12.

    Returns:
        A figure.

    Raises:
        ValueError: The captions or the evaluation do not belong to these pictures.

    Example:
        >>> from helpers.datasets import ImageDataset
        >>> data = ImageDataset(np.zeros((3, 8, 8, 3), np.uint8), [0, 1, 1], ["ordinary", "emergency"])
        >>> [axis.get_title() for axis in gallery(data).axes]
        ['ordinary', 'emergency', 'emergency']
    """
    if indices is None:
        indices = np.unique(np.linspace(0, len(dataset) - 1, 12).round().astype(int)) if len(dataset) else []
    indices = [int(i) for i in indices]
    if captions is not None and len(captions) != len(indices):
        raise ValueError(f"{len(captions)} captions for {len(indices)} pictures; give as many of each.")
    if evaluation is not None and len(evaluation.labels) != len(dataset):
        raise ValueError(
            f"the evaluation is of {len(evaluation.labels)} pictures but the dataset has {len(dataset)}; pass the "
            "dataset that was evaluated, unshuffled."
        )
    shown = [dataset[i] for i in indices]
    marks = (
        [None] * len(shown) if evaluation is None else ["right" if evaluation.correct[i] else "wrong" for i in indices]
    )
    if captions is None:
        captions = [dataset.classes[label] if label >= 0 else "no label" for _, label in shown]
        if evaluation is not None:
            captions = [
                f"true: {caption}\nsaid: {evaluation.classes[evaluation.predictions[i]]}\n"
                f"{100 * evaluation.probabilities[i].max():.0f} %, {mark}"
                for i, caption, mark in zip(indices, captions, marks, strict=True)
            ]
    return _grid([image.permute(1, 2, 0).numpy() for image, _ in shown], captions, marks, columns)


def mistakes(evaluation: "Evaluation", dataset: "ImageDataset", k: int = 12) -> Figure:
    """Draw the most confident mistakes: true label, prediction and its probability.

    Args:
        evaluation: Of a model on `dataset`, in its order.
        dataset: The pictures that were evaluated.
        k: How many at most.

    Returns:
        A figure; a sentence instead of pictures when there is no mistake.

    Raises:
        ValueError: The evaluation is not of these pictures.

    Example:
        >>> import torch
        >>> from helpers.datasets import ImageDataset
        >>> from helpers.evaluation import Evaluation
        >>> data = ImageDataset(np.zeros((2, 8, 8, 3), np.uint8), [0, 0], ["ordinary", "emergency"])
        >>> figure = mistakes(Evaluation(torch.eye(2), data.labels, data.classes), data)
        >>> figure.axes[0].get_title().splitlines()
        ['true: ordinary', 'said: emergency', '73 %, wrong']
    """
    return gallery(dataset, evaluation.mistakes(k)["index"], evaluation=evaluation)


def audit_gallery(audit: "Audit", pairs: int = 6) -> Figure:
    """Draw pairs from the groups that an audit found, contradicting labels first, and list unreadable files below.

    Args:
        audit: What `datasets.audit` returned.
        pairs: How many at most. Contradicting ones come first, then identical ones; two places are kept for
            near-duplicates.

    Returns:
        A figure; the number before a file name is that of its pair.

    Example:
        >>> from types import SimpleNamespace
        >>> audit_gallery(SimpleNamespace(contradicting=[], identical=[], near=[], unreadable=[])).texts[0].get_text()
        'No pictures to show.'
    """
    torn = [(list(group), "contradicting:", group) for group in audit.contradicting]
    same = [(group, "identical", None) for group in audit.identical if set(group) not in map(set, audit.contradicting)]
    near = [([a, b], "near-duplicate", None) for a, b, _ in audit.near]
    kept = min(2, len(near), max(0, pairs - len(torn)))
    chosen = (torn + same)[: pairs - kept] + near
    images, captions, marks = [], [], []
    for number, (names, finding, labels) in enumerate(chosen[:pairs], start=1):
        of = f" (of {len(names)})" if len(names) > 2 else ""
        # Of a contradicting group show two that do contradict each other.
        second = next(name for name in names[1:] if not labels or labels[name] != labels[names[0]])
        for name in (names[0], second):
            images.append(np.asarray(audit.picture(name)))
            short = name if len(name) <= 12 else f"...{name[-9:]}"  # a longer one would run into its neighbour
            captions.append("\n".join([f"{number}: {short}{of}", finding, *([labels[name]] if labels else [])]))
            marks.append("wrong" if labels else None)
    unreadable = [f"{name} ({reason})" for name, reason in audit.unreadable]
    rest = [f"and {len(unreadable) - 5} more"] if len(unreadable) > 5 else []
    footer = textwrap.fill("Unreadable: " + ", ".join(unreadable[:5] + rest), 110) if unreadable else ""
    return _grid(images, captions, marks, 6, footer)


def _grid(
    images: Sequence[np.ndarray], captions: Sequence[str], marks: Sequence[str | None], columns: int, footer: str = ""
) -> Figure:
    """Place pictures at whole pixels: small ones enlarged by a whole factor stay crisp, and the PNG small."""
    if not 2 <= columns <= 12:
        raise ValueError(f"columns is {columns}; take 2 to 12.")
    if not images:
        text = footer or "No pictures to show."
        figure = style.new(WIDTH, 0.8, text)
        figure.text(0.02, 0.5, text, va="center")
        return figure
    dots = 100
    cell = int(WIDTH * dots / columns)
    header = int(dots * LINE * max(caption.count("\n") + 1 for caption in captions)) + 8
    rows = -(-len(images) // columns)
    across = min(columns, len(images))
    widest = cell - 16
    below = int(dots * LINE * (footer.count("\n") + 1)) + 12 if footer else 0
    height = rows * (header + widest + 8) + below
    told = "; ".join(caption.replace("\n", ", ") for caption in captions)
    figure = style.new(across * cell / dots, height / dots, f"{len(images)} pictures: {told}. {footer}", layout=None)
    if footer:
        figure.text(8 / (across * cell), 6 / height, footer, va="bottom")
    for place, (image, caption, mark) in enumerate(zip(images, captions, marks, strict=True)):
        row, column = divmod(place, columns)
        side = max(image.shape[:2])
        side = widest // side * side if side < widest else widest
        left, top = column * cell + (cell - side) // 2, row * (header + widest + 8) + header
        box = (left / (across * cell), 1 - (top + side) / height, side / (across * cell), side / height)
        axis = figure.add_axes(box)
        axis.imshow(image, interpolation="nearest" if max(image.shape[:2]) <= side else "antialiased")
        axis.set_axis_off()
        axis.set_title(caption, fontsize=10, pad=4)
        if mark:
            axis.add_patch(Rectangle((0, 0), 1, 1, transform=axis.transAxes, fill=False, clip_on=False, **FRAMES[mark]))
    return figure
