"""Rows of a table as Arrow has them, read without a database: of small tables, or of few files of a large one."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from hullmark.lake import delta
from hullmark.lake.files import read
from hullmark.lake.log import File
from hullmark.lake.place import Place
from hullmark.lake.schema import Table

BLUNT = timedelta(milliseconds=1)  # bounds of times are cut to it


def rows(place: Place, table: Table, columns: Sequence[str]) -> pa.Table:
    """These columns of all rows; raises LakeError."""
    return read(place, table, columns, _files(place, table))


def rows_with(place: Place, table: Table, columns: Sequence[str], column: str, value: str) -> pa.Table:
    """These columns of the rows that have a text in one of them; raises LakeError."""
    files = [file for file in _files(place, table) if file.may_hold(column, value)]
    found = read(place, table, columns, files)
    return found.filter(pc.equal(found[column], value))


def latest(place: Place, table: Table, column: str) -> pa.Table:
    """The row with the latest time in a column, one of them where there are several; no row of none. Raises LakeError."""
    files = _files(place, table)
    ends = {file.path: datetime.fromisoformat(file.high[column]) for file in files if column in file.high}
    last = max(ends.values(), default=None)
    may = [file for file in files if last is None or ends.get(file.path, last) >= last - BLUNT]
    found = read(place, table, table.schema.names, may)
    return found.take(pc.sort_indices(found, [(column, "descending")])[:1])


def _files(place: Place, table: Table) -> Sequence[File]:
    state = delta.state(place, table.name)
    return state.files if state else ()
