"""What the findings of each image come to, worked out once for a state of the lake, since every page asks for numbers."""

import duckdb

from hullmark.sql import read_sql

TOLD, TOLD_BEFORE, TALLY = "tally_by_verdict.sql", "tally_by_row.sql", "tally.sql"


def register_tally(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave `image_tally` and `fleet_vulnerability` (see `tally.sql`) on a connection that knows `fleet_findings`."""
    matched = connection.sql("FROM verdicts LIMIT 1").fetchall()  # by this Hullmark; an older one kept findings as rows
    for step in (TOLD if matched else TOLD_BEFORE, TALLY):
        connection.execute(read_sql(__package__, step))
