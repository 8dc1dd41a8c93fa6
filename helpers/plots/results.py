"""Figures of results and data: confusion, accuracies with intervals, class balance."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from helpers.plots import style

if TYPE_CHECKING:
    from helpers.datasets import Splits
    from helpers.evaluation import Evaluation


def confusion(evaluation: "Evaluation") -> Figure:
    """Draw which classes are taken for which: counts, and the share of each true class.

    Args:
        evaluation: What `evaluate` returned.

    Returns:
        A figure with a row a true class and a column a predicted one; the shade is the share of the row.

    Example:
        >>> import torch
        >>> from helpers.evaluation import Evaluation
        >>> figure = confusion(Evaluation(torch.eye(2), torch.tensor([0, 1]), ["ordinary", "emergency"]))
        >>> figure.axes[0].texts[0].get_text().split()
        ['1', '100', '%']
    """
    counts, classes = evaluation.confusion(), list(evaluation.classes)
    shares = 100 * counts / np.maximum(counts.sum(1, keepdims=True), 1)
    size = len(classes)
    cell = max(0.62, 1.6 - 0.3 * (size - 2))
    said = "; ".join(f"{name} {row}" for name, row in zip(classes, counts.tolist(), strict=True))
    figure = style.new(
        2.4 + cell * size, 1.4 + cell * size, f"Counts of predictions ({', '.join(classes)}) by true class. {said}"
    )
    axis = figure.subplots()
    shade = axis.imshow(shares, cmap="Blues", vmin=0, vmax=100)
    for row in range(size):
        for column in range(size):
            colour = "white" if shares[row, column] > 55 else "black"
            text = f"{counts[row, column]}\n{shares[row, column]:.0f} %"
            axis.text(column, row, text, ha="center", va="center", color=colour, fontsize=10 if size < 6 else 8)
    slanted = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if size > 4 else {}
    axis.set_xticks(range(size), classes, **slanted)
    axis.set_yticks(range(size), classes)
    axis.set(xlabel="predicted class", ylabel="true class")
    axis.spines[:].set_visible(False)
    figure.colorbar(shade, ax=axis, label="share of the true class (%)", shrink=0.8)
    return figure


def intervals(results: "Mapping[str, Evaluation | tuple[float, float, float]]") -> Figure:
    """Draw accuracies with their 95 % intervals, one line each, in the order given.

    Args:
        results: By technique an `Evaluation`, or (accuracy, low, high) from 0 to 1.

    Returns:
        A figure (a "forest plot") with the accuracy in percent and the numbers at the right.

    Raises:
        ValueError: There is no result.

    Example:
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
    figure = style.new(8.5, 1.1 + 0.4 * len(points), f"Accuracies with 95 % intervals. {said}")
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


def splits(data: "Splits") -> Figure:
    """Draw how many pictures of each class stand in each part of the split.

    Args:
        data: What `load_vehicles` returned.

    Returns:
        A figure with a panel a part; the bars carry the number and the share in percent.

    Example:
        >>> import torch
        >>> from types import SimpleNamespace as Part
        >>> part = Part(labels=torch.tensor([0, 0, 1]), classes=["ordinary", "emergency"])
        >>> figure = splits(Part(train=part, valid=part, test=None))
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['2 (67 %)', '1 (33 %)']
    """
    wanted = {"training": data.train, "validation": data.valid, "test": data.test}
    parts = {name: part for name, part in wanted.items() if part is not None and len(part.labels)}
    classes = data.train.classes
    figure = style.new(9, 1.2 + 0.4 * len(classes), "Pictures of each class in each part of the split.")
    panels = figure.subplots(1, len(parts), sharey=True, squeeze=False)[0]
    for axis, (name, part) in zip(panels, parts.items(), strict=True):
        labels = np.asarray(part.labels)
        counts = np.array([(labels == i).sum() for i in range(len(classes))])
        bars = axis.barh(range(len(classes)), counts, color=style.NEUTRAL, height=0.6)
        axis.bar_label(bars, [f"{count} ({100 * count / len(labels):.0f} %)" for count in counts], padding=4)
        axis.set(title=f"{name}: {len(labels)} pictures", xlabel="pictures", xlim=(0, 1.5 * max(1, counts.max())))
        axis.title.set_fontsize(10)
        axis.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        style.tidy(axis, grid="x")
    panels[0].set_yticks(range(len(classes)), classes)
    panels[0].invert_yaxis()
    panels[0].set_ylabel("class")
    return figure
