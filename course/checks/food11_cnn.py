"""Checks of the exercises of notebook 05."""

from itertools import combinations
from pathlib import Path

import numpy as np
import torch

from course.checks.question import OpenQuestion, WrongAnswer, brief, number, question, tensor

STOPPING = {  # usual mistakes of early stopping, as arguments of `_stopping`, and what to say of them
    "late": "This ends one epoch late: `patience` epochs without a better one are enough (the tutorial waits one more)",
    "ties": "An equal accuracy is no better one: the count of epochs goes on",
    "previous": "Compare with the best epoch so far, not with the epoch before",
    "never_reset": "Only epochs in a row count: a better epoch sets the count back to 0",
    "last_kept": "The weights kept are those of the best epoch, not of the last one",
    "looks_ahead": "After the end no epoch is trained: a later accuracy cannot be kept",
    "from_zero": "The first epoch is number 1",
    "turned": "First the last epoch, then the kept one",
}


@question(
    hints=(
        "Go through the list by hand with patience 2, and write down after each epoch: the best so far, and how many "
        "epochs in a row were no better.",
        "In the loop: a higher accuracy than the best sets best, kept epoch and count anew; any other adds 1 to the "
        "count; when the count equals the patience, return.",
    ),
    praise="It stops after exactly `patience` epochs in a row without a better one, and keeps the best.",
)
def q1(early_stopping, random):
    """`early_stopping(accuracies, patience)` -> (epoch after which training ends, epoch whose weights are kept)."""
    patience = int(random.integers(2, 5))
    while True:  # accuracies for which every mistake gives another answer
        accuracies = (random.integers(30, 45, patience + 8) / 100).tolist()
        right = _stopping(accuracies, patience)
        mistakes = {name: _stopping(accuracies, patience, **{name: True}) for name in STOPPING}
        if all(a != b for a, b in combinations([right, *mistakes.values()], 2)):
            break
    rising = np.sort(random.choice(range(30, 90), 6, replace=False)) / 100
    impatient = [0.4, 0.5, 0.45, 0.6, 0.3]
    cases = [(accuracies, patience, right), (rising.tolist(), patience, (6, 6)), (impatient, 1, (3, 2))]
    for given, waiting, expected in cases:
        answer = early_stopping(list(given), waiting)
        if answer is None:
            raise WrongAnswer("it returned None", "two epochs", "Does it end with `return`, also after the loop?")
        got = tuple(tensor(answer, (2,), hint="Return two numbers: the last epoch, then the kept one").tolist())
        if got == expected:
            continue
        hint = "Print epoch, best so far and count after each epoch"
        if given is accuracies:
            hint = next((STOPPING[name] for name, wrong in mistakes.items() if got == wrong), hint)
        else:
            hint = "Here training does not stop early: what do you return after the loop?"
        said = ", ".join(f"{value:g}" for value in got)
        raise WrongAnswer(f"for {given} and patience {waiting} it returned ({said})", f"{expected}", hint)


def _stopping(
    accuracies,
    patience,
    *,
    late=False,
    ties=False,
    previous=False,
    never_reset=False,
    last_kept=False,
    looks_ahead=False,
    from_zero=False,
    turned=False,
) -> tuple[int, int]:
    """Return the last and the kept epoch, right or with one of the usual mistakes.

    Example:
        >>> _stopping([0.3, 0.4, 0.4, 0.2], 2), _stopping([0.3, 0.4, 0.4, 0.2], 2, last_kept=True)
        ((4, 2), (4, 4))
    """
    best, kept, stale, before = -1.0, 0, 0, -1.0
    for epoch, accuracy in enumerate(accuracies, start=1):
        bar = before if previous else best
        if accuracy > bar or (ties and accuracy == bar):
            best, kept, stale = accuracy, epoch, stale if never_reset else 0
        else:
            stale += 1
        before = accuracy
        if stale == patience + late:
            break
    if looks_ahead:
        kept = accuracies.index(max(accuracies)) + 1
    ends = (epoch - from_zero, (epoch if last_kept else kept) - from_zero)
    return ends[::-1] if turned else ends


