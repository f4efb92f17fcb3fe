"""The table of contents of an outer tar: names, places and links; file bodies are passed over, never read.

Reads ustar, GNU long names and PAX path, linkpath and size (POSIX.1-2017 pax, GNU tar manual "Basic Tar Format").
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from hullmark.errors import CorruptData, LimitExceeded, NotAnImage
from hullmark.settings import Limits

_BLOCK = 512
_MOST_ENTRIES = 100_000  # `docker save` writes three a layer
_REGULAR, _HARDLINK, _SYMLINK = (b"0", b"\0", b"7"), b"1", b"2"
_LONG_NAME, _LONG_LINK, _PAX, _PAX_GLOBAL, _SPARSE = b"L", b"K", b"x", b"g", b"S"


@dataclass(frozen=True, slots=True)
class Entry:
    """A regular file at `offset` with `size` bytes, or a link with its target as written."""

    name: str
    offset: int
    size: int
    symlink: str = ""
    hardlink: str = ""


def read_tar_index(stream: BinaryIO, limits: Limits, owner: str) -> dict[str, Entry]:
    """Entries by name, the last of a name winning, as unpacking would have it; `stream` must be seekable.

    Names lose a leading `./` and `/`. Raises NotAnImage when the bytes are no tar at all, CorruptData when it is
    damaged or ends early, and LimitExceeded.
    """
    entries: dict[str, Entry] = {}
    for entry in _entries(stream, limits, owner):
        entries[entry.name] = entry
        if len(entries) > _MOST_ENTRIES:
            raise NotAnImage(f"{owner} holds over {_MOST_ENTRIES} files; it is no image as docker save or skopeo write one")
    return entries


def _entries(stream: BinaryIO, limits: Limits, owner: str) -> Iterator[Entry]:
    more: dict[str, str] = {}  # what extension headers say of the next entry
    deadline = time.monotonic() + limits.layer_seconds
    while block := _header(stream, owner):
        kind, size = block[156:157], _size(block, owner)
        if kind in (_LONG_NAME, _LONG_LINK, _PAX, _PAX_GLOBAL):
            text = _extension(stream, size, limits, owner)
            more.update(_told(kind, text))
            continue
        size = _number(more.get("size", ""), size)
        if size > limits.layer_bytes or time.monotonic() > deadline:
            raise LimitExceeded(
                f"{owner} holds more bytes than are read of one layer; raise HULLMARK_LIMIT_LAYER_BYTES if you trust it"
            )
        entry = _entry(block, kind, size, more, stream.tell())
        more = {}
        if entry is not None:
            yield entry
        linked = kind in (_HARDLINK, _SYMLINK)
        more_blocks = kind == _SPARSE and block[482:483] != b"\0"
        while more_blocks:  # the rest of an old GNU sparse map; such an entry is passed over
            more_blocks = _read(stream, _BLOCK)[504:505] not in (b"", b"\0")
        _skip(stream, 0 if linked else size, owner)


def _header(stream: BinaryIO, owner: str) -> bytes:
    """The next header block; b"" at the end."""
    start = stream.tell()
    block = _read(stream, _BLOCK)
    if len(block) == _BLOCK and _checksum_holds(block):
        return block
    if not block.strip(b"\0"):  # the end mark, or the end of a tar without one
        if start == 0:
            raise NotAnImage(f"{owner} is empty; export the image again")
        return b""
    if start == 0:
        raise NotAnImage(f"{owner} is no tar archive; give an image archive, a layout folder or a registry reference")
    raise CorruptData(f"{owner} is damaged after {start} bytes; fetch or export the archive again")


def _checksum_holds(block: bytes) -> bool:
    try:
        stated = int(block[148:156].split(b"\0")[0].strip() or b"-1", 8)
    except ValueError:
        return False
    return stated == sum(block[:148]) + 8 * 32 + sum(block[156:])


def _size(block: bytes, owner: str) -> int:
    field = block[124:136]
    if field[0] == 0x80:  # base 256, as GNU tar writes sizes from 8 GiB
        return int.from_bytes(field[1:], "big")
    try:
        size = int(field.split(b"\0")[0].strip() or b"0", 8)
    except ValueError:
        size = -1
    if size < 0:
        raise CorruptData(f"{owner} has an entry without a valid size; fetch or export the archive again")
    return size


def _extension(stream: BinaryIO, size: int, limits: Limits, owner: str) -> bytes:
    if size > limits.header_bytes:
        raise LimitExceeded(f"{owner} has a header of {size} bytes, more than the {limits.header_bytes} that are read")
    data = _read(stream, size)
    if len(data) < size:
        raise CorruptData(f"{owner} ends in the middle of a header; fetch or export the archive again")
    _skip(stream, -size % _BLOCK, owner)
    return data


def _told(kind: bytes, data: bytes) -> dict[str, str]:
    if kind == _PAX:
        return dict(_records(data))
    if kind == _PAX_GLOBAL:  # no writer of images puts a path or a size there
        return {}
    return {"path" if kind == _LONG_NAME else "linkpath": _decode(data.split(b"\0")[0])}


def _records(data: bytes) -> Iterator[tuple[str, str]]:
    while data:
        digits, blank, _ = data.partition(b" ")
        if not blank or not digits.isdigit() or len(digits) > 8 or not len(digits) + 1 < int(digits) <= len(data):
            return
        record, data = data[len(digits) + 1 : int(digits)], data[int(digits) :]
        key, _, value = record.rstrip(b"\n").partition(b"=")
        if key in (b"path", b"linkpath", b"size"):
            yield key.decode("ascii"), _decode(value)


def _entry(block: bytes, kind: bytes, size: int, more: dict[str, str], offset: int) -> Entry | None:
    prefix = _field(block, 345, 500) if block[257:263] == b"ustar\0" else ""
    short = f"{prefix}/{_field(block, 0, 100)}" if prefix else _field(block, 0, 100)
    name = _plain(more.get("path") or short)
    target = more.get("linkpath") or _field(block, 157, 257)
    if not name:
        return None
    if kind == _SYMLINK:
        return Entry(name, offset, 0, symlink=target)
    if kind == _HARDLINK:
        return Entry(name, offset, 0, hardlink=_plain(target))
    return Entry(name, offset, size) if kind in _REGULAR and not short.endswith("/") else None


def _field(block: bytes, start: int, end: int) -> str:
    return _decode(block[start:end].split(b"\0")[0])


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _plain(name: str) -> str:
    return "/".join(part for part in PurePosixPath(name).parts if part != "/")


def _number(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else default


def _skip(stream: BinaryIO, size: int, owner: str) -> None:
    """Go behind a body and its padding; the padding of the last body may be missing."""
    if size == 0:
        return
    target = stream.tell() + size
    stream.seek(target - 1)
    if not stream.read(1):
        raise CorruptData(f"{owner} ends early, it is truncated; fetch or export the archive again")
    stream.seek(target + -target % _BLOCK)


def _read(stream: BinaryIO, size: int) -> bytes:
    parts = []
    while size and (data := stream.read(size)):
        parts.append(data)
        size -= len(data)
    return b"".join(parts)
