"""Answers to the exercises of notebook 05. The docstring of a wrong one is what its message must say."""

import re
from pathlib import Path

import numpy as np

from helpers import wilson


def right_q1_positions(accuracies, patience):
    for last in range(1, len(accuracies) + 1):
        kept = 1 + int(np.argmax(accuracies[:last]))
        if last - kept == patience:
            break
    return np.array([last, kept])


def q1_tutorial(accuracies, patience):
    "one epoch late"
    best, kept, stale = 0.0, 0, 0
    for epoch, accuracy in enumerate(accuracies, start=1):
        if accuracy > best:
            best, kept, stale = accuracy, epoch, 0
        else:
            stale += 1
            if stale > patience:
                return epoch, kept
    return len(accuracies), kept


def q1_ties(accuracies, patience):
    "An equal accuracy is no better one"
    kept = 1
    for epoch, accuracy in enumerate(accuracies, start=1):
        if accuracy >= accuracies[kept - 1]:
            kept = epoch
        if epoch - kept == patience:
            return epoch, kept
    return len(accuracies), kept


def q1_last_epoch_kept(accuracies, patience):
    "not of the last one"
    last, _ = right_q1_positions(accuracies, patience)
    return last, last


def q1_epoch_before(accuracies, patience):
    "not with the epoch before"
    stale, kept = 0, 1
    for epoch in range(2, len(accuracies) + 1):
        if accuracies[epoch - 1] > accuracies[epoch - 2]:
            stale, kept = 0, epoch
        else:
            stale += 1
        if stale == patience:
            return epoch, kept
    return len(accuracies), kept


def q1_best_of_the_list(accuracies, patience):
    "a later accuracy cannot be kept"
    return right_q1_positions(accuracies, patience)[0], 1 + int(np.argmax(accuracies))


def q1_from_zero(accuracies, patience):
    "The first epoch is number 1"
    return right_q1_positions(accuracies, patience) - 1


def q1_nothing_after_the_loop(accuracies, patience):
    "Does it end with `return`"
    last, kept = right_q1_positions(accuracies, patience)
    return (last, kept) if last - kept == patience else None


def q1_accuracy_too(accuracies, patience):
    "Return two numbers"
    last, kept = right_q1_positions(accuracies, patience)
    return last, kept, accuracies[kept - 1]


def q1_constant(accuracies, patience):
    "Print epoch, best so far and count"
    return 99, 42


def right_q2_pattern(name, classes):
    found = re.fullmatch(r"(\d+)_(\d+)\.\w+", name.split("/")[-1])
    if not found or int(found[1]) not in range(classes):
        raise ValueError("no label in " + name)
    return int(found[1])


def right_q2_numpy(name, classes):
    stem = Path(name).stem
    try:
        label, _ = np.array(stem.split("_"), dtype=int)
    except ValueError as error:
        raise ValueError(f"{stem}: {Path(name).name}") from error
    if label < 0 or label >= classes:
        raise ValueError(f"label {label} of {name}")
    return label


def q2_as_found(name, classes):
    "goes on as if it were a label"
    try:
        return int(Path(name).name.split("_")[0])
    except:  # noqa: E722 - the bug
        return -1


def q2_without_try(name, classes):
    "The message must name the file"
    return int(Path(name).name.split("_")[0])


def q2_first_digit(name, classes):
    "two digits"
    return int(Path(name).name[0])


def q2_whole_path(name, classes):
    "The folders are not part"
    return int(name.split("_")[0])


def q2_only_jpg(name, classes):
    "Any ending is good"
    if not name.endswith(".jpg"):
        raise ValueError(name)
    return right_q2_pattern(name, classes)


def q2_one_too_many(name, classes):
    "a number outside is no label"
    return right_q2_pattern(name, classes + 1)


def q2_below_zero(name, classes):
    "also below"
    label, _, index = Path(name).stem.partition("_")
    if not index or not re.fullmatch(r"-?\d+", label) or int(label) >= classes:
        raise ValueError(name)
    return int(label)


