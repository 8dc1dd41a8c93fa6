"""Answers to the exercises of notebook 03. The docstring of a wrong one is what its message must say."""

import numpy as np
import torch
from torch import nn

from helpers import compare


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


def right_q3_loops(first, second, budget):
    pairs = []
    for seed in second:
        pair = []
        for table in (first[seed], second[seed]):
            clock, best = 0.0, 0.0
            for seconds, accuracy in zip(table["seconds"], table["valid_accuracy"], strict=True):
                clock += seconds
                if clock <= budget:
                    best = max(best, accuracy)
            pair.append(best)
        pairs.append(pair)
    return compare(*np.array(pairs).T)


def in_time(table, budget):
    return table.valid_accuracy[table.seconds.cumsum() <= budget]


def right_q3_in_place(first, second, budget):
    for table in [*first.values(), *second.values()]:
        table["seconds"] = table.seconds.cumsum()
        table["valid_accuracy"] = table.valid_accuracy.where(table.seconds <= budget)
    return compare(*([runs[seed].valid_accuracy.max() for seed in first] for runs in (first, second)))


def q3_same_epochs(first, second, budget):
    "These are the same epochs"
    epochs = min(len(in_time(table, budget)) for table in [*first.values(), *second.values()])
    return compare(*([runs[seed].valid_accuracy[:epochs].max() for seed in first] for runs in (first, second)))


def q3_same_epochs_a_seed(first, second, budget):
    "These are the same epochs"
    epochs = {seed: len(in_time(first[seed], budget)) for seed in first}
    return compare(*([runs[seed].valid_accuracy[: epochs[seed]].max() for seed in first] for runs in (first, second)))


def q3_best_over_everything(first, second, budget):
    "This is the best over all epochs"
    return compare(*([runs[seed].valid_accuracy.max() for seed in first] for runs in (first, second)))


def q3_not_added_up(first, second, budget):
    "add them up"

    def best(table):
        return table.valid_accuracy[table.seconds <= budget].max()

    return compare(*([best(runs[seed]) for seed in first] for runs in (first, second)))


def q3_in_the_dicts_order(first, second, budget):
    "Pair by seed, not by place"
    return compare(*([in_time(table, budget).max() for table in runs.values()] for runs in (first, second)))


def q3_last_in_time(first, second, budget):
    "This is the last epoch in time"
    return compare(*([in_time(runs[seed], budget).iloc[-1] for seed in first] for runs in (first, second)))


def q3_turned(first, second, budget):
    "The sign is turned"
    return compare(*([in_time(runs[seed], budget).max() for seed in first] for runs in (second, first)))


def q3_one_epoch_too_many(first, second, budget):
    "ends after the budget"

    def best(table):
        return table.valid_accuracy[table.seconds.cumsum() - table.seconds <= budget].max()

    return compare(*([best(runs[seed]) for seed in first] for runs in (first, second)))


def q3_higher_mean(first, second, budget):
    "what `compare` returns"
    slow, fast = (sum(in_time(table, budget).max() for table in runs.values()) for runs in (first, second))
    return "faster" if fast > slow else "slower"
