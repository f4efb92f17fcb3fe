"""Mach-O: segments and sections of a macOS program (Apple, mach-o/loader.h and mach-o/fat.h), also in universal files."""

from collections.abc import Iterator

from hullmark.formats.region import Region, bounded, label, numbers

MAGIC = (b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xfe\xed\xfa\xce")
# Java class files begin so too; their fifth to eighth bytes are a version, which is at least 45.
FAT_MAGIC = (b"\xca\xfe\xba\xbe\0\0\0\x01", b"\xca\xfe\xba\xbe\0\0\0\x02")

_SEGMENT, _SEGMENT_64 = 0x1, 0x19
_ZEROFILL = frozenset({0x1, 0xC, 0x12})  # section types that have no bytes in the file


def regions(data: bytes) -> Iterator[Region]:
    """The sections; raises CorruptData when a load command is damaged."""
    order = "<" if data[:1] in {b"\xcf", b"\xce"} else ">"
    wide = b"\xcf" in (data[:1], data[3:4])
    at = 32 if wide else 28
    (count,) = numbers(f"{order}I", data, 16)
    for _ in range(bounded(count)):
        kind, size = numbers(f"{order}II", data, at)
        if kind in {_SEGMENT, _SEGMENT_64}:
            yield from _sections(data, at, order, kind == _SEGMENT_64)
        at += max(size, 8)


def _sections(data: bytes, at: int, order: str, wide: bool) -> Iterator[Region]:
    (count,) = numbers(f"{order}I", data, at + (64 if wide else 48))
    start, step = (at + 72, 80) if wide else (at + 56, 68)
    for section in range(start, start + step * bounded(count), step):
        address, size, offset, _, _, _, flags = numbers(order + ("QQIIIII" if wide else "IIIIIII"), data, section + 32)
        if flags & 0xFF not in _ZEROFILL:
            yield Region(label(data[section : section + 16]), offset, size, address)


def fat_regions(data: bytes) -> Iterator[Region]:
    """The sections of every program in a universal file, addresses of the first one."""
    (count,) = numbers(">I", data, 4)
    for at in range(8, 8 + 20 * count, 20):
        offset, size = numbers(">II", data, at + 8)
        part = data[offset : offset + size]
        if part.startswith(MAGIC):
            for region in regions(part):
                yield region._replace(offset=region.offset + offset)
