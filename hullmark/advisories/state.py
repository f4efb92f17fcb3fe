"""One feed as it stands: its last good snapshot, and how the last attempt to refresh it went."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

import orjson

from hullmark.advisories.fetch import Validators
from hullmark.advisories.loader import loader
from hullmark.errors import FeedError

CURRENT = "current.json"


@dataclass(frozen=True, slots=True)
class FeedState:
    """One feed as it stands: its last good snapshot ("" when there was none), and how the last attempt to refresh it went.

    `fetched_at` is when the snapshot was last known to be what its publisher serves. `state` is fresh or failed.
    """

    feed: str
    snapshot: str = ""
    url: str = ""
    fetched_at: datetime | None = None
    published: datetime | None = None
    records: int = 0
    problems: int = 0
    state: str = "fresh"
    detail: str = ""
    tried_at: datetime | None = None
    etag: str = ""
    modified: str = ""
    loader: str = ""

    @property
    def validators(self) -> Validators:
        """What to ask the publisher with; nothing when another loader wrote the snapshot."""
        return Validators(self.etag, self.modified) if self.snapshot and self.loader == loader() else Validators()


def snapshot_id(digest: str) -> str:
    """The id of a snapshot: of its bytes and of the loader."""
    return hashlib.sha256(f"{digest} {loader()}".encode()).hexdigest()[:32]


def failed(state: FeedState, sentence: str, now: datetime) -> FeedState:
    """The state after an attempt that failed; the last good snapshot stays."""
    kept = ""
    if state.snapshot and state.fetched_at:
        hours = int((now - state.fetched_at).total_seconds() // 3600)
        age = "less than an hour" if not hours else f"{hours} hours" if hours < 48 else f"{hours // 24} days"
        kept = f"; the snapshot of {state.fetched_at:%Y-%m-%d %H:%M} UTC, {age} old, stays in use"
    return replace(state, state="failed", detail=f"{sentence}{kept}", tried_at=now)


def parse_state(content: bytes, feed: str) -> FeedState:
    """What `current.json` says; raises FeedError when it is damaged."""
    try:
        facts = orjson.loads(content)
        for name in ("fetched_at", "published", "tried_at"):
            facts[name] = datetime.fromisoformat(facts[name]) if facts[name] else None
        return FeedState(**facts)
    except (orjson.JSONDecodeError, TypeError, KeyError, ValueError):
        raise FeedError(f"the state of feed {feed} is damaged; delete its {CURRENT} and run `hullmark feeds sync`") from None
