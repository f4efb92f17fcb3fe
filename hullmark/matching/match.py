"""Run the matching SQL on a connection that holds packages and advisories."""

import duckdb

from hullmark.errors import LimitExceeded
from hullmark.sql import read_sql

STEPS = ("05_matchable.sql", "10_candidates.sql", "20_affected.sql", "30_findings.sql")


def match(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave the table `finding` on the connection (schema FINDINGS without status, first_seen and last_seen).

    Reads `package` (schema PACKAGES), `advisories`, `affected`, `affected_versions` and `exploitation`. One row for each
    package of each image and each vulnerability, a CVE where there is one. Raises LimitExceeded when memory and disk do not
    suffice, and duckdb.Error when a relation is missing.
    """
    for step in STEPS:
        try:
            connection.execute(read_sql("hullmark.matching", step))
        except duckdb.OutOfMemoryException:
            raise LimitExceeded(
                "matching packages with advisories needs more memory than it may use; raise HULLMARK_MEMORY_MB"
            ) from None
