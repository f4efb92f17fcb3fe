"""Random advisories as publishers would write them: OSV records of several feeds about a few packages and a few CVEs."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from packaging.version import Version
from univers.versions import DebianVersion, RpmVersion, SemverVersion

Record = dict[str, Any]
NAMES = tuple(f"p{number}" for number in range(4))
CVES = tuple(f"CVE-2024-{number}" for number in range(1000, 1010))
DEB = ("0.9-1", "1.0~rc1-1", "1.0-1", "1.0-1+deb12u1", "1.0-2", "1.0.1-1", "1.9-1", "1.10-1", "1:0.1-1")
RPM = ("0.9-1.el9", "1.0~rc1-1.el9", "1.0-1.el9", "1.0-2.el9", "1.9-1.el9", "1.10-1.el9", "1:0.1-1.el9")
ESM = ("1.0-1+esm1", "1.0-1+esm2", "1.9-1+esm1", "1.0-1+fips1", "1.9-1+fips2")
CARE = ("1.0-1+tuxcare.els1", "1.0-1+tuxcare.els2", "1.9-1+tuxcare.els1")
MODULAR = ("1.0-1.module+el9", "1.0-2.module+el9", "1.9-1.module+el9")
STREAMS = ("nodejs:16", "nodejs:18")
VECTORS = (
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N",
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere that advisories speak of: its feed, how records write it, its versions, and how ids begin there."""

    feed: str
    written: str
    versions: tuple[str, ...]
    order: Callable[[str], Any]
    kinds: tuple[str, ...]  # of ids; what ends with "CVE" is about one CVE


