"""What ends findings: the upgrades of every image, and what they would come to, computed by matching the new versions.

A finding depends on an ecosystem, a name and a version alone. So the result of an upgrade needs no image to be matched
again, only each target version once, however many images go there.
"""

from datetime import datetime

import duckdb

from hullmark.advisories.snapshot import FeedStore
from hullmark.analysis.fixed_versions import register_fixed_versions
from hullmark.analysis.outdated import outdated
from hullmark.matching.match import hold, prepare
from hullmark.sql import read_sql


def find_remedies(connection: duckdb.DuckDBPyConnection, store: FeedStore, now: datetime) -> None:
    """Leave `fleet_image`, `outdated`, `upgrade`, `expected` and `brought` on a lake's connection (see their `.sql`)."""
    outdated(connection, now)
    register_fixed_versions(connection)
    store.register(connection)
    _run(connection, "45_packages.sql")
    prepare(connection, now.date())
    _run(connection, "47_settled.sql")
    _run(connection, "50_upgrades.sql")
    _run(connection, "60_upgraded.sql")
    hold(connection)
    _run(connection, "70_expected.sql")
    _run(connection, "80_brought.sql")


def _run(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    connection.execute(read_sql(__package__, name))
