"""Every question of the dashboard: it runs on an empty and on a filled lake, and its numbers agree with one another."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from shutil import copytree
from typing import Any

import pyarrow as pa
import pytest
import streamlit as st

from dashboards.data import QUERIES, ask, ask_row
from hullmark.exceptions import Scope, exception_row
from hullmark.fleet.standing import Standing, mark_account
from hullmark.lake.store import Lake
from hullmark.reports.severity import ORDER
from hullmark.sql import read_sql
from tests.dashboards.fleet import NOW, covered, digest, findings, image, write, write_fleet

NONE = ("accounts_frozen", "bases_kin")  # of which the fleet has none
NAMES = sorted(
    item.name.removesuffix(".sql")
    for item in files(QUERIES).iterdir()
    if item.name.endswith(".sql") and not item.name.startswith(("macro_", "summary_", "bases_images"))
)
NO_FILTER: dict[str, Any] = {
    "severities": [], "only_kev": False, "only_fixable": False, "with_settled": False,
    "least_epss": 0.0, "packages": "", "accounts": [],
    "word": "",
    "regions": [], "repositories": [], "systems": [], "sort": "risk", "limit": 1000, "offset": 0,
    "now": datetime(2026, 11, 24, 12, tzinfo=UTC), "max_age_hours": 24, "deleted": [],
    "per": "severity", "rule": "HM001",
    "place": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/payments/api", "line": "*.*.*",
    "platform": "linux/amd64",
    "digest": digest(3), "vulnerability": "CVE-2022-10259", "only_outdated": False, "days": 30,
    "owners": [], "rules": [],
    "base": "Debian GNU/Linux 12 (bookworm)",
}  # fmt: skip


def answer(lake: str, name: str, monkeypatch: pytest.MonkeyPatch, **filters: object) -> pa.Table:
    monkeypatch.setenv("HULLMARK_LAKE", lake)
    wanted = set(re.findall(r"\$(\w+)", read_sql(QUERIES, f"{name}.sql")))
    return ask(name, **{key: value for key, value in {**NO_FILTER, **filters}.items() if key in wanted})


@pytest.mark.parametrize("name", NAMES)
def test_every_query_runs_on_every_lake(name: str, lakes: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = {str(answer(lake, name, monkeypatch).schema) for lake in lakes.values()}
    assert len(shapes) == 1
    assert answer(lakes["fleet"], name, monkeypatch).num_rows > 0 or name in NONE


@pytest.mark.parametrize("name", sorted(item.name for item in files(QUERIES).iterdir() if item.name.endswith(".sql")))
def test_every_query_says_what_it_answers(name: str) -> None:
    assert read_sql(QUERIES, name).startswith(("-- ", "/* "))


@pytest.mark.parametrize("name", ["images_list", "findings_rows", "findings_vulnerabilities"])
@pytest.mark.parametrize("sort", ["risk", "findings", "newest", "size", "name", "epss", "score", "images", "id"])
def test_pages_hold_every_row_once(name: str, sort: str, fleet: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = answer(fleet, name, monkeypatch, sort=sort, limit=100_000).to_pylist()
    size = -(-len(whole) // 7)
    pages = [answer(fleet, name, monkeypatch, sort=sort, limit=size, offset=size * page).to_pylist() for page in range(7)]
    assert [row for page in pages for row in page] == whole
    assert {row["total"] for row in whole} == {len(whole)}


@pytest.mark.parametrize(
    ("filters", "holds"),
    [
        ({"severities": ["critical", "unknown"]}, lambda row: row["severity"][0] in {"critical", "unknown"}),
        ({"only_kev": True}, lambda row: row["exploited"] == ["KEV"]),
        ({"only_fixable": True}, lambda row: row["fixed_version"]),
        ({"least_epss": 0.5}, lambda row: row["epss_percent"] is not None and row["epss_percent"] >= 50),
        ({"packages": "OpenSSL"}, lambda row: "openssl" in row["package"]),
        ({"word": "cve-2021"}, lambda row: row["vulnerability"].startswith("CVE-2021")),
    ],
)
def test_filters_keep_exactly_what_they_say(
    filters: dict[str, object], holds: Callable[[dict[str, Any]], bool], fleet: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = answer(fleet, "findings_rows", monkeypatch, limit=100_000).to_pylist()
    kept = answer(fleet, "findings_rows", monkeypatch, limit=100_000, **filters).to_pylist()
    assert len(kept) == sum(bool(holds(row)) for row in whole) > 0
    assert all(holds(row) for row in kept)


def test_an_alias_finds_its_vulnerability(fleet: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = answer(fleet, "findings_vulnerabilities", monkeypatch, word="ghsa-aaaa-bbbb-0007")
    assert found["vulnerability"].to_pylist() == ["CVE-2022-10259"]


def test_the_numbers_agree(fleet: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HULLMARK_LAKE", fleet)
    whole = ask_row("overview_fleet")
    findings = answer(fleet, "findings_rows", monkeypatch, limit=100_000).to_pylist()
    assert whole["findings"] == len(findings)
    assert whole["fixable"] == sum(bool(row["fixed_version"]) for row in findings)
    assert whole["vulnerabilities"] == len({row["vulnerability"] for row in findings})
    by_severity = answer(fleet, "overview_findings_by_severity", monkeypatch).to_pylist()
    assert sum(row["number"] for row in by_severity) == len(findings)
    images = answer(fleet, "overview_images_by_severity", monkeypatch).to_pylist()
    assert sum(row["number"] for row in images) == whole["images"]
    assert whole["grave_images"] == sum(row["number"] for row in images if row["severity"] in {"critical", "high"})
    assert [row["severity"] for row in by_severity] == sorted(
        (row["severity"] for row in by_severity), key=ORDER.index, reverse=True
    )


def test_a_package_fix_ends_the_findings_that_it_says(fleet: str, monkeypatch: pytest.MonkeyPatch) -> None:
    findings = [
        row for row in answer(fleet, "findings_rows", monkeypatch, limit=100_000).to_pylist() if row["fixed_version"]
    ]
    fixes = answer(fleet, "fixes_packages", monkeypatch).to_pylist()
    assert sum(fix["findings"] for fix in fixes) == len(findings)
    pillow = next(fix for fix in fixes if fix["package"] == "pillow")
    ended = [row for row in findings if row["package"] == "pillow"]
    assert pillow["findings"] == len(ended)
    assert pillow["images"] == len({row["digest"] for row in ended})
    assert pillow["fixed_version"] == "4.11.1"  # by its order as a version, not as text: above 4.9.1


def test_a_feed_that_failed_keeps_the_age_of_its_last_good_snapshot(fleet: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = answer(fleet, "overview_feeds", monkeypatch, now=datetime.now(UTC)).to_pylist()
    states = {row["feed"]: (row["freshness"][0], row["records"], row["detail"]) for row in rows}
    assert states == {
        "epss": ("never loaded", None, "timed out"), "kev": ("not refreshed", 1402, "HTTP 503"),
        "osv/Debian": ("fresh", 41213, ""), "osv/PyPI": ("too old", 15870, ""),
    }  # fmt: skip


def test_a_feed_whose_snapshot_is_gone_is_not_fresh(fleet: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = answer(fleet, "overview_feeds", monkeypatch, now=datetime.now(UTC), deleted=["osv/Debian"]).to_pylist()
    said = {row["feed"]: (row["freshness"][0], row["detail"]) for row in rows}
    assert said["osv/Debian"] == ("deleted", "its snapshot is gone; run `hullmark feeds sync`")
    assert said["osv/PyPI"] == ("too old", "")


def test_text_that_hides_or_reorders_is_made_visible(fleet: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names = answer(fleet, "images_packages", monkeypatch)["name"].to_pylist()
    assert not any("\u202e" in name for name in names)
    assert any("\ufffd" in name for name in names)


def test_images_of_an_account_that_is_not_connected_are_no_longer_updated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = write_fleet(str(tmp_path / "lake"))
    before = answer(lake.root, "images_list", monkeypatch).to_pylist()
    account = before[0]["account"]
    assert mark_account(lake.root, account, Standing.DISCONNECTED, datetime(2026, 11, 24, tzinfo=UTC))
    rows = ask_again(lake.root, monkeypatch)
    assert {row["account"] for row in rows if row["status"] == ["not updated"]} == {account}
    assert {row["account"] for row in rows if row["status"] != ["not updated"]} == {row["account"] for row in before} - {
        account
    }
    assert len(rows) == len(before)
    (frozen,) = answer(lake.root, "accounts_frozen", monkeypatch).to_pylist()
    assert (frozen["account"], frozen["state"]) == (account, "disconnected")
    assert frozen["since"] == datetime(2026, 11, 24, tzinfo=UTC)
    assert frozen["images"] == len({row["digest"] for row in before if row["account"] == account})
    mark_account(lake.root, account, Standing.CONNECTED, datetime(2026, 11, 25, tzinfo=UTC))
    assert ask_again(lake.root, monkeypatch) == before


def test_the_trend_of_coverage_has_each_scan_and_no_push(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = Lake(str(tmp_path / "lake"))
    lake.create()
    first, second = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)
    told = {"one": (first, "scan", "scanned scanned failed"), "two": (second, "nightly", "unchanged unchanged scanned"),
            "pushed": (second, "push", "scanned"), "feeds": (second, "advisories", "")}  # fmt: skip
    write(lake, "runs", [{"run": name, "kind": kind, "started": at} for name, (at, kind, _) in told.items()])
    write(lake, "coverage", [
        {"run": name, "registry": "r", "repository": "a", "digest": digest(number), "status": status, "at": at}
        for name, (at, _, statuses) in told.items() for number, status in enumerate(statuses.split())
    ])  # fmt: skip
    assert [tuple(row.values()) for row in answer(lake.root, "coverage_trend", monkeypatch).to_pylist()] == [
        (first, "one", "failed", 1), (first, "one", "scanned", 2), (second, "two", "scanned", 1),
        (second, "two", "unchanged", 2),
    ]  # fmt: skip


def ask_again(lake: str, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The list after a change, without waiting until the dashboard looks again."""
    st.cache_data.clear()
    rows: list[dict[str, Any]] = answer(lake, "images_list", monkeypatch).to_pylist()
    return rows


