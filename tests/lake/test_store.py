"""What a commit does to the tables, and what it refuses."""

import json
import os
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from hullmark.errors import LakeBusy, LakeError
from hullmark.lake.schema import TABLES
from hullmark.lake.store import Lake
from tests.lake.rows import digest, packages, rows


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def ask(lake: Lake, sql: str) -> list[tuple[object, ...]]:
    con = lake.connect()
    try:
        return con.sql(sql).fetchall()
    finally:
        con.close()


def test_every_table_is_an_empty_typed_view_before_anything_is_written(lake: Lake) -> None:
    lake.create()
    con = lake.connect()
    for table in TABLES.values():
        found = con.table(table.name).to_arrow_table()
        assert found.num_rows == 0
        assert found.schema.names == table.schema.names
    assert con.sql("SELECT count(*) FROM current_findings").fetchall() == [(0,)]


@pytest.mark.parametrize("table", TABLES)
def test_a_row_of_every_table_comes_back_as_it_went_in(lake: Lake, table: str) -> None:
    batch = rows(table, {})
    assert lake.commit(table, batch) == 1
    found = lake.connect().table(table).to_arrow_table().cast(batch.schema)
    assert found.to_pylist() == batch.to_pylist()
    assert lake.commit(table, batch) == 1
    assert lake.connect().table(table).count("*").fetchall() == [(1,)], "the same key replaces its row"


def test_a_scope_is_replaced_whole_in_one_commit(lake: Lake) -> None:
    lake.commit("packages", packages("a", "b", names=3))
    before = lake.versions()["packages"]
    lake.commit("packages", packages("a", names=1, version="2.0"))
    assert lake.versions()["packages"] == before + 1
    counts = ask(lake, "SELECT image_digest, count(*), max(version) FROM packages GROUP BY ALL ORDER BY 2")
    assert counts == [(digest("a"), 1, "2.0"), (digest("b"), 3, "1.0")]


def test_replace_scope_clears_what_has_no_row_any_more(lake: Lake) -> None:
    lake.commit("findings", rows("findings", {"image_digest": digest("a")}, {"image_digest": digest("b")}))
    scopes = pa.table({"image_digest": [digest("a"), digest("c")]})
    assert lake.replace_scope("findings", scopes, rows("findings", {"image_digest": digest("c")})) == 1
    assert ask(lake, "SELECT image_digest FROM findings ORDER BY ALL") == sorted([(digest("b"),), (digest("c"),)])
    assert lake.replace_scope("findings", pa.table({"image_digest": [digest("b")]}), rows("findings")) == 0
    assert ask(lake, "SELECT image_digest FROM findings") == [(digest("c"),)]


def test_replace_scope_without_any_scope_changes_nothing(lake: Lake) -> None:
    lake.commit("findings", rows("findings", {}))
    before = lake.versions()
    assert lake.replace_scope("findings", pa.table({"image_digest": pa.array([], pa.string())}), rows("findings")) == 0
    assert lake.versions() == before


def test_replace_scope_of_a_table_without_scope_is_refused(lake: Lake) -> None:
    with pytest.raises(LakeError, match="images has no scope"):
        lake.replace_scope("images", pa.table({"digest": ["x"]}), rows("images"))


def test_upsert_keeps_other_rows_and_quotes_hostile_keys(lake: Lake) -> None:
    odd = "x' OR '1'='1"
    lake.commit("images", rows("images", {"registry": odd, "digest": "1"}, {"registry": "plain", "digest": "1"}))
    lake.commit("images", rows("images", {"registry": odd, "digest": "1", "state": "deleted"}))
    assert ask(lake, "SELECT registry, state FROM images ORDER BY 1") == [("plain", "present"), (odd, "deleted")]
    lake.commit("packages", packages("a").set_column(0, "image_digest", pa.array([odd] * 3)))
    lake.commit("packages", packages("b"))
    lake.replace_scope("packages", pa.table({"image_digest": [odd]}), rows("packages"))
    assert ask(lake, "SELECT DISTINCT image_digest FROM packages") == [(digest("b"),)]


def test_an_upsert_on_many_leading_values(lake: Lake) -> None:
    batch = rows("runs", *({"run": f"r{number:03}", "findings": 1} for number in range(200)))
    lake.commit("runs", batch)
    lake.commit("runs", rows("runs", *({"run": f"r{number:03}", "findings": 2} for number in range(100, 300))))
    assert ask(lake, "SELECT findings, count(*) FROM runs GROUP BY 1 ORDER BY 1") == [(1, 100), (2, 200)]


