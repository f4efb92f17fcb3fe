"""The `[[package]]` tables of a TOML lock file (Cargo, Poetry, uv, PDM) as their tools write them: one key a line.

Not a TOML parser, and not hurt by what would hurt one: only lines `key = value` at the left margin are read, in linear
time.
"""

import re
from collections.abc import Iterator, Mapping

_TABLE = re.compile(r"^\[\[package\]\][ \t]*$((?:\n(?!\[).*)*)", re.MULTILINE)
_KEY = re.compile(r"^([A-Za-z0-9_-]{1,40})[ \t]*=[ \t]*(.{0,2000})", re.MULTILINE)


def package_tables(data: bytes) -> Iterator[Mapping[str, str]]:
    """The keys of each table with their values as written, in file order; of a value that goes on, its first line."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    for table in _TABLE.finditer(text):
        yield dict(_KEY.findall(table[1]))


def unquoted(value: str) -> str:
    """A basic or literal string without its quotes; "" when the value is no string."""
    quote = value[:1]
    end = value.find(quote, 1) if quote in {'"', "'"} else -1
    return value[1:end] if end > 0 else ""
