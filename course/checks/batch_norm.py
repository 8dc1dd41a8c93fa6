"""Checks of the exercises of notebook 03."""

import math
from itertools import combinations

import torch
from torch import nn

from course.checks.question import OpenQuestion, WrongAnswer, brief, number, question, tensor


@question(
    hints=(
        "One mean a channel: which axes disappear? And which of the two variances describes values to come?",
        "Axes 0, 2 and 3. Divide by the root of the variance with n; move the running variance by the one with n - 1.",
    ),
    praise="One mean a channel, each variance where it belongs, and in evaluation mode nothing from the batch.",
)
def q1(batch_norm, random):
    """`batch_norm(x, running_mean, running_var, training)` -> normalised x, and both running values afterwards."""
    shape = count, channels, _, _ = int(random.integers(2, 4)), 3, 2, 4
    x = torch.from_numpy(random.normal(size=shape))
    # Mean and variance of each channel are set exactly, far from the running values: no mistake is hidden by luck.
    x = (x - x.mean((0, 2, 3), keepdim=True)) / x.std((0, 2, 3), keepdim=True, unbiased=False)
    scale, shift = (
        torch.from_numpy(random.uniform(low, high, (1, channels, 1, 1))) for low, high in ((1.5, 3), (2, 4))
    )
    x = (scale * x + shift).float()
    running = [torch.from_numpy(random.uniform(0.2, 0.6, channels)).float() for _ in range(2)]
    mean, var, bessel = x.mean((0, 2, 3)), x.var((0, 2, 3), unbiased=False), x.var((0, 2, 3))
    moved = [0.9 * running[0] + 0.1 * mean, 0.9 * running[1] + 0.1 * bessel]

    y, *kept = _three(batch_norm(x.clone(), *(value.clone() for value in running), True), shape)
    right = _normalise(x, mean, var)
    if not _near(y, right):
        hint = "Compare mean and standard deviation of each channel of your result with 0 and 1"
        if _near(y, _normalise(x, mean, bessel)):
            hint = "You divide by the variance with n - 1; here the batch itself is meant: `unbiased=False`"
            if _near(kept[1], 0.9 * running[1] + 0.1 * var):
                hint = "The two variances are swapped: n for this batch, n - 1 (Bessel) for the running variance"
        elif any(_near(y, _normalise(x, *values)) for values in (running, moved)):
            hint = "You use the running values; in training mode the batch is normalised with its own"
        elif _near(y, (x - mean[:, None, None]) / (var[:, None, None] + 1e-5)):
            hint = "You divide by the variance; take its square root"
        else:
            for axes, name in _WRONG_AXES.items():
                statistics = [
                    (x.mean(axes, keepdim=True), x.var(axes, keepdim=True, unbiased=bias)) for bias in (False, True)
                ]
                if any(_near(y, (x - m) / torch.sqrt(v + 1e-5)) for m, v in statistics):
                    hint = (
                        f"You take one mean for {name}; we need one for each channel, over pictures, rows and columns"
                    )
        found = [round(value, 2) for value in (*y.mean((0, 2, 3)).tolist(), *y.var((0, 2, 3), unbiased=False).tolist())]
        raise WrongAnswer(
            f"in training mode its channels have the means {found[:channels]} and the variances {found[channels:]}",
            "means 0 and variances 1 (with n)",
            hint,
        )
    kept = [tensor(value, (channels,), what) for value, what in zip(kept, _NAMES, strict=True)]
    for value, wanted, old, new, name in zip(kept, moved, running, (mean, bessel), _NAMES, strict=True):
        if _near(value, wanted):
            continue
        hint = "Move it a tenth of the way from the old value to that of the batch"
        if _near(value, old):
            hint = "It did not move: in training mode each batch moves it a tenth of the way"
        elif _near(value, 0.1 * old + 0.9 * new):
            hint = "Momentum is turned: the old value keeps nine tenths"
        elif _near(value, new):
            hint = "You forget the old value; keep nine tenths of it"
        elif _near(value, 0.9 * old + 0.1 * var):
            hint = "The running variance takes the variance with n - 1 (Bessel's correction)"
        raise WrongAnswer(
            f"after a training batch of {count} pictures {name} is {_list(value)}", f"{_list(wanted)}", hint
        )

    y, *kept = _three(batch_norm(x.clone(), *(value.clone() for value in running), False), shape)
    if not _near(y, _normalise(x, *running)):
        hint = "Subtract the running mean, and divide by the root of the running variance"
        if _near(y, right) or _near(y, _normalise(x, mean, bessel)):
            hint = "You use the batch in evaluation mode; there the running values take its place"
        elif _near(y, _normalise(x, *moved)):
            hint = "You move the running values in evaluation mode, too; only training may do that"
        y, wanted = (_list(values[0, :, 0, 0]) for values in (y, _normalise(x, *running)))
        raise WrongAnswer(f"in evaluation mode the first pixel becomes {y}", f"{wanted}", hint)
    for value, old, name in zip(kept, running, _NAMES, strict=True):
        if not _near(tensor(value, (channels,), name), old):
            hint = "Evaluation must not change the model: return the running values as they were"
            raise WrongAnswer(f"in evaluation mode {name} became {_list(tensor(value, (channels,)))}", _list(old), hint)


