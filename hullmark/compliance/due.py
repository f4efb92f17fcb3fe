"""Findings by their date: which are past it or will be soon, where, and who answers for them."""

import duckdb
import pyarrow as pa

from hullmark.compliance.load import Policy
from hullmark.compliance.owners import owners_table
from hullmark.sql import read_sql

TARGETS = "05_due_on.sql"


def register_targets(connection: duckdb.DuckDBPyConnection, policy: Policy) -> None:
    """Leave `target` (severity, days; "kev" for what is known to be exploited) and the macro `due_on` on a connection."""
    targets = pa.table({"severity": list(policy.targets), "days": list(policy.targets.values())})
    connection.register("target", targets)
    connection.execute(read_sql(__package__, TARGETS))


def register_due(connection: duckdb.DuckDBPyConnection, policy: Policy) -> None:
    """Leave `due` on a lake's connection (see `40_due.sql`)."""
    register_targets(connection, policy)
    connection.register("named_owner", owners_table(policy.owners))
    connection.execute(read_sql(__package__, "40_due.sql"))
