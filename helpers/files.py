"""Folders and files: where the course lies, whole writing, what is litter, tables as spreadsheets leave them."""

import codecs
import csv
import io
import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_HOUSE = Path(__file__).resolve().parent.parent
# The course's folder; where the packages were installed without it, a folder of the user's own for data and runs.
ROOT = _HOUSE if (_HOUSE / "notebooks").is_dir() else Path.home() / "classifier-course"
LITTER = frozenset({"__macosx", "thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini"})


def data_dir() -> Path:
    """Return the folder for data, which may not exist yet: ``COURSE_DATA_DIR``, else ``data/`` of the course."""
    named = os.environ.get("COURSE_DATA_DIR")
    return Path(named).expanduser() if named else ROOT / "data"


def make_folder(folder: Path, variable: str = "COURSE_DATA_DIR") -> None:
    """Make a folder if it is not there yet, and try to write to it; the OSError names the variable that moves it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        found = f"nothing can be written to {folder} ({error.strerror})"
        mend = f"make it a folder that you can write to, or let {variable} name another place"
        raise OSError(f"{found}; {mend}.") from error


@contextmanager
def write_whole(path: str | Path) -> Iterator[Path]:
    """Give a name beside `path` to write a file or folder to, and move it into place when the block ends well.

    Whoever opens `path` finds what stood there before or all of the new, also after a crash or a power cut.

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
    """Write a text file whole or not at all, as UTF-8, its line ends as they are."""
    with write_whole(path) as part:
        part.write_text(text, encoding="utf-8", newline="")


def litter(name: str) -> bool:
    """Return whether a file or folder of this name is one that file managers leave behind.

    >>> litter(".DS_Store"), litter("._344.jpg"), litter("THUMBS.DB"), litter("0_1.jpg")
    (True, True, True, False)
    """
    return (name.startswith(".") and name not in (".", "..")) or name.lower() in LITTER


def walk(folder: str | Path, *, links: bool = False) -> list[str]:
    """Return all files in a folder and below it, without litter: relative names with ``/``, sorted.

    Strings, as Path objects for ten thousand pictures would take long; with `links` also from folders that are links.
    """
    found = []
    for place, below, names in os.walk(folder, followlinks=links):
        below[:] = [name for name in below if not litter(name)]
        prefix = os.path.relpath(place, folder).replace(os.sep, "/") + "/"
        found += [f"{prefix}{name}".removeprefix("./") for name in names if not litter(name)]
    return sorted(found)


def read_table(path: str | Path) -> list[tuple[int, list[str]]]:
    r"""Read a CSV, whatever editors and spreadsheets made of it: line number and cells of every row that is not empty.

    That is: a byte-order mark, UTF-16, `;`, tabs or `|` between the columns, a first line that says so (``sep=;``),
    empty lines, empty columns at the end. The first row names the columns. A ValueError gives the reason alone.
    """
    with open(path, "rb") as file:
        content = file.read()
    twice = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if twice else "utf-8-sig")
        said = re.match(r"sep=(.)\r?\n", text)
        first = text.lstrip("\r\n").partition("\n")[0]
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=said[1] if said else max(",;\t|", key=first.count))
        rows = [(reader.line_num, row) for row in reader][bool(said) :]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"not a CSV in UTF-8 ({error})") from error
    rows = [(line, row) for line, row in rows if any(cell.strip() for cell in row)]
    wide = max((place for place, name in enumerate(rows[0][1], 1) if name.strip()), default=0) if rows else 0
    return [(line, row if any(cell.strip() for cell in row[wide:]) else row[:wide]) for line, row in rows]
