"""A few files of a squashfs 4.0 image, found by their paths; nothing else of it is unpacked.

Source: Linux, fs/squashfs/squashfs_fs.h, and "Squashfs Binary Format" (dr-emann/squashfs). Little-endian; metadata
lies in blocks of at most 8 KiB, each behind two bytes that hold its size; a file is whole blocks and a tail in a
shared fragment. gzip, xz, lzma and zstd are read, lzo and lz4 are not.
"""

import lzma
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from struct import Struct, error

from hullmark.errors import CorruptData
from hullmark.formats import zstd

MAGIC = b"hsqs"
MOST_LISTING = 4 * 1024 * 1024  # bytes of one folder's listing
MOST_BLOCK = 1024 * 1024  # as the format allows
MOST_LZMA = 64 * 1024 * 1024  # bytes of memory

_HEAD = Struct("<5I6H8Q")
_META = 8192
_NONE = 0xFFFFFFFF
_FOLDERS, _FILES = {1, 8}, {2, 9}
_PLAIN = 1 << 24  # of a data block's size: it is stored as it is


@dataclass(frozen=True, slots=True)
class _Folder:
    block: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class _File:
    start: int
    size: int
    fragment: int
    offset: int
    sizes: tuple[int, ...]


class Squashfs:
    """One image in memory; raises CorruptData when its head is damaged or its compression is not read."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        head = self._at(_HEAD, 0)
        self._block, kind, major, self._root = head[3], head[5], head[9], head[11]
        self._inodes, self._folders, self._fragments = head[15:18]
        if not data.startswith(MAGIC) or major != 4 or not 4096 <= self._block <= MOST_BLOCK:
            raise CorruptData("it is no squashfs image of version 4")
        if kind not in _INFLATERS:
            raise CorruptData(
                f"the squashfs image is packed with {_NAMES.get(kind, 'an unknown method')}, which is not read"
            )
        self._inflate = _INFLATERS[kind]

    def read(self, path: str, most: int) -> bytes | None:
        """The content of a file, None when there is none at the path. Raises CorruptData for damage and beyond `most`."""
        try:
            node = self._inode(self._root)
            for name in path.encode().split(b"/"):
                reference = next((at for found, at in self._listing(node) if found == name), None)
                if reference is None:
                    return None
                node = self._inode(reference)
            return self._content(node, most) if isinstance(node, _File) else None
        except (error, zlib.error, lzma.LZMAError, IndexError):
            raise CorruptData("the squashfs image is damaged") from None

    def _at(self, layout: Struct, offset: int) -> tuple[int, ...]:
        try:
            return layout.unpack_from(self._data, offset)
        except (error, OverflowError):
            raise CorruptData("the squashfs image is cut off") from None

    def _metadata(self, start: int, offset: int, size: int) -> bytes:
        """Bytes of a table from `offset` on in the block at `start`, over as many blocks as it takes."""
        found = b""
        while len(found) < offset + size:
            (head,) = self._at(Struct("<H"), start)
            packed = self._data[start + 2 : start + 2 + (head & 0x7FFF)]
            piece = packed if head & 0x8000 else self._inflate(packed, _META)
            found += piece
            if len(piece) < _META and len(found) < offset + size:  # only a table's last block is smaller
                raise CorruptData("the squashfs image is damaged")
            start += 2 + (head & 0x7FFF)
        return found[offset : offset + size]

    def _inode(self, reference: int) -> _Folder | _File | None:
        start, offset = self._inodes + (reference >> 16), reference & 0xFFFF
        kind = int.from_bytes(self._metadata(start, offset, 2), "little")
        if kind in _FOLDERS:
            raw = self._metadata(start, offset + 16, 24 if kind == 8 else 16)
            block, _, size, at, _ = Struct("<IIHHI").unpack(raw) if kind == 1 else _extended(raw)
            return _Folder(block, at, size - 3)
        return self._file(start, offset + 16, kind) if kind in _FILES else None

    def _file(self, start: int, offset: int, kind: int) -> _File:
        layout = Struct("<IIII") if kind == 2 else Struct("<QQQIIII")
        facts = layout.unpack(self._metadata(start, offset, layout.size))
        at, fragment, tail, size = facts if kind == 2 else (facts[0], facts[4], facts[5], facts[1])
        count = size // self._block + (fragment == _NONE and size % self._block > 0)
        if count * 4 > MOST_LISTING:
            raise CorruptData(f"a file of the squashfs image claims {size} bytes")
        raw = self._metadata(start, offset + layout.size, count * 4)
        return _File(at, size, fragment, tail, Struct(f"<{count}I").unpack(raw))

    def _listing(self, node: _Folder | _File | None) -> Iterator[tuple[bytes, int]]:
        """(name, reference of the inode) of what lies in a folder; nothing for what is none."""
        if not isinstance(node, _Folder) or node.size <= 0:
            return
        if node.size > MOST_LISTING:
            raise CorruptData(f"a folder of the squashfs image claims a listing of {node.size} bytes")
        raw, at = self._metadata(self._folders + node.block, node.offset, node.size), 0
        while at < len(raw):
            count, start, _ = Struct("<III").unpack_from(raw, at)
            at += 12
            for _ in range(count + 1):
                offset, _, _, length = Struct("<HhHH").unpack_from(raw, at)
                yield raw[at + 8 : at + 9 + length], start << 16 | offset
                at += 9 + length

    def _content(self, file: _File, most: int) -> bytes:
        if file.size > most:
            raise CorruptData(f"a file of the squashfs image has {file.size} bytes, more than {most}")
        found, start = [], file.start
        for size in file.sizes:
            found.append(self._piece(start, size))
            start += size & ~_PLAIN
        if file.fragment != _NONE:
            (table,) = self._at(Struct("<Q"), self._fragments + file.fragment // 512 * 8)
            at, size, _ = Struct("<QII").unpack(self._metadata(table, file.fragment % 512 * 16, 16))
            rest = file.size % self._block
            found.append(self._piece(at, size)[file.offset : file.offset + rest])
        content = b"".join(found)
        if len(content) < file.size:
            raise CorruptData("a file of the squashfs image is cut off")
        return content[: file.size]

    def _piece(self, start: int, size: int) -> bytes:
        if not size:
            return bytes(self._block)  # a hole
        packed = self._data[start : start + (size & ~_PLAIN)]
        return packed if size & _PLAIN else self._inflate(packed, self._block)


def _extended(raw: bytes) -> tuple[int, int, int, int, int]:
    links, size, block, parent, _, offset, _ = Struct("<IIIIHHI").unpack(raw)
    return block, links, size, offset, parent


def _gzip(packed: bytes, most: int) -> bytes:
    return zlib.decompressobj().decompress(packed, most)


def _xz(packed: bytes, most: int) -> bytes:
    return lzma.LZMADecompressor(memlimit=MOST_LZMA).decompress(packed, most)


_INFLATERS: dict[int, Callable[[bytes, int], bytes]] = {1: _gzip, 2: _xz, 4: _xz, 6: zstd.inflate}
_NAMES = {3: "lzo", 5: "lz4"}
