"""Rows that are read without a database: columns, files that may hold a text, and the newest row."""

from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from hullmark.lake.store import Lake
from tests.lake.rows import NOW, rows


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    made = Lake(str(tmp_path / "lake"))
    made.create()
    return made


def test_columns_of_all_rows(lake: Lake) -> None:
    assert lake.rows("runs", ("run", "kind")).num_rows == 0
    for number in range(3):
        lake.append("runs", rows("runs", {"run": f"{number}", "kind": "scan"}))
    found = lake.rows("runs", ("kind", "run"))
    assert found.column_names == ["kind", "run"]
    assert sorted(found["run"].to_pylist()) == ["0", "1", "2"]


def test_a_column_that_an_older_hullmark_did_not_write_is_null(lake: Lake) -> None:
    write_deltalake(lake.place.join("tables", "runs"), pa.table({"run": ["1"]}))
    assert lake.rows("runs", ("run", "heartbeat")).to_pylist() == [{"run": "1", "heartbeat": None}]


@pytest.mark.parametrize("compacted", [False, True])
def test_rows_with_a_text_are_those_alone(lake: Lake, compacted: bool) -> None:
    for run in ("a", "b", "c" * 100):
        lake.append("run_feeds", rows("run_feeds", *({"run": run, "feed": feed} for feed in ("kev", "epss"))))
    if compacted:
        lake.compact()
    for run, expected in (("b", 2), ("c" * 100, 2), ("ab", 0), ("c" * 99, 0)):
        found = lake.rows_with("run_feeds", ("run", "feed"), "run", run)
        assert found["run"].to_pylist() == [run] * expected


@pytest.mark.parametrize("compacted", [False, True])
def test_the_latest_row_is_the_latest_by_microseconds(lake: Lake, compacted: bool) -> None:
    assert lake.latest("matchings", "at").num_rows == 0
    for step in (3, 900, 7, 0):  # all in one millisecond, to which bounds of files are cut
        lake.append("matchings", rows("matchings", {"run": f"{step}", "at": NOW + timedelta(microseconds=step)}))
    lake.append("matchings", rows("matchings", {"run": "old", "at": NOW - timedelta(days=1)}))
    if compacted:
        lake.compact()
    assert lake.latest("matchings", "at")["run"].to_pylist() == ["900"]
