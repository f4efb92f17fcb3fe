"""What every source says of one vulnerability, whichever image has it: advisories, severities, weaknesses, references."""

from dataclasses import dataclass

import duckdb

from hullmark.analysis.explanation import Row
from hullmark.sql import read_sql


@dataclass(frozen=True, slots=True)
class Told:
    """`advisories`, `severities` and `references`: see `told_*.sql`; nothing in them where no feed knows the name."""

    advisories: tuple[Row, ...]
    severities: tuple[Row, ...]
    references: tuple[Row, ...]


def find_told(connection: duckdb.DuckDBPyConnection, vulnerability: str) -> Told:
    """What the registered feeds say; leaves their advisories in the table `about`."""
    connection.execute(read_sql(__package__, "told_about.sql"), {"vulnerability": vulnerability})
    advisories, severities, references = (
        tuple(connection.sql(read_sql(__package__, f"told_{name}.sql")).to_arrow_table().to_pylist())
        for name in ("advisories", "severities", "references")
    )
    return Told(advisories, severities, references)
