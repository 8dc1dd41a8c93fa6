"""Checks of the exercises of notebook 07."""

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from course.checks.question import OpenQuestion, WrongAnswer, brief, question, same_comparison, tensor


@question(
    hints=(
        "`share` has N numbers, the pictures are N x 3 x H x W. To which axis does PyTorch match the N numbers?",
        "`share.view(-1, 1, 1, 1)` is one number a picture. Labels: one-hot first, then mix them as the pictures.",
    ),
    praise="Picture and label are mixed with the same partner, in the same shares.",
)
def q1(mixup, random):
    """`mixup(images, labels, partner, share, classes)` -> mixed pictures, N x classes shares."""
    count, classes = 5, 6  # as many pictures as rows and columns: a share along a wrong axis raises no error
    partner = torch.arange(count).roll(1)
    while torch.equal(partner, torch.arange(count).roll(1)) or torch.equal(partner, torch.arange(count).roll(-1)):
        circle = random.permutation(count)  # one circle of all: nobody is their own partner, nor the partner's partner
        partner[circle] = torch.from_numpy(np.roll(circle, 1))
    images = torch.rand(count, 3, count, count)
    share = torch.from_numpy(random.uniform(0.6, 0.9, count)).float()
    labels = torch.from_numpy(random.permutation(classes)[:count])
    _check_mixed(mixup, images, labels, partner, share, classes)
    labels[0] = labels[partner[0]]  # and two pictures of one class
    _check_mixed(mixup, images, labels, partner, share, classes)


def _check_mixed(mixup, images, labels, partner, share, classes):
    given = images.clone(), labels.clone(), partner.clone(), share.clone(), classes
    answer = mixup(*given)
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        raise WrongAnswer(f"it returned {brief(answer)}", "two things", "Return the mixed pictures and the shares")
    pictures = tensor(answer[0], tuple(images.shape), "the first of the two")
    targets = tensor(answer[1], (len(labels), classes), "the second of the two")
    one_hot = functional.one_hot(labels, classes).double()
    wide, high = share.double().view(-1, 1, 1, 1), share.double()[:, None]
    images = images.double()
    mixed = wide * images + (1 - wide) * images[partner]
    shares = high * one_hot + (1 - high) * one_hot[partner]
    own = "`share[i]` is the share of picture i itself, not of its partner"
    if not torch.allclose(pictures, mixed, atol=1e-4):
        along_width = share.double() * images + (1 - share.double()) * images[partner]
        shrunk = wide * images
        mistakes = [
            (own, (1 - wide) * images + wide * images[partner]),
            ("The shares went along the width, not one to a picture; give them the shape N x 1 x 1 x 1", along_width),
            ("The partner had been changed in place before you took it", shrunk + (1 - wide) * shrunk[partner]),
            ("The pictures were not mixed", images),
        ]
        hint = "Mix picture 0 by hand, from images[0] and images[partner[0]], and compare"
        hint = next((name for name, value in mistakes if torch.allclose(pictures, value, atol=1e-4)), hint)
        at = np.unravel_index(int((pictures - mixed).abs().argmax()), pictures.shape)  # the pixel that differs most
        place = ", ".join(map(str, map(int, at)))
        raise WrongAnswer(f"the mixed pictures have {pictures[at]:.3f} at [{place}]", f"{mixed[at]:.3f}", hint)
    if torch.allclose(targets, shares, atol=1e-4):
        return
    row = int((targets - shares).abs().sum(1).argmax())
    hint = f"Write down by hand the classes of picture {row} and of its partner, each with its share"
    if torch.allclose(targets, one_hot):
        hint = "The labels were not mixed: the network would be told that a picture is all of its own class"
    elif torch.allclose(targets, (1 - high) * one_hot + high * one_hot[partner], atol=1e-4):
        hint = f"The shares of the labels are swapped: {own}"
    elif torch.allclose(targets, high * one_hot, atol=1e-4):
        hint = "The partner's share of the label is missing: each row adds up to 1"
    elif torch.allclose(targets.sum(1), torch.ones(len(labels)).double(), atol=1e-4):
        hint = "The label has another partner than the picture: both take `partner[i]`"
    elif labels[row] == labels[partner[row]]:
        hint = "Both pictures have the same class here, and its shares add up; the second must not overwrite the first"
    said = ", ".join(f"{value:.2f}" for value in targets[row])
    wanted = ", ".join(f"{value:.2f}" for value in shares[row])
    raise WrongAnswer(f"the shares of picture {row} are {said}", wanted, hint)


