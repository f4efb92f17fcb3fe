"""What every scheme's key is made of: numbers of any length, a cache of pieces, and the refusal of a bad version.

Bytes below NUMBER_FIRST are the schemes' own markers (ends, phases), NUMBER_FIRST..NUMBER_LAST open a number, and from
"-" (0x2D) on bytes are text. So a piece that ends is below a number, and a number is below text.
"""

from collections.abc import Callable

from hullmark.errors import InvalidVersion

MAX_LENGTH = 4096  # characters; real versions stay below 300
NUMBER_FIRST = 0x08
NUMBER_LAST = 0x29
ZERO = bytes([NUMBER_FIRST])

_CACHED_PIECES = 1 << 16
_CACHED_LENGTH = 64
_SHOWN = 60  # characters of a refused version that an error repeats


class Pieces(dict[str, bytes]):
    """`pieces[text]` is `encode(text)`, remembered for short texts; memory stays below about 20 MB."""

    def __init__(self, encode: Callable[[str], bytes]) -> None:
        super().__init__()
        self._encode = encode

    def __missing__(self, text: str) -> bytes:
        encoded = self._encode(text)
        if len(text) <= _CACHED_LENGTH:
            if len(self) >= _CACHED_PIECES:
                self.clear()
            self[text] = encoded
        return encoded


def number(digits: str) -> bytes:
    """ASCII digits (none means 0) so that bytewise order is numeric order: how many digits, then the digits.

    Leading zeros are dropped, 0 is the one byte ZERO, and no encoding is a prefix of another.
    """
    significant = digits.lstrip("0")
    length = len(significant)
    if length < NUMBER_LAST - NUMBER_FIRST:
        return bytes([NUMBER_FIRST + length]) + significant.encode("ascii")
    return bytes([NUMBER_LAST]) + length.to_bytes(2, "big") + significant.encode("ascii")


def refused(scheme: str, version: str, why: str) -> InvalidVersion:
    """The error for a version that a scheme does not allow; it shows the beginning of a long one only."""
    shown = version if len(version) <= _SHOWN else f"{version[:_SHOWN]}..."
    return InvalidVersion(f"{shown!r} is no {scheme} version: {why}; correct it in the package or advisory that states it")


def too_long(scheme: str, version: str) -> InvalidVersion:
    """The error for a version of more than MAX_LENGTH characters."""
    return refused(scheme, version, f"it has {len(version)} characters and at most {MAX_LENGTH} are read")
