"""Where an ELF program keeps what it exports by name: its symbol tables (System V gABI, chapter 4, "Symbol Table").

Only a few names are asked for: a program whose tables of names lack one of them is left at once. A name may be the end of a
longer one, since linkers store such texts once.
"""

import struct
from collections.abc import Iterable, Mapping

from hullmark.errors import CorruptData
from hullmark.formats.executable import regions
from hullmark.formats.region import Region

MOST_SYMBOLS = 2_000_000  # of one table; large programs have some hundred thousand
MOST_PLACES = 1_000  # at which the text of one name ends in a table of names

_TABLES = ((".dynsym", ".dynstr"), (".symtab", ".strtab"))


def addresses(data: bytes, names: Iterable[str]) -> Mapping[str, int]:
    """The address of each name; {} when one of them is in neither table. Raises CorruptData when a table is too large."""
    wanted = list(names)
    parts = {part.name: part for part in reversed(regions(data))}
    found: dict[str, int] = {}
    for table, texts in _TABLES:
        if table in parts and texts in parts:
            places = {name: _places(data, parts[texts], name) for name in wanted if name not in found}
            if any(places.values()):
                found.update(_symbols(data, parts[table], places))
    return found if len(found) == len(wanted) else {}


def _places(data: bytes, texts: Region, name: str) -> list[int]:
    """Where in a table of names this one begins, wherever it ends a text."""
    whole = name.encode() + b"\0"
    places: list[int] = []
    at = data.find(whole, texts.offset, texts.offset + texts.size)
    while at >= 0 and len(places) < MOST_PLACES:
        places.append(at - texts.offset)
        at = data.find(whole, at + 1, texts.offset + texts.size)
    return places


def _symbols(data: bytes, table: Region, places: Mapping[str, list[int]]) -> dict[str, int]:
    """The values of the symbols that are named at those places."""
    wide, order = data[4:5] == b"\x02", ">" if data[5:6] == b"\x02" else "<"
    row = struct.Struct(f"{order}I4xQ8x" if wide else f"{order}II8x")
    count = table.size // row.size
    if count > MOST_SYMBOLS:
        raise CorruptData(f"the program has {count} symbols, more than {MOST_SYMBOLS}")
    names = {place: name for name, found in places.items() for place in found}
    rows = row.iter_unpack(data[table.offset : table.offset + count * row.size])
    return {names[place]: value for place, value in rows if value and place in names}
