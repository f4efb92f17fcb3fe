"""Real feeds: what SQL finds is what a plain reading of the records says, package by package."""

import json
import random
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.version import InvalidVersion as NotPep440
from packaging.version import Version

from hullmark.advisories.osv import NAMED
from hullmark.advisories.snapshot import FeedStore, sync
from hullmark.errors import InvalidVersion
from hullmark.purl import compared_name
from hullmark.settings import Settings
from hullmark.versions import key, scheme_of_ecosystem
from tests.conftest import shared_folder
from tests.matching.findings import matched, package

pytestmark = pytest.mark.slow

ECOSYSTEMS = ("Alpine", "Debian", "Go", "PyPI", "Ubuntu", "crates.io", "npm")
SAMPLE = 400  # packages of each ecosystem
# 20 packages without versions (../shared/feeds/README.md), 31 odd versions, 22 ends that end nothing
KNOWN_PROBLEMS = {"osv/PyPI": 73}


@pytest.fixture(scope="module")
def feeds() -> Path:
    return shared_folder("feeds")


@pytest.fixture(scope="module")
def store(feeds: Path, tmp_path_factory: pytest.TempPathFactory) -> FeedStore:
    made = FeedStore(str(tmp_path_factory.mktemp("store")))
    states = sync(made, Settings(feeds=str(feeds)), ECOSYSTEMS).to_pylist()
    assert {row["state"] for row in states} == {"fresh"}
    assert {row["feed"]: row["problems"] for row in states if row["problems"]} == KNOWN_PROBLEMS
    return made


def records(feeds: Path, ecosystem: str) -> Iterator[dict[str, Any]]:
    with zipfile.ZipFile(feeds / "osv" / ecosystem / "all.zip") as archive:
        for name in archive.namelist():
            record = json.loads(archive.read(name))
            text = f"{record.get('summary', '')} {record.get('details', '')}".strip()
            if not record.get("withdrawn") and not re.match(r"\*\* ?REJECT|Rejected reason:", text):
                yield record


@pytest.mark.parametrize("ecosystem", ECOSYSTEMS)
def test_as_a_plain_reading_of_the_records(feeds: Path, store: FeedStore, ecosystem: str) -> None:
    """Every advisory that holds a version is a name of one of its findings, and no finding rests on another one."""
    spoken: dict[tuple[str, str], list[tuple[str, dict[str, Any]]]] = {}
    for record in records(feeds, ecosystem):
        for item in record["affected"]:
            place = item.get("package", {}).get("ecosystem", "").removesuffix(":LTS")
            if place.partition(":")[0] == ecosystem:
                name = item["package"]["name"]
                spoken.setdefault((place, compared_name(NAMED.get(ecosystem, ""), name)), []).append((record["id"], item))
    rng = random.Random(17)  # noqa: S311  a sample
    # What comes from Ubuntu Pro is asked of two places (cases/ubuntu-pro.toml).
    spoken = {place: items for place, items in spoken.items() if not place[0].startswith("Ubuntu:Pro:")}
    chosen = rng.sample(sorted(spoken), min(SAMPLE, len(spoken)))
    packages = [
        package(place, name, version, path=place)
        for place, name in chosen
        for version in _versions(spoken[place, name], rng)
    ]
    decisive: dict[tuple[str, str, str], set[str]] = {}
    named: dict[tuple[str, str, str], set[str]] = {}
    for row in matched(store, packages).to_pylist():
        place = (row["path"], row["package"], row["version"])
        decisive.setdefault(place, set()).add(row["advisory"])
        named.setdefault(place, set()).update((row["advisory"], *row["aliases"]))
    assert len(packages) > SAMPLE / 4
    for one in packages:
        place = (one["path"], one["name"], one["version"])
        items = spoken[one["ecosystem"], one["name"]]
        about = [(number, item) for number, item in items if _speaks_of(item, one["name"])]
        stated = {number for number, item in about if _holds(item, one["version"], one["ecosystem"])}
        assert decisive.get(place, set()) <= stated <= named.get(place, set()), place


