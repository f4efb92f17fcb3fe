"""Debian's security tracker: one JSON file, whose server knows Last-Modified (security-tracker.debian.org)."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from hullmark.advisories.debian_tracker import Tracker, packages, testing_of
from hullmark.advisories.feed_tables import Tables
from hullmark.advisories.feeds import Feed, Loaded, Source
from hullmark.errors import FeedError
from hullmark.settings import MIB, Settings

URL = "https://security-tracker.debian.org/tracker/data/json"
MOST_BYTES = 512 * MIB  # some seven times what it had in 2025


def sources(ecosystems: Sequence[str]) -> Iterator[Source]:
    """The one file, where packages of Debian are."""
    if "Debian" in ecosystems:
        yield Source("debian-tracker", "debian-tracker/data.json", URL, optional=True)


def load(file: Path, source: Source, settings: Settings) -> Loaded:
    """Parse every package; what cannot be read of one is a problem. Raises FeedError for what is no such file."""
    most = min(settings.limits.feed_bytes, MOST_BYTES)
    if file.stat().st_size > most:
        raise FeedError(f"the feed {source.feed} is larger than {most:,} bytes; check its address")
    text = file.read_bytes().decode("utf-8", "replace")
    tables = Tables(source.feed, "Debian")
    tracker = Tracker(source.feed, testing_of(text))
    try:
        for name, issues in packages(text):
            tracker.rows = tables.rows
            tracker.add(name, issues)
            tables.settle()
    except (ValueError, RecursionError) as error:
        raise FeedError(
            f"the feed {source.feed} is no file of the tracker ({str(error)[:120]}); fetch it again later"
        ) from None
    if not tracker.issues:
        raise FeedError(f"the feed {source.feed} names no issue that could be read; fetch it again later")
    return Loaded(tables.finish(), len(tracker.issues))


FEED = Feed("debian-tracker", sources, load)
