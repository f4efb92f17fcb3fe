"""Which findings a package has, by plain loops over raw records: the rules of docs/matching.md, written a second time."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.matching.plain import own_names
from tests.model.records import MEANT, PLACES, Record
from tests.model.severity import own_word, rank_of, rating, severity

DOUBT = "the image states repositories of {}, and a package does not say from which it came: the first one decides"
REJECTED = re.compile(r"\*\* REJECT \*\*")
STREAM = re.compile(r"[a-z]+:[0-9]+")


@dataclass(frozen=True, slots=True)
class Feeds:
    """What publishers say on a day; KEV has its day by CVE, `products` say of what Red Hat's repositories are."""

    records: Mapping[str, tuple[Record, ...]]
    kev: Mapping[str, str]
    epss: Mapping[str, float]
    ended: frozenset[str]
    products: Mapping[str, str]  # repository -> "Red Hat:rhel_eus:9.2"

    def told(self) -> dict[str, tuple[Record, list[Record]]]:
        """By id: the record that was modified last, in whichever feed, and what all of that id say of packages."""
        found: dict[str, tuple[Record, list[Record]]] = {}
        for feed in sorted(self.records):
            for record in self.records[feed]:
                known = found.get(record["id"])
                newest = record if known is None or record["modified"] >= known[0]["modified"] else known[0]
                items = [item | {"title": record["summary"]} for item in record["affected"]]  # which tells of streams
                found[record["id"]] = (newest, [*(known[1] if known else []), *items])
        return found


@dataclass(frozen=True, slots=True)
class Said:
    """A record as it counts for one package: what names it, and with which rank its place is read."""

    record: Record
    rank: int
    items: tuple[Record, ...]

    @property
    def id(self) -> str:
        return str(self.record["id"])


@dataclass(frozen=True, slots=True)
class Finding:
    """One vulnerability of one package, and what is said of it."""

    advisory: str
    aliases: tuple[str, ...]
    fixed_version: str
    severity: str
    severity_source: str
    score: float | None
    fix_state: str
    note: str
    kev: bool
    kev_due: str
    epss: float | None


@dataclass(frozen=True, slots=True)
class Installed:
    """A package as matching sees it; `order` is None where its version is none."""

    name: str
    advised: str
    version: str
    main: str  # its ecosystem
    place: str
    module: str
    doubt: str = ""  # what the image states beside the main stream


def is_valid(record: Record) -> bool:
    return not record.get("withdrawn") and not is_rejecting(record)


def is_rejecting(record: Record) -> bool:
    return bool(REJECTED.match(record["summary"]))


