"""The lines over time, worked out by hand: findings after runs, and the share of passing answers, from the first day on."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hullmark.lake.store import Lake
from hullmark.sql import read_sql
from tests.analysis.fleets import NOW, write

DAY = timedelta(days=1)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(str(tmp_path / "lake"))
    lake.create()
    return lake


def asked(lake: Lake, query: str, **parameters: object) -> list[dict[str, Any]]:
    with closing(lake.connect()) as connection:
        sql = read_sql("hullmark.reports.queries", f"{query}.sql")
        rows: list[dict[str, Any]] = connection.sql(sql, params=parameters).to_arrow_table().to_pylist()
    return rows


def run(number: int, findings: int | None) -> dict[str, object]:
    at = NOW + number * DAY
    return {
        "run": f"r{number:03}",
        "kind": "scan",
        "started": at,
        "finished": at,
        "state": "completed",
        "findings": findings,
    }


def event(number: int, what: str, vulnerability: str) -> dict[str, object]:
    return {
        "run": f"r{number:03}", "at": NOW + number * DAY, "event": what, "image_digest": "sha256:a", "package_key": "k",
        "vulnerability": vulnerability, "cause": "advisory",
    }  # fmt: skip


def test_findings_after_each_run(lake: Lake) -> None:
    """10, then two more, then a run that failed, then five less."""
    write(lake, "runs", [run(0, 10), run(1, 12), run(2, None), run(3, 7)])
    write(lake, "finding_events", [
        *(event(0, "opened", f"CVE-{number}") for number in range(10)),
        *(event(1, "opened", f"CVE-{number}") for number in (10, 11)), event(1, "changed", "CVE-1"),
        *(event(3, "closed", f"CVE-{number}") for number in range(6)), event(3, "opened", "CVE-12"),
    ])  # fmt: skip
    rows = asked(lake, "overview_trend")
    assert [(row["run"], row["findings"], row["opened"], row["closed"]) for row in rows] == [
        ("r000", 10, 10, 0), ("r001", 12, 2, 0), ("r003", 7, 1, 6),
    ]  # fmt: skip
    assert [row["finished"] for row in rows] == [NOW, NOW + DAY, NOW + 3 * DAY]


def test_of_many_runs_a_point_stands_for_a_stretch_and_nothing_is_lost(lake: Lake) -> None:
    write(lake, "runs", [run(number, number) for number in range(400)])
    write(lake, "finding_events", [event(number, "opened", "CVE-1") for number in range(400)])
    rows = asked(lake, "overview_trend")
    assert 100 < len(rows) <= 121
    assert (rows[0]["run"], rows[0]["findings"], rows[-1]["run"], rows[-1]["findings"]) == ("r000", 0, "r399", 399)
    assert sum(row["opened"] for row in rows) == 400


def score(day: float, rule: str, repository: str, population: int, failing: int) -> dict[str, object]:
    return {
        "at": NOW + day * DAY, "run": f"r{day}", "rule": rule, "account": "1", "repository": repository,
        "population": population, "failing": failing, "exempt": 0,
    }  # fmt: skip


def test_the_share_of_passing_answers_after_each_change(lake: Lake) -> None:
    """A row holds until the next one about the same rule and repository."""
    write(lake, "compliance", [
        score(0, "HM001", "a", 4, 2), score(0, "HM002", "a", 4, 0), score(1, "HM001", "a", 4, 0),
        score(2, "HM001", "b", 2, 2),
    ])  # fmt: skip
    everywhere: dict[str, list[str]] = {"accounts": [], "repositories": [], "rules": []}
    shares = [row["passing"] for row in asked(lake, "compliance_history", **everywhere)]
    assert shares == [pytest.approx(6 / 8), 1.0, pytest.approx(8 / 10)]
    only = [row["passing"] for row in asked(lake, "compliance_history", **{**everywhere, "repositories": ["a"]})]
    assert only == [pytest.approx(6 / 8), 1.0]
    assert [row["passing"] for row in asked(lake, "compliance_history", **{**everywhere, "rules": ["HM001"]})] == [
        0.5, 1.0, pytest.approx(4 / 6),
    ]  # fmt: skip
    assert asked(lake, "compliance_history", **{**everywhere, "accounts": ["2"]}) == []


def test_of_many_changes_the_first_and_the_last_stay(lake: Lake) -> None:
    write(lake, "compliance", [score(day, "HM001", "a", 400, day) for day in range(300)])
    rows = asked(lake, "compliance_history", accounts=[], repositories=[], rules=[])
    assert 50 < len(rows) <= 61
    assert (rows[0]["at"], rows[0]["passing"]) == (NOW, 1.0)
    assert (rows[-1]["at"], rows[-1]["passing"]) == (NOW + 299 * DAY, pytest.approx(1 - 299 / 400))
