"""Recipes: all settings of a training as one row of a table, and the one function that carries a row out.

A recipe holds no code. Two rows that differ in one entry differ in one decision, and what is measured between them is
what this decision is worth.
"""

import math
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn
from tqdm.auto import tqdm

from course.recorded import recorded
from helpers import runtime
from helpers.datasets import Splits, make_loader
from helpers.evaluation import evaluate
from helpers.evaluation.feature_space import features
from helpers.models import EfficientNetLite, FoodCNN, ResNet
from helpers.training import History, fit
from helpers.training.history import append


@dataclass(frozen=True)
class Recipe:
    """All settings of a training.

    Attributes:
        name: What the command line calls it.
        technique: What tables and figures call it.
        architecture: A key of `ARCHITECTURES`.
        arguments: What the architecture is built with, besides image size and classes.
        image_size: Width and height of the pictures in pixels.
        train_size: Width and height of a training picture after its resized crop; None keeps `image_size`. Smaller is
            faster, and things on the enlarged crops then have about the size that they have on whole pictures, which
            are the ones that are measured (Touvron et al., 2019).
        aspect: What becomes of pictures that are not square: "squash" or "crop".
        epochs: Passes over the training pictures.
        batch_size: Pictures in a step.
        optimizer: A key of `OPTIMIZERS`.
        lr: Learning rate; of a one-cycle schedule the highest.
        weight_decay: As the optimizer means it.
        schedule: "constant", or "one cycle": up for 30 % of the steps, then down to nearly 0 (Smith and Topin, 2018).
        label_smoothing: Share of the label that is spread over all classes (Szegedy et al., 2016).
        augmentation: A preset of `augment`.
        mix: "MixUp", "CutMix", or "" for neither.
        averaging: Length of the moving average of the weights, as a share of all steps; 0 for none.
        max_grad_norm: Longest gradient; None for no limit.
        patience: Epochs without a better one after which training stops; None to train to the end.
        borrowed: What is taken over from a training on ImageNet: "" for nothing, or "frozen" for all but the linear
            layer. This one is then fitted to the features as a logistic regression, whose penalty is the weight decay;
            epochs, batches, rates and augmentation have no part in it.

    Example:
        >>> replace(RECIPES["resnet"], lr=1e-3).lr
        0.001
    """

    name: str
    technique: str
    architecture: str
    arguments: dict[str, Any] = field(default_factory=dict)
    image_size: int = 128
    train_size: int | None = None
    aspect: str = "squash"
    epochs: int = 8
    batch_size: int = 64
    optimizer: str = "Adam"
    lr: float = 3e-4
    weight_decay: float = 1e-5
    schedule: str = "constant"
    label_smoothing: float = 0.0
    augmentation: str = "none"
    mix: str = ""
    averaging: float = 0.0
    max_grad_norm: float | None = 10.0
    patience: int | None = 5
    borrowed: str = ""


# The defaults of `Recipe` are the article's settings; each row names what it changes.
_ROWS = (
    Recipe("cnn", "FoodCNN", "FoodCNN"),
    Recipe("resnet", "ResNet", "ResNet"),
    Recipe("resnet light", "ResNet, light", "ResNet", augmentation="light"),
    Recipe("resnet strong", "ResNet, strong", "ResNet", augmentation="strong"),
    Recipe("resnet TrivialAugment", "ResNet, TrivialAugment", "ResNet", augmentation="TrivialAugment"),
    Recipe("resnet MixUp", "ResNet, MixUp", "ResNet", mix="MixUp"),
    Recipe("resnet CutMix", "ResNet, CutMix", "ResNet", mix="CutMix"),
    Recipe(
        "best",
        "best recipe",
        "ResNet",
        train_size=96,
        epochs=120,
        optimizer="SGD",
        lr=0.05,
        weight_decay=5e-4,
        schedule="one cycle",
        label_smoothing=0.1,
        augmentation="wide",
        averaging=0.05,
        patience=None,
    ),
    Recipe(
        "borrowed",
        "borrowed features",
        "EfficientNetLite",
        image_size=224,
        epochs=1,
        optimizer="L-BFGS",
        weight_decay=10.0,
        max_grad_norm=None,
        patience=None,
        borrowed="frozen",
    ),
)
RECIPES = {recipe.name: recipe for recipe in _ROWS}
"""Every recipe by name."""

