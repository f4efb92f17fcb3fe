"""What a matching told before it was killed, and what is not so any more when the next one matches, is put right."""

import random
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from hullmark.lake.store import Lake
from tests.fleet.test_past import known, told
from tests.fleet.test_rematch import NAMES, Fleet


class Killed(BaseException):
    """As a signal would end it."""


class Dying(Lake):
    """Ends when the packages or the verdicts are written, after the events."""

    def append(self, table: str, batch: pa.Table) -> int:
        return super().append(self._unless_last(table, batch), batch)

    def amend(self, table: str, batch: pa.Table, gone: pa.Table) -> int:
        return super().amend(self._unless_last(table, batch), batch, gone)

    def _unless_last(self, table: str, batch: pa.Table) -> str:
        if table == "verdicts" or (table == "vulnerable_packages" and batch.num_rows):
            raise Killed
        return table


@dataclass(slots=True)
class Mortal(Fleet):
    """A fleet whose matching may be killed."""

    dying: bool = False

    @property
    def lake(self) -> Lake:
        return (Dying if self.dying else Lake)(str(self.folder / "lake"))

    def die(self) -> None:
        self.dying = True
        with pytest.raises(Killed):
            self.match()
        self.dying = False

    def check(self) -> None:
        """The ledger says what the findings are."""
        assert self.stored() == self.expected()
        assert known(self, datetime.now(UTC)) == told(self.stored())

    def causes(self) -> set[tuple[str, str, str]]:
        """(event, cause, detail) of the last run."""
        sql = "SELECT event, cause, detail FROM finding_events WHERE run = (SELECT arg_max(run, started) FROM runs)"
        with closing(self.lake.connect()) as connection:
            return set(connection.sql(sql).fetchall())


@pytest.fixture
def fleet(tmp_path: Path) -> Mortal:
    made = Mortal(tmp_path, random.Random(3))  # noqa: S311  a sample
    made.begin()
    made.match()
    made.check()
    return made


def test_findings_that_opened_and_are_none(fleet: Mortal) -> None:
    """An advisory comes, is told, and is taken back before the next run."""
    items = [
        {"package": {"ecosystem": "PyPI", "name": name}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}
        for name in NAMES
    ]
    fleet.records["PyPI/GHSA-new"] = {"id": "GHSA-new", "modified": "2024-05-01T00:00:00Z", "affected": items}
    fleet.publish()
    fleet.die()
    assert known(fleet, datetime.now(UTC)) != told(fleet.stored())
    del fleet.records["PyPI/GHSA-new"]
    fleet.publish()
    fleet.match()
    fleet.check()
    assert fleet.causes() == {("closed", "advisory", "a run that was killed had told otherwise")}


def test_findings_that_closed_or_changed_and_are_as_they_were(fleet: Mortal) -> None:
    before = dict(fleet.records)
    for number, name in enumerate(sorted(before)):
        if number % 2:
            del fleet.records[name]
        else:
            fleet.records[name] = before[name] | {"severity": [], "database_specific": {"severity": "LOW"}}
    fleet.publish()
    fleet.die()
    fleet.records = before
    fleet.publish()
    fleet.match()
    fleet.check()
    assert {event for event, _, _ in fleet.causes()} >= {"opened", "changed"}


def test_an_image_that_came_and_went(fleet: Mortal) -> None:
    digest = fleet.add()
    fleet.die()
    assert digest in {row[0] for row in known(fleet, datetime.now(UTC))}
    fleet.delete(digest)
    fleet.match()
    fleet.check()
    assert ("closed", "image-deleted", "a run that was killed had told otherwise") in fleet.causes()
