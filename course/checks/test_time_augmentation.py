"""Checks of the exercises of notebook 08."""

import contextlib
import io

import numpy as np
import torch
from torch import nn

from course.checks.question import OpenQuestion, WrongAnswer, brief, question, tensor


def _darken_in_place(images):
    return images.mul_(0.3)


@question(
    hints=(
        "How many passes are there for three views? What is averaged: logits, probabilities or classes?",
        "Begin with model(images).softmax(1), add model(view(images.clone())).softmax(1) for each view, divide once.",
    ),
    praise="Every pass counts alike, the unchanged pictures too.",
)
def q1(average_views, random):
    """`average_views(model, images, views)` -> mean probabilities, N x C."""
    count, classes = int(random.integers(5, 9)), 4
    model = nn.Sequential(nn.Flatten(), nn.Linear(48, classes)).eval().requires_grad_(False)
    nn.init.normal_(model[1].weight)  # sure answers: means of logits and of probabilities lie far apart
    images = torch.rand(count, 3, 4, 4)
    views = [lambda batch: batch.flip(3), _darken_in_place, lambda batch: batch.roll(1, 2)]
    passes = [model(images)] + [model(view(images.clone())) for view in views]
    stacked = torch.stack([one.softmax(1) for one in passes]).double()
    expected = stacked.mean(0)
    got = tensor(average_views(model, images.clone(), list(views)), (count, classes))
    if torch.allclose(got, expected, atol=1e-4):
        return

    damaged, spoilt = images.clone(), []
    for view in views:
        spoilt.append(model(view(damaged)).softmax(1))
    running = passes[0].softmax(1)
    for one in passes[1:]:
        running = (running + one.softmax(1)) / 2
    votes = torch.stack([torch.eye(classes)[one.argmax(1)] for one in passes])
    copied = "A view wrote into the pictures, and the next pass saw them changed: give each view a copy, images.clone()"
    mistakes = [
        ("This is the softmax of the mean logits; take the softmax of each pass first", sum(passes).div(4).softmax(1)),
        ("These are mean logits; take the softmax of each pass before you average", sum(passes) / 4),
        ("The unchanged pictures are missing: they count in, as one pass", stacked[1:].mean(0)),
        ("These are shares of votes; average the probabilities, not the classes", votes.mean(0)),
        ("This is the sum; divide by the number of passes, one more than there are views", stacked.sum(0)),
        ("You divide by the number of views; there is one pass more", stacked.sum(0) / len(views)),
        ("Halving after each view gives the last one half of the weight; add all up, then divide once", running),
        (copied, (passes[0].softmax(1) + sum(spoilt)) / 4),
        (copied, (model(damaged).softmax(1) + sum(spoilt)) / 4),
        (
            "Different pictures were averaged: one after the other, the first N rows are one pass, so K x N x C",
            stacked.reshape(-1, classes).reshape(count, len(passes), classes).mean(1),
        ),
    ]
    hint = "Take one picture and no view, then one view, and compare with the model's own probabilities"
    hint = next((name for name, value in mistakes if torch.allclose(got, value.double(), atol=1e-4)), hint)
    row = int((got - expected).abs().sum(1).argmax())
    said, wanted = (", ".join(f"{value:.3f}" for value in values[row]) for values in (got, expected))
    raise WrongAnswer(f"for {len(views)} views picture {row} has {said}", wanted, hint)


def unlabelled(part):
    """Return the pictures of a labelled part in a new order and without labels and names, and their labels.

    Args:
        part: An `ImageDataset`.

    Returns:
        An `ImageDataset` whose labels are all -1, and the labels, int64 N.

    Raises:
        ValueError: There is no such part, or it has no labels itself.

    Example:
        >>> from helpers.datasets import ImageDataset
        >>> new, labels = unlabelled(ImageDataset(np.zeros((2, 8, 8, 3), np.uint8), [1, 0], ["a", "b"]))
        >>> new.labels.tolist(), sorted(labels.tolist())
        ([-1, -1], [0, 1])
    """
    from helpers.datasets import ImageDataset

    if part is None or (part.labels < 0).any():
        raise ValueError("the set has no test pictures with labels; let COURSE_FOOD_DIR name the whole drawn set.")
    # A generator of its own: an answer that sets a seed must not know the order. The files come class by class.
    order = np.random.default_rng().permutation(len(part))
    hidden = ImageDataset(part.images[order], [-1] * len(order), part.classes, unlabelled=True)
    return hidden, part.labels[order]


@question(
    hints=(
        "In which order do the pictures of the first pass come, in which those of the second, and in which does `new` "
        "have them?",
        "Make the loader of `new` without shuffle: then both passes give row i to picture i.",
    ),
    praise="Every answer stands beside its picture. Your points come from pictures that nobody has seen yet.",
)
def q2(answers, random):
    """`answers(train, new)` -> a category a picture, in the order of new; 30 % right on the drawn test pictures."""
    from helpers.datasets import load_food

    with contextlib.redirect_stdout(io.StringIO()):  # which pictures are left out is no part of the verdict
        data = load_food("sample", image_size=32, on_unreadable="skip")
    new, labels = unlabelled(data.test)
    answer = answers(data.train, new)
    if getattr(answer, "ndim", 1) == 2:
        hint = "These look like logits or probabilities: argmax(1) makes categories of them"
        raise WrongAnswer(f"it returned {brief(answer)}", "one category a picture", hint)
    got = tensor(answer, (len(labels),), hint="Each picture of `new` needs one answer, those of the last batch too")
    lowest, highest = got.min().item(), got.max().item()
    if lowest < 0 or highest > 10 or (got != got.round()).any():
        hint = "Return whole numbers, as argmax gives them"
        if (got == -1).all():
            hint = "-1 stands for the hidden labels of `new`; let the model answer"
        elif (lowest, highest) == (1, 11):
            hint = "Categories count from 0"
        raise WrongAnswer(f"it returned numbers from {lowest:g} to {highest:g}", "categories from 0 to 10", hint)
    right = int((got == labels).sum())
    if right >= 0.3 * len(labels):
        return
    hint = "It learned something; train longer, with changed pictures, and let the rate fall, as `recipe` does"
    if lowest == highest:
        hint = "All answers are the same one. Does the model that answers see the pictures?"
    elif right < 0.18 * len(labels):  # guessing gives 9 %, and 16 % once in ten thousand times
        hint = "Hardly more than guessing: the answers stand beside the wrong pictures, or the model learned by heart"
    raise WrongAnswer(f"{right} of {len(labels)} answers are right ({right / len(labels):.0%})", "at least 30 %", hint)


