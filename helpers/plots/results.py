"""Figures of results and data: confusion, accuracies with intervals, cost and benefit, correlations, class balance."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter
from matplotlib.transforms import Bbox

from helpers.plots import style

if TYPE_CHECKING:
    import pandas as pd

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
    cell = max(0.54, 1.6 - 0.3 * (size - 2))
    said = "; ".join(f"{name} {row}" for name, row in zip(classes, counts.tolist(), strict=True))
    figure = style.new(
        2.4 + cell * size, 1.4 + cell * size, f"Counts of predictions ({', '.join(classes)}) by true class. {said}"
    )
    axis = figure.subplots()
    shade = axis.imshow(shares, cmap="Blues", vmin=0, vmax=100)
    for row in range(size):
        for column in range(size):
            colour = "white" if shares[row, column] > 65 else "black"
            text = f"{counts[row, column]}\n{shares[row, column]:.0f} %"
            if size > 5 and not counts[row, column]:
                text, colour = (
                    "0",
                    "#767676",
                )  # most cells of many classes are empty; pale ones leave the others visible
            axis.text(column, row, text, ha="center", va="center", color=colour, fontsize=10)
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

    Args:
        results: By technique (cost, accuracy, low, high); the cost positive, the others from 0 to 1.
        xlabel: What the cost is, with its unit, such as "training time (s)".

    Returns:
        A figure with a named point a technique; the cost grows by factors from left to right.

    Raises:
        ValueError: There is no result, or a cost is not positive.

    Example:
        >>> figure = costs({"baseline": (40, 0.6, 0.5, 0.7), "ResNet": (90, 0.7, 0.6, 0.8)}, "training time (s)")
        >>> figure.axes[0].get_xscale(), [text.get_text() for text in figure.axes[0].texts]
        ('log', ['baseline', 'ResNet'])
    """
    if not results:
        raise ValueError(
            "there is no result to draw; pass a dict such as {'baseline': (seconds, accuracy, low, high)}."
        )
    for name, (cost, *_) in results.items():
        if not cost > 0:
            raise ValueError(f"the cost of {name!r} is {cost}; on an axis that grows by factors it must be positive.")
    points = {name: (cost, *(100 * value for value in rest)) for name, (cost, *rest) in results.items()}
    said = "; ".join(f"{name} {value:.1f} % at {cost:,.4g}" for name, (cost, value, *_) in points.items())
    figure = style.new(style.WIDTH, 4.8, f"Accuracy with 95 % interval over {xlabel}. {said}")
    axis = figure.subplots()
    colour_of = style.colours(points)
    for i, (name, (cost, value, low, high)) in enumerate(points.items()):
        ends = [[value - low], [high - value]]
        axis.errorbar(
            cost, value, yerr=ends, color=colour_of[name], marker="os^DvP"[i % 6], ms=8, capsize=4, label=name
        )
    axis.set_xscale("log")
    spent = [cost for cost, *_ in points.values()]
    axis.set_xlim(min(spent) / 2, max(spent) * 2)
    numbers = FuncFormatter(lambda cost, _: f"{cost:,.10g}")
    axis.xaxis.set_major_formatter(numbers)
    if max(spent) < 30 * min(spent):  # less than two powers of ten would leave a single number on the axis
        axis.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.xaxis.set_minor_formatter(NullFormatter())
    axis.set(xlabel=xlabel, ylabel="accuracy (%) with its 95 % interval")
    style.tidy(axis)
    _name_points(figure, axis, points, colour_of)
    return figure


