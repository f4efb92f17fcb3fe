"""The comparison, validity and range tables of ../shared: what the ecosystems' own tests and the peers state."""

from pathlib import Path

import pytest

from hullmark.errors import InvalidVersion
from hullmark.versions import key, schemes
from tests.conftest import shared_folder
from tests.versions.constraints import DIALECTS, satisfies
from tests.versions.material import HERE, sign, table_rows

# table: its scheme, and the least number of rows that it must have to be believed
TABLES = {
    "apk": ("apk", 9000), "bitnami": ("bitnami", 5), "crates": ("semver", 50), "debian": ("dpkg", 9000),
    "generic": ("generic", 20), "go": ("golang", 150), "maven": ("maven", 10000), "npm": ("npm", 50), "nuget": ("nuget", 40),
    "packagist": ("packagist", 6900), "pypi": ("pep440", 8000), "pypi-legacy": ("pep440", 45), "rpm": ("rpm", 1500),
    "rubygems": ("rubygems", 2700),
}  # fmt: skip
RANGES = {
    "apk": 20, "bitnami": 100, "debian": 30, "go": 3, "maven": 150, "npm": 200, "packagist": 70, "pypi": 200, "rpm": 15,
    "rubygems": 90, "semver": 60,
}  # fmt: skip
MIRROR = {"<": ">", ">": "<", "=": "="}
NOT_TABLES = {"disputed", "validity"}


@pytest.mark.parametrize("table", TABLES)
def test_every_row_of_the_table_holds_both_ways(table: str) -> None:
    scheme, least = TABLES[table]
    rows = list(table_rows(shared_folder("fixtures", "versions") / f"{table}.tsv"))
    wrong = {" ".join(row[:3]) for row in rows if not _holds_both_ways(scheme, *row[:3])}
    assert wrong == _declined(table)
    assert len(rows) >= least


@pytest.mark.parametrize("table", RANGES)
def test_every_row_of_the_ranges_holds(table: str) -> None:
    rows = list(table_rows(shared_folder("fixtures", "versions", "ranges") / f"{table}.tsv"))
    wrong = {" ".join(row[:3]) for row in rows if satisfies(table, row[0], row[1]) != (row[2] == "true")}
    assert wrong == _declined(f"ranges/{table}")
    assert len(rows) >= RANGES[table]


def test_no_table_is_left_out() -> None:
    folder = shared_folder("fixtures", "versions")
    assert {path.stem for path in folder.glob("*.tsv")} - NOT_TABLES == TABLES.keys()
    assert {path.stem for path in (folder / "ranges").glob("*.tsv")} - NOT_TABLES == RANGES.keys()
    assert {scheme for scheme, _ in TABLES.values()} | {scheme for scheme, _ in DIALECTS.values()} <= schemes().keys()
    declined = {row[0] for row in table_rows(HERE / "declined.tsv")}
    assert declined <= TABLES.keys() | {f"ranges/{table}" for table in RANGES}


def test_go_versions_are_valid_where_the_go_tool_says_so() -> None:
    assert [row for row in _validity("go") if _accepted("golang", row[0]) != row[1]] == []


def test_alpine_ranks_what_is_valid_and_puts_the_rest_below_it() -> None:
    for version, valid in _validity("apk"):
        if valid:
            assert key("apk", version)
        elif version[0].isdigit() and version != "0.1a1":  # a number after the letter is compared: sudo 1.9.5p2
            assert key("apk", version) < key("apk", _longest_valid(version)), version


def _validity(ecosystem: str) -> list[tuple[str, bool]]:
    path: Path = shared_folder("fixtures", "versions") / "validity.tsv"
    found = [(row[1], row[2] == "valid") for row in table_rows(path) if row[0] == ecosystem]
    assert len(found) > 15
    return found


def _accepted(scheme: str, version: str) -> bool:
    try:
        return bool(key(scheme, version))
    except InvalidVersion:
        return False


def _longest_valid(version: str) -> str:
    """The prefix that apk reads before the token that it does not understand, found from the other end."""
    valid = {"0.1", "0.1-r2", "0.1_pre2", "0.1_pre2-r1"}
    return max((prefix for prefix in valid if version.startswith(prefix)), key=len)


def _declined(table: str) -> set[str]:
    return {row for name, row, reason in table_rows(HERE / "declined.tsv") if name == table and len(reason) > 20}


def _holds_both_ways(scheme: str, left: str, operator: str, right: str) -> bool:
    try:
        first, second = key(scheme, left), key(scheme, right)
    except InvalidVersion:
        return False
    return sign(first, second) == operator and sign(second, first) == MIRROR[operator]
