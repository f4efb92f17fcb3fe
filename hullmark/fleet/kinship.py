"""Children of indexes: each has one coverage row a place, whatever number of indexes name it there."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa

from hullmark.fleet.plan import Location, Plan
from hullmark.fleet.read import Resolved
from hullmark.lake.schema import TEXT, TEXTS
from hullmark.model import Image

Key = tuple[str, str, str]  # registry, repository, digest
NAMED = pa.schema([("registry", TEXT), ("repository", TEXT), ("digest", TEXT), ("index_digest", TEXT), ("tags", TEXTS)])


@dataclass(slots=True)
class Named:
    """A child in one place: the indexes that were resolved in this run and name it, the first of which answers for it."""

    indexes: list[str]
    tags: set[str]

    @property
    def index_digest(self) -> str:
        """All indexes as coverage keeps them: sorted, with a space between."""
        return " ".join(sorted(self.indexes))

    @property
    def all_tags(self) -> tuple[str, ...]:
        """The tags of all indexes, sorted."""
        return tuple(sorted(self.tags))


@dataclass(frozen=True, slots=True)
class Kinship:
    """`named` are the children of this run's indexes by place; `spoken_for` those of them that have a row without it."""

    named: Mapping[Key, Named]
    spoken_for: frozenset[Key]

    def answered_by(self, index: str, place: Location, digest: str) -> Named | None:
        """The child in a place when `index` answers for it there: nothing else does, and it is the first to name it."""
        key = (place.registry, place.repository, digest)
        named = self.named[key]
        return named if key not in self.spoken_for and named.indexes[0] == index else None

    def table(self) -> pa.Table:
        """`named` as rows (schema NAMED)."""
        rows = [
            {**dict(zip(NAMED.names, key, strict=False)), "index_digest": item.index_digest, "tags": [*item.all_tags]}
            for key, item in self.named.items()
        ]
        return pa.Table.from_pylist(rows, schema=NAMED)


def kinship(plan: Plan, resolved: Iterable[Resolved]) -> Kinship:
    """The children of what was resolved. One with a tag of its own answers for itself, one that is carried is answered."""
    named: dict[Key, Named] = {}
    for item in resolved:
        for digest in children(item):
            for place in item.wanted.locations:
                known = named.setdefault((place.registry, place.repository, digest), Named([], set()))
                known.indexes.append(item.wanted.digest)
                known.tags.update(place.tags)
    if not named:
        return Kinship({}, frozenset())
    return Kinship(named, frozenset({*_keys(plan.carried), *_tagged(plan.listing)} & named.keys()))


def children(resolved: Resolved) -> list[str]:
    """The digests that an index names, those of indexes inside it included; none for what is no index."""
    found = [item.digest for item in resolved.found] + inner_indexes(resolved)
    return [digest for digest in dict.fromkeys(found) if digest != resolved.wanted.digest]


def inner_indexes(resolved: Resolved) -> list[str]:
    """The indexes between the wanted one and its images."""
    parents = dict.fromkeys(item.index_digest for item in resolved.found if isinstance(item, Image))
    return [digest for digest in parents if digest not in {"", resolved.wanted.digest}]


def _keys(rows: pa.Table) -> Iterator[Key]:
    yield from zip(*(rows.column(name).to_pylist() for name in ("registry", "repository", "digest")), strict=True)


def _tagged(listing: pa.Table) -> Iterator[Key]:
    tagged = zip(_keys(listing), listing.column("tags").to_pylist(), listing.column("status").to_pylist(), strict=True)
    yield from (key for key, tags, status in tagged if tags and status != "ARCHIVED")
