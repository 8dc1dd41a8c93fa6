"""Let a network answer all pictures of a loader, and measure it, with an interval."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import torch
from torch import nn

from helpers import runtime
from helpers.evaluation import guards
from helpers.evaluation.guards import Loader

Views = Iterable[Callable[[torch.Tensor], torch.Tensor]]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What a model says of each picture, and how often it is right.

    Attributes:
        logits: float32 N x C, on the CPU, in the loader's order; with views the logarithm of averaged probabilities.
        labels: int64 N.
        classes: C class names.
        names: N picture names, each once, by which `compare` and `ensemble` pair pictures; None where they are unknown.

    >>> print(Evaluation(torch.tensor([[2.0, 0.0], [1.0, 0.0]]), torch.tensor([0, 1]), ["a", "b"]))
    accuracy 50.0 % (95 % interval 9.5 to 90.5; 1 of 2 pictures)
    """

    logits: torch.Tensor
    labels: torch.Tensor
    classes: list[str]
    names: list[str] | None = None

    def __post_init__(self) -> None:
        if self.logits.ndim != 2 or self.labels.shape != self.logits.shape[:1] or not len(self.labels):
            found = f"logits are {tuple(self.logits.shape)} and labels {tuple(self.labels.shape)}"
            raise ValueError(f"{found}; give N x C logits and N labels of at least one picture.")
        if self.names is not None and len(self.names) != len(self.labels):
            raise ValueError(f"{len(self.names)} names for {len(self.labels)} pictures; give one each, or None.")
        guards.check_classes(self.classes, self.logits.shape[1])
        guards.check_labels(self.labels, self.logits.shape[1], "the evaluation")
        guards.check_finite(self.logits, "outputs", self.names)

    @cached_property
    def probabilities(self) -> torch.Tensor:
        """Softmax of the logits, N x C, each row summing to 1."""
        return self.logits.softmax(1)

    @cached_property
    def predictions(self) -> torch.Tensor:
        """The class of the largest logit, int64 N."""
        return self.logits.argmax(1)

    @cached_property
    def correct(self) -> torch.Tensor:
        """Whether each prediction equals its label, bool N."""
        return self.predictions == self.labels

    @property
    def accuracy(self) -> float:
        """Correct / seen, over pictures, 0 to 1."""
        return self.correct.sum().item() / len(self.labels)

    @property
    def interval(self) -> tuple[float, float]:
        """95 % Wilson interval of the accuracy."""
        return wilson(self.correct.sum().item(), len(self.labels))

    @property
    def loss(self) -> float:
        """Mean cross-entropy in nats."""
        loss = nn.functional.cross_entropy(self.logits, self.labels)
        if not torch.isfinite(loss):
            each = nn.functional.cross_entropy(self.logits, self.labels, reduction="none")
            guards.check_finite(each, "losses", self.names)
        return loss.item()

    def report(self) -> pd.DataFrame:
        """Return precision, recall, F1 (0 to 1) and the number of pictures of each class, through scikit-learn."""
        from sklearn.metrics import precision_recall_fscore_support

        figures = precision_recall_fscore_support(
            self.labels, self.predictions, labels=range(len(self.classes)), zero_division=0.0
        )
        return pd.DataFrame(dict(zip(("precision", "recall", "f1", "pictures"), figures, strict=True)), self.classes)

    def confusion(self) -> np.ndarray:
        """Return the C x C counts, a row a true class and a column a predicted one, through scikit-learn."""
        from sklearn.metrics import confusion_matrix

        return confusion_matrix(self.labels, self.predictions, labels=range(len(self.classes)))

    def mistakes(self, k: int | None = None) -> pd.DataFrame:
        """Return the wrong predictions, the `k` most confident first; None for all.

        Columns ``index`` (position in the loader's order), ``label``, ``predicted`` (names) and ``probability``.
        """
        confidence = self.probabilities.max(1).values
        wrong = (~self.correct).nonzero().flatten()
        wrong = wrong[confidence[wrong].argsort(descending=True, stable=True)][:k]
        named = {"label": self.labels[wrong], "predicted": self.predictions[wrong]}
        columns = {name: [self.classes[i] for i in indices] for name, indices in named.items()}
        return pd.DataFrame({"index": wrong.tolist()} | columns | {"probability": confidence[wrong].tolist()})

    def __repr__(self) -> str:
        low, high = self.interval
        return (
            f"accuracy {100 * self.accuracy:.1f} % (95 % interval {100 * low:.1f} to {100 * high:.1f}; "
            f"{self.correct.sum()} of {len(self.labels)} pictures)"
        )


