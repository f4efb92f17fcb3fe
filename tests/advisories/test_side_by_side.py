"""Advisories about one package lie side by side, and what goes by a name is found by looking at every row."""

from pathlib import Path

import pyarrow as pa
import pytest

from hullmark.advisories import snapshot_tables
from hullmark.advisories.indexes import called
from hullmark.advisories.state import FeedState
from hullmark.advisories.store import FeedStore
from hullmark.lake.schema import ADVISORIES, AFFECTED, AFFECTED_VERSIONS, FEED_PROBLEMS

FEED, SNAPSHOT = "osv/Debian", "0" * 32
NAMES = ("advisory_id", "vulnerability_ids", "aliases")
SAID: list[tuple[str, list[str], list[str]]] = [
    ("DSA-1", ["CVE-1"], []),
    ("DSA-2", ["CVE-2", "CVE-1"], []),
    ("DSA-3", ["CVE-3"], ["CVE-1", "GHSA-1"]),
    ("CVE-1", [], []),
    ("DSA-4", ["CVE-11"], ["CVE-4"]),
]
ABOUT = {"DSA-1": "zlib", "DSA-2": "apt", "DSA-3": "zlib", "CVE-1": "bash", "DSA-4": "curl"}
CASES = {
    ("CVE-1",): ["CVE-1", "DSA-1", "DSA-2", "DSA-3"],
    ("DSA-4",): ["DSA-4"],
    ("GHSA-1", "CVE-11"): ["DSA-3", "DSA-4"],
    ("CVE",): [],
    (): [],
}


def tables(said: list[tuple[str, list[str], list[str]]], about: dict[str, str]) -> dict[str, pa.Table]:
    """The tables of a snapshot: records by id, vulnerabilities and aliases, and the package that each is about."""
    rows = [dict(zip(NAMES, row, strict=True)) for row in said]
    ranges = [{"advisory_id": record, "ecosystem": "Debian:12", "name": name} for record, name in about.items()]
    return {
        "advisories": pa.Table.from_pylist(rows, ADVISORIES), "affected": pa.Table.from_pylist(ranges, AFFECTED),
        "problems": FEED_PROBLEMS.empty_table(),
    }  # fmt: skip


@pytest.fixture(params=[1, 3, 100], ids=lambda rows: f"groups of {rows}")
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> FeedStore:
    monkeypatch.setattr(snapshot_tables, "GROUP", request.param)
    made = FeedStore(str(tmp_path / "feeds"))
    made.put(FeedState(FEED, SNAPSHOT), tables(SAID, ABOUT))
    return made


@pytest.mark.parametrize(("names", "records"), CASES.items(), ids=lambda value: "-".join(value) or "none")
def test_what_goes_by_a_name(store: FeedStore, names: tuple[str, ...], records: list[str]) -> None:
    [file] = store.opened("advisories")
    assert called(file, names) == records
    found = store.naming(names, {FEED: SNAPSHOT})
    assert found is not None
    assert sorted(found["packages"].to_pylist()) == sorted([f"Debian:12|{ABOUT[record]}"] for record in records)


def test_what_goes_by_a_name_where_an_index_is_gone(store: FeedStore) -> None:
    (Path(store.root) / FEED / SNAPSHOT / "index.parquet").unlink()
    assert store.naming(["CVE-1"], {FEED: SNAPSHOT}) is None


def test_the_order_of_a_file(store: FeedStore) -> None:
    [file] = store.opened("advisories")
    assert file.read(["advisory_id"])["advisory_id"].to_pylist() == ["DSA-2", "CVE-1", "DSA-4", "DSA-1", "DSA-3"]


def test_records_about_one_package_lie_side_by_side() -> None:
    """By the first package of each, those about none last, then by id: also one that is about listed versions alone."""
    held = tables([(name, [], []) for name in ("E", "D", "C", "B", "A")], {"A": "zlib", "C": "zlib", "E": "bash"})
    more = pa.Table.from_pylist([{"advisory_id": "C", "name": "apt"}], AFFECTED)
    listed = pa.Table.from_pylist([{"advisory_id": "B", "name": "bash"}], AFFECTED_VERSIONS)
    held |= {"affected": pa.concat_tables([held["affected"], more]), "affected_versions": listed}
    assert snapshot_tables.side_by_side(held)["advisory_id"].to_pylist() == ["C", "B", "E", "A", "D"]
    alone = {"advisories": held["advisories"]}  # as NVD's, which are about no package
    assert snapshot_tables.side_by_side(alone)["advisory_id"].to_pylist() == ["A", "B", "C", "D", "E"]
