"""The index of a snapshot: what each record is about, and a digest of it, so that two snapshots are quickly compared."""

from collections.abc import Mapping

import pyarrow as pa

from hullmark.lake.schema import ADVISORIES, AFFECTED, AFFECTED_VERSIONS, EXPLOITATION
from hullmark.sql import read_sql

INDEXED = {
    "advisories": ADVISORIES, "affected": AFFECTED, "affected_versions": AFFECTED_VERSIONS, "exploitation": EXPLOITATION,
}  # fmt: skip
MEMORY_MB = 1024


def record_index(tables: Mapping[str, pa.Table]) -> pa.Table:
    """A row for each record (schema RECORD_INDEX) of a snapshot's tables; see `record_index.sql`."""
    import duckdb  # noqa: PLC0415  only where a feed has changed

    with duckdb.connect(config={"memory_limit": f"{MEMORY_MB}MiB", "python_enable_replacements": False}) as connection:
        for name, schema in INDEXED.items():
            connection.register(name, tables.get(name, schema.empty_table()))
        return connection.sql(read_sql(__package__, "record_index.sql")).to_arrow_table()
