"""What all figures share: one colour per technique, readable sizes, and how a notebook shows them."""

import io
import itertools
from collections.abc import Iterable

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from PIL import Image

# Okabe and Ito, *Color universal design* (2008); grey stands in for their yellow, which is too pale for lines on white.
COLOURS = {  # black is what each half of the course starts from
    "baseline": "#000000", "FoodCNN": "#000000", "dropout": "#E69F00", "batch norm": "#009E73", "combined": "#0072B2",
    "scrambled": "#D55E00", "MixUp": "#009E73", "CutMix": "#0072B2", "strong": "#D55E00", "TTA": "#999999",
    "ResNet": "#56B4E9", "none": "#56B4E9", "light": "#CC79A7",
}  # fmt: skip
TRAIN, VALID = "--", "-"
NEUTRAL = "#5F6B7A"  # what belongs to no technique
RIGHT, WRONG = "#0072B2", "#D55E00"
# Inches: what JupyterLab shows unshrunk in a window of 1280 pixels, with its file browser open.
WIDTH = 8.4


class CourseFigure(Figure):
    """A matplotlib figure that a notebook shows once, as a small PNG with a text alternative for screen readers.

    It never belongs to pyplot: an inline backend would show it a second time at the end of the cell.
    """

    alt = ""
    colours = 256

    def _ipython_display_(self) -> None:
        from IPython.display import display

        text = self.alt or "figure"
        display({"image/png": png(self), "text/plain": text}, metadata={"image/png": {"alt": text}}, raw=True)


def new(width: float, height: float, alt: str, *, layout: str | None = "constrained") -> CourseFigure:
    """Return an empty white figure of `width` x `height` inches (at most 10 wide) at 100 dots an inch."""
    figure = CourseFigure(figsize=(min(width, 10), height), dpi=100, layout=layout, facecolor="white")
    if layout:
        figure.get_layout_engine().set(w_pad=0.1, h_pad=0.1)  # inches: on a dark page the white ends there
    figure.alt = alt
    return figure


def tidy(axis, *, grid: str = "both") -> None:
    """Give axes a light grid and no frame on the right and the top."""
    axis.spines[["right", "top"]].set_visible(False)
    axis.grid(axis=grid, color="#DDDDDD", linewidth=0.8)
    axis.set_axisbelow(True)


def legend(figure: Figure, entries: list[Line2D]) -> None:
    """Put a legend below the axes, in as many columns as there is room for."""
    # A letter of this size takes about a twelfth of an inch, a line and the space around it as much as six letters.
    widest = (max(len(entry.get_label()) for entry in entries) + 6) / 12
    columns = max(1, min(3, len(entries), int(figure.get_figwidth() / widest)))
    figure.legend(handles=entries, loc="outside lower center", ncols=columns, frameon=False, fontsize=10)


def colours(names: Iterable[str]) -> dict[str, str]:
    """Return a colour for each name: a technique's own one, for other names those still free, the latest first.

    Black, of what a half of the course starts from, is never lent out: whoever sees it must be able to trust it.

    >>> colours(["dropout", "my idea"])
    {'dropout': '#E69F00', 'my idea': '#CC79A7'}
    """
    names = list(names)
    taken = {COLOURS[name] for name in names if name in COLOURS}
    lent = [colour for colour in dict.fromkeys(reversed(COLOURS.values())) if colour != COLOURS["baseline"]]
    free = [colour for colour in lent if colour not in taken] or lent
    borrowed = dict(zip([name for name in names if name not in COLOURS], itertools.cycle(free), strict=False))
    return {name: COLOURS.get(name) or borrowed[name] for name in names}


def png(figure: CourseFigure) -> bytes:
    """Return `figure` as the bytes of a PNG with as many colours as it says, a third of the usual size or less."""
    full, small = io.BytesIO(), io.BytesIO()
    figure.savefig(full, format="png")
    picture = Image.open(full).convert("RGB")
    few = picture.quantize(figure.colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(small, "png", optimize=True)
    return small.getvalue()
