"""Feed snapshots on disk: immutable Parquet files named by content, one small file a feed that says which is current.

    <root>/<feed>/<snapshot>/{advisories,affected,affected_versions,severities,exploitation,...,problems}.parquet
    <root>/<feed>/<snapshot>/{index.parquet,since-<earlier snapshot>}    made here of the others (record_index, differences)
    <root>/<feed>/<snapshot>/superseded
    <root>/<feed>/unfinished/    what a fetch that broke off had, which is no snapshot
    <root>/<feed>/current.json

A snapshot's id is of the fetched bytes and of the code that loads them, so that a new loader reads a feed again.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.fs as pa_fs
import pyarrow.parquet as pq

from hullmark.advisories import differences
from hullmark.advisories.record_index import record_index
from hullmark.advisories.state import CURRENT, FeedState, parse_state
from hullmark.advisories.unfinished import Unfinished
from hullmark.errors import FeedError, LakeError
from hullmark.lake.place import Place, one_line, place
from hullmark.lake.schema import (
    ADVISORIES,
    AFFECTED,
    AFFECTED_VERSIONS,
    END_OF_LIFE,
    EXPLOITATION,
    FEED_PROBLEMS,
    FEED_SNAPSHOTS,
    LISTING,
    PRODUCT_REPOSITORIES,
    RECORD_INDEX,
    SEVERITIES,
)
from hullmark.settings import MIB
from hullmark.sql import read_sql

if TYPE_CHECKING:
    import duckdb
    import pyarrow.dataset as pa_dataset

SCHEMAS = {
    "advisories": ADVISORIES, "affected": AFFECTED, "affected_versions": AFFECTED_VERSIONS, "severities": SEVERITIES,
    "exploitation": EXPLOITATION, "end_of_life": END_OF_LIFE, "product_repositories": PRODUCT_REPOSITORIES,
    "listing": LISTING, "problems": FEED_PROBLEMS,
}  # fmt: skip
VIEWS = ("advisories", "affected", "affected_versions", "severities", "exploitation", "end_of_life", "product_repositories")
KEYS = {"exploitation": "cve", **dict.fromkeys(("advisories", "affected", "affected_versions"), "advisory_id")}
# Rows lie by what they are asked for, in small groups that each say from where to where they go: few are read for one image.
ORDER = {"advisories": "advisory_id", "affected": "name", "affected_versions": "name", "exploitation": "cve"}
GROUP = 8192  # rows
SORTED = 512 * MIB  # larger tables lie as they were read
LAST = "problems.parquet"  # written last: a snapshot that has it is whole
INDEX = "index"  # made here, of the other tables
SUPERSEDED = "superseded"  # an empty file beside them, as old as the day on which another snapshot took their place


class FeedStore:
    """The snapshots below a folder or an `s3://` URL; making the object touches nothing."""

    def __init__(self, root: str, chosen: Sequence[FeedState] | None = None) -> None:
        self._place: Place = place(root)
        self._chosen = chosen

    def at(self, snapshots: Mapping[str, str]) -> "FeedStore":
        """The same store as it was when these snapshots (feed -> id, as in `run_feeds`) were current.

        Its views are made over them; raises FeedError in `register` when one is gone.
        """
        return FeedStore(self.root, [FeedState(feed, snapshot) for feed, snapshot in sorted(snapshots.items())])

    def pinned(self) -> "FeedStore":
        """The same store as it is now: what is current is looked up once, and does not change while it is used."""
        return FeedStore(self.root, self.current())

    @property
    def root(self) -> str:
        """The absolute folder or the URL."""
        return self._place.root

    def current(self) -> list[FeedState]:
        """Every feed that has a good snapshot, by name."""
        if self._chosen is not None:
            return list(self._chosen)
        return [state for state in self.states() if state.snapshot]

    def states(self) -> list[FeedState]:
        """Every feed that was ever tried, by name."""
        return sorted((self.state(name) for name in self._feeds()), key=lambda state: state.feed)

    def state(self, feed: str) -> FeedState:
        """One feed; a blank state when it was never tried."""
        content = self._place.read(f"{feed}/{CURRENT}")
        return parse_state(content, feed) if content is not None else FeedState(feed)

    def status(self) -> pa.Table:
        """A row for each feed (schema FEED_SNAPSHOTS): the last good snapshot and its time, and what is wrong with it.

        One whose snapshot somebody deleted has failed, whatever its note says.
        """
        rows = [asdict(state) | {"fetched_at": state.fetched_at or state.tried_at} for state in self._present()]
        return pa.Table.from_pylist([{name: row[name] for name in FEED_SNAPSHOTS.names} for row in rows], FEED_SNAPSHOTS)

    def deleted(self) -> set[str]:
        """The feeds whose last good snapshot is gone, as when somebody deleted it."""
        return self._deleted(self.states())

    def problems(self) -> pa.Table:
        """The records of the current snapshots that could not be read (schema FEED_PROBLEMS)."""
        parts = [pq.read_table(path, filesystem=self._files()) for path in self._paths("problems")]
        return pa.concat_tables([FEED_PROBLEMS.empty_table(), *parts])

    def tables(self, feed: str, snapshot: str) -> dict[str, pa.Table]:
        """Everything that a snapshot holds, by table; raises FeedError when it is gone."""
        found = {
            name: pq.read_table(path, filesystem=self._files())
            for name in SCHEMAS
            if self._files().get_file_info(path := f"{feed}/{snapshot}/{name}.parquet").type == pa_fs.FileType.File
        }
        if "problems" not in found:
            raise FeedError(f"{self._gone(FeedState(feed, snapshot))}; run `hullmark feeds sync`")
        return found

    def files(self, feed: str, snapshot: str) -> Iterator[tuple[str, bytes]]:
        """(table, its Parquet file) of a snapshot, the one that is written last in the end; raises FeedError for none."""
        if not self.holds(feed, snapshot):
            raise FeedError(f"{self._gone(FeedState(feed, snapshot))}; run `hullmark feeds sync`")
        for name in SCHEMAS:
            content = self._place.read(f"{feed}/{snapshot}/{name}.parquet")
            if content is not None:
                yield name, content

    def listing(self, feed: str, snapshot: str) -> dict[str, str]:
        """The records that the publisher had when the snapshot was made, and when each was modified; may be empty."""
        path = f"{feed}/{snapshot}/listing.parquet"
        if self._files().get_file_info(path).type != pa_fs.FileType.File:
            return {}
        rows = pq.read_table(path, filesystem=self._files())
        return dict(zip(rows["record"].to_pylist(), rows["modified"].to_pylist(), strict=True))

    def supersede(self, feed: str, snapshot: str) -> None:
        """Note that another snapshot took this one's place, from when on it is kept for a while; raises LakeError."""
        try:
            if self.holds(feed, snapshot):
                self._place.write(f"{feed}/{snapshot}/{SUPERSEDED}", b"")
        except OSError as error:
            raise LakeError(f"the snapshot {snapshot} of feed {feed} cannot be marked: {one_line(error)}") from None

    def put(self, state: FeedState, tables: dict[str, pa.Table]) -> None:
        """Keep a snapshot and make it current; raises LakeError."""
        try:
            index, before = record_index(tables), self._before(state)
            whole = {INDEX: index, **tables}
            if before and "advisories" in tables:  # what others say is compared with what is stored
                differences.note(self._place, state.feed, state.snapshot, before, index)
            for name, table in sorted(whole.items(), key=lambda item: item[0] == "problems"):
                self._place.write(f"{state.feed}/{state.snapshot}/{name}.parquet", _parquet(name, table))
            self.note(state)
        except OSError as error:
            raise LakeError(
                f"the feed {state.feed} cannot be written to {self.root}: {one_line(error)}; make it writable"
            ) from None

    def note(self, state: FeedState) -> None:
        """Write what is known of a feed, all at once; raises LakeError."""
        try:
            self._place.write(f"{state.feed}/{CURRENT}", orjson.dumps(asdict(state), option=orjson.OPT_INDENT_2))
        except OSError as error:
            raise LakeError(
                f"the state of feed {state.feed} cannot be written to {self.root}: {one_line(error)}; make it writable"
            ) from None

    def holds(self, feed: str, snapshot: str) -> bool:
        """Whether a snapshot lies here whole."""
        return bool(snapshot) and self._place.read(f"{feed}/{snapshot}/{LAST}") is not None

    def unfinished(self, feed: str) -> Unfinished:
        """Where a fetch of this feed that breaks off keeps what it has."""
        return Unfinished(self._place, feed)

    def forget(self, feed: str) -> None:
        """Take back what was noted of a feed that has no snapshot and never will; raises LakeError."""
        try:
            self._files().delete_file(f"{feed}/{CURRENT}")
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            raise LakeError(f"the state of feed {feed} cannot be deleted in {self.root}: {one_line(error)}") from None

    def prune(self, feed: str, keep: Collection[str], before: datetime) -> None:
        """Delete the snapshots that were superseded before a time and are not among `keep`; raises LakeError."""
        files = self._files()
        try:
            found = files.get_file_info(pa_fs.FileSelector(feed, recursive=True, allow_not_found=True))
            marked = {item.path.rpartition("/")[0]: item.mtime for item in found if item.base_name == SUPERSEDED}
            for item in found:
                folder = item.path.rpartition("/")[0]
                if item.base_name != LAST or folder.rpartition("/")[2] in keep:
                    continue
                if marked.get(folder, item.mtime) < before:
                    files.delete_dir(folder)
        except OSError as error:
            raise LakeError(f"old snapshots of feed {feed} cannot be deleted in {self.root}: {one_line(error)}") from None

    def differences(self, old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, pa.Table] | None:
        """What differs between two sets of snapshots (feed -> id), as `differences.differing` has it, by feed.

        None when an index is gone.
        """
        feeds = sorted(feed for feed in {**old, **new} if old.get(feed) != new.get(feed))
        found = {feed: differences.differing(self._place, feed, old.get(feed, ""), new.get(feed, "")) for feed in feeds}
        sound = {feed: rows for feed, rows in found.items() if rows is not None}
        return sound if len(sound) == len(found) else None

    def namesakes(self, changed: Mapping[str, pa.Table], snapshots: Mapping[str, str]) -> pa.Table | None:
        """What the records of these snapshots are about, `packages`, that changed in another feed; `changed` is by feed.

        None when an index is gone. What changed in a snapshot's own feed says itself what it is about.
        """
        found = [RECORD_INDEX.empty_table().select(["packages"])]
        for feed, snapshot in sorted(snapshots.items()):
            others = [rows["record"] for name, rows in changed.items() if name != feed]
            if not any(len(names) for names in others):
                continue
            file = self._index(feed, snapshot)
            if file is None:
                return None
            names = pa.concat_arrays([chunk for column in others for chunk in column.chunks])
            for group in _groups(file, names.to_pylist()):
                held = pc.is_in(file.read_row_group(group, ["record"], use_threads=False)["record"], value_set=names)
                if pc.any(held).as_py():
                    found.append(file.read_row_group(group, ["packages"], use_threads=False).filter(held))
        return pa.concat_tables(found)

    def count(self, snapshots: Mapping[str, str]) -> int | None:
        """How many records these snapshots (feed -> id) have; None when one has no index."""
        files = [self._index(feed, snapshot) for feed, snapshot in snapshots.items()]
        rows = [file.metadata.num_rows for file in files if file is not None]
        return sum(rows) if len(rows) == len(files) else None

    def holding(self, table: str) -> dict[str, str]:
        """The current snapshots (feed -> id) that hold this table."""
        folders = [path.rpartition("/")[0] for path in self._paths(table)]
        return {feed: snapshot for feed, _, snapshot in (folder.rpartition("/") for folder in folders)}

    def index(self, snapshots: Mapping[str, str]) -> "pa_dataset.Dataset | pa.Table | None":
        """What the records of these snapshots (feed -> id) are about (schema RECORD_INDEX); None when one has no index."""
        paths = [f"{feed}/{snapshot}/{INDEX}.parquet" for feed, snapshot in sorted(snapshots.items())]
        if any(item.type != pa_fs.FileType.File for item in self._files().get_file_info(paths)):
            return None
        return self._over(paths, RECORD_INDEX)

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
            rows = self._over(self._paths(name), SCHEMAS[name])
            if records is not None and name in KEYS:
                rows = scanned(rows, KEYS[name], records, SCHEMAS[name].names)
            view(connection, name, rows)

    def contents(self, table: str) -> Iterator[bytes]:
        """The Parquet files of a table in all current snapshots; raises FeedError when a snapshot is gone."""
        for path in self._paths(table):
            content = self._place.read(path)
            if content is not None:
                yield content

    def _present(self) -> Iterator[FeedState]:
        """Every feed as it stands, those whose snapshot is gone as failed."""
        states = self.states()
        deleted = self._deleted(states)
        for state in states:
            gone = f"{self._gone(state)}; run `hullmark feeds sync`"
            yield replace(state, state="failed", detail=gone) if state.feed in deleted else state

    def _deleted(self, states: Sequence[FeedState]) -> set[str]:
        places = {f"{state.feed}/{state.snapshot}/{LAST}": state.feed for state in states if state.snapshot}
        return {places[item.path] for item in self._files().get_file_info([*places]) if item.type != pa_fs.FileType.File}

    def _gone(self, state: FeedState) -> str:
        return f"the snapshot {state.snapshot} of feed {state.feed} is gone from {self.root}"

    def _index(self, feed: str, snapshot: str) -> pq.ParquetFile | None:
        try:
            return pq.ParquetFile(self._files().open_input_file(f"{feed}/{snapshot}/{INDEX}.parquet"))
        except FileNotFoundError:
            return None

    def _before(self, state: FeedState) -> str:
        """The snapshot that was current before this one; "" for none."""
        try:
            known = self.state(state.feed).snapshot
        except FeedError:  # its note is damaged, and about to be written anew
            return ""
        return known if known != state.snapshot else ""

    def _over(self, paths: list[str], schema: pa.Schema) -> "pa_dataset.Dataset | pa.Table":
        if not paths:
            return schema.empty_table()
        import pyarrow.dataset as pa_dataset  # noqa: PLC0415  only where something is matched

        return pa_dataset.dataset(paths, schema=schema, format="parquet", filesystem=self._files())

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

    def _files(self) -> pa_fs.FileSystem:
        return self._place.filesystem()

    def _feeds(self) -> Iterator[str]:
        selector = pa_fs.FileSelector("", recursive=True, allow_not_found=True)
        try:
            found = self._files().get_file_info(selector)
        except OSError as error:
            raise LakeError(f"the feeds in {self.root} cannot be listed: {one_line(error)}; check its permissions") from None
        for item in found:
            if item.base_name == CURRENT:
                yield item.path.removesuffix(f"/{CURRENT}").lstrip("/")


