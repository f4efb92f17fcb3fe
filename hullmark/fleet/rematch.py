"""What must be matched again: the images and packages that changed since the last matching, or everything."""

from contextlib import closing
from dataclasses import dataclass
from datetime import date

import duckdb

from hullmark.advisories.store import FeedStore
from hullmark.fleet.changed import Changed, what_changed
from hullmark.fleet.last import Last, last_matching
from hullmark.fleet.run import Run
from hullmark.lake.duck import open_duckdb
from hullmark.lake.store import Lake
from hullmark.matching.match import ended, name_places
from hullmark.matching.matcher import matcher
from hullmark.sql import read_sql

READ = ("distinct_packages", "verdicts")  # to plan with
IMAGES = ("images", "digests")  # which images there are, and when each was read
MATCHED = "matched_images"
STATED = "content_set"  # the repositories that images say they were built from
REPOSITORIES = "redhat-repositories"  # the feed that tells which product a repository is of
MOST = 0.1  # of all images that changed: with more, everything is matched


@dataclass(frozen=True, slots=True)
class Rematch:
    """What one matching does: `whole` is everything, and `reason` why.

    `anew`: another matcher, or none, was there before; where it named packages otherwise, every image is compared package by
    package.
    `doubted`: the last matching did not end, so that some events may have been told already. `ended` are the ecosystems
    without fixes. `seen`: the state of the tables in IMAGES. `idle`: nothing that changed is about the fleet.
    `findings`: how many there were. `same_images`: none came, went or was read again since the last matching, which
    ended. `same_exploitation`: KEV and EPSS are those of the last matching.
    """

    whole: bool
    reason: str
    anew: bool
    doubted: bool
    ended: list[str]
    seen: list[str]
    idle: bool
    findings: int
    same_images: bool
    same_exploitation: bool

    @property
    def scope(self) -> str:
        """As `matchings` says it."""
        return "full" if self.whole else "incremental"


@dataclass(frozen=True, slots=True)
class Outline:
    """What is known of a matching before a database is opened: the last one, what has ended, what the feeds say otherwise.

    `reason`: why everything must be matched, "" where that is not known yet; `changed` is None where there is one.
    `untouched`: no image came, went or was read again. `moved`: repositories may be of other products.
    """

    last: Last | None
    ended: list[str]
    seen: list[str]
    reason: str
    changed: Changed | None
    untouched: bool
    moved: bool

    def concerns(self, lake: Lake) -> bool:
        """Whether anything that changed could be about the fleet; raises LakeError."""
        changed = self.changed
        return changed is None or bool(changed.reason) or not self.untouched or self.moved or changed.concerns(lake)

    def rematch(self, reason: str, idle: bool) -> Rematch:
        """The matching that it comes to."""
        anew = self.last is None or self.last.matcher != matcher()
        doubted = self.last is not None and not self.last.finished
        findings = self.last.findings if self.last else 0
        same_images = self.untouched and not doubted
        same_exploitation = self.changed is not None and not self.changed.others
        return Rematch(
            bool(reason), reason, anew, doubted, self.ended, self.seen, idle, findings, same_images, same_exploitation
        )


def outline(lake: Lake, store: FeedStore, today: date, full: bool) -> Outline:
    """What a matching hangs on, read without a database; `full` asks for everything. Raises LakeError and FeedError."""
    seen, last = [lake.identity(name) for name in IMAGES], last_matching(lake)
    done = _ended(store, last, today)
    reason = "asked for" if full else _doubt(lake, last, done)
    changed = None if reason or last is None else what_changed(store, last.feeds)
    return Outline(last, done, seen, reason, changed, last is not None and last.seen == seen, _moved(store, last))


def plan_rematch(lake: Lake, connection: duckdb.DuckDBPyConnection, store: FeedStore, known: Outline, run: Run) -> Rematch:
    """Leave `touched_image` and, unless everything is matched, `touched_known` on a connection with the tables in READ."""
    name_places(connection)
    if known.reason or not known.untouched:
        lake.add_views(connection, (*IMAGES, STATED, MATCHED))
        connection.execute(read_sql(__package__, "present.sql"))
        connection.execute(read_sql(__package__, "touched_images.sql"), {"run": run.run})
    else:
        lake.add_views(connection, (MATCHED,))
        connection.execute(read_sql(__package__, "touched_none.sql"))
    reason = known.reason or _reason(lake, connection, known)
    if not reason and known.changed:
        _leave(connection, store, known.changed)
    idle = not reason and not _any(connection, "touched_image") and not _any(connection, "touched_known")
    return known.rematch(reason, idle)


def _ended(store: FeedStore, last: Last | None, today: date) -> list[str]:
    """The ecosystems that have ended: those of the last matching, when it was today and had the same feed of them."""
    if last is not None and last.at.date() == today and last.matcher == matcher():
        same_feeds = {state.feed for state in store.current()} == set(last.feeds)
        if same_feeds and store.holding("end_of_life").items() <= last.feeds.items():
            return last.ended
    with closing(open_duckdb()) as connection:
        store.register(connection, ("end_of_life",))
        return ended(connection, today)


def _doubt(lake: Lake, last: Last | None, done: list[str]) -> str:
    """Why everything must be matched whatever has changed, "" for no reason."""
    if last is None:
        return "nothing was matched before"
    doubts = {
        "the last matching did not end": not last.finished, "the matcher is another": last.matcher != matcher(),
        "distinct packages are not known": not lake.count("distinct_packages") and lake.count(MATCHED) > 0,
        "a release has ended": last.ended != done,
    }  # fmt: skip
    return next((doubt for doubt, there in doubts.items() if there), "")


def _moved(store: FeedStore, last: Last | None) -> bool:
    """Whether repositories may be of other products than when they were matched."""
    if last is None:
        return False
    now = store.holding("product_repositories")
    same = now == {feed: last.feeds.get(feed) for feed in now}
    return not same or REPOSITORIES in last.feeds.keys() - now.keys()


def _reason(lake: Lake, connection: duckdb.DuckDBPyConnection, known: Outline) -> str:
    """Why everything must be matched, where images or what they state must be looked at; "" when what changed suffices."""
    if known.moved:
        lake.add_views(connection, (STATED,))
        if _any(connection, STATED):
            return "the products of Red Hat's repositories are others"
    touched = _number(connection, "SELECT count(*) FROM touched_image")
    if touched and touched > MOST * _number(connection, "SELECT count(*) FROM present"):
        return "many images changed"
    return known.changed.reason if known.changed else ""


def _leave(connection: duckdb.DuckDBPyConnection, store: FeedStore, changed: Changed) -> None:
    """Leave `touched_known`: the packages of the fleet that changed records could mean something for."""
    connection.register("changed_record", changed.records)
    connection.register("record_beside", changed.beside)
    for name in ("touched_packages.sql", "touched_known.sql"):
        connection.execute(read_sql(__package__, name))
    if changed.others:
        names = connection.sql("SELECT DISTINCT vulnerability FROM verdicts").to_arrow_table()["vulnerability"]
        store.register(connection, ("exploitation",), names)
        connection.execute(read_sql(__package__, "exploited_packages.sql"))


def _any(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    return bool(connection.table(name).limit(1).fetchall())


def _number(connection: duckdb.DuckDBPyConnection, count: str) -> int:
    return int(connection.sql(count).fetchall()[0][0])
