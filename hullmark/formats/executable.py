"""Where the parts of a program lie in its file: sections and segments of ELF, PE and Mach-O, whichever it is.

Nothing is mapped or loaded. Tables are bounded, and where one points outside of the file, the file was cut off.
"""

from collections.abc import Callable, Iterable, Sequence

from hullmark.formats import elf, macho, pe
from hullmark.formats.region import Region, inside

READERS: tuple[tuple[tuple[bytes, ...], Callable[[bytes], Iterable[Region]]], ...] = (
    (pe.MAGIC, pe.regions),
    (macho.MAGIC, macho.regions),
    (macho.FAT_MAGIC, macho.fat_regions),
)
MAGIC = (*elf.MAGIC, *(prefix for magic, _ in READERS for prefix in magic))


def regions(data: bytes) -> Sequence[Region]:
    """Sections and segments in the order of the file's own tables; empty for what is no program.

    Raises CorruptData when a table is damaged.
    """
    if data.startswith(elf.MAGIC):
        return elf.regions(data)
    for magic, read in READERS:
        if data.startswith(magic):
            return inside(tuple(read(data)), len(data))
    return ()


def unread(head: bytes) -> list[tuple[int, int]]:
    """Where in the file is what tells nothing, as machine code; `head` is its beginning. [] where that is not known."""
    return elf.unread(head) if head.startswith(elf.MAGIC) else []


def section(data: bytes, name: str, most: int) -> bytes | None:
    """The content of the first section of that name and of at most `most` bytes; None when there is none."""
    found = next((region for region in regions(data) if region.name == name and region.size <= most), None)
    return None if found is None else data[found.offset : found.offset + found.size]


def offset_of(parts: Iterable[Region], address: int) -> int | None:
    """Where in the file the byte lies that the program sees at `address`."""
    found = next((part for part in parts if part.address and part.address <= address < part.address + part.size), None)
    return None if found is None else found.offset + address - found.address