PLACES = {
    "PyPI": Place(
        "PyPI", "PyPI", ("0.9", "1.0rc1", "1.0", "1.0.post1", "1.1", "1.9", "1.10", "2.0"), Version, ("GHSA", "PYSEC")
    ),
    "npm": Place(
        "npm", "npm", ("0.9.0", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.9.0", "1.10.0", "2.0.0"), SemverVersion, ("GHSA", "MAL")
    ),
    "Debian:12": Place("Debian", "Debian:12", DEB, DebianVersion, ("DSA", "DEBIAN-CVE", "TRACKER-CVE")),
    "Debian:11": Place("Debian", "Debian:11", DEB, DebianVersion, ("DSA", "DEBIAN-CVE", "TRACKER-CVE")),
    "TuxCare:Debian:12": Place("TuxCare", "TuxCare:Debian:12", (*DEB, *CARE), DebianVersion, ("CLSA",)),
    "Ubuntu:22.04": Place("Ubuntu", "Ubuntu:22.04:LTS", DEB, DebianVersion, ("USN", "UBUNTU-CVE")),
    "Ubuntu:Pro:22.04": Place("Ubuntu", "Ubuntu:Pro:22.04:LTS", (*DEB, *ESM), DebianVersion, ("USN", "UBUNTU-CVE")),
    "Ubuntu:Pro:FIPS-updates:22.04": Place(
        "Ubuntu", "Ubuntu:Pro:FIPS-updates:22.04:LTS", (*DEB, *ESM), DebianVersion, ("USN", "UBUNTU-CVE")
    ),
    "Rocky Linux:9": Place("Rocky Linux", "Rocky Linux:9", RPM, RpmVersion, ("RLSA",)),
    "Red Hat:enterprise_linux:9": Place("Red Hat", "Red Hat:enterprise_linux:9::baseos", RPM, RpmVersion, ("RHSA",)),
    "Red Hat:rhel_eus:9.2": Place("Red Hat", "Red Hat:rhel_eus:9.2::baseos", RPM, RpmVersion, ("RHSA",)),
}
ENDING = ("Debian:11", "Debian:12", "Rocky Linux:9", "Ubuntu:22.04")  # releases of which some end
FEEDS = tuple(sorted({place.feed for place in PLACES.values()}))
MEANT = {place.written: name for name, place in PLACES.items()}


def new_record(rng: random.Random, feed: str) -> Record:
    """A record of a feed: a new one, or another word of an old one, whose id it has."""
    here = [name for name, place in PLACES.items() if place.feed == feed]
    kind = rng.choice(PLACES[here[0]].kinds)
    cve = rng.choice(CVES)
    number = rng.randint(1, 6)
    name = (
        f"{kind[:-3]}{cve}"
        if kind.endswith("CVE")
        else f"{kind}-{number:04}-aaaa-aaaa"
        if kind == "GHSA"
        else f"{kind}-{number}"
    )
    record: Record = {"id": name, "modified": f"2024-05-{rng.randint(1, 28):02}T00:00:00Z"}
    record |= _said(rng, feed, record["id"], cve)
    places = rng.sample(here, rng.randint(1, min(2, len(here))))
    record["affected"] = [
        item for place in places for package in rng.sample(NAMES, rng.randint(1, 3)) for item in _item(rng, place, package)
    ]
    if feed == "Rocky Linux":
        stream = f"{rng.choice(STREAMS)} " if rng.random() < 0.8 else ""
        record["summary"] = f"{rng.choice(['Important', 'Moderate', 'Low'])}: {stream}security update"
    return record


def _said(rng: random.Random, feed: str, name: str, cve: str) -> Record:
    """Whatever a record says beside versions."""
    said: Record = {"summary": f"{'** REJECT ** ' if rng.random() < 0.06 else ''}about {rng.randint(1, 99)}"}
    pool = [*rng.sample(CVES, 2), cve, f"GHSA-{rng.randint(1, 6):04}-aaaa-aaaa"]
    if not name.endswith(cve):
        field = rng.choice(["aliases", "upstream", "related"]) if feed not in {"PyPI", "npm"} else "aliases"
        said[field] = sorted({*rng.sample(pool, rng.randint(0, 2))} - {name})
    if rng.random() < 0.08:
        said["withdrawn"] = "2024-06-01T00:00:00Z"
    if rng.random() < 0.35:
        vector = rng.choice(VECTORS)
        said["severity"] = [{"type": f"CVSS_V{vector[5]}", "score": vector}]
    if feed == "Ubuntu" and rng.random() < 0.4:
        said["severity"] = [*said.get("severity", []), {"type": "Ubuntu", "score": rng.choice(["low", "medium", "high"])}]
    if feed in {"PyPI", "npm"} and rng.random() < 0.4:
        said["database_specific"] = {"severity": rng.choice(["LOW", "MODERATE", "CRITICAL"])}
    return said


def _item(rng: random.Random, place: str, package: str) -> Iterator[Record]:
    """What is said of one package; of modular rpms all versions have the mark of a module."""
    modular = place == "Rocky Linux:9" and rng.random() < 0.5
    versions = MODULAR if modular else PLACES[place].versions
    item: Record = {"package": {"ecosystem": PLACES[place].written, "name": package}}
    item["ranges"] = [
        {"type": "ECOSYSTEM", "events": _events(rng, versions, PLACES[place].order, modular)}
        for _ in range(rng.choice([1, 1, 1, 2] if modular else [0, 1, 1, 1, 2]))
    ]
    listed = (
        rng.sample(versions, rng.randint(0 if item["ranges"] else 1, 2)) if rng.random() < 0.3 or not item["ranges"] else []
    )
    item |= {"versions": listed} if listed else {}
    specific: Record = {}
    if place.startswith("Debian") and rng.random() < 0.5:
        specific["urgency"] = rng.choice(["unimportant", "low", "high", "not yet assigned", "low**", "end-of-life"])
    if place.startswith("Ubuntu") and rng.random() < 0.3:
        binaries = rng.sample([package, f"{package}-doc", f"{package}-bin"], rng.randint(1, 2))
        specific["binaries"] = [{"binary_name": name, "binary_version": "1"} for name in binaries]
    yield item | ({"ecosystem_specific": specific} if specific else {})


def _events(
    rng: random.Random, versions: tuple[str, ...], order: Callable[[str], Any], fixed_only: bool
) -> list[dict[str, str]]:
    chosen = sorted(rng.sample(versions, rng.randint(1, 3)), key=order)
    closing = "fixed" if fixed_only else rng.choice(["fixed", "fixed", "last_affected"])
    if rng.random() < 0.6 or fixed_only:
        head = [] if not fixed_only and rng.random() < 0.2 else [{closing: chosen[0]}]
        tail = [{kind: version} for kind, version in zip(("introduced", closing), chosen[1:], strict=False)] if head else []
        return [{"introduced": "0"}, *head, *tail]
    return [{kind: version} for kind, version in zip(("introduced", closing, "introduced"), chosen, strict=False)]
