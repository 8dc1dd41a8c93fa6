"""Checks of the exercises of notebook 09."""

import copy

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from course.checks.question import OpenQuestion, WrongAnswer, brief, number, question, tensor


@question(
    hints=(
        "Which of the two convolutions looks around, and which one mixes channels? To which of them belongs `groups`?",
        "`nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs, bias=False)`, then 1x1 to `outputs`. Each filter is "
        "applied once for each output pixel: 9 x inputs there for the first, inputs x outputs for the second.",
    ),
    praise="One filter a channel, then the mixture of channels, and their price is counted where they are applied.",
)
def q1(separable, random):
    """`Separable(inputs, outputs, stride)`: a module with `forward(x)` and `multiplications(height, width)`."""
    for stride in (1, 2):
        while True:  # until every mistake in counting gives another number
            inputs, outputs = random.choice(np.arange(3, 9), 2, replace=False).tolist()
            height, width = 2 * int(random.integers(3, 6)) + 1, 2 * int(random.integers(6, 8))  # odd and even
            expected, mistakes = _multiplications(height, width, inputs, outputs, stride)
            named = {(value, name) for name, value in mistakes if value != expected}
            if len(named) == len({value for value, _ in named}):
                break
        what = f"from {inputs} to {outputs} channels at stride {stride}"
        made = separable(inputs, outputs, stride)
        _check_parts(made, inputs, outputs, what)
        x = torch.randn(2, inputs, height, width)
        _check_forward(made, x, stride, what)
        got = number(made.multiplications(height, width), "`multiplications`")
        if got != expected:
            hint = "Output pixels x (9 x inputs + inputs x outputs): count each of the two convolutions by hand"
            hint = next((name for name, value in mistakes if value == got), hint)
            said = f"{what} it counts {got:,.0f} multiplications for {height} x {width} pixels"
            raise WrongAnswer(said, f"{expected:,}", hint)


def _check_parts(made, inputs, outputs, what):
    if not isinstance(made, nn.Module):
        raise WrongAnswer("it is no module", "a class that begins `class Separable(nn.Module):`", "Derive the class")
    kinds = {"depthwise": nn.Conv2d, "norm1": nn.BatchNorm2d, "pointwise": nn.Conv2d, "norm2": nn.BatchNorm2d}
    for name, kind in kinds.items():
        if not isinstance(getattr(made, name, None), kind):
            hint = "A depthwise convolution never mixes channels: a 1x1 convolution after it does"
            hint = hint if name == "pointwise" else f"Make `self.{name}` in the constructor, after `super().__init__()`"
            raise WrongAnswer(f"its `{name}` is no `nn.{kind.__name__}`", f"the four parts {', '.join(kinds)}", hint)
    full = "The groups are missing: this is a full convolution. `groups=inputs` gives each channel a filter of its own"
    narrow = "The depthwise convolution leaves the number of channels as it is; the pointwise one changes it"
    pointwise = "The pointwise convolution is 1x1, without groups: at each pixel it mixes all the channels"
    shapes = {"depthwise": (inputs, 1, 3, 3), "pointwise": (outputs, inputs, 1, 1)}
    for name, shape in shapes.items():
        part = getattr(made, name)
        got, hint = tuple(part.weight.shape), pointwise
        if name == "depthwise":
            hint = full if part.groups == 1 else narrow
        if got != shape:
            raise WrongAnswer(f"{what} the weights of `{name}` have the shape {got}", f"{shape}", hint)
        if part.bias is not None:
            hint = "The batch norm after a convolution subtracts its bias again: `bias=False`"
            raise WrongAnswer(f"`{name}` has a bias", "none", hint)
    if tuple(made.pointwise.stride) != (1, 1):
        hint = "The stride belongs to the depthwise convolution: else three of four values are computed and thrown away"
        raise WrongAnswer(f"`pointwise` has the stride {made.pointwise.stride[0]}", "1", hint)
    got = sum(weights.numel() for weights in made.parameters())
    wanted = 9 * inputs + inputs * outputs + 2 * inputs + 2 * outputs
    if got != wanted:
        hint = "Two convolutions and their batch norms are all: norm1 for `inputs` channels, norm2 for `outputs`"
        raise WrongAnswer(f"{what} it has {got} parameters", f"{wanted}", hint)