_NAMES = ("the running mean", "the running variance")
_WRONG_AXES = {
    (2, 3): "each channel of each picture alone",
    (1, 2, 3): "each picture",
    (0, 1, 2, 3): "the whole batch",
    (0,): "each pixel",
    (1,): "each pixel of each picture",
    (0, 1): "each pixel",
}


def _three(answer, shape: tuple[int, ...]) -> tuple:
    """Return the three parts of the answer, the first as a tensor of this shape."""
    if not isinstance(answer, tuple | list) or len(answer) != 3:
        what = f"{len(answer)} things" if isinstance(answer, tuple | list) else brief(answer)
        expected = "three things: x normalised, the running mean, the running variance"
        raise WrongAnswer(f"it returned {what}", expected, "End with `return y, running_mean, running_var`")
    return tensor(answer[0], shape, "the first result"), answer[1], answer[2]


def _normalise(x: torch.Tensor, mean: torch.Tensor, var: torch.Tensor) -> torch.Tensor:
    return (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + 1e-5)


def _near(got, expected: torch.Tensor) -> bool:
    try:
        got = torch.as_tensor(got).detach().cpu().double()
    except (TypeError, ValueError, RuntimeError):
        return False
    return got.shape == expected.shape and torch.allclose(got, expected.double(), atol=1e-3)


def _list(values: torch.Tensor) -> str:
    return str([round(value, 3) for value in values.tolist()])


