"""Checks of the exercises of notebook 03."""

import math
from itertools import combinations

import torch
from torch import nn

from course.checks.question import OpenQuestion, WrongAnswer, brief, number, question, same_comparison, tensor


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


@question(
    hints=(
        "An epoch's `seconds` is its own duration. When had the run reached the end of its third epoch?",
        "`table.seconds.cumsum() <= budget` marks the epochs in time. Then go through the seeds: one order for both.",
    ),
    praise="The same seconds for both, the best within them, and each seed beside its own.",
)
def q3(by_the_clock, random):
    """`by_the_clock(first, second, budget)` -> `compare` of the best accuracies within the budget, seed by seed."""
    from helpers.evaluation import Comparison, compare

    while True:
        seeds = random.choice(100, 5, replace=False).tolist()
        level = dict(zip(seeds, random.uniform(0, 0.15, 5).tolist(), strict=True))  # an easy seed is easy for both
        first = {seed: _run(random, 0.50 + level[seed], 1.0) for seed in seeds}
        second = {seed: _run(random, 0.53 + level[seed], 1.6) for seed in seeds[::-1]}
        budget = float(random.uniform(7.5, 9.5))
        right = compare(*([_best(runs[seed], budget) for seed in seeds] for runs in (first, second)))
        usual = _usual_comparisons(first, second, seeds, budget)
        if all(not same_comparison(right, found) for _, found in usual):
            break
    copies = ({seed: table.copy() for seed, table in runs.items()} for runs in (first, second))
    got = by_the_clock(*copies, budget)
    if not isinstance(got, Comparison):
        hint = "Return compare(...), with one accuracy for each seed on both sides"
        raise WrongAnswer(f"it returned {brief(got)}", "what `compare` returns", hint)
    if same_comparison(got, right):
        return
    hint = "Print, for one run, the epochs in time and their accuracies"
    for said, found in usual:
        if same_comparison(got, found):
            hint = said
            break
    else:
        if got.n != len(seeds):
            hint = "One accuracy for each seed, not one for each epoch; and all seeds count"
    raise WrongAnswer(f"for a budget of {budget:.1f} s it said: {got}", f"{right}", hint)


def _run(random, start: float, pace: float):
    """Return a table of 14 epochs: accuracy climbs in leaps, so that the best epoch is rarely the last one."""
    import pandas as pd

    climb = start + 0.02 * torch.arange(14).double().numpy() + random.uniform(-0.04, 0.04, 14)
    seconds = random.uniform(0.8, 1.2, 14) * pace
    return pd.DataFrame({"epoch": range(1, 15), "valid_accuracy": climb, "seconds": seconds})


def _best(table, budget: float) -> float:
    return float(table.valid_accuracy[table.seconds.cumsum() <= budget].max())


def _usual_comparisons(first: dict, second: dict, seeds: list[int], budget: float) -> list[tuple]:
    """Return pairs: what to try, and the comparison that the usual mistake gives."""
    from helpers.evaluation import compare

    def best(runs, order=seeds):
        return [_best(runs[seed], budget) for seed in order]

    def until(runs, epochs):
        return [runs[seed].valid_accuracy[:count].max() for seed, count in zip(seeds, epochs, strict=True)]

    done = [[int((runs[seed].seconds.cumsum() <= budget).sum()) for seed in seeds] for runs in (first, second)]
    last = [
        [runs[seed].valid_accuracy[count - 1] for seed, count in zip(seeds, counts, strict=True)]
        for runs, counts in zip((first, second), done, strict=True)
    ]
    one_more = [[count + 1 for count in counts] for counts in done]
    order = "Pair by seed, not by place: the two dicts have their seeds in another order"
    turned = "The sign is turned: `compare(a, b)` says how much better b is, so the first recipe comes first"
    whole = "This is the best over all epochs: `seconds` is each epoch's own duration, so add them up"
    late = "An epoch that ends after the budget does not count"
    same = "These are the same epochs for both; the budget is in seconds, and quick epochs are more than slow ones"
    epochs = [[count] * len(seeds) for count in range(1, 14)] + [list(map(min, *done)), list(map(max, *done))]
    return [
        (order, compare(best(first), best(second, list(second)))),
        (
            "Sorting makes pairs of strangers: pair each seed with itself",
            compare(*map(sorted, map(best, (first, second)))),
        ),
        (turned, compare(best(second), best(first))),
        ("This is the last epoch in time; we want the best one until then", compare(*last)),
        (whole, compare(until(first, [None] * 5), until(second, [None] * 5))),
        (late, compare(until(first, one_more[0]), until(second, one_more[1]))),
        *((same, compare(until(first, counts), until(second, counts))) for counts in epochs),
    ]


q4 = OpenQuestion("batch norm, question 4")
