"""Rows of some files of a table, as Arrow has them."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from hullmark.errors import LakeError
from hullmark.lake.log import File
from hullmark.lake.place import Place, one_line
from hullmark.lake.schema import Table, whole


def read(place: Place, table: Table, columns: Sequence[str], files: Sequence[File]) -> pa.Table:
    """These columns of all rows of the files, in the order of the files; raises LakeError."""
    schema = pa.schema([table.schema.field(name) for name in columns])
    system = place.filesystem()
    try:
        parts = []
        for file in files:
            with pq.ParquetFile(system.open_input_file(f"tables/{table.name}/{file.path}")) as opened:
                part = opened.read(columns=[name for name in columns if name in opened.schema_arrow.names])
            parts.append(whole(part, schema))
    except (pa.ArrowException, OSError) as error:
        raise LakeError(f"the table {table.name} of the lake {place.root} cannot be read: {one_line(error)}") from None
    return pa.concat_tables([schema.empty_table(), *parts])
