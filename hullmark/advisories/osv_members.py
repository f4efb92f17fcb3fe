"""The records of an OSV archive (`all.zip`, one `<id>.json` a record), read a part at a time."""

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import orjson
import pyarrow as pa

from hullmark.advisories.feed_tables import Tables
from hullmark.errors import CorruptData, LimitExceeded
from hullmark.settings import MIB

PART_RECORDS, PART_BYTES = 1_000, 8 * MIB  # of one part, the bytes as they are unpacked
LARGE = 4 * MIB  # bytes of a record of which no two are unpacked at once
BROKEN = (orjson.JSONDecodeError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
UNREADABLE = (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, CorruptData, LimitExceeded)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which archive is read for which feed; a record has at most so many bytes."""

    file: str
    feed: str
    ecosystem: str
    record_bytes: int


class Part(NamedTuple):
    """Members that follow each other, by their numbers; `is_large`: one of them is LARGE."""

    start: int
    stop: int
    is_large: bool = False


class Members:
    """The records that an archive lists, in its order; what one says of its size is its most."""

    def __init__(self, archive: zipfile.ZipFile, wanted: Wanted) -> None:
        self._archive, self._wanted = archive, wanted
        self._items = [item for item in archive.infolist() if item.filename.endswith(".json")]

    def __len__(self) -> int:
        return len(self._items)

    def unpacked(self) -> int:
        """The bytes of all records that are read: one that says that it is larger than one may be is not."""
        return sum(self._sizes())

    def weight(self) -> int:
        """How much there is to do: records, and KiB of them, each about as much as a record."""
        return len(self) + self.unpacked() // 1024

    def parts(self) -> Iterator[Part]:
        """Parts of about the same size, in order; each record is in one of them."""
        start = total = 0
        is_large = False
        for number, size in enumerate(self._sizes()):
            if number > start and (number - start >= PART_RECORDS or total + size > PART_BYTES):
                yield Part(start, number, is_large)
                start, total, is_large = number, 0, False
            total, is_large = total + size, is_large or size > LARGE
        if start < len(self._items):
            yield Part(start, len(self._items), is_large)

    def read(self, part: Part) -> dict[str, pa.Table]:
        """The tables of these records; one that is broken is a problem. Raises one of UNREADABLE."""
        tables = Tables(self._wanted.feed, self._wanted.ecosystem)
        for item in self._items[part.start : part.stop]:
            self._read(item, tables)
        return tables.part()

    def _sizes(self) -> Iterator[int]:
        most = self._wanted.record_bytes
        return (item.file_size if item.file_size <= most else 0 for item in self._items)

    def _read(self, item: zipfile.ZipInfo, tables: Tables) -> None:
        name = item.filename.removesuffix(".json")[:200].encode("utf-8", "replace").decode()
        if item.file_size > self._wanted.record_bytes:
            tables.refuse(name, f"the record is larger than {self._wanted.record_bytes:,} bytes")
            return
        try:
            record = orjson.loads(self._archive.read(item))
        except BROKEN as error:
            tables.refuse(name, f"the record cannot be read: {str(error)[:160]}")
            return
        tables.add(record)
