"""Rows of a table in a SQLite file, read from its bytes.

Source: sqlite.org/fileformat2.html (pages, cells, overflow, records). The pages are read here and not by SQLite: no C code
meets the bytes of an image, no view, trigger or virtual table of a hostile schema can run, nothing is copied, and every step
is bounded. What a write-ahead log beside the file holds is not in its bytes.
"""

import struct
from collections.abc import Iterator
from typing import Final

from hullmark.errors import CorruptData

MAGIC: Final = b"SQLite format 3\0"

_INTERIOR, _LEAF = 0x05, 0x0D
_DEEPEST: Final = 40  # pages from the root to a leaf; SQLite itself stops at 20

Row = list[
    bytes | int | None
]  # texts and blobs as bytes; the column that stands for the rowid, and numbers with a point, as None


def table_rows(data: bytes, table: str) -> Iterator[Row]:
    """The rows of a table by rowid, its columns in the order of its definition; columns added later may be missing.

    Raises CorruptData for what is no SQLite file, has no such table, or is damaged, after the rows that could be read.
    """
    pages = _Pages(data)
    root = next((number for name, number in _tables(pages) if name == table.encode()), 0)
    if not root:
        raise CorruptData(f"the SQLite file has no table {table}")
    yield from pages.rows(root)
    if pages.are_missing:
        raise CorruptData("the SQLite file is cut short; rows of its last pages may be missing")


def _tables(pages: "_Pages") -> Iterator[tuple[bytes, int]]:
    """Name and root page of every table, from the schema on the first page: type, name, table, root, SQL."""
    for values in pages.rows(1):
        if len(values) >= 4 and values[0] == b"table" and isinstance(values[1], bytes) and isinstance(values[3], int):
            yield values[1], values[3]


class _Pages:
    """The pages of one file, numbered from 1."""

    def __init__(self, data: bytes) -> None:
        if len(data) < 100 or not data.startswith(MAGIC):
            raise CorruptData("the file is no SQLite database, or is cut short")
        stated = int.from_bytes(data[16:18], "big")
        self._size = 65536 if stated == 1 else stated
        if self._size < 512 or self._size & (self._size - 1):
            raise CorruptData(f"the SQLite file states pages of {self._size} bytes")
        self._usable = self._size - data[20]
        stated, changed, valid = (int.from_bytes(data[at : at + 4], "big") for at in (28, 24, 92))
        self.are_missing = changed == valid and stated * self._size > len(data)  # older releases did not keep the count
        self._data = data
        self._left = len(data)  # of all payloads together; more means that pages are used twice

    def rows(self, root: int) -> Iterator[Row]:
        """The records of the table whose tree begins at page `root`, by rowid; texts and blobs as bytes."""
        seen: set[int] = set()
        todo = [(root, 0)]
        while todo:
            number, depth = todo.pop()
            if number in seen or depth > _DEEPEST:
                raise CorruptData(f"page {number} of the SQLite file stands twice in one tree, or too deep")
            seen.add(number)
            page = self._page(number)
            start = 100 if number == 1 else 0
            kind, cells = page[start], int.from_bytes(page[start + 3 : start + 5], "big")
            if kind == _LEAF:
                yield from (_record(self._payload(page, at)) for at in _pointers(page, start + 8, cells))
            elif kind == _INTERIOR:
                children = [_number(page, at) for at in (*_pointers(page, start + 12, cells), start + 8)]
                todo += [(child, depth + 1) for child in reversed(children)]
            else:
                raise CorruptData(f"page {number} of the SQLite file is no page of a table")

    def _page(self, number: int) -> memoryview:
        start = (number - 1) * self._size
        page = memoryview(self._data)[start : start + self._usable] if number > 0 else memoryview(b"")
        if len(page) != self._usable:
            raise CorruptData(f"page {number} of the SQLite file lies beyond its end")
        return page

    def _payload(self, page: memoryview, at: int) -> bytes:
        size, at = _varint(page, at)
        _, at = _varint(page, at)
        self._left -= size
        if self._left < 0:
            raise CorruptData("the rows of the SQLite file are larger than the file")
        most, least = self._usable - 35, (self._usable - 12) * 32 // 255 - 23
        own = size
        if size > most:
            fitting = least + (size - least) % (self._usable - 4)
            own = fitting if fitting <= most else least
        parts = [page[at : at + own]]
        following = _number(page, at + own) if own < size else 0
        rest = size - own
        while rest > 0:
            overflow = self._page(following)
            parts.append(overflow[4 : 4 + rest])
            rest -= self._usable - 4
            following = _number(overflow, 0)
        payload = b"".join(parts)
        if len(payload) != size:
            raise CorruptData("a row of the SQLite file goes beyond its page")
        return payload


def _pointers(page: memoryview, at: int, cells: int) -> tuple[int, ...]:
    if at + 2 * cells > len(page):
        raise CorruptData(f"a page of the SQLite file states {cells} cells")
    return struct.unpack_from(f">{cells}H", page, at)


def _number(page: memoryview, at: int) -> int:
    if at + 4 > len(page):
        raise CorruptData("a cell of the SQLite file goes beyond its page")
    return int.from_bytes(page[at : at + 4], "big")


def _varint(data: memoryview | bytes, at: int) -> tuple[int, int]:
    """A number of one to nine bytes, seven bits each and all eight of the ninth; and where it ends."""
    value = 0
    for index, byte in enumerate(data[at : at + 9]):
        if index == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + index + 1
    raise CorruptData("a number in the SQLite file is cut short")


def _record(payload: bytes) -> Row:
    size, at = _varint(payload, 0)
    values: Row = []
    start = size
    if size > len(payload):
        raise CorruptData("a record of the SQLite file is cut short")
    while at < size:
        serial, at = _varint(payload, at)
        width = _width(serial)
        if start + width > len(payload):
            raise CorruptData("a value in the SQLite file goes beyond its record")
        values.append(_value(serial, payload[start : start + width]))
        start += width
    return values


def _width(serial: int) -> int:
    if serial >= 12:
        return (serial - 12) // 2
    return (0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0)[serial]


def _value(serial: int, value: bytes) -> bytes | int | None:
    if serial >= 12:
        return value
    if serial in {8, 9}:
        return serial - 8
    return int.from_bytes(value, "big", signed=True) if 1 <= serial <= 6 else None
