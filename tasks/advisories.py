"""Refresh the advisory feeds."""

from prefect import task
from prefect.cache_policies import NO_CACHE

from hullmark.advisories.snapshot import FeedStore, sync
from hullmark.lake.store import Lake
from hullmark.progress import progress
from hullmark.settings import Settings


@task(name="refresh-advisories", cache_policy=NO_CACHE)
def refresh_advisories(lake: Lake, settings: Settings) -> None:
    """Fetch what is new, keep the last good snapshot of what cannot be fetched, and note each feed's state in the lake."""
    store = FeedStore(lake.feeds_root)
    lake.commit("feed_snapshots", sync(store, settings, progress=lambda _feed: progress().advance()))