def _judged(random, start, gained, lost):
    """Return an evaluation that gains and loses so many pictures against `start`, bools: which are right."""
    from helpers.evaluation import Evaluation

    right = start.clone()
    right[random.permutation((~start).nonzero().flatten().numpy())[:gained]] = True
    right[random.permutation(start.nonzero().flatten().numpy())[:lost]] = False
    return Evaluation(torch.eye(2)[right.long()] * 3, torch.ones(len(right)).long(), ["other", "this"])


# Pictures (gained, lost) against the first set: on validation, on test, and the set that the rule takes.
CASES = (
    ([(0, 0), (12, 5), (9, 8)], [(0, 0), (0, 5), (40, 2)], 0),  # p = 0.14: the largest accuracy is luck
    ([(0, 0), (5, 30), (13, 3), (7, 6)], [(0, 0), (0, 5), (0, 9), (40, 2)], 0),  # p < 0.01 downwards, p = 0.02 upwards
    ([(0, 0), (6, 6), (30, 8), (45, 5), (2, 30)], [(0, 0), (40, 2), (0, 0), (0, 5), (0, 3)], 2),  # two that pass
)


@question(
    hints=(
        "Which pictures may decide, and what must a set show beside a larger accuracy?",
        "Compare the first set's evaluation with each other one's, in order, and stop at the first that is better with "
        "p < 0.01. Measure on test after that, once.",
    ),
    praise="Validation chose by the rule, and the test pictures were used once, for one number.",
)
def q3(choose, random):
    """`choose(measure, names)` -> (name, evaluation on test)."""
    from helpers.evaluation import Evaluation, compare

    taken, reports = [], []
    for valid, test, _ in CASES:
        names = random.permutation(["flip", "scales", "shifts", "noise", "crops", "turns"])[: len(valid)].tolist()
        known = {}
        for part, counts in (("valid", valid), ("test", test)):
            start = torch.arange(240) < 120
            start = start[torch.from_numpy(random.permutation(240))]
            for name, (gained, lost) in zip(names, counts, strict=True):
                known[part, name] = _judged(random, start, gained, lost)
        touched = []

        def measure(part, name, known=known, touched=touched):
            if (part, name) not in known:
                parts = sorted({part for part, _ in known}), [name for part, name in known if part == "test"]
                got = f"it measured {name!r} on {part!r}"
                raise WrongAnswer(got, f"one of {parts[1]} on 'valid' or 'test'", "Mind the order of the arguments")
            touched.append((part, name))
            return known[part, name]

        answer = choose(measure, list(names))
        pair = isinstance(answer, tuple | list) and len(answer) == 2
        if not pair or answer[0] not in names or not isinstance(answer[1], Evaluation):
            hint = "Return the name and what `measure` returned on 'test'"
            raise WrongAnswer(f"it returned {brief(answer)}", "a name of `names` and an evaluation", hint)
        taken.append(names.index(answer[0]))
        reports.append((names, known, touched, answer))
    rights = [case[2] for case in CASES]
    if taken != rights:
        wrong = next(number for number, index in enumerate(taken) if index != rights[number])
        names, known, _, answer = reports[wrong]
        name = names[rights[wrong]]
        hint = "Go through `names` in order, and compare each with the first set on the validation pictures"
        if taken in ([2, 3, 1], [0, 3, 1]):
            hint = "You chose on the test pictures: their number would then be flattered, like any chosen one"
        elif taken == [1, 2, 3]:
            hint = "This is the largest of several noisy accuracies; the rule asks for p below 0.01"
        elif taken[1] == 1:
            hint = "This set is worse: a small p says that two differ, the sign of the difference says which is better"
        elif taken[1] == 2:
            hint = "The p-value is below 0.05, not below 0.01: of several sets one may pass 0.05 by luck"
        elif taken == [0, 0, 3]:
            hint = "Two sets pass, and the rule takes the one that stands first in `names`"
        test = compare(known["valid", names[0]], known["valid", answer[0]])
        numbers = f"validation, against {names[0]!r}: {test.method}, p = {test.p_value:.3f}"
        got = f"it took {answer[0]!r} of {names} ({numbers})"
        raise WrongAnswer(got, repr(name), hint)
    for _, known, touched, (name, evaluation) in reports:
        opened = [one for part, one in touched if part == "test"]
        if not torch.equal(evaluation.logits, known["test", name].logits):
            got = f"the evaluation of {name!r} is {'of the validation pictures' if not opened else 'another one'}"
            raise WrongAnswer(got, "the one on 'test'", "Return measure('test', name) of the chosen set")
        if len(opened) != 1:
            hint = "The test set is opened once, for the chosen set; who sees all its numbers will compare them"
            raise WrongAnswer(f"it measured on the test pictures {len(opened)} times", "once", hint)


q4 = OpenQuestion("test time augmentation, question 4")
