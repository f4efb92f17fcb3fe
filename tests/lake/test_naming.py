"""A connection with some of the lake has all that these are made of."""

from contextlib import closing
from pathlib import Path

import pytest

from hullmark.lake.duck import open_duckdb
from hullmark.lake.naming import named, needed, views
from hullmark.lake.schema import TABLES
from hullmark.lake.store import Lake
from tests.lake.rows import digest, rows

MADE = sorted({*TABLES, *(name for view in views() for name in view.makes if "VIEW" in view.text)})
EMPTY = {"10_nothing_excepted.sql": "10_exception_findings.sql", "11_nothing_stated.sql": "11_vex_findings.sql"}


@pytest.mark.parametrize("name", MADE)
def test_a_view_alone_can_be_asked(tmp_path: Path, name: str) -> None:
    lake = Lake(str(tmp_path / "lake"))
    lake.create()
    with closing(lake.connect(only=(name,))) as some, closing(lake.connect()) as whole:
        assert some.table(name).fetchall() == []
        assert some.table(name).columns == whole.table(name).columns


@pytest.mark.parametrize(("empty", "full"), EMPTY.items())
def test_a_view_that_nobody_has_said_anything_for_has_the_same_columns(empty: str, full: str) -> None:
    texts = {view.file: view.text for view in views()}
    (name,) = next(view.makes for view in views() if view.file == full)
    with closing(open_duckdb()) as plain, closing(open_duckdb()) as stated:
        plain.execute(texts[empty])
        for table, definition in TABLES.items():
            stated.from_arrow(definition.schema.empty_table()).create_view(table)
        for file in (
            "04_called.sql",
            "05_exceptions_at.sql",
            "09_compared_package.sql",
            "09_covers_place.sql",
            "10_version_keys.sql",
            full,
        ):
            stated.execute(texts[file])
        assert (plain.table(name).columns, plain.table(name).types) == (stated.table(name).columns, stated.table(name).types)
        assert plain.table(name).fetchall() == []


def test_names_are_found_as_words_in_any_case() -> None:
    assert named(['SELECT * FROM Images JOIN "packages" USING (x)', "SELECT 1"]) == {"images", "packages"}
    assert named([]) == named(["SELECT image, package"]) == frozenset()
    assert {"open_findings", "image_standing", "exceptions", "vex_statements", "verdicts"} <= needed(["open_findings"])


def test_what_tables_hold_decides_which_view_is_made(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    lake.commit("findings", rows("findings", {"image_digest": digest("a"), "vulnerability": "old"}))
    with closing(lake.connect(only=("findings",))) as connection:
        assert connection.sql("SELECT vulnerability FROM findings").fetchall() == [("old",)]
    lake.commit("verdicts", rows("verdicts", {"subject": 1, "vulnerability": "new"}))
    lake.commit("vulnerable_packages", rows("vulnerable_packages", {"image_digest": digest("a"), "subject": 1}))
    with closing(lake.connect(only=("findings",))) as connection:
        assert connection.sql("SELECT vulnerability FROM findings").fetchall() == [("new",)]