def _speaks_of(item: dict[str, Any], name: str) -> bool:
    """Whether it names no binary packages, or this one among them; packages here are called as their source."""
    named = item.get("ecosystem_specific", {}).get("binaries", [])
    return not named or name in {binary.get("binary_name") for binary in named}


def _versions(items: list[tuple[str, dict[str, Any]]], rng: random.Random) -> list[str]:
    stated = {
        version
        for _, item in items
        for range_ in item.get("ranges", [])
        if range_["type"] != "GIT"
        for event in range_["events"]
        for version in event.values()
    } | {version for _, item in items for version in item.get("versions", [])}
    stated = {version for version in stated - {"0"} if not re.search("esm|fips", version)}
    return rng.sample(sorted(stated), min(4, len(stated)))


def _holds(item: dict[str, Any], version: str, ecosystem: str) -> bool:
    if version in item.get("versions", []) or any(_same(version, other, ecosystem) for other in item.get("versions", [])):
        return True
    return any(_evaluated(one["events"], version, ecosystem) for one in item.get("ranges", []) if one["type"] != "GIT")


def _evaluated(events: list[dict[str, str]], version: str, ecosystem: str) -> bool:
    """ossf/osv-schema, "Evaluation"; a range with a version that cannot be ordered holds nothing."""
    try:
        at = _order(version, ecosystem)
        numbered = [(kind, _order(one, ecosystem)) for event in events for kind, one in event.items()]
    except (InvalidVersion, NotPep440):
        return False
    vulnerable = False
    for kind, place in sorted(numbered, key=lambda event: event[1]):
        if kind == "introduced" and at >= place:
            vulnerable = True
        elif (kind == "fixed" and at >= place) or (kind == "last_affected" and at > place):
            vulnerable = False
    return vulnerable


def _same(version: str, other: str, ecosystem: str) -> bool:
    try:
        return bool(_order(version, ecosystem) == _order(other, ecosystem))
    except (InvalidVersion, NotPep440):
        return False


def _order(version: str, ecosystem: str) -> Any:  # noqa: ANN401  a Version or bytes, below them the "0" of OSV
    scheme = str(scheme_of_ecosystem(ecosystem))
    if scheme == "pep440":
        return (0, Version("0")) if version == "0" else (1, Version(version))
    return b"" if version == "0" else key(scheme, version)


def test_known_answers(store: FeedStore) -> None:
    """Facts that anyone can look up."""
    packages = [
        package("npm", "lodash", "4.17.4"), package("PyPI", "Django", "3.2.4"), package("Debian:11", "openssl", "1.1.1k-1"),
        package("Ubuntu:22.04", "openssl", "3.0.2-0ubuntu1"), package("Alpine:v3.18", "openssl", "3.1.3-r0"),
    ]  # fmt: skip
    rows = {(row["package"], row["type"], row["vulnerability"]): row for row in matched(store, packages).to_pylist()}
    assert rows["lodash", "npm", "CVE-2019-10744"]["fixed_version"] == "4.17.12"
    assert rows["Django", "pypi", "CVE-2021-35042"]["severity"] == "critical"
    assert rows["openssl", "deb", "CVE-2022-0778"]["fixed_version"] in {"1.1.1k-1+deb11u2", "3.0.2-0ubuntu1"}
    assert rows["openssl", "apk", "CVE-2023-5363"]["fixed_version"] == "3.1.4-r0"
    assert ("openssl", "apk", "CVE-2023-0464") not in rows
    assert rows["openssl", "deb", "CVE-2022-3602"]["severity"] == "high"


def test_known_exploited(store: FeedStore) -> None:
    row = next(
        row
        for row in matched(
            store, [package("Debian:11", "sudo", "1.9.5p2-1"), package("Debian:10", "sudo", "1.8.27-1")]
        ).to_pylist()
        if row["vulnerability"] == "CVE-2021-3156"
    )
    assert row["kev"]
    assert row["kev_due"] is not None
    assert 0.5 < row["epss"] <= 1
