"""What is due, by when and by whom: a small fleet with two owners and one repository that nobody answers for."""

import json
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hullmark.compliance.due import register_due
from hullmark.compliance.load import policy_texts, read_policy
from hullmark.exceptions import Scope, exception_row
from hullmark.lake.schema import FINDINGS
from hullmark.lake.store import Lake
from hullmark.sql import read_sql
from tests.analysis.fleets import HOST, NOW, Image, write, write_images
from tests.cli.command import run

OWNERS = f"""
[[owner]]
name = "ann"
accounts = ["{HOST[:12]}"]
repositories = ["pay/*"]

[[owner]]
name = "never"
accounts = ["999999999999"]

[[owner]]
name = "bob"
repositories = ["pay/api", "web"]
"""
API, OLDER, WEB, LONE = Image("pay/api:2", "a"), Image("pay/api:1", "a"), Image("web:1", "b"), Image("lone:1", "c")


def finding(image: Image, number: int, days: float, **more: object) -> dict[str, object]:
    """First seen so many days before NOW; severity high (30 days) unless said."""
    return dict.fromkeys(FINDINGS.names) | {
        "image_digest": image.digest, "package_key": f"deb|p{number}|1||x", "vulnerability": f"CVE-{number}", "type": "deb",
        "package": f"p{number}", "version": "1", "fixed_version": "", "severity": "high", "kev": False,
        "first_seen": NOW - timedelta(days=days),
    } | more  # fmt: skip


def keep(lake: Lake, kept: str, *rows: dict[str, object]) -> None:
    """Write findings: as an older Hullmark kept them, or what is said of each package once and who carries it since when."""
    if kept == "as rows":
        write(lake, "findings", rows)
        return
    subjects = {key: number for number, key in enumerate(dict.fromkeys(row["package_key"] for row in rows))}
    numbered = [row | {"subject": subjects[row["package_key"]]} for row in rows]
    said = {(row["subject"], row["vulnerability"]): row | {"first_seen": NOW - timedelta(days=1000)} for row in numbered}
    carried = {(row["image_digest"], row["subject"]): row for row in numbered}
    write(lake, "verdicts", [*said.values()])
    write(lake, "vulnerable_packages", [*carried.values()])


@pytest.fixture(params=["as rows", "by verdict"])
def kept(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def empty(tmp_path: Path) -> Lake:
    """No findings yet."""
    lake = Lake(str(tmp_path / "lake"))
    lake.create()
    write_images(lake, API, OLDER, WEB, LONE)
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "owners.toml").write_text(OWNERS)
    return lake


@pytest.fixture
def lake(empty: Lake, kept: str) -> Lake:
    keep(
        empty, kept,
        finding(API, 1, 31), finding(OLDER, 1, 20),  # one line: due with the first, yesterday
        finding(API, 2, 20, severity="critical", fixed_version="2"),  # 15 days: due 5 days ago
        finding(API, 3, 25),  # due in 5 days
        finding(WEB, 4, 2, kev=True, kev_due=date(2026, 2, 27), severity="low"),  # CISA's date: 2 days ago
        finding(WEB, 5, 80, severity="medium"),  # 90 days: due in 10 days
        finding(LONE, 6, 1, kev=True),  # 14 days for what is exploited: due in 13 days
        finding(LONE, 7, 900, severity="negligible"),  # no target
    )  # fmt: skip
    return empty


def asked(lake: Lake, query: str, **parameters: object) -> list[dict[str, Any]]:
    policy = read_policy(str(Path(lake.root).parent / "policy"))
    with closing(lake.connect()) as connection:
        register_due(connection, policy)
        sql = read_sql("hullmark.reports.queries", f"{query}.sql")
        rows: list[dict[str, Any]] = connection.sql(sql, params={"now": NOW, **parameters}).to_arrow_table().to_pylist()
    return rows


def listed(lake: Lake, *owners: str, days: int = 3650) -> list[tuple[str, str, str, float, int]]:
    rows = asked(lake, "due_list", owners=[*owners], days=days, limit=100, offset=0)
    return [(row["owner"], row["repository"], row["vulnerability"], row["days_left"], row["images"]) for row in rows]


def test_each_has_a_date_and_the_first_owner_that_fits(lake: Lake) -> None:
    everything = [
        ("ann", "pay/api", "CVE-2", -5.0, 1), ("bob", "web", "CVE-4", -2.0, 1), ("ann", "pay/api", "CVE-1", -1.0, 2),
        ("ann", "pay/api", "CVE-3", 5.0, 1), ("bob", "web", "CVE-5", 10.0, 1), ("", "lone", "CVE-6", 13.0, 1),
    ]  # fmt: skip
    assert listed(lake) == everything
    assert listed(lake, "bob", "") == [row for row in everything if row[0] != "ann"]
    assert listed(lake, days=0) == everything[:3]
    assert listed(lake, days=6) == everything[:4]


