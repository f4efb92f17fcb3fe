"""Which listed digests must be read: those that no earlier run of the same engine answers, each digest once."""

from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa

from hullmark.model import Reason
from hullmark.sql import read_sql

# Failures that lie in the image's own bytes: the same digest read by the same engine fails again, so it is not read again.
PERMANENT = (
    Reason.CORRUPT,
    Reason.DIGEST_MISMATCH,
    Reason.FOREIGN_LAYER,
    Reason.TOO_LARGE,
    Reason.UNSUPPORTED_COMPRESSION,
    Reason.UNSUPPORTED_MEDIA_TYPE,
)


@dataclass(frozen=True, slots=True)
class Location:
    """One place where a digest lies."""

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
    locations: tuple[Location, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """`carried`: coverage rows that still hold; `wanted`: what must be resolved."""

    carried: pa.Table
    wanted: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """The identity of one run: its id, when it started (UTC) and the engine that reads."""

    run: str
    at: datetime
    engine: str


def plan(connection: duckdb.DuckDBPyConnection, listing: pa.Table, run: Run) -> Plan:
    """The plan for `listing` (schema LISTING), by a connection of the lake (views `coverage` and `runs`)."""
    connection.register("listing", listing)
    parameters = {"run": run.run, "at": run.at, "engine": run.engine, "permanent": [str(reason) for reason in PERMANENT]}
    carried = connection.execute(read_sql(__package__, "plan.sql"), parameters).to_arrow_table()
    connection.register("carried", carried)
    rows = connection.execute(read_sql(__package__, "unresolved.sql")).to_arrow_table().to_pylist()
    wanted = tuple(Wanted(row["digest"], tuple(Location(**{**item, "tags": tuple(item["tags"])}) for item in row["locations"])) for row in rows)
    return Plan(carried, wanted)


def leftover(connection: duckdb.DuckDBPyConnection, listing: pa.Table, answered: pa.Table, run: Run) -> pa.Table:
    """Coverage rows for the listed digests that are not in `answered` (registry, repository, digest): archived, untagged."""
    connection.register("listing", listing)
    connection.register("answered", answered.select(["registry", "repository", "digest"]))
    return connection.execute(read_sql(__package__, "leftover.sql"), {"run": run.run, "at": run.at}).to_arrow_table()