def test_what_is_settled_is_counted_beside_and_shown_when_asked_for(
    fleet: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = str(copytree(fleet, tmp_path / "lake"))
    whole = answer(lake, "findings_rows", monkeypatch, limit=100_000).to_pylist()
    chosen = whole[0]["vulnerability"]
    covered = [row for row in whole if row["vulnerability"] == chosen]
    now = datetime.now(UTC)
    made = exception_row(Scope(chosen), "known", "ann", "bob", (now - timedelta(days=1), now + timedelta(days=1)))
    Lake(lake).commit("exceptions", made)
    st.cache_data.clear()
    rest = answer(lake, "findings_rows", monkeypatch, limit=100_000).to_pylist()
    assert len(rest) == len(whole) - len(covered)
    every = answer(lake, "findings_rows", monkeypatch, limit=100_000, with_settled=True).to_pylist()
    assert len(every) == len(whole)
    assert {row["vulnerability"] for row in every if row["said"]} == {chosen}
    counts = answer(lake, "overview_fleet", monkeypatch).to_pylist()[0]
    assert (counts["findings"], counts["settled"]) == (len(rest), len(covered))
    bars = answer(lake, "overview_findings_by_severity", monkeypatch).to_pylist()
    assert sum(row["number"] for row in bars) == len(rest)
    images = answer(lake, "images_list", monkeypatch, limit=100_000).to_pylist()
    assert sum(row["findings"] for row in images) == len(rest)
    told = answer(lake, "findings_vulnerability", monkeypatch, vulnerability=chosen).to_pylist()[0]
    assert told["settled"] == told["findings"] == len(covered)
    assert told["risk"] == pytest.approx(sum(told["risk_parts"].values()))


@pytest.mark.parametrize("per", ["account", "repository"])
def test_groups_are_made_of_the_images_that_the_list_shows(per: str, fleet: str, monkeypatch: pytest.MonkeyPatch) -> None:
    images = answer(fleet, "images_list", monkeypatch, limit=100_000).to_pylist()
    groups = answer(fleet, "images_groups", monkeypatch, per=per, limit=100_000).to_pylist()
    assert len(groups) == groups[0]["total"] > 1
    for group in groups:
        inside = {
            row["digest"]: row
            for row in images
            if row["account"] == group["account"] and (per == "account" or row["name"].startswith(f"{group['repository']}:"))
        }.values()
        assert group["images"] == len(inside)
        assert group["findings"] == sum(row["findings"] for row in inside)
        assert group["grave_images"] == sum(row["critical"] + row["high"] > 0 for row in inside)
        assert group["risk"] == max((row["risk"] for row in inside if row["risk"] is not None), default=None)
    assert [row["risk"] for row in groups] == sorted((row["risk"] for row in groups), reverse=True)
    one = answer(fleet, "images_groups", monkeypatch, per=per, word=groups[0][per], limit=100_000).to_pylist()
    assert groups[0][per] in {row[per] for row in one}


def test_the_example_of_a_line_of_coverage_is_of_the_place_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = write_fleet(str(tmp_path))
    more = covered(image(1, NOW), digest("more"), NOW, "failed", "corrupt", "a first layer is damaged.")
    write(lake, "coverage", [{**more, "tags": ["9"]}])  # its detail is the least one, its place is not
    rows = answer(str(tmp_path), "overview_coverage", monkeypatch).to_pylist()
    (row,) = (row for row in rows if row["reason"] == "corrupt")
    assert (row["digests"], row["example"]) == (2, "platform/debian-base:0.0.0")
    assert row["detail"] == "Layer 2 is no valid gzip stream; push the image again."


def test_images_of_one_tag_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = write_fleet(str(tmp_path))
    assert {row["platform"] for row in answer(str(tmp_path), "findings_carriers", monkeypatch).to_pylist()} == {""}
    twin = {**image(3, NOW), "digest": digest("twin"), "platform": "linux/s390x"}
    write(lake, "images", [twin])
    known = answer(str(tmp_path), "findings_rows", monkeypatch).to_pylist()
    vulnerability = next(row["vulnerability"] for row in known if row["digest"] == digest(3))
    write(lake, "findings", [row | {"image_digest": twin["digest"]} for row in findings(image(3, NOW), NOW)])
    st.cache_data.clear()
    rows = answer(str(tmp_path), "findings_carriers", monkeypatch, vulnerability=vulnerability).to_pylist()
    assert {row["platform"] for row in rows if row["digest"] == twin["digest"]} == {"linux/s390x"}
    assert {row["platform"] for row in rows if row["digest"] == digest(3)} == {"linux/amd64"}
    assert {row["platform"] for row in rows if row["digest"] not in (twin["digest"], digest(3))} <= {""}
