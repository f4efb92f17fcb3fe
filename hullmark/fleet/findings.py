"""Match the whole lake against the current advisories, and write what has changed: findings, and events with their cause."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime

import duckdb
import pyarrow as pa

from hullmark.advisories.snapshot import FeedStore
from hullmark.errors import FeedError
from hullmark.fleet import rematch
from hullmark.fleet.run import Run
from hullmark.fleet.settled import note_settled
from hullmark.fleet.verdicts import Difference, Work
from hullmark.lake.schema import MATCHINGS, RUN_FEEDS
from hullmark.lake.store import Lake
from hullmark.matching.match import judge
from hullmark.matching.matcher import matcher
from hullmark.sql import read_sql

JUDGED = (
    "images",
    rematch.STATED,
    "packages",
    "verdicts",
    "vulnerable_packages",
    "findings",
    "finding_events",
    "runs",
)  # beside the plan's


@dataclass(frozen=True, slots=True)
class Changes:
    """What one matching changed, and how many findings there are now."""

    findings: int
    opened: int
    closed: int
    changed: int


def update_findings(  # noqa: PLR0913, PLR0917  what a matching depends on
    lake: Lake, store: FeedStore, run: Run, reread: Sequence[str] = (), memory_mb: int = 1024, full: bool = False
) -> Changes:
    """Bring `findings` up to date and add `finding_events`; `reread` are the digests that another engine had read before.

    Only what changed since the last matching is matched again, unless `full` or where that cannot be known; the rows are the
    same. Raises FeedError when findings exist but their advisories are gone, and LakeError.
    """
    today, feeds = datetime.now(UTC).date(), store.pinned()
    with closing(lake.connect(memory_mb, only=rematch.READ)) as connection:
        _require_advisories(lake, connection, feeds)
        plan = rematch.plan_rematch(lake, connection, feeds, run, today, full)
        lake.append("run_feeds", _feeds(feeds, run))
        note = _Note(run, plan)
        if plan.idle:
            difference = Difference(plan.findings)
        else:
            lake.append("matchings", note.row(None))
            difference = _match(Work(lake, connection, run, plan, memory_mb), feeds, today, reread)
        changes = Changes(difference.findings, *(difference.events[event] for event in ("opened", "closed", "changed")))
        write = lake.append if plan.idle else lake.commit
        write("matchings", note.row(changes, difference.images))
    note_settled(lake, run, memory_mb)
    return changes


def _match(work: Work, store: FeedStore, today: date, reread: Sequence[str]) -> Difference:
    connection = work.connection
    work.lake.add_views(connection, JUDGED)
    _judge(connection, store, work.plan, today)
    connection.register("reread", pa.table({"image_digest": pa.array(reread, pa.string())}))
    return work.update()


def _judge(connection: duckdb.DuckDBPyConnection, store: FeedStore, plan: rematch.Rematch, today: date) -> None:
    """Leave `verdict` and `expected` of all that is judged, and `judged_package`."""
    if not plan.whole:
        connection.register("advising_record", store.index(store.holding("advisories")))
    for name in ("present.sql", *(("judged_all.sql",) if plan.whole else ("judged_again.sql", "relevant.sql"))):
        connection.execute(read_sql("hullmark.fleet", name))
    records = None if plan.whole else connection.table("relevant_record").to_arrow_table()["record"]
    store.register(connection, records=records)
    judge(connection, today)
    connection.execute(read_sql("hullmark.fleet", "taken_back.sql"))


@dataclass(frozen=True, slots=True)
class _Note:
    """The row of this matching in `matchings`, written before and after, or once where there is nothing to match."""

    run: Run
    plan: rematch.Rematch

    def row(self, changes: Changes | None, images: int = 0) -> pa.Table:
        row = {
            "run": self.run.run, "at": self.run.at, "finished": datetime.now(UTC) if changes else None,
            "scope": self.plan.scope, "reason": self.plan.reason, "matcher": matcher(), "ended": self.plan.ended,
            "seen": self.plan.seen, "images": images, **(asdict(changes) if changes else {}),
        }  # fmt: skip
        return pa.Table.from_pylist([row], MATCHINGS)


def _require_advisories(lake: Lake, connection: duckdb.DuckDBPyConnection, store: FeedStore) -> None:
    if store.current():
        return
    lake.add_views(connection, JUDGED)
    if connection.sql("SELECT 1 FROM findings LIMIT 1").fetchall():
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
