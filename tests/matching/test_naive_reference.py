"""Random packages and advisories: what the SQL finds is what a plain loop finds, with its name, its decider and its fix.

The loop knows nothing of keys or intervals: versions are compared by `packaging` and `univers`, Alpine's, R's and
Bitnami's as their manuals say, and events are evaluated as OSV's pseudo-code says. Every package has a world of its own, so
one match compares them all.
"""

import gzip
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cmp_to_key
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version
from univers.versions import (
    ComposerVersion,
    DebianVersion,
    MavenVersion,
    NugetVersion,
    RpmVersion,
    RubygemsVersion,
    SemverVersion,
)

from hullmark.advisories.snapshot import FeedStore
from hullmark.distro import _FAMILIES, _HARDENED, LANGUAGES
from tests.advisories.feeds import read, write_osv
from tests.matching.findings import matched, package
from tests.versions.oracles import apk_order

WORLDS = 300  # of each ecosystem
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ecosystem:
    """How versions are drawn, and how a loop compares them."""

    name: str
    versions: tuple[str, ...]
    order: Callable[[str], Any]
    bulletin: str  # how ids of what may speak of several CVEs begin
    about_one: str  # how those begin that speak of one; "" where there is no such thing
    copied: str = ""  # how those begin of which they are copies, and which decide before them


