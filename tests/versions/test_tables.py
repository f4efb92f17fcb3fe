"""The comparison, validity and range tables of ../shared: what the ecosystems' own tests and the peers state."""

from pathlib import Path

import pytest

from hullmark.errors import InvalidVersion
from hullmark.versions import key
from tests.conftest import shared_folder
from tests.versions.material import sign, table_rows

TABLES = {
    "debian": "dpkg",
    "apk": "apk",
    "pypi": "pep440",
    "npm": "npm",
    "go": "golang",
    "crates": "semver",
    "maven": "maven",
    "nuget": "nuget",
    "packagist": "packagist",
    "rpm": "rpm",
    "rubygems": "rubygems",
}
MIRROR = {"<": ">", ">": "<", "=": "="}
LEAST_ROWS = {
    "debian": 9000,
    "apk": 9000,
    "pypi": 8000,
    "npm": 50,
    "go": 150,
    "crates": 50,
    "maven": 10000,
    "nuget": 40,
    "packagist": 6900,
    "rpm": 1500,
    "rubygems": 2700,
}

DECLINED = {"nuget": {("0", "<", "0.0.0-0")}, "rubygems": {("v3.1.1", ">", "4.0.0.rc1")}}

RANGES = {"apk": "apk", "debian": "dpkg", "go": "golang", "semver": "semver"}
OPERATORS = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "=": "=", "": "="}
# HashiCorp's reading, where a dot inside a prerelease may stand for a hyphen; semver.org knows no such equality.
DISPUTED_RANGES = {("1.0.0.alpha.beta", "= 1.0.0-alpha-beta"), ("1.0.0.rc.alpha", "= 1.0.0-rc-alpha")}


@pytest.mark.parametrize("table", TABLES)
def test_every_row_of_the_table_holds_both_ways(table: str) -> None:
    scheme = TABLES[table]
    rows = list(table_rows(shared_folder("fixtures", "versions") / f"{table}.tsv"))
    wrong = []
    for left, operator, right, source in rows:
        if (left, operator, right) in DECLINED.get(table, {}):
            continue
        first, second = key(scheme, left), key(scheme, right)
        if sign(first, second) != operator or sign(second, first) != MIRROR[operator]:
            wrong.append((left, operator, right, source))
    assert not wrong
    assert len(rows) > LEAST_ROWS[table]


def test_go_versions_are_valid_where_the_go_tool_says_so() -> None:
    assert [row for row in _validity("go") if _accepted("golang", row[0]) != row[1]] == []


def test_alpine_ranks_what_is_valid_and_puts_the_rest_below_it() -> None:
    for version, valid in _validity("apk"):
        if valid:
            assert key("apk", version)
        elif version[0].isdigit() and version != "0.1a1":  # a number after the letter is compared: sudo 1.9.5p2
            assert key("apk", version) < key("apk", _longest_valid(version)), version


@pytest.mark.parametrize("table", RANGES)
def test_every_simple_range_row_holds(table: str) -> None:
    rows = list(table_rows(shared_folder("fixtures", "versions", "ranges") / f"{table}.tsv"))
    for version, constraint, satisfied, _ in rows:
        if (version, constraint.strip()) not in DISPUTED_RANGES:
            assert _satisfies(RANGES[table], version, constraint) == (satisfied == "true"), (version, constraint)
    assert rows


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


def _satisfies(scheme: str, version: str, constraint: str) -> bool:
    return any(all(_holds(scheme, version, term.strip()) for term in side.split(",")) for side in constraint.split("||"))


def _holds(scheme: str, version: str, term: str) -> bool:
    operator = term[: len(term) - len(term.lstrip("<>="))]
    bound = term.removeprefix(operator).strip()
    return not bound or sign(key(scheme, version), key(scheme, bound)) in OPERATORS[operator]
