"""Checks of the exercises of notebook 02."""

import numpy as np
import torch
from torch import nn

from course.checks.question import OpenQuestion, WrongAnswer, brief, number, question, tensor


@question(
    hints=(
        "Three things: what evaluation mode does, what share of the values becomes 0, and what becomes of the others.",
        "`torch.rand_like(x) >= p` is True for a share 1 - p of the activations, drawn anew for each one of them.",
    ),
    praise="A new draw for each activation of each picture, the average kept, and nothing at all in evaluation mode.",
)
def q1(drop, random):
    """`drop(x, p, training)`: inverted dropout in training mode, x itself in evaluation mode."""
    shape = (16, 8, 12, 12)
    # no zeros and nothing small, so that every zero in the result was dropped
    x = torch.from_numpy(random.uniform(0.5, 1.5, shape) * random.choice([-1, 1], shape)).float()
    # Both below and above 0.5, never 0.5 itself: p and 1 - p, and other numbers than `rand`'s, cannot be mixed up.
    for p in random.permutation([random.choice([0.2, 0.3]), random.choice([0.7, 0.8])]).tolist():
        _check_drop(drop, x, p, shape)


def _check_drop(drop, x: torch.Tensor, p: float, shape: tuple[int, ...]) -> None:
    got = tensor(drop(x.clone(), p, False), shape)
    if not torch.allclose(got, x.double(), atol=1e-3):
        zeros = (got == 0).double().mean().item()
        found, hint = f"in evaluation mode with p = {p} it changed the values", "Return x as it is"
        if zeros > 0.01:
            found = f"in evaluation mode with p = {p} it set {zeros:.0%} of the values to 0"
            hint = "Dropout is for training only: look at `training` first"
        elif torch.allclose(got, (1 - p) * x.double(), atol=1e-3):
            hint = "You multiply by 1 - p in evaluation mode; divide by it in training mode instead"
        raise WrongAnswer(found, "x itself", hint)

    got = tensor(drop(x.clone(), p, True), shape)
    again = tensor(drop(x.clone(), p, True), shape)
    kept = got != 0
    said = f"in training mode with p = {p} "
    if kept.all():
        hint = "Draw a mask of zeros and ones; is the switch the right way round?"
        raise WrongAnswer(f"{said}it dropped nothing", f"about {p:.0%} zeros", hint)
    for axis, name in enumerate(("one mask for the whole batch", "one mask for all channels", *["one draw a map"] * 2)):
        if torch.equal(kept, kept.narrow(axis, 0, 1).expand(shape)):
            hint = f"This is {name}: draw one number for each entry of x, a mask of x's whole shape"
            raise WrongAnswer(f"{said}its zeros repeat along axis {axis}", "a new draw for each activation", hint)
    if torch.equal(kept, again != 0):
        hint = "Each call must draw anew: set no seed inside, and keep no mask"
        if x.abs()[~kept].max() <= x.abs()[kept].min() or x[~kept].max() <= x[kept].min():
            hint = "The smallest values go each time: which ones go must not depend on them; draw random numbers"
        raise WrongAnswer(f"{said}two calls dropped the same activations", "two different masks", hint)

    zeros = (~kept).double().mean().item()
    if abs(zeros - p) > 0.05:  # more than ten standard deviations: no luck decides
        hint = "Compare the numbers that you draw with p"
        if abs(zeros - (1 - p)) < 0.05:
            hint = "p is the share that is dropped; you keep a share p"
        raise WrongAnswer(f"{said}{zeros:.0%} of the values are 0", f"about {p:.0%}", hint)
    factors = (got / x.double())[kept]
    if (factors - 1 / (1 - p)).abs().max() > 1e-3:
        factor, hint = factors.median().item(), "Divide the survivors by the share that is kept"
        if (got[kept] - got[kept][0]).abs().max() < 1e-6:
            hint = "All survivors have the same value: this is the mask; multiply x by it"
        elif (factors.abs() - 1 / (1 - p)).abs().max() < 1e-3:
            hint = "The signs are lost: multiply x itself, not its absolute value"
        if abs(factor - 1) < 1e-3:
            hint = "The survivors are as they were, so the next sum is too small: divide by 1 - p"
        elif abs(factor - 1 / p) < 1e-3:
            hint = "You divide by p, the share that is dropped; divide by the share that is kept"
        elif abs(factor - (1 - p)) < 1e-3:
            hint = "You multiply by 1 - p; divide by it"
        raise WrongAnswer(f"{said}it multiplies survivors by {factor:.3f}", f"{1 / (1 - p):.3f}", hint)


