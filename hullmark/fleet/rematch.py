"""What must be matched again: the images and packages that changed since the last matching, or everything."""

from dataclasses import dataclass
from datetime import date

import duckdb

from hullmark.advisories.snapshot import FeedStore
from hullmark.fleet.ask import ask
from hullmark.fleet.run import Run
from hullmark.matching.match import ended
from hullmark.matching.matcher import matcher
from hullmark.sql import read_sql

MOST = 0.1  # of all records or images that changed: with more, everything is matched


@dataclass(frozen=True, slots=True)
class Rematch:
    """What one matching does: `whole` is everything, and `reason` why.

    `anew`: another matcher, or none, was there before, so that every image is compared package by package.
    `doubted`: the last matching did not end, so that some events may have been told already. `ended` are the ecosystems
    without fixes.
    """

    whole: bool
    reason: str
    anew: bool
    doubted: bool
    ended: list[str]

    @property
    def scope(self) -> str:
        """As `matchings` says it."""
        return "full" if self.whole else "incremental"


@dataclass(frozen=True, slots=True)
class _Last:
    """The last matching: whether it ended, its matcher, the ecosystems that had ended, and the snapshot of each feed."""

    finished: bool
    matcher: str
    ended: list[str]
    feeds: dict[str, str]


def plan_rematch(connection: duckdb.DuckDBPyConnection, store: FeedStore, run: Run, today: date, full: bool) -> Rematch:
    """Leave `present`, `touched_image` and, unless everything is matched, `touched_package` on a lake's connection.

    Reads the feeds' views. `full` asks for everything.
    """
    for name in ("present.sql", "touched_images.sql"):
        connection.execute(read_sql(__package__, name), {"run": run.run} if name == "touched_images.sql" else None)
    done = ended(connection, today)
    last = _last(connection)
    reason = "asked for" if full else _reason(connection, store, last, done)
    anew = last is None or last.matcher != matcher()
    return Rematch(bool(reason), reason, anew, last is not None and not last.finished, done)


def _last(connection: duckdb.DuckDBPyConnection) -> _Last | None:
    rows = ask(connection, "last_matching.sql").to_pylist()
    return _Last(rows[0]["finished"], rows[0]["matcher"], rows[0]["ended"], dict(rows[0]["feeds"] or [])) if rows else None


def _reason(connection: duckdb.DuckDBPyConnection, store: FeedStore, last: _Last | None, done: list[str]) -> str:
    """Why everything must be matched, "" when what changed suffices; then `touched_package` is there."""
    if last is None:
        return "nothing was matched before"
    known, matched = (connection.table(name).limit(1).fetchall() for name in ("distinct_packages", "matched_images"))
    doubts = {
        "the last matching did not end": not last.finished, "the matcher is another": last.matcher != matcher(),
        "distinct packages are not known": matched and not known, "a release has ended": last.ended != done,
    }  # fmt: skip
    for doubt, there in doubts.items():
        if there:
            return doubt
    if _share(connection, "SELECT count(*) FROM touched_image", "SELECT count(*) FROM present") > MOST:
        return "many images changed"
    return _touch(connection, store, last.feeds)


def _touch(connection: duckdb.DuckDBPyConnection, store: FeedStore, then: dict[str, str]) -> str:
    now = {state.feed: state.snapshot for state in store.current()}
    old = {feed: snapshot for feed, snapshot in then.items() if now.get(feed) != snapshot}
    new = {feed: snapshot for feed, snapshot in now.items() if then.get(feed) != snapshot}
    for name, feeds in (("old_index", old), ("new_index", new), ("_all_index", now)):
        index = store.index(feeds)
        if index is None:
            return "a snapshot that was matched is gone"
        connection.register(name, index)
    connection.execute("CREATE OR REPLACE TEMP TABLE all_index AS SELECT record, packages, vulnerabilities FROM _all_index")
    connection.execute(read_sql(__package__, "touched_records.sql"))
    if _share(connection, "SELECT count(*) FROM touched_record", "SELECT count(*) FROM all_index") > MOST:
        return "many advisories changed"
    connection.execute(read_sql(__package__, "touched_packages.sql"))
    return ""


def _share(connection: duckdb.DuckDBPyConnection, part: str, whole: str) -> float:
    some, every = (connection.sql(count).fetchall()[0][0] for count in (part, whole))
    return float(some) / every if every else float(some)