def test_what_each_owner_has_to_fix(lake: Lake) -> None:
    rows = asked(lake, "due_owners", days=7)
    counts = ("open", "overdue", "exploited", "grave", "soon", "repositories")
    assert {row["owner"]: tuple(row[name] for name in counts) for row in rows} == {
        "bob": (2, 1, 1, 0, 0, 1), "ann": (3, 2, 0, 2, 1, 1), "": (1, 0, 0, 0, 0, 1),
    }  # fmt: skip
    assert [row["owner"] for row in rows] == ["bob", "ann", ""], "what is exploited and overdue comes first"
    assert {row["owner"]: (row["oldest"], row["next_due"]) for row in rows}["ann"] == (
        NOW - timedelta(days=5), NOW + timedelta(days=5),
    )  # fmt: skip


def test_what_is_lived_with_is_not_due(lake: Lake) -> None:
    now = datetime.now(UTC)
    lake.commit("exceptions", exception_row(Scope("CVE-2"), "known", "ann", "bob", (now, now + timedelta(days=1))))
    assert "CVE-2" not in [row[2] for row in listed(lake)]


def test_an_image_with_two_versions_of_a_package_is_one(empty: Lake, kept: str) -> None:
    newer = {"package_key": "deb|p1|2||x", "severity": "critical", "fixed_version": "3"}
    keep(empty, kept, finding(API, 1, 4, fixed_version="2"), finding(API, 1, 2, **newer), finding(OLDER, 1, 1, **newer))
    (row,) = asked(empty, "due_list", owners=[], days=3650, limit=9, offset=0)
    assert (row["images"], row["fixed_version"], row["severity"]) == (2, "3", ["critical"])
    assert (row["first_seen"], row["due"]) == (NOW - timedelta(days=4), NOW + timedelta(days=13))


def test_what_is_lived_with_in_one_place_is_due_in_the_others(empty: Lake, kept: str) -> None:
    same = {"package_key": "deb|p1|1||x", "package": "p1"}
    keep(empty, kept, *(finding(image, number, 40, **same) for image in (API, OLDER, WEB) for number in (1, 2)))
    now = datetime.now(UTC)
    until = (now, now + timedelta(days=1))
    empty.commit("exceptions", exception_row(Scope("CVE-1", repository="web"), "known", "ann", "bob", until))
    empty.commit("exceptions", exception_row(Scope("CVE-2", image_digest=API.digest), "known", "ann", "bob", until))
    assert [row[1:3] + row[4:] for row in listed(empty)] == [
        ("pay/api", "CVE-1", 2),
        ("pay/api", "CVE-2", 1),
        ("web", "CVE-2", 1),
    ]


def test_an_image_that_lies_in_two_places_is_due_where_nothing_is_said(empty: Lake, kept: str) -> None:
    other = {**API.row(), "repository": "web"}
    write(empty, "images", [API.row(), other, {**other, "registry": "2.dkr"}])
    keep(empty, kept, finding(API, 1, 40), finding(API, 2, 40))
    now = datetime.now(UTC)
    until = (now, now + timedelta(days=1))
    empty.commit("exceptions", exception_row(Scope("CVE-1", repository="web"), "known", "ann", "bob", until))
    empty.commit("exceptions", exception_row(Scope("CVE-2", repository="2.dkr/web"), "known", "ann", "bob", until))
    assert [row[1:3] for row in listed(empty)] == [("pay/api", "CVE-1"), ("pay/api", "CVE-2"), ("web", "CVE-2")]
    assert {row["owner"]: row["open"] for row in asked(empty, "due_owners", days=7)} == {"ann": 2, "bob": 1}


def test_without_owners_nobody_is_named(lake: Lake) -> None:
    (Path(lake.root).parent / "policy" / "owners.toml").unlink()
    assert {row[0] for row in listed(lake)} == {""}


def test_an_auditor_gets_them(lake: Lake) -> None:
    assert policy_texts(str(Path(lake.root).parent / "policy"))["own/owners.toml"] == OWNERS


def test_from_the_command_line(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Path(lake.root).parent
    policy = {"HULLMARK_POLICY": str(home / "policy")}
    told = json.loads(run(home, ["checks", "--due", "--format", "json"], policy).stdout)
    assert {row["owner"] for row in told} == {"ann", "bob", ""}
    assert "nobody is named" in run(home, ["checks", "--due"], policy).stdout
    assert "CVE-4" in run(home, ["checks", "--owner", "bob", "--days", "0"], policy).stdout
    stranger = run(home, ["checks", "--owner", "eve"], policy)
    assert (stranger.status, stranger.stdout) == (2, "")
    assert "hullmark: no owner 'eve' is named in owners.toml; name one of " in stranger.stderr
    assert (
        run(home, ["checks", "--due", "--days", "-1"], policy).stderr == "hullmark: --days is -1; give a number from 0 on\n"
    )