class Judge:
    """The findings of packages with the feeds of one day."""

    def __init__(self, feeds: Feeds) -> None:
        self.feeds = feeds
        self.told = feeds.told()
        self.rejected = {
            name
            for record, _ in self.told.values()
            if is_rejecting(record) and len(names := own_names(record)) == 1
            for name in names
        }

    def findings(self, package: Installed) -> dict[str, Finding]:
        """By vulnerability."""
        said = [*self.speaking(package)]
        valid = [one for one in said if is_valid(one.record)]
        found = {}
        for vulnerability in sorted({name for one in valid for name in names(one, valid)} - self.rejected):
            about = [one for one in valid if vulnerability in names(one, valid)]
            deciding = deciders(package, vulnerability, about)
            holding = [one for one in deciding if holds(one, package)]
            if holding:
                found[vulnerability] = self._finding(package, vulnerability, about, deciding, holding)
        return found

    def speaking(self, package: Installed) -> Iterator[Said]:
        """The records that name a package, in each place that is read for it."""
        for place, rank in readings(package):
            for record, items in self.told.values():
                here = tuple(
                    item for item in items
                    if MEANT[item["package"]["ecosystem"]] == place and item["package"]["name"] == package.advised
                )  # fmt: skip
                if here:
                    yield Said(record, rank, here)

    def _finding(
        self, package: Installed, vulnerability: str, about: list[Said], deciding: list[Said], holding: list[Said]
    ) -> Finding:
        chosen = max(holding, key=lambda one: (rank_of(one.record), one.record["modified"], one.id))
        item = next(item for item in chosen.items if item_holds(item, package))
        severity, source, score = self._severity(chosen.record, item, vulnerability)
        fixed = fix(deciding, package)
        ended = package.place in self.feeds.ended  # whose builds these are
        status = max(_status(one, package) for one in holding)
        heard = [one for one in about if holds(one, package)]
        texts = {text for one in heard for text in (*_stated(one.record), one.id)} - {vulnerability}
        notes = sorted({note for one in holding for note in _notes(one, package)})
        return Finding(
            chosen.id,
            tuple(sorted(text for text in texts if text.endswith(vulnerability) or "CVE-" not in text)),
            fixed, severity, source, score,
            "fixed" if fixed else status or ("end-of-life" if ended else "not-yet"),
            "; ".join(filter(None, ["; ".join(notes), self._more(package, vulnerability, about, fixed)])),
            vulnerability in self.feeds.kev, self.feeds.kev.get(vulnerability, ""), self.feeds.epss.get(vulnerability),
        )  # fmt: skip

    def _more(self, package: Installed, vulnerability: str, about: list[Said], fixed: str) -> str:
        """What a finding notes beside what its deciders do: a fix of Ubuntu Pro, streams that cannot be told apart."""
        if package.place == "Ubuntu:22.04" and not fixed:
            pro = [*self.speaking(replace(package, place="Ubuntu:Pro:22.04"))]
            heard = {one.id for one in about}
            order = PLACES[package.main].order
            paid = [
                version for one in pro if one.rank == 2 and one.id in heard and is_valid(one.record)
                for item in one.items for version in fixes(item) if order(version) > order(package.version)
            ]  # fmt: skip
            return f"Ubuntu Pro has a fix in {min(paid, key=order)}" if paid else ""
        if package.doubt:
            return DOUBT.format(package.doubt)
        return ""

    def _severity(self, record: Record, item: Record, vulnerability: str) -> tuple[str, str, float | None]:
        word, source, score = severity(record)
        own = own_word(item)
        score = self._elsewhere(vulnerability) if score is None else score
        word = own or word
        if word != "unknown":
            return word, source, score
        return (rating(score), "cvss", score) if score is not None else ("unknown", "", None)

    def _elsewhere(self, vulnerability: str) -> float | None:
        """The score of another record about this CVE alone."""
        if not vulnerability.startswith("CVE-"):
            return None
        scored = [
            (record["severity"][0]["type"], score, record["id"]) for record, _ in self.told.values()
            if is_valid(record) and own_names(record) == {vulnerability} and (score := severity(record)[2]) is not None
        ]  # fmt: skip
        return max(scored)[1] if scored else None


def readings(package: Installed) -> list[tuple[str, int]]:
    """The places of which advisories are read for a package; the highest that speaks of a vulnerability decides."""
    place = package.place
    if place.startswith("TuxCare:"):
        return [(place, 2), (place.removeprefix("TuxCare:"), 0)]
    if place.startswith("Ubuntu:Pro:FIPS"):
        return [(place, 2), ("Ubuntu:Pro:22.04", 1), ("Ubuntu:22.04", 0)]
    if place == "Ubuntu:Pro:22.04":
        return [(place, 2), ("Ubuntu:22.04", 0)]
    if place.startswith("Red Hat:rhel_"):
        return [(place, 2), ("Red Hat:enterprise_linux:9", 0)]
    return [(place, 2)]