class _Layer(nn.Module):
    """Looks its answer up: one table for each mode. A picture holds its own number."""

    def __init__(self, training_logits: torch.Tensor, logits: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("training_logits", training_logits)
        self.register_buffer("logits", logits)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        table = self.training_logits if self.training else self.logits
        return table[(255 * images.flatten(1)[:, 0]).round().long()].clone()


class _Net(nn.Module):
    """Has one layer that knows modes, and remembers in which modes it was asked."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer, self.asked = layer, []

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        self.asked.append((self.training, self.layer.training))
        return self.layer(images)


@question(
    hints=(
        "`torch.no_grad()` switches gradients off. What switches dropout off?",
        "Keep `model.training` in a variable, call `model.eval()`, measure, and give the kept value to `model.train`.",
    ),
    praise="Measured in evaluation mode and left as found. (`evaluate` even puts each single layer back as it was.)",
)
def q2(measure, random):
    """`measure(model, images, labels)`: accuracy in evaluation mode; the model keeps its mode."""
    size, classes = 12, 3
    labels = torch.from_numpy(random.integers(0, classes, size))
    right, in_training = random.choice([2, 4, 5, 7, 8, 10, 11], 2, replace=False).tolist()  # no quarters of 12
    images = torch.arange(size)[:, None, None, None].expand(size, 3, 4, 4) / 255
    for training in random.permutation([True, False]).tolist():
        tables = [_logits(labels, count, classes) for count in (in_training, right)]
        model = _Net(_Layer(*tables)).train(training)
        got = number(measure(model, images.clone(), labels.clone()))
        mode = "training" if training else "evaluation"
        if abs(got - right / size) > 1e-6:
            hint = "Print the number of right answers, and `model.training` before the forward pass"
            if abs(got - in_training / size) < 1e-6:
                hint = "This was measured in training mode: call `model.eval()` before the forward pass"
                if (False, True) in model.asked:
                    hint = "`model.training = False` sets one switch only; `model.eval()` sets those of its layers, too"
            elif abs(got - right) < 1e-6:
                hint = "This is the number of right answers; divide by the number of pictures"
            elif abs(got - 100 * right / size) < 1e-4:
                hint = "An accuracy is a share from 0 to 1, not a percentage"
            raise WrongAnswer(
                f"for a model found in {mode} mode it returned {got:.4f}",
                f"{right / size:.4f} in evaluation mode",
                hint,
            )
        left = [part.training for part in model.modules()]
        if left != [training] * len(left):
            if not any(left):
                hint = "It leaves the model in evaluation mode, and the next epoch would train without dropout"
            elif all(left):
                hint = "It always puts the model into training mode; keep the mode that it had"
            else:
                hint = "Some layers differ from the model; call `model.train(...)`, which sets them all"
            after = "training" if model.training else "evaluation"
            raise WrongAnswer(f"a model found in {mode} mode was left in {after} mode", f"{mode} mode as before", hint)


def _logits(labels: torch.Tensor, right: int, classes: int) -> torch.Tensor:
    """Return logits that are right for the first `right` labels and wrong for the rest."""
    said = torch.where(torch.arange(len(labels)) < right, labels, (labels + 1) % classes)
    return 3.0 * nn.functional.one_hot(said, classes)


@question(
    hints=(
        "Only pictures on which the two disagree say anything. What does `compare(first, second)` return for them?",
        "`compare` returns a Comparison: `real` says whether the data can tell, and `difference` for whom.",
    ),
    praise="The same two accuracies, and another verdict: what counts is on how many pictures the two disagree.",
)
def q3(judge, random):
    """`judge(first, second)`: "first", "second" or "undecided", by the paired test on the same pictures."""
    size, more = int(random.integers(220, 301)), int(random.integers(10, 12))
    low = int(0.7 * size)
    # The same two accuracies twice, with overlapping intervals: few disagreements (real), and many (not). Two more lie
    # close to the level of 5 %, one on either side.
    cases = {
        "few": (low, more, int(random.integers(0, 2))),
        "many": (low, more, int(random.integers(25, 33))),
        "apart": (low // 2, size // 3, 3),
        "same": (low, 0, 0),
        "just": (low, *_disagreements(random, size, 0.012, 0.04)),
        "hardly": (low, *_disagreements(random, size, 0.06, 0.095)),
    }
    verdicts = {}
    for name in random.permutation(list(cases)).tolist():
        for better in random.permutation(["second", "first"]).tolist():
            pair = _pair(random, size, *cases[name])
            given = pair if better == "second" else pair[::-1]
            answer = judge(*given)
            if answer is None:
                raise WrongAnswer(
                    "it returned None", '"first", "second" or "undecided"', "Does every path end in `return`?"
                )
            if str(answer) not in ("first", "second", "undecided"):
                hint = "Make one of the three words of what `compare` returns"
                raise WrongAnswer(f"it returned {brief(answer)}", '"first", "second" or "undecided"', hint)
            verdicts[name, better] = (str(answer), better if name in ("few", "apart", "just") else "undecided", given)
    wrong = {case for case, (answer, expected, _) in verdicts.items() if answer != expected}
    if not wrong:
        return
    case = next(case for case in verdicts if case in wrong)
    turned = {"first": "second", "second": "first", "undecided": "undecided"}
    if all(answer == turned[expected] for answer, expected, _ in verdicts.values()):
        hint = "The words are turned: `compare(first, second)` says how much better second is"
    elif any(verdicts[name, "first"][0] == verdicts[name, "second"][0] != "undecided" for name in ("few", "apart")):
        hint = "The data can tell, and you do not ask for whom: look at the sign of the difference"
    elif any(name == "same" for name, _ in wrong):
        hint = "Both models gave the same answers: give both evaluations to `compare`, and look at what it returns"
    elif {name for name, _ in wrong} <= {"just", "hardly"}:
        hint = "The paired test is right and its level is not: `real` asks for p < 0.05, to both sides"
    elif any(name == "many" for name, _ in wrong):
        case = next(case for case in verdicts if case in wrong and case[0] == "many")
        hint = "The higher accuracy may be luck: neither it nor a loose level decides. Ask `compare` for a verdict"
    elif {name for name, _ in wrong} <= {"few", "just"}:
        hint = "Overlapping intervals or a small difference do not decide: take the test that pairs the same pictures"
    else:
        hint = "Your answer is hardly ever first or second: use `real` and `difference` of what `compare` returns"
    answer, expected, (first, second) = verdicts[case]
    gained, lost = ((a.correct & ~b.correct).sum() for a, b in ((second, first), (first, second)))
    raise WrongAnswer(
        f"for accuracies {first.accuracy:.3f} and {second.accuracy:.3f} ({gained} pictures only second has right, "
        f'{lost} only first) it returned "{answer}"',
        f'"{expected}"',
        hint,
    )


def _disagreements(random, size: int, low: float, high: float) -> tuple[int, int]:
    """Return how many more pictures one model has right, and how many it loses, for a p-value between two bounds.

    Test and interval of `compare` say the same, so that an answer may rest on either.
    """
    from helpers.evaluation import compare

    while True:
        more, lost = int(random.integers(6, 16)), int(random.integers(4, 16))
        said = compare(*_pair(random, size, size // 2, more, lost))
        if low < said.p_value < high and said.real == (said.interval[0] > 0):
            return more, lost


def _pair(random, size: int, right: int, more: int, lost: int) -> tuple:
    """Return two evaluations: `right` pictures right, and `more` more; `lost` are right in the first only."""
    from helpers.evaluation import Evaluation

    first, second = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    first[:right] = True
    second[lost : right + lost + more] = True  # loses some at the front and gains others at the back
    labels, order = torch.from_numpy(random.integers(0, 2, size)), random.permutation(size)
    answers = [torch.where(torch.from_numpy(hits[order]), labels, 1 - labels) for hits in (first, second)]
    classes = ["ordinary", "emergency"]
    noise = [torch.from_numpy(random.uniform(0.5, 3, (size, 1))).float() for _ in answers]
    made = [scale * nn.functional.one_hot(said, 2) for scale, said in zip(noise, answers, strict=True)]
    return tuple(Evaluation(logits, labels.clone(), classes) for logits in made)


q4 = OpenQuestion("dropout, question 4")
