"""Children of indexes: each has one coverage row a place, whatever number of indexes name it there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

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


@dataclass(slots=True)
class Kinship:
    """`named` are the children of this run's indexes by place, as far as they were resolved; `add` more as they come.

    A child with a tag of its own answers for itself, and one that is carried is answered.
    """

    plan: Plan
    named: dict[Key, Named] = field(default_factory=dict)
    _spoken_for: frozenset[Key] | None = None

    def add(self, resolved: Iterable[Resolved]) -> None:
        """Note the children of what was resolved."""
        for item in resolved:
            for digest in children(item):
                for place in item.wanted.locations:
                    known = self.named.setdefault((place.registry, place.repository, digest), Named([], set()))
                    known.indexes.append(item.wanted.digest)
                    known.tags.update(place.tags)

    def answered_by(self, index: str, place: Location, digest: str) -> Named | None:
        """The child in a place when `index` answers for it there: nothing else does, and it is the first to name it."""
        key = (place.registry, place.repository, digest)
        named = self.named[key]
        return named if named.indexes[0] == index and key not in self._spoken() else None

    def table(self) -> pa.Table:
        """`named` as rows (schema NAMED)."""
        rows = [
            {**dict(zip(NAMED.names, key, strict=False)), "index_digest": item.index_digest, "tags": [*item.all_tags]}
            for key, item in self.named.items()
        ]
        return pa.Table.from_pylist(rows, schema=NAMED)

    def _spoken(self) -> frozenset[Key]:
        """The places of digests that have a row without any index."""
        if self._spoken_for is None:
            self._spoken_for = frozenset({*_keys(self.plan.carried), *_wanted(self.plan.listing)})
        return self._spoken_for


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


def _wanted(listing: pa.Table) -> Iterator[Key]:
    columns = (listing.column(name).to_pylist() for name in ("tags", "subject", "status", "left_out"))
    for key, tags, subject, status, left_out in zip(_keys(listing), *columns, strict=True):
        if (tags or subject) and status != "ARCHIVED" and not left_out:
            yield key
