"""ELF: section and program headers (System V ABI, gABI chapters 4 and 5); 32 and 64 bits, either byte order.

Several catalogers ask for the regions of one program, one after the other: the tables that were read last are remembered.
"""

from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from struct import Struct
from typing import NamedTuple

from hullmark.errors import CorruptData
from hullmark.formats.region import Region, bounded, inside, label, numbers

MAGIC = (b"\x7fELF",)

_NOBITS = 8
_LOAD, _NOTE = 1, 4
_EXECUTABLE, _WRITABLE = 1, 2
_STUBS = 4096  # bytes of code that any library has, which begin and end it
_NAME_BYTES = 64
_MOST_KEPT = 64 * 1024  # bytes of tables that are worth remembering


class _Layout(NamedTuple):
    """Rows of the two tables as they are stored; of each the first `used` bytes are asked for."""

    wide: bool
    order: str
    section: Struct
    segment: Struct
    used: int


def regions(data: bytes) -> tuple[Region, ...]:
    """Sections that have bytes in the file, then loaded segments.

    Raises CorruptData when the header is damaged, or a section lies outside of the file. So it does of a segment where there
    are no sections: files with the symbols alone of a program keep its segments, which are not in them.
    """
    layout = _layout(data[4:6])
    word = "Q" if layout.wide else "I"
    segments, sections, _, _, segment_size, segment_count, section_size, section_count, names = numbers(
        f"{layout.order}{word}{word}I6H", data, 32 if layout.wide else 28
    )
    section_table = _table(data, (sections, section_size, section_count), layout.section, layout.used)
    segment_table = _table(data, (segments, segment_size, segment_count), layout.segment, layout.used)
    texts = b""
    if (names + 1) * layout.section.size <= len(section_table):
        _, _, _, _, at, size = layout.section.unpack_from(section_table, names * layout.section.size)
        texts = data[at : at + size]
    small = len(section_table) + len(segment_table) + len(texts) <= _MOST_KEPT
    return (_remembered if small else _regions)(layout, section_table, segment_table, texts, len(data))


def unread(head: bytes) -> list[tuple[int, int]]:
    """Where in the file, begin and end, there is what tells nothing about it, as far as `head`, its beginning, says.

    That is machine code and nothing else: linkers that part code from constants load both as segments of their own. Where
    code begins with the file, or nothing is loaded that is neither code nor writable, constants may lie between the code;
    then there is no such place. Of a library that has next to no code it is the data that it carries for others.
    """
    layout = _layout(head[4:6])
    word = "Q" if layout.wide else "I"
    try:
        at, sections, _, _, size, count = numbers(f"{layout.order}{word}{word}I3H", head, 32 if layout.wide else 28)
        table = _table(head, (at, size, count), layout.segment, layout.used)
    except CorruptData:
        return []
    loaded = sorted((offset, offset + length, flags) for flags, offset, length, _ in _parts(layout, table, _LOAD) if length)
    apart = all(one[1] <= other[0] for one, other in pairwise(loaded))
    if not apart or all(flags & (_EXECUTABLE | _WRITABLE) for _, _, flags in loaded):
        return []
    code = sum(end - begin for begin, end, flags in loaded if flags & _EXECUTABLE)
    told = _EXECUTABLE if code > _STUBS else 0  # which of the flags that say what a segment is for
    stay = [sections, *(offset for _, offset, _, _ in _parts(layout, table, _NOTE))]
    return [
        (begin, end)
        for begin, end, flags in loaded
        if flags & (_EXECUTABLE | _WRITABLE) == told and begin and not any(begin <= place < end for place in stay)
    ]


@cache
def _layout(kind: bytes) -> _Layout:
    wide, order = kind[:1] == b"\x02", ">" if kind[1:] == b"\x02" else "<"
    section, segment = ("IIQQQQ24x", "IIQQQQ16x") if wide else ("6I16x", "7I4x")
    return _Layout(wide, order, Struct(order + section), Struct(order + segment), 40 if wide else 24)


def _table(data: bytes, stated: tuple[int, int, int], row: Struct, used: int) -> bytes:
    """The rows of a table, one after the other and each as long as `row`; empty where there is none.

    `stated` are where the table begins, the size of a row in the file, and how many there are.
    """
    at, size, count = stated
    if not at or not size or not bounded(count):
        return b""
    if at + size * (count - 1) + used > len(data):
        raise CorruptData("a table of the program lies outside of its file")
    if size == row.size:
        return data[at : at + size * count].ljust(size * count, b"\0")
    return b"".join(
        data[start : start + min(row.size, size)].ljust(row.size, b"\0") for start in range(at, at + size * count, size)
    )


def _regions(layout: _Layout, sections: bytes, segments: bytes, texts: bytes, size: int) -> tuple[Region, ...]:
    found = inside(tuple(_sections(layout, sections, texts)), size)
    loaded = tuple(_segments(layout, segments))
    if not found:
        return tuple(inside(loaded, size))
    return (*found, *(part for part in loaded if part.offset + part.size <= size))


_remembered = lru_cache(maxsize=8)(_regions)


def _sections(layout: _Layout, table: bytes, texts: bytes) -> Iterator[Region]:
    for name, kind, _, address, offset, size in layout.section.iter_unpack(table):
        if kind != _NOBITS:
            yield Region(label(texts[name : name + _NAME_BYTES]), offset, size, address)


def _segments(layout: _Layout, table: bytes) -> Iterator[Region]:
    for flags, offset, size, address in _parts(layout, table, _LOAD):
        yield Region("", offset, size, address, bool(flags & _WRITABLE))


def _parts(layout: _Layout, table: bytes, wanted: int) -> Iterator[tuple[int, int, int, int]]:
    """Flags, offset, size and address of each segment of a kind."""
    for row in layout.segment.iter_unpack(table):
        if layout.wide:
            kind, flags, offset, address, _, size = row
        else:
            kind, offset, address, _, size, _, flags = row
        if kind == wanted:
            yield flags, offset, size, address