@question(
    hints=(
        "Which names does the function not understand, and what should happen then? Which ones does it misread?",
        "`Path(name).stem` is the name without folder and ending. Split it at `_`; `isdecimal()` says whether a text "
        "is a whole number. Anything else: `raise ValueError(...)` with the name in the message.",
    ),
    praise="Every good name gives its label, every bad one an error that names the file.",
)
def q2(label_of, random):
    """`label_of(name, classes)`: "train/3_17.jpg" -> 3; ValueError with the name for what holds no label."""
    classes, index = int(random.integers(12, 30)), int(random.integers(20, 999))
    label, large = int(random.integers(1, 10)), int(random.integers(10, classes))
    file = "The folders are not part of the label: look at the file's own name, `Path(name).name`"
    good = {
        f"{label}_{index}.jpg": (label, "The label is what stands before the `_`"),
        f"{large}_{index}.jpg": (large, "A label may have two digits: take all that stands before the `_`"),
        f"{classes - 1}_0.jpg": (classes - 1, f"{classes} classes have the labels 0 to {classes - 1}"),
        f"0_{index}.jpg": (0, "0 is a label like any other"),
        f"{label}_old/{large}_{index}.jpg": (large, file),
        f"food_11/train/{label}_{index}.jpg": (label, file),
        f"valid/{label}_{index}.png": (label, "Any ending is good: do not ask for .jpg"),
        f"{large}_{index}.JPEG": (large, "Any ending is good: do not ask for .jpg"),
    }
    for name, (expected, hint) in good.items():
        try:
            answer = label_of(name, classes)
        except (NotImplementedError, WrongAnswer):
            raise
        except Exception as error:
            raise WrongAnswer(f"for {name!r} it raised {type(error).__name__}: {error}", f"{expected}", hint) from error
        got = number(answer)
        if got != expected:
            raise WrongAnswer(f"for {name!r} with {classes} classes it returned {got:g}", f"{expected}", hint)
    outside = f"Labels go from 0 to {classes - 1}: a number outside is no label"
    word = "A name without a number holds no label"
    bad = {
        f"valid/Bread_{index}.jpg": word,
        f"_{index}.jpg": word,
        f"{classes}_{index}.jpg": outside,
        f"train/{classes + index}_{index}.jpg": outside,
        f"-1_{index}.jpg": f"{outside}, also below",
        f"{label:04}.jpg": "A number without `_` is no label: so a competition names pictures that have none",
        f"{label}_copy.jpg": "What follows the `_` must be a whole number, too",
        f"{label}_.jpg": "What follows the `_` must be a whole number, too",
    }
    for name, hint in bad.items():
        try:
            answer = label_of(name, classes)
        except ValueError as error:
            if Path(name).name in str(error):
                continue
            hint = "The message must name the file: who reads it has thousands of them"
            raise WrongAnswer(f"for {name!r} the message is: {error}", "one that holds the name", hint) from error
        except (NotImplementedError, WrongAnswer):
            raise
        except Exception as error:
            what = f"for {name!r} it raised {type(error).__name__}: {error}"
            raise WrongAnswer(what, "a ValueError", "Raise ValueError: the value, this name, is bad") from error
        if answer is None or (answer == -1 and name[0] != "-"):
            hint = "This goes on as if it were a label, and counts as a mistake of the model. Raise ValueError"
        raise WrongAnswer(f"for {name!r} with {classes} classes it returned {brief(answer)}", "a ValueError", hint)