SAMPLE_SIZE, SAMPLE_EPOCHS, SAMPLE_RESNET = 48, 30, {"blocks": (2, 2, 2), "width": 48}  # as in notebooks 06 to 08
SAMPLE_BORROWED = 128  # the size at which the pictures are drawn
BORROWED_BATCH = 16  # pictures at once where only an answer is wanted: more take a gigabyte, and longer on a CPU

ARCHITECTURES = {
    "EfficientNetLite": lambda image_size, classes, **arguments: EfficientNetLite(classes=classes, **arguments),
    "FoodCNN": lambda image_size, classes, **arguments: FoodCNN(image_size=image_size, classes=classes, **arguments),
    "ResNet": lambda image_size, classes, **arguments: ResNet(classes=classes, **arguments),  # takes any size
}

OPTIMIZERS = {
    "Adam": torch.optim.Adam,
    "AdamW": torch.optim.AdamW,
    "SGD": lambda parameters, **settings: torch.optim.SGD(parameters, momentum=0.9, nesterov=True, **settings),
}


def find_recipe(name: str) -> Recipe:
    """Return a recipe by its name, in any case of letters.

    Args:
        name: A key of `RECIPES`.

    Raises:
        ValueError: There is no such recipe.

    Example:
        >>> find_recipe("resnet mixup").mix
        'MixUp'
    """
    for recipe in RECIPES.values():
        if recipe.name.lower() == name.lower():
            return recipe
    raise ValueError(f"there is no recipe {name!r}; choose one of {', '.join(map(repr, RECIPES))}.")


def for_sample(recipe: Recipe) -> Recipe:
    """Make a recipe small enough to train on the drawn sample in about a minute.

    Args:
        recipe: Any; its decisions stay, its sizes shrink.

    Returns:
        The same with pictures of 48 pixels (training pictures smaller in proportion), at most 30 epochs and, where it
        is a ResNet, three narrow stages; with borrowed features only the pictures shrink, to 128 pixels.

    Example:
        >>> for_sample(RECIPES["best"]).epochs, for_sample(RECIPES["best"]).arguments
        (30, {'blocks': (2, 2, 2), 'width': 48})
    """
    if recipe.borrowed:
        return replace(recipe, image_size=SAMPLE_BORROWED)
    arguments = SAMPLE_RESNET if recipe.architecture == "ResNet" else recipe.arguments
    train_size = recipe.train_size and round(SAMPLE_SIZE * recipe.train_size / recipe.image_size)
    sizes = {"image_size": SAMPLE_SIZE, "train_size": train_size, "epochs": min(recipe.epochs, SAMPLE_EPOCHS)}
    return replace(recipe, arguments=dict(arguments), **sizes)


def build_model(recipe: Recipe, classes: int) -> nn.Module:
    """Build the network of a recipe.

    Args:
        recipe: Any.
        classes: Number of classes.

    Returns:
        The network with fresh weights.

    Raises:
        ValueError: There is no such architecture, or its arguments are out of range.

    Example:
        >>> build_model(for_sample(RECIPES["resnet"]), 11)(torch.zeros(1, 3, 48, 48)).shape
        torch.Size([1, 11])
    """
    if recipe.architecture not in ARCHITECTURES:
        raise ValueError(f"architecture is {recipe.architecture!r}; choose one of {', '.join(ARCHITECTURES)}.")
    return ARCHITECTURES[recipe.architecture](recipe.image_size, classes, **recipe.arguments)


