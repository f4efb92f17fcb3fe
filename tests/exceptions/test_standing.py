"""Which findings an exception or a VEX statement settles: one table of cases, worked out by hand (see `standing.py`)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from shutil import copytree

import pytest

from hullmark.exceptions import Scope
from hullmark.lake.store import Lake
from tests.exceptions import standing
from tests.exceptions.standing import APP, INDEX, NOW, WEB

A, B, W = "team-a/app", "team-b/app", "team-a/web"
ALL = [f"{place} {number}" for place in (A, W, B) for number in (1, 2, 3)]
EXCEPTIONS: list[tuple[Scope, list[str]]] = [
    (Scope("CVE-2026-1"), [f"{A} 1", f"{W} 1", f"{B} 1"]),
    (Scope("GHSA-aaaa"), [f"{A} 1", f"{W} 1", f"{B} 1"]),
    (Scope("CVE-2026-9"), []),
    (Scope(rule="HM001"), []),
    (Scope(package="deb/openssl"), [f"{place} {number}" for place in (A, W, B) for number in (1, 2)]),
    (Scope(package="npm/openssl"), []),
    (Scope("CVE-2026-2", package="deb/openssl", versions="1.2"), [f"{A} 2", f"{W} 2", f"{B} 2"]),
    (Scope("CVE-2026-2", package="deb/openssl", versions="<1.2"), []),
    (Scope("CVE-2026-2", package="deb/openssl", versions="<=1.2"), [f"{A} 2", f"{W} 2", f"{B} 2"]),
    (Scope("CVE-2026-2", package="deb/openssl", versions=">=1.10"), []),
    (Scope(package="npm/lodash", versions=">=3.0.0 <5.0.0"), [f"{A} 3", f"{W} 3", f"{B} 3"]),
    (Scope("CVE-2026-3", repository="team-a/*"), [f"{A} 3", f"{W} 3"]),
    (Scope("CVE-2026-3", repository="2.dkr/*"), [f"{B} 3"]),
    (Scope("CVE-2026-3", repository="app"), []),
    (Scope("CVE-2026-3", account="444455556666"), [f"{B} 3"]),
    (Scope("CVE-2026-3", image_digest=WEB), [f"{W} 3"]),
    (Scope("CVE-2026-3", image_digest=INDEX), [f"{W} 3"]),
    (Scope("CVE-2026-3", image_digest=APP, account="111122223333"), [f"{A} 3"]),
    (Scope(image_digest=WEB), [f"{W} {number}" for number in (1, 2, 3)]),
    (Scope(repository="team-b/*"), [f"{B} {number}" for number in (1, 2, 3)]),
    (Scope(account="111122223333", package="npm/lodash"), [f"{A} 3", f"{W} 3"]),
]
DEB = {"stem": "pkg:deb/debian/openssl"}
STATEMENTS: list[tuple[Mapping[str, object], list[str]]] = [
    ({"vulnerability": "CVE-2026-1"}, [f"{A} 1", f"{W} 1", f"{B} 1"]),
    ({"vulnerability": "GHSA-aaaa"}, [f"{A} 1", f"{W} 1", f"{B} 1"]),
    ({"vulnerability": "X-1", "aliases": ["CVE-2026-3"]}, [f"{A} 3", f"{W} 3", f"{B} 3"]),
    ({"vulnerability": "CVE-2026-1", **DEB}, [f"{A} 1", f"{W} 1", f"{B} 1"]),
    ({"vulnerability": "CVE-2026-1", **DEB, "version": "1.2"}, [f"{A} 1", f"{W} 1", f"{B} 1"]),
    ({"vulnerability": "CVE-2026-1", **DEB, "version": "1.20"}, []),
    ({"vulnerability": "CVE-2026-1", **DEB, "qualifiers": ["distro=debian-12"]}, [f"{A} 1", f"{W} 1", f"{B} 1"]),
    ({"vulnerability": "CVE-2026-1", **DEB, "qualifiers": ["arch=amd64", "distro=debian-11"]}, []),
    ({"vulnerability": "CVE-2026-1", "stem": "pkg:deb/ubuntu/openssl"}, []),
    ({"vulnerability": "CVE-2026-3", **DEB}, []),
    ({"vulnerability": "CVE-2026-1", "image_digest": INDEX}, [f"{W} 1"]),
    ({"vulnerability": "CVE-2026-1", "image_digest": APP, **DEB}, [f"{A} 1", f"{B} 1"]),
    ({"vulnerability": "CVE-2026-1", "repository": "1.dkr/team-a/app"}, [f"{A} 1"]),
    ({"vulnerability": "CVE-2026-1", "repository": "1.dkr/team-a/app", "tag": "2.0"}, []),
    ({"vulnerability": "CVE-2026-1", "repository": "1.dkr/team-a/app", "tag": "1.0"}, [f"{A} 1"]),
]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fleet") / "lake"
    standing.write_fleet(Lake(str(folder)))
    return folder


@pytest.fixture
def lake(fleet: Path, tmp_path: Path) -> Lake:
    return Lake(str(copytree(fleet, tmp_path / "lake")))


def open_images(marked: Sequence[str]) -> int:
    """How many of the six findings of the two images are left to do: those that are not settled in all their places."""
    gone = sum(f"{W} {n}" in marked for n in (1, 2, 3))
    return 6 - gone - sum(f"{A} {n}" in marked and f"{B} {n}" in marked for n in (1, 2, 3))


@pytest.mark.parametrize(("scope", "expected"), EXCEPTIONS, ids=range(len(EXCEPTIONS)))
def test_an_exception(lake: Lake, scope: Scope, expected: list[str]) -> None:
    standing.write_exceptions(lake, scope)
    assert standing.marks(lake, "exempt") == sorted(expected)
    assert standing.marks(lake, "settled") == sorted(expected)
    assert standing.count(lake, "open_findings") == open_images(expected)
    assert standing.marks(lake, "exception_ended") == []


@pytest.mark.parametrize(("said", "expected"), STATEMENTS, ids=range(len(STATEMENTS)))
def test_a_statement(lake: Lake, said: Mapping[str, object], expected: list[str]) -> None:
    standing.write_statements(lake, said)
    assert standing.marks(lake, "vex") == sorted(expected)
    assert standing.marks(lake, "settled") == sorted(expected)
    assert standing.count(lake, "open_findings") == open_images(expected)


def test_nothing_said_settles_nothing(lake: Lake) -> None:
    assert len(standing.marks(lake, "not settled")) == 9
    assert standing.marks(lake, "exempt || vex || vex_status") == []
    assert standing.count(lake, "open_findings") == 6


def test_an_exception_that_ended_says_so_and_the_finding_is_back(lake: Lake) -> None:
    standing.write_exceptions(lake, Scope("CVE-2026-1", account="111122223333"), ended=True)
    assert standing.marks(lake, "exempt") == []
    assert standing.marks(lake, "exception_ended") == [f"{A} 1", f"{W} 1"]
    assert standing.count(lake, "open_findings") == 6
    standing.write_exceptions(lake, Scope("CVE-2026-1", image_digest=WEB))
    assert standing.marks(lake, "exception_ended") == [f"{A} 1"], "an exception that holds takes its place"


def test_the_words_name_the_exception_that_holds_longest(lake: Lake) -> None:
    first, second = standing.write_exceptions(lake, Scope("CVE-2026-3"), Scope(package="npm/lodash"))
    found = lake.connect().sql("SELECT DISTINCT exempt FROM current_findings WHERE exempt <> ''").fetchall()
    until = NOW + timedelta(days=29)
    assert found == [(f"{max(first, second)}, ann, until {until:%Y-%m-%d}",)]


def test_two_places_settled_for_different_reasons_settle_the_image(lake: Lake) -> None:
    standing.write_exceptions(lake, Scope("CVE-2026-1", repository="team-a/app"))
    standing.write_statements(lake, {"vulnerability": "CVE-2026-1", "repository": "2.dkr/team-b/app"})
    assert standing.count(lake, "open_findings") == 5


def test_a_place_of_which_nobody_knows_yet_leaves_the_image_open(lake: Lake) -> None:
    """One place is fixed, of the other somebody says no more than that it is looked into."""
    fixed = {"vulnerability": "CVE-2026-1", "repository": "1.dkr/team-a/app", "status": "fixed"}
    asked = {"vulnerability": "CVE-2026-1", "repository": "2.dkr/team-b/app", "status": "under_investigation"}
    standing.write_statements(lake, fixed, asked)
    assert standing.marks(lake, "settled") == [f"{A} 1"]
    assert standing.marks(lake, "settled IS NULL") == []
    assert standing.count(lake, "open_findings") == 6
    assert lake.connect().sql("SELECT DISTINCT settled FROM image_standing").fetchall() == [(False,)]


STATUSES = (("not_affected", True), ("fixed", True), ("affected", False), ("under_investigation", False))


@pytest.mark.parametrize(("status", "settles"), STATUSES)
def test_what_a_status_settles(lake: Lake, status: str, settles: bool) -> None:
    standing.write_statements(lake, {"vulnerability": "CVE-2026-3", "status": status})
    assert len(standing.marks(lake, "vex")) == 3
    assert len(standing.marks(lake, "settled")) == 3 * settles


def test_the_later_statement_wins(lake: Lake) -> None:
    earlier = NOW - timedelta(hours=1)
    one = {
        "vulnerability": "CVE-2026-3",
        "status": "affected",
        "justification": "",
        "at": NOW,
        "document_id": "b",
        "author": "eve",
    }
    standing.write_statements(lake, {"vulnerability": "CVE-2026-3", "at": earlier}, one)
    found = lake.connect().sql("SELECT DISTINCT vex FROM current_findings WHERE vex <> ''").fetchall()
    assert found == [("affected (eve, b)",)]


def test_a_newer_issue_of_a_document_takes_back_what_it_no_longer_says(lake: Lake) -> None:
    old = {"vulnerability": "CVE-2026-3", "document": "sha256:" + 64 * "1", "issued_at": NOW - timedelta(days=1)}
    standing.write_statements(lake, old)
    assert len(standing.marks(lake, "vex")) == 3
    standing.write_statements(lake, {"vulnerability": "CVE-2026-2", "document": "sha256:" + 64 * "2"})
    assert standing.marks(lake, "vex") == [f"{A} 2", f"{W} 2", f"{B} 2"]


@pytest.mark.parametrize("turn", [1, -1])
def test_of_one_time_the_last_imported_counts_and_of_those_the_one_that_leaves_it_open(lake: Lake, turn: int) -> None:
    """Whatever their digests are: tools give documents the time of the commit, so that two of them have the same."""
    first, second = ("sha256:" + 64 * name for name in "12"[::turn])
    statement = {"vulnerability": "CVE-2026-3", "status": "affected", "imported_at": NOW - timedelta(hours=1)}
    standing.write_statements(lake, statement | {"document": first})
    assert standing.marks(lake, "settled") == []
    again = {"vulnerability": "CVE-2026-3", "imported_at": NOW}
    standing.write_statements(lake, again | {"document": second})
    assert len(standing.marks(lake, "settled")) == 3, "another issue of the same document and time"
    standing.write_statements(lake, again | {"document": first, "document_id": "b", "status": "affected"})
    assert standing.marks(lake, "settled") == [], "they came together"
