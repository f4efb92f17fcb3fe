"""Whether a file was cut off: what a tool writes ends with a line end, or with a mark that its format has.

A cut at the end of a line is seen only where the format has such a mark; docs/catalogers.md lists the others.
"""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from hullmark.errors import CorruptData

T = TypeVar("T")

CUT = "its end is missing: it was cut off, and what followed is not known"

LINE = b"\n"


def is_cut(data: bytes, *ends: bytes) -> bool:
    """Whether a file that holds anything ends otherwise than with a line end, or with one of `ends` and perhaps blanks."""
    text = data.rstrip() if ends else data
    return text.strip() != b"" and not text.endswith(ends or LINE)


def to_the_end(items: Iterable[T], cut: bool) -> Iterator[T]:
    """The items of a file; raises CorruptData after the last one when the file was cut off."""
    yield from items
    if cut:
        raise CorruptData(CUT)
