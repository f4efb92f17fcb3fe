"""Reading the lake with DuckDB: an in-memory database that holds views and may open nothing but the lake's tables."""

from collections.abc import Collection, Mapping, Set
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa
from deltalake.exceptions import DeltaError

from hullmark.errors import LakeError
from hullmark.lake import delta
from hullmark.lake.duck import open_duckdb
from hullmark.lake.log import State
from hullmark.lake.marker import is_marked
from hullmark.lake.naming import View, needed, views
from hullmark.lake.place import Place, one_line
from hullmark.lake.schema import TABLES, Table
from hullmark.sql import read_sql

SQL_TYPES = {
    pa.string(): "VARCHAR", pa.list_(pa.string()): "VARCHAR[]", pa.binary(): "BLOB", pa.bool_(): "BOOLEAN",
    pa.int32(): "INTEGER", pa.int64(): "BIGINT", pa.float64(): "DOUBLE", pa.date32(): "DATE",
    pa.timestamp("us", "UTC"): "TIMESTAMP WITH TIME ZONE",
}  # fmt: skip
OPENERS = 8  # tables whose logs are read at once

# Of two files that make one view, the one that is for what a table holds: whether it must have rows.
HOLDING = {
    "02_called.sql": ("verdicts", False), "04_called.sql": ("verdicts", True),  # an older Hullmark kept findings as rows
    "03_findings.sql": ("verdicts", True),
    "10_exception_findings.sql": ("exceptions", True), "10_nothing_excepted.sql": ("exceptions", False),
    "11_vex_findings.sql": ("vex_statements", True), "11_nothing_stated.sql": ("vex_statements", False),
}  # fmt: skip


def connect(place: Place, memory_mb: int, threads: int | None, only: Collection[str] = ()) -> duckdb.DuckDBPyConnection:
    """A connection with a view for each table and those of `views/`, or for `only` these, then closed to the outside.

    Raises LakeError.
    """
    is_marked(place)
    con = open_duckdb(memory_mb, threads)
    names = needed(only) if only else {*TABLES, *(name for view in views() for name in view.makes)}
    _make(con, place, names)
    _close_off(con, place)
    return con


def add(con: duckdb.DuckDBPyConnection, place: Place, names: Collection[str]) -> None:
    """These and what they read, where a connection does not have them yet, also on one that is closed; raises LakeError."""
    there = {name for (name,) in con.execute(read_sql(__package__, "there.sql")).fetchall()}
    _make(con, place, needed(names) - there)


def _make(con: duckdb.DuckDBPyConnection, place: Place, names: Set[str]) -> None:
    """Make all of these that there is; several tables at once are opened, since on S3 each is a few requests."""
    tables = [name for name in TABLES if name in names]
    with ThreadPoolExecutor(OPENERS) as pool:
        states = dict(zip(tables, pool.map(lambda name: delta.state(place, name), tables), strict=True))
    for name, state in states.items():
        try:
            _relation(con, place, TABLES[name], state).create_view(name)
        except (DeltaError, OSError, duckdb.Error) as error:
            raise LakeError(f"the table {name} of the lake {place.root} cannot be read: {one_line(error)}") from None
    for view in views():
        if view.makes & names and _is_for(view, place, states):
            con.execute(view.text)


def _is_for(view: View, place: Place, states: Mapping[str, State | None]) -> bool:
    if view.file not in HOLDING:
        return True
    table, filled = HOLDING[view.file]
    state = states[table] if table in states else delta.state(place, table)
    return bool(state and state.rows) is filled


def relation_as_of(place: Place, table: Table, when: int | datetime) -> duckdb.DuckDBPyRelation:
    """One table as it was at a version or time, on a connection of its own."""
    opened = delta.open_table(place, table.name)
    if opened is None:
        raise LakeError(f"the lake {place.root} has no table {table.name} yet; scan something first")
    try:
        opened.load_as_version(when)
        return _relation(open_duckdb(), place, table, delta.state_of(opened))
    except (DeltaError, OSError, duckdb.Error) as error:
        raise LakeError(
            f"the table {table.name} cannot be read as of {when}: {one_line(error)}; it may have been vacuumed"
        ) from None


def _relation(con: duckdb.DuckDBPyConnection, place: Place, table: Table, state: State | None) -> duckdb.DuckDBPyRelation:
    names = [file.path for file in state.files] if state else []
    if not names:
        return con.table_function("range", [0]).select(*map(_blank, table.schema))
    if not place.is_local:
        return con.from_arrow(_dataset(place, table, names))
    found = con.read_parquet([escape_glob(place.join("tables", table.name, name)) for name in names], union_by_name=True)
    if found.columns == table.schema.names:
        return found
    present = set(found.columns)
    columns = [duckdb.ColumnExpression(field.name) if field.name in present else _blank(field) for field in table.schema]
    return found.select(*columns)


def _dataset(place: Place, table: Table, names: list[str]) -> Any:  # noqa: ANN401  a pyarrow.dataset.Dataset; it ships no types
    """The files as one dataset. Delta writes text as string views, which Arrow compares with views only."""
    import pyarrow.dataset as pa_ds  # noqa: PLC0415  it brings pandas along, most of a second, and local lakes do without

    fields = [field.with_type(pa.string_view()) if field.type == pa.string() else field for field in table.schema]
    paths = [f"tables/{table.name}/{name}" for name in names]
    return pa_ds.FileSystemDataset.from_paths(
        paths, schema=pa.schema(fields), format=pa_ds.ParquetFileFormat(), filesystem=place.filesystem()
    )


def _blank(field: pa.Field) -> duckdb.Expression:
    """A column without values; DuckDB would import pandas to tell the type of Arrow's."""
    return duckdb.ConstantExpression(None).cast(duckdb.sqltype(SQL_TYPES[field.type])).alias(field.name)


def escape_glob(path: str) -> str:
    """A path whose `*`, `?` and `[` mean themselves to DuckDB."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in path)


def _close_off(con: duckdb.DuckDBPyConnection, place: Place) -> None:
    if place.is_local:
        folder = place.join("tables")
        con.execute("SET allowed_directories = $folders", {"folders": sorted({folder, escape_glob(folder)})})
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")
