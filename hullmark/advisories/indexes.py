"""The indexes of several snapshots (feed -> id), asked together: what differs, whom it is about, how much there is."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hullmark.advisories.differences import differing
from hullmark.lake.place import Place
from hullmark.lake.schema import RECORD_INDEX, whole

INDEX = "index"  # the file that is made here of a snapshot's tables, see `record_index`


def differences(place: Place, old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, pa.Table] | None:
    """What differs between two sets of snapshots, as `differences.differing` has it, by feed; None when an index is gone."""
    feeds = sorted(feed for feed in {**old, **new} if old.get(feed) != new.get(feed))
    found = {feed: differing(place, feed, old.get(feed, ""), new.get(feed, "")) for feed in feeds}
    sound = {feed: rows for feed, rows in found.items() if rows is not None}
    return sound if len(sound) == len(found) else None


def namesakes(place: Place, changed: Mapping[str, pa.Table], snapshots: Mapping[str, str]) -> pa.Table | None:
    """The rows of these snapshots (schema RECORD_INDEX) of records that changed in another feed; `changed` is by feed.

    None when an index is gone. What changed in a snapshot's own feed says itself what it is about.
    """
    others = {
        feed: {word for name, table in changed.items() if name != feed for word in table["record"].to_pylist()}
        for feed in snapshots
    }
    return rows(place, others, snapshots)


def rows(place: Place, records: Mapping[str, Collection[str]], snapshots: Mapping[str, str]) -> pa.Table | None:
    """The rows of records (by feed) of these snapshots (schema RECORD_INDEX); None when an index is gone or damaged."""
    found = [RECORD_INDEX.empty_table()]
    for feed, names in sorted(records.items()):
        if not names:
            continue
        file, wanted = _index(place, feed, snapshots[feed]), sorted(names)
        if file is None:
            return None
        try:
            found += [_held(file, group, wanted) for group in _groups(file, wanted)]
        except (pa.ArrowException, OSError):  # where its rows lie
            return None
    return pa.concat_tables(found)


def _held(file: pq.ParquetFile, group: int, wanted: Sequence[str]) -> pa.Table:
    """The rows of a row group about these records; its other columns are read where there are some."""
    held = pc.is_in(file.read_row_group(group, ["record"], use_threads=False)["record"], pa.array(wanted))
    if not pc.any(held).as_py():
        return RECORD_INDEX.empty_table()
    return whole(file.read_row_group(group, use_threads=False).filter(held), RECORD_INDEX)


def called(advisories: pq.ParquetFile, names: Collection[str]) -> list[str]:
    """The records of a file of advisories that go by one of these names: as id, vulnerability or alias."""
    wanted, found = pa.array(names, pa.string()), set[str]()
    for group in range(advisories.num_row_groups):
        rows = advisories.read_row_group(group, ["advisory_id", "vulnerability_ids", "aliases"], use_threads=False)
        records = rows["advisory_id"].combine_chunks()
        found.update(records.filter(pc.is_in(records, wanted)).to_pylist())
        for column in ("vulnerability_ids", "aliases"):
            lists = rows[column].combine_chunks()
            owners = pc.list_parent_indices(lists).filter(pc.is_in(pc.list_flatten(lists), wanted))
            found.update(records.take(owners).to_pylist())
    return sorted(found)


def count(place: Place, snapshots: Mapping[str, str]) -> int | None:
    """How many records these snapshots have; None when one has no index."""
    files = [_index(place, feed, snapshot) for feed, snapshot in snapshots.items()]
    numbers = [file.metadata.num_rows for file in files if file is not None]
    return sum(numbers) if len(numbers) == len(files) else None


def _path(feed: str, snapshot: str) -> str:
    return f"{feed}/{snapshot}/{INDEX}.parquet"


def _index(place: Place, feed: str, snapshot: str) -> pq.ParquetFile | None:
    try:
        return pq.ParquetFile(place.filesystem().open_input_file(_path(feed, snapshot)))
    except (FileNotFoundError, pa.ArrowInvalid):  # gone, or damaged
        return None


def _groups(file: pq.ParquetFile, names: Sequence[str]) -> list[int]:
    """The row groups of a file whose first column is `record` that may have one of these sorted names, as bounds tell."""
    bounds = [file.metadata.row_group(number).column(0).statistics for number in range(file.metadata.num_row_groups)]
    return [
        number
        for number, bound in enumerate(bounds)
        if not bound or not bound.has_min_max or bisect_left(names, bound.min) < bisect_right(names, bound.max)
    ]
