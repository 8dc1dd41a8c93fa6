"""Answers to the exercises of notebook 09. The docstring of a wrong one is what its message must say."""

import copy
import itertools
from collections import OrderedDict

import pandas as pd
import torch
from torch import nn
from torch.nn import functional

from helpers import compare


class right_q1_sequential(nn.Sequential):  # noqa: N801 - named as all answers are
    def __init__(self, inputs, outputs, stride=1):
        parts = OrderedDict(
            depthwise=nn.Conv2d(inputs, inputs, kernel_size=3, stride=stride, padding=1, groups=inputs, bias=False),
            norm1=nn.BatchNorm2d(inputs),
            relu1=nn.ReLU(inplace=True),
            pointwise=nn.Conv2d(inputs, outputs, kernel_size=1, bias=False),
            norm2=nn.BatchNorm2d(outputs),
            relu2=nn.ReLU(inplace=True),
        )
        super().__init__(parts)

    def multiplications(self, height, width):
        with torch.no_grad():
            first = self.depthwise(torch.zeros(1, self.depthwise.in_channels, height, width))
            second = self.pointwise(first)
        return torch.tensor(9 * first.numel() + self.pointwise.in_channels * second.numel())


class Separable(nn.Module):
    """What the answers below differ from in one thing."""

    def __init__(self, inputs, outputs, stride=1, **depthwise):
        super().__init__()
        self.inputs, self.outputs, self.stride = inputs, outputs, stride
        how = {"stride": stride, "padding": 1, "groups": inputs, "bias": False} | depthwise
        self.depthwise = nn.Conv2d(inputs, inputs, 3, **how)
        self.norm1 = nn.BatchNorm2d(inputs)
        self.pointwise = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)

    def forward(self, x):
        x = self.norm1(self.depthwise(x)).relu()
        return self.norm2(self.pointwise(x)).relu()

    def pixels(self, height, width):
        return -(-height // self.stride) * -(-width // self.stride)

    def multiplications(self, height, width):
        return self.pixels(height, width) * self.inputs * (9 + self.outputs)


class right_q1_rounded_up(Separable):  # noqa: N801
    pass


class q1_no_groups(Separable):  # noqa: N801
    "The groups are missing"

    def __init__(self, inputs, outputs, stride=1):
        super().__init__(inputs, outputs, stride, groups=1)


class q1_bias(Separable):  # noqa: N801
    "subtracts its bias again"

    def __init__(self, inputs, outputs, stride=1):
        super().__init__(inputs, outputs, stride, bias=True)


class q1_no_padding(Separable):  # noqa: N801
    "padding 1, and the stride"

    def __init__(self, inputs, outputs, stride=1):
        super().__init__(inputs, outputs, stride, padding=0)


class q1_no_stride(Separable):  # noqa: N801
    "and the stride (2 here)"

    def __init__(self, inputs, outputs, stride=1):
        super().__init__(inputs, outputs, stride)
        self.depthwise.stride = (1, 1)


class q1_stride_in_the_pointwise(Separable):  # noqa: N801
    "The stride belongs to the depthwise convolution"

    def __init__(self, inputs, outputs, stride=1):
        super().__init__(inputs, outputs, stride)
        self.depthwise.stride, self.pointwise.stride = (1, 1), (stride, stride)


class q1_widens_in_the_depthwise(Separable):  # noqa: N801
    "the pointwise one changes it"

    def __init__(self, inputs, outputs, stride=1):
        super().__init__(inputs, outputs, stride)
        self.depthwise = nn.Conv2d(inputs, 2 * inputs, 3, stride, 1, groups=inputs, bias=False)


class q1_pointwise_of_3x3(Separable):  # noqa: N801
    "The pointwise convolution is 1x1"

    def __init__(self, inputs, outputs, stride=1):
        super().__init__(inputs, outputs, stride)
        self.pointwise = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)


class q1_no_pointwise(nn.Module):  # noqa: N801
    "never mixes channels"

    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.depthwise = nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs, bias=False)
        self.norm1 = nn.BatchNorm2d(inputs)


class q1_a_third_norm(Separable):  # noqa: N801
    "their batch norms are all"

    def __init__(self, inputs, outputs, stride=1):
        super().__init__(inputs, outputs, stride)
        self.norm3 = nn.BatchNorm2d(outputs)


class q1_no_last_relu(Separable):  # noqa: N801
    "The last ReLU is missing"

    def forward(self, x):
        return self.norm2(self.pointwise(self.norm1(self.depthwise(x)).relu()))


class q1_no_relu_between(Separable):  # noqa: N801
    "between the two convolutions"

    def forward(self, x):
        return self.norm2(self.pointwise(self.norm1(self.depthwise(x)))).relu()


class q1_no_relu(Separable):  # noqa: N801
    "Both ReLUs are missing"

    def forward(self, x):
        return self.norm2(self.pointwise(self.norm1(self.depthwise(x))))


class q1_relu_before_the_norm(Separable):  # noqa: N801
    "ReLU comes after the batch norm"

    def forward(self, x):
        return self.norm2(self.pointwise(self.norm1(self.depthwise(x).relu())).relu())


