"""An upgraded Hullmark over a lake that an older one filled: nothing that was known is lost, with or without the network."""

from pathlib import Path

import orjson
import pyarrow.parquet as pq

from hullmark.advisories.snapshot import FeedStore
from hullmark.fleet.freshness import is_old
from tests.fleet.world import World, image

NEW = {  # columns that 0.1.0's first feeds did not have
    "affected": ["modules", "binaries", "status", "severity", "note"],
    "affected_versions": ["modules", "binaries", "status", "severity", "note"],
    "advisories": ["withdrawn_reason", "cwes"],
}


def make_old(store: FeedStore) -> None:
    """Turn the snapshots into what another loader wrote, with fewer columns."""
    for state in store.current():
        folder = Path(store.root) / state.feed
        for name, columns in NEW.items():
            file = folder / state.snapshot / f"{name}.parquet"
            if file.exists():
                pq.write_table(pq.read_table(file).drop_columns(columns), file)
        current = folder / "current.json"
        current.write_bytes(orjson.dumps({**orjson.loads(current.read_bytes()), "loader": "another"}))


def found(world: World) -> set[tuple[str, str, str]]:
    return set(world.ask("SELECT image_digest, package_key, vulnerability FROM findings"))


def test_snapshots_of_another_loader_still_find_everything_and_are_asked_for_again(world: World) -> None:
    world.first.push("team/app", "1.0", image("debian-12-1", "curl", "python", "api-1"))
    world.scan()
    before = found(world)
    store = FeedStore(world.lake.feeds_root)
    assert len(before) > 20
    assert not is_old(world.lake, 24)
    make_old(store)
    assert is_old(world.lake, 24)
    world.match()
    assert found(world) == before
    world.feeds()
    assert not is_old(world.lake, 24)
    world.match()
    assert found(world) == before


def test_another_engine_reads_again_and_keeps_what_it_finds(world: World) -> None:
    world.first.push("team/app", "1.0", image("debian-12-1", "curl"))
    world.scan()
    before = found(world)
    world.engine = "another"
    world.scan()
    assert found(world) == before
    assert world.ask("SELECT DISTINCT event FROM finding_events WHERE event = 'closed'") == []