def train(
    recipe: Recipe,
    data: Splits,
    *,
    seed: int = 0,
    log: str | Path | None = None,
    resume: str | Path | None = None,
    progress: bool = True,
) -> tuple[nn.Module, History]:
    """Train a network as a recipe says, on `data.train`; `data.valid` is only measured.

    With averaged weights the validation figures of the history are the averaged network's, which is also the one that
    is returned. Validation losses are smoothed as the training's. On a CUDA GPU the network's work is recorded once and
    replayed.

    Args:
        recipe: The settings.
        data: Pictures of the recipe's size, from `load_food`, `load_vehicles` or `load_folder`.
        seed: Decides weights, order and augmentation.
        log: CSV file that gets each epoch's row as soon as it is measured.
        resume: File, written after each epoch, from which the same training goes on when it was ended.
        progress: Show one line while training and the table after it.

    Returns:
        The network in evaluation mode, and the `History`. Ctrl-C returns what there is so far.

    Raises:
        ValueError: A setting is out of range, or the pictures have another size.
        FloatingPointError: The loss became NaN or infinite.
        ModuleNotFoundError: The recipe borrows weights, and their package is not installed.

    Example:
        >>> import numpy as np
        >>> from helpers.datasets import ImageDataset
        >>> part = ImageDataset(np.zeros((2, 48, 48, 3), np.uint8), [0, 1], ["bread", "soup"])
        >>> data = Splits(part, part, None, "sample", "food")
        >>> recipe = replace(for_sample(RECIPES["resnet"]), epochs=1)
        >>> model, history = train(recipe, data, progress=False)
        >>> len(history)
        1
    """
    if data.train.image_size != recipe.image_size:
        raise ValueError(
            f"the pictures have {data.train.image_size} pixels and recipe {recipe.name!r} wants {recipe.image_size}; "
            f"load them with image_size={recipe.image_size}."
        )
    if recipe.borrowed:
        return _fit_last_layer(recipe, data, log, progress)

    from torchvision.transforms import v2  # takes longer to load than a prediction, which does without it

    from helpers.augment import mixing, preset

    changed = preset(recipe.augmentation, recipe.train_size or recipe.image_size)
    crops = changed is not None and any(isinstance(step, v2.RandomResizedCrop) for step in changed.transforms)
    if recipe.train_size is not None and not crops:
        raise ValueError(
            f"train_size is {recipe.train_size}, but the augmentation {recipe.augmentation!r} has no resized crop to "
            "make training pictures that small; take 'light', 'strong' or 'wide', or leave train_size out."
        )
    if recipe.epochs < 1:
        raise ValueError(f"epochs is {recipe.epochs}; take at least 1.")
    runtime.seed_everything(seed)
    classes = len(data.train.classes)
    model = build_model(recipe, classes)
    train_loader = make_loader(data.train, recipe.batch_size, shuffle=True, transform=changed)
    valid_loader = make_loader(data.valid, 256)
    steps = recipe.epochs * len(train_loader)
    optimizer = _optimizer(recipe, model)
    history = fit(
        model,
        train_loader,
        valid_loader,
        epochs=recipe.epochs,
        optimizer=optimizer,
        loss_fn=nn.CrossEntropyLoss(label_smoothing=recipe.label_smoothing),
        scheduler=_scheduler(recipe, optimizer, steps),
        patience=recipe.patience,
        max_grad_norm=recipe.max_grad_norm,
        log=log,
        resume=resume,
        mix=mixing(recipe.mix, classes) if recipe.mix else None,
        progress=progress,
        average=1 - 1 / max(1.0, recipe.averaging * steps) if recipe.averaging else None,
        forward=recorded(model),
    )
    return model, history


