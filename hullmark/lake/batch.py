"""Bring a batch of rows into the shape of its table, or say in one sentence why that is impossible."""

from collections.abc import Sequence

import pyarrow as pa

from hullmark.errors import LakeError
from hullmark.lake.place import one_line
from hullmark.lake.schema import TABLES, Table

ORDER = {
    "packages": ("ecosystem", "advisory_name"), "findings": ("image_digest", "vulnerability"),
    "vulnerable_packages": ("image_digest",), "finding_events": ("image_digest",),
}  # fmt: skip
FEW = 100  # rows whose keys are compared here: Arrow loads what groups rows first


def table_named(name: str) -> Table:
    """The definition of a table; raises LakeError for a name that the lake does not have."""
    if name not in TABLES:
        raise LakeError(f"the lake has no table {name!r}; its tables are {', '.join(TABLES)}")
    return TABLES[name]


def shape(table: Table, batch: pa.Table) -> pa.Table:
    """The batch with the table's columns, types and row order; raises LakeError when rows or columns do not fit.

    A column that the batch lacks becomes null, unless it belongs to the key; one that the table lacks is an error.
    """
    unknown = sorted(set(batch.column_names) - set(table.schema.names))
    if unknown or len(set(batch.column_names)) < batch.num_columns:
        raise LakeError(
            f"a batch for {table.name} has a column that the table has not, or one twice: {unknown or 'repeated'}"
        )
    arrays = [_column(table, field, batch) for field in table.schema]
    shaped = pa.table(arrays, schema=table.schema)
    _check_key(table, shaped)
    order = [(column, "ascending") for column in ORDER.get(table.name, table.key[:2])]
    return shaped.sort_by(order)


def _column(table: Table, field: pa.Field, batch: pa.Table) -> pa.ChunkedArray:
    if field.name not in batch.column_names:
        return pa.chunked_array([pa.nulls(batch.num_rows, field.type)])
    try:
        return batch.column(field.name).cast(field.type)
    except pa.ArrowException as error:
        raise LakeError(f"column {field.name} of a batch for {table.name} is no {field.type}: {one_line(error)}") from None


def _check_key(table: Table, batch: pa.Table) -> None:
    for column in table.key:
        if batch.column(column).null_count:
            raise LakeError(f"a batch for {table.name} has rows without {column}, which is part of the key")
    repeated = repeats(batch, table.key)
    if repeated:
        raise LakeError(
            f"a batch for {table.name} has {repeated} rows whose key ({', '.join(table.key)}) stands in it twice"
        )


def repeats(batch: pa.Table, key: Sequence[str]) -> int:
    """How many rows repeat the key of an earlier row."""
    if batch.num_rows <= FEW:
        return int(batch.num_rows) - len({tuple(row.values()) for row in batch.select(list(key)).to_pylist()})
    numbers = pa.table([_numbers(batch.column(column)) for column in key], names=list(key))  # texts take twice as long
    return int(batch.num_rows - numbers.group_by(list(key), use_threads=False).aggregate([]).num_rows)


def _numbers(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A number for each value, the same for equal ones."""
    encoded = column.dictionary_encode().unify_dictionaries()
    return pa.chunked_array([chunk.indices for chunk in encoded.chunks], pa.int32())


def same_rows(columns: Sequence[str], values: pa.Table) -> str:
    """A Delta predicate for rows whose `columns` hold one of the combinations in `values`; "" when there are none.

    Delta predicates take no parameters, so that values are quoted here as SQL strings; all scope columns are strings.
    """
    distinct = values.select(list(columns)).group_by(list(columns)).aggregate([])
    if not distinct.num_rows:
        return ""
    if len(columns) == 1:
        names = sorted(map(quote, distinct.column(columns[0]).to_pylist()))
        # a file is skipped by its least and greatest value, not by a long list
        return f"{columns[0]} >= {names[0]} AND {columns[0]} <= {names[-1]} AND {columns[0]} IN ({', '.join(names)})"
    rows = (" AND ".join(f"{name} = {quote(row[name])}" for name in columns) for row in distinct.to_pylist())
    return " OR ".join(f"({row})" for row in rows)


def quote(value: str | None) -> str:
    """A SQL string literal; raises LakeError for null, which no scope may hold."""
    if value is None:
        raise LakeError("a scope column of a batch is null; every row must say what it belongs to")
    return "'" + value.replace("'", "''") + "'"
