"""A whole refresh from a web server: what crosses the wire, what stays when the server fails, and two refreshes at once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from hullmark.advisories.snapshot import FeedStore, sync
from hullmark.lake.duck import open_duckdb
from hullmark.lake.schema import PACKAGES
from hullmark.scan_feeds import advisories
from hullmark.settings import Limits, Settings
from tests.advisories.conftest import Publisher
from tests.advisories.feeds import record, write_osv
from tests.matching.findings import matched, package

LIMITS = Limits()
FIXED = [{"introduced": "0"}, {"fixed": "2.0"}]
ENTRY = {"cveID": "CVE-2024-1000", "dateAdded": "2024-05-06", "dueDate": "2024-05-27"}


@pytest.fixture
def store(tmp_path: Path) -> FeedStore:
    return FeedStore(str(tmp_path / "store"))


def refresh(store: FeedStore, publisher: type[Publisher], limits: Limits = LIMITS) -> dict[str, dict[str, Any]]:
    return {row["feed"]: row for row in sync(store, Settings(feeds=publisher.url, limits=limits), ("PyPI",)).to_pylist()}


@pytest.mark.parametrize("stamp", ["ETag", "Last-Modified"])
def test_an_unchanged_feed_costs_a_request_and_no_bytes(store: FeedStore, publisher: type[Publisher], stamp: str) -> None:
    publisher.stamp = stamp
    first = refresh(store, publisher)
    files = [path for path in publisher.base.rglob("*") if path.is_file()]
    whole = {f"/{path.relative_to(publisher.base)}": path.stat().st_size for path in files}
    assert publisher.sent == whole
    again = refresh(store, publisher)
    assert publisher.sent == whole
    assert set(publisher.asked.values()) == {2}
    assert {feed: row["snapshot"] for feed, row in again.items()} == {feed: row["snapshot"] for feed, row in first.items()}
    assert all(again[feed]["fetched_at"] > first[feed]["fetched_at"] for feed in first)
    write_osv(publisher.base, record("PYSEC-1", events=FIXED), record("PYSEC-2", events=FIXED))
    os.utime(publisher.base / "osv/PyPI/all.zip", (2_000_000_000, 2_000_000_000))  # Last-Modified knows seconds only
    assert refresh(store, publisher)["osv/PyPI"]["records"] == 2
    assert publisher.sent["/kev/known_exploited_vulnerabilities.json"] == whole["/kev/known_exploited_vulnerabilities.json"]


def test_a_server_without_validators(store: FeedStore, publisher: type[Publisher]) -> None:
    publisher.stamp = ""
    first = refresh(store, publisher)
    assert refresh(store, publisher)["osv/PyPI"]["snapshot"] == first["osv/PyPI"]["snapshot"]
    assert set(publisher.asked.values()) == {2}


MOODS = [
    ("500", "answered with HTTP 500"), ("403", "denied or not there (HTTP 403)"), ("404", "is not there (HTTP 404)"),
    ("loop", "redirects without end; check the address"), ("silent", "cannot be fetched (nothing came for 0.2 seconds"),
]  # fmt: skip


@pytest.mark.parametrize(("mood", "sentence"), MOODS)
def test_a_server_that_fails(store: FeedStore, publisher: type[Publisher], mood: str, sentence: str) -> None:
    good = refresh(store, publisher)
    publisher.mood = mood
    rows = refresh(store, publisher, Limits(feed_idle_seconds=0.2 if mood == "silent" else 60.0))
    assert set(good) <= set(rows) <= {*good, "eol"}  # which this publisher never had
    for feed, row in ((feed, rows[feed]) for feed in good):
        assert (row["state"], row["snapshot"]) == ("failed", good[feed]["snapshot"])
        assert sentence in row["detail"]
        assert row["detail"].endswith("UTC, less than an hour old, stays in use")
    publisher.mood = ""
    assert {row["state"] for row in refresh(store, publisher).values()} == {"fresh"}


def test_a_304_that_nobody_asked_for_is_no_feed(store: FeedStore, publisher: type[Publisher]) -> None:
    publisher.mood = "unasked 304"
    rows = refresh(store, publisher)
    assert {row["state"] for row in rows.values()} == {"failed"}
    assert "HTTP 304" in rows["osv/PyPI"]["detail"]
    assert store.current() == []


SYNC = """
import sys
from hullmark.advisories.snapshot import FeedStore, sync
from hullmark.settings import Settings
for _ in range(3):
    rows = sync(FeedStore(sys.argv[1]), Settings(feeds=sys.argv[2]), ("PyPI",)).to_pylist()
    assert {row["state"] for row in rows} == {"fresh"}, rows
"""


def test_two_processes_at_once(store: FeedStore, publisher: type[Publisher]) -> None:
    publisher.stamp = ""  # so that both fetch and load each time
    command = [sys.executable, "-c", SYNC, store.root, publisher.url]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for process in running:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    assert {state.feed for state in store.current()} == {"epss", "kev", "osv/PyPI"}
    assert not [path.name for path in Path(store.root).rglob("*.tmp")]
    with open_duckdb(256) as connection:
        store.register(connection)
        assert connection.sql("SELECT count(*) FROM affected").fetchall() == [(1,)]


def test_a_scan_fetches_a_snapshot_that_somebody_deleted(
    publisher: type[Publisher], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would say so until the feed is due again."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    packages = [package("PyPI", "p", "1.0")]
    table = pa.Table.from_pylist(packages, PACKAGES)
    settings = Settings(feeds=publisher.url, lake=str(tmp_path / "none"))
    for _ in range(2):
        with advisories([table], settings) as found:
            assert [row["vulnerability"] for row in matched(found.store, packages).to_pylist()] == ["PYSEC-1"]
            shutil.rmtree(next(Path(found.store.root, "osv", "PyPI").glob("*/")))
    assert publisher.asked["/osv/PyPI/all.zip"] == 2