def _parquet(name: str, table: pa.Table) -> bytes:
    """The file of a table: in ORDER, where sorting does not take much memory."""
    sink = pa.BufferOutputStream()
    rows = table.sort_by(ORDER[name]) if name in ORDER and table.nbytes < SORTED else table
    pq.write_table(rows, sink, compression="zstd", row_group_size=GROUP)
    return bytes(sink.getvalue())


def view(connection: "duckdb.DuckDBPyConnection", name: str, rows: "pa_dataset.Dataset | pa.Table") -> None:
    """Make one of VIEWS over rows of its table."""
    connection.register(f"_{name}", rows)
    connection.execute(read_sql("hullmark.advisories", f"{name}.sql"))


def scanned(rows: "pa_dataset.Dataset | pa.Table", column: str, values: pa.ChunkedArray, columns: Sequence[str]) -> pa.Table:
    """Columns of the rows with one of these values. Arrow compares as it reads, DuckDB when all has been handed over."""
    condition = pc.field(column).isin(values.combine_chunks())  # of no chunks it would not know the type
    if isinstance(rows, pa.Table):
        return rows.filter(condition).select(columns)
    return rows.to_table(filter=condition, columns=columns)


def _groups(file: pq.ParquetFile, names: Sequence[str]) -> list[int]:
    """The row groups of a file whose first column is `record` that may have one of these, as their bounds tell."""
    bounds = [file.metadata.row_group(number).column(0).statistics for number in range(file.metadata.num_row_groups)]
    return [
        number
        for number, bound in enumerate(bounds)
        if not bound or not bound.has_min_max or any(bound.min <= name <= bound.max for name in names)
    ]
