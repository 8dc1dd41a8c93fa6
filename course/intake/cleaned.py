"""Write a label CSV without the rows that a training should not see."""

import csv
import io
from pathlib import Path

from helpers.datasets import Audit
from helpers.datasets.layout import COLUMNS, short
from helpers.datasets.profiles import find_set
from helpers.datasets.splits import deal, lacking
from helpers.files import write_text


def write_cleaned(found: Audit) -> Path:
    """Write the rows worth keeping to a CSV beside the original, which stays as it is.

    Left out are rows with a problem, unreadable pictures, contradicting groups, and all but the first of each group of
    identical pictures. What is left must be a set: with every class and every part, and not the smaller half.

    Args:
        found: What `audit` found.

    Returns:
        The file written: `NAME.cleaned.csv`.

    Raises:
        ValueError: The set has no CSV, or the rows worth keeping are too few or lack a class; nothing is written.

    Example:
        >>> from helpers.datasets import audit
        >>> write_cleaned(audit("vehicles", profile="sample")).name  # doctest: +SKIP
        'emergency_train.cleaned.csv'
    """
    source = found.source
    if source.csv is None:
        raise ValueError(
            f"{short(source.pictures)}/ has no label CSV that could be cleaned: its labels stand in the names of its "
            "files; mend, rename or remove the files listed."
        )
    drop = {name for name, _ in found.unreadable}
    drop |= {name for group in found.contradicting for name in group}
    drop |= {name for group in found.identical for name in group[1:]}
    rows = [(name, label) for name, label in zip(source.names, source.labels, strict=True) if name not in drop]
    labels = [label for _, label in rows]
    parts = deal([[i] for i in range(len(rows))], labels, find_set(source.name).shares["full"])
    wrong = lacking(parts, labels, source.classes)
    if wrong or 2 * len(rows) < len(source.named):
        raise ValueError(
            f"{short(source.csv)} is not cleaned: {len(rows)} of {len(source.named)} pictures would be left"
            + (f", and {wrong}" if wrong else "")
            + "; mend the rows and files listed above by hand, or get or import the data again."
        )
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([COLUMNS, *rows])
    path = source.csv.with_suffix(".cleaned.csv")
    write_text(path, text.getvalue())
    return path
