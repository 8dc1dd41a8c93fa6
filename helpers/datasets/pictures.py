"""One picture file: any kind that Pillow reads becomes right-side-up RGB, or is called unreadable with a reason."""

import hashlib
import io
import os
import stat
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, ImageStat

MAX_PIXELS = 50_000_000  # larger ones are refused: a crafted file of a few kilobytes can otherwise fill the memory
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp"})


class UnreadablePictureError(ValueError):
    """The file is not a picture that can be decoded; the message is the reason alone, without the file name."""


@dataclass(frozen=True)
class Facts:
    """What one look at a picture file found out."""

    mode: str  # pillow's name of the file's colour mode ("RGB", "L", "CMYK", ...)
    width: int  # pixels, right side up
    height: int  # pixels, right side up
    pixels: str  # hash of the decoded RGB at original size: equal for identical pictures, however they are stored
    look: str  # 64-bit difference hash as 16 hex digits: nearly equal for pictures that look alike
    spread: float  # standard deviation of the pixels, 0 to 127.5, in the colour where it is largest


def read_file(path: Path) -> bytes:
    """Return the bytes of a picture file; one that cannot be read is an UnreadablePictureError."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise UnreadablePictureError("no file")  # reading from a pipe would wait for ever
        return path.read_bytes()
    except OSError as error:
        gone = path.is_symlink() and not path.exists()
        raise UnreadablePictureError("a link to nothing" if gone else error.strerror) from error


def check_size(size: tuple[int, int]) -> None:
    """Raise an UnreadablePictureError for a picture of more than `MAX_PIXELS` pixels; `size` is width and height."""
    width, height = size
    if width * height > MAX_PIXELS:
        raise UnreadablePictureError(f"{width} x {height} pixels is above the limit of {MAX_PIXELS:,}")


def decode(content: bytes) -> tuple[Image.Image, str]:
    """Decode the bytes of a picture file to right-side-up RGB, and return the mode that the file had, too.

    Transparency is laid on white, grey of more than 8 bits is scaled by the bits that its values need (not clipped),
    EXIF rotation is carried out. No picture, a damaged or too large one (`MAX_PIXELS`) is an UnreadablePictureError.

    >>> file = io.BytesIO()
    >>> Image.new("L", (3, 2), 255).save(file, "PNG")
    >>> decode(file.getvalue())
    (<PIL.Image.Image image mode=RGB size=3x2 ...>, 'L')
    """
    try:
        with Image.open(io.BytesIO(content)) as picture:
            check_size(picture.size)
            mode = picture.mode
            return _to_rgb(ImageOps.exif_transpose(picture)), mode
    except UnreadablePictureError:
        raise
    except Image.DecompressionBombError as error:
        raise UnreadablePictureError(f"more pixels than the limit of {MAX_PIXELS:,}") from error
    except Exception as error:  # Pillow's decoders raise OSError, SyntaxError, struct.error, ... on damaged files
        reason = "not a picture" if isinstance(error, Image.UnidentifiedImageError) else str(error)
        raise UnreadablePictureError(reason if content else "the file is empty") from error


def _to_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode == "RGB" and "transparency" not in picture.info:
        picture.load()
        return picture
    if picture.mode.startswith("I"):
        # Of 16 or 32 bits often only 8 to 14 are used: white is what these can hold. convert("RGB") would clip at 255.
        grey = np.asarray(picture).clip(0).astype(np.int64)
        bits = next(bits for bits in (8, 10, 12, 14, 16, 24, 32) if int(grey.max()) < 2**bits)
        return Image.fromarray((grey * 255 // (2**bits - 1)).astype(np.uint8)).convert("RGB")
    if picture.mode == "F":
        raise UnreadablePictureError("mode F (floating point) says not what is white; save it with 8 or 16 bits")
    if picture.has_transparency_data:
        front = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", front.size, "white"), front).convert("RGB")
    return picture.convert("RGB")


def squash(picture: Image.Image, size: int) -> np.ndarray:
    """Scale width and height of an RGB picture to `size` pixels each, antialiased: uint8, size x size x 3.

    One that is not square changes its proportions; one that has this size already is not touched.

    >>> squash(Image.new("RGB", (6, 3)), 2).shape
    (2, 2, 3)
    """
    if picture.size != (size, size):
        picture = picture.resize((size, size), Image.Resampling.BICUBIC)
    return np.asarray(picture)


def crop(picture: Image.Image, size: int) -> np.ndarray:
    """Scale an RGB picture until its shorter side fits, and cut a square out of its middle: uint8, size x size x 3."""
    return np.asarray(ImageOps.fit(picture, (size, size), Image.Resampling.BICUBIC))


ASPECTS = {"squash": squash, "crop": crop}
"""What becomes of a picture that is not square: its shape is lost, or its edges."""


def describe(picture: Image.Image, mode: str) -> Facts:
    """Return the facts of a decoded RGB picture, whose file had a mode.

    The difference hash compares neighbours in a 9 x 8 grey thumbnail: 64 signs that survive scaling, JPEG noise and
    changes of brightness (Krawetz, "Kind of like that", hackerfactor.com, 2013).

    >>> describe(Image.new("RGB", (3, 2)), "L").look
    '0000000000000000'
    """
    pixels = hashlib.blake2b(f"{picture.width}x{picture.height}".encode(), digest_size=16)
    pixels.update(picture.tobytes())
    grey = np.asarray(picture.convert("L").resize((9, 8), Image.Resampling.BICUBIC))
    look = np.packbits(grey[:, 1:] > grey[:, :-1]).tobytes().hex()
    spread = round(max(ImageStat.Stat(picture).stddev), 2)
    return Facts(mode, picture.width, picture.height, pixels.hexdigest(), look, spread)


def open_picture(path: Path) -> Image.Image:
    """Read one picture file as right-side-up RGB; the UnreadablePictureError names the file and the reason."""
    try:
        return decode(read_file(Path(path)))[0]
    except UnreadablePictureError as error:
        raise UnreadablePictureError(f"{path} cannot be read: {error}.") from error
