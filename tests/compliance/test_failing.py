"""The list of what fails a rule agrees with the counts: a line for each place, and what is exempt says so."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

from hullmark.compliance.evaluate import evaluate
from hullmark.compliance.load import read_policy
from hullmark.lake.store import Lake
from hullmark.sql import read_sql
from tests.analysis.fleets import NOW, Image, write
from tests.compliance.test_evaluate import AT, PLAIN, exception

QUERIES = "hullmark.reports.queries"
EVERYWHERE: dict[str, list[str]] = {"accounts": [], "repositories": []}


def test_what_fails_is_listed_as_often_as_it_is_counted(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    places = [{**Image("app:1", "a").row(), "repository": name} for name in ("team/app", "team/copy", "shop/app")]
    write(lake, "images", [row | PLAIN | {"user": "root"} for row in places])
    write(lake, "exceptions", [exception(repository="shop/*", expires_at=NOW + timedelta(days=365_000))])
    evaluate(lake, read_policy(), "run", AT)
    with closing(lake.connect()) as connection:
        connection.execute(read_sql(QUERIES, "macro_fleet.sql"))
        counts = connection.sql(read_sql(QUERIES, "compliance_rules.sql"), params=EVERYWHERE).to_arrow_table().to_pylist()
        listed = connection.sql(read_sql(QUERIES, "compliance_failing.sql"), params={"rule": "HM001"}).to_arrow_table()
    counted = next(row for row in counts if row["rule"] == "HM001")
    assert (counted["failing"], counted["exempt"], counted["population"]) == (2, 1, 3)
    assert [(row["name"], row["state"]) for row in listed.to_pylist()] == [
        ("team/app:1.0", "fail"),
        ("team/copy:1.0", "fail"),
        ("shop/app:1.0", "exempt"),
    ]
