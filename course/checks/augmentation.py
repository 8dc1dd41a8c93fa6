"""Checks of the exercises of notebook 07."""

import numpy as np
import torch
from torch.nn import functional

from course.checks.question import OpenQuestion, WrongAnswer, brief, question, tensor


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


class _Stored:
    """Images that are handed out as they lie in memory: who writes into one changes what is stored."""

    def __init__(self, images: torch.Tensor, labels: list[int]) -> None:
        self.images, self.labels = images, labels

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        if not -len(self) <= index < len(self):
            raise IndexError(f"there is no item {index}")
        return self.images[index], self.labels[index]


@question(
    hints=(
        "Three methods: `__init__` keeps both arguments, `__len__` asks data, `__getitem__` makes one item when asked.",
        "In `__getitem__`: take image and label, give `transform` a copy of the image if there is one, divide by 255.",
    ),
    praise="Drawn anew at each access, stored pictures untouched, labels kept: any DataLoader can use it.",
)
def q3(augmented, random):
    """`Augmented(data, transform)`: a Dataset whose items are changed anew each time; None changes nothing."""
    count, height, width = int(random.integers(5, 9)), *random.integers(3, 7, 2).tolist()
    images = torch.from_numpy(random.integers(0, 100, (count, 3, height, width), dtype=np.uint8))
    labels = random.permutation(count).tolist()
    stored, before, calls = _Stored(images, labels), images.clone(), []

    def transform(image):
        if not torch.is_tensor(image) or image.dtype != torch.uint8 or tuple(image.shape) != (3, height, width):
            kind = f"{image.dtype}, {tuple(image.shape)}" if torch.is_tensor(image) else type(image).__name__
            hint = "Transform first, one image at a time, and divide by 255 afterwards"
            raise WrongAnswer(f"the transform was given {kind}", f"one uint8 image (3, {height}, {width})", hint)
        calls.append(1)
        return image.add_(len(calls))  # in place, and another number each time

    made = augmented(stored, transform)
    if not isinstance(made, torch.utils.data.Dataset):
        raise WrongAnswer("it is no Dataset", "a class that begins `class Augmented(Dataset):`", "Derive the class")
    if calls:
        hint = "All images were changed once, before training: every epoch would show the same. Do it in `__getitem__`"
        raise WrongAnswer("the transform ran when the dataset was built", "at each access", hint)
    if len(made) != count:
        raise WrongAnswer(f"its length is {len(made)}", f"{count}, that of data", "`return len(self.data)`")
    place = int(random.integers(count))
    image = _item(made, place, labels[place], (3, height, width))
    if not torch.equal(images, before):
        hint = "The transform wrote into the stored image, which changes from epoch to epoch: give it `image.clone()`"
        raise WrongAnswer("after one access, data holds other pixels", "the pixels as they were", hint)
    if not calls:
        raise WrongAnswer("the image was not changed", "the image after `transform`", "Call `self.transform`")
    again = _item(made, place, labels[place], (3, height, width))
    if torch.equal(image, again):
        raise WrongAnswer("two accesses gave the same changed image", "new random changes", "Keep no changed image")
    expected = (before[place].double() + 1) / 255
    if not torch.allclose(image, expected, atol=1e-3):
        hint = "Divide by 255" if image.max() > 1 else "Apply `transform` once, to the image of this index"
        raise WrongAnswer(f"a pixel of item {place} is {image[0, 0, 0]:.3f}", f"{expected[0, 0, 0]:.3f}", hint)
    plain = _item(augmented(stored, None), place, labels[place], (3, height, width))
    if not torch.allclose(plain, before[place].double() / 255, atol=1e-3):
        raise WrongAnswer("without a transform the image is another one", "data's image / 255", "Change nothing then")


def _item(made, place: int, label: int, shape: tuple[int, ...]) -> torch.Tensor:
    """Return the image of an item, after checking what stands beside it."""
    item = made[place]
    if not isinstance(item, tuple | list) or len(item) != 2:
        raise WrongAnswer(f"item {place} is {brief(item)}", "an image and its label", "`return image, label`")
    image = tensor(item[0], shape, f"item {place}")
    if not torch.is_tensor(item[0]) or not item[0].is_floating_point():
        kind = item[0].dtype if torch.is_tensor(item[0]) else type(item[0]).__name__
        raise WrongAnswer(f"the image is {kind}", "a floating-point tensor from 0 to 1", "Divide by 255")
    if int(item[1]) != label:
        raise WrongAnswer(f"the label of item {place} is {int(item[1])}", f"{label}", "Keep the label of the image")
    return image


q4 = OpenQuestion("augmentation, question 4")
