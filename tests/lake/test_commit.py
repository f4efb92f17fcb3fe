"""Commits that are written here: what deltalake reads of them, and what is left to it."""

import resource
import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from hullmark.lake import commit, delta, log
from hullmark.lake.schema import TABLES
from hullmark.lake.store import Lake
from tests.lake.rows import NOW, digest, rows

LONG = "x" * 500


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def _folder(lake: Lake, table: str) -> Path:
    return Path(lake.place.join("tables", table))


def _authors(lake: Lake, table: str) -> list[str]:
    return [entry["engineInfo"].partition(":")[0] for entry in reversed(DeltaTable(str(_folder(lake, table))).history())]


def _rows(lake: Lake, table: str) -> pa.Table:
    """As deltalake reads them, sorted by their key; the same as DuckDB sees."""
    opened = pa.table(DeltaTable(str(_folder(lake, table))).to_pyarrow_table()).cast(TABLES[table].schema)
    with lake.connect(only=(table,)) as connection:
        seen = connection.table(table).to_arrow_table().cast(TABLES[table].schema)
    order = [(column, "ascending") for column in TABLES[table].key]
    assert seen.sort_by(order).equals(opened.sort_by(order))
    return opened.sort_by(order)


# Rows of every kind of column, and of what has no bounds or none that a log could hold.
ODD: dict[str, tuple[dict[str, object], ...]] = {
    "images": ({"digest": digest(1), "tags": ["a", "b"]}, {"digest": digest(2), "tags": None, "labels": LONG, "size": None}),
    "verdicts": (
        {"subject": 1, "score": float("inf"), "kev_due": None, "summary": 'quoted "\n\u2028 \U0001f600'},
        {"subject": -(2**62), "vulnerability": "CVE-2026-1", "score": float("-inf"), "aliases": None, "epss": None},
    ),
    "exceptions": ({"id": "1", "low_key": b"\x00\xff", "revoked_at": None}, {"id": "2", "low_key": None}),
    "runs": ({"run": "1", "started": NOW.replace(year=1), "finished": NOW.replace(year=9999)}, {"run": "2", "detail": ""}),
}


@pytest.mark.parametrize("table", ODD)
def test_what_is_written_here_is_what_deltalake_would_write(lake: Lake, tmp_path: Path, table: str) -> None:
    other = Lake(str(tmp_path / "other"))
    first, second = (rows(table, row) for row in ODD[table])
    for one in (lake, other):
        one.create()
        delta.retry(one.place, table, lambda state: state.version())  # the empty table
    lake.append(table, first)
    lake.append(table, second)
    for batch in (first, second):
        delta.retry(other.place, table, partial(write_deltalake, data=batch, mode="append"))
    assert _authors(lake, table)[1:] == ["hullmark", "hullmark"]
    assert _rows(lake, table).equals(_rows(other, table))
    assert _bounds(lake, table) == _bounds(other, table)


def _bounds(lake: Lake, table: str) -> list[tuple[object, ...]]:
    """What the log tells of each file, as it is read here; without flags, which nobody asks, and what deltalake cuts."""
    state = log.read(_folder(lake, table))
    assert state is not None
    return [(file.rows, _short(file.low), _short(file.high)) for file in state.files]


def _short(bounds: Mapping[str, object]) -> dict[str, object]:
    plain = {
        name: str(value).replace(".000Z", "Z") for name, value in bounds.items() if type(value) not in {bool, type(None)}
    }
    return {name: value for name, value in plain.items() if len(value) <= 32}


def test_rows_take_the_place_of_those_with_their_key_and_others_go(lake: Lake) -> None:
    for number in range(3):
        lake.append("verdicts", rows("verdicts", *({"vulnerability": f"CVE-{number}", "subject": n} for n in range(3))))
    new = rows("verdicts", {"vulnerability": "CVE-0", "subject": 2, "note": "new"}, {"vulnerability": "CVE-9", "subject": 0})
    gone = rows("verdicts", {"vulnerability": "CVE-1", "subject": 0}, {"vulnerability": "CVE-7", "subject": 1})
    before = {file.path for file in _files(lake)}
    lake.amend("verdicts", new, gone)
    assert _authors(lake, "verdicts")[-1] == "hullmark"
    kept = [(row["vulnerability"], row["subject"], row["note"]) for row in _rows(lake, "verdicts").to_pylist()]
    others = [(f"CVE-{v}", n, "note") for v in range(3) for n in range(3) if (v, n) not in {(0, 2), (1, 0)}]
    assert kept == sorted([*others, ("CVE-0", 2, "new"), ("CVE-9", 0, "note")])
    assert len(before & {file.path for file in _files(lake)}) == 1  # the file of which no row went stays


