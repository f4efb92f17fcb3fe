"""Commits to tables on a local disk, written here: one Parquet file, and one more entry of the log.

deltalake takes 10 to 30 ms for a commit of one row, this 2 (docs/decisions/0034). What is written is what log.py reads
(https://github.com/delta-io/delta/blob/master/PROTOCOL.md). Whatever is not plain is left to deltalake, by saying False: a
table that is not there or of another form, a batch that is large, a version that others took first, and every fiftieth
commit, at which it writes a checkpoint.
"""

import math
import os
import time
from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hullmark.lake import log
from hullmark.lake.files import read
from hullmark.lake.log import File, State
from hullmark.lake.place import Place
from hullmark.lake.schema import Table
from hullmark.settings import MIB

WRITER = 2  # the protocol's version that a table without further features asks of who writes it
INTERVAL = 50  # commits from one checkpoint to the next; reading one costs as much as reading forty commits
SETTINGS = {"delta.checkpointInterval": str(INTERVAL), "delta.enableDeletionVectors": "false"}  # of a table on a local disk
MOST_BYTES = 64 * MIB  # of one batch
MOST_ROWS = 50_000  # of the files that may have to be written anew; from twice as many on deltalake is faster
LONGEST = 200  # characters of a text that is told as a bound: longer ones are cut by others, and left out here
ROW_GROUP = 122_880  # DuckDB's own size of a row group: one thread reads one


def append(place: Place, table: Table, rows: pa.Table) -> bool:
    """Put rows in beside those that are there, in one commit; whether it was made here."""
    state = _plain(place, table, rows)
    return state is not None and _commit(Path(place.join("tables", table.name)), state, rows, (), "Append")


def amend(place: Place, table: Table, rows: pa.Table, gone: pa.Table) -> bool:
    """Put rows in, in place of those with the same keys, and take out those whose keys are `gone`, in one commit; whether
    it was made here. The files that hold such rows are written anew without them."""
    state = _plain(place, table, rows)
    if state is None:
        return False
    keys = pa.concat_tables([rows.select(table.key), gone.select(table.key)])
    leading = sorted(pc.unique(keys[table.key[0]]).to_pylist())
    files = [file for file in state.files if _may_hold(file, table.key[0], leading)]
    if sum(file.rows for file in files) > MOST_ROWS:
        return False
    parts, left = [rows], []
    for file in files:
        held = _have(read(place, table, table.key, [file]), keys)
        if pc.any(held).as_py():
            parts.append(read(place, table, table.schema.names, [file]).filter(pc.invert(held)))
            left.append(file)
    return _commit(Path(place.join("tables", table.name)), state, pa.concat_tables(parts), left, "Overwrite")


def _plain(place: Place, table: Table, rows: pa.Table) -> State | None:
    """The state of a table that may be written here, None for any other."""
    if not place.is_local or rows.nbytes > MOST_BYTES:
        return None
    state = log.read(Path(place.join("tables", table.name)))
    if state is None or state.form is None or (state.version + 2) % INTERVAL == 0:
        return None
    form = state.form
    known = form.columns == set(table.schema.names) and form.configuration == SETTINGS
    return state if known and form.writer == WRITER else None


def _commit(folder: Path, state: State, rows: pa.Table, left: Sequence[File], mode: str) -> bool:
    """Write the file, then the entry that names it; False where the next version is there, or nothing can be written."""
    now = time.time_ns() // 1_000_000
    told = {"timestamp": now, "operation": "WRITE", "operationParameters": {"mode": mode}, "engineInfo": "hullmark"}
    removed = [{"remove": {"path": file.path, "dataChange": True, "deletionTimestamp": now}} for file in left]
    file, staged = folder / f"part-00000-{uuid4()}-c000.zstd.parquet", folder / log.LOG / f"_commit_{uuid4()}.json.tmp"
    try:
        added = [{"add": _written(file, rows, now)}] if rows.num_rows else []
        entry = b"".join(orjson.dumps(action) + b"\n" for action in ({"commitInfo": told}, *removed, *added))
        staged.write_bytes(entry)
        os.link(staged, folder / log.LOG / f"{state.version + 1:020}.json")  # fails where there is one
    except OSError:
        file.unlink(missing_ok=True)
        return False
    finally:
        staged.unlink(missing_ok=True)
    return True


def _written(path: Path, rows: pa.Table, now: int) -> dict[str, Any]:
    """The action that adds the rows, which are written to a file."""
    pq.write_table(rows, path, compression="zstd", compression_level=3, row_group_size=ROW_GROUP)
    bounds = {name: found for name in rows.column_names if (found := _bounds(rows[name]))}
    stats = {
        "numRecords": rows.num_rows,
        "minValues": {name: low for name, (low, _) in bounds.items()},
        "maxValues": {name: high for name, (_, high) in bounds.items()},
        "nullCount": {name: rows[name].null_count for name in rows.column_names if not pa.types.is_nested(rows[name].type)},
    }
    return {
        "path": path.name, "partitionValues": {}, "size": path.stat().st_size, "modificationTime": now, "dataChange": True,
        "stats": orjson.dumps(stats).decode(),
    }  # fmt: skip


def _bounds(column: pa.ChunkedArray) -> tuple[Any, Any] | None:
    """The least and the greatest value as the log has them; None where there are none that it could have."""
    kind = column.type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_boolean(kind):
        return None
    try:
        low, high = pc.min_max(column).as_py().values()
    except (ValueError, OverflowError):  # a time that Python does not have
        return None
    return (_told(low), _told(high)) if _is_plain(low) and _is_plain(high) else None


def _is_plain(value: object) -> bool:
    """Whether a log can hold a value: no null, no infinite number, no text that is long."""
    if isinstance(value, float):
        return math.isfinite(value)
    return value is not None and not (isinstance(value, str) and len(value) > LONGEST)


def _told(value: Any) -> Any:  # noqa: ANN401  whatever the column is of
    """As logs have it: times are cut to milliseconds."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def _may_hold(file: File, column: str, values: Sequence[Any]) -> bool:
    """Whether a row of a file may have one of these sorted values, as the bounds of a column tell."""
    if column not in file.low or column not in file.high:
        return bool(file.rows)
    first = bisect_left(values, file.low[column])
    return first < len(values) and bool(values[first] <= file.high[column])


def _have(content: pa.Table, keys: pa.Table) -> pa.Array:
    """Which rows have one of the keys: columns are compared by Arrow one by one, and where all fit, the rows."""
    fitting = pa.repeat(pa.scalar(True), content.num_rows)
    for name in keys.column_names:
        fitting = pc.and_(fitting, pc.is_in(content[name], value_set=pc.unique(keys[name])).combine_chunks())
    if keys.num_columns == 1:
        return fitting
    places = pc.indices_nonzero(fitting)
    wanted = {tuple(row.values()) for row in keys.to_pylist()}
    rows = content.select(keys.column_names).take(places).to_pylist()
    found = [place for place, row in zip(places.to_pylist(), rows, strict=True) if tuple(row.values()) in wanted]
    numbers = pc.cumulative_sum(pa.repeat(pa.scalar(1, pa.int64()), content.num_rows))
    return pc.is_in(numbers, value_set=pc.add(pa.array(found, pa.int64()), 1))
