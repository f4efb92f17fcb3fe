"""Tables that agree, and each way in which they may not."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hullmark.lake.schema import TABLES
from hullmark.lake.store import Lake
from hullmark.quality.relate import relate
from tests.analysis.fleets import NOW, Image, digest, write, write_images

APP = Image("app:1", "a", {"a": ["deb/openssl=1"]})
FINDING = {
    "image_digest": APP.digest, "package_key": "k", "vulnerability": "CVE-1", "type": "deb",
    "package": "openssl", "version": "1",
}  # fmt: skip
RUN = {"run": "run-1", "kind": "scan", "started": NOW, "finished": NOW, "state": "completed", "findings": 100}
OTHER = digest("other")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(str(tmp_path / "lake"))
    write_images(lake, APP)
    write(lake, "findings", [FINDING])
    return lake


def broken(lake: Lake, run: str = "run-2", digests: int = 0, now: datetime = NOW) -> list[tuple[str, str, int]]:
    return [(item.relation, item.level, item.rows) for item in relate(lake, run, digests, now)]


def test_tables_that_agree(lake: Lake) -> None:
    assert broken(lake) == []


def test_every_table_empty(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    lake.create()
    assert broken(lake, "", 0) == []


ROWS: list[tuple[str, dict[str, object], list[tuple[str, str, int]]]] = [
    ("findings", {**FINDING, "image_digest": OTHER},
     [("10_findings_have_images", "error", 1), ("11_findings_have_packages", "error", 1)]),
    ("findings", {**FINDING, "version": "2"}, [("11_findings_have_packages", "error", 1)]),
    ("packages",
     {"image_digest": OTHER, "path": "p", "type": "deb", "name": "x", "version": "1", "arch": "", "layer_index": 0},
     [("20_packages_have_images", "error", 1), ("23_packages_have_layers", "error", 1)]),
    ("image_layers", {"image_digest": OTHER, "layer_index": 0}, [("21_layers_have_images", "error", 1)]),
    ("checks", {"image_digest": OTHER, "rule": "HM001"}, [("22_checks_have_images", "error", 1)]),
    ("runs", RUN, [("40_findings_drift", "warning", 1)]),
    ("runs", {**RUN, "findings": 99}, []),
    ("runs", {**RUN, "state": "failed"}, []),
]  # fmt: skip


@pytest.mark.parametrize(("table", "row", "expected"), ROWS, ids=range(len(ROWS)))
def test_each_way_to_disagree(lake: Lake, table: str, row: dict[str, object], expected: list[tuple[str, str, int]]) -> None:
    assert set(row) <= set(TABLES[table].schema.names)
    write(lake, table, [row])
    assert broken(lake) == expected


def test_coverage_that_does_not_add_up(lake: Lake) -> None:
    write(lake, "coverage", [{"run": "run-2", "registry": "r", "repository": "app", "digest": APP.digest}])
    assert broken(lake, digests=1) == []
    (found,) = relate(lake, "run-2", 2, NOW)
    assert str(found) == (
        "It does not hold that a run has a row of coverage for each digest that it counts: run-2, 2 digests are counted, "
        "coverage has 1."
    )


def test_accounts_that_lost_half_of_their_images(lake: Lake) -> None:
    write_images(
        lake, *(Image(f"app:x{number}", "a", state="deleted" if number < 12 else "present") for number in range(20))
    )
    write(lake, "findings", [FINDING])
    write(lake, "runs", [{**RUN, "findings": 1}])
    assert broken(lake) == [("41_images_drift", "warning", 1)]


def test_accounts_that_nobody_looked_at(lake: Lake) -> None:
    late = NOW + timedelta(days=2, hours=1)
    assert broken(lake, now=late) == [("50_accounts_are_seen", "warning", 1)]
    write(lake, "accounts", [{"account": APP.row()["account"], "state": "paused", "since": NOW}])
    assert broken(lake, now=late) == []
