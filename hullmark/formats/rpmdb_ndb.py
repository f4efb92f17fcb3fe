"""Header blobs of an rpm database in rpm's own format NDB: `Packages.db` of SUSE.

Source: rpm's lib/backend/ndb/rpmpkg.c. Numbers are little-endian. The file begins with slots of 16 bytes, some pages of
4096 bytes of them; a slot in use names a package's place in blocks of 16 bytes; there the header lies between a head and a
tail, which both state its length, and a checksum.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import Final

from hullmark.errors import CorruptData

MAGIC: Final = b"RpmP"

_FIRST, _PAGE, _BLOCK = 32, 4096, 16
_SLOT = struct.Struct("<4sIII")  # "Slot", package number or 0, first block, blocks
_HEAD = struct.Struct("<4sIII")  # "BlbS", package number, generation, length
_TAIL = struct.Struct("<II4s")  # Adler-32 of all before it, length, "BlbE"


def header_blobs(data: bytes) -> Iterator[bytes | str]:
    """The header of every slot in use, in the order of slots; for a damaged one the reason.

    Raises CorruptData when the slots themselves cannot be read.
    """
    if len(data) < _PAGE or not data.startswith(MAGIC):
        raise CorruptData("the file is no NDB database of rpm, or is cut short")
    version, _, pages = struct.unpack_from("<III", data, 4)
    if version != 0 or not 0 < pages * _PAGE <= len(data):
        raise CorruptData(f"the NDB file states version {version} and {pages} pages of slots")
    left = len(data)
    for magic, number, block, count in _SLOT.iter_unpack(data[_FIRST : pages * _PAGE]):
        if magic != b"Slot":
            raise CorruptData("a slot of the NDB file is damaged, so the packages after it are unknown")
        if number and block:
            left -= count * _BLOCK
            if left < 0:
                raise CorruptData("the packages of the NDB file are larger than the file")
            yield _blob(data, number, block * _BLOCK, count * _BLOCK)


def _blob(data: bytes, number: int, start: int, room: int) -> bytes | str:
    place = f"package {number} of the NDB file"
    if start + room > len(data) or room < _HEAD.size + _TAIL.size:
        return f"{place} lies beyond its end"
    magic, stated, _, size = _HEAD.unpack_from(data, start)
    if magic != b"BlbS" or stated != number or size > room - _HEAD.size - _TAIL.size:
        return f"{place} has a damaged head"
    checksum, again, end = _TAIL.unpack_from(data, start + room - _TAIL.size)
    body = start + _HEAD.size
    if end != b"BlbE" or again != size or zlib.adler32(data[start : start + room - _TAIL.size]) != checksum:
        return f"{place} does not have its checksum"
    return data[body : body + size]
