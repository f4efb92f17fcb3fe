"""Where in its file each advisory of a snapshot lies: together with others about the same package, and under which names.

A package's advisories lie side by side, so that few groups of rows are read for it. Under which names a row is asked for
(id, vulnerabilities, aliases) is kept as pairs of a CRC-32 of the name and the number of the row, four bytes each, in the
order of the first and as Arrow lays them in memory, so that looking some names up reads little of it. Two names may have one
CRC-32: what is found is looked at before it is believed.
"""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hullmark.advisories.snapshot_tables import opened
from hullmark.lake.place import Place
from hullmark.lake.schema import AFFECTED, AFFECTED_VERSIONS
from hullmark.sql import read_sql

LOCATED = pa.schema([("name", pa.uint32()), ("row", pa.uint32())])
WHERE = "located.arrow"  # the file of the pairs, beside the advisories
OF = b"of"  # metadata: how large the file of advisories is whose rows they are
NAMES = ("advisory_id", "vulnerability_ids", "aliases")


@dataclass(frozen=True, slots=True)
class Located:
    """The advisories of one snapshot: their file, open, and where its rows are (schema LOCATED)."""

    feed: str
    file: pq.ParquetFile
    where: pa.Table

    def may_have(self, names: Collection[str], columns: Sequence[str]) -> pa.Table:
        """Columns of the rows that may go by one of these names; a few do not."""
        return rows_at(self.file, rows_named(self.where, names), columns)

    def called(self, names: Collection[str]) -> list[str]:
        """The ids of the records that go by one of these names: as id, vulnerability or alias."""
        rows = self.may_have(names, NAMES)
        return [
            record
            for record, *lists in zip(*(rows[column].to_pylist() for column in NAMES), strict=True)
            if record in names or any(not set(names).isdisjoint(words) for words in lists)
        ]


def read(place: Place, path: str) -> Located:
    """The advisories of the snapshot that has this file of them."""
    file, (folder, _, _) = opened(place, path), path.rpartition("/")
    where = _kept(place, f"{folder}/{WHERE}", place.filesystem().get_file_info(path).size)
    return Located(
        folder.rpartition("/")[0], file, located(file.read([*NAMES], use_threads=False)) if where is None else where
    )


def side_by_side(tables: Mapping[str, pa.Table]) -> pa.Table:
    """The advisories of a snapshot's tables, by the first package that each is about, those about none last, and by id."""
    import duckdb  # noqa: PLC0415  only where a feed has changed

    said = tables["advisories"]
    numbered = pa.table({"advisory_id": said["advisory_id"], "place": pa.array(range(said.num_rows), pa.int64())})
    with duckdb.connect(config={"python_enable_replacements": False}) as connection:
        connection.register("advisory", numbered)
        for name, schema in (("affected", AFFECTED), ("affected_versions", AFFECTED_VERSIONS)):
            connection.register(name, tables.get(name, schema.empty_table()))
        order = connection.sql(read_sql(__package__, "side_by_side.sql")).to_arrow_table()
    return said.take(order["place"])


def located(advisories: pa.Table) -> pa.Table:
    """Under which names each row is asked for (schema LOCATED), in the order of the names; the columns in NAMES are read."""
    names, rows = [], []
    for column in NAMES:
        words = pa.concat_arrays([pa.array([], advisories.schema.field(column).type), *advisories[column].chunks])
        is_list = pa.types.is_list(words.type)
        names.append(pc.list_flatten(words) if is_list else words)
        rows.append(pc.list_parent_indices(words) if is_list else pa.array(range(len(words)), pa.int64()))
    pairs = pa.table([_crc(pa.concat_arrays(names).to_pylist()), pa.concat_arrays(rows).cast(pa.uint32())], schema=LOCATED)
    return pairs.sort_by([("name", "ascending"), ("row", "ascending")])


def to_bytes(pairs: pa.Table, size: int) -> bytes:
    """The pairs as a file (https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format); `size`: of the other one."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, LOCATED.with_metadata({OF: str(size)})) as writer:
        writer.write_table(pairs)
    return bytes(sink.getvalue())


def of_file(source: pa.NativeFile | bytes, size: int) -> pa.Table | None:
    """The pairs of a file, read as they are asked for where it is mapped; None where it is damaged, or of another one."""
    try:
        found = pa.ipc.open_file(source).read_all()
    except pa.ArrowInvalid:
        return None
    is_its = (found.schema.metadata or {}).get(OF) == str(size).encode() and found.schema.equals(LOCATED)
    return found.replace_schema_metadata().combine_chunks() if is_its else None


def rows_named(pairs: pa.Table, names: Collection[str]) -> list[int]:
    """The rows that may have one of these names, each once and in order; `pairs` as `located` has them."""
    known, wanted = pairs["name"], _crc(names)
    firsts, ends = (pc.search_sorted(known, wanted, side=side).to_pylist() for side in ("left", "right"))
    places = [place for first, end in zip(firsts, ends, strict=True) for place in range(first, end)]
    return sorted(set(pairs["row"].take(pa.array(places, pa.int64())).to_pylist()))


def rows_at(file: pq.ParquetFile, rows: Sequence[int], columns: Sequence[str]) -> pa.Table:
    """Columns of the rows with these sorted numbers; groups of rows without any are not read."""
    parts = [file.schema_arrow.empty_table().select(columns)]
    first = 0
    for group in range(file.num_row_groups):
        after = first + file.metadata.row_group(group).num_rows
        here = [row - first for row in rows[bisect_left(rows, first) : bisect_left(rows, after)]]
        if here:
            parts.append(file.read_row_group(group, columns, use_threads=False).take(here))
        first = after
    return pa.concat_tables(parts)


def _crc(names: Collection[str]) -> pa.Array:
    return pa.array(map(crc32, map(str.encode, names)), pa.uint32())


def _kept(place: Place, path: str, size: int) -> pa.Table | None:
    """The pairs that lie beside a file of advisories; None where an older Hullmark kept none, or they are damaged."""
    try:
        source = pa.memory_map(place.join(path)) if place.is_local else place.read(path)
    except FileNotFoundError:
        return None
    return None if source is None else of_file(source, size)