ALPINE = cmp_to_key(apk_order)
DEB = ("0.9-1", "1.0~rc1-1", "1.0-1", "1.0-1+deb12u1", "1.0-2", "1.0.1-1", "1.9-1", "1.10-1", "1:0.1-1")
RPM = ("0.9-1", "1.0~rc1-1", "1.0-1", "1.0-1.1", "1.0^git1-1", "1.0.1-1", "1.9-1", "1.10-1", "1:0.1-1")
APK = ("0.9-r0", "1.0_rc1-r0", "1.0-r0", "1.0-r1", "1.0_p1-r0", "1.0.1-r0", "1.9-r0", "1.10-r0", "1.10a-r0")
SEMVER = ("0.9.0", "1.0.0-alpha.2", "1.0.0-alpha.10", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.9.0", "1.10.0", "2.0.0")
MAVEN = ("0.9", "1.0-alpha-1", "1.0-rc1", "1.0", "1.0.1", "1.1-SNAPSHOT", "1.9", "1.10", "2.0.Final")
CRAN = ("0.9", "1.0", "1.0-1", "1.0.2", "1.0-10", "1.9", "1.10", "2.0")
BITNAMI = ("0.9.0", "1.0.0-rc1", "1.0.0", "1.0.0-1", "1.0.0-10", "1.0.1", "1.9.0", "1.10.0")


def r_order(version: str) -> tuple[int, ...]:
    """`package_version` of R: numbers one by one, and fewer before more."""
    return tuple(int(number) for number in re.split("[.-]", version))


def bitnami_order(version: str) -> tuple[tuple[int, ...], int, tuple[int | str, ...]]:
    """A number behind the hyphen is a revision of the release, a word a version before it."""
    numbers, _, more = version.partition("-")
    return r_order(numbers), 1 if more.isdigit() else -1 if more else 0, (int(more) if more.isdigit() else more,)


ECOSYSTEMS = (
    Ecosystem("PyPI", ("0.9", "1.0rc1", "1.0", "1.0.post1", "1.1", "1.9", "1.10", "2.0"), Version, "PYSEC-", ""),
    Ecosystem("Debian:12", DEB, DebianVersion, "DSA-", "DEBIAN-", "TRACKER-"),
    Ecosystem("Ubuntu:22.04", DEB, DebianVersion, "USN-", "UBUNTU-"),
    Ecosystem("Alpine:v3.18", APK, ALPINE, "X-", "ALPINE-"),
    Ecosystem("Alpaquita:23", APK, ALPINE, "X-", "BELL-"),
    Ecosystem("Wolfi", APK, ALPINE, "CGA-", ""),
    Ecosystem("Chainguard", APK, ALPINE, "CGA-", ""),
    Ecosystem("BellSoft Hardened Containers:23", APK, ALPINE, "X-", "BELL-"),
    Ecosystem("CleanStart", APK, ALPINE, "CLEANSTART-", ""),
    Ecosystem("MinimOS", APK, ALPINE, "MINI-", ""),
    Ecosystem("Echo", DEB, DebianVersion, "ECHO-", ""),
    Ecosystem("Docker Hardened Images:Debian:13", DEB, DebianVersion, "X-", "DHI-"),
    Ecosystem("Docker Hardened Images:Alpine:3.24", APK, ALPINE, "X-", "DHI-"),
    Ecosystem("Azure Linux:3", RPM, RpmVersion, "AZL-", ""),
    Ecosystem("Mageia:9", RPM, RpmVersion, "MGASA-", ""),
    Ecosystem("Photon OS:5.0", RPM, RpmVersion, "PHSA-", ""),
    Ecosystem("SUSE:Linux Enterprise Micro 5.4", RPM, RpmVersion, "SUSE-SU-", ""),
    Ecosystem("openEuler:24.03-LTS", RPM, RpmVersion, "OESA-", ""),
    Ecosystem("AlmaLinux:9", RPM, RpmVersion, "ALSA-", ""),
    Ecosystem("Rocky Linux:9", RPM, RpmVersion, "RLSA-", ""),
    Ecosystem("Red Hat:enterprise_linux:9", RPM, RpmVersion, "RHSA-", ""),
    Ecosystem("openSUSE:Leap 15.5", RPM, RpmVersion, "openSUSE-SU-", ""),
    Ecosystem("npm", SEMVER, SemverVersion, "MAL-", ""),
    Ecosystem("Go", SEMVER, SemverVersion, "GO-", ""),
    Ecosystem("crates.io", SEMVER, SemverVersion, "RUSTSEC-", ""),
    Ecosystem("Hex", SEMVER, SemverVersion, "EEF-", ""),
    Ecosystem("NuGet", ("0.9.0", "1.0.0-alpha", "1.0.0-rc1", "1.0.0", "1.0.0.1", "1.9.0", "1.10.0"), NugetVersion, "X-", ""),
    Ecosystem("Maven", MAVEN, MavenVersion, "X-", ""),
    Ecosystem("RubyGems", ("0.9", "1.0.a", "1.0.rc1", "1.0", "1.0.1", "1.9", "1.10", "2.0.pre"), RubygemsVersion, "X-", ""),
    Ecosystem("Pub", SEMVER, SemverVersion, "X-", ""),
    Ecosystem("SwiftURL", SEMVER, SemverVersion, "X-", ""),
    Ecosystem("CRAN", CRAN, r_order, "RSEC-", ""),
    Ecosystem("Bitnami", BITNAMI, bitnami_order, "BIT-", ""),
    Ecosystem(
        "Packagist", ("0.9.0", "1.0.0-alpha1", "1.0.0-rc1", "1.0.0", "1.0.1", "1.9.0", "1.10.0"), ComposerVersion, "X-", ""
    ),
)


def records_of(rng: random.Random, place: Ecosystem, world: int) -> Iterator[Record]:
    """Up to four advisories about one package, which share up to two CVEs and a GHSA id in every way there is."""
    cves = [f"CVE-2024-{10 * world + number + 1000}" for number in (0, 1)]
    github = f"GHSA-{world:04}-aaaa-aaaa"
    kinds = [f"{place.bulletin}{world}-1", f"{place.bulletin}{world}-2", github, f"{place.about_one}{rng.choice(cves)}"]
    kinds += [f"{place.copied}{rng.choice(cves)}"] if place.copied else []
    for name in rng.sample(kinds, rng.randint(1, len(kinds))):
        pool = [*cves, github]
        aliases = (
            []
            if name.startswith((place.about_one or "CVE-", place.copied or "CVE-"))
            else rng.sample(pool, rng.randint(0, 2))
        )
        item: Record = {"package": {"ecosystem": place.name, "name": f"p{world}"}}
        item["ranges"] = [{"type": "ECOSYSTEM", "events": list(_events(rng, place))} for _ in range(rng.randint(0, 2))]
        item["versions"] = rng.sample(place.versions, rng.randint(0 if item["ranges"] else 1, 2))
        yield {
            "id": name,
            "modified": f"2024-05-{rng.randint(1, 28):02}T00:00:00Z",
            "aliases": sorted(set(aliases) - {name}),
            "affected": [item],
        } | ({"withdrawn": "2024-06-01T00:00:00Z"} if rng.random() < 0.15 else {})


def _events(rng: random.Random, place: Ecosystem) -> Iterator[dict[str, str]]:
    closing = rng.choice(["fixed", "fixed", "last_affected"])
    chosen = sorted(rng.sample(place.versions, rng.randint(1, 4)), key=place.order)
    if rng.random() < 0.5:
        yield {"introduced": "0"}
        chosen = chosen[: 2 * (len(chosen) // 2) + 1]
        kinds = [closing, "introduced"] * 2
    else:
        kinds = ["introduced", closing] * 2
    yield from ({kind: version} for kind, version in zip(kinds, chosen, strict=False))


@pytest.mark.parametrize("place", ECOSYSTEMS, ids=lambda place: place.name)
@pytest.mark.parametrize("seed", [1, 2])
def test_as_a_plain_loop(tmp_path: Path, place: Ecosystem, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311  a sample
    worlds = {f"p{world}": list(records_of(rng, place, world)) for world in range(WORLDS)}
    base = place.name.partition(":")[0]
    write_osv(tmp_path / "feeds", *(record for records in worlds.values() for record in records), ecosystem=base)
    compare(read(tmp_path / "feeds", base), worlds, place)


def compare(store: FeedStore, worlds: dict[str, list[Record]], place: Ecosystem) -> None:
    """Every package of every world in every version: as the loop says."""
    packages = [package(place.name, name, version, path=version) for name in worlds for version in place.versions]
    found = {
        (row["package"], row["version"], row["vulnerability"]): (row["fixed_version"], row["advisory"])
        for row in matched(store, packages).to_pylist()
    }
    expected = {
        (name, version, vulnerability): answer
        for name, records in worlds.items()
        for version in place.versions
        for vulnerability, answer in loop(records, version, place)
    }
    assert len(expected) > WORLDS
    assert 2 * sum(len(records) * len(place.versions) for records in worlds.values()) >= 10_000  # pairs of both seeds
    assert found == expected


AMAZON = Ecosystem("Amazon Linux:2023", RPM, RpmVersion, "ALAS2023-", "")


@pytest.mark.parametrize("seed", [1, 2])
def test_amazon_as_a_plain_loop(tmp_path: Path, seed: int) -> None:
    """Its updates are no records of OSV: each names CVEs, and of each package the version that has the fix."""
    rng = random.Random(seed)  # noqa: S311  a sample
    worlds = {f"p{world}": list(updates_of(rng, world)) for world in range(2 * WORLDS)}
    content = "".join(update_xml(record) for records in worlds.values() for record in records)
    packed = gzip.compress(f"<updates>{content}</updates>".encode())
    folder = tmp_path / "feeds" / "alas" / "al2023" / "core" / "x86_64" / "repodata"
    folder.mkdir(parents=True)
    (folder / "u.xml.gz").write_bytes(packed)
    (folder / "repomd.xml").write_text(
        '<repomd><data type="updateinfo"><location href="repodata/u.xml.gz"/></data></repomd>'
    )
    compare(read(tmp_path / "feeds", "Amazon Linux"), worlds, AMAZON)


def updates_of(rng: random.Random, world: int) -> Iterator[Record]:
    cves = [f"CVE-2024-{10 * world + number + 1000}" for number in range(3)]
    for number in range(rng.randint(1, 4)):
        item: Record = {"package": {"name": f"p{world}"}, "versions": []}
        item["ranges"] = [
            {"events": [{"introduced": "0"}, {"fixed": version}]} for version in rng.sample(RPM, rng.randint(1, 2))
        ]
        yield {
            "id": f"ALAS2023-{world}-{number}", "modified": f"2024-05-{rng.randint(1, 28):02} 00:00:00",
            "aliases": sorted(rng.sample(cves, rng.randint(1, 3))), "affected": [item],
        }  # fmt: skip


def update_xml(record: Record) -> str:
    item = record["affected"][0]
    versions = [range_["events"][1]["fixed"] for range_ in item["ranges"]]
    stated = [(version.rpartition(":")[0] or "0", *version.rpartition(":")[2].split("-")) for version in versions]
    builds = "".join(
        f'<package name="{item["package"]["name"]}" epoch="{epoch}" version="{version}" release="{release}" arch="{arch}"/>'
        for epoch, version, release in stated
        for arch in ("x86_64", "aarch64")
    )
    named = "".join(f'<reference id="{cve}" type="cve"/>' for cve in record["aliases"])
    return (
        f"<update><id>{record['id']}</id><updated date='{record['modified']}'/><references>{named}</references>"
        f"<pkglist><collection>{builds}</collection></pkglist></update>"
    )


def test_every_place_of_packages_is_here() -> None:
    """The ecosystems that a package can have, whatever its system or language."""
    systems = {family.name for family in (*_FAMILIES.values(), *_HARDENED.values())} - {""}
    covered = {place.name.partition(":")[0] for place in (*ECOSYSTEMS, AMAZON)}
    assert systems | set(LANGUAGES.values()) == covered


def loop(records: list[Record], version: str, place: Ecosystem) -> Iterator[tuple[str, tuple[str, str]]]:
    """(vulnerability, (fixed version, advisory)) of one version."""
    valid = [record for record in records if "withdrawn" not in record]
    for vulnerability in sorted({name for record in valid for name in names(record, valid)}):
        about = [record for record in valid if vulnerability in names(record, valid)]
        alone = [record for record in about if place.about_one and record["id"] == place.about_one + vulnerability]
        origin = [record for record in about if place.copied and record["id"] == place.copied + vulnerability]
        deciding = origin or alone or about
        holding = [record for record in deciding if holds(record, version, place)]
        if holding:
            # None has a severity, so the one modified last is named.
            named = max(holding, key=lambda record: (record["modified"], record["id"]))
            yield vulnerability, (fix(deciding, version, place), named["id"])


def names(record: Record, valid: list[Record]) -> set[str]:
    """CVEs, else the GHSA id, else its own; what is no CVE goes under the lowest CVE that another one names beside it."""
    own = _own_names(record)
    if any(name.startswith("CVE-") for name in own):
        return own
    (name,) = own
    others = [(one, _own_names(one)) for one in valid if name in {one["id"], *one["aliases"]}]
    return {min((min(ids) for _, ids in others if len(ids) == 1 and min(ids).startswith("CVE-")), default=name)}


def _own_names(record: Record) -> set[str]:
    stated = [re.sub(r"^[A-Z]+-(?=CVE-)", "", record["id"]), *record["aliases"]]
    cves = {name for name in stated if name.startswith("CVE-")}
    github = sorted(name for name in stated if name.startswith("GHSA-"))
    return cves or set(github[:1]) or {record["id"]}


def holds(record: Record, version: str, place: Ecosystem) -> bool:
    item = record["affected"][0]
    return version in item["versions"] or any(_evaluated(one["events"], version, place) for one in item["ranges"])


def _evaluated(events: list[dict[str, str]], version: str, place: Ecosystem) -> bool:
    vulnerable = False
    for event in events:  # drawn in version order
        ((kind, stated),) = event.items()
        if kind == "introduced" and (stated == "0" or place.order(version) >= place.order(stated)):
            vulnerable = True
        elif (kind == "fixed" and place.order(version) >= place.order(stated)) or (
            kind == "last_affected" and place.order(version) > place.order(stated)
        ):
            vulnerable = False
    return vulnerable


def fix(deciding: list[Record], version: str, place: Ecosystem) -> str:
    """The lowest named fix above the version that nobody who decides calls affected; else the lowest; else ""."""
    named = {
        event["fixed"]
        for record in deciding
        for range_ in record["affected"][0]["ranges"]
        for event in range_["events"]
        if "fixed" in event and place.order(event["fixed"]) > place.order(version)
    }
    good = [one for one in named if not any(holds(record, one, place) for record in deciding)]
    return min(good or named, key=place.order, default="")
