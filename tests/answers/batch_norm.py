"""Answers to the exercises of notebook 03. The docstring of a wrong one is what its message must say."""

import numpy as np
import torch
from torch import nn


def right_q1_library(x, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    y = nn.functional.batch_norm(x, running_mean, running_var, training=training)  # moves them in place
    return y, running_mean, running_var


def right_q1_channel_by_channel(x, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    y, mean, var = (value.double().numpy() for value in (x, running_mean, running_var))
    for c in range(len(mean)):
        used = mean[c], var[c]
        if training:
            used = y[:, c].mean(), y[:, c].var()
            mean[c] += momentum * (used[0] - mean[c])
            var[c] += momentum * (y[:, c].var(ddof=1) - var[c])
        y[:, c] = (y[:, c] - used[0]) / np.sqrt(used[1] + eps)
    return [y, mean, var]


def norm(x, running_mean, running_var, training, axes=(0, 2, 3), normal=False, kept=True, momentum=0.1, power=0.5):
    """Batch norm with the mistakes that its arguments make."""
    if not training:
        mean, var = (value[None, :, None, None] for value in (running_mean, running_var))
        return (x - mean) / (var + 1e-5) ** power, running_mean, running_var
    y = (x - x.mean(axes, keepdim=True)) / (x.var(axes, keepdim=True, unbiased=normal) + 1e-5) ** power
    running_mean = (1 - momentum) * running_mean + momentum * x.mean((0, 2, 3))
    running_var = (1 - momentum) * running_var + momentum * x.var((0, 2, 3), unbiased=kept)
    return y, running_mean, running_var


def q1_each_picture_alone(x, running_mean, running_var, training):
    "one mean for each channel of each picture alone"
    return norm(x, running_mean, running_var, training, axes=(2, 3))


def q1_all_channels_together(x, running_mean, running_var, training):
    "one mean for the whole batch"
    return norm(x, running_mean, running_var, training, axes=(0, 1, 2, 3))


def q1_over_pictures_only(x, running_mean, running_var, training):
    "one mean for each pixel"
    return norm(x, running_mean, running_var, training, axes=(0,))


def q1_no_update(x, running_mean, running_var, training):
    "It did not move"
    return norm(x, running_mean, running_var, training)[0], running_mean, running_var


def q1_batch_in_evaluation(x, running_mean, running_var, training):
    "You use the batch in evaluation mode"
    y, *moved = norm(x, running_mean, running_var, True)
    return (y, *moved) if training else (y, running_mean, running_var)


def q1_moves_in_evaluation(x, running_mean, running_var, training):
    "Evaluation must not change the model"
    _, *moved = norm(x, running_mean, running_var, True)
    return norm(x, running_mean, running_var, training)[0], *moved


def q1_variances_swapped(x, running_mean, running_var, training):
    "The two variances are swapped"
    return norm(x, running_mean, running_var, training, normal=True, kept=False)


def q1_only_with_n(x, running_mean, running_var, training):
    "takes the variance with n - 1"
    return norm(x, running_mean, running_var, training, kept=False)


def q1_only_with_n_minus_1(x, running_mean, running_var, training):
    "here the batch itself is meant"
    return norm(x, running_mean, running_var, training, normal=True)


def q1_momentum_turned(x, running_mean, running_var, training):
    "Momentum is turned"
    return norm(x, running_mean, running_var, training, momentum=0.9)


def q1_no_root(x, running_mean, running_var, training):
    "take its square root"
    return norm(x, running_mean, running_var, training, power=1)


def q1_running_in_training(x, running_mean, running_var, training):
    "in training mode the batch is normalised with its own"
    _, *moved = norm(x, running_mean, running_var, True)
    y, *_ = norm(x, *moved, False)
    return (y, *moved) if training else norm(x, running_mean, running_var, False)


def q1_only_x(x, running_mean, running_var, training):
    "End with `return y, running_mean, running_var`"
    return norm(x, running_mean, running_var, training)[0]


def right_q2_by_hand(logits, labels):
    logits = logits - logits.max(1, keepdim=True).values
    of_labels = torch.stack([row[label] for row, label in zip(logits, labels, strict=True)])
    return (logits.exp().sum(1).log() - of_labels).mean()


def right_q2_in_place(logits, labels):
    logits -= logits.detach().amax(1, keepdim=True)
    return nn.functional.nll_loss(logits.double().log_softmax(1), labels)


def q2_softmax_twice(logits, labels):
    "This is softmax twice"
    return nn.functional.cross_entropy(logits.softmax(1), labels)


def q2_exp(logits, labels):
    "exp(logits) is not softmax"
    return nn.functional.cross_entropy(logits.exp(), labels)


def q2_log_of_softmax(logits, labels):
    "a tiny softmax becomes 0"
    return nn.functional.nll_loss(logits.softmax(1).log(), labels)


def q2_exp_by_hand(logits, labels):
    "exp overflows"
    shares = logits.exp() / logits.exp().sum(1, keepdim=True)
    return -shares.gather(1, labels[:, None]).log().mean()


def q2_no_logarithm(logits, labels):
    "wants the logarithm of the softmax, not the softmax"
    return nn.functional.nll_loss(logits.softmax(1), labels)


def q2_other_axis(logits, labels):
    "it belongs to the classes"
    return nn.functional.nll_loss(logits.log_softmax(0), labels)


def q2_sum(logits, labels):
    "take the mean"
    return nn.functional.cross_entropy(logits, labels, reduction="sum")


def q2_one_a_picture(logits, labels):
    "Take the mean over the batch"
    return nn.functional.cross_entropy(logits, labels, reduction="none")


def q2_number(logits, labels):
    "return the tensor itself"
    return nn.functional.cross_entropy(logits, labels).item()


def right_q3_losses_in_numpy(table):
    train, valid = table.train_loss.to_numpy(), table.valid_loss.to_numpy()
    if not np.isfinite(train).all() or train[-1] > 1.2 * train[0]:
        return "diverged"
    if train.min() > 0.66:
        return "nothing learned"
    if valid[-1] > 1.15 * valid.min():
        return "overfits"
    return "too short" if train[-1] < 0.93 * train[-4] else "fine"


def right_q3_in_place(table):
    table["fall"] = table.train_loss.diff()
    if table.train_loss.isna().any() or table.fall.mean() > 0.01:
        return "diverged"
    table["risen"] = table.valid_loss - table.valid_loss.cummin()
    if table.risen.iloc[-1] > 0.06:
        return "overfits"
    if table.fall.abs().max() < 0.015:
        return "nothing learned"
    return "too short" if table.fall.iloc[-3:].mean() < -0.012 else "fine"


def q3_nan_is_not_above(table):
    "a comparison with NaN is never true"
    if table.train_loss.iloc[-1] > 1.2 * table.train_loss.iloc[0]:
        return "diverged"
    return right_q3_losses_in_numpy(table.fillna(0.3))


def q3_by_accuracy(table):
    "accuracy hardly shows it"
    said = right_q3_losses_in_numpy(table)
    gap = (table.train_accuracy - table.valid_accuracy).iloc[-1]
    return "fine" if said == "overfits" and gap < 0.1 else said


def q3_last_against_first(table):
    "its last value may lie below its first"
    said = right_q3_losses_in_numpy(table)
    return "fine" if said == "overfits" and table.valid_loss.iloc[-1] < 0.69 else said


def q3_any_gap(table):
    "a gap that no longer grows is no illness"
    said = right_q3_losses_in_numpy(table)
    return "overfits" if said == "fine" and table.valid_loss.iloc[-1] > table.train_loss.iloc[-1] else said


def q3_only_the_end(table):
    "still falls clearly"
    said = right_q3_losses_in_numpy(table)
    return "nothing learned" if said == "too short" else said


def q3_half_is_half(table):
    "stays at ln 2"
    said = right_q3_losses_in_numpy(table)
    return "diverged" if said == "nothing learned" else said


def q3_a_number(table):
    "Return the word itself"
    return 3


def q3_other_words(table):
    "Return the word itself"
    return "overfitting"
