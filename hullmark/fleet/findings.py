"""Match the whole lake against the current advisories, and write what has changed: findings, and events with their cause."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime

import duckdb
import pyarrow as pa

from hullmark.advisories.narrow import register_exploitation, register_packages
from hullmark.advisories.snapshot import FeedStore
from hullmark.errors import FeedError
from hullmark.fleet import rematch
from hullmark.fleet.ask import ask
from hullmark.fleet.run import Run
from hullmark.fleet.settled import note_settled
from hullmark.fleet.verdicts import Work
from hullmark.lake.schema import EXPLOITATION, MATCHINGS, RUN_FEEDS
from hullmark.lake.store import Lake
from hullmark.matching.match import compare, judge, weigh
from hullmark.matching.matcher import matcher
from hullmark.sql import read_sql

CARRIED = ("packages", "verdicts", "vulnerable_packages")  # what a matching reads beside the plan's
ASKED = ("images", "runs")  # where some came, went or were read again
STORED = ("findings", "finding_events")  # where images are compared package by package, or events may have been told


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
    _require_advisories(lake, feeds)
    known = rematch.outline(lake, feeds, today, full)
    if known.concerns(lake):
        with closing(lake.connect(memory_mb, only=rematch.READ)) as connection:
            plan = rematch.plan_rematch(lake, connection, feeds, known, run)
            changes = (
                _idle(lake, feeds, run, plan)
                if plan.idle
                else _match(Work(lake, connection, run, plan, memory_mb), feeds, today, reread)
            )
    else:
        changes = _idle(lake, feeds, run, known.rematch("", idle=True))
    note_settled(lake, run, memory_mb)
    return changes


def _idle(lake: Lake, store: FeedStore, run: Run, plan: rematch.Rematch) -> Changes:
    """Note a matching that has nothing to match."""
    changes = Changes(plan.findings, 0, 0, 0)
    lake.append_each({"run_feeds": _feeds(store, run), "matchings": _Note(run, plan).row(changes)})
    return changes


def _match(work: Work, store: FeedStore, today: date, reread: Sequence[str]) -> Changes:
    """Match, between the two notes of it."""
    lake, connection, note = work.lake, work.connection, _Note(work.run, work.plan)
    lake.append_each({"run_feeds": _feeds(store, work.run), "matchings": note.row(None)})
    stated = (rematch.STATED,) if store.holding("product_repositories") else ()
    asked = () if work.plan.same_images else ASKED
    lake.add_views(connection, (*CARRIED, *asked, *stated, *(STORED if work.looks_back else ())))
    _judge(connection, store, work.plan, today)
    connection.register("reread", pa.table({"image_digest": pa.array(reread, pa.string())}))
    difference = work.update()
    changes = Changes(difference.findings, *(difference.events[event] for event in ("opened", "closed", "changed")))
    lake.commit("matchings", note.row(changes, difference.images))
    return changes


def _judge(connection: duckdb.DuckDBPyConnection, store: FeedStore, plan: rematch.Rematch, today: date) -> None:
    """Leave `verdict` and `expected` of all that is judged, and `judged_package`."""
    if plan.whole:
        for name in ("present.sql", "judged_all.sql"):
            connection.execute(read_sql("hullmark.fleet", name))
        store.register(connection)
        judge(connection, today)
    else:
        judged = "judged_known.sql" if plan.same_images else "judged_again.sql"
        connection.execute(read_sql("hullmark.fleet", judged))
        repositories = _asked(connection, "asked_repositories.sql") if store.holding("product_repositories") else ()
        names, also = (_asked(connection, name) for name in ("asked_names.sql", "asked_also.sql"))
        register_packages(store, connection, names, repositories, also)
        compare(connection, today)
        known = ask(connection, "exploited_known.sql").cast(EXPLOITATION) if plan.same_exploitation else None
        register_exploitation(store, connection, _asked(connection, "asked_exploitation.sql"), known)
        weigh(connection)
    connection.execute(read_sql("hullmark.fleet", "taken_back.sql"))


def _asked(connection: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    return [str(word) for word in ask(connection, name).column(0).to_pylist()]


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


def _require_advisories(lake: Lake, store: FeedStore) -> None:
    if store.current():
        return
    with closing(lake.connect(only=("findings",))) as connection:
        held = connection.sql("SELECT 1 FROM findings LIMIT 1").fetchall()
    if held:
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
