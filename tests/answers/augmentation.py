"""Answers to the exercises of notebook 07. The docstring of a wrong one is what its message must say."""

import numpy as np
import torch
from torch.nn import functional

from helpers import compare, make_loader
from helpers.datasets import ImageDataset


def right_q1_loop(images, labels, partner, share, classes):
    mixed, shares = torch.empty_like(images), torch.zeros(len(images), classes)
    for i, j in enumerate(partner.tolist()):
        mixed[i] = share[i] * images[i] + (1 - share[i]) * images[j]
        shares[i, labels[i]] += share[i]
        shares[i, labels[j]] += 1 - share[i]
    return mixed, shares


def right_q1_numpy(images, labels, partner, share, classes):
    part = share.double().numpy()
    one_hot, partner = np.eye(classes)[labels.numpy()], partner.numpy()
    pictures = images.double().numpy()
    mixed = np.einsum("n,nchw->nchw", part, pictures) + np.einsum("n,nchw->nchw", 1 - part, pictures[partner])
    return [mixed, part[:, None] * one_hot + (1 - part[:, None]) * one_hot[partner]]


def right_q1_in_place(images, labels, partner, share, classes):
    others = images[partner]
    images.mul_(share[:, None, None, None]).add_(others * (1 - share[:, None, None, None]))
    own = functional.one_hot(labels, classes).float()
    return images, torch.lerp(own[partner], own, share[:, None])


def q1_labels_not_mixed(images, labels, partner, share, classes):
    "The labels were not mixed"
    return right_q1_loop(images, labels, partner, share, classes)[0], functional.one_hot(labels, classes)


def q1_swapped_in_the_pictures(images, labels, partner, share, classes):
    "the share of picture i itself"
    shares = right_q1_loop(images, labels, partner, share, classes)[1]
    return right_q1_loop(images, labels, partner, 1 - share, classes)[0], shares


def q1_swapped_in_the_labels(images, labels, partner, share, classes):
    "The shares of the labels are swapped"
    mixed = right_q1_loop(images, labels, partner, share, classes)[0]
    return mixed, right_q1_loop(images, labels, partner, 1 - share, classes)[1]


def q1_other_partner(images, labels, partner, share, classes):
    "another partner than the picture"
    mixed = right_q1_loop(images, labels, partner, share, classes)[0]
    return mixed, right_q1_loop(images, labels, torch.arange(len(labels)).roll(1), share, classes)[1]


def q1_along_the_width(images, labels, partner, share, classes):
    "The shares went along the width"
    shares = right_q1_loop(images, labels, partner, share, classes)[1]
    return share * images + (1 - share) * images[partner], shares


def q1_partner_changed_in_place(images, labels, partner, share, classes):
    "changed in place before you took it"
    shares = right_q1_loop(images, labels, partner, share, classes)[1]
    images *= share.view(-1, 1, 1, 1)
    images += (1 - share.view(-1, 1, 1, 1)) * images[partner]
    return images, shares


def q1_overwritten(images, labels, partner, share, classes):
    "must not overwrite"
    mixed, rows = right_q1_loop(images, labels, partner, share, classes)[0], torch.arange(len(labels))
    shares = torch.zeros(len(labels), classes)
    shares[rows, labels] = share
    shares[rows, labels[partner]] = 1 - share
    return mixed, shares


def q1_only_the_pictures(images, labels, partner, share, classes):
    "two things"
    return right_q1_loop(images, labels, partner, share, classes)[0]


class Anew:
    """Shuffles and changes by itself, without `make_loader`."""

    def __init__(self, dataset, transform):
        self.dataset, self.transform = dataset, transform

    def __iter__(self):
        for rows in torch.randperm(len(self.dataset)).split(7):
            pictures = torch.stack([self.dataset[i][0] for i in rows])
            yield self.transform(pictures), self.dataset.labels[rows]


