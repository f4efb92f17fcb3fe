"""Small rpm databases made by hand: headers, and files in the three forms that hold them."""

import sqlite3
import struct
import zlib
from collections.abc import Iterable, Mapping

NAME, VERSION, RELEASE, EPOCH, VENDOR, LICENCE, ARCH, SOURCE_RPM = 1000, 1001, 1002, 1003, 1011, 1014, 1022, 1044
OLD_FILE_NAMES, DIR_INDEXES, BASE_NAMES, DIR_NAMES, MODULARITY = 1027, 1116, 1117, 1118, 5096
INT32, STRING, STRINGS = 4, 6, 8

Value = str | list[str] | list[int]
PAGE = 4096


def header(tags: Mapping[int, Value]) -> bytes:
    """A header as a database keeps it: number of tags, size of the store, index, store."""
    index, store = b"", b""
    for tag, value in tags.items():
        if isinstance(value, str):
            kind, count, written = STRING, 1, value.encode() + b"\0"
        elif value and isinstance(value[0], int):
            store += b"\0" * (-len(store) % 4)
            kind, count, written = INT32, len(value), struct.pack(f">{len(value)}I", *value)
        else:
            kind, count, written = STRINGS, len(value), b"".join(str(item).encode() + b"\0" for item in value)
        index += struct.pack(">IIII", tag, kind, len(store), count)
        store += written
    return struct.pack(">II", len(tags), len(store)) + index + store


def package(name: str, version: str = "1.0", release: str = "1", **more: Value) -> bytes:
    """A header with name, version and release; `more` are tags by their names in this module, in any case."""
    tags = {NAME: name, VERSION: version, RELEASE: release}
    return header({**tags, **{globals()[tag.upper()]: value for tag, value in more.items()}})


def sqlite(blobs: Iterable[bytes], page: int = 512) -> bytes:
    """What SQLite itself writes."""
    connection = sqlite3.connect(":memory:")
    connection.execute(f"PRAGMA page_size = {page}")
    connection.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
    connection.execute("CREATE INDEX Unused ON Packages (blob)")
    connection.executemany("INSERT INTO Packages (blob) VALUES (?)", [(blob,) for blob in blobs])
    connection.commit()
    written = connection.serialize()
    connection.close()
    return written


def ndb(blobs: Iterable[bytes]) -> bytes:
    """As rpmpkg.c lays it out: a page of slots, then packages in blocks of 16 bytes."""
    slots = [struct.pack("<4sIII12x", b"RpmP", 0, 1, 1) + b"\0" * 4]
    body = b""
    for number, blob in enumerate(blobs, 1):
        data = struct.pack("<4sIII", b"BlbS", number, 1, len(blob)) + blob
        data += b"\0" * (-(len(data) + 12) % 16)
        data += struct.pack("<II4s", zlib.adler32(data), len(blob), b"BlbE")
        slots.append(struct.pack("<4sIII", b"Slot", number, (PAGE + len(body)) // 16, len(data) // 16))
        body += data
    slots += [struct.pack("<4sIII", b"Slot", 0, 0, 0)] * ((PAGE - 32) // 16 - len(slots) + 1)
    return b"".join(slots) + body


def bdb(blobs: Iterable[bytes], order: str = "<", *, tree: bool = False) -> bytes:
    """As db_page.h lays it out: a page of facts, one page of items, and pages of what is too large for it."""
    items: list[bytes] = []
    pages: list[bytes] = []
    for number, blob in enumerate([b"\0\0\0\x09", *blobs]):
        first = 2 + len(pages)
        inline = len(blob) < 200
        items += [_item(order, tree, struct.pack(f"{order}I", number)), _item(order, tree, blob if inline else first)]
        if not inline:
            items[-1] += struct.pack(f"{order}I", len(blob))
            parts = [blob[at : at + PAGE - 26] for at in range(0, len(blob), PAGE - 26)]
            following = [*range(first + 1, first + len(parts)), 0]
            pages += [_page(order, 7, 0, len(part), after) + part for part, after in zip(parts, following, strict=True)]
    magic, kind = (0x053162, 9) if tree else (0x061561, 8)
    facts = struct.pack(f"{order}8xIIIIBBBxIIII", 0, magic, 9, PAGE, 0, kind, 0, 0, 1 + len(pages), 0, 0)
    return b"".join(page.ljust(PAGE, b"\0") for page in (facts, _leaf(order, tree, items), *pages))


def _item(order: str, tree: bool, value: bytes | int) -> bytes:
    if isinstance(value, int):
        return struct.pack(f"{order}HBxI", 0, 3, value) if tree else struct.pack(f"{order}B3xI", 3, value)
    return (struct.pack(f"{order}HB", len(value), 1) if tree else b"\1") + value


def _page(order: str, kind: int, entries: int, offset: int, following: int = 0) -> bytes:
    return struct.pack(f"{order}8xIIIHHBB", 0, 0, following, entries, offset, 0, kind)


def _leaf(order: str, tree: bool, items: list[bytes]) -> bytes:
    """Items lie from the end of the page downwards; the places where they begin stand behind its head."""
    places, end = [], PAGE
    for item in items:
        end -= len(item)
        places.append(end)
    head = _page(order, 5 if tree else 13, len(items), end) + struct.pack(f"{order}{len(places)}H", *places)
    return head.ljust(end, b"\0") + b"".join(reversed(items))
