"""What ends findings: the upgrades of every image, and what they would come to, computed by matching the new versions.

A finding depends on an ecosystem, a name and a version alone. So the result of an upgrade needs no image to be matched
again, only each target version once, however many images go there. Findings are carried as numbers from here on, and
shown in words by views: a fleet has far fewer kinds of findings than findings.
"""

from datetime import datetime

import duckdb

from hullmark.advisories.snapshot import FeedStore
from hullmark.analysis.fixed_versions import register_fixed_versions
from hullmark.analysis.outdated import register_outdated
from hullmark.analysis.settled import find_settled
from hullmark.matching.match import hold, prepare
from hullmark.sql import read_sql

COMPARED = "60_upgraded.sql"
FLEET = ("12_image_provenance.sql", "48_image_sources.sql", "50_fleet_images.sql")
SAID, SAID_BEFORE = "51_said.sql", "51_said_before.sql"
STEPS = (
    "52_occurrences.sql", "54_upgrades.sql", COMPARED, "70_expected.sql", "80_brought.sql",
)  # fmt: skip


def find_remedies(connection: duckdb.DuckDBPyConnection, store: FeedStore, now: datetime) -> None:
    """Leave `outdated`, `fleet_image`, `upgrade`, `expected` and `brought` on a lake's connection (see their `.sql`)."""
    register_outdated(connection, now)
    register_fixed_versions(connection)
    store.register(connection)
    _run(connection, "45_packages.sql")
    prepare(connection, now.date())
    find_settled(connection)
    for step in FLEET:
        _run(connection, step)
    _run(connection, SAID if connection.sql("FROM verdicts LIMIT 1").fetchall() else SAID_BEFORE)
    for step in STEPS:
        _run(connection, step)
        if step == COMPARED:
            hold(connection)


def _run(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    connection.execute(read_sql(__package__, name))
