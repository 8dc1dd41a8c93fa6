"""What the sample sets share: their version, a draft that is moved into place, copies and damage."""

import os
import shutil
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

VERSIONS = {"vehicles": 1, "food": 1}  # raise one whenever its pictures change
DAMAGES = ("cut", "text")


@contextmanager
def draft(folder: Path) -> Iterator[Path]:
    """Give a folder to write in, beside the final one; move it into place when all is written.

    Args:
        folder: Where the set goes; must not exist yet.

    Yields:
        The folder to write in. If anything fails, it is removed: a set is either complete or not there.

    Raises:
        FileExistsError: If `folder` exists.
    """
    if os.path.lexists(folder):
        raise FileExistsError(f"{folder} exists already and is never overwritten: remove it or choose another folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    place = folder.parent / f".{folder.name}-{uuid.uuid4().hex[:8]}.unfinished"
    try:
        place.mkdir()
        yield place
        place.rename(folder)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


def retagged(data: bytes) -> bytes:
    """Put a comment into a JPEG: other bytes, the same pixels, so that comparing files is not enough."""
    comment = b"copy"
    return data[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + data[2:]


def damaged(data: bytes, how: str) -> bytes:
    """Make a file unreadable, as downloads often are.

    Args:
        data: A JPEG.
        how: "cut": it ends too early; "text": a server's error page instead; "": left as it is.

    Returns:
        What stands in the file.

    Example:
        >>> damaged(b"0123456789", "cut")
        b'0123'
    """
    if how == "cut":
        return data[: len(data) * 2 // 5]
    if how == "text":
        return b"<html><head><title>404 Not Found</title></head><body>Not Found</body></html>\n"
    return data


def write_copies(
    folder: Path, groups: Iterable[tuple[bytes, list[str]]], *, count: int, what: str, progress: bool
) -> None:
    """Write each picture into its files; every second one is retagged.

    Args:
        folder: Where the files go.
        groups: The bytes of a picture and the names of the files that hold it.
        count: Number of all files.
        what: What is drawn, for the progress bar.
        progress: Show the bar.
    """
    # Not given unless it is switched off here: then the environment variable TQDM_DISABLE is heard.
    quiet = {} if progress else {"disable": True}
    with tqdm(total=count, desc=f"drawing {what}", unit="picture", leave=False, mininterval=0.5, **quiet) as bar:
        for data, names in groups:
            for copy, name in enumerate(names):
                (folder / name).write_bytes(retagged(data) if copy % 2 else data)
            bar.update(len(names))