def _epoch(loader, what):
    """Return the first pixel of every picture in 0..255, in the order in which the pictures come, and their labels."""
    pixels, labels = [], []
    for images, classes in loader:
        scale = 255 if images.is_floating_point() else 1
        pixels += (scale * images[:, 0, 0, 0].double()).round().int().tolist()
        labels += classes.tolist()
    if not pixels:
        hint = "Each epoch goes through the loader anew: return what make_loader returns, no generator"
        raise WrongAnswer(f"{what} gave no pictures", "all of them", hint)
    return np.array(pixels), np.array(labels)


@question(
    hints=(
        "Which of the two loaders teaches, and which measures? What does each of them need?",
        "Training: shuffled, and with the transform. Validation: neither.",
    ),
    praise="Training pictures are drawn anew each epoch, measured ones come plain and in their order.",
)
def q2(loaders, random):
    """`loaders(train_set, valid_set, transform)` -> a loader for training and one for measuring."""
    from helpers.datasets import ImageDataset

    counts = [int(count) for count in random.integers(25, 40, 2)]
    parts, truth = [], []
    for start, count in ((0, counts[0]), (40, counts[1])):  # picture i has the value i everywhere
        values = (start + np.arange(count)).astype(np.uint8)
        labels = random.integers(0, 3, count)
        parts.append(ImageDataset(values.repeat(12).reshape(count, 2, 2, 3), labels, ["a", "b", "c"]))
        truth.append((values.astype(int), labels))

    def transform(images):  # adds 80 or 160, drawn anew for each picture
        return images + (80 * torch.randint(1, 3, (len(images), 1, 1, 1))).to(images.dtype)

    made = loaders(*parts, transform)
    if not isinstance(made, tuple | list) or len(made) != 2:
        raise WrongAnswer(f"it returned {brief(made)}", "two loaders", "Return the training loader, then the other")
    (first, classes), (second, _) = (_epoch(made[0], "the training loader") for _ in range(2))
    measured, measured_classes = _epoch(made[1], "the validation loader")
    if set(first % 80) == set(truth[1][0] % 80) and max(measured % 80) < 40 and min(first % 80) >= 40:
        raise WrongAnswer("the first loader has validation pictures", "training pictures first", "Swap the two")
    for name, found, (values, _) in (("training", first, truth[0]), ("validation", measured, truth[1])):
        if sorted(found % 80) != sorted(values):
            got = f"the {name} loader gave {len(found)} pictures"
            raise WrongAnswer(got, f"each of the {len(values)} {name} pictures once", "Is it built from its own set?")
    if measured.max() >= 80:
        got = f"{(measured >= 80).mean():.0%} of the validation pictures were changed"
        hint = "Validation pictures go through the transform: what is measured must be pictures as they come"
        raise WrongAnswer(got, "none", hint)
    if first.max() < 80:
        raise WrongAnswer("no training picture was changed", "all of them", "The transform belongs to this loader")
    order = np.argsort(first % 80)
    if not np.array_equal(classes[order], truth[0][1]):
        raise WrongAnswer("labels and training pictures do not fit", "each with its own label", "Shuffle both alike")
    if np.array_equal(np.sort(first), np.sort(second)):
        hint = "The random changes were drawn once and kept. Give the transform to the loader, which calls it anew"
        raise WrongAnswer("two epochs showed the same changed pictures", "new random changes in each", hint)
    if not np.array_equal(measured, truth[1][0]):
        hint = "A shuffled validation loader loses the pairing with another measurement; leave `shuffle` out"
        raise WrongAnswer("the validation pictures come in another order", "the order of the set", hint)
    if np.array_equal(first % 80, second % 80):
        hint = "Shuffle the training pictures: the batches should not be the same in each epoch"
        raise WrongAnswer("two epochs have the same order", "a new order in each", hint)


