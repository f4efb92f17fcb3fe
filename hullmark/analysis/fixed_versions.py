"""The fixed versions that findings name, each with its place in the order of its type."""

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from hullmark.sql import read_sql
from hullmark.versions import keys, scheme_of_type

FIXED = "49_fixed.sql"


def register_fixed_versions(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the relation `fixed_versions` (type, fixed_version, version_key) from the findings of a lake's connection.

    A version that its scheme does not allow has no key.
    """
    found = connection.sql(read_sql(__package__, FIXED)).to_arrow_table()
    parts = [_keyed(found.filter(pc.equal(found["type"], kind)), kind) for kind in pc.unique(found["type"]).to_pylist()]
    schema = found.schema.append(pa.field("version_key", pa.binary()))
    connection.from_arrow(pa.concat_tables([schema.empty_table(), *parts])).create_view("fixed_versions")


def _keyed(rows: pa.Table, kind: str) -> pa.Table:
    scheme = scheme_of_type(kind)
    versions = rows["fixed_version"].to_pylist()
    found = keys(scheme, versions) if scheme else [None] * len(versions)
    return rows.append_column("version_key", pa.array(found, pa.binary()))
