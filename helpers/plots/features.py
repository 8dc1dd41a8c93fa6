"""Figures of what a network makes of pictures: its features, laid out in two dimensions."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from helpers.plots import style

# Eleven classes are more than there are colours that everyone can tell apart: each class has a marker of its own too.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9", "#000000")
MARKERS = ("o", "^", "s", "v", "D", "P", "X", "<", "*", ">", "p", "h")


def embedding(panels: Mapping[str, np.ndarray], labels: Sequence[int], classes: Sequence[str]) -> Figure:
    r"""Draw two-dimensional points of the same pictures, a panel each: t-SNE before and after training.

    Each class has a colour and a marker, and its number stands at the median of its points. There are no ticks:
    distances in t-SNE have no unit.

    Args:
        panels: By title an array N x 2, one to four of them. A second line of a title is for its numbers.
        labels: Class of each picture, N.
        classes: Class names, at most 12.

    >>> figure = embedding({"before": np.eye(2), "after\nk-NN 60 %": np.eye(2)}, [0, 1], ["Bread", "Egg"])
    >>> [axis.get_title() for axis in figure.axes]
    ['before', 'after\nk-NN 60 %']
    """
    labels = np.asarray(labels)
    if not 1 <= len(panels) <= 4:
        raise ValueError(f"there are {len(panels)} panels; pass a dict of one to four, such as {{'before': points}}.")
    if len(classes) > len(MARKERS):
        raise ValueError(f"there are {len(classes)} classes; more than {len(MARKERS)} cannot be told apart.")
    for title, points in panels.items():
        if np.shape(points) != (len(labels), 2):
            raise ValueError(
                f"the points of {title!r} are {' x '.join(map(str, np.shape(points)))}; there are {len(labels)} "
                f"labels, so pass {len(labels)} x 2."
            )
    rows = 2 if len(panels) == 4 else 1
    columns = len(panels) // rows
    width = 6 if columns == 1 else style.WIDTH
    wide = int(100 * width / columns / 7.2)  # letters above a panel
    titles = ["\n".join(textwrap.fill(line, wide) for line in title.splitlines()) for title in panels]
    told = "; ".join(title.replace("\n", ", ") for title in panels)
    figure = style.new(
        width,
        1.5 + rows * {1: 4.2, 2: 3.6 if rows == 1 else 3.0, 3: 3.1}[columns],
        f"Pictures as points, near where a network finds them alike (no unit), coloured by class. {told}",
    )
    axes = figure.subplots(rows, columns, squeeze=False).flat
    present = [i for i in range(len(classes)) if (labels == i).any()]
    common = {"linestyle": "none", "ms": 5, "mew": 0}
    look = {i: {"marker": MARKERS[i], "color": COLOURS[i % len(COLOURS)]} | common for i in present}
    for axis, title, points in zip(axes, titles, map(np.asarray, panels.values()), strict=True):
        for i in present:
            axis.plot(*points[labels == i].T, alpha=0.7, label=classes[i], **look[i])
        for i in present:
            number = {"boxstyle": "circle,pad=0.15", "facecolor": "white", "edgecolor": look[i]["color"]}
            x, y = np.median(points[labels == i], axis=0)
            axis.text(x, y, str(i + 1), ha="center", va="center", bbox=number, zorder=3)
        axis.set(xticks=[], yticks=[])
        axis.set_title(title, fontsize=10)
        axis.set_xlabel("dimension 1 of t-SNE (no unit)")
    for axis in figure.axes[::columns]:
        axis.set_ylabel("dimension 2 of t-SNE (no unit)")
    entries = [Line2D([], [], label=f"{i + 1} {classes[i]}", **(look[i] | {"ms": 7})) for i in present]
    columns = min(len(entries), int(width * 2 / 3))
    spacing = {"handletextpad": 0.1, "columnspacing": 1.2}
    figure.legend(handles=entries, loc="outside lower center", ncols=columns, frameon=False, fontsize=10, **spacing)
    return figure
