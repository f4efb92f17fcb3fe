"""Match the whole lake against the current advisories, and write what has changed: findings, and events with their cause."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime

import duckdb
import pyarrow as pa

from hullmark.advisories.snapshot import FeedStore
from hullmark.errors import FeedError
from hullmark.fleet.ask import ask
from hullmark.fleet.rematch import Rematch, plan_rematch
from hullmark.fleet.run import Run
from hullmark.fleet.settled import note_settled
from hullmark.lake.schema import MATCHINGS, RUN_FEEDS
from hullmark.lake.store import Lake
from hullmark.matching.match import fan_out, judge
from hullmark.matching.matcher import matcher
from hullmark.sql import read_sql

ROWS = 100_000  # rows of one commit
ROWS_A_MB = 500  # findings that are compared at once, for each MB of memory


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
    today = datetime.now(UTC).date()
    with closing(lake.connect(memory_mb)) as connection:
        _require_advisories(connection, store)
        store.register(connection)
        plan = plan_rematch(connection, store, run, today, full)
        lake.commit("run_feeds", _feeds(store, run))
        note = _Note(lake, run, plan)
        note.write(None)
        _judge(connection, plan, today)
        connection.register("reread", pa.table({"image_digest": pa.array(reread, pa.string())}))
        work = _Work(lake, connection, run, plan)
        events: Counter[str] = Counter()
        for part in _parts(connection, plan, memory_mb):
            events += work.update(part)
        changes = Changes(lake.count("findings"), events["opened"], events["closed"], events["changed"])
        note.write(changes, _number(connection, "SELECT count(*) FROM doubtful"))
    note_settled(lake, run, memory_mb)
    return changes


def _judge(connection: duckdb.DuckDBPyConnection, plan: Rematch, today: date) -> None:
    """Leave `verdict` and `expected` of all that is judged, and `judged_package`."""
    for name in ("judged_all.sql",) if plan.whole else ("judged_again.sql", "relevant.sql"):
        connection.execute(read_sql("hullmark.fleet", name))
    judge(connection, today)
    for name in ("expected.sql", "taken_back.sql"):
        connection.execute(read_sql("hullmark.fleet", name))


def _parts(connection: duckdb.DuckDBPyConnection, plan: Rematch, memory_mb: int) -> list[int]:
    """Leave `doubtful`, the images to compare; returns the numbers of its parts."""
    sizes = {"rows": memory_mb * ROWS_A_MB}
    if plan.whole:
        connection.execute(read_sql("hullmark.fleet", "doubtful_all.sql"), {**sizes, "trusted": plan.trusted})
    else:
        connection.execute(read_sql("hullmark.fleet", "doubtful_again.sql"), sizes)
    return [part for (part,) in connection.sql("SELECT DISTINCT part FROM doubtful ORDER BY part").fetchall()]


@dataclass(frozen=True, slots=True)
class _Note:
    """The row of this matching in `matchings`, written before and after."""

    lake: Lake
    run: Run
    plan: Rematch

    def write(self, changes: Changes | None, images: int = 0) -> None:
        row = {
            "run": self.run.run, "at": self.run.at, "finished": datetime.now(UTC) if changes else None,
            "scope": self.plan.scope, "reason": self.plan.reason, "matcher": matcher(), "ended": self.plan.ended,
            "images": images, **(asdict(changes) if changes else {}),
        }  # fmt: skip
        self.lake.commit("matchings", pa.Table.from_pylist([row], MATCHINGS))


@dataclass(frozen=True, slots=True)
class _Work:
    """One matching under way: a part of the images after the other, so that memory is bounded."""

    lake: Lake
    connection: duckdb.DuckDBPyConnection
    run: Run
    plan: Rematch

    def update(self, part: int) -> Counter[str]:
        """Compare and write one part; returns how many events of each name."""
        self._execute("part.sql", {"part": part})
        self._execute("part_packages.sql")
        fan_out(self.connection)
        self._execute("stored_all.sql" if self.plan.whole else "stored_again.sql")
        self._execute("moved.sql")
        doubted = not self.plan.trusted
        self._execute("compare.sql", {"run": self.run.run, "engine": self.run.engine, "doubted": doubted})
        events = ask(self.connection, "events.sql", {"run": self.run.run, "at": self.run.at})
        # first: a run that is killed now tells them again, and compare.sql hears that
        for start in range(0, events.num_rows, ROWS):
            self.lake.append("finding_events", events.slice(start, ROWS))
        self._write()
        return Counter({row["values"]: row["counts"] for row in events["event"].value_counts().to_pylist()})

    def _write(self) -> None:
        """Write the findings of every image that has a change, a bounded number of rows at a time."""
        self._execute("touched.sql", {"rows": ROWS})
        batches = self.connection.sql("SELECT DISTINCT whole, batch FROM touched ORDER BY ALL").fetchall()
        for whole, batch in batches:
            chosen = {"whole": whole, "batch": batch}
            sql = "SELECT image_digest FROM touched WHERE whole = $whole AND batch = $batch"
            scope = self.connection.sql(sql, params=chosen).to_arrow_table()
            self.connection.register("scope", scope)
            rows = ask(self.connection, "findings.sql", {"at": self.run.at})
            if whole:
                kept = ask(self.connection, "findings_kept.sql")
                self.lake.replace_scope("findings", scope, pa.concat_tables([rows.cast(kept.schema), kept]))
            else:
                self.lake.append("findings", rows)
        matched = ask(self.connection, "matched.sql", {"run": self.run.run, "at": self.run.at})
        changed = self.connection.sql("SELECT image_digest FROM part_image ANTI JOIN present USING (image_digest)")
        self.lake.replace_scope("matched_images", changed.to_arrow_table(), matched)

    def _execute(self, name: str, parameters: Mapping[str, object] | None = None) -> None:
        self.connection.execute(read_sql("hullmark.fleet", name), dict(parameters) if parameters else None)


def _require_advisories(connection: duckdb.DuckDBPyConnection, store: FeedStore) -> None:
    if _number(connection, "SELECT count(*) FROM findings") and not store.current():
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


def _number(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(connection.sql(sql).fetchall()[0][0])
