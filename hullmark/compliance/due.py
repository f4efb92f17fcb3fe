"""Findings by their date: which are past it or will be soon, where, and who answers for them."""

import duckdb
import pyarrow as pa

from hullmark.analysis.settled import find_settled
from hullmark.compliance.load import Policy
from hullmark.compliance.owners import owners_table
from hullmark.sql import read_sql

TARGETS = "05_due_on.sql"
PLACES, DUE = "40_due_places.sql", "42_due.sql"
TOLD, TOLD_BEFORE = "41_due_told_by_verdict.sql", "41_due_told_by_row.sql"


def register_targets(connection: duckdb.DuckDBPyConnection, policy: Policy) -> None:
    """Leave `target` (severity, days; "kev" for what is known to be exploited) and the macro `due_on` on a connection."""
    targets = pa.table({"severity": list(policy.targets), "days": list(policy.targets.values())})
    connection.register("target", targets)
    connection.execute(read_sql(__package__, TARGETS))


def register_due(connection: duckdb.DuckDBPyConnection, policy: Policy) -> None:
    """Leave `due` and what it is read with on a lake's connection (see `4*.sql`)."""
    register_targets(connection, policy)
    connection.register("named_owner", owners_table(policy.owners))
    find_settled(connection)
    matched = connection.sql("FROM verdicts LIMIT 1").fetchall()  # by this Hullmark; an older one kept findings as rows
    for step in (PLACES, TOLD if matched else TOLD_BEFORE, DUE):
        connection.execute(read_sql(__package__, step))
