"""ZIP archives within bytes: what the central directory lists, and one entry at a time (PKWARE APPNOTE 6.3.10).

Read by hand and not with `zipfile`, since jars have tens of thousands of entries of which two or three are wanted: the
directory is walked without an object for each, a stored archive within an archive is a window and no copy, and what
inflates has a budget that all archives of one file share. Stored and deflated entries, ZIP64, and a program before the
archive (an executable jar) are read; encrypted entries are not. Nothing that an entry says of its size is believed.
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from mmap import mmap

from hullmark.errors import CorruptData, LimitExceeded, Unsupported

MOST_ENTRIES = 1_000_000  # of all archives that one file holds; the jars of Spark have 20,000 at most
RATIO = 16  # what may inflate, as a multiple of the file; an archive of archives hardly shrinks
GRANTED = 64 * 1024 * 1024  # bytes that may inflate in any case

_END = struct.Struct("<4s4H2IH")
_END64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR = struct.Struct("<4sIQI")
_ENTRY = struct.Struct("<4s4x2H4x3I3H8xI")
_LOCAL = struct.Struct("<4s22x2H")
_MOST_COMMENT = 0xFFFF
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 1


@dataclass(slots=True)
class Budget:
    """What may still be listed and inflated of one file, in entries and bytes."""

    entries: int
    inflated: int

    @classmethod
    def of(cls, size: int) -> "Budget":
        """For a file of so many bytes."""
        return cls(MOST_ENTRIES, GRANTED + RATIO * size)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of an archive; sizes are bytes, as the directory claims them, and `offset` is that of its local header."""

    name: str
    method: int
    flags: int
    crc: int
    packed: int
    size: int
    offset: int


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of bytes that is not copied: `data[start:end]`; a file on this machine may be one too."""

    data: bytes | mmap
    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the central directory lies in the bytes, and what has to be added to the offsets in it."""

    start: int
    end: int
    base: int


def entries(window: Window, wanted: Callable[[bytes], bool], budget: Budget) -> Iterator[Entry]:
    """The files of the archive that `wanted` says yes to (their raw names), in the order of the directory.

    Raises CorruptData when it is no archive or its directory is damaged, LimitExceeded when it lists too many.
    """
    found = _directory(window)
    at, data = found.start, window.data
    while at + _ENTRY.size <= found.end:
        mark, flags, method, crc, packed, size, name_size, extra_size, comment_size, offset = _ENTRY.unpack_from(data, at)
        if mark != b"PK\1\2":
            raise CorruptData("the directory of the archive is damaged")
        budget.entries -= 1
        if budget.entries < 0:
            raise LimitExceeded(f"the archives list more than {MOST_ENTRIES} entries")
        at += _ENTRY.size
        name = data[at : at + name_size]
        if wanted(name):
            extra = data[at + name_size : at + name_size + extra_size]
            packed, size, offset = _wide(extra, packed, size, offset)
            yield Entry(name.decode("utf-8", "replace"), method, flags, crc, packed, size, found.base + offset)
        at += name_size + extra_size + comment_size


def content(window: Window, entry: Entry, most: int, budget: Budget) -> Window:
    """The bytes of one entry; a stored one is a window on the archive.

    Raises CorruptData when it is not what the directory says, LimitExceeded when it is larger than `most` or the budget,
    Unsupported when it is encrypted or packed in another way.
    """
    if entry.flags & _ENCRYPTED or entry.method not in {_STORED, _DEFLATED}:
        raise Unsupported(f"{entry.name[:200]} is encrypted or packed by a method that is not read")
    if entry.size > most:
        raise LimitExceeded(f"{entry.name[:200]} has {entry.size} bytes, more than {most}")
    start = _body(window, entry)
    end = start + entry.packed
    if end > window.end:
        raise CorruptData(f"{entry.name[:200]} ends behind the archive")
    if entry.method == _STORED:
        return Window(window.data, start, end)
    unpacked = _inflate(memoryview(window.data)[start:end], entry, budget)
    return Window(unpacked, 0, len(unpacked))


def _directory(window: Window) -> Directory:
    data, start, end = window.data, window.start, window.end
    at = data.rfind(b"PK\5\6", max(start, end - _MOST_COMMENT - _END.size), end)
    if at < 0 or at + _END.size > end:
        raise CorruptData("the file is no zip archive, or its end is missing")
    _, _, _, _, _, size, offset, _ = _END.unpack_from(data, at)
    if at - _LOCATOR.size >= start and data[at - _LOCATOR.size : at - _LOCATOR.size + 4] == b"PK\6\7":
        at = at - _LOCATOR.size - _END64.size
        if at < start or data[at : at + 4] != b"PK\6\6":
            raise CorruptData("the ZIP64 end of the archive is damaged")
        *_, size, offset = _END64.unpack_from(data, at)
    first = at - size
    if first < start or first - offset < start:
        raise CorruptData("the directory of the archive lies outside of it")
    if first - offset > start and data[start : start + 4] == b"PK\3\4":
        raise CorruptData("the end of the archive is that of another one in it: it was cut off")
    return Directory(first, at, first - offset)


def _wide(extra: bytes, packed: int, size: int, offset: int) -> tuple[int, int, int]:
    """Packed size, size and offset, each from the ZIP64 field where the directory's own field is full (APPNOTE 4.5.3)."""
    if max(packed, size, offset) < 0xFFFFFFFF:
        return packed, size, offset
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            numbers = iter([int.from_bytes(extra[i : i + 8], "little") for i in range(at + 4, at + 4 + length, 8)])
            size, packed, offset = (
                next(numbers, value) if value == 0xFFFFFFFF else value for value in (size, packed, offset)
            )
            return packed, size, offset
        at += 4 + length
    return packed, size, offset


def _body(window: Window, entry: Entry) -> int:
    at = entry.offset
    if at < window.start or at + 30 > window.end:
        raise CorruptData(f"{entry.name[:200]} lies outside of the archive")
    mark, name_size, extra_size = _LOCAL.unpack_from(window.data, at)
    if mark != b"PK\3\4":
        raise CorruptData(f"{entry.name[:200]} has no header")
    return int(at + 30 + name_size + extra_size)


def _inflate(packed: memoryview, entry: Entry, budget: Budget) -> bytes:
    if entry.size > budget.inflated:
        raise LimitExceeded("the archives unpack to more than a file of this size may")
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        unpacked = inflater.decompress(packed, entry.size + 1)
    except zlib.error:
        raise CorruptData(f"{entry.name[:200]} cannot be inflated") from None
    budget.inflated -= len(unpacked)
    if len(unpacked) != entry.size or zlib.crc32(unpacked) != entry.crc:
        raise CorruptData(f"{entry.name[:200]} is not what the directory says of it")
    return unpacked
