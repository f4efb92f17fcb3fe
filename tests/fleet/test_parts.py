"""A run that is worked off in small parts comes to the same tables as one in a single part, and reads each layer once."""

import pytest

from hullmark.demo.images import build_index
from tests.fleet.test_incremental import API, OTHER, broken, multi, totals_add_up
from tests.fleet.world import World, image

TABLES = {
    "images": "* EXCLUDE (first_seen, last_seen, registry)",
    "coverage": '* EXCLUDE (run, "at", registry)',
    "digests": '* EXCLUDE (run, "at", registry)',
    "packages": "*",
    "image_layers": "*",
    "findings": "* EXCLUDE (first_seen, last_seen)",
}


def fill(world: World) -> None:
    amd64, arm64, other = image(*API), image(*API, architecture="arm64"), image(*OTHER)
    world.first.push("a", "one", build_index({"linux/amd64": amd64, "linux/arm64": arm64}, attested=True))
    world.first.push("a", "two", build_index({"linux/amd64": amd64, "linux/arm64": other}, attested=False))
    world.first.push("b", "plain", amd64)
    world.first.push("b", "broken", broken())
    world.second.push("a", "one", multi(*API))


@pytest.mark.parametrize("parts", [1, 2])
def test_parts_make_no_difference(world: World, parts: int) -> None:
    fill(world)
    world.digests_at_once = parts
    first = world.scan(per_batch=1)
    totals_add_up(world, first)
    requests = world.first.registry.requests + world.second.registry.requests
    assert [(first.counts.layers_read, first.counts.layers_known)] == world.ask(
        "SELECT count(DISTINCT layer), 0 FROM image_layers"
    )
    in_parts = {name: sorted(world.ask(f"SELECT {columns} FROM {name}"), key=str) for name, columns in TABLES.items()}  # noqa: S608
    totals_add_up(world, world.scan())
    assert world.first.registry.requests + world.second.registry.requests == requests
    world.folder = world.folder / "whole"
    world.folder.mkdir()
    world.feeds()
    world.digests_at_once = 2000
    second = world.scan()
    whole = {name: sorted(world.ask(f"SELECT {columns} FROM {name}"), key=str) for name, columns in TABLES.items()}  # noqa: S608
    assert in_parts == whole
    assert first.counts == second.counts
