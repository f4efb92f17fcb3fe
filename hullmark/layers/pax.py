"""PAX extended header records (POSIX.1-2017 pax, "pax Extended Header"): only what changes an entry's name, link or size.

Global headers are parsed for damage and then passed over, as Go's archive/tar does: what they claim reaches no runtime.
"""

from dataclasses import dataclass, field

from hullmark.errors import CorruptData

WANTED = frozenset(
    {
        "path", "linkpath", "size", "GNU.sparse.major", "GNU.sparse.minor", "GNU.sparse.name", "GNU.sparse.realsize",
        "GNU.sparse.size", "GNU.sparse.map", "GNU.sparse.numblocks",
    }
)  # fmt: skip
_NO_NUL = frozenset({"path", "linkpath", "GNU.sparse.name"})


@dataclass(slots=True)
class Records:
    """The wanted records of one entry by key, and the sparse map that old GNU tars spread over repeated records."""

    values: dict[str, str] = field(default_factory=dict)
    pairs: list[int] = field(default_factory=list)  # offset, length, offset, length ... (format 0.0)


def parse_pax(data: bytes, into: Records) -> None:
    """Add the records of one extended header; a later record wins. Raises CorruptData."""
    at = 0
    while at < len(data) and data[at]:
        space = data.find(b" ", at, at + 20)
        digits = data[at:space] if space > at else b""
        end = at + int(digits) if digits.isdigit() else at
        name, found, value = data[space + 1 : end - 1].partition(b"=")
        if not at < space < end <= len(data) or data[end - 1] != 0x0A or not found or not name:
            raise CorruptData("a PAX header is damaged")
        _add(name.decode("utf-8", "backslashreplace"), value, into)
        at = end


def _add(name: str, value: bytes, into: Records) -> None:
    if name in {"GNU.sparse.offset", "GNU.sparse.numbytes"}:
        if (len(into.pairs) % 2 == 0) != (name == "GNU.sparse.offset"):
            raise CorruptData("a PAX header lists sparse pieces out of order")
        into.pairs.append(decimal(value.decode("utf-8", "replace")))
    elif name in WANTED:
        if name in _NO_NUL and b"\0" in value:
            raise CorruptData("a PAX header has a name with a NUL in it")
        into.values[name] = value.decode("utf-8", "backslashreplace")


def decimal(text: str) -> int:
    """A number below 2^63, which may have leading zeros or a plus sign; raises CorruptData."""
    digits = text.removeprefix("+").lstrip("0") or "0"
    if not (text.isascii() and text[-1:].isdigit() and digits.isdigit() and len(digits) < 20):
        raise CorruptData("a PAX header has a number that is none")
    return int(digits)
