"""Answers to the exercises of notebook 01. The docstring of a wrong one is what its message must say."""

import torch

from helpers import compare


def right_q1_vectorised(batches):
    logits, labels = (torch.cat(parts) for parts in zip(*batches, strict=True))
    return (logits.argmax(1) == labels).double().mean()


def right_q1_loop_over_pictures(batches):
    hits = [int(row.argmax()) == int(label) for logits, labels in batches for row, label in zip(logits, labels)]  # noqa: B905
    return torch.tensor(hits).float().mean().numpy()


def q1_mean_of_batch_means(batches):
    "the mean of the batches' accuracies"
    return sum((logits.argmax(1) == labels).float().mean().item() for logits, labels in batches) / len(batches)


def q1_equal_batches(batches):
    "the batches differ in size"
    right = sum((logits.argmax(1) == labels).sum().item() for logits, labels in batches)
    return right / (len(batches) * len(batches[0][0]))


def q1_count(batches):
    "divide by the number of pictures"
    return sum((logits.argmax(1) == labels).sum().item() for logits, labels in batches)


def q1_percent(batches):
    "a share from 0 to 1"
    return 100 * right_q1_vectorised(batches)


def q1_constant(batches):
    "Print the number of right answers"
    return 0.123


def right_q2_in_place(pictures):
    return torch.tensor(pictures).movedim(3, 1).float().div_(255)


def right_q2_numpy(pictures):
    return torch.from_numpy(pictures.transpose(0, 3, 1, 2).copy() / 255.0)


def q2_reshape(pictures):
    "This is `reshape`"
    n, height, width, _ = pictures.shape
    return torch.from_numpy(pictures.reshape(n, 3, height, width) / 255).float()


def q2_turned(pictures):
    "find the step that changes it"
    return torch.from_numpy(pictures).permute(0, 3, 2, 1).float() / 255


def q2_not_scaled(pictures):
    "divide by 255"
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float()


def q2_array(pictures):
    "returned a NumPy array"
    return pictures.transpose(0, 3, 1, 2) / 255


def right_q3_in_turn(train, seeds):
    pairs = [(train(lr=1e-4, seed=seed), train(lr=3e-4, seed=seed)) for seed in seeds]
    return compare([a for a, _ in pairs], [b for _, b in pairs])


def q3_one_seed(train, seeds):
    "one run says what one network does"
    return compare([train(1e-4, seeds[0])] * 2, [train(3e-4, seeds[0])] * 2)


def q3_other_seeds(train, seeds):
    "Use what you are given"
    return compare([train(1e-4, seed) for seed in seeds], [train(3e-4, seed + 1) for seed in seeds])


def q3_turned(train, seeds):
    "The sign is turned"
    return compare([train(3e-4, seed) for seed in seeds], [train(1e-4, seed) for seed in seeds])


def q3_best_three(train, seeds):
    "Do not choose among the seeds"
    slow, fast = ([train(lr, seed) for seed in seeds] for lr in (1e-4, 3e-4))
    return compare(sorted(slow)[1:], sorted(fast)[1:])


def q3_higher_mean(train, seeds):
    "what `compare` returns"
    slow, fast = ([train(lr, seed) for seed in seeds] for lr in (1e-4, 3e-4))
    return "better" if sum(fast) > sum(slow) else "worse"


def q3_means(train, seeds):
    "two lists, with one accuracy for each seed"
    slow, fast = ([train(lr, seed) for seed in seeds] for lr in (1e-4, 3e-4))
    return compare(sum(slow) / len(slow), sum(fast) / len(fast))


def q1_return_inside_the_loop(batches):
    "the first batch alone"
    logits, labels = batches[0]
    return (logits.argmax(1) == labels).float().mean().item()


def q1_error_rate(batches):
    "Print the number of right answers"
    wrong = sum((logits.argmax(1) != labels).sum().item() for logits, labels in batches)
    return wrong / sum(len(labels) for _, labels in batches)


def q2_largest_value(pictures):
    "the largest value of a byte"
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / int(pictures.max())


def q2_by_256(pictures):
    "You divide by 256"
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 256


def q2_whole_numbers(pictures):
    "All values are 0"
    return torch.from_numpy(pictures // 255).permute(0, 3, 1, 2)


def q3_sorted_runs(train, seeds):
    "in the order of the seeds"
    return compare(*(sorted(train(lr, seed) for seed in seeds) for lr in (1e-4, 3e-4)))
