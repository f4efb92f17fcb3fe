"""Exceptions that begin and end, and statements that come and go, are told once each, by the next run."""

from datetime import timedelta
from pathlib import Path

from hullmark.exceptions import Scope, revoked
from hullmark.fleet.run import Kind, Run
from hullmark.fleet.settled import note_settled
from hullmark.lake.store import Lake
from tests.exceptions import standing
from tests.exceptions.standing import NOW, WEB
from tests.lake.rows import rows

Told = list[tuple[str, str, str]]


def run(lake: Lake, number: int) -> Told:
    """One run looks; returns what it tells."""
    name = f"run-{number}"
    count = note_settled(lake, Run(name, Kind.ADVISORIES, NOW + timedelta(minutes=number), "engine"))
    rows = lake.connect().table("finding_events").filter(f"run = '{name}'").project("event, cause, vulnerability").fetchall()
    assert len(rows) == count
    return sorted(rows)


def test_each_change_is_told_once(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    standing.write_fleet(lake)
    assert run(lake, 1) == []
    (name,) = standing.write_exceptions(lake, Scope("CVE-2026-1", image_digest=WEB))
    standing.write_statements(
        lake,
        {"vulnerability": "CVE-2026-2", "status": "fixed", "image_digest": WEB},
        {"vulnerability": "CVE-2026-3", "status": "affected"},
    )
    assert run(lake, 2) == [("settled", "exception", "CVE-2026-1"), ("settled", "vex", "CVE-2026-2")]
    assert run(lake, 3) == []
    exceptions = lake.connect().table("exceptions").to_arrow_table()
    lake.commit("exceptions", revoked(exceptions, name, "eve", NOW))
    later = {"document": "sha256:" + 64 * "9", "issued_at": NOW + timedelta(hours=1)}
    standing.write_statements(lake, {"vulnerability": "CVE-2026-3", "status": "affected", **later})
    assert run(lake, 4) == [("reopened", "exception", "CVE-2026-1"), ("reopened", "vex", "CVE-2026-2")]
    assert run(lake, 5) == []
    standing.write_exceptions(lake, Scope("CVE-2026-1", image_digest=WEB))
    assert run(lake, 6) == [("settled", "exception", "CVE-2026-1")]


def test_a_finding_that_is_gone_does_not_come_back(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    standing.write_fleet(lake)
    (name,) = standing.write_exceptions(lake, Scope("CVE-2026-1", image_digest=WEB))
    assert len(run(lake, 1)) == 1
    findings = lake.connect().table("findings").filter("vulnerability <> 'CVE-2026-1'").to_arrow_table()
    lake.commit("findings", findings)
    lake.commit("exceptions", revoked(lake.connect().table("exceptions").to_arrow_table(), name, "eve", NOW))
    assert run(lake, 2) == []


def test_what_was_settled_was_known_all_the_same(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    standing.write_fleet(lake)
    keys = {"image_digest": WEB, "package_key": "deb|openssl|1.2||p", "vulnerability": "CVE-2026-1"}
    opened = {**keys, "run": "run-0", "at": NOW, "event": "opened", "cause": "image", "detail": ""}
    lake.append("finding_events", rows("finding_events", opened))
    standing.write_exceptions(lake, Scope("CVE-2026-1", image_digest=WEB))
    assert len(run(lake, 1)) == 1
    asked = "SELECT vulnerability FROM findings_at($at)"
    assert lake.connect().execute(asked, {"at": NOW + timedelta(hours=1)}).fetchall() == [("CVE-2026-1",)]
