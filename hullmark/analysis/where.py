"""Where in the fleet something is: a vulnerability by any of its names, or a package in versions below another."""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from hullmark.errors import InvalidVersion, UsageError
from hullmark.sql import read_sql
from hullmark.versions import key, keys, scheme_of_type

SNAPSHOTS = pa.schema([("feed", pa.string()), ("snapshot", pa.string())])
COMPARED = pa.schema([("type", pa.string()), ("compared", pa.string()), ("ordered", pa.bool_())])


@dataclass(frozen=True, slots=True)
class Where:
    """What has a vulnerability or a package, of how many images, and what may be missing.

    `rows`: one for each place, package and version (columns: where_vulnerability.sql, where_package.sql). `unread`: images
    that could not be read whole. Of a vulnerability, `advisories` (where_advisories.sql) name it, which are asked for where
    no image has it; `uncompared`: images, `behind`: feeds that were fetched, and not compared since. `below`: the version
    that packages are compared with, "" where all are meant. `like`: those that are called almost so,
    where none is called so.
    """

    asked: str
    rows: pa.Table
    images: int
    unread: tuple[str, ...]
    advisories: pa.Table | None = None
    uncompared: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    below: str = ""
    like: tuple[str, ...] = ()


def where_vulnerability(connection: duckdb.DuckDBPyConnection, name: str, snapshots: Mapping[str, str]) -> Where:
    """The images that carry a vulnerability; `snapshots` are the current ones by feed.

    Reads a lake's connection and `advisories` (see FeedStore.register).
    """
    names = _ask(connection, "where_names.sql", name=name.lower())["vulnerability"].to_pylist()
    rows = _ask(connection, "where_vulnerability.sql", names=names)
    said = None if rows.num_rows else _ask(connection, "where_advisories.sql", name=name.lower())
    current = {"feed": [*snapshots], "snapshot": [*snapshots.values()]}
    connection.register("current_snapshot", pa.table(current, schema=SNAPSHOTS))
    return Where(
        name,
        rows,
        _fleet(connection),
        _names(connection, "where_unread.sql"),
        said,
        _names(connection, "where_uncompared.sql"),
        _names(connection, "where_behind.sql"),
    )


def where_package(connection: duckdb.DuckDBPyConnection, package: str, below: str = "") -> Where:
    """The images that hold a package, "type/name" or a name; with `below` only in earlier versions.

    Reads a lake's connection. A version that cannot be compared is a row as well, with `ordered` false. Raises UsageError
    when `below` is no version.
    """
    name, kind = _named(connection, package)
    asked = {"name": name.lower(), "type": kind}
    versions = _ask(connection, "where_versions.sql", **asked)
    connection.register("compared", _below(versions, below) if below else _all(versions))
    rows = _ask(connection, "where_package.sql", **asked)
    like = () if versions.num_rows else tuple(_ask(connection, "where_like.sql", name=name.lower())["name"].to_pylist())
    return Where(package, rows, _fleet(connection), _names(connection, "where_unread.sql"), below=below, like=like)


def _ask(connection: duckdb.DuckDBPyConnection, query: str, /, **parameters: object) -> pa.Table:
    return connection.sql(read_sql(__package__, query), params=parameters or None).to_arrow_table()


def _named(connection: duckdb.DuckDBPyConnection, package: str) -> tuple[str, str]:
    """(name, type) of "type/name"; names such as "@scope/name" hold the same stroke."""
    kind, _, name = package.partition("/")
    kind = kind.lower()
    if name and _ask(connection, "where_type.sql", type=kind).num_rows:
        return name, kind
    return package, ""


def _below(versions: pa.Table, below: str) -> pa.Table:
    """COMPARED: what is below a version, and what cannot be compared with it."""
    limits = {kind: _limit(kind, below) for kind in pc.unique(versions["type"]).to_pylist()}
    if limits and not any(limits.values()):
        raise UsageError(f"{below!r} is no version of a package of type {' or '.join(sorted(limits))}; give one")
    parts = [COMPARED.empty_table()]
    for kind, limit in limits.items():
        rows = versions.filter(pc.equal(versions["type"], kind))
        made = keys(scheme_of_type(kind) or "", rows["compared"].to_pylist()) if limit else [None] * rows.num_rows
        keyed = pa.array(made, pa.binary())
        ordered = pc.is_valid(keyed)
        wanted = pc.or_kleene(pc.invert(ordered), pc.less(keyed, pa.scalar(limit, pa.binary())))
        parts.append(rows.append_column("ordered", ordered).filter(wanted).cast(COMPARED))
    return pa.concat_tables(parts)


def _limit(kind: str, below: str) -> bytes | None:
    scheme = scheme_of_type(kind)
    try:
        return key(scheme, below) if scheme else None
    except InvalidVersion:
        return None


def _all(versions: pa.Table) -> pa.Table:
    return versions.append_column("ordered", pa.array([True] * versions.num_rows, pa.bool_())).cast(COMPARED)


def _names(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[str, ...]:
    return tuple(_ask(connection, query).column(0).to_pylist())


def _fleet(connection: duckdb.DuckDBPyConnection) -> int:
    return int(_ask(connection, "where_fleet.sql")["images"][0].as_py())
