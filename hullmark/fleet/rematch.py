"""What must be matched again: the images and packages that changed since the last matching, or everything."""

from dataclasses import dataclass
from datetime import date, datetime

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from hullmark.advisories.store import FeedStore
from hullmark.fleet.ask import ask
from hullmark.fleet.run import Run
from hullmark.lake.schema import RECORD_INDEX
from hullmark.lake.store import Lake
from hullmark.matching.match import ended, name_places
from hullmark.matching.matcher import matcher
from hullmark.sql import read_sql

READ = ("distinct_packages", "matchings", "run_feeds", "verdicts")  # to plan with
IMAGES = ("images", "digests")  # which images there are, and when each was read
MATCHED = "matched_images"
STATED = "content_set"  # the repositories that images say they were built from
REPOSITORIES = "redhat-repositories"  # the feed that tells which product a repository is of
MOST = 0.1  # of all records or images that changed: with more, everything is matched


@dataclass(frozen=True, slots=True)
class Rematch:
    """What one matching does: `whole` is everything, and `reason` why.

    `anew`: another matcher, or none, was there before; where it named packages otherwise, every image is compared package by
    package.
    `doubted`: the last matching did not end, so that some events may have been told already. `ended` are the ecosystems
    without fixes. `seen`: the state of the tables in IMAGES. `idle`: nothing that changed is about the fleet, whose
    `findings` are as many as they were.
    """

    whole: bool
    reason: str
    anew: bool
    doubted: bool
    ended: list[str]
    seen: list[str]
    idle: bool
    findings: int

    @property
    def scope(self) -> str:
        """As `matchings` says it."""
        return "full" if self.whole else "incremental"


@dataclass(frozen=True, slots=True)
class _Last:
    """The last matching: when it was, whether it ended, its matcher, the ecosystems that had ended, the snapshot of each
    feed, the state of the tables in IMAGES, and how many findings there were."""

    at: datetime
    finished: bool
    matcher: str
    ended: list[str]
    feeds: dict[str, str]
    seen: list[str]
    findings: int


def plan_rematch(  # noqa: PLR0913, PLR0917  what a plan depends on
    lake: Lake, connection: duckdb.DuckDBPyConnection, store: FeedStore, run: Run, today: date, full: bool
) -> Rematch:
    """Leave `touched_image` and, unless everything is matched, `touched_known` on a connection with the tables in READ.

    `full` asks for everything.
    """
    seen, last = [lake.identity(name) for name in IMAGES], _last(connection)
    name_places(connection)
    done = _ended(connection, store, last, today)
    reason = "asked for" if full else _doubt(lake, connection, last, done)
    if reason or last is None or last.seen != seen:
        lake.add_views(connection, (*IMAGES, STATED, MATCHED))
        connection.execute(read_sql(__package__, "present.sql"))
        connection.execute(read_sql(__package__, "touched_images.sql"), {"run": run.run})
    else:
        connection.execute(read_sql(__package__, "touched_none.sql"))
    if not reason and last is not None:
        reason = _moved(lake, connection, store, last) or _changes(connection, store, last)
    anew = last is None or last.matcher != matcher()
    idle = not reason and not _any(connection, "touched_image") and not _any(connection, "touched_known")
    doubted = last is not None and not last.finished
    return Rematch(bool(reason), reason, anew, doubted, done, seen, idle, last.findings if last and idle else 0)


def _last(connection: duckdb.DuckDBPyConnection) -> _Last | None:
    rows = ask(connection, "last_matching.sql").to_pylist()
    return _Last(**rows[0] | {"feeds": dict(rows[0]["feeds"] or [])}) if rows else None


def _ended(connection: duckdb.DuckDBPyConnection, store: FeedStore, last: _Last | None, today: date) -> list[str]:
    """The ecosystems that have ended: those of the last matching, when it was today and had the same feed of them."""
    if last is not None and last.at.date() == today and last.matcher == matcher():
        same_feeds = {state.feed for state in store.current()} == set(last.feeds)
        if same_feeds and store.holding("end_of_life").items() <= last.feeds.items():
            return last.ended
    store.register(connection, ("end_of_life",))
    return ended(connection, today)


def _doubt(lake: Lake, connection: duckdb.DuckDBPyConnection, last: _Last | None, done: list[str]) -> str:
    """Why everything must be matched whatever has changed, "" for no reason."""
    if last is None:
        return "nothing was matched before"
    unknown = not _any(connection, "distinct_packages")
    if unknown:
        lake.add_views(connection, (MATCHED,))
        unknown = _any(connection, MATCHED)
    doubts = {
        "the last matching did not end": not last.finished, "the matcher is another": last.matcher != matcher(),
        "distinct packages are not known": unknown, "a release has ended": last.ended != done,
    }  # fmt: skip
    return next((doubt for doubt, there in doubts.items() if there), "")


def _moved(lake: Lake, connection: duckdb.DuckDBPyConnection, store: FeedStore, last: _Last) -> str:
    """Why everything must be matched, where repositories that images state may be of other products, "" for no reason."""
    now = store.holding("product_repositories")
    if now == {feed: last.feeds.get(feed) for feed in now} and REPOSITORIES not in last.feeds.keys() - now.keys():
        return ""
    lake.add_views(connection, (STATED,))
    return "the products of Red Hat's repositories are others" if _any(connection, STATED) else ""


def _changes(connection: duckdb.DuckDBPyConnection, store: FeedStore, last: _Last) -> str:
    """Leave what changed; or say why everything must be matched, "" when what changed suffices."""
    touched = _number(connection, "SELECT count(*) FROM touched_image")
    if touched and touched > MOST * _number(connection, "SELECT count(*) FROM present"):
        return "many images changed"
    now = {state.feed: state.snapshot for state in store.current()}
    advising = store.holding("advisories")
    plain = now.keys() - advising.keys()  # of no package: verdicts are compared with what they say
    changes = store.differences({feed: name for feed, name in last.feeds.items() if feed not in plain}, advising)
    records, namesakes = store.count(now), store.namesakes(changes or {}, advising)
    if changes is None or records is None or namesakes is None:
        return "a snapshot that was matched is gone"
    changed = pa.concat_tables([RECORD_INDEX.empty_table(), *changes.values()])
    connection.register("changed_record", changed)
    if _number(connection, "SELECT count(DISTINCT record) FROM changed_record") > MOST * records:
        return "many advisories changed"
    connection.register("namesake", namesakes)
    rejects = _rejects(changed)
    if rejects:
        connection.register("advising_record", store.index(advising))
    for name in ("touched_packages.sql", *(("rejected_packages.sql",) if rejects else ()), "touched_known.sql"):
        connection.execute(read_sql(__package__, name))
    if any(last.feeds.get(feed) != now[feed] for feed in plain):
        names = connection.sql("SELECT DISTINCT vulnerability FROM verdicts").to_arrow_table()["vulnerability"]
        store.register(connection, ("exploitation",), names)
        connection.execute(read_sql(__package__, "exploited_packages.sql"))
    return ""


def _rejects(changed: pa.Table) -> bool:
    """Whether a changed record rejects its vulnerability, then or now; also where an older Hullmark did not ask."""
    return bool(pc.any(pc.fill_null(changed["rejects"], True)).as_py())


def _any(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    return bool(connection.table(name).limit(1).fetchall())


def _number(connection: duckdb.DuckDBPyConnection, count: str) -> int:
    return int(connection.sql(count).fetchall()[0][0])
