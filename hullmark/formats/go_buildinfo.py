"""What the Go linker writes into each program: the Go release and the text that lists its modules.

Source: Go's debug/buildinfo and cmd/link/internal/ld/data.go. The header is 32 bytes, aligned to 16: a magic text, the size
of a pointer, and flags. Since Go 1.18 both texts follow it, each after its length as a varint; before, the header points to
the headers of two Go strings, by addresses that sections or segments place in the file. Stripping removes none of it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hullmark.errors import CorruptData
from hullmark.formats.executable import offset_of, regions
from hullmark.formats.region import Region, numbers

MAGIC = b"\xff Go buildinf:"
MOST_BYTES = 4 * 1024 * 1024  # of the list of modules; Kubernetes' has 40 KiB

_WHOLE = re.compile(re.escape(MAGIC) + rb"[\0\4\x08][\0-\3].{16}", re.DOTALL)  # with the size of a pointer, and flags
_ALIGNMENT = 16
_HEADER = 32
_BIG_ENDIAN, _INLINE = 1, 2
_MARK = 16  # bytes that stand before and after the list of modules
_SECTIONS = frozenset({".go.buildinfo", "__go_buildinfo"})
_MOST_PARTS = 16
_MOST_HEADERS = 64  # of one part; programs that read Go programs hold the magic text as well


@dataclass(frozen=True, slots=True)
class BuildInfo:
    """`release` as "go1.22.1 X:loopvar"; `modules` is the text that `go version -m` shows, "" when there is none."""

    release: str
    modules: str


def read(data: bytes) -> BuildInfo | None:
    """The build information of a Go program, None for other programs; raises CorruptData when it is damaged."""
    damage = None
    for at in _headers(data):
        try:
            release, modules = _texts(data, at)
        except CorruptData as error:
            damage = damage or error
            continue
        if release.startswith((b"go", b"devel ")):
            return BuildInfo(release.decode("utf-8", "replace"), _unmarked(modules).decode("utf-8", "replace"))
    if damage:
        raise damage
    return None


def _headers(data: bytes) -> Iterator[int]:
    """Where a header may begin: at the magic text, aligned, and whole."""
    for start, end in _searched(data):
        at = data.find(MAGIC, start, end)
        for _ in range(_MOST_HEADERS):
            if at < 0:
                break
            if not at % _ALIGNMENT and _WHOLE.match(data, at):
                yield at
            at = data.find(MAGIC, at + _ALIGNMENT, end)


def _searched(data: bytes) -> list[tuple[int, int]]:
    """Where Go's own reader looks: the section of that name, else what an ELF program may write; else the whole file."""
    parts: Sequence[Region]
    try:
        parts = regions(data)
    except CorruptData:
        parts = ()
    found = [part for part in parts if part.name in _SECTIONS] or [part for part in parts if part.writable]
    return [(part.offset, part.offset + part.size) for part in found[:_MOST_PARTS]] or [(0, len(data))]


def _texts(data: bytes, at: int) -> tuple[bytes, bytes]:
    pointer, flags = data[at + 14], data[at + 15]
    if flags & _INLINE:
        release, after = _varint_text(data, at + _HEADER)
        return release, _varint_text(data, after)[0]
    order, word = ">" if flags & _BIG_ENDIAN else "<", "I" if pointer == 4 else "Q"
    parts = regions(data)
    release_at, modules_at = numbers(f"{order}{word}{word}", data, at + 16)
    return _string(data, parts, release_at, order + word * 2), _string(data, parts, modules_at, order + word * 2)


def _varint_text(data: bytes, at: int) -> tuple[bytes, int]:
    """A text and where it ends."""
    size = shift = 0
    for byte in data[at : at + 5]:
        at += 1
        size |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return _bounded(data, at, size), at + size
    raise CorruptData("the Go build information has no length")


def _string(data: bytes, parts: Sequence[Region], address: int, layout: str) -> bytes:
    header = offset_of(parts, address)
    if header is None:
        return b""
    start, size = numbers(layout, data, header)
    at = offset_of(parts, start)
    return b"" if at is None else _bounded(data, at, size)


def _bounded(data: bytes, at: int, size: int) -> bytes:
    if size > MOST_BYTES or at + size > len(data):
        raise CorruptData(f"the Go build information claims {size} bytes that are not there or too many")
    return data[at : at + size]


def _unmarked(modules: bytes) -> bytes:
    return modules[_MARK:-_MARK] if len(modules) > 2 * _MARK and modules[-_MARK - 1 : -_MARK] == b"\n" else b""
