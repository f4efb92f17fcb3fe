"""What images come to, summed once for all that carry the same, is what their findings say one by one."""

import random
from contextlib import closing
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import duckdb
import pytest

from hullmark.exceptions import Scope, exception_row
from hullmark.reports.tally import register_tally
from tests.analysis.fleets import Image, write
from tests.analysis.test_remedies import KEPT, feeds, fleet, lake_of

ONE_BY_ONE = """
WITH found AS (SELECT *, coalesce(severity, 'unknown') AS named, NOT settled AS open FROM fleet_findings)
SELECT
    image_digest, count(*) FILTER (open) AS findings, count(*) FILTER (settled) AS settled,
    count(*) FILTER (open AND named = 'critical') AS critical, count(*) FILTER (open AND named = 'high') AS high,
    count(*) FILTER (open AND named = 'medium') AS medium, count(*) FILTER (open AND named = 'low') AS low,
    count(*) FILTER (open AND named = 'negligible') AS negligible, count(*) FILTER (open AND named = 'none') AS "none",
    count(*) FILTER (open AND named = 'unknown') AS unknown, count(*) FILTER (open AND kev) AS exploited,
    count(*) FILTER (open AND fixed_version <> '') AS fixable,
    severity_named(max(severity_rank(named)) FILTER (open)) AS worst, round(max(risk) FILTER (open), 4) AS risk,
    round(coalesce(sum(risk) FILTER (open), 0), 4) AS weight
FROM found
GROUP BY image_digest
ORDER BY image_digest
"""
TALLIED = "SELECT * REPLACE (round(risk, 4) AS risk, round(weight, 4) AS weight) FROM image_tally ORDER BY image_digest"
VULNERABILITIES = """
SELECT DISTINCT vulnerability, coalesce(kev, false) AS kev, settled FROM fleet_findings ORDER BY ALL
"""


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    queries = files("hullmark.reports.queries")
    for name in ("macro_fleet.sql", "macro_fleet_findings.sql"):
        connection.execute(queries.joinpath(name).read_text(encoding="utf-8"))
    register_tally(connection)


@pytest.mark.parametrize("kept", KEPT)
@pytest.mark.parametrize("settled", [False, True], ids=["open", "settled"])
def test_sums_are_those_of_the_rows(tmp_path: Path, kept: str, settled: bool) -> None:
    rng = random.Random(5)  # noqa: S311  a sample
    store, rows = feeds(rng, tmp_path), fleet(rng)
    images = [Image(f"app{number}:1", "a", tagged=number % 2 == 0) for number in range(12)]
    lake = lake_of(tmp_path, rows, store, *images, kept=kept)
    gone = Image("app11:1", "a", state="deleted")
    write(lake, "images", [gone.row()])
    now = images[0].created
    scopes = [Scope(package="pypi/p1"), Scope(package="pypi/p2", repository="app1*"), Scope(image_digest=images[3].digest)]
    for scope in scopes if settled else ():
        lake.append("exceptions", exception_row(scope, "known", "ann", "bob", (now, now + timedelta(days=9000))))
    with closing(lake.connect()) as connection:
        prepare(connection)
        expected, found = connection.sql(ONE_BY_ONE).to_arrow_table(), connection.sql(TALLIED).to_arrow_table()
        assert found.to_pylist() == expected.to_pylist()
        assert (
            connection.sql("FROM fleet_vulnerability ORDER BY ALL").fetchall() == connection.sql(VULNERABILITIES).fetchall()
        )
    assert gone.digest not in found["image_digest"].to_pylist()
    assert (sum(found["settled"].to_pylist()) > 0) == settled
    assert images[3].digest in found["image_digest"].to_pylist()
