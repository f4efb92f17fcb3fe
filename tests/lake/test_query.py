"""What a person's SQL may do to the lake: read it, and nothing else."""

from pathlib import Path

import pytest

from hullmark.errors import LakeError, UsageError
from hullmark.lake.query import query
from hullmark.lake.schema import TABLES
from hullmark.lake.store import Lake
from tests.lake.rows import digest, packages, rows


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(str(tmp_path / "lake"))
    lake.commit("packages", packages("a", "b"))
    return lake


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT count(*) AS n FROM packages", [{"n": 6}]),
        ("with p as (select distinct name from packages) select max(name) as m from p;", [{"m": "p2"}]),
        ("FROM packages SELECT DISTINCT type", [{"type": "deb"}]),
        ("VALUES (1)", [{"col0": 1}]),
        ("SELECT count(*) AS n FROM findings -- nothing yet", [{"n": 0}]),
    ],
)
def test_reading(lake: Lake, sql: str, expected: list[dict[str, object]]) -> None:
    assert query(lake, sql).to_pylist() == expected


def test_the_lake_describes_itself(lake: Lake) -> None:
    assert "packages" in query(lake, "SHOW TABLES").column("name").to_pylist()
    described = query(lake, "DESCRIBE packages").column("column_name").to_pylist()
    assert described == TABLES["packages"].schema.names


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT nam FROM packages", r'Referenced column "nam" not found in FROM clause! Candidate bindings: "name"'),
        ("SELECT * FROM package", r'Table with name package does not exist! Did you mean "packages"'),
        ("SELEC 1", "syntax error at or near"),
        ("SELECT 'a'::INT", "Could not convert string 'a' to INT32"),
        ("", "the query is empty"),
        ("SELECT 1; SELECT 2", "holds 2 statements"),
        ("DROP VIEW packages", "no SELECT but DROP"),
        ("CREATE TABLE t AS SELECT 1", "no SELECT but CREATE"),
        ("EXPLAIN ANALYZE COPY (SELECT 1) TO '/tmp/x'", "no SELECT but EXPLAIN"),
        ("SET memory_limit = '100GB'", "no SELECT but"),
        ("ATTACH '/tmp/other.db'", "no SELECT but ATTACH"),
        ("INSTALL httpfs", "no SELECT but"),
        ("CALL pragma_version()", "no SELECT but CALL"),
        ("WITH gone AS (DELETE FROM packages RETURNING *) SELECT * FROM gone", "cannot be answered"),
        ("SELECT * FROM read_text('/etc/passwd')", "Cannot access file"),
        ("SELECT * FROM '/etc/passwd'", "does not exist"),
        ("SELECT * FROM glob('/etc/*')", "Cannot access file"),
        ("SELECT * FROM read_csv('https://example.com/x.csv')", "cannot be answered"),
        ("SELECT * FROM enable_logging('QueryLog', storage = 'file', storage_path = '/tmp/x')", "locked"),
        ("SELECT * FROM lake", "does not exist"),
    ],
)
def test_refusals_are_one_sentence(lake: Lake, sql: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        query(lake, sql)
    assert "\n" not in str(caught.value)
    assert "LINE 1" not in str(caught.value)


def test_copy_may_not_overwrite_the_tables_themselves(lake: Lake) -> None:
    target = Path(lake.place.join("tables", "x.parquet"))
    with pytest.raises(UsageError, match="no SELECT but COPY"):
        query(lake, f"COPY (SELECT 1) TO '{target}'")
    assert not target.exists()


def test_a_query_beyond_the_memory_limit_says_what_to_raise(lake: Lake) -> None:
    with pytest.raises(UsageError, match="HULLMARK_MEMORY_MB"):
        query(lake, "SELECT list(hash(range)::VARCHAR || range) FROM range(20000000)", memory_mb=64)


def test_a_large_sort_spills_instead_of_failing(lake: Lake) -> None:
    sql = "SELECT count(*) AS n FROM (SELECT DISTINCT hash(range)::VARCHAR || range AS x FROM range(2000000))"
    assert query(lake, sql, memory_mb=64, threads=2).to_pylist() == [{"n": 2_000_000}]


def test_without_a_lake(tmp_path: Path) -> None:
    with pytest.raises(LakeError, match=r"there is no lake at .* yet"):
        query(Lake(str(tmp_path / "none")), "SELECT 1")
    assert not (tmp_path / "none").exists(), "asking makes nothing"


def test_current_findings_name_every_place_of_a_present_image(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    here, gone = digest("here"), digest("gone")
    lake.commit(
        "images",
        rows(
            "images",
            {"digest": here, "repository": "a"},
            {"digest": here, "repository": "b"},
            {"digest": gone, "state": "deleted"},
        ),
    )
    lake.commit("findings", rows("findings", {"image_digest": here}, {"image_digest": gone}))
    found = query(lake, "SELECT repository, image_digest FROM current_findings ORDER BY 1").to_pylist()
    assert found == [{"repository": "a", "image_digest": here}, {"repository": "b", "image_digest": here}]


def test_latest_coverage_is_one_row_a_place(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    told = [{"run": "1", "status": "failed"}, {"run": "2", "status": "scanned"}, {"run": "2", "repository": "other"}]
    lake.commit("coverage", rows("coverage", *told))
    found = query(lake, "SELECT repository, status FROM latest_coverage ORDER BY 1").to_pylist()
    assert [row["status"] for row in found] == ["scanned", "scanned"]
