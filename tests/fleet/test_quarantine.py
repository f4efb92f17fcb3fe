"""A batch that fails its suite: halved until the bad image stands alone, which is kept aside and said to be."""

import json
from collections.abc import Callable
from contextlib import closing

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from hullmark.lake.schema import TABLES
from hullmark.lake.store import Lake
from hullmark.quality.quarantine import discard, kept, release
from hullmark.quality.validate import Verdict, validate
from tests.fleet.test_incremental import totals_add_up
from tests.fleet.world import World, image

STACKS = [("debian-12-1",), ("debian-12-1", "curl"), ("debian-12-1", "imaging"), ("alpine-3-18",), ("alpine-3-18", "proxy")]


@pytest.mark.parametrize("bad", range(len(STACKS)))
def test_the_bad_image_stands_alone(world: World, bad: int) -> None:
    digests = [world.first.push("a", str(number), image(*stack)) for number, stack in enumerate(STACKS)]
    asked: list[int] = []

    def check(table: str, batch: pa.Table) -> Verdict:
        if table != "packages":
            return Verdict(table, True)
        asked.append(len(pc.unique(batch.column("image_digest"))))
        spoilt = pc.any(pc.equal(batch.column("image_digest"), digests[bad])).as_py()
        return Verdict(table, not spoilt, ("packages.name: 1 row does not",) if spoilt else ())

    record = world.scan(check)
    rows = {row[0]: row[1:] for row in world.coverage("digest", "status", "reason", "detail")}
    assert rows.pop(digests[bad])[:2] == ("failed", "invalid-batch")
    assert {row[:2] for row in rows.values()} == {("scanned", "")}
    assert (record.counts.images_scanned, record.counts.images_failed) == (4, 1)
    assert world.ask("SELECT count(*) FROM packages WHERE image_digest = $digest", digest=digests[bad]) == [(0,)]
    assert asked[0] == 5
    assert asked.count(1) >= 1
    totals_add_up(world, record)
    kept = list((world.folder / "lake" / "quarantine" / record.run.run).glob("*.parquet"))
    assert len(kept) == 1
    assert json.loads(kept[0].with_suffix(".json").read_text())["failures"] == ["packages.name: 1 row does not"]
    world.scan()  # tried again, and good this time
    assert {row[0] for row in world.coverage("status")} == {"scanned", "unchanged"}
    assert not world.state()[1]


def test_great_expectations_lets_what_the_demo_has_pass(world: World) -> None:
    for number, stack in enumerate(STACKS):
        world.first.push("a", str(number), image(*stack))
    world.scan(validate)
    assert {row[0] for row in world.coverage("status")} == {"scanned"}


def reread(world: World, had: int) -> str:
    """An image that another engine has read, which found so many packages more; its digest."""
    digest = world.first.push("a", "1", image("alpine-3-18"))
    world.scan()
    with closing(world.lake.connect()) as connection:
        rows = connection.sql("FROM packages").to_arrow_table().to_pylist()
        digests = connection.sql("SELECT * REPLACE ('older' AS engine) FROM digests").to_arrow_table()
    more = [{**rows[0], "name": f"{rows[0]['name']}-{number}"} for number in range(had)]
    world.lake.commit("packages", pa.Table.from_pylist([*rows, *more], TABLES["packages"].schema))
    world.lake.commit("digests", digests)
    return digest


COUNT = "SELECT count(*) FROM packages"
Decision = Callable[[Lake, str, str], object]


@pytest.mark.parametrize("decide", [release, discard])
def test_an_image_that_lost_most_of_its_packages_is_kept_aside(
    world: World, decide: Callable[[Lake, str, str], object]
) -> None:
    reread(world, 100)
    ((before,),) = world.ask(COUNT)
    world.scan(validate)
    assert world.coverage("status", "reason") == [("failed", "invalid-batch")]
    assert world.ask(COUNT) == [(before,)], "the published rows stay"
    (batch,) = kept(world.lake)
    assert batch.table == "packages"
    assert batch.failures[0].startswith(
        "packages_drift.five_times_now+before: column pair values a to be greater than b: 1 of 1"
    )
    decide(world.lake, batch.name, "ann")
    assert world.ask(COUNT) == [(before - 100 if decide is release else before,)]
    world.scan(validate)
    assert {row[0] for row in world.coverage("status")} == {"scanned" if decide is release else "failed"}


def test_an_image_that_lost_some_of_its_packages_is_published(world: World) -> None:
    reread(world, 15)
    world.scan(validate)
    assert world.coverage("status", "reason") == [("scanned", "")]
