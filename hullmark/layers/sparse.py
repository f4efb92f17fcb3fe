"""Sparse members: the pieces that are stored and the holes between them (GNU tar manual, "Storing Sparse Files")."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import SEEK_END, BytesIO

from hullmark.errors import CorruptData
from hullmark.layers.header import BLOCK, number
from hullmark.layers.pax import Records, decimal

OLD_IN_HEADER = 4  # pairs in the header of the old format
OLD_IN_BLOCK = 21  # pairs in each block that follows it


@dataclass(frozen=True, slots=True)
class Sparse:
    """`size` of the whole file; `pairs` = offset, length, ...; None when the map stands before the data (format 1.0)."""

    size: int
    pairs: Sequence[int] | None

    def head(self, data: bytes) -> bytes:
        """The first bytes of the content, as far as `data`, the first stored bytes, tells; empty when a hole comes first."""
        at, pairs = 0, self.pairs
        if pairs is None:
            try:
                pairs, at = _map_before(data)
            except CorruptData:  # or a map of more pieces than `data` holds
                return b""
        return data[at : at + pairs[1]] if pairs and not pairs[0] else b""

    def expand(self, data: bytes) -> bytes:
        """The file's content, holes as zeros; raises CorruptData."""
        pairs: Sequence[int]
        if self.pairs is None:
            pairs, at = _map_before(data)
        else:
            pairs, at = self.pairs, 0
        return _filled(data, at, pairs, self.size)


def _filled(data: bytes, at: int, pairs: Sequence[int], size: int) -> bytes:
    content, last = BytesIO(), 0
    for offset, length in zip(pairs[::2], pairs[1::2], strict=True):
        if offset < last or offset + length > size or at + length > len(data):
            raise CorruptData("a sparse file's map does not fit its data")
        content.seek(offset)  # what lies between is filled with zeros
        content.write(data[at : at + length])
        at, last = at + length, offset + length
    if content.seek(0, SEEK_END) < size:
        content.seek(size - 1)
        content.write(b"\0")
    return content.getvalue()


def _map_before(data: bytes) -> tuple[list[int], int]:
    """The map of format 1.0, a decimal number a line, and where the data begins: at the next block."""
    numbers: list[int] = []
    at, wanted = 0, 1
    while len(numbers) < wanted:
        end = data.find(b"\n", at, at + 21)
        if end < 0:
            raise CorruptData("a sparse file's map is damaged")
        numbers.append(decimal(data[at:end].decode("ascii", "replace")))
        at, wanted = end + 1, 1 + 2 * numbers[0]
    return numbers[1:], -(-at // BLOCK) * BLOCK


def of_pax(records: Records) -> Sparse | None:
    """The sparse map that PAX records announce (formats 0.0, 0.1 and 1.0), None for an ordinary file; raises CorruptData."""
    values = records.values
    size = values.get("GNU.sparse.realsize") or values.get("GNU.sparse.size")
    if values.get("GNU.sparse.major") == "1" and size:
        return Sparse(decimal(size), None)
    if not size or not ("GNU.sparse.map" in values or records.pairs or "GNU.sparse.numblocks" in values):
        return None
    listed = values.get("GNU.sparse.map")
    pairs = [decimal(text) for text in listed.split(",")] if listed else records.pairs
    if len(pairs) % 2:
        raise CorruptData("a sparse file's map has an odd number of entries")
    return Sparse(decimal(size), pairs)


def old_size(block: bytes) -> int:
    """The whole file's size as the header of the old GNU format states it; raises CorruptData."""
    try:
        size = number(block[483:495])
    except ValueError:
        size = -1
    if size < 0:
        raise CorruptData("a sparse file's header has no valid size")
    return size


def old_pairs(field: bytes, count: int) -> list[int]:
    """Offsets and lengths in a header or a block of the old GNU format, up to the first empty one; raises CorruptData."""
    pairs: list[int] = []
    for at in range(0, count * 24, 24):
        if not field[at] or not field[at + 12]:
            break
        try:
            pair = number(field[at : at + 12]), number(field[at + 12 : at + 24])
        except ValueError:
            raise CorruptData("a sparse file's map is damaged") from None
        if min(pair) < 0:
            raise CorruptData("a sparse file's map is damaged")
        pairs.extend(pair)
    return pairs