def test_an_empty_batch_makes_no_commit(lake: Lake) -> None:
    assert lake.commit("runs", rows("runs")) == 0
    assert lake.versions() == {}


def test_types_are_cast_and_missing_columns_are_null(lake: Lake) -> None:
    batch = pa.table({"run": pa.array(["r"], pa.large_string()), "findings": pa.array([7], pa.int8())})
    lake.commit("runs", batch)
    assert ask(lake, "SELECT run, findings, started FROM runs") == [("r", 7, None)]


@pytest.mark.parametrize(
    ("batch", "words"),
    [
        (pa.table({"run": ["r"], "colour": ["red"]}), "colour"),
        (pa.table({"run": ["r"], "findings": ["many"]}), "column findings of a batch for runs is no int64"),
        (pa.table({"findings": [1]}), "rows without run"),
        (pa.table({"run": ["r", "r"]}), "1 rows whose key"),
    ],
)
def test_a_batch_that_does_not_fit_is_one_sentence_and_no_commit(lake: Lake, batch: pa.Table, words: str) -> None:
    with pytest.raises(LakeError, match=words) as caught:
        lake.commit("runs", batch)
    assert "\n" not in str(caught.value)
    assert lake.versions() == {}


def test_an_unknown_table_is_named(lake: Lake) -> None:
    with pytest.raises(LakeError, match="no table 'nonsense'"):
        lake.commit("nonsense", pa.table({"a": [1]}))


def test_a_table_of_an_older_version_gains_its_new_columns(lake: Lake) -> None:
    lake.create()
    old = rows("runs", {"run": "old"}).drop_columns(["detail", "bytes_read"])
    write_deltalake(lake.place.join("tables", "runs"), old)
    assert ask(lake, "SELECT run, detail, bytes_read FROM runs") == [("old", None, None)]
    lake.commit("runs", rows("runs", {"run": "new", "detail": "d", "bytes_read": 5}))
    assert ask(lake, "SELECT run, detail, bytes_read FROM runs ORDER BY 1") == [("new", "d", 5), ("old", None, None)]


def test_old_states_can_be_read(lake: Lake) -> None:
    lake.commit("runs", rows("runs", {"run": "one"}))
    first = lake.versions()["runs"]
    between = datetime.now(UTC)
    time.sleep(0.01)
    lake.commit("runs", rows("runs", {"run": "two"}))
    assert lake.relation_as_of("runs", first).fetchall()[0][0] == "one"
    assert len(lake.relation_as_of("runs", between).fetchall()) == 1
    assert len(lake.relation_as_of("runs", datetime.now(UTC)).fetchall()) == 2
    with pytest.raises(LakeError, match="as of 99"):
        lake.relation_as_of("runs", 99)
    with pytest.raises(LakeError, match="no table findings yet"):
        lake.relation_as_of("findings", 1)


def test_compaction_and_vacuum_keep_the_rows(lake: Lake) -> None:
    for number in range(5):
        lake.commit("packages", packages(number))
    assert lake.compact() == {"packages": 1}
    assert lake.vacuum(keep_days=7) == {"packages": 0}, "what is young stays readable"
    assert lake.vacuum(keep_days=0)["packages"] >= 5
    assert ask(lake, "SELECT count(*) FROM packages") == [(15,)]
    with pytest.raises(LakeError, match="vacuumed"):
        lake.relation_as_of("packages", 1)


def test_the_parquet_files_of_the_current_version_are_the_table(lake: Lake) -> None:
    lake.commit("packages", packages("a", "b"))
    lake.commit("packages", packages("a", names=1))
    table = DeltaTable(lake.place.join("tables", "packages"))
    assert table.protocol().reader_features is None, "nothing that a plain reader would miss, such as deletion vectors"
    count = duckdb.connect().read_parquet(table.file_uris()).count("*").fetchall()
    assert count == [(4,)]


def test_a_folder_whose_name_is_a_glob(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "odd * ?'"))
    lake.commit("runs", rows("runs", {}))
    assert ask(lake, "SELECT count(*) FROM runs") == [(1,)]


