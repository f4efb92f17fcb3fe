"""What differs between two snapshots of a feed: noted beside the later one when it is kept, or found by comparing indexes.

    <root>/<feed>/<snapshot>/since-<earlier snapshot>    SHA-256 of what follows, and a Parquet file (schema RECORD_INDEX)

A list that is missing or damaged is as good as none. Lists are followed from one snapshot to the next where some were never
matched: a record that differs at the end differs in one of them.
"""

import hashlib
from itertools import pairwise

import pyarrow as pa
import pyarrow.fs as pa_fs
import pyarrow.parquet as pq

from hullmark.lake.place import Place
from hullmark.lake.schema import RECORD_INDEX, whole
from hullmark.sql import read_sql

SINCE = "since-"
MOST = 0.1  # of the rows of both indexes: more are not noted, since everything is matched again then
STEPS = 100  # snapshots that are looked at on the way from one to another


def note(place: Place, feed: str, snapshot: str, earlier: str, after: pa.Table) -> None:
    """Keep what differs between `earlier` and a snapshot whose index is `after`, unless it is most; raises OSError."""
    before = read_index(place, feed, earlier)
    if before is None:
        return
    rows = compared(before, after)
    if rows.num_rows > MOST * (before.num_rows + after.num_rows):
        return
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, compression="zstd")
    content = sink.getvalue().to_pybytes()
    place.write(_path(feed, snapshot, earlier), hashlib.sha256(content).digest() + content)


def differing(place: Place, feed: str, old: str, new: str) -> pa.Table | None:
    """The rows of the indexes of both snapshots (schema RECORD_INDEX) about records that came, went or say something else.

    "" is a snapshot without records. There may be rows of records that changed and changed back.
    None when an index is gone or damaged.
    """
    if old and new and (lists := _noted(place, feed, new, old) or _noted(place, feed, old, new)):
        return pa.concat_tables(lists)
    before, after = (read_index(place, feed, name) if name else RECORD_INDEX.empty_table() for name in (old, new))
    return None if before is None or after is None else compared(before, after)


def compared(before: pa.Table, after: pa.Table) -> pa.Table:
    """The same of two indexes."""
    import duckdb  # noqa: PLC0415  only where a feed has changed

    with duckdb.connect(config={"python_enable_replacements": False}) as connection:
        connection.register("before", before)
        connection.register("after", after)
        return connection.sql(read_sql(__package__, "differing.sql")).to_arrow_table().cast(RECORD_INDEX)


def read_index(place: Place, feed: str, snapshot: str) -> pa.Table | None:
    """The index of a snapshot (schema RECORD_INDEX), None when it is gone or damaged."""
    content = place.read(f"{feed}/{snapshot}/index.parquet")
    if content is None:
        return None
    try:
        return pq.read_table(pa.BufferReader(content), schema=RECORD_INDEX)  # what an older Hullmark did not write is null
    except (pa.ArrowException, OSError):
        return None


def _noted(place: Place, feed: str, later: str, earlier: str) -> list[pa.Table]:
    """The lists that lead from a snapshot back to an earlier one; none where no way does, or one of them is damaged."""
    lists = [_read(place, feed, here, before) for here, before in pairwise(_way(place, feed, later, earlier))]
    sound = [rows for rows in lists if rows is not None]
    return sound if len(sound) == len(lists) else []


def _way(place: Place, feed: str, later: str, earlier: str) -> list[str]:
    """The snapshots from one back to an earlier one, each of which has a list since the next; the shortest way, or none."""
    ways, waiting = {later: [later]}, [later]
    while waiting and len(ways) <= STEPS:
        here = waiting.pop(0)
        for name in _before(place, feed, here):
            if name not in ways:
                ways[name] = [*ways[here], name]
                waiting.append(name)
        if earlier in ways:
            return ways[earlier]
    return []


def _before(place: Place, feed: str, snapshot: str) -> list[str]:
    """The snapshots since which it is noted what differs in this one, by name."""
    selector = pa_fs.FileSelector(f"{feed}/{snapshot}", allow_not_found=True)
    names = (item.base_name for item in place.filesystem().get_file_info(selector))
    return sorted(name.removeprefix(SINCE) for name in names if name.startswith(SINCE))


def _read(place: Place, feed: str, snapshot: str, earlier: str) -> pa.Table | None:
    """One list, None when it is damaged."""
    content = place.read(_path(feed, snapshot, earlier)) or b""
    size = hashlib.sha256().digest_size
    if hashlib.sha256(content[size:]).digest() != content[:size]:
        return None
    return whole(pq.ParquetFile(pa.BufferReader(content[size:])).read(use_threads=False), RECORD_INDEX)


def _path(feed: str, snapshot: str, earlier: str) -> str:
    return f"{feed}/{snapshot}/{SINCE}{earlier}"
