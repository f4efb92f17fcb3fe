"""Single-file .NET programs: the deps.json that is bundled into the executable, self-contained or not.

Source: dotnet/designs, accepted/2020/single-file; dotnet/runtime, bundle_marker.cpp and header.h. The host's `.data`
section has a marker of 32 bytes with the offset of the bundle's header before it; since version 2 (.NET 5) the header says
where the deps.json lies. Assemblies may be compressed, that file never is.
"""

from collections.abc import Iterator
from dataclasses import replace

from hullmark.catalogers import dotnet_deps
from hullmark.catalogers.base import Cataloger
from hullmark.errors import CorruptData
from hullmark.formats import elf
from hullmark.formats.executable import section
from hullmark.formats.region import numbers
from hullmark.model import Package, Problem

MARKER = bytes.fromhex("8b1202b96a612038727b930214d7a03213f5b9e6efae3318ee3b2dce24b36aae")  # SHA-256 of ".net core bundle"
MOST_DATA = 8 * 1024 * 1024  # bytes of the host's section
MOST_DEPS = 32 * 1024 * 1024  # bytes
WITH_PLACES = 2  # the header's version that first says where the deps.json is


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The bundled libraries; nothing for other programs and for a host without a bundle. Raises CorruptData."""
    deps = _deps(data)
    if deps:
        for item in dotnet_deps.parse(path, deps):
            yield replace(item, inner="deps.json") if isinstance(item, Package) else replace(item, cataloger="dotnet-bundle")


def _deps(data: bytes) -> bytes:
    try:
        host = section(data, ".data", MOST_DATA) or b""
    except CorruptData:
        return b""  # what reads every program says so
    at = host.find(MARKER)
    if at < 8:
        return b""
    header = int.from_bytes(host[at - 8 : at], "little")
    return _bundled(data, header) if header else b""


def _bundled(data: bytes, header: int) -> bytes:
    """The file that the header names; b"" when it names none. The bundle's id is a text with its length in one byte."""
    (version, _, _, id_size) = numbers("<IIiB", data, header)
    if version < WITH_PLACES:
        raise CorruptData(f"the bundle has version {version}, of .NET Core 3, which does not say where its deps.json is")
    offset, size = numbers("<qq", data, header + 13 + id_size)
    if not 0 <= offset <= offset + size <= len(data) or size > MOST_DEPS:
        raise CorruptData("the bundle's deps.json lies outside of the file")
    return data[offset : offset + size]


CATALOGER = Cataloger(name="dotnet-bundle", type="nuget", globs=(), parse=parse, magic=elf.MAGIC)
