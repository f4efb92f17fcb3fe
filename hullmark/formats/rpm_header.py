"""One rpm header: an index of tags and a store of their values, as every rpm database keeps one a package.

Source: rpm's docs/manual/format_header.md and lib/header.c. Numbers are big-endian. In a database the header begins with the
number of index entries and the size of the store; the magic that stands before both in a package file is left out.
"""

import struct
from typing import Final

from hullmark.errors import CorruptData

MOST_ENTRIES: Final = 65_536  # tags of one header; real ones have about a hundred
MOST_VALUES: Final = 500_000  # values of one tag; a large package has some ten thousand files
LONGEST: Final = 65_536  # bytes of one text

_ENTRY = struct.Struct(">IIiI")  # tag, type, offset into the store, number of values
_TEXTS = frozenset({6, 8, 9})  # string, array of strings, strings in several languages
_INT32: Final = 4


class Header:
    """The tags of one header; a value is read when it is asked for. A tag that is not there has an empty value.

    Raises CorruptData when the index or a value does not lie within the bytes.
    """

    def __init__(self, blob: bytes) -> None:
        if len(blob) < 8:
            raise CorruptData("the header is cut short")
        entries, size = int.from_bytes(blob[:4], "big"), int.from_bytes(blob[4:8], "big")
        if not 0 < entries <= MOST_ENTRIES:
            raise CorruptData(f"the header states {entries} tags")
        self._start = 8 + entries * _ENTRY.size
        self._end = self._start + size
        if self._end > len(blob):
            raise CorruptData(f"the header states {self._end} bytes and has {len(blob)}")
        self._blob = blob
        # Tags that rpm added when it installed the package come last, and stand for those of the package itself.
        self._index = {tag: (kind, offset, count) for tag, kind, offset, count in _ENTRY.iter_unpack(blob[8 : self._start])}

    def text(self, tag: int) -> str:
        """The only or the first text of a tag; bytes that are no UTF-8 become U+FFFD."""
        return (self._split(tag, most=1) or [b""])[0].decode("utf-8", "replace")

    def texts(self, tag: int) -> list[str]:
        """All texts of a tag."""
        found = self._split(tag, most=MOST_VALUES)
        return b"\0".join(found).decode("utf-8", "replace").split("\0") if found else []

    def numbers(self, tag: int) -> tuple[int, ...]:
        """All 32-bit numbers of a tag, unsigned."""
        kind, offset, count = self._index.get(tag, (_INT32, 0, 0))
        if kind != _INT32:
            raise CorruptData(f"tag {tag} of the header has the type {kind}, which holds no numbers of 32 bits")
        start = self._place(tag, offset, count)
        if start + 4 * count > self._end:
            raise CorruptData(f"the values of tag {tag} go beyond the header")
        found: tuple[int, ...] = struct.unpack_from(f">{count}I", self._blob, start)
        return found

    def _split(self, tag: int, most: int) -> list[bytes]:
        kind, offset, count = self._index.get(tag, (0, 0, 0))
        if not count:
            return []
        if kind not in _TEXTS:
            raise CorruptData(f"tag {tag} of the header has the type {kind}, which holds no text")
        start = self._place(tag, offset, count)
        wanted = min(count, most)
        end = min(self._end, start + LONGEST) if wanted == 1 else self._end
        parts = self._blob[start:end].split(b"\0", wanted)
        if len(parts) <= wanted:
            raise CorruptData(f"the text of tag {tag} goes beyond the header")
        return parts[:wanted]

    def _place(self, tag: int, offset: int, count: int) -> int:
        if not 0 <= offset <= self._end - self._start or count > MOST_VALUES:
            raise CorruptData(f"tag {tag} of the header states {count} values at {offset}")
        return self._start + offset
