"""Programs and libraries that say which package they were built for: the note `.note.package` of an ELF file.

Source: systemd, "Package Metadata for Executable Files": a note of the owner `FDO` that holds a JSON object. Fedora, Azure
Linux and Ubuntu have the linker write one into each program, with the name of the source package. In an image that a
program was copied into, away from its package manager, nothing else tells where it comes from. The advisories of a
distribution are about its own systems, so what is found so is compared with none: the purl type is `elf`.
"""

import re
from collections.abc import Iterator
from struct import Struct

from hullmark.catalogers._stated import stated
from hullmark.catalogers.base import Cataloger
from hullmark.errors import CorruptData
from hullmark.formats import elf
from hullmark.formats.executable import section
from hullmark.formats.json_object import Object, parse_object, text
from hullmark.model import Origin, Package, Problem

SECTION = ".note.package"
MOST_BYTES = 64 * 1024  # real ones have 200
OWNER, KIND = b"FDO\0", 0xCAFE1A7E

_CPE = re.compile(r"cpe:(?:/|2\.3:)o:[^:]{1,100}:([^:]{1,100}):?.{0,300}")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}/[!-.0-~]{1,200}")


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The package that the file was built for, named `<system>/<package>`; nothing of files without the note."""
    try:
        note = section(data, SECTION, MOST_BYTES)
    except CorruptData:  # `rust-binary` reads the same tables, and tells of the damage
        return
    if note:
        stating = parse_object(_description(note, ">" if data[5:6] == b"\x02" else "<"))
        name = f"{_system(stating)}/{text(stating, 'name')}"
        package = Package("elf", name, text(stating, "version"), text(stating, "architecture")[:64], origin=Origin.SBOM)
        yield stated(path, CATALOGER.name, package, _NAME)


def _description(note: bytes, order: str) -> bytes:
    head = Struct(f"{order}3I")
    if len(note) < head.size + len(OWNER):
        raise CorruptData("the program's note of its package is cut off")
    owner_size, size, kind = head.unpack_from(note)
    at = head.size + len(OWNER)
    if (owner_size, kind) != (len(OWNER), KIND) or note[head.size : at] != OWNER or at + size > len(note):
        raise CorruptData("the program's note of its package is damaged")
    return note[at : at + size].rstrip(b"\0")


def _system(stating: Object) -> str:
    """The operating system that the package is of, else the package's type."""
    found = _CPE.fullmatch(text(stating, "osCpe"))
    return text(stating, "os") or (found[1] if found else "") or text(stating, "type")


CATALOGER = Cataloger(name="elf-note", type="elf", globs=(), parse=parse, magic=elf.MAGIC)
