"""The state of a table as its log tells it: what deltalake says of it, or nothing where the log is of another kind."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from hullmark.errors import LakeError
from hullmark.lake import delta, log
from hullmark.lake.store import Lake
from tests.lake.rows import rows

Then = Callable[[Lake], object]


def _empty(lake: Lake) -> None:
    lake.clear("runs")


# of so many runs, which of those are written once more, and what is done then
OWN: dict[str, tuple[int, int, Then]] = {
    "one commit": (1, 0, Lake.versions),
    "rows that replace others": (2, 2, Lake.versions),
    "a checkpoint alone": (49, 0, Lake.versions),
    "a checkpoint and commits after it": (54, 0, Lake.versions),
    "small files that were merged": (4, 0, Lake.compact),
    "no row left": (1, 0, _empty),
    "files that are gone": (3, 12, lambda lake: lake.vacuum(0)),
}


def _run(number: int) -> pa.Table:
    return rows("runs", {"run": f"run {number}", "state": "completed"})


@pytest.mark.parametrize(("runs", "again", "then"), OWN.values(), ids=OWN.keys())
def test_the_log_of_a_table_tells_what_deltalake_tells(tmp_path: Path, runs: int, again: int, then: Then) -> None:
    lake = Lake(str(tmp_path))
    for number in range(runs):
        lake.append("runs", _run(number))
    for number in range(again):
        lake.commit("runs", _run(number % runs))
    then(lake)
    told, opened = log.read(tmp_path / "tables" / "runs"), delta.state_of(delta.open_table(lake.place, "runs"))
    assert told is not None
    assert opened is not None
    assert (told.version, told.id, told.rows) == (opened.version, opened.id, opened.rows)
    assert _said(told.files) == _said(opened.files)


def _said(files: tuple[log.File, ...]) -> list[tuple[object, ...]]:
    bounds = [(file.low[name], file.high[name]) for file in files for name in ("run", "state")]
    return sorted([*((file.path, file.rows) for file in files), *bounds])


def _partitioned(folder: Path) -> None:
    write_deltalake(str(folder), pa.table({"a": ["x"], "b": [1]}), partition_by=["a"])


def _with_deletion_vectors(folder: Path) -> None:
    write_deltalake(str(folder), pa.table({"b": [1]}), configuration={"delta.enableDeletionVectors": "true"})


def _torn(folder: Path) -> None:
    write_deltalake(str(folder), pa.table({"b": [1]}))
    commit = next((folder / log.LOG).glob("*.json"))
    commit.write_bytes(commit.read_bytes()[:-40])


def _without_its_first_commit(folder: Path) -> None:
    for number in range(2):
        write_deltalake(str(folder), pa.table({"b": [number]}), mode="append")
    (folder / log.LOG / f"{0:020}.json").unlink()


def _of_lists(folder: Path) -> None:
    (folder / log.LOG).mkdir(parents=True)
    (folder / log.LOG / f"{0:020}.json").write_bytes(b"[1]\n")


def _of_nothing(folder: Path) -> None:
    (folder / log.LOG).mkdir(parents=True)
    (folder / log.LOG / f"{0:020}.json").write_bytes(b"")


OTHERS = [_partitioned, _with_deletion_vectors, _torn, _without_its_first_commit, _of_lists, _of_nothing]


@pytest.mark.parametrize("make", [*OTHERS, lambda _: None], ids=[*(make.__name__ for make in OTHERS), "none"])
def test_a_log_of_another_kind_is_left_to_deltalake(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path)
    assert log.read(tmp_path) is None


def test_a_table_that_another_program_has_partitioned_is_read_all_the_same(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    lake.create()
    write_deltalake(str(tmp_path / "tables" / "runs"), _run(1), partition_by=["kind"])
    assert lake.count("runs") == DeltaTable(str(tmp_path / "tables" / "runs")).count()


def test_a_damaged_log_is_told_in_one_sentence(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    lake.append("runs", _run(1))
    for commit in (tmp_path / "tables" / "runs" / log.LOG).glob("*.json"):
        commit.write_bytes(b"{")
    with pytest.raises(LakeError, match=r"the table runs of the lake .* cannot be read"):
        lake.count("runs")
