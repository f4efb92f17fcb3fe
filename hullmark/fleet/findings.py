"""Match the whole lake against the current advisories, and write what has changed: findings, and events with their cause."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from hullmark.advisories.snapshot import FeedStore
from hullmark.errors import FeedError, LakeError
from hullmark.fleet.ask import ask
from hullmark.fleet.run import Run
from hullmark.lake.schema import RUN_FEEDS
from hullmark.lake.store import Lake
from hullmark.matching.match import match
from hullmark.quality.quarantine import quarantine
from hullmark.quality.validate import validate
from hullmark.sql import read_sql

ROWS = 200_000  # rows of one commit


@dataclass(frozen=True, slots=True)
class Changes:
    """What one matching changed, and how many findings there are now."""

    findings: int
    opened: int
    closed: int
    changed: int


def update_findings(lake: Lake, store: FeedStore, run: Run, reread: Sequence[str] = (), memory_mb: int = 1024) -> Changes:
    """Bring `findings` up to date and add `finding_events`; `reread` are the digests that another engine had read before.

    Raises FeedError when findings exist but their advisories are gone, and LakeError when rows fail validation.
    """
    with closing(lake.connect(memory_mb)) as connection:
        _require_advisories(connection, store)
        lake.commit("run_feeds", _feeds(store, run))
        store.register(connection)
        connection.execute(read_sql("hullmark.fleet", "present_packages.sql"))
        match(connection)
        connection.register("reread", pa.table({"image_digest": pa.array(reread, pa.string())}))
        connection.execute(read_sql("hullmark.fleet", "compare.sql"), {"run": run.run, "engine": run.engine})
        events = ask(connection, "events.sql", {"run": run.run, "at": run.at})
        _validated(lake, "finding_events", events, run)
        lake.commit("finding_events", events)  # first: a run that is killed now tells them again, and events.sql hears that
        _write(lake, connection, run)
        return _count(connection, events)


def _require_advisories(connection: duckdb.DuckDBPyConnection, store: FeedStore) -> None:
    known = connection.sql("SELECT count(*) FROM findings").fetchall()[0][0]
    if known and not store.current():
        raise FeedError(
            "the advisory snapshots of this lake are gone, so its findings were left as they are; run `hullmark feeds sync`"
        )


def _feeds(store: FeedStore, run: Run) -> pa.Table:
    """Which snapshot of each feed this run matches with."""
    rows = [
        {"run": run.run, "feed": state.feed, "snapshot": state.snapshot, "fetched_at": state.fetched_at,
            "published": state.published}
        for state in store.current()
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, RUN_FEEDS)


def _write(lake: Lake, connection: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Replace the findings of every image that has a change, a bounded number of rows at a time."""
    sizes = ask(connection, "touched.sql")
    digests: list[str] = []
    rows = 0
    for digest, count in zip(sizes.column("image_digest").to_pylist(), sizes.column("rows").to_pylist(), strict=True):
        if digests and rows + count > ROWS:
            _write_images(lake, connection, digests, run)
            digests, rows = [], 0
        digests.append(digest)
        rows += count
    if digests:
        _write_images(lake, connection, digests, run)


def _write_images(lake: Lake, connection: duckdb.DuckDBPyConnection, digests: list[str], run: Run) -> None:
    scope = pa.table({"image_digest": pa.array(digests, pa.string())})
    connection.register("scope", scope)
    batch = ask(connection, "findings.sql", {"at": run.at})
    _validated(lake, "findings", batch, run)
    lake.replace_scope("findings", scope, batch)


def _validated(lake: Lake, table: str, batch: pa.Table, run: Run) -> None:
    verdict = validate(table, batch)
    if not verdict.ok:
        kept = quarantine(lake, table, batch, verdict, run.run)
        raise LakeError(
            f"a batch for {table} failed validation ({verdict.failures[0]}); it is kept in {kept}, please report it"
        )


def _count(connection: duckdb.DuckDBPyConnection, events: pa.Table) -> Changes:
    total = connection.sql("SELECT count(*) FROM finding").fetchall()[0][0]
    names = events.column("event").value_counts().to_pylist()
    counts = {row["values"]: int(row["counts"]) for row in names}
    return Changes(int(total), counts.get("opened", 0), counts.get("closed", 0), counts.get("changed", 0))
