"""A stretch of a program's file: a section or a segment."""

import struct
from collections.abc import Sequence
from typing import NamedTuple

from hullmark.errors import CorruptData

MOST_REGIONS = 65_536  # of one file; compilers make some ten, a section for each function some ten thousand


class Region(NamedTuple):
    """`offset` and `size` are bytes of the file, `address` is where the program sees them, 0 when nowhere."""

    name: str  # "" of a segment
    offset: int
    size: int
    address: int
    writable: bool = False  # of a segment of an ELF file; of others nobody asks


def numbers(layout: str, data: bytes, offset: int) -> tuple[int, ...]:
    """Whole numbers at an offset, as `struct` lays them out; raises CorruptData when the file ends before."""
    try:
        return struct.unpack_from(layout, data, offset)
    except (struct.error, OverflowError):
        raise CorruptData("a table of the program lies outside of its file") from None


def inside(parts: Sequence[Region], size: int) -> Sequence[Region]:
    """The parts of a program's file of `size` bytes; raises CorruptData when one of them lies outside of it."""
    if any(part.offset + part.size > size for part in parts):
        raise CorruptData("a part of the program lies outside of its file, which was cut off")
    return parts


def bounded(count: int) -> int:
    """A number of table entries; raises CorruptData when it is beyond all programs."""
    if count > MOST_REGIONS:
        raise CorruptData(f"the program claims {count} sections, more than {MOST_REGIONS}")
    return count


def label(raw: bytes) -> str:
    """A name that zero bytes end or fill."""
    return raw.partition(b"\0")[0].decode("latin-1")
