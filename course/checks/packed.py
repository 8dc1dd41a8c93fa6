"""The solutions that `check.q1.solution()` shows, packed so that nobody reads them by accident."""

import base64
import zlib
from pathlib import Path

SOLUTIONS = Path(__file__).with_name("solutions.json")


def pack(source: str) -> str:
    """Return source code in a form that is not read by accident.

    Example:
        >>> unpack(pack("return 42"))
        'return 42'
    """
    return base64.b64encode(zlib.compress(source.encode(), 9)).decode()


def unpack(packed: str) -> str:
    """Return what `pack` packed.

    Example:
        >>> unpack(pack(""))
        ''
    """
    return zlib.decompress(base64.b64decode(packed)).decode()
