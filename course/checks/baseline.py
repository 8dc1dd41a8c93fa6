"""Checks of the exercises of notebook 01."""

import numpy as np
import torch

from course.checks.question import OpenQuestion, WrongAnswer, brief, number, question, same_comparison, tensor


@question(
    hints=(
        "Take two batches by hand: of 8 pictures 4 right, of 2 pictures 2 right. What is the accuracy of all ten?",
        "Keep two counts over all batches, right and seen, and divide once, at the end.",
    ),
    praise="Every picture counts alike, whichever batch it stands in.",
)
def q1(accuracy, random):
    """`accuracy(batches)`: a list of (logits, labels) of unequal sizes -> right / seen."""
    # The first batch is the largest, and the last one is right and has one picture only. Drawn until the right way and
    # every mistake give different numbers: the mean of means, the first batch alone, all batches as large as it, the
    # share of wrong answers.
    while True:
        sizes = [int(random.integers(10, 13)), *random.integers(4, 9, 2).tolist(), 1]
        right = [int(random.integers(1, size // 2 + 1)) for size in sizes[:-1]] + [1]
        shares = [count / size for count, size in zip(right, sizes, strict=True)]
        expected = sum(right) / sum(sizes)
        means, as_large = float(np.mean(shares)), sum(right) / (len(sizes) * sizes[0])
        if np.diff(sorted([expected, means, shares[0], as_large, 1 - expected])).min() > 1e-3:
            break
    batches = []
    for size, count in zip(sizes, right, strict=True):
        logits = torch.randn(size, 3)
        labels = (logits.argmax(1) + (torch.arange(size) >= count)) % 3
        batches.append((logits, labels))
    got = number(accuracy([(logits.clone(), labels.clone()) for logits, labels in batches]))
    if abs(got - expected) < 1e-6:
        return
    hint = "Print the number of right answers and of pictures after each batch"
    if abs(got - shares[0]) < 1e-6:
        hint = "This is the first batch alone: does `return` stand inside the loop?"
    elif abs(got - means) < 1e-6:
        hint = "This is the mean of the batches' accuracies: the batch of one picture counts as much as the others"
    elif abs(got - sum(right)) < 1e-6:
        hint = "This is the number of right answers; divide by the number of pictures"
    elif abs(got - as_large) < 1e-6:
        hint = "You divide by the number of batches times the first batch's size; the batches differ in size"
    elif abs(got - 100 * expected) < 1e-4:
        hint = "An accuracy is a share from 0 to 1, not a percentage"
    raise WrongAnswer(
        f"for batches of {sizes} pictures it returned {got:.4f}", f"{expected:.4f} ({sum(right)} of {sum(sizes)})", hint
    )


@question(
    hints=(
        "Which axis of the array holds the colours, and where does PyTorch want them?",
        "`permute` moves axes and leaves every pixel together; `reshape` only counts numbers off in their order.",
    ),
    praise="Axes moved, pixels stayed whole, values in 0 to 1.",
)
def q2(to_network, random):
    """`to_network(pictures)`: uint8 N x H x W x 3 -> float N x 3 x H x W in [0, 1]."""
    count, height, width = 2, *random.integers(3, 7, 2).tolist()
    if height == width:
        width += 1
    # without a 255, so that dividing by the largest value is not the same
    pictures = random.integers(0, 240, (count, height, width, 3), dtype=np.uint8)
    answer = to_network(pictures.copy())
    got = tensor(answer, (count, 3, height, width))
    expected = torch.from_numpy(pictures.transpose(0, 3, 1, 2) / 255)
    if torch.allclose(got, expected, atol=1e-3):
        if torch.is_tensor(answer) and answer.is_floating_point():
            return
        kind = f"{answer.dtype} values" if torch.is_tensor(answer) else "a NumPy array"
        kind = kind if hasattr(answer, "dtype") else brief(answer)
        raise WrongAnswer(f"it returned {kind}", "a floating-point tensor", "Use torch.from_numpy and .float()")
    hint = "Compare one pixel before and after: pictures[0, 1, 2] with the result at [0, :, 1, 2]"
    scale = 1.0
    if got.max() > 1:
        hint, scale = "The values still go up to 255; divide by 255", 255.0
    elif got.max() == 0:
        hint = "All values are 0: `//` divides whole numbers and drops the rest; divide with `/`"
    elif got.max() < 0.02:
        hint, scale = "The values are tiny: they were divided by 255 twice", 1 / 255
    elif torch.allclose(got, expected * 255 / int(pictures.max()), atol=1e-3):
        hint = "You divide by the largest value of these pictures; divide by 255, the largest value of a byte"
    elif torch.allclose(got, expected * 255 / 256, atol=1e-3):
        hint = "You divide by 256; the largest value of a byte is 255"
    scrambled = torch.from_numpy(pictures.reshape(count, 3, height, width) / 255)
    if torch.allclose(got, scrambled * scale, atol=1e-3):
        hint = "This is `reshape`: the shape is right and the pixels are torn apart. Move the axes instead"
    y, x = height // 2, width // 2
    seen, wanted = ([round(value, 3) for value in values[0, :, y, x].tolist()] for values in (got, expected))
    raise WrongAnswer(f"at row {y}, column {x} of the first picture it has {seen}", f"{wanted}", hint)


@question(
    hints=(
        "What must be the same for both learning rates, so that only the rate differs?",
        "Train both rates from every seed, keep the order, and give both lists to `compare`: the first rate first.",
    ),
    praise="Same seeds for both, every run counted, and the verdict left to the paired test.",
)
def q3(experiment, random):
    """`experiment(train, seeds)` -> `compare` of rate 3e-4 against 1e-4, paired over the seeds."""
    from helpers.evaluation import Comparison, compare

    seeds = random.choice(1000, 4, replace=False).tolist()
    while True:  # until sorted lists, which pair other runs, give another verdict
        results = {(lr, seed): float(random.uniform(0.6, 0.9)) for lr in (1e-4, 3e-4) for seed in seeds}
        low, high = ([results[lr, seed] for seed in seeds] for lr in (1e-4, 3e-4))
        if not same_comparison(compare(sorted(low), sorted(high)), compare(low, high)):
            break
    calls = []

    def train(lr, seed):
        calls.append((lr, seed))
        if (lr, seed) not in results:
            known = {"lr": (1e-4, 3e-4), "seed": seeds}
            name, value = ("lr", lr) if lr not in known["lr"] else ("seed", seed)
            raise WrongAnswer(
                f"it trained with {name} {brief(value)}", f"one of {known[name]}", "Use what you are given"
            )
        return results[lr, seed]

    try:
        got = experiment(train, list(seeds))
    except TypeError as error:
        hint = "`train` takes one rate and one seed; `compare` takes two lists, with one accuracy for each seed"
        raise WrongAnswer(f"your code stopped with TypeError: {error}", "what `compare` returns", hint) from error
    missing = [f"lr {lr}, seed {seed}" for lr, seed in results if (lr, seed) not in calls]
    if missing:
        hint = "Both rates need every seed: one run says what one network does, not what the rate does"
        raise WrongAnswer(f"{len(missing)} run(s) are missing ({missing[0]})", "each rate with each seed", hint)
    if not isinstance(got, Comparison):
        raise WrongAnswer(f"it returned {brief(got)}", "what `compare` returns", "Return compare(first, second)")
    right = compare(low, high)
    if same_comparison(got, right):
        return
    hint = "Give both lists in the order of the seeds"
    if abs(got.difference + right.difference) < 1e-9:
        hint = "The sign is turned: `compare(a, b)` says how much better b is, so 1e-4 comes first"
    elif got.n != len(seeds):
        hint = "Do not choose among the seeds: all of them count"
    raise WrongAnswer(f"it said: {got}", f"{right}", hint)


q4 = OpenQuestion("baseline, question 4")
