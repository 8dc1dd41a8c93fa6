"""Checks of the exercises of notebook 08."""

import math

import torch
from torch import nn

from helpers.checks.question import WrongAnswer, brief, number, question, tensor


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


class LeftColumn(nn.Module):
    """A model that reads its logits off the left column of pixels; the mirror image shows it the right one."""

    def forward(self, images):
        """Return N x 3 logits."""
        return images[:, :, 0, 0]


class Shuffled:
    """Batches in a new order each time that one goes through them, as `make_loader(..., shuffle=True)` gives them."""

    def __init__(self, images, labels, batch_size):
        self.images, self.labels, self.batch_size = images, labels, batch_size
        self.orders = []  # one for each pass

    def __len__(self):
        return math.ceil(len(self.labels) / self.batch_size)

    def __iter__(self):
        self.orders.append(torch.randperm(len(self.labels)).split(self.batch_size))
        for rows in self.orders[-1]:
            yield self.images[rows], self.labels[rows]


@question(
    hints=(
        "In which order do the pictures of the first pass come, and in which those of the second?",
        "Go through the loader once. For each batch predict the pictures and their views, and average on the spot.",
    ),
    praise="Picture and view meet in the same row, in whatever order the loader gives them.",
)
def q2(tta_accuracy, random):
    """`tta_accuracy(model, loader, view)` -> share of right answers of picture and mirror image together."""
    # Whether the picture is right and how sure, then the same of its mirror image; the surer of the two decides.
    kinds = [(True, 6, True, 2), (True, 2, True, 6), (False, 2, True, 6), (True, 6, False, 2)]  # right together
    kinds += [(True, 2, False, 6), (False, 6, False, 2)]  # wrong together
    counts = [*random.integers(50, 70, 4).tolist(), *random.integers(10, 30, 2).tolist()]
    batch_size = int(random.integers(16, 24))
    counts[5] += (1 - sum(counts)) % batch_size  # the last batch is one picture, so it must not count like a full one
    rows, labels = [], []
    for kind, count in zip(kinds, counts, strict=True):
        for _ in range(count):
            label = int(random.integers(0, 3))
            sides = torch.zeros(2, 3)
            for side, (right, sure) in zip(sides, (kind[:2], kind[2:]), strict=True):
                side[label if right else (label + 1) % 3] = sure
            rows.append(sides.T)  # 3 channels x 2 columns
            labels.append(label)
    loader = Shuffled(torch.stack(rows)[:, :, None], torch.tensor(labels), batch_size)
    got = number(tta_accuracy(LeftColumn(), loader, lambda images: images.flip(3)))
    total, right = len(labels), sum(counts[:4])
    if abs(got - right / total) < 1e-6:
        return
    hint = "Take two batches by hand, and follow one picture and its view into the same row"
    together = torch.arange(total) < right
    means = [together[rows].double().mean() for rows in loader.orders[0]] if loader.orders else [torch.zeros(())]
    if len(loader.orders) > 1:
        hint = (
            f"You went through the loader {len(loader.orders)} times, and each time the pictures come in another order"
        )
    elif abs(got - (right - counts[2] + counts[4]) / total) < 1e-6:
        hint = "This is the model without its view"
    elif abs(got - (right - counts[3]) / total) < 1e-6:
        hint = "This is the view alone: the unchanged picture counts in"
    elif abs(got - right) < 1e-6:
        hint = "This is the number of right answers; divide by the number of pictures"
    elif abs(got - sum(means) / len(means)) < 1e-6:
        hint = (
            "This is the mean of the batches' accuracies: the last batch is a single picture and counts like a full one"
        )
    raise WrongAnswer(f"for {total} pictures it returned {got:.4f}", f"{right / total:.4f} ({right} of {total})", hint)


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
