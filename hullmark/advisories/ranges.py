"""The events of one OSV range -> intervals of version keys, as the schema's evaluation algorithm reads them; pure.

Events are read in version order, equal ones in the order of the record: "introduced" opens unless open, "fixed" closes
below itself, "last_affected" above itself, and a version must lie below the highest "limit", if there is one.
(ossf/osv-schema, docs/schema.md, "Evaluation")
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from hullmark.errors import InvalidVersion
from hullmark.versions import bound

BOTTOM = b""  # OSV's "0": below every version
SENTINELS = {("introduced", "0"), ("fixed", "0"), ("limit", "*")}  # "fixed in 0": never affected
CLOSING = ("fixed", "last_affected")
SHORT = 64  # characters of a version that is remembered
KINDS = ("introduced", *CLOSING, "limit")


class Unordered(ValueError):
    """A range that cannot become intervals; the message says why."""


class Interval(NamedTuple):
    """Versions from `low_key` to `high_key` (None: no end); `fixed` is "" when no fix is known. It may hold no version."""

    low: str
    high: str
    low_key: bytes
    high_key: bytes | None
    inclusive: bool
    fixed: str

    def holds(self, version_key: bytes) -> bool:
        """Whether a version lies in it."""
        if version_key < self.low_key:
            return False
        if self.high_key is None:
            return True
        return version_key < self.high_key or (self.inclusive and version_key == self.high_key)


NEVER = Interval("0", "0", BOTTOM, BOTTOM, inclusive=False, fixed="")  # holds nothing: never affected


class Event(NamedTuple):
    """One event with the key of its version."""

    key: bytes
    kind: str
    version: str


def intervals(events: Iterable[Mapping[str, Any]], scheme: str) -> list[Interval]:
    """The intervals of one range; raises Unordered for a version that has no key and for what is no event."""
    read = [one for event in events for one in _read(event, scheme)]
    limits = [one for one in read if one.kind == "limit"]
    ordered = sorted((one for one in read if one.kind != "limit"), key=lambda one: one.key)
    found = list(_paired(ordered))
    if not limits or any(one.version == "*" for one in limits):
        return found
    highest = max(limits, key=lambda one: one.key)
    return [_limited(one, highest) for one in found]


def unheard(events: Iterable[Mapping[str, Any]], scheme: str) -> Iterator[str]:
    """Versions at which a range is said to end, and which end nothing, as another end stands before them in version order.

    Those that are called the last affected one; and fixes where one part of the range begins within another. Evaluation as
    above leaves out what lies before them. Raises as `intervals`, which has read the same.
    """
    is_open = overlaps = False
    read = [one for event in events for one in _read(event, scheme)]
    for event in sorted(read, key=lambda one: one.key):
        if event.kind == "introduced":
            is_open, overlaps = True, overlaps or is_open
        elif event.kind in CLOSING:
            if not is_open and (overlaps or event.kind == "last_affected"):
                yield event.version
            is_open = False


def _read(event: Mapping[str, Any], scheme: str) -> Iterator[Event]:
    stated = [(kind, version) for kind in KINDS if isinstance(version := event.get(kind), str)]
    if not stated:
        raise Unordered("a range has an event that is neither introduced, fixed, last_affected nor limit")
    for kind, version in stated:
        yield Event(BOTTOM if (kind, version) in SENTINELS else _key(version, scheme), kind, version)


def _key(version: str, scheme: str) -> bytes:
    return (_remembered if len(version) <= SHORT else _limit)(version, scheme)


def _limit(version: str, scheme: str) -> bytes:
    try:
        return bound(scheme, version)
    except InvalidVersion:
        raise Unordered(f"the version {version[:80]!r} is none of the scheme {scheme}") from None


_remembered = lru_cache(maxsize=32768)(_limit)  # releases of a distribution are often fixed by one version


def _paired(ordered: Iterable[Event]) -> Iterator[Interval]:
    opened: Event | None = None
    for event in ordered:
        if event.kind == "introduced":
            opened = opened or event
        elif opened is not None:
            fixed = event.version if event.kind == "fixed" else ""
            yield Interval(opened.version, event.version, opened.key, event.key, event.kind == "last_affected", fixed)
            opened = None
    if opened is not None:
        yield Interval(opened.version, "", opened.key, None, inclusive=False, fixed="")


def _limited(interval: Interval, limit: Event) -> Interval:
    if interval.high_key is not None and interval.high_key < limit.key:
        return interval
    return interval._replace(high=limit.version, high_key=limit.key, inclusive=False)
