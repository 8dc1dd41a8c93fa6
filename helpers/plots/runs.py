"""Figures of training: curves over epochs, activations of layers, sweeps over a knob."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import torch
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from helpers.plots import style
from helpers.training import History

PARTS = {"train_accuracy": "training", "valid_accuracy": "validation"}


def curves(histories: History | Mapping[str, History]) -> Figure:
    """Draw loss and accuracy over the epochs: dashed for training, solid for validation, a ring on the best epoch.

    It takes what `fit` returned, or several of them by technique.
    """
    named = dict(histories) if isinstance(histories, Mapping) else {"": histories}
    if not any(len(history) for history in named.values()):
        raise ValueError("there is no epoch to draw; pass the History that fit returned, or a dict of them.")
    figure = style.new(style.WIDTH, 3.9, "")
    panels = figure.subplots(1, 2)
    colour_of, entries, told = style.colours(named), [], []
    for name, history in named.items():
        table, colour, best = history.table, colour_of[name], history.best_epoch
        for axis, measure, scale in zip(panels, ("loss", "accuracy"), (1, 100), strict=True):
            for part, dashes in (("train", style.TRAIN), ("valid", style.VALID)):
                values = scale * table[f"{part}_{measure}"].astype(float)
                if values.notna().any():
                    marker = "." if len(table) == 1 else None  # a line through one point would be invisible
                    axis.plot(table["epoch"], values, dashes, color=colour, marker=marker, label=f"{name} {part}")
                    if part == "valid" and best:
                        axis.plot(best, values.iloc[best - 1], "o", mfc="none", mec=colour, ms=9, label="_best")
        shown = [100 * row["valid_accuracy"] for row in history.rows]
        reached = f": last {shown[-1]:.1f} %, best {shown[best - 1]:.1f} % (epoch {best})" if best else ""
        told.append(said := f"{name}{reached}".lstrip(": "))
        if said:
            entries.append(Line2D([], [], color=colour, label=said))
    for axis, label in zip(panels, ("cross-entropy (nats)", "accuracy (%)"), strict=True):
        axis.set(xlabel="epoch", ylabel=label)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, steps=[1, 2, 5, 10]))
        style.tidy(axis)
    style.legend(figure, entries + _dashes())
    figure.alt = "Loss and accuracy over the epochs. " + "; ".join(filter(None, told))
    return figure


def activations(layers: Mapping[str, torch.Tensor]) -> Figure:
    """Draw how the values that leave each layer are distributed, on one scale for all layers.

    By layer name it takes a tensor of any shape, and draws a histogram (share of the values in percent); the titles
    give mean and standard deviation, and the share of NaN or infinite values where there are any.
    """
    if not layers:
        raise ValueError("there is no layer to draw; pass a dict such as {'conv 1': activations}.")
    values, titles = {}, []
    for name, tensor in layers.items():
        flat = tensor.detach().float().flatten().cpu()
        flat = flat[:: max(1, len(flat) // 200_000)].numpy()  # evenly spaced values draw the same histogram, faster
        values[name] = flat[np.isfinite(flat)]
        kept, lost = values[name], 100 * (1 - len(values[name]) / max(1, len(flat)))
        moments = f"mean {kept.mean():z.2f}, sd {kept.std(ddof=1):.2f}" if len(kept) > 1 else "no finite values"
        titles.append(f"{name}\n{moments}" + (f", {lost:.0f} % not finite" if lost else ""))
    ends = [np.percentile(kept, [0.5, 99.5]) for kept in values.values() if len(kept)] or [(0, 1)]
    low, high = min(end[0] for end in ends), max(end[1] for end in ends)
    bins = np.linspace(low, high if high > low else low + 1, 61)
    columns = min(3, len(layers))
    rows = -(-len(layers) // columns)
    told = "Activations by layer. " + "; ".join(titles).replace("\n", ": ")
    figure = style.new(max(4.5, style.WIDTH / 3 * columns), 2.7 * rows, told)
    axis = None
    for place, (title, kept) in enumerate(zip(titles, values.values(), strict=True), start=1):
        axis = figure.add_subplot(rows, columns, place, sharex=axis)
        weights = np.full(len(kept), 100 / max(1, len(kept)))
        axis.hist(kept, bins, weights=weights, color=style.NEUTRAL)
        axis.set_title(title, fontsize=10)
        axis.tick_params(labelbottom=place > len(layers) - columns)
        style.tidy(axis, grid="y")
    figure.supxlabel("activation", fontsize=10)
    figure.supylabel("share of values (%)", fontsize=10)
    return figure


def layers(values: Mapping[str, Sequence[float]], ylabel: str, *, log: bool = True) -> Figure:
    """Draw one number a layer, from input to output, a line a network: how gradients fade, or do not.

    `ylabel` says what the number is, with its unit if it has one. With `log` the axis grows by factors; zeros are gaps.

    >>> figure = layers({"plain": [0.001, 0.01, 0.1], "residual": [0.1, 0.1, 0.1]}, "norm of the gradient")
    >>> figure.axes[0].get_xlabel(), figure.axes[0].get_yscale()
    ('layer (input to output)', 'log')
    """
    empty = [name for name, numbers in values.items() if not len(numbers)]
    if not values or empty:
        what = f"the network {empty[0]!r} has no layer" if empty else "there is no network"
        raise ValueError(f"{what} to draw; pass a dict such as {{'plain': [0.1, 0.2]}}.")
    ends = "; ".join(f"{name}: {numbers[0]:.3g} to {numbers[-1]:.3g}" for name, numbers in values.items())
    figure = style.new(7, 4.2, f"{ylabel} by layer. First to last layer: {ends}.")
    axis = figure.subplots()
    colour_of, entries = style.colours(values), []
    for i, (name, numbers) in enumerate(values.items()):
        drawn = [float(number) if number > 0 or not log else np.nan for number in numbers]
        look = {"color": colour_of[name], "marker": "os^Dv"[i % 5], "ms": 5, "label": name}
        entries += axis.plot(range(1, len(numbers) + 1), drawn, **look)
    if log:
        axis.set_yscale("log")
    axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, steps=[1, 2, 5, 10]))
    axis.set(xlabel="layer (input to output)", ylabel=ylabel)
    style.tidy(axis)
    style.legend(figure, entries)
    return figure


def sweep(
    table: pd.DataFrame, x: str, y: str | Sequence[str] = ("train_accuracy", "valid_accuracy"), *,
    by: str | None = None, xlabel: str | None = None, log: bool = False,
) -> Figure:  # fmt: skip
    """Draw what a knob does: the mean over seeds as a line, one standard deviation as a band, every run as a dot.

    Args:
        table: One row a run, such as `ledger.rows()` with a column for the knob.
        x: Column of the knob; `xlabel` says below the axis what it is.
        y: Columns with accuracies from 0 to 1; the one that begins with "train" is dashed.
        by: Column whose values get lines of their own, such as ``"technique"``.
        xlabel: With the unit; `x` by default.
        log: Whether the knob grows by factors, as learning rates do.

    >>> runs = pd.DataFrame({"rate": [0, 0, 0.5, 0.5], "valid_accuracy": [0.7, 0.8, 0.9, 0.9]})
    >>> sweep(runs, "rate", "valid_accuracy").axes[0].lines[0].get_ydata().round(1).tolist()
    [75.0, 90.0]
    """
    measures = [y] if isinstance(y, str) else list(y)
    missing = {x, by, *measures} - {None, *table.columns}
    if missing or table.empty:
        lacks = f"the column {', '.join(sorted(missing))}" if missing else "rows"
        raise ValueError(f"the table lacks {lacks}; it has {len(table)} rows and {', '.join(table.columns)}.")
    groups = [("", table)] if by is None else list(table.groupby(by, sort=False))
    figure = style.new(7, 4.2, f"Accuracy over {xlabel or x}, mean and spread over seeds.")
    axis = figure.subplots()
    colour_of, entries = style.colours(str(name) for name, _ in groups), []
    for name, group in groups:
        colour = colour_of[str(name)]
        for measure in measures:
            dashes = style.TRAIN if measure.startswith("train") else style.VALID
            seeds = (100 * group.set_index(x)[measure].astype(float)).groupby(level=0)
            mean, spread = seeds.mean(), seeds.std().fillna(0)
            axis.plot(mean.index, mean, dashes, marker="o", ms=5, color=colour, label=f"{name} {measure}".strip())
            axis.fill_between(mean.index, mean - spread, mean + spread, color=colour, alpha=0.15, linewidth=0)
            axis.plot(group[x], 100 * group[measure], ".", color=colour, alpha=0.4, ms=5, label="_runs")
            if by is None:
                said = PARTS.get(measure, measure.replace("_", " "))
                entries.append(Line2D([], [], color=colour, linestyle=dashes, label=said))
        if by is not None:
            entries.append(Line2D([], [], color=colour, label=str(name)))
    if by is not None and len(measures) > 1:
        entries += _dashes()
    if log:
        axis.set_xscale("log")
    axis.set(xlabel=xlabel or x, ylabel="accuracy (%)")
    style.tidy(axis)
    style.legend(figure, entries)
    return figure


def _dashes() -> list[Line2D]:
    kinds = {"training": style.TRAIN, "validation": style.VALID}
    return [Line2D([], [], color=style.NEUTRAL, linestyle=dashes, label=name) for name, dashes in kinds.items()]
