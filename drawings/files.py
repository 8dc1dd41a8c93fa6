"""What the sample sets share: their pictures and versions, a draft that is moved into place, copies and damage."""

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

VERSIONS = {"vehicles": 2, "food": 2}  # raise one whenever its pictures change
DAMAGES = ("cut", "text")
THIRD = 6  # of so many groups of identical pictures one holds three files, the others two
MOST_CHILDREN = 8
FEW = 200  # up to so many pictures a second process would take longer to start than to draw


@dataclass(frozen=True)
class Picture:
    """One drawing and the files that hold it: more than one file makes a group of identical pictures."""

    number: int  # with the seed and `drawn`, decides what is drawn
    drawn: int  # the class of what is drawn
    files: tuple[tuple[str, int], ...]  # folder and label of every file
    damage: str = ""  # "cut" or "text": the file cannot be read


def copies(group: int) -> int:
    """Tell how many files the group of identical pictures with this number holds."""
    return 3 if group % THIRD == THIRD - 1 else 2


@contextmanager
def draft(folder: Path, below: tuple[str, ...]) -> Iterator[Path]:
    """Give a folder to write in, beside the final one; move it into place when all is written.

    Args:
        folder: Where the set goes; must not exist yet.
        below: The folders in it.

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
        for name in below:
            (place / name).mkdir(parents=True)
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


def drawn(what: str, draw: Callable[..., bytes], jobs: list[tuple[int, int, int]]) -> Iterator[bytes]:
    """Draw pictures, many of them on all processors: children draw every second one each, on two processors.

    They are processes of their own, started by name: a pool would import the main module of whoever asks, which on
    macOS and Windows starts a script without a guard over and over.

    Args:
        what: What `python -m drawings` calls the pictures.
        draw: Draws one, from a job.
        jobs: Seed, number and label of each.

    Yields:
        The JPEGs, in order.

    Raises:
        ChildProcessError: A child ended before its work was done.

    Example:
        >>> [len(data) for data in drawn("numbers", lambda *job: bytes(job), [(0, 0, 1), (0, 1, 0)])]
        [3, 3]
    """
    if len(jobs) <= FEW:
        yield from (draw(*job) for job in jobs)
        return
    paths = [str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    how = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    how["env"] = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    children = [
        subprocess.Popen([sys.executable, "-m", "drawings", what], **how) for _ in range(min(usable, MOST_CHILDREN))
    ]
    try:
        for first, child in enumerate(children):
            child.stdin.write(json.dumps(jobs[first :: len(children)]).encode())
            child.stdin.close()
        for place in range(len(jobs)):
            source = children[place % len(children)].stdout
            size = int.from_bytes(source.read(4))
            data = source.read(size)
            if not size or len(data) < size:
                raise ChildProcessError(f"drawing {what} stopped at picture {place} of {len(jobs)}; run it again.")
            yield data
    finally:
        for child in children:
            child.kill()
            child.wait()
            child.stdout.close()


def write_set(
    folder: Path,
    what: str,
    draw: Callable[..., bytes],
    pictures: list[Picture],
    names: list[list[str]],
    *,
    seed: int,
    progress: bool,
    flaws: dict[str, object],
    within: str = "",
) -> None:
    """Draw pictures, write each into its files, every second one retagged, and `flaws.json` beside them.

    Args:
        folder: Where the set goes.
        what: What is drawn: a key of `VERSIONS`.
        draw: Draws one picture from seed, number and class.
        pictures: What is drawn.
        names: The files that hold each.
        seed: Of the set.
        progress: Show a bar.
        flaws: Where the flaws of this set are; the unreadable files are added here.
        within: The folder that `names` are relative to.
    """
    whole = drawn(what, draw, [(seed, picture.number, picture.drawn) for picture in pictures])
    count = sum(map(len, names))
    # Not given unless it is switched off here: then the environment variable TQDM_DISABLE is heard.
    quiet = {} if progress else {"disable": True}
    with tqdm(total=count, desc=f"drawing {what}", unit="picture", leave=False, mininterval=0.5, **quiet) as bar:
        for jpeg, picture, files in zip(whole, pictures, names, strict=True):
            data = damaged(jpeg, picture.damage)
            for copy, name in enumerate(files):
                (folder / within / name).write_bytes(retagged(data) if copy % 2 else data)
            bar.update(len(files))
    unreadable = [files[0] for picture, files in zip(pictures, names, strict=True) if picture.damage]
    flaws = flaws | {"unreadable": unreadable, "seed": seed, "count": count, "version": VERSIONS[what]}
    (folder / "flaws.json").write_text(json.dumps(flaws, indent=1) + "\n", encoding="utf-8")
