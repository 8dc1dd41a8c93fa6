"""Write a label CSV without the rows that a training should not see."""

import csv
import io
from pathlib import Path

from helpers.datasets import Audit
from helpers.datasets.labels import COLUMNS, short
from helpers.files import write_text


def write_cleaned(found: Audit) -> Path:
    """Write the rows worth keeping to a CSV beside the original, which stays as it is.

    Left out are rows with a problem, unreadable pictures, contradicting groups, and all but the first of each group of
    identical pictures.

    Args:
        found: What `audit` found.

    Returns:
        The file written: `NAME.cleaned.csv`.

    Raises:
        ValueError: The set has no CSV.

    Example:
        >>> from helpers.datasets import audit
        >>> write_cleaned(audit("vehicles", profile="sample")).name  # doctest: +SKIP
        'emergency_train.cleaned.csv'
    """
    if found.csv is None:
        raise ValueError(
            f"{short(found.pictures)}/ has no label CSV that could be cleaned: its labels stand in the names of its "
            "files; mend, rename or remove the files listed."
        )
    drop = {name for name, _ in found.unreadable}
    drop |= {name for group in found.contradicting for name in group}
    drop |= {name for group in found.identical for name in group[1:]}
    text = io.StringIO()
    rows = ((name, label) for name, label in found.labels.items() if name not in drop)
    csv.writer(text, lineterminator="\n").writerows([COLUMNS, *rows])
    path = found.csv.with_suffix(".cleaned.csv")
    write_text(path, text.getvalue())
    return path
