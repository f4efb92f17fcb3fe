"""PE: the section table of a Windows program (Microsoft, "PE Format"); long names, which only objects have, are not read."""

from collections.abc import Iterator

from hullmark.formats.region import Region, label, numbers

MAGIC = (b"MZ",)

_PE = (0x4550,)  # "PE", two zeros
_PE32_PLUS = 0x20B


def regions(data: bytes) -> Iterator[Region]:
    """The sections; none when it is a DOS program. Raises CorruptData when the header is damaged."""
    (start,) = numbers("<I", data, 0x3C)
    if numbers("<I", data, start) != _PE:
        return
    count, _, _, _, optional_size = numbers("<HIIIH", data, start + 6)
    optional = start + 24
    (magic,) = numbers("<H", data, optional)
    (base,) = numbers("<Q", data, optional + 24) if magic == _PE32_PLUS else numbers("<I", data, optional + 28)
    for at in range(optional + optional_size, optional + optional_size + 40 * count, 40):
        virtual_size, address, size, offset = numbers("<IIII", data, at + 8)
        yield Region(label(data[at : at + 8]), offset, min(size, virtual_size), base + address)
