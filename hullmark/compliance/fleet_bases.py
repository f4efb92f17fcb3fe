"""The bases of the fleet as a relation: what stands on each, what comes from it, and why it is out of date."""

from datetime import datetime

import duckdb
import pyarrow as pa

from hullmark.advisories.snapshot import FeedStore
from hullmark.analysis.outdated import outdated
from hullmark.compliance.evaluate import prepare
from hullmark.compliance.load import Policy
from hullmark.sql import read_sql


def fleet_bases(connection: duckdb.DuckDBPyConnection, store: FeedStore, policy: Policy, now: datetime) -> pa.Table:
    """One row a base, those with the most images first; see `fleet_bases.sql` for the columns."""
    store.register(connection)
    prepare(connection, policy, now)  # for `image_life` and `open_findings`
    connection.register("rebuild", outdated(connection, now).rebuilds)
    return connection.sql(read_sql(__package__, "fleet_bases.sql")).to_arrow_table()
