"""Figures of results and data: confusion, accuracies with intervals, costs, correlations, class balance, features."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from helpers.datasets import Splits
from helpers.evaluation import Evaluation
from helpers.plots import style

# Eleven classes are more than there are colours that everyone can tell apart: each class has a marker of its own too.
POINTS = ("#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9", "#000000")
MARKERS = ("o", "^", "s", "v", "D", "P", "X", "<", "*", ">", "p", "h")
SLANTED = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}


def confusion(evaluation: Evaluation) -> Figure:
    """Draw which classes are taken for which: counts, and the share of each true class.

    A row is a true class, a column a predicted one; the shade is the share of the row.

    >>> import torch
    >>> figure = confusion(Evaluation(torch.eye(2), torch.tensor([0, 1]), ["ordinary", "emergency"]))
    >>> figure.axes[0].texts[0].get_text().split()
    ['1', '100', '%']
    """
    counts, classes = evaluation.confusion(), list(evaluation.classes)
    shares = 100 * counts / np.maximum(counts.sum(1, keepdims=True), 1)
    size = len(classes)
    cell = max(0.54, 1.6 - 0.3 * (size - 2))
    said = "; ".join(f"{name} {row}" for name, row in zip(classes, counts.tolist(), strict=True))
    told = f"Counts of predictions ({', '.join(classes)}) by true class. {said}"
    figure = style.new(2.4 + cell * size, 1.4 + cell * size, told)
    axis = figure.subplots()
    shade = axis.imshow(shares, cmap="Blues", vmin=0, vmax=100)
    for (row, column), count in np.ndenumerate(counts):
        text, colour = f"{count}\n{shares[row, column]:.0f} %", "white" if shares[row, column] > 65 else "black"
        if size > 5 and not count:  # most cells of many classes are: pale, they leave others visible
            text, colour = "0", "#767676"
        axis.text(column, row, text, ha="center", va="center", color=colour, fontsize=10)
    axis.set(xlabel="predicted class", ylabel="true class")
    return _frame(figure, shade, classes, "share of the true class (%)", slanted=size > 4)


def _frame(figure: Figure, shade: AxesImage, names: list[str], label: str, *, slanted: bool) -> Figure:
    """Name the rows and columns of a table of cells, and say what their shade means."""
    axis = shade.axes
    axis.set_xticks(range(len(names)), names, **(SLANTED if slanted else {}))
    axis.set_yticks(range(len(names)), names)
    axis.spines[:].set_visible(False)
    figure.colorbar(shade, ax=axis, label=label, shrink=0.8)
    return figure


def intervals(results: Mapping[str, Evaluation | tuple[float, float, float]]) -> Figure:
    """Draw accuracies with their 95 % intervals, one line each, in the order given.

    This "forest plot" takes, by technique, an `Evaluation`, or (accuracy, low, high) from 0 to 1.

    >>> figure = intervals({"baseline": (0.7, 0.63, 0.76), "dropout": (0.71, 0.64, 0.77)})
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['70.0 %  (63.0 to 76.0)', '71.0 %  (64.0 to 77.0)']
    """
    if not results:
        raise ValueError("there is no result to draw; pass a dict such as {'baseline': evaluation}.")
    points = {
        name: 100 * np.array(result if isinstance(result, tuple) else (result.accuracy, *result.interval), float)
        for name, result in results.items()
    }
    colour_of = style.colours(points)
    told = [f"{value:.1f} %  ({low:.1f} to {high:.1f})" for value, low, high in points.values()]
    said = "; ".join(f"{name} {text}" for name, text in zip(points, told, strict=True))
    figure = style.new(style.WIDTH, 1.1 + 0.4 * len(points), f"Accuracies with 95 % intervals. {said}")
    axis = figure.subplots()
    for line, (name, (value, low, high)) in enumerate(points.items()):
        axis.plot([low, high], [line, line], color=colour_of[name], linewidth=2, label=name, marker="|", ms=9)
        axis.plot(value, line, "o", color=colour_of[name], ms=7, label="_value")
        axis.text(1.02, line, told[line], transform=axis.get_yaxis_transform(), va="center")
    axis.set_yticks(range(len(points)), points)
    axis.set_ylim(len(points) - 0.5, -0.5)
    axis.set_xlabel("accuracy (%) with its 95 % interval")
    style.tidy(axis, grid="x")
    return figure


def costs(results: Mapping[str, tuple[float, float, float, float]], xlabel: str) -> Figure:
    """Draw what each technique costs against what it brings: accuracy with its interval over seconds or parameters.

    By technique it takes (cost, accuracy, low, high), the cost positive, the others from 0 to 1; `xlabel` says what the
    cost is, with its unit, such as "training time (s)". It grows by factors.

    >>> figure = costs({"baseline": (40, 0.6, 0.5, 0.7), "ResNet": (90, 0.7, 0.6, 0.8)}, "training time (s)")
    >>> figure.axes[0].get_xscale(), [text.get_text() for text in figure.legends[0].texts]
    ('log', ['baseline', 'ResNet'])
    """
    if not results:
        raise ValueError("there is no result to draw; pass a dict such as {'baseline': (seconds, accuracy, 0.6, 0.7)}.")
    for name, (cost, *_) in results.items():
        if not cost > 0:
            raise ValueError(f"the cost of {name!r} is {cost}; on an axis that grows by factors it must be positive.")
    points = {name: (cost, *(100 * value for value in rest)) for name, (cost, *rest) in results.items()}
    said = "; ".join(f"{name} {value:.1f} % at {cost:,.4g}" for name, (cost, value, *_) in points.items())
    figure = style.new(style.WIDTH, 4.8, f"Accuracy with 95 % interval over {xlabel}. {said}")
    axis = figure.subplots()
    colour_of, entries = style.colours(points), []
    for i, (name, (cost, value, low, high)) in enumerate(points.items()):
        look = {"color": colour_of[name], "marker": "os^DvPX*<>"[i % 10], "ms": 8}
        axis.errorbar(cost, value, yerr=[[value - low], [high - value]], capsize=4, label=name, **look)
        entries.append(Line2D([], [], linestyle="none", label=name, **look))
    axis.set_xscale("log")
    spent = [cost for cost, *_ in points.values()]
    axis.set_xlim(min(spent) / 2, max(spent) * 2)
    axis.xaxis.set_major_formatter(lambda cost, _: f"{cost:,.10g}")
    if max(spent) < 30 * min(spent):  # less than two powers of ten would leave a single number on the axis
        axis.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.xaxis.set_minor_formatter(NullFormatter())
    axis.set(xlabel=xlabel, ylabel="accuracy (%) with its 95 % interval")
    style.tidy(axis)
    style.legend(figure, entries)
    return figure


def correlation(table: pd.DataFrame, label: str = "correlation of mistakes") -> Figure:
    """Draw a small table of correlations, each number in its cell.

    It is symmetric, of 2 to 8 rows and numbers from -1 to 1, which `label` names: violet agree, orange contradict.
    """
    names, values = [str(name) for name in table.index], table.to_numpy(float)
    if not 2 <= len(names) <= 8 or list(table.columns) != list(table.index):
        found = f"the table has {len(names)} rows and {len(table.columns)} columns"
        raise ValueError(f"{found}; pass 2 to 8, with the same names on both sides, as DataFrame.corr returns.")
    if not (np.allclose(values, values.T, equal_nan=True) and np.nanmax(np.abs(values)) <= 1 + 1e-6):
        ends = f"they go from {np.nanmin(values):.3g} to {np.nanmax(values):.3g}"
        found = f"the table is not symmetric with numbers from -1 to 1 ({ends})"
        raise ValueError(f"{found}; pass what DataFrame.corr returns.")
    size, longest, cells = len(names), max(map(len, names)), 0.75 * len(names)
    told = "; ".join(f"{names[i]} and {names[j]} {values[i, j]:.2f}" for i in range(size) for j in range(i))
    figure = style.new(1.6 + 0.075 * longest + cells, 0.9 + 0.055 * longest + cells, f"{label}: {told}")
    axis = figure.subplots()
    shade = axis.imshow(values, cmap="PuOr", vmin=-1, vmax=1)
    for (row, column), value in np.ndenumerate(values):
        colour = "white" if abs(value) > 0.7 else "black"
        text = "none" if np.isnan(value) else f"{value:z.2f}".replace("-", "\N{MINUS SIGN}")
        axis.text(column, row, text, ha="center", va="center", color=colour)
    return _frame(figure, shade, names, label, slanted=longest > 8)


def splits(data: Splits) -> Figure:
    """Draw how many pictures of each class stand in each part of the split, bars with count and share."""
    wanted = {"training": data.train, "validation": data.valid, "test": data.test}
    parts = {name: part for name, part in wanted.items() if part is not None and len(part.labels)}
    classes = data.train.classes
    figure = style.new(style.WIDTH, 1.2 + 0.4 * len(classes), "Pictures of each class in each part of the split.")
    panels = figure.subplots(1, len(parts), sharey=True, squeeze=False)[0]
    for axis, (name, part) in zip(panels, parts.items(), strict=True):
        labels = np.asarray(part.labels)
        counts = np.array([(labels == i).sum() for i in range(len(classes))])
        bars = axis.barh(range(len(classes)), counts, color=style.NEUTRAL, height=0.6)
        axis.bar_label(bars, [f"{count} ({100 * count / len(labels):.0f} %)" for count in counts], padding=4)
        axis.set(title=f"{name}: {len(labels)} pictures", xlabel="pictures", xlim=(0, 1.6 * max(1, counts.max())))
        axis.title.set_fontsize(10)
        axis.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        style.tidy(axis, grid="x")
    panels[0].set_yticks(range(len(classes)), classes)
    panels[0].invert_yaxis()
    panels[0].set_ylabel("class")
    return figure


def embedding(panels: Mapping[str, np.ndarray], labels: Sequence[int], classes: Sequence[str]) -> Figure:
    r"""Draw two-dimensional points of the same pictures, a panel each: t-SNE before and after training.

    Each class has a colour, a marker, and its number at the median of its points. No ticks: t-SNE has no unit.

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
            found = f"the points of {title!r} are {' x '.join(map(str, np.shape(points)))}"
            raise ValueError(f"{found}; there are {len(labels)} labels, so pass {len(labels)} x 2.")
    rows = 2 if len(panels) == 4 else 1
    columns = len(panels) // rows
    width = 6 if columns == 1 else style.WIDTH
    wide = int(100 * width / columns / 7.2)  # letters above a panel
    titles = ["\n".join(textwrap.fill(line, wide) for line in title.splitlines()) for title in panels]
    told = "; ".join(title.replace("\n", ", ") for title in panels)
    told = f"Pictures as points, near where a network finds them alike (no unit), coloured by class. {told}"
    figure = style.new(width, 1.5 + rows * {1: 4.2, 2: 3.6 if rows == 1 else 3.0, 3: 3.1}[columns], told)
    axes = figure.subplots(rows, columns, squeeze=False).flat
    present = [i for i in range(len(classes)) if (labels == i).any()]
    look = {i: {"marker": MARKERS[i], "color": POINTS[i % len(POINTS)], "linestyle": "none", "mew": 0} for i in present}
    for axis, title, points in zip(axes, titles, map(np.asarray, panels.values()), strict=True):
        for i in present:
            axis.plot(*points[labels == i].T, alpha=0.7, label=classes[i], ms=5, **look[i])
            number = {"boxstyle": "circle,pad=0.15", "facecolor": "white", "edgecolor": look[i]["color"]}
            x, y = np.median(points[labels == i], axis=0)
            axis.text(x, y, str(i + 1), ha="center", va="center", bbox=number, zorder=3)
        axis.set(xticks=[], yticks=[])
        axis.set_title(title, fontsize=10)
        axis.set_xlabel("dimension 1 of t-SNE (no unit)")
    for axis in figure.axes[::columns]:
        axis.set_ylabel("dimension 2 of t-SNE (no unit)")
    entries = [Line2D([], [], label=f"{i + 1} {classes[i]}", ms=7, **look[i]) for i in present]
    columns = min(len(entries), int(width * 2 / 3))
    spacing = {"handletextpad": 0.1, "columnspacing": 1.2}
    figure.legend(handles=entries, loc="outside lower center", ncols=columns, frameon=False, fontsize=10, **spacing)
    return figure