def linear_layer(seen: torch.Tensor, labels: torch.Tensor, penalty: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Find the linear layer that tells classes apart best by their features: a logistic regression, of one solution.

    Args:
        seen: Features, float N x D.
        labels: int64 N, from 0 on, each class at least once.
        penalty: Half of it times the sum of the squared weights is added to the sum of the losses; above 0.

    Returns:
        Weights, C x D, and bias, C.

    Example:
        >>> weights, bias = linear_layer(torch.tensor([[0.0], [0.2], [0.8], [1.0]]), torch.tensor([0, 0, 1, 1]), 0.1)
        >>> (torch.tensor([[0.3], [0.7]]) @ weights.T + bias).argmax(1).tolist()
        [0, 1]
    """
    from sklearn.linear_model import LogisticRegression

    found = LogisticRegression(C=1 / penalty, max_iter=10_000).fit(seen.numpy(), labels.numpy())
    weights, bias = (torch.from_numpy(part).float() for part in (found.coef_, found.intercept_))
    if len(bias) == 1:  # of two classes it gives one row, which tells the second from the first
        return torch.cat((-weights, weights)) / 2, torch.cat((-bias, bias)) / 2
    return weights, bias


def _fit_last_layer(
    recipe: Recipe, data: Splits, log: str | Path | None, progress: bool
) -> tuple[nn.Module, History]:  # fmt: skip
    """Keep what ImageNet taught, and fit the linear layer to its features."""
    if recipe.borrowed != "frozen" or recipe.architecture != "EfficientNetLite":
        raise ValueError(
            f"borrowed is {recipe.borrowed!r} for {recipe.architecture}; take 'frozen' for EfficientNetLite, or '' to "
            "train from nothing."
        )
    if recipe.weight_decay <= 0:
        raise ValueError(f"weight_decay is {recipe.weight_decay}; for borrowed features take a number above 0.")
    missing = sorted(set(range(len(data.train.classes))) - set(data.train.labels.tolist()))
    if missing:
        raise ValueError(f"no training picture of {data.train.classes[missing[0]]}; add some.")
    started = time.perf_counter()
    model = EfficientNetLite.pretrained(classes=len(data.train.classes))
    loader = make_loader(data.train, BORROWED_BATCH)
    shown = tqdm(loader, "features", leave=False, unit=" batches", disable=None) if progress else loader
    seen, labels = features(model, shown, model.fc)
    weights, bias = linear_layer(seen, labels, recipe.weight_decay)
    with torch.no_grad():
        model.fc.weight.copy_(weights)
        model.fc.bias.copy_(bias)
    logits = nn.functional.linear(seen, weights, bias)
    valid = evaluate(model, make_loader(data.valid, BORROWED_BATCH))
    row = {
        "epoch": 1,
        "train_loss": nn.functional.cross_entropy(logits, labels).item(),
        "train_accuracy": (logits.argmax(1) == labels).float().mean().item(),
        "valid_loss": valid.loss,
        "valid_accuracy": valid.accuracy,
        "lr": math.nan,
        "seconds": time.perf_counter() - started,
    }
    history = History([row])
    if log is not None:
        append(log, row)
    if progress:
        print(history)
    return model.eval(), history


def _optimizer(recipe: Recipe, model: nn.Module) -> torch.optim.Optimizer:
    if recipe.optimizer not in OPTIMIZERS:
        raise ValueError(f"optimizer is {recipe.optimizer!r}; choose one of {', '.join(OPTIMIZERS)}.")
    # On a GPU one kernel updates all weights, where hundreds of small ones would wait for each other.
    fused = {"fused": True} if runtime.device().type == "cuda" else {}
    return OPTIMIZERS[recipe.optimizer](model.parameters(), lr=recipe.lr, weight_decay=recipe.weight_decay, **fused)


def _scheduler(recipe: Recipe, optimizer: torch.optim.Optimizer, steps: int):
    if recipe.schedule not in ("constant", "one cycle"):
        raise ValueError(f"schedule is {recipe.schedule!r}; choose 'constant' or 'one cycle'.")
    if recipe.schedule == "constant":
        return None
    return torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.lr, total_steps=steps)