@question(
    hints=(
        "What does `cross_entropy` want: logits or probabilities? Look at its first argument in the documentation.",
        "It takes the logarithm of the softmax itself. What is left to do before it?",
    ),
    praise="Logits go in as they are: one softmax, taken inside, safe for logits of any size.",
)
def q2(loss, random):
    """`loss(logits, labels)`: the mean cross-entropy, with a gradient, for logits of any size."""
    size, classes = int(random.integers(5, 9)), 3
    while True:
        logits = torch.from_numpy(random.normal(0, 2, (size, classes))).float()
        labels = torch.from_numpy(random.integers(0, classes, size))
        chosen = logits.gather(1, labels[:, None])
        others = [found.item() for found in _usual_losses(logits, labels, chosen).values()]
        expected = (logits.logsumexp(1) - chosen[:, 0]).mean().item()
        # Far enough apart that no mistake is taken for the right answer, or for another mistake.
        if all(abs(a - b) > 1e-2 * max(1, abs(a), abs(b)) for a, b in combinations([expected, *others], 2)):
            break
    start = logits.clone().requires_grad_()
    answer = loss(start * 1, labels.clone())  # times 1: a leaf of the graph could not be worked on in place
    if torch.is_tensor(answer) and answer.ndim:
        hint = "Take the mean over the batch"
        raise WrongAnswer(f"it returned {brief(answer)}, one loss a picture", "a single number", hint)
    got = number(answer.detach() if torch.is_tensor(answer) else answer)
    if abs(got - expected) > 1e-3:
        hint = "Work out one picture by hand: minus the logarithm of the softmax of its label"
        for name, found in _usual_losses(logits, labels, chosen).items():
            if math.isclose(got, found.item(), rel_tol=1e-3, abs_tol=1e-4):
                hint = name
                break
        raise WrongAnswer(f"for {size} pictures it returned {got:.4f}", f"{expected:.4f}", hint)
    if not torch.is_tensor(answer) or not answer.requires_grad:
        hint = "`.item()`, `.detach()` and NumPy cut the graph: return the tensor itself"
        raise WrongAnswer(f"it returned {brief(answer)}, without a gradient", "a tensor that knows its gradient", hint)

    big = torch.tensor([[1000.0, 0.0, 0.0], [0.0, -1000.0, 0.0]])
    got = number(loss(big, torch.tensor([0, 1])))
    if not abs(got - (1000 + math.log(2)) / 2) < 0.1:
        hint = "exp overflows and a tiny softmax becomes 0; `cross_entropy` or `log_softmax` on the logits does neither"
        raise WrongAnswer(f"for logits of +-1000 it returned {got:.4f}", f"{(1000 + math.log(2)) / 2:.4f}", hint)
    answer = loss(start * 1, labels.clone())
    answer.backward()
    slope = (logits.softmax(1) - nn.functional.one_hot(labels, classes)) / size
    if not _near(start.grad, slope):
        hint = "Part of the graph is cut: compute everything from the logits that you are given"
        raise WrongAnswer("the loss is right and its gradient is not", "(softmax - one-hot) / N", hint)


def _usual_losses(logits: torch.Tensor, labels: torch.Tensor, chosen: torch.Tensor) -> dict[str, torch.Tensor]:
    """Return what the usual mistakes give, by what to try."""
    entropy, nll = nn.functional.cross_entropy, nn.functional.nll_loss
    return {
        "This is softmax twice: `cross_entropy` takes its own, so give it the logits": entropy(
            logits.softmax(1), labels
        ),
        "exp(logits) is not softmax (it does not sum to 1), and `cross_entropy` wants the logits": entropy(
            logits.exp(), labels
        ),
        "`nll_loss` wants the logarithm of the softmax, not the logits": -chosen.mean(),
        "`nll_loss` wants the logarithm of the softmax, not the softmax": nll(logits.softmax(1), labels),
        "The softmax runs over the pictures; it belongs to the classes, axis 1": nll(logits.log_softmax(0), labels),
        "This is the sum over the batch; take the mean": len(labels) * entropy(logits, labels),
        "The sign is turned: a loss is minus the logarithm": -entropy(logits, labels),
    }


DIAGNOSES = "diverged", "nothing learned", "too short", "overfits", "fine"


@question(
    hints=(
        "Which of the five shows in the training loss alone? Take these first. Then look at the validation loss.",
        "Compare the last training loss with the first (NaN is not above anything), with ln 2, and with the one a few "
        "epochs earlier; and the last validation loss with its lowest.",
    ),
    praise="Two losses and a yardstick are enough; accuracy alone would have missed half of them.",
)
def q3(diagnose, random):
    """`diagnose(table)` -> one of `DIAGNOSES`, for the table of a training on two classes."""
    for turn in range(8):
        for name in random.permutation(DIAGNOSES):
            table = curves(str(name), random, subtle=turn % 2 == 0)
            said = diagnose(table.copy())
            if not isinstance(said, str) or said not in DIAGNOSES:
                words = ", ".join(map(repr, DIAGNOSES))
                raise WrongAnswer(f"it returned {brief(said)}", f"one of {words}", "Return the word itself")
            if said != name:
                found = ", ".join(
                    f"{column.replace('_', ' ')} {' '.join(f'{value:.2f}' for value in table[column])}"
                    for column in ("train_loss", "valid_loss")
                )
                raise WrongAnswer(f"of the training with {found} it said {said!r}", f"{str(name)!r}", _SIGNS[name])


