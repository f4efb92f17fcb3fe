"""What the logs of tables tell without a row being read, and tables that a connection is given later."""

from pathlib import Path

import duckdb
import pytest

from hullmark.lake.store import Lake
from tests.lake.rows import digest, packages, rows


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    made = Lake(str(tmp_path / "lake"))
    made.create()
    return made


def test_the_identity_of_a_table_changes_when_it_does(lake: Lake) -> None:
    seen = [lake.identity("packages")]
    lake.commit("packages", packages("a", names=2))
    seen.append(lake.identity("packages"))
    assert lake.identity("packages") == seen[-1]
    lake.commit("packages", packages("b"))
    seen.append(lake.identity("packages"))
    lake.compact()
    seen.append(lake.identity("packages"))
    assert seen[0] == ""
    assert len(set(seen)) == len(seen)


def test_a_table_that_was_made_anew_is_another_at_the_same_version(lake: Lake, tmp_path: Path) -> None:
    other = Lake(str(tmp_path / "other"))
    for one in (lake, other):
        one.commit("packages", packages("a"))
    assert lake.versions() == other.versions()
    assert lake.identity("packages") != other.identity("packages")


@pytest.mark.parametrize(
    ("states", "asked", "expected"),
    [
        ((), "running", False),
        (("completed",), "running", False),
        (("completed", "failed"), "running", False),
        (("running",), "running", True),
        (("completed", "running"), "running", True),
        (("completed", "running"), "failed", True),  # it lies between, and nobody has read the rows
        ((None,), "running", True),
        (("x" * 100,), "x" * 100, True),
        (("y" * 100,), "x" * 100, False),
    ],
)
def test_bounds_rule_out_values(lake: Lake, states: tuple[str | None, ...], asked: str, expected: bool) -> None:
    lake.commit("runs", rows("runs", *({"run": f"{number}", "state": state} for number, state in enumerate(states))))
    assert lake.may_hold("runs", "state", asked) is expected


def test_bounds_of_a_column_without_statistics_rule_out_nothing(lake: Lake) -> None:
    lake.commit("images", rows("images", {"digest": digest("a")}))
    assert lake.may_hold("images", "tags", "latest")


def test_a_connection_gets_more_tables_when_they_are_asked_for(lake: Lake) -> None:
    lake.commit("packages", packages("a", names=2))
    connection = lake.connect(only=("problems", "verdicts"))
    with pytest.raises(duckdb.CatalogException):
        connection.sql("FROM packages")
    lake.add_views(connection, ("packages", "problems", "findings", "vulnerable_packages"))
    for table, number in (("packages", 2), ("problems", 0), ("findings", 0)):
        assert connection.table(table).count("*").fetchall() == [(number,)]
    lake.commit("packages", packages("b", names=3))
    lake.add_views(connection, ("packages",))
    assert connection.table("packages").count("*").fetchall() == [(2,)]  # those that it has stay
    with pytest.raises(duckdb.PermissionException):
        connection.sql("FROM read_text('/etc/hostname')")
    connection.close()
