"""Is what arrived the original, and the same as what arrived before?"""

import hashlib
from pathlib import Path

from helpers.datasets.layout import PARTS, read_set
from helpers.files import write_text

ORIGINAL = {
    "vehicles": {"labelled": 1_646},
    "food": {"train": 9_866, "valid": 3_430, "test": 3_347},
}
"""Pictures of the sets as they were published."""


def fingerprint(folder: Path) -> str:
    """Return a SHA-256 of a set: of its pictures with their parts and labels, whatever they are called.

    Args:
        folder: A set in the course's layout.

    Returns:
        64 hex digits, the same for every copy of the set, from whichever source and in whichever layout it came.

    Example:
        >>> fingerprint(Path("data/food11"))[:8]  # doctest: +SKIP
        '0b1f26c3'
    """
    table = read_set(folder)
    lines = []
    for place, name in enumerate(table.names):
        content = hashlib.sha256((table.pictures / name).read_bytes()).hexdigest()
        lines.append(f"{table.parts[place] if table.parts else ''} {table.labels[place]} {content}\n")
    return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()


def report(folder: Path, arrived: Path, origin: str = "") -> None:
    """Say where a set differs from the original, and whether it is what arrived before; record a download.

    The record is ``NAME.sha256`` beside the set, as sha256sum writes it; the same file beside `arrived`, from a
    colleague, is looked at too.

    Args:
        folder: The set, in the course's layout.
        arrived: The zip or folder that it came from.
        origin: Where a download came from; empty for a copy, which is compared only.
    """
    table = read_set(folder)
    original = ORIGINAL[table.name]
    found = {part: table.parts.count(part) for part in PARTS} if table.parts else {"labelled": len(table.names)}
    if found != original:
        here, there = (", ".join(f"{count:,} {part}" for part, count in own.items()) for own in (found, original))
        print(f"the counts differ from those of the original: {here} here, {there} there")
    own = {fingerprint(folder): "the labelled pictures"}
    print(f"SHA-256 of the labelled pictures: {next(iter(own))}")
    if arrived.is_file():
        with arrived.open("rb") as file:
            own[hashlib.file_digest(file, "sha256").hexdigest()] = f"{arrived.name}, {origin}".removesuffix(", ")
    kept = folder.with_name(f"{folder.name}.sha256")
    for record in (kept, arrived.with_name(f"{arrived.name}.sha256")):
        lines = record.read_text(encoding="utf-8").splitlines() if record.is_file() else []
        known = {line.split()[0] for line in lines if line.strip()}
        if known:
            print(f"{'the same as' if known & set(own) else 'NOT the same as what'} {record} records")
        if origin and record == kept:
            lines += [f"{value}  {what}" for value, what in own.items() if value not in known]
            write_text(kept, "".join(f"{line}\n" for line in lines))
