"""Which image of the fleet a person means by repository:tag, a digest or its beginning, with or without the registry."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from hullmark.errors import NotFound, UsageError
from hullmark.model import Platform
from hullmark.sources.platforms import host_platform, matches, parse_platform, stored_platform
from hullmark.sql import read_sql

SHOWN = 6  # of what there is to choose from
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """An image of the fleet where it lies: a row of named.sql."""

    row: Row

    @property
    def digest(self) -> str:
        """Of its manifest."""
        return str(self.row["digest"])

    @property
    def reference(self) -> str:
        """As a person writes it: with the tag that was named, else with its first, else with its digest."""
        name = f"{self.row['registry']}/{self.row['repository']}"
        tag = self.row["tag"] or next(iter(sorted(self.row["tags"])), "")
        return f"{name}:{tag}" if tag else f"{name}@{self.digest}"

    @property
    def platform(self) -> Platform:
        """What its configuration says."""
        return stored_platform(str(self.row["platform"]))


def named(connection: duckdb.DuckDBPyConnection, name: str, platform: str | None = None) -> list[Place]:
    """The image that a name means in a lake's connection: one, or several platforms of one where `platform` is "all".

    None means linux on this machine's architecture, else the first platform that there is. An image that lies in several
    places is meant in the first one. Raises NotFound and UsageError, which say what there is.
    """
    wanted = None if platform in (None, "all") else parse_platform(str(platform))
    name = name.strip()
    found = [Place(row) for row in _ask(connection, "named.sql", name)]
    if not found:
        raise _unknown(connection, name)
    present = [place for place in found if place.row["state"] == "present"]
    first = _once(present or found)
    if len({_group(place) for place in first}) > 1:
        raise UsageError(f"{name} names {len(first)} images; name one of them: {_some([_told(each) for each in first])}")
    return _of_platform(name, first, wanted, everything=platform == "all")


def _of_platform(name: str, found: Sequence[Place], wanted: Platform | None, *, everything: bool) -> list[Place]:
    if everything:
        return list(found)
    chosen = [place for place in found if matches(wanted or host_platform(), place.platform)]
    if not chosen and wanted:
        there = ", ".join(sorted({str(place.platform) or "unknown" for place in found}))
        raise NotFound(f"{name} has no image for {wanted}; choose one that it has: {there}")
    return (chosen or list(found))[:1]


def _once(places: Sequence[Place]) -> list[Place]:
    """Each image in its first place."""
    first: dict[str, Place] = {}
    for place in places:
        first.setdefault(place.digest, place)
    return list(first.values())


def _group(place: Place) -> tuple[str, ...]:
    """What is alike for the platforms of one image, and for nothing else: its index, where it is of one."""
    return (place.row["registry"], place.row["repository"], place.row["index_digest"] or place.digest)


def no_tag(connection: duckdb.DuckDBPyConnection, name: str) -> NotFound | None:
    """What is wrong with a name that is one of a repository, None for any other; reads `images`."""
    tags = [str(row["tag"]) for row in _ask(connection, "repository_tags.sql", name)]
    if not tags:
        return None
    return NotFound(f"{name} is a repository; name one of its tags: {_some([f'{name}:{tag}' for tag in tags])}")


def _unknown(connection: duckdb.DuckDBPyConnection, name: str) -> NotFound:
    if repository := no_tag(connection, name):
        return repository
    for row in _ask(connection, "unread.sql", name):
        return NotFound(f"nothing is known of what is in {name}, which was {row['status']}: {row['detail']}")
    return NotFound(
        f"the lake knows no image {name}; give repository:tag as the dashboard's page Images shows it, or a digest, "
        "or scan it with `hullmark scan`"
    )


def _told(place: Place) -> str:
    return f"{place.reference} ({place.row['platform']}, {place.digest[:19]})"


def _some(names: Sequence[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _ask(connection: duckdb.DuckDBPyConnection, query: str, name: str) -> list[Row]:
    return list(connection.sql(read_sql(__package__, query), params={"name": name}).to_arrow_table().to_pylist())
