"""The kinds of feeds, one a module with a constant `FEED`; adding one edits nothing else."""

import pkgutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path

import pyarrow as pa

from hullmark.advisories.asking import Asker, Held
from hullmark.advisories.fetch import Fetched
from hullmark.settings import Settings


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one feed file held; `tables` are those of `snapshot_tables.SCHEMAS` by name, "problems" always among them."""

    tables: dict[str, pa.Table]
    records: int
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One feed: its id ("osv/Debian"), its path below a base, and its publisher's own address.

    `ecosystem` is the one whose packages need it, "" for every one; an `optional` feed may be missing at its publisher too.
    """

    feed: str
    path: str
    url: str
    ecosystem: str = ""
    optional: bool = False


Fetch = Callable[[Asker, Source, Held], AbstractContextManager[Fetched | None]]
Load = Callable[[Path, Source, Settings], Loaded]


def fetch_file(asker: Asker, source: Source, held: Held) -> AbstractContextManager[Fetched | None]:
    """The one file of a feed, None when it is the one that we have."""
    return asker.fetching(asker.url(source.path, source.url), held.validators)


@dataclass(frozen=True, slots=True)
class Feed:
    """A kind of feed.

    `sources(ecosystems)` are its feeds; `fetch` gets the bytes of one, several files as a bundle; `load(file, source,
    settings)` parses them, and `load_part` what `fetch` says only adds to a snapshot. All raise FeedError. `enabled` by
    settings.
    """

    name: str
    sources: Callable[[Sequence[str]], Iterator[Source]]
    load: Load
    fetch: Fetch = fetch_file
    load_part: Load | None = None
    enabled: Callable[[Settings], bool] = lambda _settings: True


def chosen(settings: Settings, ecosystems: Sequence[str]) -> list[tuple[Feed, Source]]:
    """The feeds that packages of these ecosystems need, by kind; raises UsageError for what cannot be the name of one."""
    return [(feed, source) for feed in feeds() if feed.enabled(settings) for source in feed.sources(ecosystems)]


@cache
def feeds() -> tuple[Feed, ...]:
    """Every kind of feed, by name."""
    modules = sorted(item.name for item in pkgutil.iter_modules(__path__))
    return tuple(import_module(f"{__name__}.{module}").FEED for module in modules)
