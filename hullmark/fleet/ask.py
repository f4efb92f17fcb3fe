"""One question of a fleet stage: the answer of its `.sql` file, over an open connection or over the lake as it is now."""

from collections.abc import Collection, Mapping
from contextlib import closing

import duckdb
import pyarrow as pa

from hullmark.lake.store import Lake
from hullmark.sql import read_sql

Parameters = Mapping[str, object]


def ask(connection: duckdb.DuckDBPyConnection, name: str, parameters: Parameters | None = None) -> pa.Table:
    """The rows that `name` (with its `.sql`) gives on a connection."""
    return connection.sql(read_sql("hullmark.fleet", name), params=dict(parameters or {})).to_arrow_table()


def ask_lake(
    lake: Lake, name: str, parameters: Parameters | None = None, memory_mb: int = 1024, only: Collection[str] = ()
) -> pa.Table:
    """The rows that `name` gives over the lake as it is now; `only` are the tables that it reads, none for any."""
    with closing(lake.connect(memory_mb, only=only)) as connection:
        return ask(connection, name, parameters)