@dataclass(frozen=True)
class Trained:
    """What the made-up training of question 3 returns."""

    augmentation: str
    seed: int
    epochs: int


@question(
    hints=(
        "What must be equal for both, so that only the augmentation differs? On which pictures is the question asked?",
        'Same seeds, same epochs, and measure(model, "valid", "none") for both: the changes belong to training.',
    ),
    praise="Same seeds, same epochs, the same plain pictures: only the augmentation differs.",
)
def q3(experiment, random):
    """`experiment(train, measure, seeds, epochs)` -> `compare` of light against none, paired over the seeds."""
    from helpers.evaluation import Comparison, compare

    seeds, epochs = random.choice(1000, 4, replace=False).tolist(), int(random.integers(5, 15))
    keys = [
        (name, seed, part, how)
        for name in ("none", "light")
        for seed in seeds
        for part in ("train", "valid")
        for how in ("none", "light")
    ]
    accuracies = {key: float(random.uniform(0.3, 0.9)) for key in keys}
    trained = []

    def train(augmentation, seed, epochs_given):
        known = {"augmentation": (augmentation, ["none", "light"]), "seed": (seed, seeds)}
        for name, (value, allowed) in known.items():
            if value not in allowed:
                raise WrongAnswer(f"it trained with {name} {value}", f"one of {allowed}", "Use what you are given")
        if epochs_given != epochs:
            hint = "Both get the same epochs, or it is unclear whether the change or the time has helped"
            raise WrongAnswer(f"it trained {augmentation} for {epochs_given} epochs", f"{epochs}", hint)
        trained.append((augmentation, seed))
        return Trained(augmentation, seed, epochs)

    def measure(model, part, changes):
        if not isinstance(model, Trained):
            raise WrongAnswer(f"it measured {brief(model)}", "what `train` returned", "Hand the model on")
        key = model.augmentation, model.seed, part, changes
        if key not in accuracies:
            got = f"it measured on {part!r} with the changes {changes!r}"
            raise WrongAnswer(got, "'train' or 'valid', and 'none' or 'light'", "Mind the order of the arguments")
        return accuracies[key]

    got = experiment(train, measure, list(seeds), epochs)
    missing = [f"{name}, seed {seed}" for name in ("none", "light") for seed in seeds if (name, seed) not in trained]
    if missing:
        hint = "Each augmentation needs every seed, or the seeds make the difference"
        raise WrongAnswer(f"{len(missing)} run(s) are missing ({missing[0]})", "both with each seed", hint)
    if not isinstance(got, Comparison):
        raise WrongAnswer(f"it returned {brief(got)}", "what `compare` returns", "Return compare(first, second)")

    def of(part, without, light, turn=0):
        first = [accuracies["none", seed, part, without] for seed in seeds]
        second = [accuracies["light", seed, part, light] for seed in seeds[turn:] + seeds[:turn]]
        return compare(first, second)

    def same(other):
        return same_comparison(got, other)

    right = of("valid", "none", "none")
    if same(right):
        return
    hint = "Give both lists in the order of the seeds"
    if any(same(of("train", *how)) for how in (("none", "none"), ("none", "light"), ("light", "light"))):
        hint = "These are accuracies on training pictures, which say how well they were learned by heart"
    elif same(of("valid", "none", "light")) or same(of("valid", "light", "light")):
        hint = 'Validation pictures were changed: measure both on plain ones, with changes "none"'
    elif abs(got.difference + right.difference) < 1e-9:
        hint = 'The sign is turned: `compare(a, b)` says how much better b is, so "none" comes first'
    elif got.n != len(seeds):
        hint = "Do not choose among the seeds: all of them count"
    elif abs(got.difference - right.difference) < 1e-9:
        hint = "The difference is right and the pairs are not: keep both lists in the order of the seeds"
    raise WrongAnswer(f"it said: {got}", f"{right}", hint)


q4 = OpenQuestion("augmentation, question 4")
