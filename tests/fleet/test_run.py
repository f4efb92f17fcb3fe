"""The row of a run: it beats while the run lives, says how far it is, and is closed by the next run where it was killed."""

import shutil
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from hullmark.errors import FeedError
from hullmark.fleet import run
from hullmark.fleet.run import Kind, Record, new_run, recorded, write
from hullmark.lake.store import Lake
from tests.fleet.world import trust

SECONDS = 120.0


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    made = Lake(str(tmp_path / "lake"))
    made.create()
    return made


def row(lake: Lake, number: str) -> tuple[Any, ...]:
    (found,) = (
        lake.connect()
        .sql("SELECT state, detail, digests, heartbeat FROM runs WHERE run = $run", params={"run": number})
        .fetchall()
    )
    return found


def test_a_run_tells_that_it_lives_and_how_far_it_is(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "BEAT_SECONDS", 0.05)
    with recorded(lake, Kind.SCAN, trust) as record:
        first: datetime = row(lake, record.run.run)[3]
        record.counts.digests = 7
        deadline = time.monotonic() + SECONDS
        while row(lake, record.run.run)[2] != 7:
            assert time.monotonic() < deadline, "it has not beaten"
            time.sleep(0.02)
        state, _, _, beat = row(lake, record.run.run)
        assert state == "running"
        assert beat > first
    assert row(lake, record.run.run)[0] == "completed"


def test_the_next_run_closes_the_row_of_one_that_was_killed(lake: Lake) -> None:
    killed = Record(new_run(Kind.SCAN))
    killed.counts.digests = 7
    write(lake, killed, "running")
    beat = row(lake, killed.run.run)[3]
    with recorded(lake, Kind.SCAN, trust):
        state, detail, digests, last = row(lake, killed.run.run)
    assert (state, digests, last) == ("failed", 7, beat)
    assert "killed" in detail


def test_a_run_that_fails_says_why(lake: Lake) -> None:
    with pytest.raises(ZeroDivisionError), recorded(lake, Kind.SCAN, trust) as record:
        record.counts.digests = 1 // 0
    assert row(lake, record.run.run)[:2] == ("failed", "ZeroDivisionError")


def test_a_run_whose_end_cannot_be_written_still_says_why_it_failed(lake: Lake) -> None:
    with pytest.raises(FeedError, match="no room for feeds"), recorded(lake, Kind.SCAN, trust):
        table = Path(lake.root) / "tables" / "runs"
        shutil.rmtree(table)
        table.write_text("as good as a full disk")
        raise FeedError("no room for feeds")


def test_a_run_that_was_stopped_says_so_in_words(lake: Lake) -> None:
    with pytest.raises(KeyboardInterrupt), recorded(lake, Kind.SCAN, trust) as record:
        raise KeyboardInterrupt
    state, detail, *_ = row(lake, record.run.run)
    assert (state, detail.partition(" (")[0]) == ("failed", "It was stopped")
