"""How findings are kept: by verdict and not by image; upgrades and deaths change no row and tell nothing twice."""

import random
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from hullmark.fleet.findings import update_findings
from hullmark.fleet.run import Kind, recorded
from hullmark.lake.store import Lake
from tests.fleet.test_rematch import Fleet
from tests.fleet.world import trust

SINCE = "SELECT image_digest, package_key, vulnerability, severity, first_seen FROM findings ORDER BY ALL"
KEYS = "SELECT image_digest, package_key, vulnerability FROM findings ORDER BY ALL"
KNOWN = "SELECT image_digest, package_key, vulnerability FROM findings_at(now()) ORDER BY ALL"
TOLD_AGAIN = """
    SELECT * FROM finding_events WHERE event IN ('opened', 'closed')
    QUALIFY event = lag(event) OVER (PARTITION BY image_digest, package_key, vulnerability ORDER BY "at")
"""


class Died(Exception):
    """The run is killed here."""


class Dying(Lake):
    """A lake whose run dies before or after the first commit to a table."""

    def __init__(self, root: str, table: str, when: str) -> None:
        super().__init__(root)
        self._last = (table, when)

    def append(self, table: str, batch: pa.Table) -> int:
        self._die(table, batch, "before")
        rows = super().append(table, batch)
        self._die(table, batch, "after")
        return rows

    def replace_scope(self, table: str, scope_values: pa.Table, batch: pa.Table) -> int:
        self._die(table, scope_values, "before")
        rows = super().replace_scope(table, scope_values, batch)
        self._die(table, scope_values, "after")
        return rows

    def amend(self, table: str, batch: pa.Table, gone: pa.Table) -> int:
        self._die(table, batch, "before")
        rows = super().amend(table, batch, gone)
        self._die(table, batch, "after")
        return rows

    def _die(self, table: str, batch: pa.Table, when: str) -> None:
        if batch.num_rows and (table, when) == self._last:
            raise Died


def ask(lake: Lake, sql: str) -> list[tuple[Any, ...]]:
    connection = lake.connect()
    rows = connection.sql(sql).fetchall()
    connection.close()
    return rows


def table(lake: Lake, sql: str) -> pa.Table:
    connection = lake.connect()
    rows = connection.sql(sql).to_arrow_table()
    connection.close()
    return rows


def filled(folder: Path, seed: int = 7) -> Fleet:
    """A fleet with findings of several days."""
    fleet = Fleet(folder, random.Random(seed))  # noqa: S311  a sample
    fleet.begin()
    fleet.match()
    for _ in range(12):
        fleet.advise()
    fleet.add()
    fleet.publish()
    fleet.match()
    return fleet


def age(fleet: Fleet) -> None:
    """Turn the lake into one of an older Hullmark, which kept each finding as a row."""
    findings = table(fleet.lake, "FROM findings")
    for name in ("distinct_packages", "verdicts", "vulnerable_packages"):
        shutil.rmtree(fleet.folder / "lake" / "tables" / name)
    fleet.lake.commit("findings", findings)


def test_a_lake_of_an_older_hullmark_is_taken_over_without_loss(tmp_path: Path) -> None:
    fleet = filled(tmp_path)
    before = ask(fleet.lake, SINCE)
    assert len({row[-1] for row in before}) > 1
    age(fleet)
    assert ask(fleet.lake, SINCE) == before
    _, changes = fleet.match(full=True)
    assert (changes.opened, changes.closed, changes.changed) == (0, 0, 0)
    assert ask(fleet.lake, SINCE) == before
    assert fleet.lake.count("findings") == 0
    assert fleet.lake.count("vulnerable_packages") < changes.findings == len(before)
    fleet.change()
    fleet.match()
    assert fleet.stored() == fleet.expected()


def test_what_changed_while_a_lake_was_upgraded_is_told(tmp_path: Path) -> None:
    fleet = filled(tmp_path)
    age(fleet)
    fleet.change()
    fleet.remove()
    _, changes = fleet.match()
    assert changes.closed
    assert fleet.stored() == fleet.expected()
    assert ask(fleet.lake, KNOWN) == ask(fleet.lake, KEYS)


def test_another_matcher_that_names_packages_otherwise_tells_nothing(tmp_path: Path) -> None:
    fleet = filled(tmp_path)
    before = ask(fleet.lake, SINCE)
    for name in ("distinct_packages", "verdicts", "vulnerable_packages"):
        other = table(fleet.lake, f"SELECT * REPLACE (subject // 2 AS subject) FROM {name}")  # noqa: S608
        shutil.rmtree(fleet.folder / "lake" / "tables" / name)
        fleet.lake.append(name, other)
    upgrade(fleet)
    assert ask(fleet.lake, SINCE) == before
    scope, changes = fleet.match()
    assert (scope, changes.opened, changes.closed, changes.changed) == ("full", 0, 0, 0)
    assert ask(fleet.lake, SINCE) == before
    assert fleet.match()[0] == "incremental"
    fleet.change()
    fleet.match()
    assert fleet.stored() == fleet.expected()


def compared(fleet: Fleet) -> int:
    """How many images the last matching compared package by package."""
    return int(ask(fleet.lake, 'SELECT images FROM matchings ORDER BY "at" DESC LIMIT 1')[0][0])


def upgrade(fleet: Fleet) -> None:
    """The next matching is that of another matcher."""
    fleet.lake.commit("matchings", table(fleet.lake, "SELECT * REPLACE ('another' AS matcher) FROM matchings"))


