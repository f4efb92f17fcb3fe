"""ELF: section and program headers (System V ABI, gABI chapters 4 and 5); 32 and 64 bits, either byte order.

Several catalogers ask for the regions of one program, one after the other: the tables that were read last are remembered.
"""

from collections.abc import Iterator
from functools import cache, lru_cache
from struct import Struct
from typing import NamedTuple

from hullmark.errors import CorruptData
from hullmark.formats.region import Region, bounded, label, numbers

MAGIC = (b"\x7fELF",)

_NOBITS = 8
_LOAD = 1
_WRITABLE = 2
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
    """Sections that have bytes in the file, then loaded segments, those outside of the file left out.

    Raises CorruptData when the header is damaged.
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
    found = [*_sections(layout, sections, texts), *_segments(layout, segments)]
    return tuple(region for region in found if region.offset + region.size <= size)


_remembered = lru_cache(maxsize=8)(_regions)


def _sections(layout: _Layout, table: bytes, texts: bytes) -> Iterator[Region]:
    for name, kind, _, address, offset, size in layout.section.iter_unpack(table):
        if kind != _NOBITS:
            yield Region(label(texts[name : name + _NAME_BYTES]), offset, size, address)


def _segments(layout: _Layout, table: bytes) -> Iterator[Region]:
    for row in layout.segment.iter_unpack(table):
        if layout.wide:
            kind, flags, offset, address, _, size = row
        else:
            kind, offset, address, _, size, _, flags = row
        if kind == _LOAD:
            yield Region("", offset, size, address, bool(flags & _WRITABLE))
