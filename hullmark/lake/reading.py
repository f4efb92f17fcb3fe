"""Reading the lake with DuckDB: an in-memory database that holds views and may open nothing but the lake's tables."""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from importlib.resources import files
from typing import Any

import duckdb
import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from hullmark.errors import LakeError
from hullmark.lake import delta
from hullmark.lake.duck import open_duckdb
from hullmark.lake.marker import is_marked
from hullmark.lake.place import Place, one_line
from hullmark.lake.schema import TABLES, Table

CONTENT_SET = "08_content_set.sql"  # which matching asks
OPENERS = 8  # tables whose logs are read at once
VIEWS = f"{__package__}.views"
FINDINGS, CALLED = (
    "03_findings.sql",
    "04_called.sql",
)  # of lakes that this Hullmark has matched; an older one kept findings as rows

# A table, and the view of what it says of findings, which is left out of every plan while the table is empty.
SAYING = (("exceptions", "exception_findings"), ("vex_statements", "vex_findings"))


def connect(place: Place, memory_mb: int, threads: int | None, only: Collection[str] = ()) -> duckdb.DuckDBPyConnection:
    """A connection with a view for each table, then closed to the outside; raises LakeError."""
    is_marked(place)
    con = open_duckdb(memory_mb, threads)
    if only:
        add_tables(con, place, only)
    else:
        states = _make_views(con, place, TABLES)
        _add_views(con, states)
    _close_off(con, place)
    return con


def add_tables(con: duckdb.DuckDBPyConnection, place: Place, names: Collection[str]) -> None:
    """A view for each of these tables that the connection does not have yet, also on one that is closed; raises LakeError.

    `findings` need the tables that they are made of beside them.
    """
    there = {name for (name,) in con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()}
    states = _make_views(con, place, [name for name in TABLES if name in names and name not in there])
    if "findings" in states and delta.rows_of(states.get("verdicts") or delta.open_table(place, "verdicts")):
        con.execute(_view(FINDINGS))
    if "images" in states:
        con.execute(_view(CONTENT_SET))


def _make_views(con: duckdb.DuckDBPyConnection, place: Place, names: Collection[str]) -> dict[str, DeltaTable | None]:
    """Make the views, and give the state of each table; several at once are opened, since on S3 each is a few requests."""
    with ThreadPoolExecutor(OPENERS) as pool:
        states = dict(zip(names, pool.map(lambda name: delta.open_table(place, name), names), strict=True))
    for name, state in states.items():
        try:
            _relation(con, place, TABLES[name], state).create_view(name)
        except (DeltaError, OSError, duckdb.Error) as error:
            raise LakeError(f"the table {name} of the lake {place.root} cannot be read: {one_line(error)}") from None
    return states


def _add_views(con: duckdb.DuckDBPyConnection, states: dict[str, DeltaTable | None]) -> None:
    names = sorted(item.name for item in files(VIEWS).iterdir() if item.name.endswith(".sql"))
    for name in names:
        if name not in {FINDINGS, CALLED} or delta.rows_of(states["verdicts"]):
            con.execute(_view(name))
    for table, view in SAYING:
        if not delta.rows_of(states[table]):
            nothing = con.view(view).limit(0).to_arrow_table()
            con.from_arrow(nothing).filter(duckdb.ConstantExpression(False)).create_view(view, replace=True)


def _view(name: str) -> str:
    return files(VIEWS).joinpath(name).read_text(encoding="utf-8")


def relation_as_of(place: Place, table: Table, when: int | datetime) -> duckdb.DuckDBPyRelation:
    """One table as it was at a version or time, on a connection of its own."""
    state = delta.open_table(place, table.name)
    if state is None:
        raise LakeError(f"the lake {place.root} has no table {table.name} yet; scan something first")
    try:
        state.load_as_version(when)
        return _relation(open_duckdb(), place, table, state)
    except (DeltaError, OSError, duckdb.Error) as error:
        raise LakeError(
            f"the table {table.name} cannot be read as of {when}: {one_line(error)}; it may have been vacuumed"
        ) from None


def _relation(
    con: duckdb.DuckDBPyConnection, place: Place, table: Table, state: DeltaTable | None
) -> duckdb.DuckDBPyRelation:
    names = pa.table(state.get_add_actions()).column("path").to_pylist() if state else []
    if not names or state is None:
        return con.from_arrow(table.schema.empty_table())
    if not place.is_local:
        return con.from_arrow(_dataset(place, table, names))
    found = con.read_parquet([escape_glob(place.join("tables", table.name, name)) for name in names], union_by_name=True)
    return found.select(*(_column(field, found.columns) for field in table.schema))


def _dataset(place: Place, table: Table, names: list[str]) -> Any:  # noqa: ANN401  a pyarrow.dataset.Dataset; it ships no types
    """The files as one dataset. Delta writes text as string views, which Arrow compares with views only."""
    import pyarrow.dataset as pa_ds  # noqa: PLC0415  it brings pandas along, most of a second, and local lakes do without

    fields = [field.with_type(pa.string_view()) if field.type == pa.string() else field for field in table.schema]
    paths = [f"tables/{table.name}/{name}" for name in names]
    return pa_ds.FileSystemDataset.from_paths(
        paths, schema=pa.schema(fields), format=pa_ds.ParquetFileFormat(), filesystem=place.filesystem()
    )


def _column(field: pa.Field, present: list[str]) -> duckdb.Expression:
    if field.name in present:
        return duckdb.ColumnExpression(field.name)
    empty = duckdb.from_arrow(pa.schema([field]).empty_table())
    return duckdb.ConstantExpression(None).cast(empty.types[0]).alias(field.name)


def escape_glob(path: str) -> str:
    """A path whose `*`, `?` and `[` mean themselves to DuckDB."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in path)


def _close_off(con: duckdb.DuckDBPyConnection, place: Place) -> None:
    if place.is_local:
        folder = place.join("tables")
        con.execute("SET allowed_directories = $folders", {"folders": sorted({folder, escape_glob(folder)})})
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")
