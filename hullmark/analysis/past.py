"""Assessments of another day: what was known, its images with today's advisories, or today's images with its advisories.

What was known then needs no matching: `findings_at(moment)` of the lake tells it from the events. The command line and the
dashboard both ask `ask_past`.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import duckdb
import pyarrow as pa

from hullmark.advisories.snapshot import FeedStore
from hullmark.errors import NotFound
from hullmark.lake.naming import named
from hullmark.lake.store import Lake
from hullmark.matching.match import match
from hullmark.sql import read_sql

READING = tuple(f"past_{name}.sql" for name in (
    "assessed", "counts", "feeds", "findings", "first", "images", "known", "packages", "page", "shown", "totals",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about the past: whose images, and whose advisories, those of `moment` or those of now."""

    moment: datetime
    images_now: bool = False
    feeds_now: bool = False


def end_of(day: date) -> datetime:
    """The end of a day in UTC, which is the moment that a day stands for."""
    return datetime.combine(day, time.max, UTC)


def open_past(lake: Lake, memory_mb: int) -> duckdb.DuckDBPyConnection:
    """A connection to what `ask_past` and `past_rows` read of a lake; raises LakeError."""
    return lake.connect(memory_mb, only={"content_set", "digests", *named(read_sql(__package__, name) for name in READING)})


def ask_past(connection: duckdb.DuckDBPyConnection, store: FeedStore, asked: Asked) -> None:
    """Leave the table `past_finding` on a connection of the lake: what was known then, or what is found anew.

    Its columns are those of `findings_at`, or of `finding`. Raises NotFound when nobody had looked at an image by then, and
    NotFound and FeedError as `assess` does.
    """
    if not asked.images_now:
        _check_known(connection, asked.moment)
    if not asked.images_now and not asked.feeds_now:
        connection.execute(read_sql(__package__, "past_known.sql"), {"moment": asked.moment})
        connection.execute(read_sql(__package__, "past_shown.sql"))
        return
    _match(connection, store, None if asked.images_now else asked.moment, None if asked.feeds_now else asked.moment)
    connection.execute(read_sql(__package__, "past_assessed.sql"))


def assess(
    connection: duckdb.DuckDBPyConnection, store: FeedStore, images_at: datetime | None, feeds_at: datetime | None = None
) -> pa.Table:
    """The findings (columns of `finding`) of the images that were there at `images_at`, by default those of now, by key.

    They are matched with the snapshots that were in use at `feeds_at`, by default those of now; releases had ended or not on
    that day. Raises NotFound when nothing was matched by then, and FeedError when a snapshot of then is gone.
    """
    _match(connection, store, images_at, feeds_at)
    return connection.sql("FROM finding ORDER BY image_digest, package_key, vulnerability").to_arrow_table()


def past_rows(connection: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> pa.Table:
    """The rows of `past_<name>.sql` over `past_finding`."""
    return connection.sql(read_sql(__package__, f"past_{name}.sql"), params=parameters).to_arrow_table()


def _check_known(connection: duckdb.DuckDBPyConnection, moment: datetime) -> None:
    """No finding is one thing, and nobody who looked is another."""
    ((first,),) = connection.sql(read_sql(__package__, "past_first.sql")).fetchall()
    if first is None:
        raise NotFound("no run has looked at any image yet; run `hullmark run`")
    if moment < first:
        raise NotFound(
            f"nothing was known yet at {moment:%Y-%m-%d %H:%M} UTC: the first run was on {first:%Y-%m-%d at %H:%M} UTC"
        )


def _match(
    connection: duckdb.DuckDBPyConnection, store: FeedStore, images_at: datetime | None, feeds_at: datetime | None
) -> None:
    chosen = store if feeds_at is None else store.at(_feeds(connection, feeds_at))
    chosen.register(connection)
    connection.execute(read_sql(__package__, "past_images.sql"), {"moment": images_at})
    connection.execute(read_sql(__package__, "past_packages.sql"))
    match(connection, feeds_at.date() if feeds_at else None)


def _feeds(connection: duckdb.DuckDBPyConnection, moment: datetime) -> dict[str, str]:
    rows = connection.sql(read_sql(__package__, "past_feeds.sql"), params={"moment": moment}).fetchall()
    if not rows:
        raise NotFound(f"nothing was matched with advisories by {moment:%Y-%m-%d %H:%M} UTC; name a later day")
    return {str(feed): str(snapshot) for feed, snapshot in rows}