def right_q2_own_loader(train_set, valid_set, transform):
    plain = [(valid_set[i][0][None], valid_set.labels[i : i + 1]) for i in range(len(valid_set))]
    return [Anew(train_set, transform), plain]


def right_q2_identity(train_set, valid_set, transform):
    return tuple(
        make_loader(part, 16, shuffle=shuffle, transform=change)
        for part, shuffle, change in ((train_set, True, transform), (valid_set, False, lambda images: images))
    )


def q2_as_found(train_set, valid_set, transform):
    "Validation pictures go through the transform"
    return tuple(make_loader(part, 8, shuffle=True, transform=transform) for part in (train_set, valid_set))


def q2_still_shuffled(train_set, valid_set, transform):
    "loses the pairing"
    return make_loader(train_set, 8, shuffle=True, transform=transform), make_loader(valid_set, 8, shuffle=True)


def q2_no_transform(train_set, valid_set, transform):
    "The transform belongs to this loader"
    return make_loader(train_set, 8, shuffle=True), make_loader(valid_set, 8)


def q2_nothing_shuffled(train_set, valid_set, transform):
    "Shuffle the training pictures"
    return make_loader(train_set, 8, transform=transform), make_loader(valid_set, 8)


def q2_changed_once(train_set, valid_set, transform):
    "drawn once and kept"
    pictures = torch.stack([train_set[i][0] for i in range(len(train_set))])
    changed = transform(pictures).permute(0, 2, 3, 1).numpy()
    once = ImageDataset(changed, train_set.labels, train_set.classes)
    return make_loader(once, 8, shuffle=True), make_loader(valid_set, 8)


def q2_one_set_twice(train_set, valid_set, transform):
    "built from its own set"
    return make_loader(train_set, 8, shuffle=True, transform=transform), make_loader(train_set, 8)


def right_q3_in_turn(train, measure, seeds, epochs):
    results = {}
    for name in ("light", "none"):
        models = [train(name, seed, epochs) for seed in seeds]
        results[name] = [measure(model, "valid", "none") for model in models]
    return compare(results["none"], results["light"])


def _measured(train, measure, seeds, epochs, part, without, light):
    first = [measure(train("none", seed, epochs), part, without) for seed in seeds]
    return compare(first, [measure(train("light", seed, epochs), part, light) for seed in seeds])


def q3_each_on_its_own_pictures(train, measure, seeds, epochs):
    "Validation pictures were changed"
    return _measured(train, measure, seeds, epochs, "valid", "none", "light")


def q3_both_on_changed_pictures(train, measure, seeds, epochs):
    "Validation pictures were changed"
    return _measured(train, measure, seeds, epochs, "valid", "light", "light")


def q3_training_pictures(train, measure, seeds, epochs):
    "accuracies on training pictures"
    return _measured(train, measure, seeds, epochs, "train", "none", "none")


def q3_different_seeds(train, measure, seeds, epochs):
    "Each augmentation needs every seed"
    half = len(seeds) // 2
    first = [measure(train("none", seed, epochs), "valid", "none") for seed in seeds[:half]]
    return compare(first, [measure(train("light", seed, epochs), "valid", "none") for seed in seeds[half:]])


def q3_mixed_up_seeds(train, measure, seeds, epochs):
    "the pairs are not"
    first = [measure(train("none", seed, epochs), "valid", "none") for seed in seeds]
    return compare(first, [measure(train("light", seed, epochs), "valid", "none") for seed in seeds[::-1]])


def q3_more_epochs(train, measure, seeds, epochs):
    "Both get the same epochs"
    first = [measure(train("none", seed, epochs), "valid", "none") for seed in seeds]
    return compare(first, [measure(train("light", seed, 2 * epochs), "valid", "none") for seed in seeds])


def q3_turned(train, measure, seeds, epochs):
    "The sign is turned"
    light = [measure(train("light", seed, epochs), "valid", "none") for seed in seeds]
    return compare(light, [measure(train("none", seed, epochs), "valid", "none") for seed in seeds])
