"""Bases that are out of date: why, what takes their place, and what building again on that would end."""

from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa

from hullmark.sql import read_sql

OUTDATED = "outdated_bases.sql"
OLD_DAYS = 90


@dataclass(frozen=True, slots=True)
class Outdated:
    """`reasons`: a row an (image, reason). `rebuilds`: a row an (image, successor) with what it closes and brings."""

    reasons: pa.Table
    rebuilds: pa.Table


def register_outdated(connection: duckdb.DuckDBPyConnection, now: datetime, days: int = OLD_DAYS) -> pa.Table:
    """Make the relation `outdated` on a lake's connection, and return it: why bases are out of date at `now`."""
    reasons = connection.sql(read_sql(__package__, OUTDATED), params={"now": now, "days": days}).to_arrow_table()
    connection.register("outdated", reasons)
    return reasons


def outdated(connection: duckdb.DuckDBPyConnection, now: datetime, days: int = OLD_DAYS) -> Outdated:
    """What the lake behind `connection` says of its bases at `now`; see the two `.sql` files for the columns."""
    reasons = register_outdated(connection, now, days)
    return Outdated(reasons, connection.sql(read_sql(__package__, "rebuilds.sql")).to_arrow_table())