_SIGNS = {
    "diverged": "The loss went up, or is no number any more: a comparison with NaN is never true, so ask for it",
    "nothing learned": "The training loss stays at ln 2, that of a constant answer, from the first epoch to the last",
    "too short": "The training loss still falls clearly in the last epochs, and validation follows",
    "overfits": "The validation loss ends well above its lowest, while the training loss falls on; its last value may "
    "lie below its first, and accuracy hardly shows it",
    "fine": "Both losses have come to rest; a gap that no longer grows is no illness",
}


def curves(diagnosis: str, random, *, subtle: bool = False):
    """Draw the table of a training, as `history.table` gives it, with one thing wrong with it or none.

    Args:
        diagnosis: One of `DIAGNOSES`.
        random: A NumPy generator.
        subtle: A diverged loss ends as NaN, and one that overfits below its first value: what simple rules overlook.

    Returns:
        Ten epochs: epoch, train_loss, train_accuracy, valid_loss, valid_accuracy.

    Example:
        >>> import numpy as np
        >>> curves("fine", np.random.default_rng(0)).columns.tolist()
        ['epoch', 'train_loss', 'train_accuracy', 'valid_loss', 'valid_accuracy']
    """
    import numpy as np
    import pandas as pd

    epochs = np.arange(10)
    known = random.uniform(0.01, 0.03)  # what the first epoch has learned already
    train, reached = np.full(10, math.log(2) - known), random.uniform(0.80, 0.86)
    if diagnosis == "diverged":
        train = train * random.uniform(1.25, 2.0) ** epochs
        if subtle:
            train[random.integers(4, 9) :] = np.nan
        valid, right = train * random.uniform(1.0, 1.3), np.full(10, 0.5)
    elif diagnosis == "nothing learned":
        train = math.log(2) + random.uniform(-0.004, 0.004, 10)
        valid, right = train + random.uniform(-0.004, 0.004, 10), np.full(10, 0.5)
    elif diagnosis == "too short":
        train = train * random.uniform(0.93, 0.96) ** epochs
        valid, right = train + 0.004 * epochs, 0.55 + 0.02 * epochs
    elif diagnosis == "overfits":
        lowest = random.integers(3, 6)
        train = train * random.uniform(0.68, 0.76) ** epochs
        fall, rise = random.uniform(0.28, 0.33) / lowest, random.uniform(*(0.030, 0.040) if subtle else (0.06, 0.10))
        valid = np.where(epochs <= lowest, 0.69 - fall * epochs, 0.69 - fall * lowest + rise * (epochs - lowest))
        right = 0.55 + (reached - 0.55) * np.minimum(epochs / lowest, 1)
    else:
        floor = random.uniform(0.22, 0.30)
        train = floor + (train - floor) * random.uniform(0.30, 0.42) ** epochs
        valid, right = train + random.uniform(0.08, 0.16) * (1 - 0.4**epochs), reached - 0.3 * 0.4**epochs
    noise = random.uniform(0.997, 1.003, (2, 10))
    accuracy = right + random.uniform(-0.01, 0.01, (2, 10))
    table = {"epoch": epochs + 1, "train_loss": train * noise[0], "train_accuracy": accuracy[0]}
    return pd.DataFrame(table | {"valid_loss": valid * noise[1], "valid_accuracy": accuracy[1]})


q4 = OpenQuestion("batch norm, question 4")
