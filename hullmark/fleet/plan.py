"""Which listed digests must be read: those that no earlier run of the same engine answers, each digest once."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from hullmark.fleet.ask import ask
from hullmark.fleet.outcome import PASSING, PERMANENT
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

    `missing` has a row per wanted digest, neighbours of a repository together; `outdated` are the images that another engine
    read, whatever becomes of them now.
    """

    listing: pa.Table
    carried: pa.Table
    missing: pa.Table
    outdated: frozenset[str] = frozenset()

    def parts(self, digests: int) -> Iterator[list[Wanted]]:
        """What must be resolved, at most so many digests at a time; at least one part, which may be empty."""
        for offset in range(0, max(1, self.missing.num_rows), digests):
            yield [_wanted(row) for row in self.missing.slice(offset, digests).to_pylist()]


def plan(lake: Lake, listing: pa.Table, run: Run, memory_mb: int = 1024) -> Plan:
    """The plan for `listing` (schema LISTING)."""
    parameters = {
        "run": run.run, "at": run.at, "engine": run.engine, "permanent": [*map(str, PERMANENT)],
        "passing": [*map(str, PASSING)],
    }  # fmt: skip
    with closing(lake.connect(memory_mb, only=("digests", "failures", "images"))) as connection:
        connection.register("listing", listing)
        connection.register("wanted", ask(connection, "wanted.sql"))
        carried = ask(connection, "plan.sql", parameters)
        connection.register("carried", carried)
        missing = ask(connection, "unresolved.sql")
        outdated = ask(connection, "outdated.sql", {"engine": run.engine})
    return Plan(listing, carried, missing, frozenset(outdated.column("digest").to_pylist()))


def _wanted(row: dict[str, object]) -> Wanted:
    places: list[dict[str, object]] = row["locations"]  # type: ignore[assignment]  # a list of structs, see unresolved.sql
    locations = tuple(Location(**{**place, "tags": tuple(place["tags"])}) for place in places)  # type: ignore[arg-type]
    return Wanted(str(row["digest"]), str(row["media_type"] or ""), locations)
