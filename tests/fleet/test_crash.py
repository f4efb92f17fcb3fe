"""A run that is killed at the worst moments loses nothing, and the next one completes."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fleet.test_incremental import API, OTHER, multi, totals_add_up
from tests.fleet.world import World, image

KILLED = """
import os, signal, sys
from pathlib import Path

import pyarrow as pa

from hullmark.lake.store import Lake
from tests.fleet.world import World, image
from tests.fleet.test_incremental import API, OTHER, multi


class Dying(Lake):
    def commit(self, table: str, batch: pa.Table) -> int:
        return self._dying(super().commit, table, batch)

    def append(self, table: str, batch: pa.Table) -> int:
        return self._dying(super().append, table, batch)

    def _dying(self, write, table: str, batch: pa.Table) -> int:
        if table == sys.argv[2] and batch.num_rows and sys.argv[3] == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        number = write(table, batch)
        if table == sys.argv[2] and batch.num_rows and sys.argv[3] == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return number


with World(Path(sys.argv[1])) as world:
    world.first.push("team/api", "1", image(*API))
    world.first.push("team/api", "2", multi(*OTHER))
    world.scan(lake=Dying(str(world.folder / "lake")), per_batch=1)
"""


@pytest.mark.parametrize(
    ("table", "when"),
    [
        ("coverage", "before"),
        ("coverage", "after"),
        ("digests", "before"),
        ("digests", "after"),
        ("finding_events", "before"),
        ("finding_events", "after"),
    ],
)
def test_nothing_is_lost(world: World, table: str, when: str) -> None:
    died = subprocess.run([sys.executable, "-c", KILLED, str(world.folder), table, when], cwd=Path(__file__).parents[2])  # noqa: PLW1510
    assert died.returncode == -signal.SIGKILL
    assert world.ask("SELECT state FROM runs") == [("running",)]
    world.first.push("team/api", "1", image(*API))
    world.first.push("team/api", "2", multi(*OTHER))
    record = world.scan()
    assert sorted(world.ask("SELECT state FROM runs")) == [("completed",), ("failed",)]
    assert record.counts.layers_read == 0  # each was stored as soon as it was read
    assert record.counts.findings > 0
    totals_add_up(world, record)
    told = "SELECT count(*), count(DISTINCT (image_digest, package_key, vulnerability)) FROM finding_events"
    assert world.ask(told) == [(record.counts.findings, record.counts.findings)]
    assert world.ask("SELECT DISTINCT event, cause FROM finding_events") == [("opened", "image")]
