"""All of ../shared/feeds: every record is counted, and each one that is not read in full is known by name and reason."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from hullmark.advisories.snapshot import FeedStore, sync
from hullmark.settings import Settings
from hullmark.versions import scheme_of_ecosystem
from tests.conftest import shared_folder

pytestmark = pytest.mark.slow

KNOWN = Path(__file__).parent / "shared_problems.tsv"
UNORDERED = "its ecosystem has no version order here, so that only listed versions are matched"
RANGES_ONLY = {"Bitnami", "Hackage"}  # and no order: nothing to match with


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared_folder("feeds") / "MANIFEST.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> FeedStore:
    return FeedStore(str(tmp_path_factory.mktemp("feeds")))


@pytest.fixture(scope="module")
def attempts(store: FeedStore, manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    table = sync(store, Settings(feeds=str(shared_folder("feeds"))), sorted(manifest["osv"]))
    return {row["feed"]: row for row in table.to_pylist()}


def test_every_record_is_counted(attempts: dict[str, dict[str, Any]], manifest: dict[str, Any]) -> None:
    stated = {f"osv/{name}": facts["records"] for name, facts in manifest["osv"].items() if name not in RANGES_ONLY}
    stated |= {name: manifest[name]["records"] for name in ("epss", "kev")}
    assert {feed: row["records"] for feed, row in attempts.items() if row["state"] == "fresh"} == stated


def test_a_feed_that_cannot_be_ordered_says_so(attempts: dict[str, dict[str, Any]]) -> None:
    failed = {feed: row["detail"] for feed, row in attempts.items() if row["state"] == "failed"}
    assert set(failed) == {f"osv/{name}" for name in RANGES_ONLY}
    for feed, sentence in failed.items():
        name = feed.removeprefix("osv/")
        assert scheme_of_ecosystem(name) is None
        assert sentence == f"the feed {feed} only has ranges of versions, and Hullmark cannot order versions of {name} yet"


def test_every_problem_is_a_known_one(store: FeedStore, attempts: dict[str, dict[str, Any]]) -> None:
    with KNOWN.open(encoding="utf-8", newline="") as file:
        known = [(row["feed"], row["record"], row["reason"]) for row in csv.DictReader(file, delimiter="\t")]
    found = {tuple(row.values()) for row in store.problems().to_pylist()}
    unordered = {row for row in found if row[2] == UNORDERED}
    assert sorted(found - unordered) == known
    counted = {feed: row["problems"] for feed, row in attempts.items() if row["state"] == "fresh" and row["problems"]}
    for feed in {row[0] for row in unordered}:
        assert scheme_of_ecosystem(feed.removeprefix("osv/")) is None
        assert counted.pop(feed) == attempts[feed]["records"]
    assert sum(counted.values()) == len(known)


def test_a_second_sync_reads_nothing(store: FeedStore, attempts: dict[str, dict[str, Any]]) -> None:
    fresh = [feed.removeprefix("osv/") for feed, row in attempts.items() if row["state"] == "fresh" and feed[:4] == "osv/"]
    folder = Path(store.root)
    written = {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")}
    again = sync(store, Settings(feeds=str(shared_folder("feeds"))), fresh)
    assert {row["feed"]: row["snapshot"] for row in again.to_pylist()} == {
        feed: row["snapshot"] for feed, row in attempts.items() if row["state"] == "fresh"
    }
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")} == written
