"""Refresh the advisory feeds."""

from prefect import task
from prefect.cache_policies import NO_CACHE

from hullmark.advisories.snapshot import FeedStore, sync
from hullmark.fleet.ecosystems import wanted_ecosystems
from hullmark.lake.store import Lake
from hullmark.progress import progress
from hullmark.settings import Settings


@task(name="refresh-advisories", cache_policy=NO_CACHE)
def refresh_advisories(lake: Lake, settings: Settings) -> None:
    """Fetch what is new of what the fleet needs, keep the last good snapshot where that fails, and note the states."""
    store, ecosystems = FeedStore(lake.feeds_root), wanted_ecosystems(lake, settings.memory_mb)
    lake.commit("feed_snapshots", sync(store, settings, ecosystems, progress=lambda _feed: progress().advance()))
