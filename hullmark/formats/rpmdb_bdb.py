"""Header blobs of an rpm database in Berkeley DB: `Packages` of rpm before 4.16, a hash, in a few old releases a B-tree.

Source: Berkeley DB's dbinc/db_page.h (pages, items) and rpm's lib/backend/db3.c. Numbers have the byte order of the machine
that wrote the file. Keys are package numbers; the value of key 0 is a counter. Every page is looked at in turn instead of
following buckets or the tree: unused pages say so themselves, and there is nothing to run in circles.
"""

import struct
from collections.abc import Iterator
from typing import Final

from hullmark.errors import CorruptData

MAGICS: Final = (0x061561, 0x053162)  # hash, B-tree

_HEAD: Final = 26  # bytes of a page before its items
_LEAF, _OVERFLOW, _HASHES = 5, 7, frozenset({2, 13})  # page types; 2 is a hash whose items are not sorted
_HASH_INLINE, _HASH_ELSEWHERE = 1, 3  # item types
_TREE_INLINE, _TREE_ELSEWHERE, _TREE_DELETED = 1, 3, 0x80
_Found = bytes | str


def byte_order(data: bytes) -> str:
    """ "<" or ">" when the bytes are such a database, else ""."""
    return next((order for order in "<>" if len(data) >= 16 and struct.unpack_from(f"{order}I", data, 12)[0] in MAGICS), "")


def header_blobs(data: bytes) -> Iterator[_Found]:
    """The value of every key but 0, in the order of pages; for a damaged one the reason.

    Raises CorruptData when the pages themselves cannot be read.
    """
    order = byte_order(data)
    if not order or len(data) < 512:
        raise CorruptData("the file is no Berkeley DB, or is cut short")
    pages = _Pages(data, order)
    for number in range(1, pages.count):
        page = pages.page(number)
        kind = page[25]
        if kind in _HASHES:
            yield from _values(pages, _hash_items(pages, page))
        elif kind == _LEAF:
            yield from _values(pages, _tree_items(pages, page))
    if pages.is_cut:
        raise CorruptData("the Berkeley DB is cut short; packages of its last pages may be missing")


class _Pages:
    def __init__(self, data: bytes, order: str) -> None:
        self._data, self._order = data, order
        (self.size,) = struct.unpack_from(f"{order}I", data, 20)
        if not 512 <= self.size <= 65536 or self.size & (self.size - 1):
            raise CorruptData(f"the Berkeley DB states pages of {self.size} bytes")
        if data[24]:
            raise CorruptData("the Berkeley DB is encrypted")
        last = self.number(memoryview(data), 32)
        self.count = min(last + 1, len(data) // self.size)
        self.is_cut = last + 1 > self.count
        self._left = len(data)  # of all values together; more means that pages are used twice

    def page(self, number: int) -> memoryview:
        return memoryview(self._data)[number * self.size : (number + 1) * self.size]

    def number(self, page: memoryview, at: int) -> int:
        return int(struct.unpack_from(f"{self._order}I", page, at)[0])

    def short(self, page: memoryview, at: int) -> int:
        return int(struct.unpack_from(f"{self._order}H", page, at)[0])

    def offsets(self, page: memoryview) -> tuple[int, ...]:
        """Where the items of a page begin. Raises CorruptData when they cannot."""
        count = self.short(page, 20)
        if _HEAD + 2 * count > self.size:
            raise CorruptData(f"a page of the Berkeley DB states {count} items")
        found = struct.unpack_from(f"{self._order}{count}H", page, _HEAD)
        if any(not _HEAD + 2 * count <= at <= self.size - 1 for at in found):
            raise CorruptData("an item of the Berkeley DB lies beyond its page")
        return found

    def elsewhere(self, number: int, size: int) -> _Found:
        """A value that lies on pages of its own, each of which names the next."""
        self._left -= size
        if self._left < 0:
            raise CorruptData("the values of the Berkeley DB are larger than the file")
        parts, rest = [], size
        while rest > 0:
            page = self.page(number) if 0 < number < self.count else None
            if page is None or page[25] != _OVERFLOW:
                return f"a package of the Berkeley DB goes on at page {number}, which is none of it"
            part = page[_HEAD : _HEAD + min(self.short(page, 22), rest)]
            if not part:
                return f"page {number} of the Berkeley DB should hold a package and is empty"
            parts.append(part)
            rest -= len(part)
            number = self.number(page, 16)
        return b"".join(parts)


_Item = (
    bytes | tuple[int, int] | None
)  # what is on the page itself; first page and size of what is not; what rpm never writes


def _values(pages: _Pages, items: Iterator[_Item]) -> Iterator[_Found]:
    """Keys and values take turns."""
    found = list(items)
    for key, value in zip(found[::2], found[1::2], strict=False):
        if key == b"\0\0\0\0" or value == b"":
            continue
        if value is None:
            yield "a package of the Berkeley DB is stored in a way that rpm does not use"
        else:
            yield value if isinstance(value, bytes) else pages.elsewhere(*value)


def _hash_items(pages: _Pages, page: memoryview) -> Iterator[_Item]:
    """An item reaches to where the one before it begins, since they are laid from the end of the page downwards."""
    end = pages.size
    for at in pages.offsets(page):
        if page[at] == _HASH_ELSEWHERE and at + 12 <= pages.size:
            yield pages.number(page, at + 4), pages.number(page, at + 8)
        else:
            yield bytes(page[at + 1 : end]) if page[at] == _HASH_INLINE else None
        end = at


def _tree_items(pages: _Pages, page: memoryview) -> Iterator[_Item]:
    for at in pages.offsets(page):
        kind = page[at + 2] if at + 3 <= pages.size else 0
        if kind & _TREE_DELETED:
            yield b""
        elif kind == _TREE_ELSEWHERE and at + 12 <= pages.size:
            yield pages.number(page, at + 4), pages.number(page, at + 8)
        else:
            size = pages.short(page, at)
            yield bytes(page[at + 3 : at + 3 + size]) if kind == _TREE_INLINE else None
