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
    stated = {f"osv/{name}": facts["records"] for name, facts in manifest["osv"].items()}
    stated |= {name: manifest[name]["records"] for name in ("epss", "kev")}
    cycles = [path for path in shared_folder("feeds", "eol", "api").glob("*.json") if path.name != "all.json"]
    stated["eol"] = sum(len(json.loads(path.read_bytes())) for path in cycles)
    assert {feed: row["records"] for feed, row in attempts.items() if row["state"] == "fresh"} == stated


def test_every_feed_can_be_ordered(attempts: dict[str, dict[str, Any]], manifest: dict[str, Any]) -> None:
    assert {feed: row["detail"] for feed, row in attempts.items() if row["state"] == "failed"} == {}
    assert [name for name in manifest["osv"] if scheme_of_ecosystem(name) is None] == []


def test_every_problem_is_a_known_one(store: FeedStore, attempts: dict[str, dict[str, Any]]) -> None:
    with KNOWN.open(encoding="utf-8", newline="") as file:
        known = [(row["feed"], row["record"], row["reason"]) for row in csv.DictReader(file, delimiter="\t")]
    found = {tuple(row.values()) for row in store.problems().to_pylist()}
    assert sorted(found) == known
    assert sum(row["problems"] for row in attempts.values()) == len(known)


def test_a_second_sync_reads_nothing(store: FeedStore, attempts: dict[str, dict[str, Any]]) -> None:
    fresh = [feed.removeprefix("osv/") for feed, row in attempts.items() if row["state"] == "fresh" and feed[:4] == "osv/"]
    folder = Path(store.root)
    written = {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")}
    again = sync(store, Settings(feeds=str(shared_folder("feeds"))), fresh)
    assert {row["feed"]: row["snapshot"] for row in again.to_pylist()} == {
        feed: row["snapshot"] for feed, row in attempts.items() if row["state"] == "fresh"
    }
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")} == written
