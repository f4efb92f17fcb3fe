"""A page of NVD's CVE API 2.0 (nvd.nist.gov/developers/vulnerabilities) -> rows of `advisories` and `severities`; pure.

NVD judges CVEs and names products by CPE, which no package database knows; so its records affect nothing here. They give a
score, weaknesses and references to CVEs that nobody else has judged, and say which CVEs are rejected.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from hullmark.advisories.osv import REFERENCES, Rows, short
from hullmark.advisories.severity import rating, score_of

METRICS = (
    ("cvssMetricV40", "CVSS_V4"),
    ("cvssMetricV31", "CVSS_V3"),
    ("cvssMetricV30", "CVSS_V3"),
    ("cvssMetricV2", "CVSS_V2"),
)


def advisory_id(cve: str) -> str:
    """The id under which NVD's record of a CVE is kept."""
    return f"NVD-{cve}"


def parse_page(page: object, feed: str, rows: Rows, known: set[str]) -> int:
    """Append the rows of a page; returns how many records it has. Raises ValueError for what is no page.

    `known` are the CVEs of the pages before: one that moved from page to page while they were fetched counts once.
    """
    entries = page.get("vulnerabilities") if isinstance(page, Mapping) else None
    if not isinstance(entries, list):
        raise ValueError("it is no page of vulnerabilities")
    repeated = 0
    for entry in entries:
        cve = entry.get("cve") if isinstance(entry, Mapping) else None
        name = cve.get("id") if isinstance(cve, Mapping) else None
        if not isinstance(cve, Mapping) or not isinstance(name, str) or not name.startswith("CVE-"):
            rows.problems.append(("", "a record has no CVE id"))
            continue
        if name in known:
            repeated += 1
            continue
        known.add(name)
        _record(cve, name[:64], feed, rows)
    return len(entries) - repeated


def _record(cve: Mapping[str, Any], name: str, feed: str, rows: Rows) -> None:
    vectors = list(_vectors(cve))
    modified, rejected = _time(cve.get("lastModified")), cve.get("vulnStatus") == "Rejected"
    _, vector, score = vectors[0] if vectors else ("", "", None)
    cwes = {text for one in _dicts(cve.get("weaknesses")) for text in _english(one.get("description")) if text[:4] == "CWE-"}
    rows.advisories.append((
        advisory_id(name), feed, [name], [name], short(next(iter(_english(cve.get("descriptions"))), "")),
        rating(score) if score is not None else "unknown", score, vector, "nvd" if vectors else "",
        _time(cve.get("published")), modified, (modified or datetime.fromtimestamp(0, UTC)) if rejected else None,
        "rejected" if rejected else "", sorted(cwes)[:REFERENCES],
        [one["url"] for one in _dicts(cve.get("references")) if isinstance(one.get("url"), str)][:REFERENCES],
    ))  # fmt: skip
    rows.severities.extend(
        (advisory_id(name), feed, "nvd", kind, vector, score, rating(score)) for kind, vector, score in vectors
    )


def _vectors(cve: Mapping[str, Any]) -> Iterator[tuple[str, str, float]]:
    """(kind, vector, score): the newest standard first; within one, NVD's own before those of others."""
    metrics = cve.get("metrics")
    for name, kind in METRICS:
        stated = _dicts(metrics.get(name)) if isinstance(metrics, Mapping) else []
        for one in sorted(stated, key=lambda one: one.get("type") != "Primary"):
            data = one.get("cvssData")
            vector = data.get("vectorString") if isinstance(data, Mapping) else None
            if isinstance(vector, str) and (score := score_of(vector)) is not None:
                yield kind, vector, score


def _english(texts: object) -> list[str]:
    return [one["value"] for one in _dicts(texts) if one.get("lang") == "en" and isinstance(one.get("value"), str)]


def _time(value: object) -> datetime | None:
    """NVD writes UTC without saying so."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return None if moment is None else moment.replace(tzinfo=moment.tzinfo or UTC)


def _dicts(value: object) -> Iterable[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
