"""Interactive fronts over the figures: they work with mouse and keyboard, and each has a static figure in `plots`.

A picture is an `ipywidgets.Image` whose bytes are replaced; an Output widget may hang a notebook without browser.
"""

import math
from collections.abc import Sequence

import ipywidgets
import numpy as np
import torch

from helpers import plots
from helpers.datasets import ImageDataset
from helpers.evaluation import Evaluation

PAGE = 12


def gallery_browser(dataset: ImageDataset, evaluation: Evaluation | None = None) -> ipywidgets.VBox:
    """Leaf through pictures by label and, given an evaluation, by whether the model was right.

    The evaluation is of a model on `dataset`, in its order; `plots.gallery` is the static figure.

    >>> data = ImageDataset(np.zeros((3, 8, 8, 3), np.uint8), [0, 1, 1], ["ordinary", "emergency"])
    >>> controls, text, pictures = gallery_browser(data).children
    >>> controls.children[0].value = "emergency"
    >>> text.value
    '2 of 3 pictures, page 1 of 1'
    """
    # No drop-down lists: JupyterLab takes their arrow keys for itself. Buttons hear the space bar.
    narrow = {"button_width": "auto"}
    label = ipywidgets.ToggleButtons(options=["all", *dataset.classes], description="label", style=narrow)
    outcome = ipywidgets.ToggleButtons(options=["all", "right", "wrong"], description="model was", style=narrow)
    page = ipywidgets.IntSlider(min=1, max=1, description="page", continuous_update=False)
    text, picture = ipywidgets.Label(), ipywidgets.Image(format="png")

    def show(_=None) -> None:
        indices = range(len(dataset))
        if label.value != "all":
            indices = [i for i in indices if dataset.labels[i] == dataset.classes.index(label.value)]
        if outcome.value != "all":
            indices = [i for i in indices if bool(evaluation.correct[i]) == (outcome.value == "right")]
        page.max = max(1, math.ceil(len(indices) / PAGE))
        on_page = indices[PAGE * (page.value - 1) : PAGE * page.value]
        picture.value = plots.png(plots.gallery(dataset, on_page, evaluation=evaluation))
        text.value = f"{len(indices)} of {len(dataset)} pictures, page {page.value} of {page.max}"

    def start_over(_) -> None:
        if page.value == 1:
            show()
        page.value = 1  # where it changes, its observer shows

    for control in (label, outcome):
        control.observe(start_over, "value")
    page.observe(show, "value")
    show()
    controls = [label, page] if evaluation is None else [label, outcome, page]
    row = ipywidgets.HBox(controls, layout=ipywidgets.Layout(flex_flow="row wrap"))
    return ipywidgets.VBox([row, text, picture])


def change_explorer(dataset: ImageDataset, indices: Sequence[int] | None = None, *, seed: int = 0) -> ipywidgets.VBox:
    """Try the changes of `augment.CHANGES` at any strength: pictures as they are above, changed below.

    It shows the pictures at `indices`, at most 12; by default 6, spread evenly. A setting always draws the same,
    the button counts on from `seed`, the notebook's random numbers stay. `plots.pictures` is the static figure.

    >>> data = ImageDataset(np.zeros((3, 8, 8, 3), np.uint8), [0, 1, 1], ["Bread", "Egg"])
    >>> names, controls, text, picture = change_explorer(data).children
    >>> names.value = "shear"
    >>> text.value
    'shear at strength 1.0, random numbers 0'
    """
    from helpers import augment  # loads torchvision, which the other widgets do without

    if indices is None:
        indices = np.unique(np.linspace(0, len(dataset) - 1, 6).round().astype(int)) if len(dataset) else []
    if not len(indices):
        raise ValueError("there are no pictures to change; pass a dataset that has some, or their positions.")
    images = torch.stack([dataset[int(i)][0] for i in indices])
    name = ipywidgets.ToggleButtons(options=list(augment.CHANGES), description="change", style={"button_width": "auto"})
    strength = ipywidgets.FloatSlider(
        value=1, min=0, max=2, step=0.1, description="strength", readout_format=".1f", continuous_update=False
    )
    again = ipywidgets.Button(description="new random numbers", layout=ipywidgets.Layout(width="auto"))
    text, picture = ipywidgets.Label(), ipywidgets.Image(format="png")
    drawn = seed

    def show(_=None) -> None:
        strength.disabled = name.value == "TrivialAugment"  # it draws its strength
        with torch.random.fork_rng(devices=[]):
            # torch.manual_seed would also seed a GPU, whose numbers fork_rng does not bring back here.
            torch.random.default_generator.manual_seed(drawn)
            changed = augment.change(name.value, images.shape[-1], strength.value)(images)
        picture.value = plots.png(plots.pictures({"original": images, "changed": changed}))
        at = "its own strength" if strength.disabled else f"strength {strength.value:.1f}"
        text.value = f"{name.value} at {at}, random numbers {drawn}"

    def draw_again(_) -> None:
        nonlocal drawn
        drawn += 1
        show()

    name.observe(show, "value")
    strength.observe(show, "value")
    again.on_click(draw_again)
    show()
    row = ipywidgets.HBox([strength, again], layout=ipywidgets.Layout(flex_flow="row wrap"))
    return ipywidgets.VBox([name, row, text, picture])
