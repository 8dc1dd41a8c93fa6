"""Decode a folder of pictures once, into one memory-mapped uint8 array that later loads open in milliseconds."""

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock
from tqdm.auto import tqdm

from helpers.datasets.pictures import ASPECTS, Facts, UnreadablePictureError, decode, describe, read_file
from helpers.files import data_dir, make_folder, write_text, write_whole
from helpers.runtime import workers

VERSION = 2  # part of every key: raise it when decoding changes
# Nanoseconds: a file changed this shortly before it was hashed may change again without a new time stamp.
_FRESH = 2_000_000_000


@dataclass
class Decoded:
    """Pictures of one folder at one size."""

    images: np.memmap  # uint8, N x size x size x 3, black where a file was unreadable; writing does not reach the disk
    facts: list[Facts | None]  # N entries; None where a file was unreadable
    unreadable: dict[int, str]  # position -> reason


def decode_folder(folder: Path, names: list[str], size: int, aspect: str = "squash") -> Decoded:
    """Decode pictures to squares of one size, or open what an earlier call has decoded.

    The array is kept in ``data/cache`` under a key made of the content of all files, their order, the size and the
    aspect. A manifest notes each file's size and time stamp beside its hash: it is read anew only when these have
    changed. All of ``data/cache`` may be deleted at any time. A disk without room for the array is an OSError.
    """
    cache = data_dir() / "cache"
    make_folder(cache)
    # A second process waits and then opens what the first has decoded.
    with FileLock(cache / f"{_digest([str(folder.resolve())])}.lock"):
        hashes = _content_hashes(folder, names, cache)
        key = _digest([str(VERSION), str(size), aspect, *hashes])
        path = cache / f"{key}.npy"
        return _open(path, len(names), size) or _decode_to(path, folder, names, size, aspect)


def _open(path: Path, count: int, size: int) -> Decoded | None:
    # The description is written last, so it stands for a complete array; a damaged pair is decoded again.
    try:
        notes = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        images = np.load(path, mmap_mode="c")
        facts = [Facts(**entry) if entry else None for entry in notes["facts"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if images.shape != (count, size, size, 3) or len(facts) != count:
        return None
    return Decoded(images, facts, {int(position): reason for position, reason in notes["unreadable"].items()})


def _decode_to(path: Path, folder: Path, names: list[str], size: int, aspect: str) -> Decoded:
    needed, free = len(names) * size * size * 3, shutil.disk_usage(path.parent).free
    if needed + 2**20 > free:
        there = f"needs {needed / 1e6:.0f} MB in the data folder and {free / 1e6:.0f} MB are free"
        raise OSError(f"decoding {len(names)} pictures {there}; make room or point COURSE_DATA_DIR to another disk.")
    with write_whole(path) as part:
        facts, unreadable = _fill(part, folder, names, size, aspect)
    notes = {"facts": [asdict(entry) if entry else None for entry in facts], "unreadable": unreadable}
    write_text(path.with_suffix(".json"), json.dumps(notes))
    return _open(path, len(names), size)


def _fill(path: Path, folder: Path, names: list[str], size: int, aspect: str) -> tuple[list, dict[int, str]]:
    # A function of its own: the memory map is closed when it returns, and only a closed file can be moved on Windows.
    images = np.lib.format.open_memmap(path, "w+", np.uint8, (len(names), size, size, 3))
    facts: list[Facts | None] = [None] * len(names)
    unreadable = {}

    def work(position: int) -> None:
        try:
            picture, mode = decode(read_file(folder / names[position]))
            images[position], facts[position] = ASPECTS[aspect](picture, size), describe(picture, mode)
        except UnreadablePictureError as error:
            unreadable[position] = str(error)

    for _ in _parallel(work, range(len(names)), "decoding"):
        pass
    images.flush()
    return facts, unreadable


def _content_hashes(folder: Path, names: list[str], cache: Path) -> list[str]:
    manifest = cache / f"{_digest([str(folder.resolve())])}.files.json"
    try:
        known = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        known = {}
    marks = [_mark(os.path.join(folder, name)) for name in names]
    changed = [i for i, name in enumerate(names) if known.get(name, [None])[:-1] != marks[i]]
    if changed:
        now = time.time_ns()

        def work(position: int) -> str:
            try:
                return hashlib.sha256(read_file(folder / names[position])).hexdigest()
            except UnreadablePictureError as error:
                return str(error)

        for position, value in zip(changed, _parallel(work, changed, "reading"), strict=True):
            trusted = now - marks[position][1] > _FRESH
            known[names[position]] = [*(marks[position] if trusted else [None]), value]
        write_text(manifest, json.dumps(known))
    return [known[name][-1] for name in names]


def _mark(path: str) -> list[int]:
    """Return what changes with a file; that of none for what is not there, such as a link to nothing."""
    try:
        stat = os.stat(path)
    except OSError:
        return [-1, 0, 0, 0]
    # Size and time stamp can be kept on purpose (cp -p, rsync, unzip). Unix notes besides when it was put here itself.
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]


def _digest(parts: list[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


def _parallel(work: Callable, items: Sequence, label: str) -> Iterator:
    # In threads, as Pillow and hashlib release the interpreter; with a bar in a terminal.
    pool = ThreadPoolExecutor(workers())
    try:
        yield from tqdm(pool.map(work, items), label, len(items), leave=False, disable=None, unit=" pictures")
    finally:
        pool.shutdown(cancel_futures=True)
