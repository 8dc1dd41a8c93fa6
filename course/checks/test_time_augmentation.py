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


LISTING = """\
def report(model, train, valid, test):
    changes = augment.preset("light", train.image_size)
    valid_loader = make_loader(valid, 64, transform=changes)
    test_loader = make_loader(test, 64)
    best, chosen = 0.0, None
    for name in ("flip", "scales", "shifts"):
        accuracy = evaluate(model, test_loader, views=augment.views(name)).accuracy
        if accuracy > best:
            best, chosen = accuracy, name
    print("the views to take:", chosen)
    alone = evaluate(model, test_loader).accuracy
    shares = []
    model.train()
    with torch.no_grad():
        for images, labels in test_loader:
            first = model(images)
            mirrored = model(images.flip(2))
            both = (first.softmax(0) + mirrored.softmax(0)) / 2
            shares.append((both.argmax(1) == labels).float().mean())
    together = sum(shares) / len(shares)
    if together > alone:
        print(f"the mirror image helps: {alone:.1%} became {together:.1%}")
"""
"""A report on test-time augmentation with seven mistakes."""

_MISTAKES = {
    3: "Which pictures may be changed at random: those that are learned from, or those that are measured, too?",
    7: "On which pictures may views be chosen?",
    13: "In which mode does a network answer?",
    17: "Pictures are N x 3 x height x width. Which axis does a mirror turn?",
    18: "Over what do probabilities sum to 1?",
    20: "The last batch is smaller than the others. What does it count?",
    21: "Is a larger number a better one? What does the course ask for before it says so?",
}
_SOUND = {
    4: "test pictures are neither shuffled nor changed",
    8: "to take the largest is what was agreed; which pictures it is measured on is another line's business",
    14: "no gradient is needed to measure",
    16: "the unchanged pictures count in",
    19: "how often it was right in a batch is right; what is made of these shares comes later",
}


@question(
    hints=(
        "Go through it as the lectures did: which pictures, which mode, which axis, which mean, which test?",
        "One stands in a loader, one in the choice of the views, one before the loop over batches, two within it, and "
        "two after it.",
    ),
    praise="All seven. A program that runs to its end and prints a gain had none of them noticed.",
)
def q3(wrong_lines, random):
    """`wrong_lines()` -> the numbers of the lines in `LISTING` that must be changed."""
    said = wrong_lines()
    try:
        lines = {int(line) for line in said if not isinstance(line, str) and int(line) == line}
    except (TypeError, ValueError):
        lines = set()
    if not lines or len(lines) != len(set(said)):
        raise WrongAnswer(f"it returned {brief(said)}", "a set of line numbers, such as {1, 2}", "Return whole numbers")
    for line in sorted(lines - set(_MISTAKES)):
        reason = f": {_SOUND[line]}" if line in _SOUND else ""
        raise WrongAnswer(
            f"line {line} is among them", f"lines that are wrong; this one may stay{reason}", "Take it out"
        )
    for line in sorted(set(_MISTAKES) - lines):
        got = f"{len(lines)} lines, all of them wrong"
        raise WrongAnswer(
            got, f"{len(_MISTAKES)} lines", f"One that is missing: {_MISTAKES[line][0].lower()}{_MISTAKES[line][1:]}"
        )


q4 = OpenQuestion("test time augmentation, question 4")
