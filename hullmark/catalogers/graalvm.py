"""Java programs that GraalVM compiled to machine code: the CycloneDX bill of materials that the compiler put into them.

Source: GraalVM, "Software Bill of Materials in Native Image": a gzip stream at the symbol `sbom`, its size (8 bytes) at
`sbom_length`. Oracle GraalVM embeds one, by default since JDK 24; the community's compiler does not, and such a program says
nothing of its libraries. ELF alone is read, as images run Linux.
"""

import struct
import zlib
from collections.abc import Iterator

from hullmark.catalogers.base import Cataloger
from hullmark.catalogers.sbom import packages_of, parse_components
from hullmark.errors import CorruptData
from hullmark.formats import elf
from hullmark.formats.elf_symbols import addresses
from hullmark.formats.executable import offset_of, regions
from hullmark.formats.problems import bound_problems
from hullmark.model import Package, Problem

MOST_PACKED = 8 * 1024 * 1024
MOST_BYTES = 64 * 1024 * 1024  # a bill of 1,000 libraries takes some 2 MiB

_BILL, _LENGTH = "sbom", "sbom_length"
_GZIP = 16 + zlib.MAX_WBITS


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The libraries that were compiled in, in the order of the bill; nothing of other programs."""
    try:
        found = addresses(data, (_LENGTH, _BILL))
    except CorruptData:  # `rust-binary` reads the same tables, and tells of the damage
        return
    if found:
        bill = _inflated(_packed(data, found[_BILL], found[_LENGTH]))
        yield from bound_problems(packages_of(path, CATALOGER.name, parse_components(bill)))


def _packed(data: bytes, bill: int, length: int) -> bytes:
    parts = regions(data)
    start, size_at = offset_of(parts, bill), offset_of(parts, length)
    if start is None or size_at is None or size_at + 8 > len(data):
        raise CorruptData("the program names a bill of materials that is not in its file")
    (size,) = struct.unpack_from(">Q" if data[5:6] == b"\x02" else "<Q", data, size_at)
    if size > MOST_PACKED or start + size > len(data):
        raise CorruptData(f"the program's bill of materials claims {size} bytes, which are too many or not there")
    return data[start : start + size]


def _inflated(packed: bytes) -> bytes:
    inflater = zlib.decompressobj(_GZIP)
    try:
        text = inflater.decompress(packed, MOST_BYTES)
    except zlib.error:
        raise CorruptData("the program's bill of materials is no whole gzip stream") from None
    if not inflater.eof:
        raise CorruptData("the program's bill of materials is cut off, or larger than any real one")
    return text


CATALOGER = Cataloger(name="graalvm", type="maven", globs=(), parse=parse, magic=elf.MAGIC)
