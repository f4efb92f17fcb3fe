"""Whether the advisories are fresh enough to be matched with, and what is wrong with them."""

from datetime import UTC, datetime, timedelta

from hullmark.advisories.loader import loader
from hullmark.advisories.snapshot import FeedStore
from hullmark.lake.store import Lake


def is_old(lake: Lake, hours: int) -> bool:
    """Whether there is no feed, or one was read by another Hullmark, or was last known to be current too many hours ago."""
    states = [state for state in FeedStore(lake.feeds_root).states() if state.fetched_at]
    fetched = [state.fetched_at for state in states if state.fetched_at]
    outdated = any(state.snapshot and state.loader != loader() for state in states)
    return not fetched or outdated or datetime.now(UTC) - min(fetched) > timedelta(hours=hours)


def feed_gaps(lake: Lake) -> list[str]:
    """What is wrong with the feeds, one sentence each."""
    states = FeedStore(lake.feeds_root).states()
    if not states:
        return ["No advisory feed could be fetched, so nothing was compared; run `hullmark feeds sync`."]
    return [f"Feed {state.feed}: {state.detail}" for state in states if state.state == "failed"]
