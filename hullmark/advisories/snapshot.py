"""Refresh the feeds: fetch what has changed, parse it, keep it; a feed that fails keeps its last good snapshot."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from urllib.parse import quote

import pyarrow as pa

from hullmark.advisories.feeds import Feed, Source, feeds
from hullmark.advisories.fetch import Absent, Fetched, fetching
from hullmark.advisories.store import FeedState, FeedStore, failed, loader, snapshot_id
from hullmark.errors import FeedError
from hullmark.lake.schema import FEED_SNAPSHOTS
from hullmark.settings import Settings

__all__ = ["DEFAULT_ECOSYSTEMS", "FeedState", "FeedStore", "sync"]

# Those whose packages Hullmark reads, by their OSV names.
DEFAULT_ECOSYSTEMS = ("Alpine", "Debian", "PyPI", "Ubuntu", "npm")
FETCHES = 4  # at once
Tell = Callable[[str], None]


def sync(
    store: FeedStore, settings: Settings, ecosystems: Sequence[str] | None = None, progress: Tell | None = None
) -> pa.Table:
    """Refresh every feed; returns a row for each attempt (schema FEED_SNAPSHOTS, fetched_at is when it was tried).

    `settings.feeds` is a folder, or an https, file or s3 address, that holds `osv/`, `kev/` and `epss/`; "" means the
    publishers' own. A folder or address that lacks a feed nobody asked for by name is no failure. Raises LakeError.
    """
    asked = set(ecosystems or ())
    attempts: list[FeedState] = []
    for source, state in _refresh_all(store, settings, tuple(ecosystems or DEFAULT_ECOSYSTEMS)):
        if progress:
            progress(f"feed {source.feed}")
        by_name = source.feed.removeprefix("osv/") in asked
        if state is not None or by_name:
            attempts.append(state or _missing(store, source, settings))
    rows = [asdict(state) | {"fetched_at": state.tried_at} for state in attempts]
    return pa.Table.from_pylist([{name: row[name] for name in FEED_SNAPSHOTS.names} for row in rows], FEED_SNAPSHOTS)


def _refresh_all(
    store: FeedStore, settings: Settings, ecosystems: Sequence[str]
) -> Iterator[tuple[Source, FeedState | None]]:
    """Every feed with its new state, in order: several are fetched at once, and one is parsed at a time."""
    parsing = Lock()
    pool = ThreadPoolExecutor(FETCHES, "feeds")
    try:
        work = [
            (source, pool.submit(_refresh, store, settings, feed, source, parsing)) for feed, source in _sources(ecosystems)
        ]
        for source, future in work:
            yield source, future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _sources(ecosystems: Sequence[str]) -> Iterator[tuple[Feed, Source]]:
    for feed in feeds():
        for source in feed.sources(ecosystems):
            yield feed, source


def _refresh(store: FeedStore, settings: Settings, feed: Feed, source: Source, parsing: Lock) -> FeedState | None:
    """The new state of one feed, None when its place has none and it was never there."""
    before, url, now = store.state(source.feed), _url(settings.feeds, source), datetime.now(UTC)
    known = before.validators if before.url == url else replace(before, snapshot="").validators
    try:
        with fetching(url, known, settings.limits.feed_bytes, settings.aws_endpoint_url) as fetched:
            if fetched is None:
                state = replace(before, fetched_at=now, tried_at=now, state="fresh", detail="")
                store.note(state)
                return state
            with parsing:
                return _load(store, settings, feed, source, FeedState(source.feed, url=url), fetched)
    except Absent as error:
        if not before.snapshot and settings.feeds:
            return None
        return _failed(store, before, url, error)
    except FeedError as error:
        return _failed(store, before, url, error)


def _load(  # noqa: PLR0913, PLR0917  one feed and all that is known of it
    store: FeedStore, settings: Settings, feed: Feed, source: Source, blank: FeedState, fetched: Fetched
) -> FeedState:
    loaded, now = feed.load(fetched.path, source, settings.limits), datetime.now(UTC)
    problems = loaded.tables["problems"].num_rows
    state = replace(
        blank,
        snapshot=snapshot_id(fetched.digest),
        fetched_at=now,
        tried_at=now,
        published=loaded.published,
        records=loaded.records,
        problems=problems,
        detail=f"{problems:,} of its records could not be read in full" if problems else "",
        etag=fetched.validators.etag,
        modified=fetched.validators.modified,
        loader=loader(),
    )
    if store.holds(state.feed, state.snapshot):
        store.note(state)
    else:
        store.put(state, loaded.tables)
    return state


def _failed(store: FeedStore, before: FeedState, url: str, error: FeedError) -> FeedState:
    state = failed(replace(before, url=before.url or url), str(error), datetime.now(UTC))
    store.note(state)
    return state


def _missing(store: FeedStore, source: Source, settings: Settings) -> FeedState:
    error = FeedError(f"there is no {source.path} in {settings.feeds}; check --feeds or HULLMARK_FEEDS, or add it there")
    return _failed(store, store.state(source.feed), _url(settings.feeds, source), error)


def _url(base: str, source: Source) -> str:
    if not base:
        return source.url
    if "://" in base:
        return f"{base.rstrip('/')}/{quote(source.path)}"
    return str(Path(base) / source.path)
