"""Which listed digests must be read: those that no earlier run of the same engine answers, each digest once."""

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from hullmark.fleet.ask import ask
from hullmark.fleet.outcome import PERMANENT
from hullmark.fleet.run import Run
from hullmark.lake.store import Lake


@dataclass(frozen=True, slots=True)
class Location:
    """One place where a digest lies: its tags or, where it has none, those of the indexes that name it.

    `index_digest` holds all those indexes, sorted, with a space between.
    """

    registry: str
    repository: str
    account: str
    region: str
    tags: tuple[str, ...]
    pushed_at: datetime | None
    index_digest: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A digest to resolve, once, however many locations it has."""

    digest: str
    media_type: str
    locations: tuple[Location, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run found (schema LISTING), what of it still holds (schema COVERAGE), and what must be resolved.

    `outdated` are the images that another engine read, whatever becomes of them now.
    """

    listing: pa.Table
    carried: pa.Table
    wanted: tuple[Wanted, ...]
    outdated: frozenset[str] = frozenset()


def plan(lake: Lake, listing: pa.Table, run: Run, memory_mb: int = 1024) -> Plan:
    """The plan for `listing` (schema LISTING)."""
    parameters = {"run": run.run, "at": run.at, "engine": run.engine, "permanent": [str(reason) for reason in PERMANENT]}
    with closing(lake.connect(memory_mb)) as connection:
        connection.register("listing", listing)
        carried = ask(connection, "plan.sql", parameters)
        connection.register("carried", carried)
        missing = ask(connection, "unresolved.sql")
        outdated = ask(connection, "outdated.sql", {"engine": run.engine})
    wanted = tuple(_wanted(row) for row in missing.to_pylist())
    return Plan(listing, carried, wanted, frozenset(outdated.column("digest").to_pylist()))


def _wanted(row: dict[str, object]) -> Wanted:
    places: list[dict[str, object]] = row["locations"]  # type: ignore[assignment]  # a list of structs, see unresolved.sql
    locations = tuple(Location(**{**place, "tags": tuple(place["tags"])}) for place in places)  # type: ignore[arg-type]
    return Wanted(str(row["digest"]), str(row["media_type"] or ""), locations)
