"""Checks of the exercises of notebook 06."""

import copy

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from course.checks.question import OpenQuestion, WrongAnswer, brief, question, tensor


@question(
    hints=(
        "Which two things does the sum add, and what still happens to them after it?",
        "First the change: conv1, norm1, ReLU, conv2, norm2. Then the shortcut: x, or downsample(x). ReLU comes last.",
    ),
    praise="The block adds a change to its input, and both shortcuts fit.",
)
def q1(residual, random):
    """`residual(x, conv1, norm1, conv2, norm2, downsample=None)` -> the batch that leaves the block."""
    for outputs, stride in ((4, 1), (6, 2)):
        x = torch.randn(3, 4, 6, 6)
        parts = [nn.Conv2d(4, outputs, 3, stride, 1), nn.BatchNorm2d(outputs)]
        parts += [nn.Conv2d(outputs, outputs, 3, 1, 1), nn.BatchNorm2d(outputs)]
        down = nn.Conv2d(4, outputs, 1, stride) if stride > 1 else None
        for part in parts:  # no gradients: an answer may work in place, or go on with NumPy
            part.requires_grad_(False)
        if down is not None:
            down.requires_grad_(False)
        conv1, norm1, conv2, norm2 = parts
        hidden = norm1(conv1(x))
        change, shortcut = norm2(conv2(hidden.relu())), x if down is None else down(x)
        expected = (change + shortcut).relu().double()
        kind = "halves the picture" if down else "keeps the shape"
        try:
            answer = residual(x.clone(), *parts, down)
        except RuntimeError as error:
            if "size of tensor" not in str(error):
                raise
            got = f"in a block that {kind} two tensors of different shapes met ({error})"
            raise WrongAnswer(got, "a sum of equal shapes", "Where `downsample` is given, add downsample(x)") from error
        got = tensor(answer, tuple(expected.shape))
        if torch.allclose(got, expected, atol=1e-4):
            continue
        mistakes = {
            "The shortcut is missing: add it to the change before the last ReLU": change.relu(),
            "The shortcut was added after the last ReLU: first the sum, then ReLU": change.relu() + shortcut,
            "There is a ReLU before the sum: the change may be negative": (change.relu() + shortcut).relu(),
            "The last ReLU is missing, after the sum": change + shortcut,
            "The ReLU between the two halves is missing": (norm2(conv2(hidden)) + shortcut).relu(),
            "The norms are missing: norm1 follows conv1, norm2 follows conv2": (
                conv2(conv1(x).relu()) + shortcut
            ).relu(),
        }
        hint = "Compare the parts one by one: the change before the sum, the shortcut, the sum"
        place = tuple(np.unravel_index(int((got - expected).abs().argmax()), expected.shape))
        said = f"in a block that {kind}, one value is {got[place]:.3f}"
        raise WrongAnswer(said, f"{expected[place]:.3f}", _named(got, mistakes, hint))


def _named(got, mistakes, hint):
    """Return the mistake whose result this is, or else the hint."""
    return next((name for name, value in mistakes.items() if torch.allclose(got, value.double(), atol=1e-4)), hint)


def _trained(model, batches, settings, max_norm, order, gradients):
    """Return the weights after one pass in which the steps in `order` are done with each batch, in this order."""
    model = _with_gradients(model, gradients)
    optimizer = torch.optim.SGD(model.parameters(), **settings)
    steps = {
        "zero": optimizer.zero_grad,
        "clip": lambda: nn.utils.clip_grad_norm_(model.parameters(), max_norm),
        "step": optimizer.step,
    }
    for images, labels in batches:
        steps["backward"] = functional.cross_entropy(model(images), labels).backward
        for name in order.split():
            steps[name]()
    return model[1].weight.detach()


def _with_gradients(model, gradients):
    """Return a copy of the model that comes with gradients."""
    model = copy.deepcopy(model)
    for weights, gradient in zip(model.parameters(), gradients, strict=True):
        weights.grad = gradient.clone()
    return model