class q1_counted_at_the_input(Separable):  # noqa: N801
    "for each *output* pixel"

    def multiplications(self, height, width):
        return height * width * self.inputs * (9 + self.outputs)


class q1_depthwise_counted_at_the_input(Separable):  # noqa: N801
    "for each *output* pixel"

    def multiplications(self, height, width):
        return 9 * height * width * self.inputs + self.pixels(height, width) * self.inputs * self.outputs


class q1_rounded_down(Separable):  # noqa: N801
    "An odd side is rounded up"

    def multiplications(self, height, width):
        return (height // self.stride) * (width // self.stride) * self.inputs * (9 + self.outputs)


class q1_pointwise_not_counted(Separable):  # noqa: N801
    "The pointwise convolution is forgotten"

    def multiplications(self, height, width):
        return 9 * self.pixels(height, width) * self.inputs


class q1_counted_without_groups(Separable):  # noqa: N801
    "counted without its groups"

    def multiplications(self, height, width):
        return self.pixels(height, width) * self.inputs * (9 * self.inputs + self.outputs)


class q1_counted_as_full(Separable):  # noqa: N801
    "what a full 3x3 convolution takes"

    def multiplications(self, height, width):
        return 9 * self.pixels(height, width) * self.inputs * self.outputs


class q1_bias_counted(Separable):  # noqa: N801
    "A bias is added"

    def multiplications(self, height, width):
        pixels = self.pixels(height, width)
        return super().multiplications(height, width) + pixels * (self.inputs + self.outputs)


class q1_weights_counted(Separable):  # noqa: N801
    "the number of weights"

    def multiplications(self, height, width):
        return self.depthwise.weight.numel() + self.pointwise.weight.numel()


def right_q2_features_first(body, head, batches, settings):
    body.eval()
    head.train()
    with torch.no_grad():
        features = body(torch.cat([images for images, _ in batches]))
    optimizer = torch.optim.SGD(head.parameters(), **settings)
    start = 0
    for images, labels in batches:
        loss = functional.cross_entropy(head(features[start : start + len(images)]), labels)
        start += len(images)
        head.zero_grad()
        loss.backward()
        optimizer.step()


def right_q2_gradients_forgotten(body, head, batches, settings):
    model = nn.Sequential(body.requires_grad_(False), head).train()
    model[0].eval()
    optimizer = torch.optim.SGD(model.parameters(), **settings)
    for images, labels in batches:
        optimizer.zero_grad(set_to_none=True)  # a frozen weight has no gradient then, and is passed over
        functional.cross_entropy(model(images), labels).backward()
        optimizer.step()


def _trained(body, head, batches, settings, *, keep_gradients=True, everything=True):
    """Train what is not frozen, in the modes that both come in."""
    model = nn.Sequential(body, head)
    optimizer = torch.optim.SGD((model if everything else head).parameters(), **settings)
    for images, labels in batches:
        head.zero_grad() if keep_gradients else optimizer.zero_grad(set_to_none=False)
        functional.cross_entropy(model(images), labels).backward()
        optimizer.step()


def q2_as_found(body, head, batches, settings):
    "The optimizer holds the frozen weights"
    _trained(body.requires_grad_(False).train(), head.train(), batches, settings)


def q2_only_evaluation_mode_mended(body, head, batches, settings):
    "The optimizer holds the frozen weights"
    _trained(body.requires_grad_(False).eval(), head.train(), batches, settings)


def q2_moved_by_decay(body, head, batches, settings):
    "The optimizer holds the frozen weights"
    _trained(body.requires_grad_(False).eval(), head.train(), batches, settings, keep_gradients=False)


def q2_only_the_optimizer_mended(body, head, batches, settings):
    "Batch norm's statistics move"
    _trained(body.requires_grad_(False).train(), head.train(), batches, settings, everything=False)


def q2_train_after_eval(body, head, batches, settings):
    "Batch norm's statistics move"
    body.requires_grad_(False).eval()
    nn.Sequential(body, head).train()
    _trained(body, head, batches, settings, everything=False)


def q2_counts_only(body, head, batches, settings):
    "Batch norm's statistics move"
    body[1].momentum = 0.0
    _trained(body.requires_grad_(False).train(), head.train(), batches, settings, everything=False)


def q2_nothing_frozen(body, head, batches, settings):
    "The body was trained"
    _trained(body.eval(), head.train(), batches, settings, keep_gradients=False)


def q2_all_in_evaluation_mode(body, head, batches, settings):
    "The head ran in evaluation mode"
    _trained(body.requires_grad_(False).eval(), head.eval(), batches, settings, everything=False)


def q2_put_back(body, head, batches, settings):
    "a body in training mode"
    kept = copy.deepcopy(body.state_dict())
    _trained(body.requires_grad_(False).train(), head.train(), batches, settings, everything=False)
    body.load_state_dict(kept)


def q2_dropout_still_acts(body, head, batches, settings):
    "The body's dropout still acts"
    body.requires_grad_(False).train()[1].eval()
    _trained(body, head.train(), batches, settings, everything=False)


def q2_head_frozen(body, head, batches, settings):
    "The head is frozen as well"
    body.requires_grad_(False).eval()
    for images, _ in batches:
        head.train()(body(images))


def q2_gradients_pile_up(body, head, batches, settings):
    "pile up"
    body.requires_grad_(False).eval()
    optimizer = torch.optim.SGD(head.train().parameters(), **settings)
    for images, labels in batches:
        functional.cross_entropy(head(body(images)), labels).backward()
        optimizer.step()


def q2_settings_left_out(body, head, batches, settings):
    "The settings were not used"
    _trained(body.requires_grad_(False).eval(), head.train(), batches, {"lr": settings["lr"]}, everything=False)


def right_q3_with_pandas(runs, margin):
    table = pd.DataFrame(runs, columns=["way", "labels", "seed", "accuracy"])
    table = table.pivot_table(index="seed", columns=["way", "labels"], values="accuracy")
    counts, better = sorted(table["frozen"].columns), {}
    for count in counts:
        test = compare(table["nothing", count], table["frozen", count])
        better[count] = "undecided" if test.p_value >= 0.05 else ("nothing", "frozen")[int(test.difference > 0)]
    tests = [compare(table["frozen", count], table["nothing", counts[-1]]) for count in reversed(counts)]
    good = list(itertools.takewhile(lambda pair: pair[1].interval[1] < margin, zip(counts[::-1], tests, strict=True)))
    return better, good[-1][0] if good else None


def _decided(runs, margin, *, order=sorted, sign=1, level=0.05, passes=None, any_of=False, same=False):
    """Decide by the rule, or with one mistake."""
    passes = passes or (lambda test: test.interval[0] > -margin)
    counts = sorted({count for _, count, _, _ in runs})

    def test(first, second):
        lists = []
        for way, count in (("nothing", first), ("frozen", second)):
            lists.append([value for _, value in order([row[2:] for row in runs if row[:2] == (way, count)])])
        return compare(*lists[::sign], margin=margin)

    better, good = {}, []
    for count in counts:
        verdict = test(count, count)
        better[count] = "frozen" if verdict.difference > 0 else "nothing"
        if verdict.p_value >= level:
            better[count] = "undecided"
        good.append(bool(passes(verdict if same else test(counts[-1], count))))
    if any_of:
        return better, next((count for count, passed in zip(counts, good, strict=True) if passed), None)
    enough = None
    for count, passed in zip(counts[::-1], good[::-1], strict=True):
        if not passed:
            break
        enough = count
    return better, enough


def right_q3_by_lists(runs, margin):
    return list(_decided(runs, margin))


def q3_means_only(runs, margin):
    "A higher mean is no verdict"
    return _decided(runs, margin, level=2)


def q3_level_of_1_percent(runs, margin):
    "5 %, not 1 %"
    return _decided(runs, margin, level=0.01)


def q3_level_of_10_percent(runs, margin):
    "5 %, not 10 %"
    return _decided(runs, margin, level=0.1)


def q3_turned(runs, margin):
    "The sign is turned: `compare(a, b)`"
    return _decided(runs, margin, sign=-1)


def q3_order_of_the_rows(runs, margin):
    "The runs are not paired"
    return _decided(runs, margin, order=list)


def q3_sorted_accuracies(runs, margin):
    "Sorted accuracies are no pairs"
    return _decided(runs, margin, order=lambda pairs: sorted(pairs, key=lambda pair: pair[1]))


def q3_equal(runs, margin):
    "undecided, not equal"
    better, enough = _decided(runs, margin)
    return {count: word.replace("undecided", "equal") for count, word in better.items()}, enough


def q3_mean_within_the_margin(runs, margin):
    "The mean alone"
    return _decided(runs, margin, passes=lambda test: test.difference > -margin)


def q3_undecided_is_not_worse(runs, margin):
    "'Undecided' is not 'not worse'"
    return _decided(runs, margin, passes=lambda test: not test.real or test.difference > 0)


def q3_wrong_end(runs, margin):
    "the interval's wrong end"
    return _decided(runs, margin, passes=lambda test: test.interval[1] > -margin)


def q3_not_better(runs, margin):
    "from nothing comes first"
    return _decided(runs, margin, passes=lambda test: test.interval[1] < margin)


def q3_equal_within_the_margin(runs, margin):
    "asks for both ends"
    return _decided(runs, margin, passes=lambda test: test.equal)


def q3_no_margin(runs, margin):
    "within the margin"
    return _decided(runs, margin, passes=lambda test: test.interval[0] > 0)


def q3_first_that_passes(runs, margin):
    "luck of many looks"
    return _decided(runs, margin, any_of=True)


def q3_against_as_many_labels(runs, margin):
    "on *all* labels"
    return _decided(runs, margin, same=True)


def q3_only_the_words(runs, margin):
    "two things"
    return _decided(runs, margin)[0]


def q3_a_list_of_words(runs, margin):
    "a dict with the keys"
    better, enough = _decided(runs, margin)
    return list(better.values()), enough
