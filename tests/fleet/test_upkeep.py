"""Old coverage goes, the last row of each digest stays, and the next run still knows what it knew."""

from datetime import UTC, datetime, timedelta

from hullmark.fleet.upkeep import forget_coverage
from tests.fleet.test_incremental import API, OTHER, totals_add_up
from tests.fleet.world import World, image

LATER = datetime.now(UTC) + timedelta(days=40)


def test_old_coverage_goes_but_for_the_last_rows(world: World) -> None:
    digest = world.first.push("a", "1", image(*API))
    world.first.push("b", "1", image(*OTHER))
    world.scan()
    world.first.delete("a", digest)
    world.scan()
    world.scan()
    assert world.ask("SELECT count(*) FROM coverage") == [(4,)]
    assert forget_coverage(world.lake, 41, now=LATER) == 0
    assert forget_coverage(world.lake, 30, now=LATER) == 2
    assert world.ask("SELECT repository, count(*), count(DISTINCT run) FROM coverage GROUP BY ALL ORDER BY ALL") == [
        ("a", 1, 1), ("b", 1, 1),
    ]  # fmt: skip
    assert forget_coverage(world.lake, 30, now=LATER) == 0
    before = world.first.registry.requests
    totals_add_up(world, world.scan())
    assert world.first.registry.requests == before
    assert world.coverage("status") == [("unchanged",)]
    assert forget_coverage(world.lake, 30, now=LATER) == 1  # of "b", the row before the last


def test_a_lake_without_coverage(world: World) -> None:
    assert forget_coverage(world.lake, 30) == 0
