"""Trivy's golden reports, all of them: its advisories, written as OSV, matched with its package lists, give its findings."""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.advisories.feeds import read, write_osv
from tests.conftest import shared_folder
from tests.matching.findings import matched, package
from tests.matching.golden_advisories import golden_records

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Report:
    """A golden report: its list of packages ("": those that it names), where its advisories stand.

    `kind` is the type of its rows, where it has several; `only` what its command line left of the findings.
    """

    name: str
    packages: str
    file: str
    bucket: str
    ecosystem: str
    kind: str = ""
    only: Callable[[Row], bool] = lambda _row: True


def fixed(row: Row) -> bool:
    return bool(row["fixed_version"])


BUSTER = ("debian-buster", "debian", "debian 10", "Debian:10")
BIONIC = ("ubuntu-18.04", "ubuntu", "ubuntu 18.04", "Ubuntu:18.04:LTS")
CENTOS = ("", "redhat", "Red Hat", "Red Hat:enterprise_linux:7")
REPORTS = [
    Report("almalinux-8", "", "almalinux", "alma 8", "AlmaLinux:8"),
    Report("alpine-310", "alpine-310", "alpine", "alpine 3.10", "Alpine:v3.10"),
    # Amazon's feed is none of OSV's; what it becomes has this form.
    Report("amazon-2", "amazon-2", "amazon", "amazon linux 2", "Rocky Linux:2"),
    Report("busybox-with-lockfile", "", "rust", "cargo::Open Source Vulnerability", "crates.io"),
    Report("centos-7", *CENTOS),
    Report("centos-7-ignore-unfixed", *CENTOS, only=fixed),
    Report("centos-7-medium", *CENTOS, only=lambda row: fixed(row) and row["vulnerability"] == "CVE-2019-1559"),
    Report("debian-buster", *BUSTER),
    Report("debian-buster-ignore-unfixed", *BUSTER, only=fixed),
    Report("distroless-base", "gcr.io-distroless-base-latest", "debian", "debian 9", "Debian:9"),
    Report("fluentd-gems", "", "debian", "debian 10", "Debian:10", "debian"),
    Report("fluentd-gems", "", "ruby", "rubygems::GitHub Security Advisory RubyGems", "RubyGems", "gemspec"),
    Report("mariner-1.0", "", "mariner", "CBL-Mariner 1.0", "Azure Linux:1"),
    Report("opensuse-leap-151", "opensuse-leap-151", "opensuse", "openSUSE Leap 15.1", "openSUSE:Leap 15.1"),
    Report("oraclelinux-8", "", "oracle", "Oracle Linux 8", "Oracle Linux:8"),
    Report("spring4shell-jre8", "", "java", "maven::GitHub Security Advisory Maven", "Maven"),
    Report("ubuntu-1804", *BIONIC),
    Report("ubuntu-1804-ignore-unfixed", *BIONIC, only=fixed),
    Report("ubuntu-gp2-x86-vm", "", "ubuntu", "ubuntu 22.04", "Ubuntu:22.04:LTS"),
]
STATES = {"fixed": "fixed", "affected": "not-yet", "will_not_fix": "will-not-fix", "end_of_life": "end-of-life"}
SOURCES = {"libidn2-0": "libidn2"}  # of packages that no list has


@pytest.fixture(scope="module")
def golden() -> Path:
    return shared_folder("fixtures", "trivy-golden")


def table(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_every_report_is_here(golden: Path) -> None:
    assert sorted({one.name for one in REPORTS}) == sorted(path.stem for path in golden.glob("*.json"))


@pytest.mark.parametrize("report", REPORTS, ids=[f"{one.name} {one.kind}".rstrip() for one in REPORTS])
def test_as_trivy_says(tmp_path: Path, golden: Path, report: Report) -> None:
    base = report.ecosystem.partition(":")[0]
    records = golden_records(golden / "db" / f"{report.file}.yaml", report.bucket, report.ecosystem)
    write_osv(tmp_path / "feeds", *records, ecosystem=base)
    stated = {
        (row["package"], row["installed_version"], row["vulnerability"]): row
        for row in table(golden / "vulnerabilities.tsv")
        if row["golden"] == report.name and report.kind in ("", row["type"])
    }
    if report.packages:
        listed = table(golden / "packages" / f"{report.packages}.tsv")
    else:
        listed = [{"name": name, "version": version, "source_name": "", "source_version": ""} for name, version, _ in stated]
    is_source = base in {"Debian", "Ubuntu", "Alpine"}  # whose advisories are about source packages
    packages = [
        package(
            report.ecosystem.removesuffix(":LTS"), row["name"], row["version"],
            advisory_name=(is_source and (row["source_name"] or SOURCES.get(row["name"]))) or row["name"],
            advisory_version=(is_source and row["source_version"]) or row["version"],
        )
        for row in listed
    ]  # fmt: skip
    rows = matched(read(tmp_path / "feeds", base), packages).to_pylist()
    found = {(row["package"], row["version"], row["vulnerability"]): row for row in rows if report.only(row)}
    # A list is of another build of the image than the report in a few packages.
    same = {one[:2] for one in stated} & {(row["name"], row["version"]) for row in packages}
    assert same
    assert {one for one in found if one[:2] in same} == {one for one in stated if one[:2] in same}
    for one in (one for one in found if one[:2] in same):
        fixes = set(
            re.split(r"[\s,<>=]+", stated[one]["fixed_version"])
        )  # Trivy prints constraints and the fix of every branch
        assert found[one]["fixed_version"].removeprefix("0:") in fixes, one
        assert found[one]["fix_state"] == STATES[stated[one]["status"]], one
