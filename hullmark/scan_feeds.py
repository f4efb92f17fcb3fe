"""The advisories of a single scan: which feeds it needs, where they are kept, and what is missing or late."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from hullmark.advisories.feeds import chosen
from hullmark.advisories.fetch import Validators
from hullmark.advisories.snapshot import FeedState, FeedStore, sync
from hullmark.cache import cache_place
from hullmark.lake.marker import FEEDS, is_marked
from hullmark.lake.place import place
from hullmark.lake.schema import FEED_SNAPSHOTS
from hullmark.progress import progress
from hullmark.settings import Settings

EXPLOITATION = ("epss", "kev")  # needed whatever is installed
TRACKER = "debian-tracker"  # says what Debian does about what OSV's records name
BESIDE = (
    *EXPLOITATION,
    TRACKER,
    "eol",
    "nvd",
    "redhat-repositories",
)  # feeds without which packages are compared all the same
# Who builds packages of others again, whose version or name tells so (matching/05_place_of.sql says exactly).
REPACKAGED = {"Root": ("purl", r"rootio|root\.io\.|io\.root\."), "TuxCare": ("advisory_version", "tuxcare")}


@dataclass(frozen=True, slots=True)
class Advisories:
    """Where the feeds of a scan lie, their rows (FEED_SNAPSHOTS, no time without a snapshot), and sentences about them.

    `gaps` make a report incomplete, `notes` do not.
    """

    store: FeedStore
    rows: list[dict[str, object]]
    gaps: tuple[str, ...]
    notes: tuple[str, ...]


@contextmanager
def advisories(packages: Iterable[pa.Table], settings: Settings) -> Iterator[Advisories]:
    """The feeds that these packages (PACKAGES) need, refreshed when they are due; readable until the block ends."""
    names: set[str] = set()
    for table in packages:
        judged = table.filter(pc.equal(pc.fill_null(table.column("owner"), ""), ""))  # others are judged with their owner
        names.update(name.partition(":")[0] for name in judged.column("ecosystem").unique().to_pylist() if name)
        names.update(name for name, (column, sign) in REPACKAGED.items() if _any(judged.column(column), sign))
    sources = [source for _, source in chosen(settings, sorted(names))]
    wanted, needed = [source.feed for source in sources], [source.feed for source in sources if not source.optional]
    listener = progress()
    listener.begin("Load advisories", len(wanted))
    with _root(settings) as (root, shared):
        store = FeedStore(root)
        if names and (_due(store, settings, needed) or not store.deleted().isdisjoint(wanted)):
            named = wanted if settings.feeds else ()  # who names a place means what is there now
            sync(store, settings, sorted(names), progress=lambda _feed: listener.advance(), accept=named)
        states = [state for feed in wanted if (state := store.state(feed)).tried_at]
        # The lake's findings are of all its feeds; what a cache holds besides hangs on what was scanned before.
        used = store.pinned() if shared else store.at({state.feed: state.snapshot for state in states if state.snapshot})
        yield Advisories(used, [_row(state) for state in states], *_sentences(used, states, settings))


def _any(texts: pa.ChunkedArray, sign: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(texts, sign)).as_py())


@contextmanager
def _root(settings: Settings) -> Iterator[tuple[str, bool]]:
    """Where the feeds are kept: with the lake (true) when it is the lake's feeds that are wanted, else in the cache."""
    if not settings.feeds:
        lake = place(settings.lake)
        if is_marked(lake):
            yield lake.join(FEEDS), True
            return
    name = hashlib.sha256(settings.feeds.encode()).hexdigest()[:16] if settings.feeds else "publishers"
    folder = cache_place("feeds", name)
    if folder:
        yield str(folder), False
        return
    with tempfile.TemporaryDirectory(prefix="hullmark-feeds-") as passing:
        yield passing, False


def _due(store: FeedStore, settings: Settings, wanted: list[str]) -> bool:
    """Whether to ask: a folder always, since that costs nothing, an address when a snapshot is missing or old."""
    if settings.feeds and "://" not in settings.feeds:
        return True
    return any(state.validators == Validators() or _is_old(state, settings) for state in map(store.state, wanted))


def _is_old(state: FeedState, settings: Settings) -> bool:
    oldest = datetime.now(UTC) - timedelta(hours=settings.feeds_max_age_hours)
    return state.fetched_at is None or state.fetched_at < oldest


def _row(state: FeedState) -> dict[str, object]:
    facts = asdict(state) | {"fetched_at": (state.fetched_at or state.tried_at) if state.snapshot else None}
    return {name: facts[name] for name in FEED_SNAPSHOTS.names}


def _sentences(store: FeedStore, states: list[FeedState], settings: Settings) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(gaps, notes); what is known to be exploited is not missed where there is nothing to say it of."""
    gaps: list[str] = []
    notes: list[str] = []
    absent = [state for state in states if not state.snapshot]
    compared = any(state.snapshot and state.feed not in BESIDE for state in states)
    for state in absent:
        if state.feed not in BESIDE:
            gaps.append(f"packages of {_packages(state.feed)} were not compared with advisories: {state.detail}")
        elif compared and state.feed in EXPLOITATION:
            gaps.append(f"the findings lack what {state.feed} knows: {state.detail}")
        elif compared and state.feed == TRACKER:
            notes.append(f"the findings lack what {state.feed} knows: {state.detail}")
    for state in states:
        if state.snapshot and state.state == "failed":
            (gaps if _is_old(state, settings) else notes).append(state.detail)
    notes += _broken(store, {state.feed: state for state in states if state.snapshot and state.problems})
    return tuple(gaps), tuple(notes)


def _packages(feed: str) -> str:
    """Whose packages a feed is about: "Debian", "Amazon Linux 2"."""
    kind, _, name = feed.partition("/")
    return f"Amazon Linux {name.removeprefix('al')}" if kind == "alas" else name


def _broken(store: FeedStore, states: Mapping[str, FeedState]) -> Iterator[str]:
    if not states:
        return
    problems = store.problems()
    for feed, state in states.items():
        first = problems.filter(pc.equal(problems.column("feed"), feed)).slice(0, 1).to_pylist()[0]
        count = f"{state.problems:,} of the {state.records:,} records"
        yield (
            f"{count} of the feed {feed} could not be read in full ({first['record']}: {first['reason']}); "
            "`hullmark feeds status --problems` lists those of the lake's feeds"
        )
