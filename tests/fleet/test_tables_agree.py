"""A scan leaves tables that agree with each other."""

from hullmark.quality.relate import relate
from tests.fleet.world import World, image


def test_a_scan_leaves_tables_that_agree(world: World) -> None:
    for number, stack in enumerate([("debian-12-1",), ("debian-12-1", "curl"), ("alpine-3-18", "proxy")]):
        world.first.push("a", str(number), image(*stack))
    record = world.scan()
    assert relate(world.lake, record.run.run, record.counts.digests, record.run.at) == []
