"""What is old or says nothing goes: coverage but for the last row of each digest, packages of which nothing is said."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hullmark.fleet.upkeep import forget_coverage, forget_silent
from hullmark.lake import delta
from hullmark.lake.store import Lake
from tests.fleet.test_incremental import API, OTHER, totals_add_up
from tests.fleet.world import World, image
from tests.lake.rows import digest, rows

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


@pytest.mark.parametrize(("said", "gone"), [((0,), 24), ((), 32), (range(4), 0), (range(1, 4), 8), (range(5), 0)])
def test_packages_of_which_nothing_is_said_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: tuple[int, ...], gone: int
) -> None:
    monkeypatch.setattr(delta, "SCOPES", 2)  # several commits
    lake = Lake(str(tmp_path))
    carried = [
        {"image_digest": digest(image), "package_key": f"{subject}", "subject": 2**62 + subject}
        for image in range(8)
        for subject in range(4)
    ]
    lake.append("vulnerable_packages", rows("vulnerable_packages", *carried))
    lake.append("verdicts", rows("verdicts", *({"subject": 2**62 + subject} for subject in said)))
    assert forget_silent(lake) == gone
    left = lake.rows("vulnerable_packages", ("subject",))["subject"].to_pylist()
    assert len(left) == 32 - gone
    assert {subject - 2**62 for subject in left} == set(range(4)) & set(said)
    assert forget_silent(lake) == 0


def test_few_packages_of_which_nothing_is_said_stay(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    carried = [{"image_digest": digest(image), "package_key": "p", "subject": min(image, 1)} for image in range(20)]
    lake.append("vulnerable_packages", rows("vulnerable_packages", *carried))
    lake.append("verdicts", rows("verdicts", {"subject": 1}))
    assert forget_silent(lake) == 0
    assert lake.count("vulnerable_packages") == 20
