"""The packages of a scan compared with the advisories that they need."""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date
from functools import partial

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from hullmark.advisories.feeds import feeds
from hullmark.advisories.narrow import register_exploitation, register_packages
from hullmark.advisories.store import FeedStore
from hullmark.inventory import inventory_of
from hullmark.lake.duck import open_duckdb
from hullmark.lake.schema import PACKAGES
from hullmark.matching.match import compare, find, weigh
from hullmark.profile import Profile
from hullmark.progress import progress
from hullmark.scan_answer import Judge, Judged, ScannedImage
from hullmark.scan_feeds import advisories
from hullmark.settings import Settings
from hullmark.vex.scanned import unfitting, with_vex

MATCH = "match"
THREADS = 1  # what is said of one image is little
CONTENT_SET = pa.schema([(name, pa.string()) for name in ("image_digest", "release", "repository")])


def ready(settings: Settings, vex: Sequence[pa.Table], profile: Profile | None) -> Judge:
    """What compares images with advisories, once; what it needs is imported and started now, while layers may be read.

    It raises FeedError. `vex` are statements that are applied (schema VEX_STATEMENTS).
    """
    feeds()
    return partial(_judged, open_duckdb(settings.memory_mb, THREADS), settings, vex, profile)


def _judged(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    vex: Sequence[pa.Table],
    profile: Profile | None,
    images: Sequence[ScannedImage],
) -> Judged:
    packages = [inventory_of(item.found, item.image.digest, item.layers).packages for item in images]
    with advisories(packages, settings) as using, profile.stage(MATCH) if profile else nullcontext():
        progress().begin("Match", None)
        if not using.store.current():  # what was not compared has no findings
            return Judged([()] * len(images), using.gaps, using.notes, using.rows)
        everything = pa.concat_tables([PACKAGES.empty_table(), *packages])
        match_packages(connection, using.store, everything, _content_sets(images))
        scanned = [item.image for item in images]
        found = with_vex(connection, scanned, vex)
        odd = tuple(unfitting(connection, found, scanned, vex))
    digests = found.column("image_digest")
    findings = [found.filter(pc.equal(digests, item.image.digest)).to_pylist() for item in images]
    return Judged(findings, using.gaps, (*using.notes, *odd), using.rows)


def match_packages(
    connection: duckdb.DuckDBPyConnection,
    store: FeedStore,
    packages: pa.Table,
    content_sets: pa.Table,
    today: date | None = None,
) -> None:
    """Leave `finding` as `match` does, reading what the feeds say of these packages (PACKAGES) alone; raises FeedError."""
    register_packages(store, connection, _distinct(packages, "advisory_name"), _distinct(content_sets, "repository"))
    connection.register("package", packages)
    connection.register("content_set", content_sets)
    compare(connection, today)
    held = connection.sql("SELECT DISTINCT vulnerability FROM held").fetchall()
    register_exploitation(store, connection, [name for (name,) in held])
    weigh(connection)
    find(connection)


def _distinct(rows: pa.Table, column: str) -> list[str]:
    return [value for value in rows.column(column).unique().to_pylist() if value]


def _content_sets(images: Sequence[ScannedImage]) -> pa.Table:
    """The repositories that Red Hat's builds state (CONTENT_SET), which tell the stream that packages are of."""
    rows = [
        {"image_digest": item.image.digest, "release": item.found.distro.version_id, "repository": repository}
        for item in images
        for repository in item.found.distro.repositories
    ]
    return pa.Table.from_pylist(rows, schema=CONTENT_SET)