@question(
    hints=(
        "Print the norm of a gradient after each `backward`. `backward` adds to what is there already.",
        "Where does each batch forget the gradients of the one before? That line comes before `backward`, in the loop.",
    ),
    praise="Each step goes by the clipped gradients of its own batch, and by nothing else.",
)
def q2(train_epoch, random):
    """`train_epoch(model, batches, optimizer, max_norm)` changes the weights of the model."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(12, 3)).double()
    batches = [(torch.randn(4, 3, 2, 2).double(), torch.from_numpy(random.integers(0, 3, 4))) for _ in range(4)]
    earlier = torch.autograd.grad(functional.cross_entropy(model(batches[-1][0]), batches[0][1]), model.parameters())
    zeros = [torch.zeros_like(gradient) for gradient in earlier]
    first = torch.autograd.grad(functional.cross_entropy(model(batches[0][0]), batches[0][1]), model.parameters())
    # Half of the first gradient's norm: clipping surely makes a difference.
    settings, max_norm = {"lr": 0.5}, 0.5 * torch.cat([gradient.flatten() for gradient in first]).norm().item()

    def after(order, gradients=earlier):
        return _trained(model, batches, settings, max_norm, order, gradients)

    answered = _with_gradients(model, earlier)
    copies = [(images.clone(), labels.clone()) for images, labels in batches]
    train_epoch(answered, copies, torch.optim.SGD(answered.parameters(), **settings), max_norm)
    got, expected = answered[1].weight.detach(), after("zero backward clip step")
    if torch.allclose(got, expected, atol=1e-6):
        return
    piled = "The gradients pile up: each batch adds to those of the batches before it"
    unclipped = "The gradients were not clipped when the step was made: first backward, then clip, then step"
    mistakes = [
        ("No weight changed: the gradients were forgotten between backward and step", model[1].weight.detach()),
        (piled, after("backward clip step", zeros)),
        (piled, after("backward clip step")),
        ("The first step also went by the gradients that the model came with", after("backward clip step zero")),
        (unclipped, after("zero backward step")),
    ]
    hint = "Print the norm of a gradient before each step; it must be that of this batch alone"
    hint = next((name for name, value in mistakes if torch.allclose(got, value, atol=1e-6)), hint)
    place = tuple(np.unravel_index(int((got - expected).abs().argmax()), expected.shape))
    said = f"after {len(batches)} batches one weight is {got[place]:.4f}"
    raise WrongAnswer(said, f"{expected[place]:.4f}", hint)


VERDICTS = ("better", "worse", "cheaper and not worse", "no reason to change")


@question(
    hints=(
        "Order both by seed first. Which two numbers of a `Comparison` does the rule need, beside the difference?",
        "Three questions in turn: `.real`, and then the sign? Cheaper, and `.interval[0]` above -0.02? Else no reason.",
    ),
    praise="The rule decides: the test first, the cost only where nothing can be told, and not without an interval.",
)
def q3(verdict, random):
    """`verdict(old, new)`: two dicts seed -> (accuracy, seconds) -> one of four verdicts."""
    from helpers.evaluation import compare

    # Mean difference, how much the seeds scatter about it, cost against the old one, and the verdict by the rule.
    cases = [
        (0.03, 0.02, 2.0, "better"),
        (-0.03, 0.02, 0.3, "worse"),
        (-0.003, 0.01, 0.4, "cheaper and not worse"),
        (-0.005, 0.06, 0.4, "no reason to change"),  # the interval reaches far below -2 points
        (0.003, 0.01, 2.0, "no reason to change"),  # not worse, but dearer
        (0.01, 0.06, 0.4, "no reason to change"),
    ]
    said, told = [], []
    for difference, scatter, cost, _ in cases:
        seeds = np.sort(random.choice(1000, 6, replace=False)).tolist()
        # The seeds lie far apart, so that runs of different seeds, side by side, can show nothing.
        first = 0.4 + 0.08 * random.permutation(6) + random.uniform(0, 0.01, 6)
        second = first + difference + scatter * random.permutation([-1, -0.6, -0.2, 0.2, 0.6, 1])
        seconds = random.uniform(20, 21, 6)
        old = {seed: (float(a), float(s)) for seed, a, s in zip(seeds, first, seconds, strict=True)}
        new = {seed: (float(b), float(cost * s)) for seed, b, s in zip(seeds, second, seconds, strict=True)}
        ranked = sorted(seeds, key=lambda seed: old[seed][0])
        old = {seed: old[seed] for seed in ranked}
        new = {seed: new[seed] for seed in reversed(ranked)}
        answer = verdict(dict(old), dict(new))
        if answer not in VERDICTS:
            raise WrongAnswer(f"it returned {brief(answer)}", "one of the four verdicts, as text", "Mind the spelling")
        said.append(answer)
        test = compare(first.tolist(), second.tolist())
        told.append(f"for the {test}, at {cost:.1f} times the cost,")
    right = [case[3] for case in cases]
    if said == right:
        return
    wrong = next(number for number, answer in enumerate(said) if answer != right[number])
    hint = "Go through the three lines of the rule in turn, with the numbers of this comparison"
    if set(said) == {"no reason to change"}:
        hint = "You never see a difference: do the two runs that you compare have the same seed?"
    elif said[:2] == ["worse", "better"] and said[2] == "better":
        hint = "Points per second are not asked for: whether the accuracies differ comes first, the cost second"
    elif said[:2] == ["worse", "better"]:
        hint = "The sign is turned: `compare(a, b)` says how much better b is, so the old runs come first"
    elif said[:2] == right[:2] and said[2] == "worse":
        hint = "A lower mean is no verdict: ask `.real` before you look at the sign"
    elif said[:3] == right[:3] and said[3] == "cheaper and not worse":
        hint = "'Cannot be told apart' is not 'not worse': the whole interval must lie above -2 points"
    elif said[:4] == right[:4] and said[4] == "cheaper and not worse":
        hint = "This network is not cheaper: compare the seconds, too"
    raise WrongAnswer(f"{told[wrong]} it said '{said[wrong]}'", f"'{right[wrong]}'", hint)


q4 = OpenQuestion("resnet, question 4")