def _check_forward(made, x, stride, what):
    """Compare the module with its parts, called in the right order, for weights and statistics drawn at random."""
    made.eval()
    for weights in made.parameters():  # no gradients: an answer may go on with NumPy
        weights.requires_grad_(False)
        weights.normal_()
    for norm in (made.norm1, made.norm2):
        norm.running_mean.normal_()
        norm.running_var.uniform_(0.5, 2)
    first = functional.conv2d(x, made.depthwise.weight, None, stride, 1, 1, x.shape[1])

    def norm1(values):
        return _normalised(values, made.norm1)

    def mixed(values):
        return _normalised(functional.conv2d(values, made.pointwise.weight), made.norm2)

    expected = mixed(norm1(first).relu()).relu()
    shape = tuple(expected.shape)
    hint = f"Of the depthwise convolution: padding 1, and the stride ({stride} here)"
    got = tensor(made(x.clone()), shape, f"{what}, for a batch of shape {tuple(x.shape)}, it", hint)
    if torch.allclose(got, expected.double(), atol=1e-3):
        return
    mistakes = {
        "The last ReLU is missing, after norm2": mixed(norm1(first).relu()),
        "The ReLU between the two convolutions is missing, after norm1": mixed(norm1(first)).relu(),
        "Both ReLUs are missing: one after each batch norm": mixed(norm1(first)),
        "ReLU comes after the batch norm, not before it": _normalised(
            functional.conv2d(norm1(first.relu()), made.pointwise.weight).relu(), made.norm2
        ),
        "norm1 is missing, after the depthwise convolution": mixed(first.relu()).relu(),
    }
    hint = "The order is depthwise, norm1, ReLU, pointwise, norm2, ReLU"
    hint = next((name for name, value in mistakes.items() if torch.allclose(got, value.double(), atol=1e-3)), hint)
    place = _farthest(got, expected)
    raise WrongAnswer(f"{what} one value is {got[place]:.3f}", f"{expected[place]:.3f}", hint)


def _normalised(values, norm):
    return functional.batch_norm(values, norm.running_mean, norm.running_var, norm.weight, norm.bias, eps=norm.eps)


def _farthest(got, expected):
    """Return where two tensors of one shape differ most."""
    return tuple(map(int, np.unravel_index(int((got - expected).abs().argmax()), tuple(expected.shape))))


