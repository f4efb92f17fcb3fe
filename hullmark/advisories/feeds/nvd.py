"""NVD's CVE API 2.0, paged; off unless `HULLMARK_NVD=on`. Later refreshes ask for what was modified since the last one."""

import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
import pyarrow.compute as pc

from hullmark.advisories.asking import Asker, Held, bundle, part_of
from hullmark.advisories.feeds import Feed, Loaded, Source
from hullmark.advisories.feeds.osv import Tables
from hullmark.advisories.fetch import Absent, Fetched, Validators
from hullmark.advisories.nvd import advisory_id, parse_page
from hullmark.errors import FeedError
from hullmark.settings import Limits

URL = "https://services.nvd.nist.gov/rest/json/cves/2.0"
PAGE = 2_000  # the most that NVD gives at once
MOST_PAGES = 1_000
PAUSE_SECONDS, PAUSE_WITH_KEY = 6.0, 0.6  # 5 requests in 30 seconds, with a key 50
LONGEST_SPAN = timedelta(days=119)  # NVD answers for at most 120 days


def sources(_ecosystems: Sequence[str]) -> Iterator[Source]:
    """The one feed."""
    yield Source("nvd", "nvd/rest/json/cves/2.0", URL, optional=True)


@contextmanager
def fetch(asker: Asker, source: Source, held: Held) -> Iterator[Fetched | None]:
    """All pages as one bundle, or those of what has changed since the snapshot; None when nothing has."""
    if not asker.is_remote:
        raise Absent(f"{asker.url(source.path, source.url)} is no address of NVD's API")
    now = datetime.now(UTC)
    since = _moment(held.validators.etag)
    span = {}
    if since and now - since < LONGEST_SPAN:
        span = {"lastModStartDate": since.isoformat(timespec="seconds"), "lastModEndDate": now.isoformat(timespec="seconds")}
    names: set[str] = set()
    files = ((f"{number:05}.json", page) for number, page in enumerate(_pages(asker, source, span, names)))
    with bundle(files, Validators(now.isoformat(timespec="seconds"))) as fetched:
        if not span:
            yield fetched
        else:
            yield part_of(fetched, held.snapshot, frozenset(map(advisory_id, names)), b"") if names else None


def load(file: Path, source: Source, limits: Limits) -> Loaded:
    """Parse every page; a record that is broken is a problem. Raises FeedError for no record."""
    loaded = load_part(file, source, limits)
    if not loaded.tables["advisories"].num_rows:
        raise FeedError(f"the feed {source.feed} holds no CVE; fetch it again later")
    return loaded


def load_part(file: Path, source: Source, _limits: Limits) -> Loaded:
    """The same of some records."""
    tables, records = Tables(source.feed, ""), 0
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            records += parse_page(orjson.loads(archive.read(name)), source.feed, tables.rows)
            tables.settle()
    loaded = tables.finish()
    return Loaded(loaded, records, pc.max(loaded["advisories"]["modified"]).as_py())


def _pages(asker: Asker, source: Source, span: Mapping[str, str], names: set[str]) -> Iterator[bytes]:
    """Each page, until all that NVD counts were given; the ids of its CVEs go to `names`."""
    headers = {"apiKey": asker.key} if asker.key else {}
    start = 0
    for number in range(MOST_PAGES):
        if number:
            time.sleep(PAUSE_WITH_KEY if asker.key else PAUSE_SECONDS)
        query = urlencode({"resultsPerPage": PAGE, "startIndex": start, **span})
        content = asker.read(f"{asker.url(source.path, source.url)}?{query}", headers)
        page = _page(content)
        names.update(str(one["cve"].get("id")) for one in page["vulnerabilities"] if isinstance(one.get("cve"), dict))
        yield content
        start += len(page["vulnerabilities"])
        if start >= page["totalResults"] or not page["vulnerabilities"]:
            if start < page["totalResults"]:
                raise FeedError(f"the feed {source.feed} ends before its {page['totalResults']:,} records; try again later")
            return
    raise FeedError(f"the feed {source.feed} has more than {MOST_PAGES:,} pages; check its address")


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