def q2_number_alone(name, classes):
    "so a competition names pictures"
    label = Path(name).stem.split("_")[0]
    if not label.isdecimal() or int(label) >= classes:
        raise ValueError(name)
    return int(label)


def q2_assert(name, classes):
    "Raise ValueError: the value"
    label, _, index = Path(name).stem.partition("_")
    assert label.isdecimal(), name
    assert index.isdecimal(), name
    assert int(label) < classes, name
    return int(label)


def counted(correct, kept):
    answers = [bool(answer) for answer, keep in zip(correct, kept, strict=True) if keep]
    return sum(answers), len(answers), wilson(sum(answers), len(answers))


def right_q3_loop(train_pictures, valid_pictures, correct):
    return counted(correct, [not any(np.array_equal(a, b) for b in train_pictures) for a in valid_pictures])


def right_q3_broadcast(train_pictures, valid_pictures, correct):
    equal = (valid_pictures[:, None] == train_pictures).all(axis=(2, 3, 4)).any(1)
    rest = correct.numpy()[~equal]
    return rest.sum(), len(rest), np.array(wilson(int(rest.sum()), len(rest)))


def q3_nothing_removed(train_pictures, valid_pictures, correct):
    "No picture was left out"
    return counted(correct, [True] * len(correct))


def q3_same_place(train_pictures, valid_pictures, correct):
    "at the same place"
    n = len(valid_pictures)
    return counted(correct, (train_pictures[:n] != valid_pictures).any(axis=(1, 2, 3)))


def q3_nearly_alike(train_pictures, valid_pictures, correct):
    "Pictures that are nearly alike"
    distance = np.abs(valid_pictures[:, None].astype(int) - train_pictures).mean(axis=(2, 3, 4))
    return counted(correct, distance.min(1) > 2)


def q3_sums(train_pictures, valid_pictures, correct):
    "the same sum or mean"
    known = set(train_pictures.sum(axis=(1, 2, 3)).tolist())
    return counted(correct, [int(picture.sum()) not in known for picture in valid_pictures])


def q3_each_group_once(train_pictures, valid_pictures, correct):
    "counts twice"
    known, kept = {picture.tobytes() for picture in train_pictures}, []
    for picture in valid_pictures:
        kept.append(picture.tobytes() not in known)
        known.add(picture.tobytes())
    return counted(correct, kept)


def q3_the_copies(train_pictures, valid_pictures, correct):
    "Keep the others"
    known = {picture.tobytes() for picture in train_pictures}
    return counted(correct, [picture.tobytes() in known for picture in valid_pictures])


def q3_count_as_mistakes(train_pictures, valid_pictures, correct):
    "must leave `seen` as well"
    right, _, _ = right_q3_loop(train_pictures, valid_pictures, correct)
    return right, len(correct), wilson(right, len(correct))


def q3_interval_of_all(train_pictures, valid_pictures, correct):
    "the interval of all pictures"
    right, seen, _ = right_q3_loop(train_pictures, valid_pictures, correct)
    return right, seen, wilson(int(correct.sum()), len(correct))


def q1_patience_one_waits(accuracies, patience):
    "patience 1"
    return right_q1_positions(accuracies, max(patience, 2))


def q2_index_not_looked_at(name, classes):
    "must be a whole number, too"
    label, sign, _ = Path(name).name.partition("_")
    if not sign or not label.isdecimal() or int(label) >= classes:
        raise ValueError(f"{name} holds no label")
    return int(label)


def q2_label_as_text(name, classes):
    "returned the text"
    label, sign, index = Path(name).stem.partition("_")
    if not sign or not label.isdecimal() or not index.isdecimal() or int(label) >= classes:
        raise ValueError(f"{name} holds no label")
    return label


def q3_any_pixel(train, valid, correct):
    "any single *pixel* value"
    fresh = np.array([picture not in train for picture in valid])
    right, seen = int(correct[fresh].sum()), int(fresh.sum())
    return right, seen, wilson(right, seen)
