"""Quarantine: three failures in a row, a day of rest, a release; what lies in the image or in the account does not count."""

from datetime import timedelta

import pytest

from hullmark.errors import NotFound
from hullmark.fleet import settle
from hullmark.fleet.quarantine import held, release
from hullmark.sources.registry_client import TRIES
from tests.fleet.test_changes import states
from tests.fleet.test_incremental import API, OTHER, broken, multi, totals_add_up
from tests.fleet.world import World, image


def fail(world: World, digest: str, times: int = 1, status: int = 503) -> None:
    world.first.registry.refuse(digest, status, times=times * TRIES, retry_after="0")


def test_three_failures_in_a_row_and_it_is_left_alone(world: World) -> None:
    good, bad = image(*API), image(*OTHER)
    world.first.push("a", "good", good)
    digest = world.first.push("a", "bad", bad)
    fail(world, digest, 4)
    for _ in range(3):
        assert held(world.lake) == ()
        world.scan()
        assert (digest, "failed", "transport") in world.coverage("digest", "status", "reason")
    (one,) = held(world.lake)
    assert (one.digest, one.failures, one.reason) == (digest, 3, "transport")
    assert one.places == (f"{world.first.registry.host}/a:bad",)
    before = world.first.registry.requests
    for _ in range(2):
        totals_add_up(world, world.scan())
        assert (digest, "failed", "quarantined") in world.coverage("digest", "status", "reason")
    assert world.first.registry.requests == before
    (detail,) = [row[1] for row in world.coverage("digest", "detail") if row[0] == digest]
    assert detail.startswith("Left alone after failing run after run (transport):")
    assert detail.count("Left alone") == 1
    world.first.registry.forgive()
    assert release(world.lake, [digest]) == 1
    world.scan()
    assert (digest, "scanned", "") in world.coverage("digest", "status", "reason")
    assert held(world.lake) == ()
    assert world.ask("SELECT count(*) FROM failures") == [(0,)]


def test_after_a_day_it_is_tried_once_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settle, "HELD", timedelta(0))
    digest = world.first.push("a", "bad", image(*API))
    fail(world, digest, 4)
    for number in range(1, 5):
        world.scan()
        assert world.ask("SELECT failures FROM failures") == [(number,)]
    world.scan()
    assert world.ask("SELECT count(*) FROM failures") == [(0,)]
    assert world.coverage("status") == [("scanned",)]


def test_one_success_starts_the_count_anew(world: World) -> None:
    digest = world.first.push("a", "1", multi(*API))
    for _ in range(2):
        fail(world, digest)
        world.scan()
    world.scan()
    assert world.ask("SELECT count(*) FROM failures") == [(0,)]


@pytest.mark.parametrize("status", [403, 404])
def test_what_says_nothing_of_the_image_does_not_count(world: World, status: int) -> None:
    digest = world.first.push("a", "1", image(*API))
    world.first.push("a", "broken", broken())
    for _ in range(4):
        fail(world, digest, 1, status)
        world.scan()
    assert world.ask("SELECT count(*) FROM failures") == [(0,)]


def test_an_index_is_held_and_released_with_its_child(world: World) -> None:
    both = multi(*API)
    index = world.first.push("a", "1", both)
    child = both.children[1].manifest.digest
    layer = both.children[1].blobs[-1].digest
    fail(world, f"storage {layer}", 30)
    for _ in range(3):
        world.scan()
    assert {item.digest for item in held(world.lake)} >= {index, child}
    before = world.first.registry.requests
    totals_add_up(world, world.scan())
    assert world.first.registry.requests == before
    assert (child, "quarantined") in world.coverage("digest", "reason")
    world.first.registry.forgive()
    with pytest.raises(NotFound, match="not in quarantine"):
        release(world.lake, ["sha256:" + "0" * 64])
    assert release(world.lake, [child]) >= 2
    world.scan()
    assert {row[0] for row in world.coverage("status")} <= {"scanned", "unchanged"}


def test_the_last_good_result_stays_while_a_newer_one_fails(world: World) -> None:
    digest = world.first.push("a", "1", image(*API))
    world.engine = "older"
    before = world.scan().counts.findings
    world.engine = "newer"
    fail(world, digest, 4)
    for reason in ("transport", "transport", "transport", "quarantined"):
        record = world.scan()
        assert world.coverage("status", "reason") == [("failed", reason)]
        assert states(world) == {f"a@{digest}": "present"}
        assert record.counts.findings == before > 0
        assert world.events() == set()
