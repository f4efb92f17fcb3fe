"""The snapshots that count, one a feed: those that are current, or those of a day; as rows, and as views of DuckDB."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.fs as pa_fs
import pyarrow.parquet as pq

from hullmark.advisories import indexes
from hullmark.advisories.snapshot_folder import LAST, SnapshotFolder
from hullmark.advisories.snapshot_tables import SCHEMAS, opened, over
from hullmark.advisories.state import FeedState
from hullmark.errors import FeedError
from hullmark.lake.schema import FEED_PROBLEMS, FEED_SNAPSHOTS
from hullmark.sql import read_sql

if TYPE_CHECKING:
    import duckdb
    import pyarrow.dataset as pa_dataset

VIEWS = ("advisories", "affected", "affected_versions", "severities", "exploitation", "end_of_life", "product_repositories")
KEYS = {"exploitation": "cve", **dict.fromkeys(("advisories", "affected", "affected_versions"), "advisory_id")}


class FeedStore(SnapshotFolder):
    """The snapshots below a folder or an `s3://` URL, of which those that are `chosen` count, else what is current."""

    def __init__(self, root: str, chosen: Sequence[FeedState] | None = None) -> None:
        super().__init__(root)
        self._chosen = chosen

    def at(self, snapshots: Mapping[str, str]) -> "FeedStore":
        """The same store as it was when these snapshots (feed -> id, as in `run_feeds`) were current.

        Its views are made over them; raises FeedError in `register` when one is gone.
        """
        return FeedStore(self.root, [FeedState(feed, snapshot) for feed, snapshot in sorted(snapshots.items())])

    def pinned(self) -> "FeedStore":
        """The same store as it is now: what is current is looked up once, and does not change while it is used."""
        return FeedStore(self.root, self.current())

    def current(self) -> list[FeedState]:
        """Every feed that has a good snapshot, by name."""
        if self._chosen is not None:
            return list(self._chosen)
        return [state for state in self.states() if state.snapshot]

    def status(self) -> pa.Table:
        """A row for each feed (schema FEED_SNAPSHOTS): the last good snapshot and its time, and what is wrong with it.

        One whose snapshot somebody deleted has failed, whatever its note says.
        """
        rows = [asdict(state) | {"fetched_at": state.fetched_at or state.tried_at} for state in self._present()]
        return pa.Table.from_pylist([{name: row[name] for name in FEED_SNAPSHOTS.names} for row in rows], FEED_SNAPSHOTS)

    def problems(self) -> pa.Table:
        """The records of the current snapshots that could not be read (schema FEED_PROBLEMS); raises FeedError."""
        parts = [self._table(path) for path in self._paths("problems")]
        return pa.concat_tables([FEED_PROBLEMS.empty_table(), *parts])

    def holding(self, table: str) -> dict[str, str]:
        """The current snapshots (feed -> id) that hold this table."""
        folders = [path.rpartition("/")[0] for path in self._paths(table)]
        return {feed: snapshot for feed, _, snapshot in (folder.rpartition("/") for folder in folders)}

    def register(
        self,
        connection: "duckdb.DuckDBPyConnection",
        names: Collection[str] = VIEWS,
        records: pa.ChunkedArray | None = None,
    ) -> None:
        """Make a view over the current snapshots for each name in VIEWS, or for these of them.

        They are read as they are asked for, a batch at a time, also by a connection that may open no files. `records`: the
        rows of these alone are read at once, where a table has rows of records.
        """
        for name in names:
            rows = over(self._files(), self._paths(name), SCHEMAS[name])
            if records is not None and name in KEYS:
                rows = _scanned(rows, KEYS[name], records, SCHEMAS[name].names)
            view(connection, name, rows)

    def opened(self, table: str) -> Iterator[pq.ParquetFile]:
        """The files of a table in all current snapshots; raises FeedError when a snapshot is gone."""
        for path in self._paths(table):
            yield opened(self._place, path)

    def differences(self, old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, pa.Table] | None:
        """See `indexes.differences`."""
        return indexes.differences(self._place, old, new)

    def namesakes(self, changed: Mapping[str, pa.Table], snapshots: Mapping[str, str]) -> pa.Table | None:
        """See `indexes.namesakes`."""
        return indexes.namesakes(self._place, changed, snapshots)

    def count(self, snapshots: Mapping[str, str]) -> int | None:
        """See `indexes.count`."""
        return indexes.count(self._place, snapshots)

    def naming(self, names: Collection[str], snapshots: Mapping[str, str]) -> pa.Table | None:
        """The rows (schema RECORD_INDEX) of records of the current `snapshots` that have one of these names.

        None when an index is gone.
        """
        called = {
            path.rsplit("/", 2)[0]: indexes.called(opened(self._place, path), names) for path in self._paths("advisories")
        }
        return indexes.rows(self._place, called, snapshots)

    def _present(self) -> Iterator[FeedState]:
        """Every feed as it stands, those whose snapshot is gone as failed."""
        states = self.states()
        deleted = self._deleted(states)
        for state in states:
            gone = f"{self._gone(state)}; run `hullmark feeds sync`"
            yield replace(state, state="failed", detail=gone) if state.feed in deleted else state

    def _paths(self, table: str) -> list[str]:
        states = self.current()
        if not states:
            return []
        files = self._files()
        folders = [f"{state.feed}/{state.snapshot}" for state in states]
        for state, item in zip(states, files.get_file_info([f"{folder}/{LAST}" for folder in folders]), strict=True):
            if item.type != pa_fs.FileType.File:
                gone = self._gone(state)
                if state.tried_at is None:  # of a day, see `at`: no refresh brings it back
                    raise FeedError(
                        f"{gone}, where it stays HULLMARK_FEEDS_KEEP_DAYS days after another one came; ask about a later day"
                    )
                raise FeedError(f"{gone}; run `hullmark feeds sync`")
        found = files.get_file_info([f"{folder}/{table}.parquet" for folder in folders])
        return [item.path for item in found if item.type == pa_fs.FileType.File]


def view(connection: "duckdb.DuckDBPyConnection", name: str, rows: "pa_dataset.Dataset | pa.Table") -> None:
    """Make one of VIEWS over rows of its table."""
    connection.register(f"_{name}", rows)
    connection.execute(read_sql("hullmark.advisories", f"{name}.sql"))


def _scanned(
    rows: "pa_dataset.Dataset | pa.Table", column: str, values: pa.ChunkedArray, columns: Sequence[str]
) -> pa.Table:
    """Columns of the rows with one of these values. Arrow compares as it reads, DuckDB when all has been handed over."""
    condition = pc.field(column).isin(values.combine_chunks())  # of no chunks it would not know the type
    if isinstance(rows, pa.Table):
        return rows.filter(condition).select(columns)
    return rows.to_table(filter=condition, columns=columns)
