"""Trivy's golden reports: its advisories, written as OSV, matched with its package lists, give its findings."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.advisories.feeds import read, record, write_osv
from tests.conftest import shared_folder
from tests.matching.findings import matched, package

# golden report, its list of packages, Trivy's bucket, OSV ecosystem
REPORTS = [
    ("alpine-310", "alpine-310", "alpine 3.10", "Alpine:v3.10"),
    ("debian-buster", "debian-buster", "debian 10", "Debian:10"),
    ("distroless-base", "gcr.io-distroless-base-latest", "debian 9", "Debian:9"),
    ("ubuntu-1804", "ubuntu-18.04", "ubuntu 18.04", "Ubuntu:18.04:LTS"),
]


@pytest.fixture(scope="module")
def golden() -> Path:
    return shared_folder("fixtures", "trivy-golden")


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def advisories(path: Path, bucket: str, ecosystem: str) -> Iterator[dict[str, Any]]:
    """Trivy's fixtures: bucket -> source package -> CVE -> fixed version, or none."""
    prefix = ecosystem.partition(":")[0].upper()
    for release in yaml.safe_load(path.read_text(encoding="utf-8")):
        if release["bucket"] != bucket:
            continue
        for source in release["pairs"]:
            for pair in source["pairs"]:
                fixed = pair["value"].get("FixedVersion")
                events = [{"introduced": "0"}, *([{"fixed": fixed}] if fixed else [])]
                name = f"{prefix}-{pair['key']}-{source['bucket']}"
                yield record(name, ecosystem, source["bucket"], events, upstream=[pair["key"]])


@pytest.mark.parametrize("case", REPORTS, ids=[case[0] for case in REPORTS])
def test_as_trivy_says(tmp_path: Path, golden: Path, case: tuple[str, str, str, str]) -> None:
    report, listed, bucket, ecosystem = case
    base = ecosystem.partition(":")[0]
    write_osv(tmp_path / "feeds", *advisories(golden / "db" / f"{base.lower()}.yaml", bucket, ecosystem), ecosystem=base)
    stated = {
        (row["package"], row["installed_version"], row["vulnerability"], row["fixed_version"])
        for row in table(golden / "vulnerabilities.tsv")
        if row["golden"] == report
    }
    installed = {(name, version) for name, version, _, _ in stated}
    packages = [
        package(ecosystem.removesuffix(":LTS"), row["name"], row["version"], advisory_name=row["source_name"] or row["name"],
                advisory_version=row["source_version"] or row["version"])
        for row in table(golden / "packages" / f"{listed}.tsv")
    ]  # fmt: skip
    rows = matched(read(tmp_path / "feeds", base), packages).to_pylist()
    found = {(row["package"], row["version"], row["vulnerability"], row["fixed_version"]) for row in rows}
    same = installed & {(row["name"], row["version"]) for row in packages}
    assert same
    assert {one for one in found if one[:2] in same} == {one for one in stated if one[:2] in same}
    assert len(rows) == len(found)
