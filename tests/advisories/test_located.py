"""Advisories are found by their names as a look at every row finds them, and those about one package lie side by side."""

import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hullmark.advisories.located import NAMES, located, of_file, rows_at, rows_named, side_by_side, to_bytes
from hullmark.advisories.state import FeedState
from hullmark.advisories.store import FeedStore
from hullmark.lake.schema import ADVISORIES, AFFECTED, AFFECTED_VERSIONS, FEED_PROBLEMS

FEED, SNAPSHOT = "osv/Debian", "0" * 32
WORDS = [f"CVE-2024-{number}" for number in range(40)]
SAME_CRC = ("plumless", "buckeroo")  # two words of one CRC-32, which are well known for it


def advisories(*rows: tuple[str, list[str], list[str]]) -> pa.Table:
    """Records: id, vulnerabilities, aliases."""
    return pa.Table.from_pylist([dict(zip(NAMES, row, strict=True)) for row in rows], ADVISORIES)


def drawn(seed: int, count: int = 60) -> pa.Table:
    chance = random.Random(seed)  # noqa: S311  test data
    return advisories(*(
        (f"DSA-{number}", chance.choices(WORDS, k=chance.randrange(4)), chance.choices(WORDS, k=chance.randrange(3)))
        for number in range(count)
    ))  # fmt: skip


def parquet(rows: pa.Table, group: int) -> pq.ParquetFile:
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, row_group_size=group)
    return pq.ParquetFile(pa.BufferReader(sink.getvalue()))


def called(rows: pa.Table, names: set[str]) -> list[str]:
    return [
        row["advisory_id"]
        for row in rows.to_pylist()
        if not names.isdisjoint({row["advisory_id"], *row["vulnerability_ids"], *row["aliases"]})
    ]


def store_with(tmp_path: Path, said: pa.Table, packages: dict[str, str]) -> FeedStore:
    """A store of one snapshot; `packages`: which record is about which."""
    store = FeedStore(str(tmp_path / "feeds"))
    ranges = [{"advisory_id": record, "ecosystem": "Debian:12", "name": name} for record, name in packages.items()]
    affected = pa.Table.from_pylist(ranges, AFFECTED)
    store.put(FeedState(FEED, SNAPSHOT), {"advisories": said, "affected": affected, "problems": FEED_PROBLEMS.empty_table()})
    return store


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("group", [1, 7, 100])
def test_rows_are_found_by_their_names(seed: int, group: int) -> None:
    rows, chance = drawn(seed), random.Random(seed + 1)  # noqa: S311  test data
    names = {*chance.sample(WORDS, 3), *(f"DSA-{chance.randrange(80)}" for _ in range(3))}
    found = rows_at(parquet(rows, group), rows_named(located(rows), names), NAMES)
    assert found["advisory_id"].to_pylist() == called(rows, names)  # so few names have no CRC-32 in common


def test_names_of_one_crc_are_told_apart(tmp_path: Path) -> None:
    one, other = SAME_CRC
    said = advisories(("A", [one], []), ("B", [other], []), ("C", [], [one]), (one, [], []))
    assert rows_named(located(said), [one]) == [0, 1, 2, 3]
    [item] = store_with(tmp_path, said, {}).advising()
    assert sorted(item.called([one])) == ["A", "C", one]
    assert item.called([]) == []


def test_no_advisories() -> None:
    none = located(advisories())
    assert none.num_rows == 0
    assert rows_named(none, ["A"]) == []
    assert rows_at(parquet(advisories(), 10), [], NAMES).num_rows == 0


def test_pairs_are_kept_as_they_are() -> None:
    pairs = located(drawn(1))
    content = to_bytes(pairs, 17)
    kept = of_file(content, 17)
    assert kept is not None
    assert kept.equals(pairs.combine_chunks())
    assert of_file(content, 18) is None  # of a file that was written anew since


def test_records_about_one_package_lie_side_by_side(tmp_path: Path) -> None:
    """By the first package of each, those about none last, then by id: also one that is about listed versions alone."""
    said = advisories(*((name, [], []) for name in ("E", "D", "C", "B", "A")))
    ranges = pa.Table.from_pylist(
        [
            {"advisory_id": record, "name": name}
            for record, name in (("A", "zlib"), ("C", "zlib"), ("C", "apt"), ("E", "bash"))
        ],
        AFFECTED,
    )
    listed = pa.Table.from_pylist([{"advisory_id": "B", "name": "bash"}], AFFECTED_VERSIONS)
    tables = {"advisories": said, "affected": ranges, "affected_versions": listed}
    assert side_by_side(tables)["advisory_id"].to_pylist() == ["C", "B", "E", "A", "D"]
    store = FeedStore(str(tmp_path))
    store.put(FeedState(FEED, SNAPSHOT), {**tables, "problems": FEED_PROBLEMS.empty_table()})
    [item] = store.advising()
    assert item.file.read(["advisory_id"])["advisory_id"].to_pylist() == ["C", "B", "E", "A", "D"]
    assert item.may_have(["A"], ["advisory_id"])["advisory_id"].to_pylist() == ["A"]


@pytest.mark.parametrize("damage", ["gone", "cut", "empty", "other", "of another file"])
def test_a_file_of_pairs_that_is_damaged_or_missing_is_made_again(tmp_path: Path, damage: str) -> None:
    store = store_with(tmp_path, drawn(2), {})
    file = Path(store.root) / FEED / SNAPSHOT / "located.arrow"
    content = file.read_bytes()
    if damage == "gone":
        file.unlink()
    else:
        others = to_bytes(located(drawn(3)), 17)
        written = {"cut": content[:-20], "empty": b"", "other": b"PAR1 and what not", "of another file": others}
        file.write_bytes(written[damage])
    [item] = store.advising()
    assert item.may_have(["DSA-7"], ["advisory_id"])["advisory_id"].to_pylist() == ["DSA-7"]


def test_what_is_said_under_a_name_is_about_packages(tmp_path: Path) -> None:
    said = advisories(("DSA-1", ["CVE-1"], []), ("DSA-2", ["CVE-2"], ["CVE-1"]), ("CVE-1", [], []), ("DSA-3", ["CVE-3"], []))
    store = store_with(tmp_path, said, {"DSA-1": "apt", "DSA-2": "bash", "CVE-1": "curl", "DSA-3": "dpkg"})
    found = store.naming({"CVE-1"}, {FEED: SNAPSHOT})
    assert found is not None
    assert sorted(found["packages"].to_pylist()) == [["Debian:12|apt"], ["Debian:12|bash"], ["Debian:12|curl"]]
    none = store.naming({"CVE-9"}, {FEED: SNAPSHOT})
    assert none is not None
    assert none.num_rows == 0
    (Path(store.root) / FEED / SNAPSHOT / "index.parquet").unlink()
    assert store.naming({"CVE-1"}, {FEED: SNAPSHOT}) is None
