"""Trivy's golden findings beside those that ../shared/feeds give for the same packages; a difference needs a reason.

`golden_declined.tsv` has them: `*` is any package or vulnerability, column `finding` means that Hullmark finds nothing, and
`ours` is what Hullmark says.
"""

import csv
from pathlib import Path

import pytest

from hullmark.advisories.snapshot import FeedStore, sync
from hullmark.settings import Settings
from tests.conftest import shared_folder
from tests.matching.findings import matched, package

pytestmark = pytest.mark.slow

RELEASES = {
    ("alpine", "3.10.2"): "Alpine:v3.10", ("debian", "9.9"): "Debian:9", ("debian", "10.1"): "Debian:10",
    ("debian", "10.2"): "Debian:10", ("ubuntu", "18.04"): "Ubuntu:18.04", ("ubuntu", "22.04"): "Ubuntu:22.04",
    ("alma", "8.5"): "AlmaLinux:8", ("amazon", "2 (Karoo)"): "Amazon Linux:2",
    ("centos", "7.6.1810"): "Red Hat:enterprise_linux:7", ("cbl-mariner", "1.0"): "Azure Linux:1",
    ("opensuse-leap", "15.1"): "openSUSE:Leap 15.1",
}  # fmt: skip
LANGUAGES = {"cargo": "crates.io", "gemspec": "RubyGems", "jar": "Maven"}
COLUMNS = ("fixed_version", "severity")
Row = dict[str, str]


def table(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def ecosystem_of(row: Row) -> str:
    return LANGUAGES.get(row["type"]) or RELEASES.get((row["os_family"], row["os_version"]), "")


def sources(golden: Path) -> dict[tuple[str, str], Row]:
    return {(row["name"], row["version"]): row for path in (golden / "packages").glob("*.tsv") for row in table(path)}


def test_golden_findings(tmp_path: Path) -> None:
    golden = shared_folder("fixtures", "trivy-golden")
    stated, installed = table(golden / "vulnerabilities.tsv"), sources(golden)
    store, names = (
        FeedStore(str(tmp_path)),
        ("AlmaLinux", "Alpine", "Amazon Linux", "Debian", "Maven", "Red Hat", "RubyGems", "Ubuntu", "crates.io"),
    )
    sync(store, Settings(feeds=str(shared_folder("feeds"))), names)
    packages = []
    for row in stated:
        origin = installed.get((row["package"], row["installed_version"]), {})
        packages.append(package(ecosystem_of(row), row["package"], row["installed_version"], path=row["golden"],
            advisory_name=origin.get("source_name") or row["package"],
            advisory_version=origin.get("source_version") or row["installed_version"]))  # fmt: skip
    found = {(row["path"], row["package"], row["vulnerability"]): row for row in matched(store, packages).to_pylist()}
    differences = {one for row in stated for one in _differences(row, found.get(_identity(row)))}
    declined = table(Path(__file__).parent / "golden_declined.tsv")
    unexplained = {one for one in differences if not any(_explains(row, one) for row in declined)}
    assert unexplained == set()
    assert [row for row in declined if not any(_explains(row, one) for one in differences)] == []
    assert len(found.keys() & {_identity(row) for row in stated}) >= 23


def _identity(row: Row) -> tuple[str, str, str]:
    return row["golden"], row["package"], row["vulnerability"]


def _differences(row: Row, ours: Row | None) -> list[tuple[str, ...]]:
    if ours is None:
        return [(*_identity(row), "finding", "")]
    stated = {name: row[name].lower() for name in COLUMNS}
    return [(*_identity(row), name, ours[name]) for name in COLUMNS if ours[name] != stated[name]]


def _explains(row: Row, difference: tuple[str, ...]) -> bool:
    pattern = (row["golden"], row["package"], row["vulnerability"], row["column"], row["ours"])
    return all(one in ("*", other) for one, other in zip(pattern, difference, strict=True))
