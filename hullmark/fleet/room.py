"""Room for what is resolved and not published yet: configurations, VEX and provenance are held in memory until then.

Whoever may push decides how large these are, so that a part of a scan is bounded by their bytes as well as by its digests.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from threading import Lock

from hullmark.fleet.plan import Wanted
from hullmark.fleet.read import Resolved


class Room:
    """So many bytes in one process for one part of a scan; safe between threads."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._lock = Lock()

    @property
    def full(self) -> bool:
        """Whether all of it is taken."""
        return self._left <= 0

    def take(self, resolved: Resolved) -> None:
        """Take what this holds; what came first is taken however large it is."""
        held = memory_of(resolved, max(1, self._left))
        with self._lock:
            self._left -= held


def resolve_within(room: Room, items: Iterable[Wanted], resolve: Callable[[Wanted], Resolved]) -> Iterator[Resolved]:
    """The answers as long as there is room, at least one of a fresh room; what is left is not asked for."""
    for item in items:
        if room.full:
            return
        resolved = resolve(item)
        room.take(resolved)
        yield resolved


def memory_of(value: object, most: int = sys.maxsize) -> int:
    """The bytes that a value and all in it take; counted until `most`, and what is there twice counts twice."""
    held, waiting = 0, [value]
    while waiting and held < most:
        item = waiting.pop()
        held += sys.getsizeof(item)
        if isinstance(item, Mapping):
            waiting += item.keys()
            waiting += item.values()
        elif isinstance(item, (list, tuple)):
            waiting += item
        elif is_dataclass(item) and not isinstance(item, type):
            waiting += (getattr(item, field.name) for field in fields(item))
    return held
