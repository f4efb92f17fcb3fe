"""Matching as a plain loop over raw OSV records: no keys, no intervals, no SQL; versions are compared by others' code.

`packaging` orders PyPI's versions, `univers` those of dpkg, rpm, npm, Maven, RubyGems, crates.io and Go, and Alpine's as its
manual says. The rules are those of docs/matching.md, written a second time.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from typing import Any

from packaging.version import Version
from univers.versions import DebianVersion, MavenVersion, RpmVersion, RubygemsVersion, SemverVersion

from tests.versions.oracles import apk_order

Record = Mapping[str, Any]
ORDERS: dict[str, Callable[[str], Any]] = {
    "PyPI": Version, "Debian": DebianVersion, "Ubuntu": DebianVersion, "Alpine": cmp_to_key(apk_order), "npm": SemverVersion,
    "crates.io": SemverVersion, "Go": SemverVersion, "Maven": MavenVersion, "RubyGems": RubygemsVersion,
    "AlmaLinux": RpmVersion,
}  # fmt: skip
REJECTED = re.compile(r"\s*(\*\* ?REJECT ?\*\*|Rejected reason:)", re.IGNORECASE)
CVE = re.compile(r"(?:[A-Z]+-)?(CVE-[0-9]{4}-[0-9]{4,})")


@dataclass(frozen=True, slots=True)
class About:
    """A valid record with what it says of one package in one place."""

    record: Record
    items: tuple[Mapping[str, Any], ...]

    @property
    def id(self) -> str:
        return str(self.record["id"])


def findings_of(records: Sequence[About], version: str, place: str) -> Iterator[tuple[str, frozenset[str], str]]:
    """(vulnerability, advisories that decide and hold the version, fixed version) of one package."""
    for vulnerability in sorted({name for one in records for name in names(one.record, records)}):
        about = [one for one in records if vulnerability in names(one.record, records)]
        alone = [one for one in about if ":" in place and one.id.endswith(f"-{vulnerability}")]
        deciding = alone or about
        holding = [one for one in deciding if holds(one, version, place)]
        if holding:
            yield vulnerability, frozenset(one.id for one in holding), fix(deciding, version, place)


def is_valid(record: Record) -> bool:
    return not record.get("withdrawn") and not is_rejected(record)


def is_erratum(record: Record) -> bool:
    """Whether it fixes bugs or adds features (ALBA, ALEA), and names no vulnerability."""
    return record["id"].startswith(("ALBA-", "ALEA-")) and own_names(record) == {record["id"]}


def of_no_module(item: Mapping[str, Any]) -> bool:
    """Whether it is about packages of no module, as the versions of its fixes tell."""
    return not any(".module" in text for one in item.get("ranges", []) for event in one["events"] for text in event.values())


def is_rejected(record: Record) -> bool:
    return any(REJECTED.match(str(record.get(place) or "")) for place in ("summary", "details"))


def names(record: Record, valid: Iterable[About]) -> set[str]:
    """CVEs, else the GHSA id, else its own; what is no CVE goes under the lowest CVE that another one names beside it."""
    own = own_names(record)
    if any(name.startswith("CVE-") for name in own):
        return own
    (name,) = own
    beside = [own_names(one.record) for one in valid if name in {one.id, *stated(one.record)}]
    return {min((min(ids) for ids in beside if len(ids) == 1 and min(ids).startswith("CVE-")), default=name)}


def own_names(record: Record) -> set[str]:
    def cves(texts: Iterable[str]) -> set[str]:
        return {found[1] for text in texts if (found := CVE.fullmatch(text))}

    releases = any(":" in str(item.get("package", {}).get("ecosystem")) for item in record["affected"])
    found = cves([record["id"], *stated(record)]) or (cves(record.get("related", [])) if releases else set())
    github = sorted(name for name in (record["id"], *record.get("aliases", [])) if name.startswith("GHSA-"))
    upstream = {name for name in record.get("upstream", []) if name.startswith("GHSA-")}
    return found or set(github[:1]) or upstream or {record["id"]}


def stated(record: Record) -> list[str]:
    return [*record.get("aliases", []), *record.get("upstream", [])]


def holds(one: About, version: str, place: str) -> bool:
    return any(item_holds(item, version, place) for item in one.items)


def item_holds(item: Mapping[str, Any], version: str, place: str) -> bool:
    listed = item.get("versions", [])
    if version in listed or any(equal(version, other, place) for other in listed):
        return True
    return any(evaluated(one["events"], version, place) for one in item.get("ranges", []) if one["type"] != "GIT")


def evaluated(events: Iterable[Mapping[str, str]], version: str, place: str) -> bool:
    """ossf/osv-schema, "Evaluation"; a range with a version that cannot be ordered holds nothing."""
    order = order_of(place)
    try:
        at = order(version)
        steps: list[tuple[str, Any]] = [
            (kind, one if one == "0" else order(one)) for event in events for kind, one in event.items()
        ]
    except ValueError:
        return False
    steps.sort(key=cmp_to_key(_before))
    vulnerable = False
    for kind, stands in steps:
        below = isinstance(stands, str)  # "0"
        if kind == "introduced" and (below or at >= stands):
            vulnerable = True
        elif (kind == "fixed" and (below or at >= stands)) or (kind == "last_affected" and at > stands):
            vulnerable = False
    return vulnerable


def _before(first: tuple[str, Any], second: tuple[str, Any]) -> int:
    """The order of two events by their versions; "0" is below every version."""
    one, other = first[1], second[1]
    if isinstance(one, str) or isinstance(other, str):  # which only "0" is
        return isinstance(other, str) - isinstance(one, str)
    return int(one > other) - int(one < other)


def equal(version: str, other: str, place: str) -> bool:
    try:
        return bool(order_of(place)(version) == order_of(place)(other))
    except ValueError:
        return False


def fix(deciding: Sequence[About], version: str, place: str) -> str:
    """The lowest named fix above the version that nobody who decides calls affected; else the lowest; else ""."""
    order = order_of(place)
    try:
        at = order(version)
    except ValueError:
        return ""
    named = {stated for one in deciding for item in one.items for stated in fixes(item, place) if order(stated) > at}
    good = [one for one in named if not any(holds(other, one, place) for other in deciding)]
    return min(good or named, key=order, default="")


def fixes(item: Mapping[str, Any], place: str) -> Iterator[str]:
    """The versions that end a range of the item which can be read."""
    for one in item.get("ranges", []):
        versions = [(kind, text) for event in one["events"] for kind, text in event.items()]
        if one["type"] != "GIT" and all(text == "0" or can_be_ordered(text, place) for _, text in versions):
            yield from (text for kind, text in versions if kind == "fixed" and text != "0")


def can_be_ordered(version: str, place: str) -> bool:
    try:
        order_of(place)(version)
    except ValueError:
        return False
    return True


def order_of(place: str) -> Callable[[str], Any]:
    return ORDERS[place.partition(":")[0]]
