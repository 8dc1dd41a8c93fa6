"""Answers to the exercises of notebook 06. The docstring of a wrong one is what its message must say."""

import torch
from torch import nn
from torch.nn import functional

from helpers import compare


def right_q1_in_place(x, conv1, norm1, conv2, norm2, downsample=None):
    change = norm2(conv2(functional.relu(norm1(conv1(x)))))
    if downsample is not None:
        x = downsample(x)
    change += x
    return change.relu_()


def right_q1_numpy(x, conv1, norm1, conv2, norm2, downsample=None):
    change = norm2(conv2(norm1(conv1(x)).clamp(min=0))).numpy()
    return (change + (downsample(x) if downsample else x).numpy()).clip(0)


def q1_no_shortcut(x, conv1, norm1, conv2, norm2, downsample=None):
    "The shortcut is missing"
    return norm2(conv2(norm1(conv1(x)).relu())).relu()


def q1_relu_before_the_sum(x, conv1, norm1, conv2, norm2, downsample=None):
    "a ReLU before the sum"
    change = norm2(conv2(norm1(conv1(x)).relu())).relu()
    return (change + (downsample(x) if downsample else x)).relu()


def q1_shortcut_after_the_last_relu(x, conv1, norm1, conv2, norm2, downsample=None):
    "added after the last ReLU"
    change = norm2(conv2(norm1(conv1(x)).relu())).relu()
    return change + (downsample(x) if downsample else x)


def q1_no_last_relu(x, conv1, norm1, conv2, norm2, downsample=None):
    "The last ReLU is missing"
    return norm2(conv2(norm1(conv1(x)).relu())) + (downsample(x) if downsample else x)


def q1_no_relu_between(x, conv1, norm1, conv2, norm2, downsample=None):
    "between the two halves"
    return (norm2(conv2(norm1(conv1(x)))) + (downsample(x) if downsample else x)).relu()


def q1_no_downsampling(x, conv1, norm1, conv2, norm2, downsample=None):
    "add downsample(x)"
    return (norm2(conv2(norm1(conv1(x)).relu())) + x).relu()


def q1_constant(x, conv1, norm1, conv2, norm2, downsample=None):
    "Compare the parts one by one"
    return torch.zeros_like(conv1(x))


def right_q2_gradients_by_hand(model, batches, optimizer, max_norm):
    for images, labels in batches:
        loss = functional.cross_entropy(model(images), labels)
        gradients = torch.autograd.grad(loss, list(model.parameters()))
        for weights, gradient in zip(model.parameters(), gradients, strict=True):
            weights.grad = gradient
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()


def right_q2_before_and_after(model, batches, optimizer, max_norm):
    model.zero_grad()
    for images, labels in batches:
        functional.cross_entropy(model(images), labels).backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        model.zero_grad(set_to_none=False)


def q2_as_found(model, batches, optimizer, max_norm):
    "The gradients pile up"
    optimizer.zero_grad()
    for images, labels in batches:
        functional.cross_entropy(model(images), labels).backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()


def q2_never(model, batches, optimizer, max_norm):
    "The gradients pile up"
    for images, labels in batches:
        functional.cross_entropy(model(images), labels).backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()


def q2_only_after_the_step(model, batches, optimizer, max_norm):
    "the gradients that the model came with"
    for images, labels in batches:
        functional.cross_entropy(model(images), labels).backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        optimizer.zero_grad()


def q2_between_backward_and_step(model, batches, optimizer, max_norm):
    "No weight changed"
    for images, labels in batches:
        functional.cross_entropy(model(images), labels).backward()
        optimizer.zero_grad()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()


def q2_clips_too_early(model, batches, optimizer, max_norm):
    "not clipped when the step was made"
    for images, labels in batches:
        optimizer.zero_grad()
        loss = functional.cross_entropy(model(images), labels)
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        loss.backward()
        optimizer.step()


def right_q3_by_lists(old, new):
    pairs = [(old[seed], new[seed]) for seed in new]
    test = compare([a[0] for a, _ in pairs], [b[0] for _, b in pairs])
    if test.p_value < 0.05:
        return "worse" if test.difference < 0 else "better"
    saved = sum(a[1] - b[1] for a, b in pairs)
    return "cheaper and not worse" if saved > 0 and min(test.interval) > -0.02 else "no reason to change"


def _judged(old, new, *, sign=1, low=-0.02, mind_cost=True):
    seeds = sorted(old)
    sides = [[runs[seed][0] for seed in seeds] for runs in (old, new)]
    test = compare(*sides[::sign])
    if test.real:
        return "better" if test.difference > 0 else "worse"
    cheaper = not mind_cost or sum(s for _, s in new.values()) < sum(s for _, s in old.values())
    return "cheaper and not worse" if cheaper and test.interval[0] > low else "no reason to change"


def q3_turned(old, new):
    "The sign is turned"
    return _judged(old, new, sign=-1)


def q3_no_interval(old, new):
    "is not 'not worse'"
    return _judged(old, new, low=-1)


def q3_no_cost(old, new):
    "This network is not cheaper"
    return _judged(old, new, mind_cost=False)


def q3_order_of_the_lists(old, new):
    "have the same seed"
    renamed = [dict(enumerate(runs.values())) for runs in (old, new)]
    return _judged(*renamed)


def q3_means_only(old, new):
    "A lower mean is no verdict"
    means = [sum(accuracy for accuracy, _ in runs.values()) / len(runs) for runs in (old, new)]
    return "better" if means[1] > means[0] else "worse"


def q3_points_per_second(old, new):
    "Points per second"
    rates = [sum(a for a, _ in runs.values()) / sum(s for _, s in runs.values()) for runs in (old, new)]
    return "better" if rates[1] > rates[0] else "worse"


def q3_other_words(old, new):
    "one of the four verdicts"
    return "equal"
