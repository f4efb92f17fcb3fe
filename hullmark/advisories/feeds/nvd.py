"""NVD's CVE API 2.0, paged; off unless `HULLMARK_NVD=on`. Later refreshes ask for what was modified since the last one."""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import sleep
from typing import Any
from urllib.parse import urlencode

import orjson
import pyarrow.compute as pc

from hullmark.advisories.asking import Asker, Held, bundle, part_of
from hullmark.advisories.feed_tables import Tables
from hullmark.advisories.feeds import Feed, Loaded, Source
from hullmark.advisories.fetch import Absent, Fetched, Validators, shown
from hullmark.advisories.nvd import advisory_id, parse_page
from hullmark.advisories.unfinished import Unfinished
from hullmark.errors import FeedError
from hullmark.settings import Settings

URL = "https://services.nvd.nist.gov/rest/json/cves/2.0"
PAGE = 2_000  # the most that NVD gives at once
MOST_PAGES = 1_000
PAUSE_SECONDS, PAUSE_WITH_KEY = 6.0, 0.6  # 5 requests in 30 seconds, with a key 50
WINDOW_SECONDS, PATIENCE = 30.0, 3
LONGEST_SPAN = timedelta(days=119)  # NVD answers for at most 120 days


def sources(_ecosystems: Sequence[str]) -> Iterator[Source]:
    """The one feed."""
    yield Source("nvd", "nvd/rest/json/cves/2.0", URL, optional=True)


@contextmanager
def fetch(asker: Asker, source: Source, held: Held) -> Iterator[Fetched | None]:
    """All pages as one bundle, or those of what has changed since the snapshot; None when nothing has.

    The first time takes longer than a fetch may on a bad day: pages are kept, and the next fetch goes on behind them. What
    NVD changed meanwhile comes with what has changed since the first of them.
    """
    if not asker.is_remote:
        raise Absent(f"{asker.url(source.path, source.url)} is no address of NVD's API")
    now = datetime.now(UTC)
    since = _moment(held.validators.etag)
    if since and now - since < LONGEST_SPAN:
        yield from _changed(asker, source, held, (since, now))
        return
    kept = held.unfinished and held.unfinished.since(shown(asker.url(source.path, source.url)), now, now - LONGEST_SPAN)
    begun = (kept and kept.begun) or now
    with bundle(_named(_pages(asker, source, {}, kept)), Validators(_text(begun))) as fetched:
        try:
            yield fetched
        finally:
            if kept:
                kept.clear()


def _changed(asker: Asker, source: Source, held: Held, span: tuple[datetime, datetime]) -> Iterator[Fetched | None]:
    query = {"lastModStartDate": _text(span[0]), "lastModEndDate": _text(span[1])}
    names: set[str] = set()
    with bundle(_named(_noted(_pages(asker, source, query), names)), Validators(_text(span[1]))) as fetched:
        yield part_of(fetched, held.snapshot, frozenset(map(advisory_id, names)), b"") if names else None


def load(file: Path, source: Source, settings: Settings) -> Loaded:
    """Parse every page; a record that is broken is a problem. Raises FeedError for no record."""
    loaded = load_part(file, source, settings)
    if not loaded.tables["advisories"].num_rows:
        raise FeedError(f"the feed {source.feed} holds no CVE; fetch it again later")
    return loaded


def load_part(file: Path, source: Source, _settings: Settings) -> Loaded:
    """The same of some records."""
    tables, records, known = Tables(source.feed, ""), 0, set[str]()
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            records += parse_page(orjson.loads(archive.read(name)), source.feed, tables.rows, known)
            tables.settle()
    loaded = tables.finish()
    return Loaded(loaded, records, pc.max(loaded["advisories"]["modified"]).as_py())


def _pages(
    asker: Asker, source: Source, span: Mapping[str, str], kept: Unfinished | None = None
) -> Iterator[dict[str, Any]]:
    """Each page, until all that NVD counts were given: those that are kept, then those that are fetched and kept."""
    start, total, fetched = 0, 0, 0
    for number in range(MOST_PAGES):
        name = f"{number:05}.json"
        content = kept.read(name) if kept else None
        if content is None:
            query = urlencode({"resultsPerPage": PAGE, "startIndex": start, **span})
            try:
                content = _ask(asker, f"{asker.url(source.path, source.url)}?{query}", fetched)
                page = _page(content)
            except FeedError as error:
                if kept and start:
                    raise _broken_off(error, start, total) from None
                raise
            fetched += 1
            if kept and page["vulnerabilities"]:
                kept.keep(name, content)
        else:
            page = _page(content)
        yield page
        start, total = start + len(page["vulnerabilities"]), page["totalResults"]
        if start >= total:
            return
        if not page["vulnerabilities"]:
            raise FeedError(f"the feed {source.feed} ends before its {total:,} records; try again later")
    raise FeedError(f"the feed {source.feed} has more than {MOST_PAGES:,} pages; check its address")


def _ask(asker: Asker, url: str, fetched: int) -> bytes:
    """One page. Who asks too often is refused for some seconds, so that a later page is asked for again after them."""
    if fetched:
        sleep(PAUSE_WITH_KEY if asker.key else PAUSE_SECONDS)
    headers = {"apiKey": asker.key} if asker.key else {}
    for _ in range(PATIENCE if fetched else 0):
        try:
            return asker.read(url, headers)
        except Absent:
            raise
        except FeedError:
            if asker.budget.left() < WINDOW_SECONDS:
                raise
            sleep(WINDOW_SECONDS)
    return asker.read(url, headers)


def _broken_off(error: FeedError, records: int, total: int) -> FeedError:
    return FeedError(
        f"{error}; {records:,} of its {total:,} records are kept, none counts yet, and the next `hullmark feeds sync` "
        "goes on there"
    )


def _named(pages: Iterator[dict[str, Any]]) -> Iterator[tuple[str, bytes]]:
    for number, page in enumerate(pages):
        yield f"{number:05}.json", orjson.dumps(page)


def _noted(pages: Iterator[dict[str, Any]], names: set[str]) -> Iterator[dict[str, Any]]:
    """The same pages; the ids of their CVEs go to `names`."""
    for page in pages:
        names.update(str(one["cve"].get("id")) for one in page["vulnerabilities"] if isinstance(one.get("cve"), dict))
        yield page


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _page(content: bytes) -> dict[str, Any]:
    try:
        page = orjson.loads(content)
        listed = page["vulnerabilities"]
        if (
            isinstance(page["totalResults"], int)
            and isinstance(listed, list)
            and all(isinstance(one, dict) for one in listed)
        ):
            return dict(page)
    except (orjson.JSONDecodeError, KeyError, TypeError):
        pass
    raise FeedError("the feed nvd answered with what is no page of CVEs; try again later")


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


FEED = Feed("nvd", sources, load, fetch, load_part, enabled=lambda settings: settings.nvd == "on")
