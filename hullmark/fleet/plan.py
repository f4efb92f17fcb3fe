"""Which listed digests must be read: those that no earlier run of the same engine answers, each digest once."""

from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa

from hullmark.fleet.run import Run
from hullmark.model import Reason
from hullmark.sql import read_sql

# What lies in the image's own bytes: the same digest read by the same engine ends the same way, so it is not read again.
PERMANENT = (
    Reason.CORRUPT,
    Reason.DIGEST_MISMATCH,
    Reason.FOREIGN_LAYER,
    Reason.TOO_LARGE,
    Reason.UNKNOWN_OS,
    Reason.UNREADABLE_FILE,
    Reason.UNSUPPORTED_COMPRESSION,
    Reason.UNSUPPORTED_MEDIA_TYPE,
)


@dataclass(frozen=True, slots=True)
class Location:
    """One place where a digest lies, with the tags that name it there."""

    registry: str
    repository: str
    account: str
    region: str
    tags: tuple[str, ...]
    pushed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A digest to resolve, once, however many locations it has."""

    digest: str
    media_type: str
    locations: tuple[Location, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """`carried`: coverage rows that still hold (schema COVERAGE); `wanted`: what must be resolved."""

    carried: pa.Table
    wanted: tuple[Wanted, ...]


def plan(connection: duckdb.DuckDBPyConnection, listing: pa.Table, run: Run) -> Plan:
    """The plan for `listing` (schema LISTING), by a connection of the lake (views `coverage` and `runs`)."""
    connection.register("listing", listing)
    parameters = {"run": run.run, "at": run.at, "engine": run.engine, "permanent": [str(reason) for reason in PERMANENT]}
    carried = _ask(connection, "plan.sql", parameters)
    connection.register("carried", carried)
    return Plan(carried, tuple(_wanted(row) for row in _ask(connection, "unresolved.sql").to_pylist()))


def leftover(connection: duckdb.DuckDBPyConnection, listing: pa.Table, answered: pa.Table, run: Run) -> pa.Table:
    """Coverage rows for the listed digests that are not in `answered` (registry, repository, digest): archived, untagged."""
    connection.register("listing", listing)
    connection.register("answered", answered.select(["registry", "repository", "digest"]))
    return _ask(connection, "leftover.sql", {"run": run.run, "at": run.at})


def _ask(connection: duckdb.DuckDBPyConnection, name: str, parameters: dict[str, object] | None = None) -> pa.Table:
    return connection.sql(read_sql("hullmark.fleet", name), params=parameters).to_arrow_table()


def _wanted(row: dict[str, object]) -> Wanted:
    places: list[dict[str, object]] = row["locations"]  # type: ignore[assignment]  # a list of structs, see unresolved.sql
    locations = tuple(Location(**{**place, "tags": tuple(place["tags"])}) for place in places)  # type: ignore[arg-type]
    return Wanted(str(row["digest"]), str(row["media_type"] or ""), locations)
