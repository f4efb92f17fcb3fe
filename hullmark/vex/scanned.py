"""Findings of scanned images, which are in no lake, with their risk and with what VEX documents state of them."""

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from hullmark.lake.schema import IMAGES
from hullmark.model import Image
from hullmark.sql import read_sql

VIEWS = "hullmark.lake.views"


def with_vex(connection: duckdb.DuckDBPyConnection, images: Sequence[Image], statements: Sequence[pa.Table]) -> pa.Table:
    """The rows of `finding` (see `match`) with risk, vex_status, vex_justification, vex_author and vex_document."""
    places = [
        {"registry": image.registry, "repository": image.repository, "digest": image.digest, "tags": list(image.tags),
            "index_digest": image.index_digest, "state": "present"}
        for image in images
    ]  # fmt: skip
    connection.execute(read_sql(VIEWS, "06_risk.sql"))
    if not statements:
        connection.execute(read_sql(VIEWS, "11_nothing_stated.sql"))
    else:
        connection.register("images", pa.Table.from_pylist(places, schema=IMAGES))
        connection.register("vex_statements", pa.concat_tables(statements))
        connection.execute("CREATE TEMP VIEW findings AS FROM finding")
        connection.execute(read_sql(__package__, "scanned_keys.sql"))
        connection.execute(read_sql(VIEWS, "02_called.sql"))
        connection.execute(read_sql(VIEWS, "11_vex_findings.sql"))
    return connection.sql(read_sql(__package__, "scanned.sql")).to_arrow_table()
