"""OSV by ecosystem: `<Ecosystem>/all.zip`, one `<id>.json` a record (google.github.io/osv.dev/data)."""

import re
import zipfile
from collections import deque
from collections.abc import Iterator, Sequence
from mmap import ACCESS_READ, mmap
from pathlib import Path
from urllib.parse import quote

import pyarrow.compute as pc

from hullmark.advisories.changes import fetch_changes
from hullmark.advisories.feed_tables import joined
from hullmark.advisories.feeds import Feed, Loaded, Source
from hullmark.advisories.osv_members import UNREADABLE, Members, Wanted
from hullmark.advisories.osv_processes import read_parts, worthwhile
from hullmark.errors import CorruptData, FeedError, UsageError
from hullmark.formats.zip import Budget, Window, entries
from hullmark.settings import Settings
from hullmark.versions import scheme_of_ecosystem

PUBLISHER = "https://osv-vulnerabilities.storage.googleapis.com"
OTHERS = {"Amazon Linux"}  # which OSV does not serve, and another kind of feed does
_ECOSYSTEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")


def sources(ecosystems: Sequence[str]) -> Iterator[Source]:
    """One zip an ecosystem; raises UsageError for what cannot be the name of one."""
    for name in ecosystems:
        if name in OTHERS:
            continue
        if not _ECOSYSTEM.fullmatch(name):
            raise UsageError(f"{name[:80]!r} is no OSV ecosystem; name one without its release, such as Debian or PyPI")
        yield Source(f"osv/{name}", f"osv/{name}/all.zip", f"{PUBLISHER}/{quote(name)}/all.zip", name)


def load(file: Path, source: Source, settings: Settings) -> Loaded:
    """Parse every record; one that is broken is a problem, the rest loads. Raises FeedError for no zip and no record."""
    loaded = load_part(file, source, settings)
    if not loaded.tables["advisories"].num_rows:
        raise FeedError(_nothing(source, loaded.records))
    return loaded


def load_part(file: Path, source: Source, settings: Settings) -> Loaded:
    """The same of some records, among which none may count."""
    limits = settings.limits
    wanted = Wanted(str(file), source.feed, source.ecosystem, limits.record_bytes)
    try:
        _require_few(file)
        with zipfile.ZipFile(file) as archive:
            members = Members(archive, wanted)
            if members.unpacked() > limits.feed_bytes:
                raise FeedError(
                    f"the feed {source.feed} unpacks to more than {limits.feed_bytes:,} bytes; check its address"
                )
            parts = read_parts(members, wanted, worthwhile(settings, members.weight()))
    except UNREADABLE as error:
        raise FeedError(f"the feed {source.feed} is no readable zip ({error}); fetch it again later") from None
    loaded = joined(parts)
    return Loaded(loaded, len(members), pc.max(loaded["advisories"]["modified"]).as_py())


def _require_few(file: Path) -> None:
    """Raise LimitExceeded for a zip that lists more members than are held in memory; they are only counted here."""
    if not file.stat().st_size:  # which cannot be mapped
        raise CorruptData("it has no byte")
    with file.open("rb") as stream, mmap(stream.fileno(), 0, access=ACCESS_READ) as content:
        listed = Window(content, 0, len(content))
        deque(entries(listed, lambda _name: False, Budget.of(0)), maxlen=0)


def _nothing(source: Source, records: int) -> str:
    ecosystem = source.ecosystem
    if not records:
        return f"the feed {source.feed} holds no record; fetch it again later"
    if scheme_of_ecosystem(ecosystem) is None:
        return f"the feed {source.feed} only has ranges of versions, and Hullmark cannot order versions of {ecosystem} yet"
    return f"the feed {source.feed} has {records:,} records and none could be read; fetch it again later"


FEED = Feed("osv", sources, load, fetch_changes, load_part)
