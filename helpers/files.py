"""Folders and files: where the course lies, writing whole or not at all, walking a folder, and what is litter."""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_HOUSE = Path(__file__).resolve().parent.parent
ROOT = _HOUSE if (_HOUSE / "notebooks").is_dir() else Path.home() / "classifier-course"
"""The course's folder; where the packages were installed without it, a folder of the user's own for data and runs."""

LITTER = frozenset({"__macosx", "thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini"})


def data_dir() -> Path:
    """Return the folder for drawn, downloaded and cached data.

    Returns:
        The folder named by the environment variable ``COURSE_DATA_DIR``, else ``data/`` of the course. It may not
        exist yet.

    Example:
        >>> data_dir().name != ""
        True
    """
    named = os.environ.get("COURSE_DATA_DIR")
    return Path(named).expanduser() if named else ROOT / "data"


@contextmanager
def write_whole(path: str | Path) -> Iterator[Path]:
    """Give a name beside `path` to write to, and move it into place when the block ends without an exception.

    Whoever opens `path` finds what stood there before or all of the new, also after a crash or a power cut.

    Args:
        path: Where the file or folder shall stand; its folder must exist. A file that is there is replaced.

    Yields:
        The name to write to; nothing is there yet.

    Example:
        >>> import tempfile
        >>> target = Path(tempfile.mkdtemp()) / "note.txt"
        >>> with write_whole(target) as part:
        ...     _ = part.write_text("done")
        >>> target.read_text()
        'done'
    """
    path = Path(path)
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        yield part
        if part.is_file():
            with part.open("rb+") as file:
                os.fsync(file.fileno())  # or a power cut could leave the new name with nothing behind it
        os.replace(part, path)
    finally:
        if part.is_dir():
            shutil.rmtree(part)
        else:
            part.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Write a text file whole or not at all.

    Args:
        path: Where to.
        text: Written as UTF-8, its line ends as they are.

    Example:
        >>> import tempfile
        >>> write_text(Path(tempfile.mkdtemp()) / "note.txt", "done")
    """
    with write_whole(path) as part:
        part.write_text(text, encoding="utf-8", newline="")


def litter(name: str) -> bool:
    """Return whether a file or folder is one that file managers leave behind, in whatever case it is written.

    Args:
        name: Its name, without the folders above it.

    Example:
        >>> litter(".DS_Store"), litter("._344.jpg"), litter("THUMBS.DB"), litter("0_1.jpg")
        (True, True, True, False)
    """
    return (name.startswith(".") and name not in (".", "..")) or name.lower() in LITTER


def walk(folder: str | Path, *, links: bool = False) -> list[str]:
    """Return all files in a folder and below it, without litter.

    Args:
        folder: Where to look.
        links: Whether to go into folders that are links.

    Returns:
        Names relative to the folder, with ``/`` between folders, sorted. They are strings: Path objects for ten
        thousand pictures would take longer than everything else in a load.

    Example:
        >>> walk("no folder")
        []
    """
    found = []
    for place, below, names in os.walk(folder, followlinks=links):
        below[:] = [name for name in below if not litter(name)]
        prefix = os.path.relpath(place, folder).replace(os.sep, "/") + "/"
        found += [f"{prefix}{name}".removeprefix("./") for name in names if not litter(name)]
    return sorted(found)
