"""What ends findings: the upgrades of every image, and what they would come to, computed by matching the new versions.

A finding depends on an ecosystem, a name and a version alone. So the result of an upgrade needs no image to be matched
again, only each target version once, however many images go there. Findings are carried as numbers from here on, and
shown in words by views: a fleet has far fewer kinds of findings than findings.
"""

from datetime import datetime

import duckdb

from hullmark.advisories.narrow import register_packages
from hullmark.advisories.snapshot import FeedStore
from hullmark.analysis.fixed_versions import FIXED, register_fixed_versions
from hullmark.analysis.outdated import OUTDATED, register_outdated
from hullmark.analysis.settled import SETTLED, find_settled
from hullmark.lake.naming import named
from hullmark.lake.store import Lake
from hullmark.matching.match import hold, prepare, prepare_asking
from hullmark.sql import read_sql

FLEET = ("12_image_provenance.sql", "48_image_sources.sql", "50_fleet_images.sql")
NAMED, PACKAGES, SAID, SAID_BEFORE = "46_named.sql", "45_packages.sql", "51_said.sql", "51_said_before.sql"
OCCURRENCES, COMPARED, COMPARED_BEFORE = "52_occurrences.sql", "53_compared.sql", "53_compared_before.sql"
UPGRADES, TARGETS, EXPECTED = "54_upgrades.sql", "60_upgraded.sql", ("70_expected.sql", "80_brought.sql")
ASKED = (
    "90_elements.sql",
    "campaigns.sql",
    "image_plan.sql",
    "image_origin.sql",
)  # after `find_remedies`
READING = (
    OUTDATED, FIXED, *SETTLED, *FLEET, NAMED, PACKAGES, SAID, SAID_BEFORE, OCCURRENCES, COMPARED, UPGRADES, *EXPECTED,
    *ASKED,
)  # fmt: skip


def open_remedies(lake: Lake, memory_mb: int) -> duckdb.DuckDBPyConnection:
    """A connection to what `find_remedies`, what is asked after it, and an image's name read of a lake; raises LakeError."""
    texts = (read_sql(__package__, name) for name in READING)
    return lake.connect(memory_mb, only={"content_set", "digests", *named(texts)})


def find_remedies(connection: duckdb.DuckDBPyConnection, store: FeedStore, now: datetime) -> None:
    """Leave `outdated`, `fleet_image`, `upgrade`, `expected` and `brought` on a lake's connection (see their `.sql`)."""
    register_outdated(connection, now)
    register_fixed_versions(connection)
    matched = bool(
        connection.sql("FROM verdicts LIMIT 1").fetchall()
    )  # by this Hullmark; an older one kept findings as rows
    _prepare(connection, store, now, matched)
    find_settled(connection)
    for step in (
        *FLEET,
        SAID if matched else SAID_BEFORE,
        OCCURRENCES,
        COMPARED if matched else COMPARED_BEFORE,
        UPGRADES,
        TARGETS,
    ):
        _run(connection, step)
    hold(connection)
    for step in EXPECTED:
        _run(connection, step)


def _prepare(connection: duckdb.DuckDBPyConnection, store: FeedStore, now: datetime, matched: bool) -> None:
    """Leave what advisories say: of the packages that have a fix where these are known, else of all."""
    if not matched:
        store.register(connection)
        _run(connection, PACKAGES)
        prepare(connection, now.date())
        return
    names = connection.sql(read_sql(__package__, NAMED)).to_arrow_table()["advisory_name"]
    register_packages(store, connection, set(names.to_pylist()))
    prepare_asking(connection, now.date())


def _run(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    connection.execute(read_sql(__package__, name))
