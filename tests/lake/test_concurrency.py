"""Writers that meet, writers that die, and readers among them; every process here is a real one."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError

from hullmark.errors import LakeBusy
from hullmark.lake import delta
from hullmark.lake.store import Lake
from tests.lake.rows import packages, rows

REPOSITORY = Path(__file__).resolve().parents[2]
SCOPED = """
import sys
from hullmark.lake.store import Lake
from tests.lake.rows import packages
lake, who = Lake(sys.argv[1]), sys.argv[2]
for turn in range(8):
    lake.commit("packages", packages(f"{who}-{turn}", "shared"))
"""
KEYED = """
import sys
from hullmark.lake.store import Lake
from tests.lake.rows import rows
lake, who = Lake(sys.argv[1]), sys.argv[2]
for turn in range(8):
    lake.commit("images", rows("images", {"digest": f"{who}-{turn}"}, {"digest": "shared", "repository": "x"}))
"""
UNLOCKED = """
import sys
from hullmark.lake import delta
from hullmark.lake.place import place
from hullmark.lake.schema import TABLES
from tests.lake.rows import packages, rows
where, who = place(sys.argv[1]), sys.argv[2]
for turn in range(5):
    batch = packages(f"{who}-{turn}", "shared")
    delta.replace(where, TABLES["packages"], batch, batch.select(["image_digest"]))
    batch = rows("images", {"digest": f"{who}-{turn}"}, {"digest": "shared", "repository": "x"})
    delta.upsert(where, TABLES["images"], batch)
"""
ENDLESS = """
import itertools, sys, numpy, pyarrow as pa
from hullmark.lake.store import Lake
from tests.lake.rows import packages
lake = Lake(sys.argv[1])
lake.create()
print("ready", flush=True)
batch = packages(*range(400), names=50)
for turn in itertools.count():
    lake.commit("packages", batch.set_column(4, "version", pa.array([str(turn)] * batch.num_rows)))
"""
HOLDING = """
import sys, time
from hullmark.lake.store import Lake
with Lake(sys.argv[1]).lock("a long scan"):
    print("held", flush=True)
    time.sleep(60)
"""


def start(program: str, lake: Lake, who: str = "") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, lake.root, who],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(*processes: subprocess.Popen[str]) -> None:
    for process in processes:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors


@pytest.mark.parametrize(("program", "table", "expected"), [(SCOPED, "packages", 3 * 17), (KEYED, "images", 17)])
def test_two_processes_that_write_at_once_lose_nothing(tmp_path: Path, program: str, table: str, expected: int) -> None:
    lake = Lake(str(tmp_path))
    finish(start(program, lake, "one"), start(program, lake, "two"))
    assert lake.connect().table(table).count("*").fetchall() == [(expected,)]


def test_without_the_local_lock_delta_itself_loses_nothing(tmp_path: Path) -> None:
    """As on S3, where writers of one table do not take turns: conflicts are detected and retried."""
    lake = Lake(str(tmp_path))
    lake.create()
    finish(start(UNLOCKED, lake, "one"), start(UNLOCKED, lake, "two"))
    con = lake.connect()
    assert con.table("packages").count("*").fetchall() == [(3 * 11,)]
    assert con.table("images").count("*").fetchall() == [(11,)]


@pytest.mark.parametrize("delay", [0.05, 0.15, 0.3, 0.45])
def test_a_killed_writer_exposes_nothing_and_blocks_nobody(tmp_path: Path, delay: float) -> None:
    lake = Lake(str(tmp_path))
    writer = start(ENDLESS, lake)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    time.sleep(0.5 + delay)
    os.kill(writer.pid, signal.SIGKILL)
    writer.communicate()
    counts = lake.connect().sql("SELECT count(*), count(DISTINCT version) FROM packages").fetchall()
    assert counts in ([(20_000, 1)], [(0, 0)]), "all of one commit, or none"
    before = counts[0][0]
    assert lake.commit("packages", packages("after")) == 3
    assert lake.connect().table("packages").count("*").fetchall() == [(before + 3,)]


def test_readers_see_whole_commits_while_a_writer_writes(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    writer = start(ENDLESS, lake)
    seen: set[str | None] = set()
    try:
        while len(seen - {None}) < 3 and writer.poll() is None:  # however long that takes on this machine
            con = lake.connect()
            found = con.sql("SELECT count(*), count(DISTINCT version), max(version) FROM packages").fetchall()[0]
            assert found[:2] in ((20_000, 1), (0, 0))
            seen.add(found[2])
            con.close()
    finally:
        writer.kill()
        writer.communicate()
    assert len(seen - {None}) == 3, "the writer wrote while the reader read"


def test_the_run_lock_is_released_by_the_death_of_its_holder(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    holder = start(HOLDING, lake)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(LakeBusy, match=rf"process {holder.pid} \(a long scan, since "), lake.lock("mine"):
        pytest.fail("two runs held the lake")
    holder.kill()
    holder.communicate()
    with lake.lock("mine"):
        assert lake.commit("runs", rows("runs", {})) == 1, "a run may commit while it holds the lake"


def test_a_table_that_others_keep_changing_gives_up_in_the_end(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    lake.commit("runs", rows("runs", {}))
    lost: list[int] = []

    def always_late(table: DeltaTable) -> None:
        lost.append(table.version())
        raise CommitFailedError("another writer was faster")

    with pytest.raises(LakeBusy, match="changed by others 12 times"):
        delta.retry(lake.place, "runs", always_late, first_pause=0.0)
    assert len(lost) == delta.ATTEMPTS
