"""The tables of a snapshot: their columns, how their rows lie in their files, and several files as one relation."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.fs as pa_fs
import pyarrow.parquet as pq

from hullmark.errors import FeedError
from hullmark.lake.place import Place, one_line
from hullmark.lake.schema import (
    ADVISORIES,
    AFFECTED,
    AFFECTED_VERSIONS,
    END_OF_LIFE,
    EXPLOITATION,
    FEED_PROBLEMS,
    LISTING,
    PRODUCT_REPOSITORIES,
    SEVERITIES,
)
from hullmark.settings import MIB
from hullmark.sql import read_sql

if TYPE_CHECKING:
    import pyarrow.dataset as pa_dataset

SCHEMAS = {
    "advisories": ADVISORIES, "affected": AFFECTED, "affected_versions": AFFECTED_VERSIONS, "severities": SEVERITIES,
    "exploitation": EXPLOITATION, "end_of_life": END_OF_LIFE, "product_repositories": PRODUCT_REPOSITORIES,
    "listing": LISTING, "problems": FEED_PROBLEMS,
}  # fmt: skip
# Rows lie by what they are asked for, in small groups that each say from where to where they go: few are read for one image.
# Those of advisories lie by the packages that they are about, see `side_by_side`.
ORDER = {"affected": "name", "affected_versions": "name", "exploitation": "cve"}
GROUP = 8192  # rows
SORTED = 512 * MIB  # larger tables lie as they were read


def parquet(name: str, tables: Mapping[str, pa.Table]) -> bytes:
    """The file of one of a snapshot's tables."""
    sink = pa.BufferOutputStream()
    pq.write_table(_in_order(name, tables), sink, compression="zstd", row_group_size=GROUP)
    return bytes(sink.getvalue())


def _in_order(name: str, tables: Mapping[str, pa.Table]) -> pa.Table:
    """The rows of a table as they lie in its file."""
    rows = tables[name]
    if rows.nbytes >= SORTED:
        return rows
    if name == "advisories":
        return side_by_side(tables)
    return rows.sort_by(ORDER[name]) if name in ORDER else rows


def side_by_side(tables: Mapping[str, pa.Table]) -> pa.Table:
    """The advisories of a snapshot's tables, by the first package that each is about, those about none last, and by id."""
    from hullmark.lake.duck import open_duckdb  # noqa: PLC0415  only where a feed has changed

    said = tables["advisories"]
    numbered = pa.table({"advisory_id": said["advisory_id"], "place": pa.array(range(said.num_rows), pa.int64())})
    with open_duckdb() as connection:
        connection.register("advisory", numbered)
        for name in ("affected", "affected_versions"):
            connection.register(name, tables.get(name, SCHEMAS[name].empty_table()))
        order = connection.sql(read_sql(__package__, "side_by_side.sql")).to_arrow_table()
    return said.take(order["place"])


def opened(place: Place, path: str) -> pq.ParquetFile:
    """A file to be read in parts, where that costs nothing; on S3, where each part is a request, it is read whole.

    Raises FeedError when it cannot be read.
    """
    files = place.filesystem()
    try:
        if place.is_local:
            return pq.ParquetFile(files.open_input_file(path))
        with files.open_input_stream(path) as stream:
            return pq.ParquetFile(pa.BufferReader(stream.read()))
    except (pa.ArrowException, OSError) as error:
        raise unreadable(place, path, error) from None


def unreadable(place: Place, path: str, error: Exception) -> FeedError:
    """The error for a file of a snapshot."""
    folder, _, name = path.rpartition("/")
    return FeedError(
        f"{name} of the snapshot {place.join(folder)} cannot be read ({one_line(error)[:120]}); delete that folder, "
        "if it is damaged, and run `hullmark feeds sync`"
    )


def over(files: pa_fs.FileSystem, paths: Sequence[str], schema: pa.Schema) -> "pa_dataset.Dataset | pa.Table":
    """The rows of these files, read as they are asked for; an empty table for no file."""
    if not paths:
        return schema.empty_table()
    import pyarrow.dataset as pa_dataset  # noqa: PLC0415  only where something is matched

    return pa_dataset.dataset(list(paths), schema=schema, format="parquet", filesystem=files)
