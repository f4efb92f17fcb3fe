"""Run the matching SQL on a connection that holds packages and advisories."""

from datetime import UTC, date, datetime

import duckdb

from hullmark.errors import LimitExceeded
from hullmark.sql import read_sql

PREPARING = (
    "01_speaks_of.sql", "02_rule_of.sql", "03_restricted.sql", "04_ended.sql", "05_matchable.sql", "06_installed.sql",
)  # fmt: skip
COMPARED, HELD, FINDINGS = "10_candidates.sql", "20_affected.sql", "30_findings.sql"


def match(connection: duckdb.DuckDBPyConnection, today: date | None = None) -> None:
    """Leave the table `finding` on the connection (schema FINDINGS without status, first_seen and last_seen).

    Reads `package` (schema PACKAGES), `advisories`, `affected`, `affected_versions`, `exploitation` and `end_of_life`. One
    row for each package of each image and each vulnerability, a CVE where there is one. `today` (default: in UTC) is the day
    on which a release has ended or not. Raises LimitExceeded when memory and disk do not suffice, and duckdb.Error when a
    relation is missing.
    """
    prepare(connection, today)
    _run(connection, COMPARED)
    hold(connection)
    _run(connection, FINDINGS)


def prepare(connection: duckdb.DuckDBPyConnection, today: date | None = None) -> None:
    """Leave `installed`, which is what can be compared, and what `hold` needs beside `candidate`; raises as above."""
    for step in PREPARING:
        _run(connection, step, today or datetime.now(UTC).date())


def hold(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave `held`: the vulnerabilities of each row of `candidate`; raises as above."""
    _run(connection, HELD)


def _run(connection: duckdb.DuckDBPyConnection, step: str, today: date | None = None) -> None:
    statement = read_sql("hullmark.matching", step)
    try:
        connection.execute(statement, {"today": today} if "$today" in statement else None)
    except duckdb.OutOfMemoryException:
        raise LimitExceeded(
            "matching packages with advisories needs more memory than it may use; raise HULLMARK_MEMORY_MB"
        ) from None
