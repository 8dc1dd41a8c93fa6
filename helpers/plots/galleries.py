"""Figures made of pictures: galleries, mistakes, what the audit of a folder found."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from helpers.datasets import ImageDataset
from helpers.datasets.audit import Audit
from helpers.evaluation import Evaluation
from helpers.plots import style

LINE = 0.19  # inches: a line of caption
DOTS, LETTER = 100, 7.2  # pixels: an inch, a letter of a caption (a little more than the mean)
# Pixels of all pictures of one figure, before enlarging: with 256 colours each takes about a byte, with 64 about 0.4.
PIXELS, PIXELS_IN_FULL_COLOUR = 260_000, 100_000
FRAMES = {
    "right": {"edgecolor": style.RIGHT, "linewidth": 1.5},
    "wrong": {"edgecolor": style.WRONG, "linewidth": 3, "linestyle": (0, (4, 2))},
}


def gallery(
    dataset: ImageDataset, indices: Sequence[int] | None = None, *, captions: Sequence[str] | None = None,
    evaluation: Evaluation | None = None, columns: int = 6,
) -> Figure:  # fmt: skip
    """Draw pictures with their labels and, given an evaluation, with what the model said.

    Args:
        dataset: The pictures.
        indices: Positions to show; by default 12, spread evenly.
        captions: A text for each picture instead of its label.
        evaluation: Of a model on `dataset`, in its order. A thin frame stands for right, a thick dashed one for wrong.
        columns: Pictures in a row, 2 to 12.
    """
    if indices is None:
        indices = np.unique(np.linspace(0, len(dataset) - 1, 12).round().astype(int)) if len(dataset) else []
    indices = [int(i) for i in indices]
    if captions is not None and len(captions) != len(indices):
        raise ValueError(f"{len(captions)} captions for {len(indices)} pictures; give as many of each.")
    if evaluation is not None and len(evaluation.labels) != len(dataset):
        found = f"the evaluation is of {len(evaluation.labels)} pictures but the dataset has {len(dataset)}"
        raise ValueError(f"{found}; pass the dataset that was evaluated, unshuffled.")
    shown = [dataset[i] for i in indices]
    marks = [None if evaluation is None else "right" if evaluation.correct[i] else "wrong" for i in indices]
    if captions is None:
        captions = [dataset.classes[label] if label >= 0 else "no label" for _, label in shown]
        if evaluation is not None:
            said = [evaluation.classes[evaluation.predictions[i]] for i in indices]
            sure = [f"{100 * evaluation.probabilities[i].max():.0f} %" for i in indices]
            captions = [
                f"true: {a}\nsaid: {b}\n{c}, {d}" for a, b, c, d in zip(captions, said, sure, marks, strict=True)
            ]
    return _grid([image.permute(1, 2, 0).numpy() for image, _ in shown], captions, marks, columns)


def mistakes(evaluation: Evaluation, dataset: ImageDataset, k: int = 12) -> Figure:
    """Draw the `k` most confident mistakes on a dataset: true label, prediction and its probability."""
    return gallery(dataset, evaluation.mistakes(k)["index"], evaluation=evaluation)


def audit_gallery(audit: Audit, pairs: int = 6) -> Figure:
    """Draw pairs from the groups that an audit found, and list unreadable files below.

    Contradicting labels come first, then identical pictures; two places are for near-duplicates. Pairs are numbered.
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


