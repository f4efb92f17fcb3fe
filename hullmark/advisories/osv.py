"""One OSV record (ossf/osv-schema 1.7) -> rows of `advisories`, `affected` and `affected_versions`; pure.

A range becomes intervals of version keys: [low, high) with the fixed version, or [low, high] for `last_affected`. What
cannot be ordered is a problem, never a silent gap. A record of one ecosystem's feed is read for that ecosystem only, since
its other packages stand in the feeds of theirs. GIT ranges name commits, which no package database knows, and are left out.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hullmark.advisories.severity import severity_of
from hullmark.errors import InvalidVersion
from hullmark.purl import pep503_name
from hullmark.versions import key, scheme_of_ecosystem

Row = tuple[object, ...]
MOST_ENTRIES = 200_000  # versions and events of one record
SUMMARY = 300  # characters
REFERENCES = 20
CLOSING = ("fixed", "last_affected", "limit")


@dataclass(slots=True)
class Rows:
    """Rows in the column order of `lake/schema.py`; `problems` are (record, reason)."""

    advisories: list[Row] = field(default_factory=list)
    affected: list[Row] = field(default_factory=list)
    versions: list[Row] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Interval:
    """Versions from `low_key` to `high_key` (None: no end); `fixed` is "" when no fix is known."""

    low: str
    high: str
    low_key: bytes
    high_key: bytes | None
    inclusive: bool
    fixed: str

    def holds(self, version_key: bytes) -> bool:
        """Whether a version lies in it."""
        if version_key < self.low_key:
            return False
        if self.high_key is None:
            return True
        return version_key < self.high_key or (self.inclusive and version_key == self.high_key)


class Unordered(ValueError):
    """A range that cannot become intervals; the message says why."""


def parse_record(record: object, feed: str, ecosystem: str, rows: Rows) -> None:
    """Append the rows of one record, as parsed from JSON, for `ecosystem` (without a release)."""
    if not isinstance(record, Mapping) or not isinstance(record.get("id"), str) or not record["id"]:
        rows.problems.append(("", "a record is no JSON object with an id"))
        return
    name = str(record["id"])
    before = len(rows.affected), len(rows.versions)
    for item in _list(record.get("affected")):
        _affected(name, item, ecosystem, rows)
    if (len(rows.affected), len(rows.versions)) != before:
        rows.advisories.append(_advisory(record, name, feed))


def vulnerability_ids(record: Mapping[str, Any]) -> list[str]:
    """The CVE ids that a record is about (its id, aliases, upstream for distributions); its own id when there are none."""
    names = [str(record.get("id")), *_texts(record.get("aliases")), *_texts(record.get("upstream"))]
    cves = {name for name in names if name.startswith("CVE-")}
    return sorted(cves) or [names[0]]


def normal_ecosystem(text: str) -> str:
    """The ecosystem as packages carry it: Ubuntu's ":LTS" is left out; "Ubuntu:Pro:..." stays apart from the archive's."""
    return text.removesuffix(":LTS") if text.startswith("Ubuntu:") else text


def intervals(events: Iterable[Mapping[str, Any]], scheme: str) -> list[Interval]:
    """The intervals of one range by its events in version order; raises Unordered for a version that has no key."""
    ordered = sorted((_event(event, scheme) for event in events), key=lambda item: (item[0], item[1] in CLOSING))
    found: list[Interval] = []
    opened: tuple[bytes, str] | None = None
    for version_key, kind, version in ordered:
        if kind == "introduced":
            opened = opened or (version_key, version)
        elif opened is not None:
            low_key, low = opened
            fixed = version if kind == "fixed" else ""
            found.append(Interval(low, version, low_key, version_key, kind == "last_affected", fixed))
            opened = None
    if opened is not None:
        found.append(Interval(opened[1], "", opened[0], None, inclusive=False, fixed=""))
    return found


def _event(event: Mapping[str, Any], scheme: str) -> tuple[bytes, str, str]:
    for kind in ("introduced", *CLOSING):
        version = event.get(kind)
        if isinstance(version, str):
            if version == "0" and kind == "introduced":
                return b"", kind, version
            if version == "*" and kind == "limit":
                return b"\xff" * 8, kind, version
            try:
                return key(scheme, version), kind, version
            except InvalidVersion:
                raise Unordered(f"the version {version[:80]!r} is none of the scheme {scheme}") from None
    raise Unordered("a range has an event that is neither introduced, fixed, last_affected nor limit")


def _affected(name: str, item: Mapping[str, Any], wanted: str, rows: Rows) -> None:
    package = item.get("package")
    if not isinstance(package, Mapping):
        return
    stated, package_name = package.get("ecosystem"), package.get("name")
    if not isinstance(stated, str) or not isinstance(package_name, str) or stated.partition(":")[0] != wanted:
        return
    ecosystem, scheme = normal_ecosystem(stated), scheme_of_ecosystem(stated)
    package_name = pep503_name(package_name) if wanted == "PyPI" else package_name
    known, unreadable = _ranges(name, item, scheme, rows)
    identity = (name, ecosystem, package_name)
    rows.affected.extend(
        (*identity, scheme, one.low, one.high, one.low_key, one.high_key, one.inclusive, one.fixed) for one in known
    )
    versions = _texts(item.get("versions"))[:MOST_ENTRIES]
    rows.versions.extend((*identity, version, version_key, "") for version, version_key in _beyond(versions, known, scheme))
    if not known and not versions and not unreadable:
        rows.problems.append((name, f"{package_name} has neither a range of versions nor a list of them"))


def _ranges(name: str, item: Mapping[str, Any], scheme: str | None, rows: Rows) -> tuple[list[Interval], bool]:
    """The intervals of all ranges, and whether one could not be read (which is a problem row already)."""
    found: list[Interval] = []
    unreadable = False
    for one in _list(item.get("ranges")):
        if one.get("type") == "GIT":
            continue
        events = _list(one.get("events"))
        try:
            if scheme is None:
                raise Unordered("its ecosystem has no version order here, so that only listed versions are matched")
            if len(events) > MOST_ENTRIES:
                raise Unordered("a range has too many events")
            found += intervals(events, scheme)
        except Unordered as error:
            unreadable = True
            rows.problems.append((name, str(error)))
    return found, unreadable


def _beyond(versions: Iterable[str], known: list[Interval], scheme: str | None) -> Iterator[tuple[str, bytes | None]]:
    """The listed versions that no interval holds, with their keys (None for a version that is only compared as text)."""
    for version in versions:
        try:
            version_key = key(scheme, version) if scheme else None
        except InvalidVersion:
            version_key = None
        if version_key is None or not any(one.holds(version_key) for one in known):
            yield version, version_key


def _advisory(record: Mapping[str, Any], name: str, feed: str) -> Row:
    severity = severity_of(record)
    aliases = sorted({*_texts(record.get("aliases")), *_texts(record.get("upstream"))} - {name})
    text = record.get("summary") or record.get("details") or ""
    references = [entry["url"] for entry in _list(record.get("references")) if isinstance(entry.get("url"), str)]
    return (
        name, feed, aliases, vulnerability_ids(record), _short(text), severity.word, severity.score, severity.vector,
        severity.source, _time(record.get("published")), _time(record.get("modified")), _time(record.get("withdrawn")),
        references[:REFERENCES],
    )  # fmt: skip


def _short(text: object) -> str:
    line = " ".join(str(text).encode("utf-8", "replace").decode("utf-8").split())
    return line if len(line) <= SUMMARY else line[: SUMMARY - 1].rstrip() + "…"


def _time(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment and moment.tzinfo else None


def _list(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
