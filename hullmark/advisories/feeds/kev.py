"""CISA's catalogue of known exploited vulnerabilities (cisa.gov, known_exploited_vulnerabilities.json)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from hullmark.advisories.feeds import Feed, Loaded, Source
from hullmark.errors import FeedError
from hullmark.lake.schema import EXPLOITATION, FEED_PROBLEMS
from hullmark.settings import Settings

NAME = "known_exploited_vulnerabilities.json"
URL = f"https://www.cisa.gov/sites/default/files/feeds/{NAME}"


def sources(_ecosystems: Sequence[str]) -> Iterator[Source]:
    """The one catalogue."""
    yield Source("kev", f"kev/{NAME}", URL)


def load(file: Path, source: Source, settings: Settings) -> Loaded:
    """Parse the catalogue; an entry without a CVE id is a problem. Raises FeedError."""
    if file.stat().st_size > settings.limits.record_bytes:
        raise FeedError(f"the feed {source.feed} is larger than {settings.limits.record_bytes:,} bytes; check its address")
    try:
        catalogue = orjson.loads(file.read_bytes())
        entries = catalogue["vulnerabilities"]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise FeedError(f"the feed {source.feed} is no catalogue ({str(error)[:120]}); fetch it again later") from None
    rows: dict[str, dict[str, object]] = {}
    problems: list[dict[str, str]] = []
    for number, entry in enumerate(entries if isinstance(entries, list) else []):
        cve = entry.get("cveID") if isinstance(entry, Mapping) else None
        if not isinstance(cve, str) or not cve.startswith("CVE-"):
            problems.append({"feed": source.feed, "record": f"entry {number}", "reason": "the entry has no CVE id"})
            continue
        rows[cve] = _row(cve, entry)
        if rows[cve]["kev_added"] is None or rows[cve]["kev_due"] is None:
            problems.append(
                {"feed": source.feed, "record": cve[:200], "reason": "it has no date of addition or no due date"}
            )
    if not rows:
        raise FeedError(f"the feed {source.feed} lists no vulnerability; fetch it again later")
    tables = {
        "exploitation": pa.Table.from_pylist(list(rows.values()), schema=EXPLOITATION),
        "problems": pa.Table.from_pylist(problems, schema=FEED_PROBLEMS),
    }
    return Loaded(tables, len(rows), _moment(catalogue.get("dateReleased")))


def _row(cve: str, entry: Mapping[str, Any]) -> dict[str, object]:
    return {
        "cve": cve,
        "kev": True,
        "kev_added": _date(entry.get("dateAdded")),
        "kev_due": _date(entry.get("dueDate")),
        "kev_ransomware": entry.get("knownRansomwareCampaignUse") == "Known",
    }


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return None if moment is None else (moment if moment.tzinfo else moment.replace(tzinfo=UTC))


FEED = Feed("kev", sources, load)
