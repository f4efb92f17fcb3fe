"""Rows of a Parquet file by the value of a column: as a filter over the whole file gives them, whatever their order."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from hullmark.advisories import snapshot_tables
from hullmark.advisories.narrow import rows_with
from hullmark.advisories.state import FeedState
from hullmark.advisories.store import FeedStore
from hullmark.lake.schema import AFFECTED, FEED_PROBLEMS

NAMES = [f"p{number:03}" for number in range(100)]
WANTED = [["p000"], ["p099"], ["p050", "p051"], ["a", "z"], ["p0", "p0505", "p99"], NAMES[::7], NAMES, []]


def file(names: list[str | None], group: int = 8, *, statistics: bool = True) -> bytes:
    sink = pa.BufferOutputStream()
    lists = pa.array([[name, "x"] for name in names], pa.list_(pa.string()))
    table = pa.table({"list": lists, "name": pa.array(names, pa.string()), "number": range(len(names))})
    pq.write_table(table, sink, row_group_size=group, write_statistics=statistics)
    return bytes(sink.getvalue())


@pytest.mark.parametrize("wanted", WANTED, ids=lambda wanted: f"{len(wanted)} {'-'.join(wanted[:3])}")
@pytest.mark.parametrize("statistics", [True, False])
@pytest.mark.parametrize(
    "names", [sorted(NAMES * 3), NAMES[::-1] * 3, [*NAMES[:9], None, *NAMES[9:]]], ids=["sorted", "reversed", "null"]
)
def test_rows(names: list[str | None], statistics: bool, wanted: list[str]) -> None:
    content = file(names, statistics=statistics)
    parts = list(rows_with(pq.ParquetFile(pa.BufferReader(content)), "name", wanted, ["name", "number"]))
    whole = pq.read_table(pa.BufferReader(content), columns=["name", "number"])
    expected = whole.filter(pc.is_in(whole["name"], pa.array(wanted, pa.string())))
    assert pa.concat_tables([expected.slice(0, 0), *parts]).to_pylist() == expected.to_pylist()
    assert all(part.num_rows for part in parts)


def test_no_rows() -> None:
    assert list(rows_with(pq.ParquetFile(pa.BufferReader(file([]))), "name", ["a"], ["name"])) == []


def test_a_file_lies_in_the_order_in_which_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_tables, "GROUP", 10)
    store = FeedStore(str(tmp_path))
    rows = [{"advisory_id": "A", "ecosystem": "Debian:12", "name": name} for name in NAMES[::-1]]
    tables = {"affected": pa.Table.from_pylist(rows, AFFECTED), "problems": FEED_PROBLEMS.empty_table()}
    store.put(FeedState("osv/Debian", "0" * 32), tables)
    [written] = store.opened("affected")
    assert written.read(["name"])["name"].to_pylist() == NAMES
    assert written.num_row_groups == 10