def names(one: Said, valid: Iterable[Said]) -> set[str]:
    """CVEs, else the GHSA id, else its own; what is no CVE goes under the lowest CVE that another one names beside it."""
    found = set()
    for name in own_names(one.record):
        beside = [
            own_names(other.record)
            for other in valid
            if name in {other.id, *_stated(other.record), *own_names(other.record)}
        ]
        cves = [min(ids) for ids in beside if len(ids) == 1 and min(ids).startswith("CVE-")]
        found.add(name if name.startswith("CVE-") or not cves else min(cves))
    return found


def deciders(package: Installed, vulnerability: str, about: list[Said]) -> list[Said]:
    """Of the highest place that speaks of it: Debian's tracker, else records about this CVE alone, else all."""
    best = [one for one in about if one.rank == max(other.rank for other in about)]
    alone = [one for one in best if ":" in package.place and one.id.endswith(f"-{vulnerability}")]
    return [one for one in alone if one.id.startswith("TRACKER-")] or alone or best


def holds(one: Said, package: Installed) -> bool:
    return any(item_holds(item, package) for item in one.items)


def item_holds(item: Record, package: Installed, version: str = "") -> bool:
    """Whether a statement about this build of the package calls a version affected, by default the installed one."""
    return is_of_build(item, package) and calls_affected(item, version or package.version, package)


def is_of_build(item: Record, package: Installed) -> bool:
    modules = modules_of(item)
    binaries = [one["binary_name"] for one in item.get("ecosystem_specific", {}).get("binaries", [])]
    in_module = (
        package.module in modules or (modules == ["*"] and package.module != "") or (not modules and not package.module)
    )
    return in_module and (not binaries or package.name in binaries)


def modules_of(item: Record) -> list[str]:
    return (STREAM.findall(item["title"]) or ["*"]) if any(".module+" in version for version in fixes(item)) else []


def calls_affected(item: Record, version: str, package: Installed) -> bool:
    if version in item.get("versions", []):
        return True
    order = PLACES[package.main].order
    try:
        order(version)
    except ValueError:
        return False
    return any(order(one) == order(version) for one in item.get("versions", [])) or any(
        _evaluated(one["events"], version, order) for one in item["ranges"]
    )


def _evaluated(events: Iterable[Mapping[str, str]], version: str, order: Callable[[str], Any]) -> bool:
    """ossf/osv-schema, "Evaluation"; events are drawn in the order of versions."""
    vulnerable = False
    for event in events:
        ((kind, stated),) = event.items()
        if kind == "introduced" and (stated == "0" or order(version) >= order(stated)):
            vulnerable = True
        elif (kind == "fixed" and order(version) >= order(stated)) or (
            kind == "last_affected" and order(version) > order(stated)
        ):
            vulnerable = False
    return vulnerable


def fix(deciding: list[Said], package: Installed) -> str:
    """The lowest version above the installed one that a decider names for this build, and none of them calls affected."""
    order = PLACES[package.main].order
    try:
        at = order(package.version)
    except ValueError:
        return ""
    named = {
        version for one in deciding for item in one.items if is_of_build(item, package)
        for version in fixes(item) if order(version) > at
    }  # fmt: skip
    good = [
        version for version in named if not any(item_holds(item, package, version) for one in deciding for item in one.items)
    ]
    return min(good or named, key=lambda version: (order(version), version), default="")


def fixes(item: Record) -> Iterator[str]:
    yield from (event["fixed"] for one in item["ranges"] for event in one["events"] if "fixed" in event)


def _stated(record: Record) -> list[str]:
    return [*record.get("aliases", []), *record.get("upstream", []), *(own_names(record) - {record["id"]})]


def _status(one: Said, package: Installed) -> str:
    said = [item.get("ecosystem_specific", {}).get("urgency", "") for item in one.items if item_holds(item, package)]
    return "end-of-life" if "end-of-life" in said else ""


def _notes(one: Said, package: Installed) -> Iterator[str]:
    for item in one.items:
        if item_holds(item, package) and item.get("ecosystem_specific", {}).get("urgency") == "unimportant":
            yield "unimportant, says Debian"
