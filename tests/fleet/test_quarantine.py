"""A batch that fails its suite: halved until the bad image stands alone, which is kept aside and said to be."""

import json

import pyarrow as pa
import pyarrow.compute as pc
import pytest

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
