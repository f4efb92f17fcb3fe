"""One OSV record (ossf/osv-schema 1.7) -> rows of `advisories`, `affected` and `affected_versions`; pure.

What cannot be ordered is a problem, never a silent gap. A record of one ecosystem's feed is read for that ecosystem only,
since its other packages stand in the feeds of theirs. GIT ranges name commits, which no package database knows, and are
left out. A withdrawn record is kept with its time; matching leaves it out.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from hullmark.advisories.builds import as_packages_write, lowest_builds
from hullmark.advisories.ranges import NEVER, SHORT, Interval, Unordered, intervals, unheard
from hullmark.advisories.severity import Severity, informational, judged
from hullmark.advisories.terms import terms_of
from hullmark.distro import advisory_ecosystem
from hullmark.errors import InvalidVersion
from hullmark.purl import compared_name, upstream_name
from hullmark.versions import REPACKAGERS, key, scheme_of_ecosystem

Row = tuple[object, ...]
# Ecosystems whose names have forms, by purl type; in those of Root more.
NAMED = {"NuGet": "nuget", "Packagist": "composer", "PyPI": "pypi"}
ROOT_NAMED = {"Alpine": "apk", "Debian": "deb", "Maven": "maven", "PyPI": "pypi", "Ubuntu": "deb", "npm": "npm"}
MOST_ENTRIES = 200_000  # versions of one package, and events of its ranges
TOO_MANY_EVENTS = (
    f"its ranges have more than {MOST_ENTRIES:,} events; the range that goes beyond, and those after it, are left out"
)
MOST_NAMES = 10_000  # aliases of one record; errata of kernels have some thousands
_NAMES = ("aliases", "upstream", "related")
SUMMARY = 300  # characters
REFERENCES = 1_000  # and other lists of texts
LONGEST_ID = 256
# Errata that fix bugs or add features: what names no vulnerability is none.
_NO_SECURITY = re.compile(r"(AL|RL|RH|EL|MG)(BA|EA|AA)-|(open)?SUSE-[FOR]U-")
_REJECTED = re.compile(r"\s*(\*\* ?REJECT ?\*\*|Rejected reason:)", re.IGNORECASE)
_CVE = re.compile(r"(?:[A-Z]+-)?(CVE-[0-9]{4}-[0-9]{4,})")


@dataclass(slots=True)
class Rows:
    """Rows in the column order of `lake/schema.py`; `problems` are (record, reason)."""

    advisories: list[Row] = field(default_factory=list)
    affected: list[Row] = field(default_factory=list)
    versions: list[Row] = field(default_factory=list)
    severities: list[Row] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)


def parse_record(record: object, feed: str, ecosystem: str, rows: Rows) -> None:
    """Append the rows of one record, as parsed from JSON, for `ecosystem` (without a release)."""
    name = record.get("id") if isinstance(record, Mapping) else None
    if not isinstance(record, Mapping) or not isinstance(name, str) or not 0 < len(name) <= LONGEST_ID:
        rows.problems.append(("", f"a record is no JSON object with an id of at most {LONGEST_ID} characters"))
        return
    record = _bounded(record, name, rows)
    if is_no_vulnerability(record, name):
        return
    known, listed, told = len(rows.affected), len(rows.versions), len(rows.problems)
    kind = informational(record)
    for item in _list(record.get("affected")):
        _affected(record, item, kind, ecosystem, rows)
    if scheme_of_ecosystem(ecosystem) == "rpm":
        rows.affected[known:] = lowest_builds(rows.affected[known:])
    if len(rows.affected) > known or len(rows.versions) > listed:
        severity, said = judged(record)
        rows.advisories.append(_advisory(record, severity, feed, ecosystem, rows))
        rows.severities.extend((name, feed, *one) for one in said)
    elif len(rows.problems) == told and not record.get("withdrawn"):
        rows.problems.append((name, f"it names no package of {ecosystem}"))


def _bounded(record: Mapping[str, Any], name: str, rows: Rows) -> Mapping[str, Any]:
    """The record with as many other names as one may have: each vulnerability that it is about becomes a finding."""
    long = [place for place in _NAMES if len(_texts(record.get(place))) > MOST_NAMES]
    if not long:
        return record
    rows.problems.append((name, f"it has more than {MOST_NAMES:,} {' and '.join(long)}; the rest is left out"))
    return {**record, **{place: _texts(record[place])[:MOST_NAMES] for place in long}}


def vulnerability_ids(record: Mapping[str, Any], *, bulletin: bool = False) -> list[str]:
    """What a record is about: the CVE ids in its id, aliases and upstream; else its GHSA id or alias; else those
    upstream; else its own id.

    A distribution's bulletin that names none of them means its related CVEs, as older ones of Debian and Ubuntu do.
    """
    own, aliases, upstream = str(record.get("id")), _ids(record.get("aliases")), _ids(record.get("upstream"))
    cves = _cves([own, *aliases, *upstream])
    if not cves and bulletin:
        cves = _cves(_ids(record.get("related")))
    github = sorted(name for name in (own, *aliases) if name.startswith("GHSA-"))
    return cves or github[:1] or sorted({name for name in upstream if name.startswith("GHSA-")}) or [own]


def is_no_vulnerability(record: Mapping[str, Any], name: str) -> bool:
    """Whether it is an erratum that fixes bugs or adds features, and names no vulnerability."""
    return bool(_NO_SECURITY.match(name)) and vulnerability_ids(record, bulletin=True) == [name]


def normal_ecosystem(text: str) -> str:
    """The ecosystem as packages carry it; "Ubuntu:Pro:..." stays apart from the archive's.

    A repository of Packagist ("Packagist:https://packages.drupal.org/8") is Packagist.
    """
    return "Packagist" if text.startswith("Packagist:") else advisory_ecosystem(text)


def _cves(names: Iterable[str]) -> list[str]:
    return sorted({found[1] for name in names if (found := _CVE.fullmatch(name))})


def _ids(value: object) -> list[str]:
    """Ids as their own databases write them; CleanStart writes some in lower case."""
    return [f"{name[:4].upper()}{name[4:]}" if name[:5] in {"cve-2", "cve-1", "ghsa-"} else name for name in _texts(value)]


def _affected(record: Mapping[str, Any], item: Mapping[str, Any], kind: str, wanted: str, rows: Rows) -> None:
    name, package = str(record.get("id")), item.get("package")
    if not isinstance(package, dict):
        return
    stated, package_name = package.get("ecosystem"), package.get("name")
    if not isinstance(stated, str) or not isinstance(package_name, str):
        return
    ecosystem = normal_ecosystem(stated)
    if ecosystem.partition(":")[0] != wanted:
        return
    scheme, package_name = scheme_of_ecosystem(ecosystem), _name(ecosystem, package_name)
    told, terms = len(rows.problems), terms_of(item, record, kind)
    known = [NEVER] if terms.never else _ranges(name, item, scheme, rows)
    identity = (name, ecosystem, package_name, *terms.row)
    rows.affected.extend(
        (*identity, scheme, one.low, one.high, one.low_key, one.high_key, one.inclusive, one.fixed) for one in known
    )
    versions = [] if terms.never else _texts(item.get("versions"))
    if len(versions) > MOST_ENTRIES:
        rows.problems.append((name, f"{package_name[:80]} lists more than {MOST_ENTRIES:,} versions; the rest is left out"))
    beyond = _beyond(versions[:MOST_ENTRIES], known, scheme)
    rows.versions.extend((*identity, version, version_key, "") for version, version_key in beyond)
    if not known and not versions and len(rows.problems) == told:
        rows.problems.append((name, f"{package_name[:80]} has neither a range of versions nor a list of them"))


def _name(ecosystem: str, name: str) -> str:
    """The name of a package as it is compared; of what somebody repackages, that of the original."""
    base, _, rest = ecosystem.partition(":")
    inner = rest.partition(":")[0] if base in REPACKAGERS else base
    compared = compared_name(NAMED.get(inner, ""), name)
    return upstream_name(ROOT_NAMED.get(inner, ""), compared) if base == "Root" else compared


def _ranges(name: str, item: Mapping[str, Any], scheme: str | None, rows: Rows) -> list[Interval]:
    """The intervals of all ranges; one that cannot be read is a problem."""
    found: list[Interval] = []
    spare: list[str] = []
    read = 0
    for one in _list(item.get("ranges")):
        if one.get("type") == "GIT":
            continue
        events = _list(one.get("events"))
        read += len(events)
        if read > MOST_ENTRIES:
            rows.problems.append((name, TOO_MANY_EVENTS))
            break
        try:
            if scheme is None:
                raise Unordered("its ecosystem has no version order here, so that only listed versions are matched")
            events = as_packages_write(events) if scheme == "rpm" else events
            known = intervals(events, scheme)
            found += known
            if len(events) > 2 * len(known):  # pairs and single beginnings need no second look
                spare += unheard(events, scheme)
        except Unordered as error:
            rows.problems.append((name, str(error)))
    left_out = [version for version in dict.fromkeys(spare) if _is_left_out(version, item, found, scheme)]
    if left_out:
        rows.problems.append((name, _ends_nothing(left_out)))
    return found


def _ends_nothing(versions: list[str]) -> str:
    more = f" and {len(versions) - 1:,} more are" if len(versions) > 1 else " is"
    return (
        f"{versions[0][:80]}{more} said to end a range that an earlier end closes; what lies between is not called affected"
    )


def _is_left_out(version: str, item: Mapping[str, Any], known: list[Interval], scheme: str | None) -> bool:
    """Whether nothing else in the record calls a version affected, or ends there."""
    version_key = _key(scheme, version) if scheme else None
    if version_key is None or version in _texts(item.get("versions")):
        return False
    return not any(one.holds(version_key) or one.high_key == version_key for one in known)


def _beyond(versions: Iterable[str], known: list[Interval], scheme: str | None) -> Iterator[tuple[str, bytes | None]]:
    """The listed versions that no interval holds, with their keys (None for a version that is only compared as text)."""
    for version in versions:
        version_key = (_remembered if len(version) <= SHORT else _key)(scheme, version) if scheme else None
        if version_key is None or not any(one.holds(version_key) for one in known):
            yield version, version_key


def _key(scheme: str, version: str) -> bytes | None:
    """None for what is no version."""
    try:
        return key(scheme, version)
    except InvalidVersion:
        return None


_remembered = lru_cache(maxsize=32768)(_key)  # each record about a package lists its versions again


def _advisory(record: Mapping[str, Any], severity: Severity, feed: str, ecosystem: str, rows: Rows) -> Row:
    name = str(record["id"])
    withdrawn, reason = _withdrawn(record, name, rows)
    about = vulnerability_ids(record, bulletin=_has_releases(record, ecosystem))
    aliases = sorted({*about, *_ids(record.get("aliases")), *_ids(record.get("upstream"))} - {name})
    text = record.get("summary") or record.get("details") or ""
    references = [entry["url"] for entry in _list(record.get("references")) if isinstance(entry.get("url"), str)]
    own = record.get("database_specific")
    cwes = _texts(own.get("cwe_ids")) if isinstance(own, dict) else []
    return (
        name, feed, aliases, about, short(text), severity.word, severity.score, severity.vector, severity.source,
        _time(record.get("published")), _time(record.get("modified")), withdrawn, reason,
        sorted(set(cwes))[:REFERENCES], references[:REFERENCES],
    )  # fmt: skip


def _withdrawn(record: Mapping[str, Any], name: str, rows: Rows) -> tuple[datetime | None, str]:
    """When and why a record does not count any more; the text of a rejected CVE says so in its first words."""
    withdrawn = _time(record.get("withdrawn"))
    if withdrawn is None and record.get("withdrawn"):
        rows.problems.append((name, "it is withdrawn at a time that cannot be read, and so matched as if it were not"))
    if any(_REJECTED.match(str(record.get(place) or "")) for place in ("summary", "details")):
        return withdrawn or _time(record.get("modified")) or datetime.fromtimestamp(0, UTC), "rejected"
    return withdrawn, "withdrawn" if withdrawn else ""


def _has_releases(record: Mapping[str, Any], ecosystem: str) -> bool:
    """Whether its packages stand in releases of a distribution ("Debian:12")."""
    packages = [item.get("package") for item in _list(record.get("affected"))]
    return any(str(one.get("ecosystem")).startswith(f"{ecosystem}:") for one in packages if isinstance(one, dict))


def short(text: object) -> str:
    """A summary: one line of at most SUMMARY characters."""
    line = " ".join(str(text)[: 8 * SUMMARY].encode("utf-8", "replace").decode("utf-8").split())
    return line if len(line) <= SUMMARY else line[: SUMMARY - 1].rstrip() + "…"


def _time(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        return moment.astimezone(UTC) if moment and moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _list(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
