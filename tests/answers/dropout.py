"""Answers to the exercises of notebook 02. The docstring of a wrong one is what its message must say."""

import copy

import numpy as np
import torch
from torch import nn

from helpers import compare, evaluate, wilson


def right_q1_library(x, p, training):
    return nn.functional.dropout(x, p, training)


def right_q1_in_place(x, p, training):
    if training:
        x *= torch.empty_like(x).bernoulli_(1 - p)
        x /= 1 - p
    return x


def right_q1_loop_over_pictures(x, p, training):
    if not training:
        return x.numpy()
    pictures = [picture.numpy().astype(np.float64) for picture in x]
    return np.stack([np.where(np.random.default_rng().random(a.shape) < p, 0, a / (1 - p)) for a in pictures])


def q1_no_division(x, p, training):
    "divide by 1 - p"
    return x * (torch.rand_like(x) >= p) if training else x


def q1_divided_by_p(x, p, training):
    "You divide by p"
    return x * (torch.rand_like(x) >= p) / p if training else x


def q1_in_evaluation_too(x, p, training):
    "look at `training` first"
    return x * (torch.rand_like(x) >= p) / (1 - p)


def q1_not_inverted(x, p, training):
    "You multiply by 1 - p in evaluation mode"
    return x * (torch.rand_like(x) >= p) if training else (1 - p) * x


def q1_one_mask(x, p, training):
    "one mask for the whole batch"
    return x * (torch.rand_like(x[0]) >= p) / (1 - p) if training else x


def q1_whole_channels(x, p, training):
    "for each entry of x"
    return nn.functional.dropout2d(x, p, training)


def q1_share_that_is_kept(x, p, training):
    "you keep a share p"
    return x * (torch.rand_like(x) < p) / p if training else x


def q1_seeded(x, p, training):
    "Each call must draw anew"
    torch.manual_seed(0)
    return nn.functional.dropout(x, p, training)


def right_q2_evaluate(model, images, labels):
    return evaluate(model, [(images, labels)]).accuracy


def right_q2_copy(model, images, labels):
    return (copy.deepcopy(model).eval()(images).argmax(1) == labels).double().mean()


def right_q2_picture_by_picture(model, images, labels):
    training = model.training
    model.eval()
    with torch.no_grad():
        hits = [int(model(image[None]).argmax()) == int(label) for image, label in zip(images, labels, strict=True)]
    if training:
        model.train()
    return np.mean(hits)


def q2_no_eval(model, images, labels):
    "call `model.eval()` before the forward pass"
    with torch.no_grad():
        return (model(images).argmax(1) == labels).float().mean().item()


def q2_eval_too_late(model, images, labels):
    "call `model.eval()` before the forward pass"
    logits = model(images)
    model.eval()
    return (logits.argmax(1) == labels).float().mean().item()


def q2_left_in_evaluation(model, images, labels):
    "leaves the model in evaluation mode"
    model.eval()
    return q2_no_eval(model, images, labels)


def q2_always_training(model, images, labels):
    "always puts the model into training mode"
    accuracy = q2_left_in_evaluation(model, images, labels)
    model.train()
    return accuracy


def q2_one_switch(model, images, labels):
    "sets one switch only"
    training, model.training = model.training, False
    accuracy = q2_no_eval(model, images, labels)
    model.training = training
    return accuracy


def right_q3_interval(first, second):
    low, high = compare(first, second).interval
    return np.array("second" if low > 0 else "first" if high < 0 else "undecided")


def right_q3_mcnemar(first, second):
    from scipy.stats import binomtest

    gained = sum(b and not a for a, b in zip(first.correct.tolist(), second.correct.tolist(), strict=True))
    lost = sum(a and not b for a, b in zip(first.correct.tolist(), second.correct.tolist(), strict=True))
    if gained == lost or binomtest(gained, gained + lost).pvalue >= 0.05:
        return "undecided"
    return "second" if gained > lost else "first"


def q3_higher_accuracy(first, second):
    "neither it nor a loose level decides"
    if first.accuracy == second.accuracy:
        return "undecided"
    return "second" if second.accuracy > first.accuracy else "first"


def q3_intervals_overlap(first, second):
    "Overlapping intervals or a small difference do not decide"
    (low_a, high_a), (low_b, high_b) = first.interval, second.interval
    return "second" if low_b > high_a else "first" if low_a > high_b else "undecided"


def q3_turned(first, second):
    "The words are turned"
    said = compare(second, first)
    return "undecided" if not said.real else "second" if said.difference > 0 else "first"


def q3_real_is_second(first, second):
    "look at the sign"
    return "second" if compare(first, second).real else "undecided"


def q3_unpaired(first, second):
    "Overlapping intervals or a small difference do not decide"
    from scipy.stats import norm

    share, n = (first.accuracy + second.accuracy) / 2, len(first.labels)
    z = (second.accuracy - first.accuracy) / (2 * share * (1 - share) / n) ** 0.5
    return "undecided" if 2 * norm.sf(abs(z)) >= 0.05 else "second" if z > 0 else "first"


def q3_always_undecided(first, second):
    "hardly ever first or second"
    return "undecided"


def q3_other_words(first, second):
    "one of the three words"
    return compare(first, second)


def q3_outside_the_other_interval(first, second):
    "Overlapping intervals or a small difference do not decide"
    low, high = wilson(int(first.correct.sum()), len(first.labels))
    return "second" if second.accuracy > high else "first" if second.accuracy < low else "undecided"


def q1_normal_numbers(x, p, training):
    "Compare the numbers that you draw with p"
    return x * (torch.randn_like(x) >= p) / (1 - p) if training else x


def q1_mask_alone(x, p, training):
    "All survivors have the same value"
    return (torch.rand_like(x) >= p).double() / (1 - p) if training else x


def q1_signs_lost(x, p, training):
    "The signs are lost"
    return x.abs() * (torch.rand_like(x) >= p) / (1 - p) if training else x


def q1_smallest_go(x, p, training):
    "must not depend on them"
    return x * (x >= x.quantile(p)) / (1 - p) if training else x


def q2_first_four_pictures(model, images, labels):
    "Print the number of right answers"
    training = model.training
    model.eval()
    with torch.no_grad():
        right = (model(images[:4]).argmax(1) == labels[:4]).float().mean().item()
    model.train(training)
    return right


def _judged(first, second, level):
    said = compare(first, second)
    return "undecided" if said.p_value >= level else "second" if said.difference > 0 else "first"


def q3_level_of_one_percent(first, second):
    "its level is not"
    return _judged(first, second, 0.01)


def q3_one_sided_ten_percent(first, second):
    "its level is not"
    return _judged(first, second, 0.1)


def q3_typed_a_half(first, second):
    "a loose level"
    return _judged(first, second, 0.5)


def q3_large_difference(first, second):
    "a small difference"
    difference = second.accuracy - first.accuracy
    return "undecided" if abs(difference) <= 0.1 else "second" if difference > 0 else "first"