def _files(lake: Lake) -> tuple[log.File, ...]:
    state = delta.state(lake.place, "verdicts")
    return state.files if state else ()


def test_no_row_may_be_left(lake: Lake) -> None:
    batch = rows("runs", {"run": "1"}, {"run": "2"})
    lake.append("runs", batch)
    lake.amend("runs", batch.slice(0, 0), batch)
    assert _authors(lake, "runs")[-1] == "hullmark"
    assert _rows(lake, "runs").num_rows == lake.count("runs") == 0


def test_every_fiftieth_commit_is_left_to_deltalake_which_makes_a_checkpoint(lake: Lake) -> None:
    for number in range(105):
        lake.commit("runs", rows("runs", {"run": f"run {number % 20}"}))
    authors = _authors(lake, "runs")
    assert [number for number, author in enumerate(authors) if author != "hullmark"] == [0, 1, 49, 99]
    assert len(list((_folder(lake, "runs") / log.LOG).glob("*.checkpoint.parquet"))) == 2
    assert _rows(lake, "runs").num_rows == 20


def _without_settings(table: DeltaTable) -> None:
    table.alter.set_table_properties({"delta.appendOnly": "false"})


def _with_a_feature(table: DeltaTable) -> None:
    table.alter.add_constraint({"named": "run <> ''"})


OTHERS = [_without_settings, _with_a_feature]


@pytest.mark.parametrize("change", OTHERS, ids=[change.__name__.strip("_") for change in OTHERS])
def test_a_table_of_another_form_is_left_to_deltalake(lake: Lake, change: Callable[[DeltaTable], None]) -> None:
    lake.append("runs", rows("runs", {"run": "1"}))
    change(DeltaTable(str(_folder(lake, "runs"))))
    lake.append("runs", rows("runs", {"run": "2"}))
    assert _authors(lake, "runs")[-1] == "delta-rs"
    assert lake.count("runs") == 2


def test_many_rows_are_left_to_deltalake(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = rows("runs", {"run": "1"}, {"run": "2"})
    lake.append("runs", batch)
    monkeypatch.setattr(commit, "MOST_ROWS", 1)
    lake.commit("runs", batch)
    monkeypatch.setattr(commit, "MOST_BYTES", 1)
    lake.append("runs", rows("runs", {"run": "3"}))
    assert _authors(lake, "runs")[-2:] == ["delta-rs", "delta-rs"]
    assert lake.count("runs") == 3


def test_a_version_that_another_writer_took_is_not_written_again(lake: Lake) -> None:
    lake.append("runs", rows("runs", {"run": "1"}))
    state = log.read(_folder(lake, "runs"))
    assert state is not None
    lake.append("runs", rows("runs", {"run": "2"}))
    before = sorted(path.name for path in _folder(lake, "runs").rglob("*"))
    assert not commit._commit(_folder(lake, "runs"), state, rows("runs", {"run": "3"}), (), "Append")
    assert sorted(path.name for path in _folder(lake, "runs").rglob("*")) == before
    assert _rows(lake, "runs")["run"].to_pylist() == ["1", "2"]


def test_writers_that_meet_lose_no_row(lake: Lake) -> None:
    lake.append("runs", rows("runs", {"run": "first"}))

    def write(who: str) -> None:
        for turn in range(8):
            delta.append(lake.place, TABLES["runs"], rows("runs", {"run": f"{who} {turn}"}))  # without the lake's locks

    threads = [threading.Thread(target=write, args=(who,)) for who in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _rows(lake, "runs").num_rows == 25
    with duckdb.connect() as connection:
        names = [str(_folder(lake, "runs") / file.path) for file in delta.state(lake.place, "runs").files]  # type: ignore[union-attr]
        assert len(connection.read_parquet(names)) == 25


def test_what_cannot_be_written_leaves_nothing_behind(lake: Lake) -> None:
    """As on a disk that is full: no traceback from here, and deltalake says it in its own words."""
    lake.append("runs", rows("runs", {"run": "1"}))
    folder = _folder(lake, "runs")
    state, known = log.read(folder), {path.name for path in folder.rglob("*")}
    assert state is not None
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, limits[1]))
    try:
        made = commit._commit(folder, state, rows("runs", {"run": "3"}), (), "Append")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not made
    assert {path.name for path in folder.rglob("*")} == known