@question(
    hints=(
        "What does it mean for a picture to stand in training too? Position, label and likeness do not matter.",
        "`picture.tobytes()` is a value that can be looked up: put those of training into a set, keep the validation "
        "pictures that are not in it, and count.",
    ),
    praise="Only pictures that the model never saw are counted, and the interval is as wide as their number says.",
)
def q3(honest_score, random):
    """`honest_score(train, valid, correct)` -> right, seen and interval without validation pictures of training.

    Every usual mistake leaves another number of pictures.
    """
    from helpers.evaluation import wilson

    train = random.integers(0, 250, (40, 4, 5, 3), dtype=np.uint8)
    own = random.integers(0, 250, (int(random.integers(12, 17)), 4, 5, 3), dtype=np.uint8)
    for pictures, odd in ((train, 0), (own, 1)):  # so that sums are alike only where they shall be
        pictures[pictures.sum((1, 2, 3)) % 2 != odd, 0, 0, 0] += 1
    copies = [train[i] for i in (3, 3, *range(10, 10 + int(random.integers(5, 8))))]
    alike = train[20:23].copy()
    alike[:, 0, 0, 0] += 1
    mirrored = train[23:27, :, ::-1]
    kinds = np.repeat(["copy", "alike", "mirrored", "own"], [len(copies), 3, 4, len(own) + 1])
    valid = np.stack([*copies, *alike, *mirrored, *own, own[0]])  # the first of its own twice
    correct = random.random(len(valid)) < 0.5
    correct[:2] = correct[-2:] = True, False  # so that both kinds have both
    order = random.permutation(len(valid))
    valid, correct, kinds = valid[order], correct[order], kinds[order]
    while (train[: len(valid)] == valid).all((1, 2, 3)).sum() != 1:  # one copy at the place that it has in training
        train = random.permutation(train)
    fresh = kinds != "copy"
    right, seen, total = int(correct[fresh].sum()), int(fresh.sum()), len(valid)
    try:
        answer = honest_score(train.copy(), valid.copy(), torch.from_numpy(correct))
    except ValueError as error:
        if "of 0 is impossible" not in str(error):
            raise
        hint = "`picture in train` asks whether any single *pixel* value is equal; look up whole pictures, `tobytes()`"
        raise WrongAnswer("it left out every picture", f"{seen} that remain", hint) from error
    try:
        got_right, got_seen, interval = answer
    except (TypeError, ValueError) as error:
        hint = "Return the three in this order: return right, seen, wilson(right, seen)"
        raise WrongAnswer(f"it returned {brief(answer)}", "right, seen, interval", hint) from error
    got_right, got_seen = number(got_right, "right"), number(got_seen, "seen")
    if (got_right, got_seen) != (right, seen):
        leaked = total - seen
        hints = {
            total: "No picture was left out. Look each validation picture up in all of training",
            total - 1: "This compares pictures at the same place; a copy may stand anywhere in training",
            leaked: "These are the pictures that stand in training. Keep the others",
            seen - 3: "Pictures that are nearly alike were left out, too. Only those that are equal in every pixel go",
            seen - 4: "Two different pictures may have the same sum or mean. Compare all pixels",
            seen - 1: "A picture that stands twice in validation alone counts twice: it was not learned",
            total - 2: "No copy of training was left out, only second copies inside validation",
        }
        hint = hints.get(int(got_seen), "Print how many validation pictures are found in training, and which")
        if got_seen == total and got_right == right:
            hint = "The left-out pictures count as mistakes. They must leave `seen` as well"
        elif got_seen == seen:
            hint = "The number of pictures is right; count the right answers among these only"
            if 0 < got_right <= 1:
                hint = "Return the number of right answers, not their share"
        said = f"of {total} pictures, {leaked} of them also in training, it counted {got_right:g} right of {got_seen:g}"
        raise WrongAnswer(said, f"{right} of {seen}", hint)
    got_interval, expected = tensor(interval, (2,), "the interval").tolist(), wilson(right, seen)
    if np.allclose(got_interval, expected, atol=1e-4):
        return
    hint = "Let `wilson` compute it from the two counts that you return"
    if np.allclose(got_interval, wilson(int(correct.sum()), total), atol=1e-4):
        hint = "This is the interval of all pictures; take the counts of those that remain"
    low, high = got_interval
    said = f"for {right} right of {seen} the interval is {low:.3f} to {high:.3f}"
    raise WrongAnswer(said, f"{expected[0]:.3f} to {expected[1]:.3f}", hint)


q4 = OpenQuestion("food11 cnn, question 4")
