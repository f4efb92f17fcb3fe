"""Findings of scanned images, which are in no lake, with their risk and with what VEX documents state of them."""

from collections.abc import Iterator, Sequence

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from hullmark.lake.schema import IMAGES
from hullmark.model import Image
from hullmark.sql import read_sql
from hullmark.vex.attested import SOURCE

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
        connection.register("vex_statements", pa.concat_tables([_placed(rows, images) for rows in statements]))
        connection.execute("CREATE TEMP VIEW findings AS FROM finding")
        connection.execute(read_sql(__package__, "scanned_keys.sql"))
        connection.execute(read_sql(VIEWS, "02_called.sql"))
        connection.execute(read_sql(VIEWS, "11_vex_findings.sql"))
    return connection.sql(read_sql(__package__, "scanned.sql")).to_arrow_table()


def unfitting(
    connection: duckdb.DuckDBPyConnection, found: pa.Table, images: Sequence[Image], statements: Sequence[pa.Table]
) -> Iterator[str]:
    """A sentence for each document that speaks of what was found, and of which nothing fits.

    To be asked after `with_vex`, which gave `found`.
    """
    told = set(found["vex_document"].to_pylist())
    places = {image.digest: f"{image.registry}/{image.repository}@" if image.repository else "" for image in images}
    for rows in statements:
        first = rows.slice(0, 1).select(["document_id", "source"]).to_pylist()
        if not first or first[0]["document_id"] in told or first[0]["source"].startswith(SOURCE):
            continue
        connection.register("vex_statements", _placed(rows, images))
        row = connection.execute(read_sql(__package__, "scanned_unfitting.sql")).fetchone()
        if row:
            source, product, name, purl, digest = row
            where = f"{purl} of {places[digest]}{digest}"
            yield f"{source}: nothing in it fits a finding; of {name} it names {product}, which was found in {where}"


def _placed(rows: pa.Table, images: Sequence[Image]) -> pa.Table:
    """Statements about images of a file, which does not know where they belong: who names the digest means it."""
    if any(image.repository for image in images):
        return rows
    position = rows.schema.get_field_index("repository")
    anywhere = pc.if_else(pc.equal(rows["image_digest"], ""), rows["repository"], "")
    return rows.set_column(position, rows.schema.field(position), anywhere)
