"""Refresh the feeds: fetch what has changed, parse it, keep it; a feed that fails keeps its last good snapshot."""

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from tempfile import gettempdir
from threading import Lock

import pyarrow as pa
import pyarrow.compute as pc

from hullmark.advisories.asking import Asker, Held
from hullmark.advisories.budget import Budget
from hullmark.advisories.feeds import Feed, Loaded, Source, chosen
from hullmark.advisories.fetch import Absent, Fetched, Validators, shown
from hullmark.advisories.increments import merged, with_listing
from hullmark.advisories.loader import loader
from hullmark.advisories.passing import leaving_nothing, sweep
from hullmark.advisories.state import FeedState, failed, snapshot_id
from hullmark.advisories.store import FeedStore
from hullmark.advisories.unwritten import is_full
from hullmark.errors import FeedError
from hullmark.lake.place import one_line
from hullmark.lake.schema import FEED_SNAPSHOTS
from hullmark.settings import Settings

__all__ = ["DEFAULT_ECOSYSTEMS", "FeedState", "FeedStore", "sync"]

# By their OSV names.
DEFAULT_ECOSYSTEMS = ("Alpine", "Debian", "Go", "PyPI", "Ubuntu", "crates.io", "npm")
FETCHES = 4  # at once
FEW = 100  # records of a feed that may come and go as they like
BEING_WRITTEN = timedelta(days=1)  # a snapshot that is not whole may be, by another process
COLLAPSED = 0.5  # of the records of the snapshot before: with fewer a feed is not believed
Tell = Callable[[str], None]


def sync(
    store: FeedStore,
    settings: Settings,
    ecosystems: Sequence[str] | None = None,
    progress: Tell | None = None,
    accept: Collection[str] = (),
) -> pa.Table:
    """Refresh every feed; returns a row for each attempt (schema FEED_SNAPSHOTS, fetched_at is when it was tried).

    `settings.feeds` is a folder, or an https, file or s3 address, that holds `osv/`, `kev/` and `epss/`; "" means the
    publishers' own. A folder or address that lacks a feed nobody asked for by name is no failure, unless it lacks them all.
    A feed that has lost more than half of its records is a failure, since findings would be closed as if they were fixed,
    unless `accept` names it.
    Raises LakeError when the store cannot be written, and UsageError for what cannot be the name of an ecosystem.
    """
    sweep(datetime.now(UTC))
    wanted = DEFAULT_ECOSYSTEMS if ecosystems is None else tuple(ecosystems)
    sources = chosen(settings, wanted)
    tried: list[tuple[Source, FeedState | None]] = []
    with leaving_nothing():
        for source, state in _refresh_all(_Refresh(store, settings, Lock(), frozenset(accept)), sources):
            if progress:
                progress(f"feed {source.feed}")
            tried.append((source, state))
    nothing = all(state is None for _, state in tried)
    there = {source.ecosystem for source, state in tried if state is not None}
    asked = {name for name in ecosystems or () if name not in there}  # by name, and nothing is there
    attempts = [
        state or _missing(store, source, settings)
        for source, state in tried
        if state is not None or (not source.optional and (nothing or source.ecosystem in asked))
    ]
    rows = [asdict(state) | {"fetched_at": state.tried_at} for state in attempts]
    return pa.Table.from_pylist([{name: row[name] for name in FEED_SNAPSHOTS.names} for row in rows], FEED_SNAPSHOTS)


@dataclass(frozen=True, slots=True)
class _Refresh:
    """What every refresh of one call shares; `parsing` lets one feed at a time be parsed, for memory's sake."""

    store: FeedStore
    settings: Settings
    parsing: Lock
    accept: frozenset[str]


def _refresh_all(refresh: _Refresh, sources: Sequence[tuple[Feed, Source]]) -> Iterator[tuple[Source, FeedState | None]]:
    """Every feed with its new state, in order: several are fetched at once."""
    pool = ThreadPoolExecutor(FETCHES, "feeds")
    try:
        work = [(source, pool.submit(_refresh, refresh, feed, source)) for feed, source in sources]
        for source, future in work:
            yield source, future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _refresh(refresh: _Refresh, feed: Feed, source: Source) -> FeedState | None:
    """The new state of one feed, None when its place has none and there never was one."""
    store, settings = refresh.store, refresh.settings
    asker = _asker(settings)
    before, url = _before(store, source.feed), asker.url(source.path, source.url)
    held = _held(store, before) if before.url == shown(url) else Held()
    held = replace(held, unfinished=store.unfinished(source.feed))
    try:
        with feed.fetch(asker, source, held) as fetched:
            if fetched is None:
                return _keep(store, before, held.validators)
            if before.snapshot == snapshot_id(fetched.digest) and store.holds(before.feed, before.snapshot):
                return _keep(store, replace(before, url=shown(url), loader=loader()), fetched.validators)
            with refresh.parsing:
                return _load(refresh, feed, source, before, fetched)
    except Absent as error:
        if not before.snapshot and (settings.feeds or source.optional):
            store.forget(source.feed)
            return None
        return _failed(store, before, url, error)
    except (FeedError, OSError) as error:
        return _failed(store, before, url, _told(error, url))