def evaluate(model: nn.Module, loader: Loader, *, views: Views | None = None, precision: str = "auto") -> Evaluation:
    """Measure `model` on all pictures of `loader`, as `fit` does; it comes back in the mode in which it was found.

    Args:
        model: Maps images N x 3 x H x W to logits N x C.
        loader: Iterable of (images, labels), best from `make_loader` without shuffling or transform; gone through once.
        views: Functions from a batch of images to a changed batch, for test-time augmentation: the probabilities of the
            unchanged pictures and of every view are averaged. `augment.views` has the usual ones.
        precision: ``"auto"``, ``"float32"``, ``"bfloat16"`` or ``"float16"``; see `runtime.choose_precision`.

    Returns:
        An `Evaluation` in the order of the loader, with the picture names where the loader's dataset has them.

    Raises:
        ValueError: Pictures, labels, views and model do not fit together.
        FloatingPointError: An output is NaN or infinite.

    >>> evaluate(nn.Flatten(), [(torch.eye(3).reshape(3, 3, 1, 1), torch.tensor([0, 1, 0]))]).correct.tolist()
    [True, True, False]
    """
    if isinstance(views, str) or callable(views):
        raise ValueError(f"views is {views!r}; pass a list of functions, such as augment.views('flip').")
    logits, labels = _answers(model, loader, precision, [] if views is None else list(views))
    logits = average_probabilities(logits.unbind(1)) if logits.shape[1] > 1 else logits[:, 0]
    classes = guards.classes_of(loader) or [str(i) for i in range(logits.shape[1])]
    return Evaluation(logits, labels, classes, guards.picture_names(loader, len(labels)))


def average_probabilities(logits: Sequence[torch.Tensor]) -> torch.Tensor:
    """Return the logarithm of the mean softmax of several logits N x C; it can stand wherever logits do."""
    # Logarithms throughout: a probability below 1e-45 would become 0 in float32, its logarithm infinite.
    return torch.stack(tuple(logits)).log_softmax(2).logsumexp(0) - math.log(len(logits))


def wilson(correct: int, total: int) -> tuple[float, float]:
    """Return the ends, 0 to 1, of the 95 % interval of a share: Wilson, *Probable inference*, JASA 22 (1927).

    Unlike plus-minus two standard errors it stays in 0 to 1 and holds for small counts; impossible ones: ValueError.

    >>> low, high = wilson(115, 165)
    >>> f"{low:.3f} to {high:.3f}"
    '0.623 to 0.762'
    """
    if not 0 <= correct <= total or total < 1:
        raise ValueError(f"{correct} correct of {total} is impossible; give 0 <= correct <= total, of 1 trial or more.")
    from scipy.stats import binomtest

    interval = binomtest(correct, total).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def predict(model: nn.Module, loader: Loader, *, precision: str = "auto") -> tuple[torch.Tensor, torch.Tensor]:
    """Return the logits of all pictures of `loader`, in its order, without dropout and without gradients.

    Takes and raises what `evaluate` does. The logits are float32 N x C, the labels int64 N, both on the CPU.

    >>> predict(nn.Flatten(), [(torch.ones(1, 2, 1, 1), torch.tensor([0]))])
    (tensor([[1., 1.]]), tensor([0]))
    """
    logits, labels = _answers(model, loader, precision, [])
    return logits[:, 0], labels


def _answers(model: nn.Module, loader: Loader, precision: str, views: list) -> tuple[torch.Tensor, torch.Tensor]:
    """Return what `predict` does, but N x (1 + views) x C: one pass for all views, so that nothing is read twice."""
    on = runtime.device()
    chosen = runtime.choose_precision(precision, on)
    runtime.keep_big_blocks()
    model.to(on, memory_format=runtime.memory_format(on))
    all_logits, all_labels = [], []
    with evaluation_mode(model), torch.inference_mode():
        for images, labels in guards.batches(loader):
            said = []
            for number, view in enumerate([None, *views]):
                # A copy: a view may write into it, and the next one starts afresh.
                shown = images if view is None else view(images.clone())
                if not isinstance(shown, torch.Tensor) or shown.ndim != 4 or len(shown) != len(images):
                    found = " x ".join(map(str, getattr(shown, "shape", ()))) or type(shown).__name__
                    given = f"view {number} of {len(views)} returns {found} for {' x '.join(map(str, images.shape))}"
                    raise ValueError(f"{given}; a view returns one picture for each picture, in their order.")
                with runtime.autocast(chosen, on):
                    said.append(model(runtime.prepare(shown, on)))
                check_outputs(said[-1], len(images))
            all_logits.append(torch.stack(said, 1).float())
            all_labels.append(labels)
    if not all_logits:
        raise ValueError("the loader gives no pictures; an accuracy needs at least one.")
    # Read back once, as each look waits for a GPU. clone: inference tensors could not be used with gradients later.
    logits, labels = torch.cat(all_logits).cpu().clone(), torch.cat(all_labels).cpu().clone()
    guards.check_finite(logits, "outputs", guards.picture_names(loader, len(labels)))
    return logits, labels


@contextmanager
def evaluation_mode(model: nn.Module) -> Iterator[None]:
    """Switch dropout off and batch norm to its running statistics; each submodule gets back the mode that it had."""
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for module, training in modes.items():
            module.training = training


def check_outputs(logits: torch.Tensor, count: int) -> None:
    """Raise ValueError for a model whose answer to `count` pictures is not `count` x C."""
    if not isinstance(logits, torch.Tensor) or logits.ndim != 2 or len(logits) != count:
        found = " x ".join(map(str, logits.shape)) if isinstance(logits, torch.Tensor) else type(logits).__name__
        said = f"the model answers a batch of {count} with {found or 'one number'}"
        raise ValueError(f"{said}; build it so that forward returns logits, N x C.")
