"""Any day of the past: what was known, told by events after the old files are gone, and what it comes to matched anew."""

import random
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hullmark.advisories.snapshot import FeedStore
from hullmark.analysis.past import assess
from hullmark.errors import NotFound
from tests.fleet.test_incremental import API
from tests.fleet.test_rematch import Fleet
from tests.fleet.world import World, image

KEY = ("image_digest", "package_key", "vulnerability")
TOLD = (*KEY, "severity", "fixed_version", "type", "package", "version")
Row = dict[str, Any]


def known(fleet: Fleet, moment: datetime) -> list[tuple[object, ...]]:
    with closing(fleet.lake.connect()) as connection:
        rows = connection.sql("FROM findings_at($moment)", params={"moment": moment}).to_arrow_table().to_pylist()
    return told(rows)


def told(rows: list[Row]) -> list[tuple[object, ...]]:
    return sorted(tuple(str(row[name]) for name in TOLD) for row in rows)


def assessed(fleet: Fleet, images_at: datetime, feeds_at: datetime | None) -> list[tuple[object, ...]]:
    with closing(fleet.lake.connect()) as connection:
        return told(assess(connection, fleet.store, images_at, feeds_at).to_pylist())


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> tuple[Fleet, datetime, list[tuple[object, ...]]]:
    """A fleet that changed after a moment, what was known at that moment, and no file of that state."""
    fleet = Fleet(Path(tmp_path_factory.mktemp("past")), random.Random(11))  # noqa: S311  a sample
    fleet.begin()
    fleet.match()
    moment, then = datetime.now(UTC), told(fleet.stored())
    for action in (fleet.remove, fleet.add, fleet.advise, fleet.advise, fleet.retract, fleet.exploit):
        action()
    fleet.publish()
    fleet.match()
    fleet.lake.vacuum(0)
    return fleet, moment, then


def test_what_was_known(past: tuple[Fleet, datetime, list[tuple[object, ...]]]) -> None:
    fleet, moment, then = past
    now = told(fleet.stored())
    assert then != now
    assert known(fleet, moment) == then
    assert known(fleet, datetime.now(UTC)) == now
    assert known(fleet, datetime(2020, 1, 1, tzinfo=UTC)) == []


def test_matched_anew(past: tuple[Fleet, datetime, list[tuple[object, ...]]]) -> None:
    fleet, moment, then = past
    now, today = told(fleet.stored()), datetime.now(UTC)
    assert assessed(fleet, moment, moment) == then
    assert assessed(fleet, today, None) == now
    mixed = assessed(fleet, moment, None), assessed(fleet, today, moment)
    assert mixed[0] not in (then, now)
    assert mixed[1] not in (then, now)
    with pytest.raises(NotFound, match="nothing was matched with advisories by 2020-01-01"):
        assessed(fleet, today, datetime(2020, 1, 1, tzinfo=UTC))


def test_images_of_a_day_are_those_that_nobody_had_missed_by_then(world: World) -> None:
    """One is gone at the next scan and one comes back, of two repositories of which one is hidden for a while."""
    moments, there = [], []

    def scan(*digests: str) -> None:
        world.scan()
        moments.append(datetime.now(UTC))
        there.append(set(digests))

    stays, goes = world.first.push("a", "1", image(*API)), world.first.push("a", "2", image(*API, architecture="arm64"))
    hidden = world.first.push("b", "1", image("debian-12-1", "imaging"))
    scan(stays, goes, hidden)
    world.first.delete("a", goes)
    world.first.denied.add("b")
    scan(stays, hidden)
    assert world.first.push("a", "2", image(*API, architecture="arm64")) == goes
    scan(stays, goes, hidden)
    world.first.untag("a", "2")
    world.first.denied.clear()
    scan(stays, hidden)
    for moment, expected in zip(moments, there, strict=True):
        with closing(world.lake.connect()) as connection:
            found = assess(connection, FeedStore(world.lake.feeds_root), moment)
            told = connection.execute("SELECT DISTINCT image_digest FROM findings_at($at)", {"at": moment}).fetchall()
        assert set(found["image_digest"].to_pylist()) == {digest for (digest,) in told} == expected


def test_an_image_that_went_while_its_repository_was_hidden_was_there_until_that_was_found(world: World) -> None:
    """As what was known then tells."""
    world.first.push("a", "1", image(*API))
    goes = world.first.push("b", "1", image("debian-12-1", "imaging"))
    world.scan()
    world.first.denied.add("b")
    world.scan()
    hidden = datetime.now(UTC)
    world.first.delete("b", goes)
    world.first.denied.clear()
    world.scan()
    found = datetime.now(UTC)
    for moment, there in ((hidden, True), (found, False)):
        with closing(world.lake.connect()) as connection:
            table = assess(connection, FeedStore(world.lake.feeds_root), moment)
            told = connection.execute("SELECT DISTINCT image_digest FROM findings_at($at)", {"at": moment}).fetchall()
        assert (goes in table["image_digest"].to_pylist()) is ((goes,) in told) is there


def test_an_image_that_was_alone_in_its_repository_was_away_until_it_came_back(world: World) -> None:
    world.first.push("a", "1", image(*API))
    goes = world.first.push("b", "1", image("debian-12-1", "imaging"))
    world.scan()
    world.first.delete("b", goes)
    world.scan()
    away = datetime.now(UTC)
    world.first.push("b", "1", image("debian-12-1", "imaging"))
    world.scan()
    for moment, there in ((away, False), (datetime.now(UTC), True)):
        with closing(world.lake.connect()) as connection:
            table = assess(connection, FeedStore(world.lake.feeds_root), moment)
        assert (goes in table["image_digest"].to_pylist()) is there
