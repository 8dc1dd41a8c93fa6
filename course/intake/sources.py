"""Where the real photos come from, and a download that can be interrupted."""

import json
import os
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tqdm.auto import tqdm

from helpers.files import make_folder, write_text


@dataclass(frozen=True)
class Source:
    """One place to download a set from.

    Attributes:
        url: Answers with a zip.
        note: What it is, for messages.
    """

    url: str
    note: str


def _kaggle(name: str) -> Source:
    # This address asks for no key.
    return Source(f"https://www.kaggle.com/api/v1/datasets/download/{name}", f"Kaggle, {name}")


SOURCES = {
    "vehicles": (
        Source(
            "https://drive.usercontent.google.com/download?id=1EbVifjP0FQkyB1axb7KQ26yPtWmneApJ&export=download&confirm=t",
            "the article's file on Google Drive",
        ),
        _kaggle("abhisheksinghblr/emergency-vehicles-identification"),
    ),
    "food11": (
        _kaggle("trolukovich/food11-image-dataset"),
        Source(
            "https://nyu.box.com/shared/static/m5kvcl25hfpljul3elhu6xz8y2w61op4.zip",
            "the original as a zip, at New York University",
        ),
        _kaggle("vermaavi/food11"),
    ),
}
"""Tried from the first to the last. A mirror is one more row."""

MANUAL = {
    "vehicles": """\
By hand:
  1. Open https://drive.google.com/file/d/1EbVifjP0FQkyB1axb7KQ26yPtWmneApJ/view in a browser and download the file;
     if it is gone, take https://www.kaggle.com/datasets/abhisheksinghblr/emergency-vehicles-identification, or the
     training set of the JanataHack "Computer Vision" contest (Analytics Vidhya, 2020; 1,646 labelled photos of
     emergency and other vehicles) from wherever you find it.
  2. Run: python -m course data import vehicles PATH      (PATH: the zip, or the folder it unpacks to)
Without it the course works on the drawn sample.""",
    "food11": """\
By hand:
  1. Get the photos from one of these places:
     - https://www.kaggle.com/datasets/trolukovich/food11-image-dataset in a browser (button Download);
     - https://www.kaggle.com/datasets/vermaavi/food11 likewise;
     - Food-11 itself: https://www.epfl.ch/labs/mmspg/downloads/food-image-datasets/
  2. Run: python -m course data import food11 PATH      (PATH: the zip, or the folder it unpacks to)
Without it the course works on the drawn sample.""",
}

TIMEOUT = (10, 30)
"""Seconds to wait for a connection, and for the next bytes."""

ATTEMPTS = 3


class DownloadError(OSError):
    """No source answered with the file; the message says why and what to do."""


class _RefusedError(Exception):
    """This source will not give the file, however often it is asked."""


def download(sources: tuple[Source, ...], target: Path, *, pause: float = 2.0) -> Path:
    """Download a zip from the first source that gives it.

    What has arrived lies in ``NAME.part`` and is kept when the download stops: the next call asks for the rest, if the
    server can tell that the file is still the same (ETag or date), and starts over if not.

    Args:
        sources: Tried in order.
        target: Where the complete file goes, in one move.
        pause: Seconds before a second attempt at the same source.

    Returns:
        `target`.

    Raises:
        DownloadError: No source gave it; lists the reason of each.

    Example:
        >>> download((), Path("vehicles.zip"))
        Traceback (most recent call last):
        ...
        course.intake.sources.DownloadError: no source gave vehicles.zip.
    """
    import requests

    reasons = []
    for source in sources:
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(pause)
            try:
                return _fetch(source, target)
            except _RefusedError as error:
                reasons.append(f"{source.note}: {error}")
                break
            except requests.RequestException as error:
                # The class says what happened (ReadTimeout, ConnectionError, ...); the text is a nest of addresses.
                reason = f"{source.note}: {type(error).__name__} after {_size(_part(target)) / 1e6:.1f} MB"
        else:
            reasons.append(f"{reason}, {ATTEMPTS} times")
    raise DownloadError(". ".join([f"no source gave {target.name}", *reasons]) + ".")


def _part(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _fetch(source: Source, target: Path) -> Path:
    import requests

    part = _part(target)
    notes = part.with_name(f"{part.name}.json")
    make_folder(target.parent)
    headers = {"Accept-Encoding": "identity", "User-Agent": "python-requests (course data)"}
    have = _size(part)
    validator = _validator_of(notes, source) if have else None
    if validator:
        # Without If-Range a file that changed meanwhile would be glued together from two versions.
        headers |= {"Range": f"bytes={have}-", "If-Range": validator}
    with requests.get(source.url, headers=headers, stream=True, timeout=TIMEOUT) as answer:
        if answer.status_code == 416:
            # Nothing stands after what we have: it was complete already, or the file is another one now.
            if answer.headers.get("Content-Range", "").endswith(f"/{have}"):
                return _finish(part, notes, target)
            part.unlink()
            raise requests.ConnectionError("the file changed")
        if answer.status_code not in (200, 206):
            raise _RefusedError(f"answered {answer.status_code} {answer.reason}")
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            raise _RefusedError("answered with a web page, not a file (it is gone, private, or over its quota)")
        resumed = answer.status_code == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        if answer.status_code == 206 and not resumed:
            part.unlink(missing_ok=True)
            raise requests.ConnectionError("the server sent another range than asked for")
        if not resumed:
            have = 0
            tag = answer.headers.get("ETag", "")
            validator = tag if tag.startswith('"') else answer.headers.get("Last-Modified")
            write_text(notes, json.dumps({"url": source.url, "validator": validator}))
        length = answer.headers.get("Content-Length")
        total = have + int(length) if length else None
        with (
            part.open("ab" if resumed else "wb") as file,
            tqdm(desc=target.name, total=total, initial=have, unit="B", unit_scale=True, leave=False) as bar,
        ):
            for block in answer.iter_content(2**16):
                file.write(block)
                bar.update(len(block))
    return _finish(part, notes, target)


def _validator_of(notes: Path, source: Source) -> str | None:
    try:
        noted = json.loads(notes.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return noted["validator"] if noted["url"] == source.url else None


def _finish(part: Path, notes: Path, target: Path) -> Path:
    notes.unlink(missing_ok=True)
    if not zipfile.is_zipfile(part):
        part.unlink()
        raise _RefusedError("gave something that is no complete zip")
    os.replace(part, target)
    return target