def _told(error: FeedError | OSError, url: str) -> FeedError:
    """What failed; raises it when it is no matter of this feed."""
    if isinstance(error, FeedError):
        return error
    if not is_full(error):  # where it lies until it is parsed
        raise error
    return FeedError(
        f"{shown(url)} cannot be kept in {gettempdir()}: {one_line(error)}; free some space there, or name another folder "
        "in TMPDIR"
    )


def _before(store: FeedStore, feed: str) -> FeedState:
    """What is known of a feed; a damaged note is as good as none, and is about to be written anew."""
    try:
        return store.state(feed)
    except FeedError:
        return FeedState(feed)


def _keep(store: FeedStore, before: FeedState, validators: Validators) -> FeedState:
    """The feed is what we have."""
    now = datetime.now(UTC)
    state = replace(
        before,
        fetched_at=now,
        tried_at=now,
        state="fresh",
        detail=_detail(before.problems),
        etag=validators.etag,
        modified=validators.modified,
    )
    store.note(state)
    return state


def _load(refresh: _Refresh, feed: Feed, source: Source, before: FeedState, fetched: Fetched) -> FeedState:
    """The feed is new: parse it, keep it, and let very old snapshots go."""
    loaded, now = _read(refresh, feed, source, fetched), datetime.now(UTC)
    problems = pc.count_distinct(loaded.tables["problems"]["record"]).as_py()
    state = FeedState(
        feed=source.feed,
        snapshot=snapshot_id(fetched.digest),
        url=shown(_asker(refresh.settings).url(source.path, source.url)),
        fetched_at=now,
        tried_at=now,
        published=loaded.published,
        records=loaded.records,
        problems=problems,
        detail=_detail(problems),
        etag=fetched.validators.etag,
        modified=fetched.validators.modified,
        loader=loader(),
    )
    _require_records(refresh, before, state)
    if refresh.store.holds(state.feed, state.snapshot):
        refresh.store.note(state)
    else:
        refresh.store.put(state, loaded.tables)
    if before.snapshot not in {"", state.snapshot}:
        refresh.store.supersede(state.feed, before.snapshot)
    keep = timedelta(days=refresh.settings.feeds_keep_days)
    refresh.store.prune(state.feed, (state.snapshot, before.snapshot), now - keep, now - BEING_WRITTEN)
    return state


def _require_records(refresh: _Refresh, before: FeedState, now: FeedState) -> None:
    """Raises FeedError for a feed of the same place and loader that has collapsed, unless somebody said that it is right.

    What cannot be read in full does not count: the zip of another ecosystem has records enough.
    """
    known = before.url == now.url and before.loader == now.loader and before.feed not in refresh.accept
    had, has = (max(0, state.records - state.problems) for state in (before, now))
    if known and had >= FEW and has < had * COLLAPSED:
        kept = " that could be read in full" if has < now.records else ""
        raise FeedError(
            f"it has {has:,} records{kept} and had {had:,}, which is not believed; where it is right, run "
            f"`hullmark feeds sync --accept {before.feed}`"
        )


def _read(refresh: _Refresh, feed: Feed, source: Source, fetched: Fetched) -> Loaded:
    """The whole feed, also where only what has changed was fetched."""
    if not fetched.base or feed.load_part is None:
        return with_listing(feed.load(fetched.path, source, refresh.settings), fetched.listing)
    added = feed.load_part(fetched.path, source, refresh.settings)
    return with_listing(merged(refresh.store.tables(source.feed, fetched.base), added, fetched), fetched.listing)


def _held(store: FeedStore, before: FeedState) -> Held:
    """What may be asked with: nothing when the snapshot is gone, or was made by another loader."""
    if before.loader != loader() or not store.holds(before.feed, before.snapshot):
        return Held()
    return Held(before.snapshot, before.validators, store.listing(before.feed, before.snapshot))


def _detail(problems: int) -> str:
    told = "could not be read in full; `hullmark feeds status --problems` says why"
    return f"{problems:,} of its records {told}" if problems else ""


def _failed(store: FeedStore, before: FeedState, url: str, error: FeedError) -> FeedState:
    state = failed(replace(before, url=before.url or shown(url)), str(error), datetime.now(UTC))
    store.note(state)
    return state


def _missing(store: FeedStore, source: Source, settings: Settings) -> FeedState:
    where, url = shown(settings.feeds), _asker(settings).url(source.path, source.url)
    error = FeedError(f"there is no {source.path} in {where}; check --feeds or HULLMARK_FEEDS, or add it there")
    return _failed(store, _before(store, source.feed), url, error)


def _asker(settings: Settings) -> Asker:
    return Asker(settings.feeds, Budget.of(settings.limits), settings.aws_endpoint_url, settings.nvd_api_key)
