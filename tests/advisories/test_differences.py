"""What differs between two snapshots: the noted lists say what comparing the indexes says, and damage is seen."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hullmark.advisories.differences import compared, differing, note, read_index
from hullmark.advisories.state import FeedState
from hullmark.advisories.store import FeedStore
from hullmark.lake.place import place
from hullmark.lake.schema import ADVISORIES, FEED_PROBLEMS, RECORD_INDEX
from tests.advisories.feeds import read, record, write_osv

FEED = "osv/PyPI"
MANY = [f"GHSA-{number}" for number in range(60)]


def snapshot(words: dict[str, str]) -> dict[str, pa.Table]:
    """The tables of a snapshot whose records say these words."""
    rows = [
        {"advisory_id": name, "vulnerability_ids": [name], "aliases": [], "summary": word} for name, word in words.items()
    ]
    return {"advisories": pa.Table.from_pylist(rows, ADVISORIES), "problems": FEED_PROBLEMS.empty_table()}


def keep(store: FeedStore, name: str, words: dict[str, str]) -> None:
    store.put(FeedState(FEED, name), snapshot(words))


def three(tmp_path: Path) -> FeedStore:
    """Snapshots a, b and c, one after the other: one record is reworded, one goes, one comes, one is reworded and back."""
    store, words = FeedStore(str(tmp_path / "feeds")), dict.fromkeys(MANY, "as ever")
    keep(store, "a", words)
    keep(store, "b", words | {"GHSA-1": "other words", "GHSA-2": "for a while"})
    keep(
        store, "c", {name: word for name, word in words.items() if name != "GHSA-3"} | {"GHSA-1": "other words", "new": "it"}
    )
    return store


def forget_index(store: FeedStore, name: str) -> None:
    (Path(store.root) / FEED / name / "index.parquet").unlink()


def names(rows: pa.Table | None) -> list[str]:
    assert rows is not None
    return sorted(set(rows["record"].to_pylist()))


def whole(changes: dict[str, pa.Table] | None) -> pa.Table:
    assert changes is not None
    return pa.concat_tables([RECORD_INDEX.empty_table(), *changes.values()])


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a", "a", []),
        ("a", "b", ["GHSA-1", "GHSA-2"]),
        ("b", "a", ["GHSA-1", "GHSA-2"]),
        ("b", "c", ["GHSA-2", "GHSA-3", "new"]),
        ("a", "c", ["GHSA-1", "GHSA-3", "new"]),
        ("c", "a", ["GHSA-1", "GHSA-3", "new"]),
        ("", "a", sorted(MANY)),
        ("a", "", sorted(MANY)),
    ],
)
def test_what_differs(tmp_path: Path, old: str, new: str, expected: list[str], listed: bool) -> None:
    store = three(tmp_path)
    if not listed:
        for path in Path(store.root).rglob("since-*"):
            path.unlink()
    found = names(differing(place(store.root), FEED, old, new))
    back = ["GHSA-2"] if listed and {old, new} == {"a", "c"} else []  # it changed and changed back: more is no harm
    assert found == sorted([*expected, *back])
    feeds = [{FEED: name} if name else {} for name in (old, new)]
    assert names(whole(store.differences(feeds[0], feeds[1]))) == found


def test_lists_need_no_index_and_say_what_was_and_what_is(tmp_path: Path) -> None:
    store = three(tmp_path)
    where = place(store.root)
    indexes = [read_index(where, FEED, name) for name in "ab"]
    assert indexes[0] is not None
    assert indexes[1] is not None
    expected = compared(indexes[0], indexes[1]).sort_by("digest")
    for name in "abc":
        forget_index(store, name)
    found = differing(where, FEED, "a", "b")
    assert found is not None
    assert found.sort_by("digest") == expected
    assert expected.num_rows == 4
    assert names(differing(where, FEED, "a", "c")) == ["GHSA-1", "GHSA-2", "GHSA-3", "new"]


def flipped(content: bytes) -> bytes:
    return content[:60] + bytes([content[60] ^ 1]) + content[61:]


DAMAGES: Iterable[tuple[str, Callable[[bytes], bytes]]] = (
    ("empty", lambda _: b""), ("truncated", lambda content: content[:-20]), ("flipped", flipped),
    ("of another list", lambda content: content[:32] + b"PAR1"), ("no digest", lambda content: content[32:]),
)  # fmt: skip


@pytest.mark.parametrize(("damage", "change"), DAMAGES, ids=[name for name, _ in DAMAGES])
def test_a_damaged_list_is_as_good_as_none(tmp_path: Path, damage: str, change: Callable[[bytes], bytes]) -> None:
    store = three(tmp_path)
    path = Path(store.root) / FEED / "b" / "since-a"
    path.write_bytes(change(path.read_bytes()))
    where = place(store.root)
    assert names(differing(where, FEED, "a", "b")) == ["GHSA-1", "GHSA-2"]
    assert names(differing(where, FEED, "a", "c")) == ["GHSA-1", "GHSA-3", "new"]
    forget_index(store, "a")
    assert differing(where, FEED, "a", "b") is None, damage
    assert store.differences({FEED: "a"}, {FEED: "b"}) is None


def test_what_most_records_have_changed_in_is_not_noted(tmp_path: Path) -> None:
    store = FeedStore(str(tmp_path / "feeds"))
    keep(store, "a", dict.fromkeys(MANY, "as ever"))
    keep(store, "b", dict.fromkeys(MANY, "as never"))
    assert list(Path(store.root).rglob("since-*")) == []
    assert names(whole(store.differences({FEED: "a"}, {FEED: "b"}))) == sorted(MANY)


def test_an_index_of_an_older_hullmark_does_not_say_what_is_rejected(tmp_path: Path) -> None:
    made = record("A", versions=["1"]), record("B", versions=["1"], summary="** REJECT ** by its finder")
    store = read(write_osv(tmp_path / "feeds", *made), "PyPI")
    state = store.current()[0]
    index, where = Path(store.root) / state.feed / state.snapshot / "index.parquet", place(store.root)
    rows = read_index(where, state.feed, state.snapshot)
    assert rows is not None
    assert rows.select(["record", "rejects"]).to_pylist() == [
        {"record": "A", "rejects": False},
        {"record": "B", "rejects": True},
    ]
    pq.write_table(rows.drop_columns(["rejects"]), index)
    rows = read_index(where, state.feed, state.snapshot)
    assert rows is not None
    assert rows.schema == RECORD_INDEX
    assert rows["rejects"].to_pylist() == [None, None]
    index.write_bytes(b"PAR1")
    assert read_index(where, state.feed, state.snapshot) is None, "damaged is as good as gone"


def test_ways_that_turn_in_circles_end(tmp_path: Path) -> None:
    store, where = three(tmp_path), place(str(tmp_path / "feeds"))
    for later, earlier in (("a", "c"), ("b", "c"), ("c", "a")):
        index = read_index(where, FEED, later)
        assert index is not None
        note(where, FEED, later, earlier, index)
    keep(store, "apart", dict.fromkeys(MANY[:3], "others"))
    assert names(differing(where, FEED, "apart", "b")) == sorted(MANY)
    assert names(differing(where, FEED, "a", "c")) == ["GHSA-1", "GHSA-3", "new"]


@pytest.mark.parametrize("bounds", [True, False], ids=["with bounds", "without bounds"])
def test_what_other_feeds_say_under_the_ids_of_changed_records(tmp_path: Path, bounds: bool) -> None:
    """By feed: its records, of which those of the first changed. Its own are left out, and so is what nobody else has."""
    store = FeedStore(str(tmp_path / "feeds"))
    for feed, ids in {"osv/PyPI": ["GHSA-1", "GHSA-2"], "osv/npm": ["GHSA-2", "GHSA-3"], "osv/Go": ["GO-1"]}.items():
        rows = [{"record": name, "packages": [f"{feed}|{name}"], "vulnerabilities": [], "digest": 1} for name in ids]
        folder = tmp_path / "feeds" / feed / "a"
        folder.mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist(rows, RECORD_INDEX), folder / "index.parquet", write_statistics=bounds)
    snapshots = dict.fromkeys(("osv/PyPI", "osv/npm", "osv/Go"), "a")
    changed = pa.Table.from_pylist([{"record": name} for name in ("GHSA-1", "GHSA-2", "GZ-1")], RECORD_INDEX)
    found = store.namesakes({"osv/PyPI": changed, "epss": RECORD_INDEX.empty_table()}, snapshots)
    assert found is not None
    assert found["packages"].to_pylist() == [["osv/npm|GHSA-2"]]
    none = store.namesakes({}, snapshots)
    assert none is not None
    assert (store.count(snapshots), none.num_rows) == (5, 0)
    (tmp_path / "feeds" / "osv/npm" / "a" / "index.parquet").unlink()
    assert store.namesakes({"osv/PyPI": changed}, snapshots) is store.count(snapshots) is None
