"""The kinds of feeds, one a module with a constant `FEED`; adding one edits nothing else."""

import pkgutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path

import pyarrow as pa

from hullmark.settings import Limits


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one feed file held; `tables` are those of `store.SCHEMAS` by name, "problems" always among them."""

    tables: dict[str, pa.Table]
    records: int
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One file of a feed: its id ("osv/Debian"), its path below a base, and its publisher's own address."""

    feed: str
    path: str
    url: str


@dataclass(frozen=True, slots=True)
class Feed:
    """`sources(ecosystems)` are the files of this kind; `load(file, source, limits)` parses one and raises FeedError."""

    name: str
    sources: Callable[[Sequence[str]], Iterator[Source]]
    load: Callable[[Path, Source, Limits], Loaded]


@cache
def feeds() -> tuple[Feed, ...]:
    """Every kind of feed, by name."""
    modules = sorted(item.name for item in pkgutil.iter_modules(__path__))
    return tuple(import_module(f"{__name__}.{module}").FEED for module in modules)
