"""Where the time of a scan goes: seconds, files and bytes by stage and by cataloger. Nothing of it runs unless asked for.

Stages are named for what they do; what a thread spends in a cataloger counts for the cataloger alone. Times are added up
over threads, so that they may come to more than the clock shows.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from time import perf_counter
from typing import TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class Spent:
    """What one stage or cataloger took."""

    seconds: float = 0.0
    files: int = 0
    bytes: int = 0


@dataclass(slots=True)
class Profile:
    """Collects from any number of threads."""

    stages: dict[str, Spent] = field(default_factory=dict)
    catalogers: dict[str, Spent] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time of a block."""
        started = perf_counter()
        try:
            yield
        finally:
            self.add(self.stages, name, perf_counter() - started)

    def add(self, among: dict[str, Spent], name: str, seconds: float, files: int = 0, size: int = 0) -> None:
        """Count what something took; less than nothing takes away what was counted elsewhere as well."""
        with self._lock:
            spent = among.setdefault(name, Spent())
            spent.seconds += seconds
            spent.files += files
            spent.bytes += size

    def each(self, items: Iterator[T], add: Callable[[float], None]) -> Generator[T]:
        """The items; `add` is told how long they took to come, what their consumer did meanwhile left out."""
        seconds = 0.0
        try:
            while True:
                started = perf_counter()
                try:
                    item = next(items)
                except StopIteration:
                    return
                finally:
                    seconds += perf_counter() - started
                yield item
        finally:
            add(seconds)
