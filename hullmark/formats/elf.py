"""ELF: section and program headers (System V ABI, gABI chapters 4 and 5); 32 and 64 bits, either byte order."""

from collections.abc import Iterator

from hullmark.formats.region import Region, bounded, label, numbers

MAGIC = (b"\x7fELF",)

_NOBITS = 8
_LOAD = 1
_WRITABLE = 2
_NAME_BYTES = 64


def regions(data: bytes) -> Iterator[Region]:
    """Sections that have bytes in the file, then loaded segments; raises CorruptData when the header is damaged."""
    wide, order = data[4:5] == b"\x02", ">" if data[5:6] == b"\x02" else "<"
    word = "Q" if wide else "I"
    segments, sections, _, _, segment_size, segment_count, section_size, section_count, names = numbers(
        f"{order}{word}{word}I6H", data, 32 if wide else 28
    )
    if sections and section_size:
        table = range(sections, sections + section_size * bounded(section_count), section_size)
        yield from _sections(data, table, names, order + ("IIQQQQ" if wide else "IIIIII"))
    if segments and segment_size:
        table = range(segments, segments + segment_size * bounded(segment_count), segment_size)
        for at in table:
            if wide:
                kind, flags, offset, address, _, size = numbers(f"{order}IIQQQQ", data, at)
            else:
                kind, offset, address, _, size, _, flags = numbers(f"{order}IIIIIII", data, at)
            if kind == _LOAD:
                yield Region("", offset, size, address, writable=bool(flags & _WRITABLE))


def _sections(data: bytes, table: range, names: int, layout: str) -> Iterator[Region]:
    headers = [numbers(layout, data, at) for at in table]
    base = headers[names][4] if names < len(headers) else len(data)
    for name, kind, _, address, offset, size in headers:
        if kind != _NOBITS:
            yield Region(label(data[base + name : base + name + _NAME_BYTES]), offset, size, address)
