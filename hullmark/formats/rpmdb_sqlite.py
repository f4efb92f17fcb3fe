"""Header blobs of an rpm database in SQLite: the rows of its table `Packages` (rpm's lib/backend/sqlite.c)."""

from collections.abc import Iterator

from hullmark.errors import CorruptData
from hullmark.formats.sqlite import MAGIC, table_rows

__all__ = ["MAGIC", "header_blobs"]


def header_blobs(data: bytes) -> Iterator[bytes]:
    """The blob of every row, in the order of rows. Raises CorruptData for what is no such database, or a damaged one."""
    for row in table_rows(data, "Packages"):
        if not row or not isinstance(row[-1], bytes):
            raise CorruptData("a row of the table Packages holds no header")
        yield row[-1]
