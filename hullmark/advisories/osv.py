"""One OSV record (ossf/osv-schema 1.7) -> rows of `advisories`, `affected` and `affected_versions`; pure.

What cannot be ordered is a problem, never a silent gap. A record of one ecosystem's feed is read for that ecosystem only,
since its other packages stand in the feeds of theirs. GIT ranges name commits, which no package database knows, and are
left out. A withdrawn record is kept with its time; matching leaves it out.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hullmark.advisories.ranges import Interval, Unordered, intervals
from hullmark.advisories.severity import severity_of
from hullmark.distro import advisory_ecosystem
from hullmark.errors import InvalidVersion
from hullmark.purl import pep503_name
from hullmark.versions import key, scheme_of_ecosystem

Row = tuple[object, ...]
MOST_ENTRIES = 200_000  # versions of one package, and events of one range
SUMMARY = 300  # characters
REFERENCES = 20
LONGEST_ID = 256
_CVE = re.compile(r"(?:[A-Z]+-)?(CVE-[0-9]{4}-[0-9]{4,})")


@dataclass(slots=True)
class Rows:
    """Rows in the column order of `lake/schema.py`; `problems` are (record, reason)."""

    advisories: list[Row] = field(default_factory=list)
    affected: list[Row] = field(default_factory=list)
    versions: list[Row] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)


def parse_record(record: object, feed: str, ecosystem: str, rows: Rows) -> None:
    """Append the rows of one record, as parsed from JSON, for `ecosystem` (without a release)."""
    name = record.get("id") if isinstance(record, Mapping) else None
    if not isinstance(record, Mapping) or not isinstance(name, str) or not 0 < len(name) <= LONGEST_ID:
        rows.problems.append(("", f"a record is no JSON object with an id of at most {LONGEST_ID} characters"))
        return
    made, told = len(rows.affected) + len(rows.versions), len(rows.problems)
    for item in _list(record.get("affected")):
        _affected(name, item, ecosystem, rows)
    if len(rows.affected) + len(rows.versions) > made:
        rows.advisories.append(_advisory(record, name, feed, ecosystem, rows))
    elif len(rows.problems) == told and not record.get("withdrawn"):
        rows.problems.append((name, f"it names no package of {ecosystem}"))


def vulnerability_ids(record: Mapping[str, Any], *, bulletin: bool = False) -> list[str]:
    """What a record is about: the CVE ids in its id, aliases and upstream; else its GHSA id or alias; else its own id.

    A distribution's bulletin that names none of them means its related CVEs, as older ones of Debian and Ubuntu do.
    """
    own, aliases = str(record.get("id")), _texts(record.get("aliases"))
    cves = _cves([own, *aliases, *_texts(record.get("upstream"))])
    if not cves and bulletin:
        cves = _cves(_texts(record.get("related")))
    github = sorted(name for name in (own, *aliases) if name.startswith("GHSA-"))
    return cves or github[:1] or [own]


def normal_ecosystem(text: str) -> str:
    """The ecosystem as packages carry it; "Ubuntu:Pro:..." stays apart from the archive's."""
    return advisory_ecosystem(text)


def _cves(names: Iterable[str]) -> list[str]:
    return sorted({found[1] for name in names if (found := _CVE.fullmatch(name))})


def _affected(name: str, item: Mapping[str, Any], wanted: str, rows: Rows) -> None:
    package = item.get("package")
    if not isinstance(package, Mapping):
        return
    stated, package_name = package.get("ecosystem"), package.get("name")
    if not isinstance(stated, str) or not isinstance(package_name, str) or stated.partition(":")[0] != wanted:
        return
    ecosystem, scheme = normal_ecosystem(stated), scheme_of_ecosystem(stated)
    package_name = pep503_name(package_name) if wanted == "PyPI" else package_name
    told = len(rows.problems)
    known = _ranges(name, item, scheme, rows)
    identity = (name, ecosystem, package_name)
    rows.affected.extend(
        (*identity, scheme, one.low, one.high, one.low_key, one.high_key, one.inclusive, one.fixed) for one in known
    )
    versions = _texts(item.get("versions"))
    if len(versions) > MOST_ENTRIES:
        rows.problems.append((name, f"{package_name[:80]} lists more than {MOST_ENTRIES:,} versions; the rest is left out"))
    beyond = _beyond(versions[:MOST_ENTRIES], known, scheme)
    rows.versions.extend((*identity, version, version_key, "") for version, version_key in beyond)
    if not known and not versions and len(rows.problems) == told:
        rows.problems.append((name, f"{package_name[:80]} has neither a range of versions nor a list of them"))


def _ranges(name: str, item: Mapping[str, Any], scheme: str | None, rows: Rows) -> list[Interval]:
    """The intervals of all ranges; one that cannot be read is a problem."""
    found: list[Interval] = []
    for one in _list(item.get("ranges")):
        if one.get("type") == "GIT":
            continue
        events = _list(one.get("events"))
        try:
            if scheme is None:
                raise Unordered("its ecosystem has no version order here, so that only listed versions are matched")
            if len(events) > MOST_ENTRIES:
                raise Unordered(f"a range has more than {MOST_ENTRIES:,} events")
            found += intervals(events, scheme)
        except Unordered as error:
            rows.problems.append((name, str(error)))
    return found


def _beyond(versions: Iterable[str], known: list[Interval], scheme: str | None) -> Iterator[tuple[str, bytes | None]]:
    """The listed versions that no interval holds, with their keys (None for a version that is only compared as text)."""
    for version in versions:
        try:
            version_key = key(scheme, version) if scheme else None
        except InvalidVersion:
            version_key = None
        if version_key is None or not any(one.holds(version_key) for one in known):
            yield version, version_key


def _advisory(record: Mapping[str, Any], name: str, feed: str, ecosystem: str, rows: Rows) -> Row:
    severity, withdrawn = severity_of(record), _time(record.get("withdrawn"))
    if withdrawn is None and record.get("withdrawn"):
        rows.problems.append((name, "it is withdrawn at a time that cannot be read, and so matched as if it were not"))
    about = vulnerability_ids(record, bulletin=_has_releases(record, ecosystem))
    aliases = sorted({*about, *_texts(record.get("aliases")), *_texts(record.get("upstream"))} - {name})
    text = record.get("summary") or record.get("details") or ""
    references = [entry["url"] for entry in _list(record.get("references")) if isinstance(entry.get("url"), str)]
    return (
        name, feed, aliases, about, _short(text), severity.word, severity.score, severity.vector, severity.source,
        _time(record.get("published")), _time(record.get("modified")), withdrawn, references[:REFERENCES],
    )  # fmt: skip


def _has_releases(record: Mapping[str, Any], ecosystem: str) -> bool:
    """Whether its packages stand in releases of a distribution ("Debian:12")."""
    packages = [item.get("package") for item in _list(record.get("affected"))]
    return any(str(one.get("ecosystem")).startswith(f"{ecosystem}:") for one in packages if isinstance(one, Mapping))


def _short(text: object) -> str:
    line = " ".join(str(text)[: 8 * SUMMARY].encode("utf-8", "replace").decode("utf-8").split())
    return line if len(line) <= SUMMARY else line[: SUMMARY - 1].rstrip() + "…"


def _time(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        return moment.astimezone(UTC) if moment and moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _list(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
