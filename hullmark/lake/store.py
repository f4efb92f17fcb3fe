"""The lake: Delta tables under `tables/`, and beside them what others own: `layers/`, `feeds/` and `quarantine/`.

A commit is atomic: readers see the state before it or after it, and a writer that dies leaves nothing visible. Rows with
equal keys replace each other; tables with a scope (all findings of an image) replace the scope whole.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from hullmark.errors import LakeError, UsageError
from hullmark.lake import delta, lease, locks, marker, reading, rows
from hullmark.lake.batch import shape, table_named
from hullmark.lake.place import for_tables, place
from hullmark.lake.schema import TABLES, Table

WRITE_SECONDS = 600.0  # how long one commit waits for another one on the same local table


Gate = Callable[["Lake", str, pa.Table], None]


class Lake:
    """A lake at a local folder or an `s3://` URL; making the object touches nothing. Raises LakeError for no such place."""

    def __init__(self, root: str) -> None:
        self.place = for_tables(place(root))
        self._ready = False
        self._gate: Gate | None = None
        self._lease: lease.Lease | None = None

    @property
    def root(self) -> str:
        """The absolute folder or the URL, without a trailing slash."""
        return self.place.root

    @property
    def layer_objects_root(self) -> str:
        """Where the objects of single layers lie (see `LayerObjects`)."""
        return self.place.join("layers")

    @property
    def feeds_root(self) -> str:
        """Where the snapshots of advisory feeds lie (see `FeedStore`)."""
        return self.place.join(marker.FEEDS)

    def exists(self) -> bool:
        """Whether a lake was made here; raises LakeError for one that this version cannot read."""
        return marker.is_marked(self.place)

    def create(self) -> None:
        """Make the lake unless it is there; raises LakeError when not writable, not a lake, or made by a newer version."""
        if not self._ready:
            marker.mark(self.place)
            self._ready = True

    @contextmanager
    def guarded(self, gate: Gate | None) -> Iterator[None]:
        """Meanwhile every batch is shown to the gate before it is written, and stays out when that raises. None: no gate."""
        before, self._gate = self._gate, gate
        try:
            yield
        finally:
            self._gate = before

    def commit(self, table: str, batch: pa.Table) -> int:
        """Put the rows in and return their number; the old rows of every scope in the batch go in the same commit.

        Raises LakeError when the batch does not fit the table or cannot be written. An empty batch changes nothing.
        """
        target = table_named(table)
        if not batch.num_rows:
            return 0
        rows = self._fit(target, batch)
        with self._writing(table):
            if target.scope:
                delta.replace(self.place, target, rows, rows.select(list(target.scope)))
            else:
                delta.upsert(self.place, target, rows)
        return int(rows.num_rows)

    def append(self, table: str, batch: pa.Table) -> int:
        """Put in rows, whose keys the table does not have yet; returns their number. Cheaper than `commit`."""
        target = table_named(table)
        rows = self._fit(target, batch)
        if rows.num_rows:
            with self._writing(table):
                delta.append(self.place, target, rows)
        return int(rows.num_rows)

    def append_each(self, batches: Mapping[str, pa.Table]) -> None:
        """Put rows into several tables that hang on nothing of each other, all at once; a commit for each (see `append`)."""
        with ThreadPoolExecutor(len(batches)) as pool:
            for _ in pool.map(self.append, batches.keys(), batches.values()):
                pass

    def amend(self, table: str, batch: pa.Table, gone: pa.Table) -> int:
        """Put rows in by their keys and take out those whose keys stand in `gone`, all in one commit.

        Returns the number of rows put in. No key may stand in both. Nothing happens where both are empty.
        """
        target = table_named(table)
        rows = self._fit(target, batch)
        if rows.num_rows or gone.num_rows:
            with self._writing(table):
                delta.amend(self.place, target, rows, gone.select(list(target.key)))
        return int(rows.num_rows)

    def take_out(self, table: str, column: str, numbers: Sequence[int]) -> None:
        """Take out the rows that have one of these numbers in a column; nothing happens for none."""
        if numbers:
            with self._writing(table):
                delta.take_out(self.place, table_named(table), column, numbers)

    def clear(self, table: str) -> None:
        """Take all rows out of a table, in one commit; nothing happens where it has none."""
        if self.count(table):
            with self._writing(table):
                delta.clear(self.place, table_named(table))

    def replace_scope(self, table: str, scope_values: pa.Table, batch: pa.Table) -> int:
        """Like `commit`, but scopes in `scope_values` that have no row in the batch are cleared too."""
        target = table_named(table)
        if not target.scope:
            raise LakeError(f"the table {table} has no scope to replace; commit to it instead")
        rows = self._fit(target, batch)
        scopes = pa.concat_tables(
            [values.select(list(target.scope)) for values in (rows, scope_values)], promote_options="default"
        )
        with self._writing(table):
            delta.replace(self.place, target, rows, scopes)
        return int(rows.num_rows)

    def make_equal(self, table: str, rows: pa.Table, changed: pa.Table) -> None:
        """Make the table hold `rows` and no others, in one commit; `changed` are the scopes in which it differs now.

        Many of those are no list of scopes but the table written anew.
        """
        target = table_named(table)
        column = target.scope[0]
        if changed.num_rows <= delta.SCOPES:
            if changed.num_rows:
                self.replace_scope(table, changed, rows.filter(pc.is_in(rows[column], value_set=pc.unique(changed[column]))))
            return
        self.replace_all(table, rows)

    def replace_all(self, table: str, rows: pa.Table) -> None:
        """Put the rows in place of all that the table holds, in one commit."""
        target = table_named(table)
        content = self._fit(target, rows)
        with self._writing(table):
            delta.replace_all(self.place, target, content)

    def replace_before(self, table: str, column: str, before: datetime, batch: pa.Table) -> int:
        """Put the rows in place of all rows whose time `column` is before a time, in one commit; returns their number."""
        target = table_named(table)
        rows = self._fit(target, batch)
        with self._writing(table):
            delta.replace_before(self.place, target, rows, column, before)
        return int(rows.num_rows)

    def connect(
        self, memory_mb: int = 1024, threads: int | None = None, only: Collection[str] = ()
    ) -> duckdb.DuckDBPyConnection:
        """An in-memory DuckDB with one view a table (typed and empty where there is no table yet) and the views of `views/`.

        It sees the state of each table at this moment, reads nothing outside the lake's tables, and cannot be reconfigured.
        `only`: these tables and views and what they are made of, and no others, which takes less time (see `naming.named`).
        """
        return reading.connect(self.place, memory_mb, threads, only)

    def add_views(self, connection: duckdb.DuckDBPyConnection, names: Collection[str]) -> None:
        """Give a connection that was made with `only` more tables and views, as they are now; those that it has stay."""
        reading.add(connection, self.place, names)

    def rows(self, table: str, columns: Sequence[str]) -> pa.Table:
        """Columns of all rows of a table, without a database; raises LakeError."""
        return rows.rows(self.place, table_named(table), columns)

    def rows_with(self, table: str, columns: Sequence[str], column: str, value: str) -> pa.Table:
        """Those of the rows that have a text in one of the columns, read from the files that may have it."""
        return rows.rows_with(self.place, table_named(table), columns, column, value)

    def latest(self, table: str, column: str) -> pa.Table:
        """The whole row with the latest time in a column, read from the newest files alone; no row of an empty table."""
        return rows.latest(self.place, table_named(table), column)

    def relation_as_of(self, table: str, when: int | datetime) -> duckdb.DuckDBPyRelation:
        """An old state of a table, by its version or by an aware time; raises LakeError when it is gone or never was."""
        return reading.relation_as_of(self.place, table_named(table), when)

    def versions(self) -> dict[str, int]:
        """The current Delta version of each table that exists: it changes when, and only when, the table does."""
        return {name: now.version for name in TABLES if (now := delta.state(self.place, name))}

    def identity(self, table: str) -> str:
        """A word that is the same as long as the table is, "" where there is none; compacting a table changes it too."""
        return delta.identity(self.place, table_named(table).name)

    def holds(self, table: str) -> bool:
        """Whether anything was ever committed to a table, even if its rows are gone since."""
        return delta.state(self.place, table_named(table).name) is not None

    def may_hold(self, table: str, column: str, value: str) -> bool:
        """Whether some row may have this text in a column; read from the table's log, which only knows bounds."""
        now = delta.state(self.place, table_named(table).name)
        return now is not None and any(file.may_hold(column, value) for file in now.files)

    def count(self, table: str) -> int:
        """How many rows a table has now; read from its log, not from its rows."""
        now = delta.state(self.place, table_named(table).name)
        return now.rows if now else 0

    @contextmanager
    def lock(self, what: str, wait_seconds: float = 0.0) -> Iterator[None]:
        """One writing run at a time; raises LakeBusy with who holds it, when it is not free in time.

        On S3 it expires when its holder dies; a holder that has lost it meets LakeBusy at its next commit by this object.
        """
        self.create()
        if self.place.is_local:
            with locks.hold(Path(self.place.join("locks")), locks.RUN, what, wait_seconds):
                yield
            return
        with lease.hold(self.place, what, wait_seconds) as held:
            self._lease = held
            try:
                yield
            finally:
                self._lease = None

    def compact(self) -> dict[str, int]:
        """Merge small files; returns how many files each table has now."""
        return {name: self._maintain(name, delta.compact) for name in self.versions()}

    def vacuum(self, keep_days: int = 7) -> dict[str, int]:
        """Delete the files of states older than `keep_days`; returns how many were deleted from each table.

        Raises UsageError for 0 days on S3, where nothing would protect the files of a commit under way.
        """
        if keep_days < (0 if self.place.is_local else 1):
            raise UsageError(f"{keep_days} days are too few for {self.root}; keep at least 1")
        return {
            name: self._maintain(name, lambda where, table: delta.vacuum(where, table, keep_days))
            for name in self.versions()
        }

    def _fit(self, table: Table, batch: pa.Table) -> pa.Table:
        rows = shape(table, batch)
        if self._gate and rows.num_rows:
            self._gate(self, table.name, rows)
        return rows

    def _maintain(self, name: str, action: delta.Maintenance) -> int:
        with self._writing(name):
            return action(self.place, name)

    def _writing(self, table: str) -> AbstractContextManager[None]:
        self.create()
        if not self.place.is_local:  # Delta sorts out writers of one table
            if self._lease:
                self._lease.require()
            return nullcontext()
        return locks.hold(Path(self.place.join("locks")), table, f"writing {table}", WRITE_SECONDS)