def test_another_matcher_that_names_packages_alike_compares_no_image(tmp_path: Path) -> None:
    """What it judges otherwise is told all the same, and so is what changed meanwhile."""
    fleet = filled(tmp_path)
    before = ask(fleet.lake, SINCE)
    upgrade(fleet)
    scope, changes = fleet.match()
    assert (scope, changes.opened, changes.closed, changes.changed, compared(fleet)) == ("full", 0, 0, 0, 0)
    assert ask(fleet.lake, SINCE) == before
    lost = table(fleet.lake, "FROM verdicts QUALIFY row_number() OVER (ORDER BY subject, vulnerability) <= 3")
    fleet.lake.amend("verdicts", table(fleet.lake, "FROM verdicts LIMIT 0"), lost.select(["vulnerability", "subject"]))
    upgrade(fleet)
    fleet.change()
    fleet.remove()
    _, changes = fleet.match()
    assert changes.opened
    assert compared(fleet) < fleet.lake.count("matched_images")
    assert fleet.stored() == fleet.expected()


@pytest.mark.parametrize("column", ["module = module || 'x'", "advisory_version = advisory_version || '-0'"])
def test_another_matcher_that_sees_other_packages_compares_all_images(column: str, tmp_path: Path) -> None:
    fleet = filled(tmp_path)
    before = ask(fleet.lake, SINCE)
    name, _, value = column.partition(" = ")
    other = table(fleet.lake, f"SELECT * REPLACE ({value} AS {name}) FROM distinct_packages")  # noqa: S608
    shutil.rmtree(fleet.folder / "lake" / "tables" / "distinct_packages")
    fleet.lake.append("distinct_packages", other)
    upgrade(fleet)
    scope, changes = fleet.match()
    assert (scope, changes.opened, changes.closed, changes.changed) == ("full", 0, 0, 0)
    assert compared(fleet) >= fleet.lake.count("matched_images")
    assert ask(fleet.lake, SINCE) == before


@pytest.mark.parametrize(
    ("stage", "written", "when"),
    [
        ("first", "finding_events", "after"),
        ("first", "vulnerable_packages", "after"),
        ("first", "verdicts", "after"),
        ("later", "finding_events", "after"),
        ("later", "vulnerable_packages", "before"),
        ("later", "vulnerable_packages", "after"),
        ("later", "matched_images", "after"),
        ("later", "verdicts", "after"),
        ("upgrade", "finding_events", "after"),
        ("upgrade", "verdicts", "before"),
        ("upgrade", "verdicts", "after"),
    ],
)
def test_a_matching_that_dies_between_commits_is_made_good(tmp_path: Path, stage: str, written: str, when: str) -> None:
    if stage == "first":
        fleet = Fleet(tmp_path, random.Random(3))  # noqa: S311  a sample
        fleet.begin()
    else:
        fleet = filled(tmp_path)
        if stage == "upgrade":
            age(fleet)
        fleet.read_again()
        fleet.remove()
        fleet.add()
        fleet.retract()
        for _ in range(6):
            fleet.advise()
        fleet.publish()
    before = ask(fleet.lake, KEYS)
    dying = Dying(str(tmp_path / "lake"), written, when)
    with pytest.raises(Died), recorded(dying, Kind.ADVISORIES, trust) as record:
        update_findings(dying, fleet.store, record.run)
    if stage == "upgrade" and (written, when) != ("verdicts", "after"):
        assert ask(fleet.lake, KEYS) == before
    scope, _ = fleet.match()
    assert scope == "full"
    assert fleet.stored() == fleet.expected()
    assert ask(fleet.lake, TOLD_AGAIN) == []
    assert ask(fleet.lake, KNOWN) == ask(fleet.lake, KEYS)


def test_a_verdict_that_changes_is_one_row_however_many_images_it_is_about(tmp_path: Path) -> None:
    fleet = filled(tmp_path)
    ((advisory, images),) = ask(
        fleet.lake,
        "SELECT advisory, count(DISTINCT image_digest) FROM findings GROUP BY advisory HAVING bool_and(len(aliases) = 0) "
        "ORDER BY 2 DESC, 1 LIMIT 1",
    )
    assert images > 1
    written = fleet.lake.versions()
    for record in fleet.records.values():
        if record["id"] == advisory:
            record["summary"] = "said again"
    fleet.publish()
    scope, changes = fleet.match()
    assert (scope, changes.opened, changes.closed, changes.changed) == ("incremental", 0, 0, 0)
    now = fleet.lake.versions()
    assert {name for name in now if now[name] != written[name]} == {"verdicts", "matchings", "run_feeds", "runs"}
    seen = ask(fleet.lake, f"SELECT DISTINCT summary, last_seen > first_seen FROM findings WHERE advisory = '{advisory}'")  # noqa: S608
    assert seen == [("said again", True)]


def test_a_finding_is_as_old_as_its_image_and_as_its_verdict(tmp_path: Path) -> None:
    fleet = filled(tmp_path)
    born: dict[str, datetime] = dict(
        ask(fleet.lake, "SELECT digest, min(first_seen) FROM images WHERE state = 'present' GROUP BY digest")
    )
    digest = fleet.add()
    fleet.match()
    rows = ask(fleet.lake, "SELECT image_digest, min(first_seen) FROM findings GROUP BY image_digest")
    assert {name for name, since in rows if name in born and since < born[name]} == set()
    ((matched,),) = ask(fleet.lake, 'SELECT max("at") FROM matchings')
    assert {since for name, since in rows if name == digest} == {matched}
