"""The run lock of a lake on S3: two runs, a run that dies, one that lost it; moto answers the conditional writes."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from hullmark.errors import LakeBusy, LakeError
from hullmark.lake import lease
from hullmark.lake.place import place
from hullmark.lake.store import Lake
from tests.lake.rows import rows
from tests.lake.test_s3 import endpoint
from tests.lake.test_s3 import lake as shared_lake

__all__ = ["endpoint", "shared_lake"]  # fixtures
SECONDS = 60.0
HOLDING = """
import sys, time
from hullmark.lake.store import Lake
with Lake(sys.argv[1]).lock("a long scan"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def lake(shared_lake: Lake, request: pytest.FixtureRequest) -> Lake:
    """A lake of the test's own."""
    return Lake(f"s3://lake/{request.node.name}")


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lease of two seconds that nobody renews."""
    monkeypatch.setattr(lease, "LEASE_SECONDS", 2.0)


def stored(lake: Lake) -> dict[str, object]:
    found: dict[str, object] = json.loads(lake.place.read(lease.NAME) or b"")
    return found


def wait_until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not reached():
        assert time.monotonic() < deadline, "that did not happen in time"
        time.sleep(0.05)


def test_one_run_at_a_time_and_the_other_is_told_who_has_it(lake: Lake) -> None:
    with lake.lock("a scan"):
        expected = rf"the lake {lake.root} is in use by process {os.getpid()} on .+ \(a scan, since .+ UTC\); .* after 5 min"
        with pytest.raises(LakeBusy, match=expected), Lake(lake.root).lock("another one"):
            pytest.fail("two runs held the lake")
        assert lake.commit("runs", rows("runs", {})) == 1, "a run may commit while it holds the lake"
    with Lake(lake.root).lock("the next one"):
        pass


def test_of_two_that_come_at_once_one_gets_it(lake: Lake) -> None:
    with closing(lease.Lease(lake.place, "one")) as first, closing(lease.Lease(lake.place, "two")) as second:
        assert first._try() is None
        assert second._put({"what": "late"}, {"IfNoneMatch": "*"}) is False, "S3 refuses who looked before it was taken"
        assert second._try() == first._signed
        first.give_free()
        assert second._try() is None
        assert first._put({}, {"IfMatch": first._tag}) is False, "whoever gave it free has no say any more"


def test_a_run_that_dies_lets_go_of_it_after_a_while(lake: Lake, short: None) -> None:
    command = [sys.executable, "-c", HOLDING, lake.root]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        holder.kill()
    with lake.lock("the next one", SECONDS):
        assert lake.commit("runs", rows("runs", {})) == 1


def test_a_run_that_lives_renews_it(lake: Lake, short: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "BEAT_SECONDS", 0.1)
    with lake.lock("a scan"):
        first = stored(lake)
        wait_until(lambda: stored(lake)["beat"] != first["beat"])
        assert {**stored(lake), "beat": ""} == {**first, "beat": ""}


def test_a_run_that_lost_it_commits_nothing_more(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "BEAT_SECONDS", 0.1)
    with closing(lease.Lease(lake.place, "another one")) as thief, lake.lock("a scan that slept too long"):
        while not thief._put(thief._signed, {"IfMatch": thief._look().tag}):  # type: ignore[union-attr]
            pass  # the first one renewed it in between
        mine = lake._lease
        assert mine is not None
        wait_until(lambda: mine._lost)
        with pytest.raises(LakeBusy, match=r"does not hold the lake .* any more"):
            lake.commit("runs", rows("runs", {}))
    with closing(lease.Lease(lake.place, "a third one")) as third:
        assert third._try() == thief._signed, "it was not given free by who had lost it"


def test_what_s3_refuses_is_one_sentence(lake: Lake) -> None:
    lost = closing(lease.Lease(place("s3://nowhere/hullmark"), "a scan"))
    with (
        lost as one,
        pytest.raises(
            LakeError, match=r"lock of the lake s3://nowhere/hullmark cannot be written \(NoSuchBucket\)"
        ) as caught,
    ):
        one.take(0.0)
    assert "not-a-secret" not in str(caught.value)
