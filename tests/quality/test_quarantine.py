"""A batch that fails is kept whole, its table untouched, until a person releases or discards it."""

from pathlib import Path

import pyarrow as pa
import pytest

from hullmark.errors import LakeError, NotFound, UsageError
from hullmark.lake.schema import TABLES
from hullmark.lake.store import Lake
from hullmark.quality.gate import LEDGER, Gate
from hullmark.quality.quarantine import FOLDER, Kept, discard, kept, release, report
from hullmark.quality.validate import Verdict
from tests.cli.command import run
from tests.lake.rows import rows

SENTENCE = "tags.tag: values to not be null: 1 of 1 rows do not, such as <b>x</b>"
RESULT = {
    "success": False, "expectation_config": {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "tag"}},
    "result": {"unexpected_count": 1, "partial_unexpected_list": ["<script>alert(1)</script>"]},
}  # fmt: skip


def refuse(table: str, _: pa.Table) -> Verdict:
    return Verdict(table, False, (SENTENCE,), {"results": [RESULT]})


def batch(table: str = "tags", **said: object) -> pa.Table:
    return rows(table, said)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(str(tmp_path / "lake"))
    lake.commit("tags", batch(tag="old"))
    return lake


def rejected(lake: Lake, table: str = "tags", **said: object) -> Kept:
    with lake.guarded(Gate("run-1", refuse)), pytest.raises(LakeError, match=r"failed validation.*hullmark quality list"):
        lake.commit(table, batch(table, **said))
    return kept(lake)[-1]


def stored(lake: Lake) -> set[str]:
    with lake.connect() as connection:
        return {row[0] for row in connection.sql("SELECT tag FROM tags").fetchall()}


@pytest.mark.parametrize("name", sorted(TABLES.keys() - LEDGER))
def test_no_table_is_touched_by_a_batch_that_fails(tmp_path: Path, name: str) -> None:
    lake = Lake(str(tmp_path / "lake"))
    good = rows(name, {})
    lake.commit(name, good)
    before = lake.versions()
    scope = good.select(list(TABLES[name].scope)) if TABLES[name].scope else None
    with lake.guarded(Gate("run-1", refuse)):
        for write in (lake.commit, lake.append):
            with pytest.raises(LakeError):
                write(name, good)
        if scope is not None:
            with pytest.raises(LakeError):
                lake.replace_scope(name, scope, good)
    assert lake.versions() == before
    assert [item.table for item in kept(lake)] == [name]


def test_the_gate_is_there_for_a_while_only(lake: Lake) -> None:
    rejected(lake)
    lake.commit("tags", batch(tag="new"))
    with lake.guarded(Gate("run-1", refuse)), lake.guarded(None):
        lake.commit("tags", batch(tag="trusted"))
    assert stored(lake) == {"old", "new", "trusted"}


def test_release_puts_it_in_and_says_who(lake: Lake) -> None:
    item = rejected(lake, tag="new")
    assert (item.table, item.rows, item.failures, item.decision) == ("tags", 1, (SENTENCE,), "")
    assert release(lake, item.name, "ann") == 1
    assert stored(lake) == {"old", "new"}
    assert kept(lake) == []
    (decided,) = kept(lake, decided=True)
    assert (decided.decision, decided.by) == ("released", "ann")
    assert decided.decided_at >= decided.kept_at
    with pytest.raises(UsageError, match="was released by ann on"):
        discard(lake, item.name, "bob")


def test_discard_deletes_the_rows_and_keeps_the_report(lake: Lake) -> None:
    item = rejected(lake, tag="new")
    discard(lake, item.name, "bob")
    assert stored(lake) == {"old"}
    assert not list(Path(lake.place.join(FOLDER)).rglob("*.parquet"))
    assert report(lake, item.name)["by"] == "bob"


def test_findings_are_not_released(lake: Lake) -> None:
    item = rejected(lake, "findings")
    with pytest.raises(UsageError, match="findings are matched anew by the next run"):
        release(lake, item.name, "ann")


def test_the_page_asks_no_network_and_runs_nothing(lake: Lake) -> None:
    item = rejected(lake)
    page = Path(lake.place.join(FOLDER, f"{item.name}.html")).read_text(encoding="utf-8")
    assert "http" not in page and "<script" not in page and "<b>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "values to not be null" in page


@pytest.mark.parametrize("name", ["run-1/none", "../lake", "", "a/b/c", "../../etc/passwd"])
def test_names_of_nothing(lake: Lake, name: str) -> None:
    with pytest.raises(NotFound, match="in quarantine; `hullmark quality list`"):
        report(lake, name)


def test_a_damaged_report_is_one_sentence(lake: Lake) -> None:
    item = rejected(lake)
    Path(lake.place.join(FOLDER, f"{item.name}.json")).write_text("{", encoding="utf-8")
    with pytest.raises(LakeError, match="is damaged"):
        kept(lake)


def test_from_the_command_line(lake: Lake, tmp_path: Path) -> None:
    assert "No batch is in quarantine." in run(tmp_path, ["quality", "list"]).stdout
    item = rejected(lake, tag="new")
    assert item.name in run(tmp_path, ["quality", "list"]).stdout.replace("\n", "")
    assert run(tmp_path, ["quality", "show", item.name, "--format", "html"]).stdout.startswith("<!doctype html>")
    assert run(tmp_path, ["quality", "release", item.name, "--by", " "]).status == 2
    assert "1 rows are in" in run(tmp_path, ["quality", "release", item.name, "--by", "ann"]).stdout
    assert "released by ann" in run(tmp_path, ["quality", "list", "--all"]).stdout.replace("\n", "")


@pytest.mark.parametrize("name", sorted(LEDGER))
def test_what_a_run_says_of_itself_is_always_said(lake: Lake, name: str) -> None:
    with lake.guarded(Gate("run-1", refuse)):
        assert lake.commit(name, rows(name, {})) == 1