def _multiplications(height, width, inputs, outputs, stride):
    """Return how many there are, and the usual mistakes with what each of them gives."""
    pixels = ((height - 1) // stride + 1) * ((width - 1) // stride + 1)
    expected = pixels * (9 * inputs + inputs * outputs)
    bias = "A bias is added, not multiplied, and there is none; batch norms are not counted either"
    at_output = "At stride 2 a filter is applied once for each *output* pixel, not for each that comes in"
    mistakes = [
        (at_output, height * width * (9 * inputs + inputs * outputs)),
        (at_output, height * width * 9 * inputs + pixels * inputs * outputs),
        (at_output, pixels * 9 * inputs + height * width * inputs * outputs),
        ("The pointwise convolution is forgotten: inputs x outputs at each pixel", pixels * 9 * inputs),
        ("The depthwise convolution is forgotten: 9 x inputs at each pixel", pixels * inputs * outputs),
        (
            "The depthwise convolution is counted without its groups: each filter sees one channel only",
            pixels * (9 * inputs**2 + inputs * outputs),
        ),
        ("This is what a full 3x3 convolution takes", pixels * 9 * inputs * outputs),
        ("The depthwise convolution has `inputs` filters, not `outputs`", pixels * (9 * outputs + inputs * outputs)),
        ("This is the number of weights; each one multiplies once for each output pixel", expected // pixels),
        ("Count multiplications alone, not the additions", 2 * expected),
        (
            f"An odd side is rounded up: with padding 1, {height} pixels become {(height - 1) // stride + 1}",
            (height // stride) * (width // stride) * (9 * inputs + inputs * outputs),
        ),
        (bias, expected + pixels * (inputs + outputs)),
        (bias, expected + inputs + outputs),
        ("A 3x3 filter has 9 weights, not 3", pixels * (3 * inputs + inputs * outputs)),
    ]
    return expected, mistakes


def _head_after(body, head, batches, settings, *, training=(), frozen=False, piled=False):
    """Return the head's tensors after a pass in which the parts in `training` of the body are in training mode."""
    body, head = copy.deepcopy(body).eval(), copy.deepcopy(head).train(not frozen)
    for number_of_part in training:
        body[number_of_part].train()
    optimizer = torch.optim.SGD(head.parameters(), **settings)
    for images, labels in batches:
        with torch.no_grad():
            features = body(images)
        if not piled:
            optimizer.zero_grad()
        functional.cross_entropy(head(features), labels).backward()
        optimizer.step()
    return _tensors(head)


def _tensors(model):
    return {name: values.detach().clone().double() for name, values in model.state_dict().items()}


def _alike(first, second):
    return all(torch.allclose(first[name], second[name], atol=1e-6) for name in second)


def _most_different(got, expected):
    """Return the name of the tensor that differs most, and the two values where it does."""
    name = max(expected, key=lambda name: (got[name] - expected[name]).abs().max())
    if not expected[name].dim():
        return name, got[name].item(), expected[name].item()
    place = _farthest(got[name], expected[name])
    return name, got[name][place].item(), expected[name][place].item()


def _moved_by_the_optimizer(body, settings, steps, *, forgotten):
    """Return the body's tensors after steps by what gradients it came with, or by zeros."""
    moved = _with_gradients(body)
    optimizer = torch.optim.SGD(moved.parameters(), **settings)
    for _ in range(steps):
        if forgotten:
            optimizer.zero_grad(set_to_none=False)
        optimizer.step()
    return _tensors(moved)


def _with_gradients(body):
    """Return a copy of the body that comes with its gradients."""
    twin = copy.deepcopy(body)
    for weights, own in zip(twin.parameters(), body.parameters(), strict=True):
        weights.grad = own.grad.clone()
    return twin


@question(
    hints=(
        "Print `body.state_dict()` before and after. Which of its tensors does no gradient move, and what moves them?",
        "The optimizer holds `head.parameters()` and nothing else. Then `body.eval()` and `head.train()`: `train()` on "
        "a Sequential of both would undo the first.",
    ),
    praise="Not one number of the body moved, its features are those of evaluation mode, and the head learned.",
)
def q2(train_head, random):
    """`train_head(body, head, batches, settings)` trains the head alone, by SGD with these settings."""
    channels, classes = 5, 3
    body = nn.Sequential(
        nn.Conv2d(3, channels, 3, bias=False), nn.BatchNorm2d(channels), nn.ReLU(), nn.Dropout(0.3),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(),
    ).double()  # fmt: skip
    body[1].running_mean.normal_(0, 0.3)
    body[1].running_var.uniform_(0.5, 2)
    head = nn.Sequential(nn.BatchNorm1d(channels), nn.Dropout(0.3), nn.Linear(channels, classes)).double()
    batches = [
        (torch.randn(6, 3, 6, 6).double() + 0.5, torch.from_numpy(random.integers(0, classes, 6))) for _ in range(3)
    ]
    settings = {"lr": 0.3, "momentum": 0.8, "weight_decay": 0.05}
    for weights in body.parameters():
        weights.grad = torch.randn_like(weights)
    seed = int(random.integers(2**31))

    def reference(settings=settings, **how):
        torch.manual_seed(seed)  # the head's dropout draws as it did for the answer
        return _head_after(body, head, batches, settings, **how)

    before, head_before = _tensors(body), _tensors(head)
    answered, answered_head = _with_gradients(body).train(), copy.deepcopy(head)
    copies = [(images.clone(), labels.clone()) for images, labels in batches]
    torch.manual_seed(seed)
    train_head(answered, answered_head, copies, dict(settings))
    _check_body(before, _tensors(answered), body, settings, len(batches))

    got, expected = _tensors(answered_head), reference()
    if _alike(got, expected):
        return
    name, found, wanted = _most_different(got, expected)
    said = f"after {len(batches)} batches the head's `{name}` has one value {found:.4f}"
    everywhere = range(len(body))
    mistakes = [
        ("The head ran in evaluation mode: its dropout and batch norm belong to training", {"frozen": True}),
        ("The features came from a body in training mode, from the batch's own statistics", {"training": everywhere}),
        ("The features came from a body whose batch norm was in training mode", {"training": [1]}),
        ("The body's dropout still acts: all of the body works as in evaluation mode", {"training": [3]}),
        ("The gradients of the head pile up: each batch adds to those before it", {"piled": True}),
        ("The settings were not used, or not all: `torch.optim.SGD(..., **settings)`", {"settings": {"lr": 0.3}}),
    ]
    hint = "For each batch: features of the body in evaluation mode, then one step of SGD for a head in training mode"
    hint = next((name for name, how in mistakes if _alike(got, reference(**how))), hint)
    if torch.equal(got["2.weight"], head_before["2.weight"]):
        said, wanted = "no weight of the head's linear layer changed", None
        hint = "The head is frozen as well: its weights need gradients, and the optimizer needs them"
    raise WrongAnswer(said, "a trained head" if wanted is None else f"{wanted:.4f}", hint)


def _check_body(before, after, body, settings, steps):
    """Find what moved in the body: weights first, then statistics."""
    weights = {name for name, _ in body.named_parameters()}
    for names in (weights, before.keys() - weights):
        moved = [name for name in names if not torch.equal(after[name], before[name])]
        if not moved:
            continue
        shown = [name for name in moved if "tracked" not in name] or moved  # statistics rather than their count
        name, found, wanted = _most_different(after, {name: before[name] for name in shown})
        hint = "Batch norm's statistics move in training mode, whatever `requires_grad` says: `body.eval()`"
        if names is weights:
            hint = "The body was trained: neither should it get gradients, nor should the optimizer hold it"
            for forgotten in (False, True):
                stale = _moved_by_the_optimizer(body, settings, steps, forgotten=forgotten)
                if all(torch.allclose(after[key], stale[key], atol=1e-6) for key in weights):
                    hint = "The optimizer holds the frozen weights: old gradients or decay move them. Give it the head"
        raise WrongAnswer(f"after {steps} batches the body's `{name}` has one value {found:.4f}", f"{wanted:.4f}", hint)


WORDS = ("frozen", "nothing", "undecided")
_PATTERN = np.array([-1, -0.6, -0.2, 0.2, 0.6, 1])
_HALF = 0.785  # half of the 95 % interval over six seeds whose differences scatter by this pattern

# Frozen features with fewer labels against training from nothing with all of them: mean difference and half of the
# interval, both in margins.
_AGAINST_ALL = {
    "far below": (-3, 0.5),
    "below": (-1.3, 0.8),  # but its upper end is above the margin
    "wide": (-0.2, 1.6),  # undecided, and the interval reaches below the margin
    "inside": (-0.1, 0.5),
    "a little worse": (-0.5, 0.25),  # surely worse, and surely by less than the margin
    "better": (2, 0.5),
}
# And against training from nothing with as many labels: mean difference and half of the interval, in points of 1; the
# p-values are 0.03 and 0.07, so that the levels 1 % and 10 % give other words.
_AGAINST_SAME = {"frozen": (0.06, 0.05), "nothing": (-0.06, 0.05), "more": (0.02, 0.0225), "less": (-0.02, 0.0225)}
# From few labels to all: each kind of the first and, but for all labels, of the second; "ranks" is a pair of lists that
# differ surely where each is sorted, and not at all where they are paired by seed.
_SCENES = [
    [("far below", "frozen"), ("inside", "more"), ("wide", "ranks"), ("a little worse", "less"), ("better", None)],
    [("inside", "nothing"), ("far below", "frozen"), ("wide", "less"), ("inside", "more"), ("inside", None)],
    [("inside", "ranks"), ("below", "frozen"), ("inside", "nothing"), ("better", "more"), ("wide", None)],
    [("far below", "more"), ("wide", "nothing"), ("below", "ranks"), ("inside", "frozen"), ("inside", None)],
]


def _scene(scene, margin, random):
    """Draw the rows (way, labels, seed, accuracy) of one experiment, in an order that pairs no seeds."""
    seeds = random.choice(1000, 6, replace=False).tolist()
    counts = (np.cumsum(random.integers(20, 90, 5)) * 2 ** np.arange(5)).tolist()
    # The seeds lie far apart, so that runs of different seeds, side by side, can show nothing.
    full = 0.35 + 0.06 * random.permutation(6) + random.uniform(0, 0.004, 6)
    order, rows = np.argsort(full), []
    for count, (all_kind, same_kind) in zip(counts, scene, strict=True):
        mean, half = (margin * value for value in _AGAINST_ALL[all_kind])
        frozen = full + mean + half / _HALF * random.permutation(_PATTERN)
        nothing = full
        if same_kind == "ranks":
            ranked = np.argsort(frozen)
            nothing = np.empty(6)
            nothing[ranked] = frozen[ranked[::-1]] - 0.04 - random.uniform(0, 0.004, 6)
        elif same_kind:
            mean, half = _AGAINST_SAME[same_kind]
            nothing = frozen - mean - half / _HALF * random.permutation(_PATTERN)
        rows += [("nothing", count, seeds[i], float(nothing[i])) for i in order]
        rows += [("frozen", count, seeds[i], float(frozen[i])) for i in order[::-1]]
    where = random.permutation(len(rows) // 6)  # the groups in any order, each in its own
    return [row for group in where for row in rows[6 * group : 6 * group + 6]]


def _decided(rows, margin, *, pairs="seed", told="test", passes="interval", way_down=True, against="all"):
    """Return the right pair of answers, or what one of the usual mistakes gives."""
    from helpers.evaluation import compare

    counts = sorted({row[1] for row in rows})

    def test(first, second):
        """Compare from nothing with one number of labels and frozen features with another."""
        sides = []
        for way, count in (("nothing", first), ("frozen", second)):
            group = [row for row in rows if row[:2] == (way, count)]
            group = sorted(group, key=lambda row: row[2]) if pairs == "seed" else group
            values = [row[3] for row in group]
            sides.append(sorted(values) if pairs == "rank" else values)
        return compare(*sides, margin=margin)

    better, enough, goes_on = {}, [], True
    for count in reversed(counts):
        same = test(count, count)
        higher, lower = ("nothing", "frozen") if told == "turned" else ("frozen", "nothing")
        word = higher if same.difference > 0 else lower
        better[count] = word if same.p_value < {"mean": 2, "1 %": 0.01, "10 %": 0.1}.get(told, 0.05) else "undecided"
        full = same if against == "same" else test(counts[-1], count)
        holds = {
            "interval": full.interval[0] > -margin,
            "other end": full.interval[1] > -margin,
            "turned": full.interval[1] < margin,
            "mean": full.difference > -margin,
            "test": not full.real or full.difference > 0,
            "equal": full.equal,
            "above zero": full.interval[0] > 0,
        }[passes]
        goes_on = holds and (goes_on or not way_down)
        if goes_on:
            enough.append(count)
    return better, min(enough, default=None)


_BETTER = [
    ("A higher mean is no verdict: ask `.real` before you look at the sign", {"told": "mean"}),
    ("The sign is turned: `compare(a, b)` says how much better b is, so `nothing` comes first", {"told": "turned"}),
    ("The runs are not paired: both lists in the order of the seeds, not of the rows", {"pairs": "order"}),
    ("Sorted accuracies are no pairs: sort by seed, so that each pair has the same one", {"pairs": "rank"}),
    ("The level is 5 %, not 1 %: `.real`, or a p-value below 0.05", {"told": "1 %"}),
    ("The level is 5 %, not 10 %: `.real`, or a p-value below 0.05", {"told": "10 %"}),
]
_ENOUGH = [
    ("The mean alone says nothing of chance: the whole interval must lie above minus the margin", {"passes": "mean"}),
    ("This is the interval's wrong end: 'not worse' asks how bad it may be, so the lower one", {"passes": "other end"}),
    ("The sign is turned: from nothing comes first in `compare`, then the lower end counts", {"passes": "turned"}),
    ("'Undecided' is not 'not worse': a few scattered runs would always pass. Use the interval", {"passes": "test"}),
    ("`.equal` asks for both ends; frozen features may be better by any amount", {"passes": "equal"}),
    ("Not worse *within the margin*: the lower end may be below 0, not below -margin", {"passes": "above zero"}),
    ("One number that passes below one that fails is luck of many looks: go down, stop at the first that fails",
     {"way_down": False}),
    ("The comparison is with training from nothing on *all* labels, not on as many", {"against": "same"}),
]  # fmt: skip


@question(
    hints=(
        "Collect seed -> accuracy for each way and number of labels. Which end of which interval says 'not worse'?",
        "Both lists by seed. `better`: `.real`, then the sign. `enough`: from all labels down, `compare` nothing with "
        "all of them and frozen with k, as long as `.interval[0] > -margin`; the last k that passed.",
    ),
    praise="The rule decides, pair by pair: what the runs cannot tell stays undecided, and no lucky number passes.",
)
def q3(decide, random):
    """`decide(runs, margin)`: rows (way, labels, seed, accuracy) -> ({labels: word}, number of labels or None)."""
    margin = round(float(random.uniform(0.02, 0.03)), 4)
    scenes = [_scene(scene, margin, random) for scene in _SCENES]
    right = [_decided(rows, margin) for rows in scenes]
    answers = [_answered(decide(list(rows), margin), wanted[0]) for rows, wanted in zip(scenes, right, strict=True)]
    for part, mistakes in enumerate((_BETTER, _ENOUGH)):
        said, wanted = ([pair[part] for pair in pairs] for pairs in (answers, right))
        if said == wanted:
            continue
        hint = "Go through the rule line by line with the numbers of this comparison"
        for name, how in mistakes:
            if said == [_decided(rows, margin, **how)[part] for rows in scenes]:
                hint = name
                break
        scene = next(number for number in range(len(said)) if said[number] != wanted[number])
        raise WrongAnswer(*_described(scenes[scene], margin, said[scene], wanted[scene]), hint)


def _answered(answer, wanted):
    """Return an answer as a dict of words and a number, after checking its form."""
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        raise WrongAnswer(f"it returned {brief(answer)}", "two things", "`return better, enough`")
    better, enough = answer
    if not isinstance(better, dict) or set(better) != set(wanted):
        got = f"the keys of the first are {sorted(better, key=str)}" if isinstance(better, dict) else brief(better)
        raise WrongAnswer(got, f"a dict with the keys {sorted(wanted)}", "One word for each number of labels")
    for word in better.values():
        if word not in WORDS:
            hint = "What the runs cannot tell apart is undecided, not equal" if word == "equal" else "Mind the spelling"
            raise WrongAnswer(f"it said {brief(word)}", f"one of {', '.join(WORDS)}", hint)
    return {int(count): better[count] for count in wanted}, None if enough is None else int(number(enough, "`enough`"))


def _described(rows, margin, said, wanted):
    """Return in words what was said and what the rule says, with the comparison that decides it."""
    from helpers.evaluation import compare

    counts = sorted({row[1] for row in rows})
    runs = {}
    for way, count, _, accuracy in sorted(rows, key=lambda row: row[2]):
        runs.setdefault((way, count), []).append(accuracy)
    if isinstance(wanted, dict):
        count = next(count for count in counts if said[count] != wanted[count])
        test = compare(runs["nothing", count], runs["frozen", count])
        return (
            f"with {count} labels, for frozen against nothing a {test}, it said '{said[count]}'",
            f"'{wanted[count]}'",
        )
    lows = [100 * compare(runs["nothing", counts[-1]], runs["frozen", count]).interval[0] for count in counts]
    listed = ", ".join(f"{count} labels {low:+.1f}" for count, low in zip(counts, lows, strict=True))
    return (
        f"with a margin of {100 * margin:.2f} points and lower ends of the intervals at {listed} it said {said}",
        f"{wanted}",
    )


q4 = OpenQuestion("borrowed features, question 4")