def test_a_folder_with_other_things_is_not_taken_over(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("years of work")
    with pytest.raises(LakeError, match=r"is no lake and holds other things \(thesis.doc"):
        Lake(str(tmp_path)).create()
    assert [item.name for item in tmp_path.iterdir()] == ["thesis.doc"]


def test_a_lake_of_a_newer_version_is_left_alone(lake: Lake) -> None:
    lake.create()
    Path(lake.place.join("lake.json")).write_text(json.dumps({"format": 3}))
    for action in (Lake(lake.root).create, lake.connect, lake.exists):
        with pytest.raises(LakeError, match="newer Hullmark"):
            action()
    Path(lake.place.join("lake.json")).write_text("{")
    with pytest.raises(LakeError, match="damaged"):
        lake.exists()


def test_a_place_that_cannot_be_a_lake(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LakeError, match="cannot be written: Not a directory"):
        Lake(str(tmp_path / "file" / "lake")).create()
    with pytest.raises(LakeError, match="neither a folder nor an s3"):
        Lake("gs://bucket/lake")


@pytest.fixture
def foreign_folder() -> Iterator[Path]:
    """A folder that this process may not write; root becomes nobody for a moment."""
    with tempfile.TemporaryDirectory() as name:
        was = os.geteuid()
        Path(name).chmod(0o555)
        if was == 0:
            os.seteuid(65534)
        try:
            yield Path(name)
        finally:
            os.seteuid(was)
            Path(name).chmod(0o755)


def test_a_folder_that_is_not_writable(foreign_folder: Path) -> None:
    with pytest.raises(LakeError, match="cannot be written: Permission denied"):
        Lake(str(foreign_folder / "lake")).create()
    with pytest.raises(LakeError, match="cannot be written: Permission denied"):
        Lake(str(foreign_folder)).commit("runs", rows("runs", {}))


def test_a_damaged_table_is_one_sentence(lake: Lake) -> None:
    lake.commit("runs", rows("runs", {}))
    for entry in Path(lake.place.join("tables", "runs", "_delta_log")).iterdir():
        entry.write_text("{nonsense")
    with pytest.raises(LakeError, match=r"table runs of the lake .* cannot be read") as caught:
        lake.connect()
    assert "\n" not in str(caught.value)


def test_the_lock_says_who_holds_it_and_is_free_afterwards(lake: Lake) -> None:
    other = Lake(lake.root)
    busy = pytest.raises(LakeBusy, match=rf"process {os.getpid()} \(the nightly scan, since 20")
    with lake.lock("the nightly scan"), busy, other.lock("another"):
        pytest.fail("two runs held the lake")
    with other.lock("again"):
        pass


def test_more_scopes_than_one_predicate_can_name(lake: Lake) -> None:
    names = [digest(number) for number in range(12_000)]
    old = pa.table({"image_digest": names, "run": ["old"] * len(names)})
    lake.replace_scope("matched_images", old, old)
    kept = names[:3]
    new = pa.table({"image_digest": kept, "run": ["new"] * 3})
    lake.replace_scope("matched_images", old.slice(0, 11_999), new)
    found = set(ask(lake, "SELECT image_digest, run FROM matched_images"))
    assert found == {*((name, "new") for name in kept), (names[-1], "old")}


def test_a_table_is_made_equal_in_one_commit_whether_few_scopes_differ_or_most(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.commit("packages", packages("a", "b", names=2))
    before = lake.versions()["packages"]
    for most, changed in ((2, ("a", "b", "c")), (5_000, ("c",))):
        monkeypatch.setattr("hullmark.lake.delta.SCOPES", most)
        wanted = packages("b", "c", names=1, version=f"{most}.0")
        lake.make_equal("packages", wanted, pa.table({"image_digest": [digest(name) for name in changed]}))
        before += 1
        assert lake.versions()["packages"] == before
        left = ask(lake, "SELECT image_digest, version FROM packages ORDER BY ALL")
        assert [name for name, _ in left] == sorted([digest("b"), digest("c")])
    assert {version for _, version in left} == {"2.0", "5000.0"}
    lake.make_equal("packages", wanted, pa.table({"image_digest": pa.array([], pa.string())}))
    assert lake.versions()["packages"] == before, "nothing differs, nothing is written"


@pytest.mark.parametrize(
    "name",
    ["plain", "it's", "a\\", "\\'", 'q"', "a\nb", "%_*", "é€😀", "", "'; DROP TABLE x --", "$1 {x} :p", "\x00", "NULL"],
)
def test_one_row_takes_the_place_of_another_whatever_its_key_is(lake: Lake, name: str) -> None:
    others = ({"name": f"{name}x", "digest": name, "source": "0"}, {"name": "", "digest": f"x{name}", "source": "0"})
    lake.append("known_bases", rows("known_bases", *others))
    for source in ("1", "2"):
        lake.commit("known_bases", rows("known_bases", {"name": name, "digest": name, "source": source}))
    found = lake.rows("known_bases", ("name", "digest", "source")).to_pylist()
    assert len(found) == 3
    assert {"name": name, "digest": name, "source": "2"} in found