def pictures(rows: Mapping[str, torch.Tensor], *, captions: Mapping[str, Sequence[str]] | None = None) -> Figure:
    """Draw batches of pictures below each other, a titled row each: what a change does, or what an attack does.

    By title it takes 1 to 12 pictures N x 3 x H x W, uint8, or floating point from 0 to 1; `captions` are texts below.
    Small pictures are enlarged by a whole factor, many large ones shrunk: the figure stays below about 120 kB.
    """
    if not rows:
        raise ValueError("there is no row to draw; pass a dict such as {'original': images}.")
    shown = {title: _as_uint8(title, batch) for title, batch in rows.items()}
    captions = dict(captions or {})
    for title, texts in captions.items():
        if title not in shown or len(texts) != len(shown[title]):
            held = f"has {len(shown[title])} pictures" if title in shown else f"is none of {', '.join(shown)}"
            raise ValueError(f"there are {len(texts)} captions for the row {title!r}, which {held}; give as many.")
    columns = max(len(batch) for batch in shown.values())
    blocks = 2 if len(shown) > 6 and columns <= 5 else 1
    gap = 24  # pixels between the blocks
    widest = int((style.WIDTH * DOTS - gap * (blocks - 1)) / (blocks * max(3, columns)))
    captions = {
        title: ["\n".join(textwrap.fill(line, int(widest / LETTER)) for line in text.splitlines()) for text in texts]
        for title, texts in captions.items()
    }
    size, count = max(max(batch.shape[1:3]) for batch in shown.values()), sum(map(len, shown.values()))
    side = min(widest, 152) - 8
    side = side // size * size or side
    if size > (most := int((PIXELS / count) ** 0.5)):
        side = min(side, most)
    written = [line for texts in captions.values() for text in texts for line in text.splitlines()]
    cell = min(widest, max(side + 8, int(LETTER * max(map(len, written), default=0)) + 16))
    titled = int(LETTER * max(map(len, shown))) + 16
    across = min(int(style.WIDTH * DOTS), blocks * max(columns * cell, titled) + gap * (blocks - 1))
    heights = [
        26 + side + int(DOTS * LINE * max((text.count("\n") + 1 for text in captions.get(title, [])), default=0)) + 8
        for title in shown
    ]
    deep = -(-len(shown) // blocks)  # rows in a block
    height = max(sum(heights[i : i + deep]) for i in range(0, len(heights), deep))
    told = "; ".join(
        f"{title} ({', '.join(captions[title])})".replace("\n", " ") if title in captions else title for title in shown
    )
    figure = style.new(across / DOTS, height / DOTS, f"Rows of {columns} pictures each: {told}.", layout=None)
    if count * min(side, size) ** 2 > PIXELS_IN_FULL_COLOUR:
        figure.colours = 64
    for place, (title, batch) in enumerate(shown.items()):
        block, row = divmod(place, deep)
        left, top = block * (across + gap) // blocks, sum(heights[block * deep : place])
        figure.text((left + 4) / across, 1 - (top + 22) / height, title, fontweight="bold", va="baseline")
        for column, image in enumerate(batch):
            axis = _place(figure, image, left + column * cell + 4, top + 26, side)
            if title in captions:
                axis.text(0, -3 / side, captions[title][column], transform=axis.transAxes, va="top")
    return figure


def _as_uint8(title: str, batch: "torch.Tensor") -> np.ndarray:
    shape = " x ".join(map(str, batch.shape))
    if batch.ndim != 4 or batch.shape[1] != 3 or not 1 <= len(batch) <= 12:
        raise ValueError(f"the row {title!r} is {shape}; pass a batch N x 3 x H x W of 1 to 12 pictures.")
    batch = batch.detach().cpu()
    if batch.is_floating_point():
        low, high = batch.min().item(), batch.max().item()
        if not (low >= 0 and high <= 1):
            raise ValueError(f"the row {title!r} has values from {low:.3g} to {high:.3g}; clamp them to 0 to 1.")
        batch = (255 * batch.float()).round().byte()
    return batch.permute(0, 2, 3, 1).numpy()


def _grid(
    images: Sequence[np.ndarray], captions: Sequence[str], marks: Sequence[str | None], columns: int, footer: str = ""
) -> Figure:
    """Place pictures at whole pixels: small ones enlarged by a whole factor stay crisp, and the PNG small."""
    if not 2 <= columns <= 12:
        raise ValueError(f"columns is {columns}; take 2 to 12.")
    if not images:
        text = footer or "No pictures to show."
        figure = style.new(style.WIDTH, 0.8, text)
        figure.text(0.02, 0.5, text, va="center")
        return figure
    # Two captions of "said: Vegetable/Fruit" side by side would touch: a wider figure keeps them apart.
    long = columns == 6 and max(len(line) for caption in captions for line in caption.splitlines() or [""]) > 19
    cell = int((style.WIDTH + 0.9 * long) * DOTS / columns)
    header = int(DOTS * LINE * max(caption.count("\n") + 1 for caption in captions)) + 8
    rows = -(-len(images) // columns)
    across = min(columns, len(images))
    widest = cell - 12
    sides = [max(image.shape[:2]) for image in images]
    sides = [widest // side * side if side < widest else widest for side in sides]
    step = header + max(sides) + 8
    below = int(DOTS * LINE * (footer.count("\n") + 1)) + 12 if footer else 0
    height = rows * step + below
    told = "; ".join(caption.replace("\n", ", ") for caption in captions)
    figure = style.new(across * cell / DOTS, height / DOTS, f"{len(images)} pictures: {told}. {footer}", layout=None)
    if footer:
        figure.text(8 / (across * cell), 6 / height, footer, va="bottom")
    for place, (image, side, caption, mark) in enumerate(zip(images, sides, captions, marks, strict=True)):
        row, column = divmod(place, columns)
        left, top = column * cell + (cell - side) // 2, row * step + header
        axis = _place(figure, image, left, top, side)
        axis.set_title(caption, fontsize=10, pad=4)
        if mark:
            axis.add_patch(Rectangle((0, 0), 1, 1, transform=axis.transAxes, fill=False, clip_on=False, **FRAMES[mark]))
    return figure


def _place(figure: Figure, image: np.ndarray, left: int, top: int, side: int) -> Axes:
    width, height = figure.get_size_inches() * DOTS
    axis = figure.add_axes((left / width, 1 - (top + side) / height, side / width, side / height))
    axis.imshow(image, interpolation="nearest" if max(image.shape[:2]) <= side else "antialiased")
    axis.set_axis_off()
    return axis