def _name_points(figure: Figure, axis: Axes, points: Mapping[str, tuple], colour_of: Mapping[str, str]) -> None:
    """Write each name at the first place around its point where it is not cut and covers as little as possible.

    Names are framed in the colour of their points, as in a crowd a name may stand nearer to another point.
    """
    figure.draw_without_rendering()
    to_pixels, frame = axis.transData.transform, axis.get_window_extent()
    bars, taken = [], []  # a name may cover a piece of an interval if it must, but no marker and no other name
    for cost, value, low, high in points.values():
        (x, bottom), (_, top), (_, y) = to_pixels((cost, low)), to_pixels((cost, high)), to_pixels((cost, value))
        bars.append(Bbox([[x - 7, bottom - 3], [x + 7, top + 3]]))
        taken.append(Bbox([[x - 7, y - 7], [x + 7, y + 7]]))
    corners = [(1, 1), (-1, 1), (1, -1), (-1, -1)]
    places = [(16, 0, 1), (-16, 0, -1)]  # right and left of the point; from all other places a line leads to it
    places += [(right * (16 + far / 2), up * far, right) for far in range(12, 300, 12) for right, up in corners]
    for name, (cost, value, _, _) in points.items():
        size = figure.text(0, 0, name)
        written = size.get_window_extent()
        size.remove()
        x, y = to_pixels((cost, value))
        boxes = []
        for dx, dy, right in places:
            left = x + dx if right > 0 else x + dx - written.width
            box = Bbox.from_bounds(left, y + dy - written.height / 2, written.width, written.height)
            boxes.append(box.padded(6))
        harms = [_harm(box, frame, taken, bars) for box in boxes]
        best = harms.index(min(harms))
        dx, dy, right = places[best]
        taken.append(boxes[best])
        look = {"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": colour_of[name]}
        line = {"arrowstyle": "-", "color": colour_of[name], "linewidth": 1} if dy else None
        at = {"xytext": (dx, dy), "textcoords": "offset pixels", "ha": "left" if right > 0 else "right", "va": "center"}
        text = axis.annotate(name, (cost, value), bbox=look, arrowprops=line, **at)
        text.set_in_layout(False)  # the layout is settled; a name must not move the axes again


def _harm(box: Bbox, frame: Bbox, taken: list[Bbox], bars: list[Bbox]) -> tuple[bool, int, int]:
    cut = box.x0 < frame.x0 or box.x1 > frame.x1 or box.y0 < frame.y0 or box.y1 > frame.y1
    return cut, sum(box.overlaps(other) for other in taken), sum(box.overlaps(bar) for bar in bars)


def correlation(table: "pd.DataFrame", label: str = "correlation of mistakes") -> Figure:
    """Draw a small table of correlations, each number in its cell.

    Args:
        table: Symmetric, 2 to 8 rows, the same names on both sides, numbers from -1 to 1.
        label: What the numbers are.

    Returns:
        A figure; violet stands for agreement, orange for the opposite, white for none.

    Raises:
        ValueError: The table is not such a table.

    Example:
        >>> import pandas as pd
        >>> figure = correlation(pd.DataFrame([[1, 0.4], [0.4, 1]], ["seed 1", "seed 2"], ["seed 1", "seed 2"]))
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['1.00', '0.40', '0.40', '1.00']
    """
    names, values = [str(name) for name in table.index], table.to_numpy(float)
    if not 2 <= len(names) <= 8 or list(table.columns) != list(table.index):
        raise ValueError(
            f"the table has {len(names)} rows and {len(table.columns)} columns; pass 2 to 8, with the same names on "
            "both sides, as DataFrame.corr returns."
        )
    if not (np.allclose(values, values.T, equal_nan=True) and np.nanmax(np.abs(values)) <= 1 + 1e-6):
        raise ValueError(
            f"the table is not symmetric with numbers from -1 to 1 (they go from {np.nanmin(values):.3g} to "
            f"{np.nanmax(values):.3g}); pass correlations, as DataFrame.corr returns."
        )
    size, longest = len(names), max(map(len, names))
    pairs = [
        f"{names[row]} and {names[column]} {values[row, column]:.2f}" for row in range(size) for column in range(row)
    ]
    cell = 0.75
    figure = style.new(
        1.6 + 0.075 * longest + cell * size, 0.9 + 0.055 * longest + cell * size, f"{label}: {'; '.join(pairs)}"
    )
    axis = figure.subplots()
    shade = axis.imshow(values, cmap="PuOr", vmin=-1, vmax=1)
    for (row, column), value in np.ndenumerate(values):
        colour = "white" if abs(value) > 0.7 else "black"
        text = "none" if np.isnan(value) else f"{value:z.2f}".replace("-", "\N{MINUS SIGN}")
        axis.text(column, row, text, ha="center", va="center", color=colour)
    slanted = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if longest > 8 else {}
    axis.set_xticks(range(size), names, **slanted)
    axis.set_yticks(range(size), names)
    axis.spines[:].set_visible(False)
    figure.colorbar(shade, ax=axis, label=label, shrink=0.8)
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
