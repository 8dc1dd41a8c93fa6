"""Unpack a zip that nobody vouches for."""

import re
import shutil
import stat
import zipfile
from pathlib import Path

from tqdm.auto import tqdm

from helpers.files import litter

MAX_MEMBERS = 20_000
MAX_BYTES = 2 * 2**30
MAX_RATIO = 100
"""Photos hardly compress; what unpacks to more than a hundred times its size is a bomb."""


class UnsafeArchiveError(ValueError):
    """The zip is damaged, or was made to do harm; nothing was unpacked."""


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a zip after looking at every member.

    Args:
        archive: The zip.
        folder: A new folder for its content.

    Raises:
        UnsafeArchiveError: The file is no intact zip, a member would leave the folder, is a link or encrypted, or the
            whole is too large, too many or too strongly compressed.

    Example:
        >>> import tempfile
        >>> place = Path(tempfile.mkdtemp())
        >>> with zipfile.ZipFile(place / "a.zip", "w") as file:
        ...     file.writestr("../evil.txt", "")
        >>> unpack(place / "a.zip", place / "new")
        Traceback (most recent call last):
        ...
        course.intake.unpack.UnsafeArchiveError: a.zip is refused: '../evil.txt' would be written outside its folder.
    """
    try:
        with zipfile.ZipFile(archive) as file:
            for member in file.infolist():
                name = member.filename.replace("\\", "/")  # as old tools of Windows write it
                member.filename = re.sub(r"(^|/)(\./)+", r"\1", name)
            members = [
                member
                for member in file.infolist()
                if member.filename and not any(map(litter, member.filename.split("/")))
            ]
            wrong = _wrong(members)
            if wrong:
                raise UnsafeArchiveError(f"{archive.name} is refused: {wrong}.")
            folder.mkdir(parents=True)
            for member in tqdm(members, "unpacking", leave=False, disable=None, unit=" files"):
                file.extract(member, folder)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, zipfile.zlib.error) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise UnsafeArchiveError(f"{archive.name} is not an intact zip ({error}); download it again.") from error


def _wrong(members: list[zipfile.ZipInfo]) -> str | None:
    names = [member.filename for member in members]
    if len(names) > MAX_MEMBERS:
        return f"it has {len(names):,} members, {MAX_MEMBERS:,} are allowed"
    if len(set(names)) < len(names):
        return "two of its members have the same name"
    for member, name in zip(members, names, strict=True):
        if ".." in name.split("/") or name.startswith("/") or re.match(r"[A-Za-z]:", name):
            return f"{name!r} would be written outside its folder"
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            return f"{name!r} is a link or a device, not a file"
        if member.flag_bits & 1:
            return f"{name!r} is encrypted"
    unpacked, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    if unpacked > MAX_BYTES:
        return f"it would unpack to {unpacked / 1e9:.1f} GB, {MAX_BYTES / 1e9:.1f} GB are allowed"
    if unpacked > MAX_RATIO * max(packed, 1):
        return f"it would unpack to more than {MAX_RATIO} times its size, as zip bombs do"
    return None
