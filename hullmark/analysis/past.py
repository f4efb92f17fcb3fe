"""Assessments of another day: its images with today's advisories, or today's images with its advisories.

What was known then needs no matching: `findings_at(moment)` of the lake tells it from the events.
"""

from datetime import datetime

import duckdb
import pyarrow as pa

from hullmark.advisories.snapshot import FeedStore
from hullmark.errors import NotFound
from hullmark.matching.match import match
from hullmark.sql import read_sql


def assess(
    connection: duckdb.DuckDBPyConnection, store: FeedStore, images_at: datetime, feeds_at: datetime | None = None
) -> pa.Table:
    """The findings (columns of `finding`) of the images that were there at `images_at`, by key.

    They are matched with the snapshots that were in use at `feeds_at`, by default those of now; releases had ended or not on
    that day. Raises NotFound when nothing was matched by then, and FeedError when a snapshot of then is gone.
    """
    chosen = store if feeds_at is None else store.at(_feeds(connection, feeds_at))
    chosen.register(connection)
    connection.execute(read_sql(__package__, "past_images.sql"), {"moment": images_at})
    connection.execute(read_sql(__package__, "past_packages.sql"))
    match(connection, feeds_at.date() if feeds_at else None)
    return connection.sql("FROM finding ORDER BY image_digest, package_key, vulnerability").to_arrow_table()


def _feeds(connection: duckdb.DuckDBPyConnection, moment: datetime) -> dict[str, str]:
    rows = connection.sql(read_sql(__package__, "past_feeds.sql"), params={"moment": moment}).fetchall()
    if not rows:
        raise NotFound(f"nothing was matched with advisories by {moment:%Y-%m-%d %H:%M} UTC; name a later day")
    return {str(feed): str(snapshot) for feed, snapshot in rows}
