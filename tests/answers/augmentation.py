"""Answers to the exercises of notebook 07. The docstring of a wrong one is what its message must say."""

import numpy as np
import torch
from torch.nn import functional
from torch.utils.data import Dataset
from torchvision.transforms import v2

from helpers import make_loader
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


class right_q3_scaled_by_torchvision(Dataset):  # noqa: N801 - named as all answers are
    def __init__(self, data, transform=None):
        self.data, self.transform = data, transform

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        image, label = self.data[index]
        image = self.transform(image.clone()) if self.transform else image
        return v2.functional.to_dtype(image, torch.float32, scale=True), torch.tensor(label)


class q3_changed_once(right_q3_scaled_by_torchvision):  # noqa: N801
    "before training"

    def __init__(self, data, transform=None):
        transform = transform or (lambda image: image)
        super().__init__(
            [(transform(image.clone()), label) for image, label in map(data.__getitem__, range(len(data)))]
        )


class q3_writes_into_data(right_q3_scaled_by_torchvision):  # noqa: N801
    "wrote into the stored image"

    def __getitem__(self, index):
        image, label = self.data[index]
        return (self.transform(image) if self.transform else image) / 255, label


class q3_scaled_first(right_q3_scaled_by_torchvision):  # noqa: N801
    "divide by 255 afterwards"

    def __getitem__(self, index):
        image, label = self.data[index]
        return (self.transform(image / 255) if self.transform else image / 255), label


class q3_bytes(right_q3_scaled_by_torchvision):  # noqa: N801
    "a floating-point tensor"

    def __getitem__(self, index):
        image, label = self.data[index]
        return (self.transform(image.clone()) if self.transform else image), label


class q3_up_to_255(right_q3_scaled_by_torchvision):  # noqa: N801
    "Divide by 255"

    def __getitem__(self, index):
        image, label = super().__getitem__(index)
        return 255 * image, label


class q3_never_changed(right_q3_scaled_by_torchvision):  # noqa: N801
    "was not changed"

    def __getitem__(self, index):
        image, label = self.data[index]
        return image / 255, label


class q3_cached(right_q3_scaled_by_torchvision):  # noqa: N801
    "Keep no changed image"

    def __getitem__(self, index):
        self.kept = getattr(self, "kept", {})
        return self.kept.setdefault(index, super().__getitem__(index)) if index not in self.kept else self.kept[index]


class q3_label_forgotten(right_q3_scaled_by_torchvision):  # noqa: N801
    "an image and its label"

    def __getitem__(self, index):
        return super().__getitem__(index)[0]


class q3_index_as_label(right_q3_scaled_by_torchvision):  # noqa: N801
    "Keep the label"

    def __getitem__(self, index):
        return super().__getitem__(index)[0], index + len(self)


class q3_wrong_length(right_q3_scaled_by_torchvision):  # noqa: N801
    "that of data"

    def __len__(self):
        return len(self.data) - 1


class q3_no_dataset:
    "Derive the class"

    def __init__(self, data, transform=None):
        self.data = data


class q3_needs_a_transform(right_q3_scaled_by_torchvision):  # noqa: N801
    "TypeError"

    def __getitem__(self, index):
        image, label = self.data[index]
        return self.transform(image.clone()) / 255, label
