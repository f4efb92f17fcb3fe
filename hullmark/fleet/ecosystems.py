"""Whose advisories the fleet needs: the ecosystems of its packages, and those that were fetched before."""

from hullmark.advisories.feeds import Source, feeds
from hullmark.advisories.snapshot import FeedStore
from hullmark.fleet.ask import ask_lake
from hullmark.lake.store import Lake


def wanted_ecosystems(lake: Lake, memory_mb: int = 1024) -> tuple[str, ...] | None:
    """By their OSV names without a release, sorted; None while the lake has no package, as nobody knows yet."""
    installed = _installed(lake, memory_mb)
    return tuple(sorted({*installed, *_fed(lake)})) if installed else None


def unfed_ecosystems(lake: Lake, memory_mb: int = 1024) -> tuple[str, ...]:
    """Those that the fleet has packages of, and whose feed was never asked for."""
    return tuple(sorted(_installed(lake, memory_mb) - _fed(lake)))


def _installed(lake: Lake, memory_mb: int) -> set[str]:
    return set(
        ask_lake(lake, "ecosystems.sql", {}, memory_mb, ("packages", "distinct_packages")).column("ecosystem").to_pylist()
    )


def _fed(lake: Lake) -> set[str]:
    """The ecosystems that a feed was asked for, with or without success."""
    asked = {state.feed for state in FeedStore(lake.feeds_root).states()}
    names = {feed.partition("/")[2] for feed in asked if feed.startswith("osv/")} | {"Amazon Linux"}
    return {source.ecosystem for source in _sources(names) if source.ecosystem and source.feed in asked}


def _sources(names: set[str]) -> list[Source]:
    return [source for feed in feeds() for source in feed.sources(sorted(names))]
