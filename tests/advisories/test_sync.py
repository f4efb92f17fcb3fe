"""Refreshing feeds: what is new is read, what is known is kept, and what is broken never takes the last good snapshot."""

import errno
import gzip
import json
import os
import re
import shutil
import tempfile
import zipfile
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest

from hullmark.advisories import state as state_module
from hullmark.advisories.snapshot import FeedStore, sync
from hullmark.advisories.unwritten import unwritten
from hullmark.demo.feeds import write_feeds
from hullmark.errors import FeedError, LakeError, UsageError
from hullmark.lake.duck import open_duckdb
from hullmark.lake.schema import FEED_SNAPSHOTS
from hullmark.settings import Limits, Settings
from tests.advisories.feeds import record, write_epss, write_kev, write_osv, write_zip
from tests.lake.damage import damage

FIXED = [{"introduced": "0"}, {"fixed": "2.0"}]
GOOD = record("PYSEC-1", events=FIXED)
ENTRY = {"cveID": "CVE-2024-1000", "dateAdded": "2024-05-06", "dueDate": "2024-05-27", "knownRansomwareCampaignUse": "Known"}


@pytest.fixture
def base(tmp_path: Path) -> Path:
    write_osv(tmp_path / "feeds", GOOD)
    write_kev(tmp_path / "feeds", ENTRY)
    return write_epss(tmp_path / "feeds", "cve,epss,percentile\nCVE-2024-1000,0.5,0.9\n")


@pytest.fixture
def store(tmp_path: Path) -> FeedStore:
    return FeedStore(str(tmp_path / "store"))


def refresh(store: FeedStore, base: Path, *ecosystems: str, **limits: int) -> dict[str, dict[str, Any]]:
    settings = Settings(feeds=str(base), limits=replace(Limits(), **limits))
    table = sync(store, settings, ecosystems or None)
    assert table.schema == FEED_SNAPSHOTS
    return {row["feed"]: row for row in table.to_pylist()}


def count(store: FeedStore, view: str = "affected") -> int:
    with open_duckdb(256) as connection:
        store.register(connection)
        return int(connection.sql(f"SELECT count(*) FROM {view}").fetchall()[0][0])  # noqa: S608  a name of ours


def test_what_is_there_is_read_and_what_is_not_is_no_failure(store: FeedStore, base: Path) -> None:
    rows = refresh(store, base)
    assert {feed: (row["state"], row["records"]) for feed, row in rows.items()} == {
        "epss": ("fresh", 1), "kev": ("fresh", 1), "osv/PyPI": ("fresh", 1),
    }  # fmt: skip
    assert [state.feed for state in store.current()] == ["epss", "kev", "osv/PyPI"]
    assert store.status().drop_columns("fetched_at").num_rows == 3
    assert rows["epss"]["published"] == datetime(2026, 8, 15, tzinfo=UTC)
    assert rows["osv/PyPI"]["published"] == datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


def test_a_feed_that_was_asked_for_by_name(store: FeedStore, base: Path) -> None:
    row = refresh(store, base, "PyPI", "Debian")["osv/Debian"]
    assert (row["state"], row["snapshot"]) == ("failed", "")
    assert "there is no osv/Debian/all.zip in" in row["detail"]
    assert "osv/Debian" not in refresh(store, base)
    assert "osv/Debian" not in store.status()["feed"].to_pylist()


def test_a_feed_that_collapses_is_not_believed_until_somebody_says_so(store: FeedStore, base: Path) -> None:
    many = [record(f"PYSEC-{number}", events=FIXED) for number in range(120)]
    write_osv(base, *many)
    before = refresh(store, base)["osv/PyPI"]["snapshot"]
    write_osv(base, *many[:59])
    row = refresh(store, base)["osv/PyPI"]
    assert (row["state"], row["records"], row["snapshot"], count(store)) == ("failed", 120, before, 120)
    assert row["detail"].startswith(
        "it has 59 records and had 120, which is not believed; where it is right, run `hullmark feeds"
    )
    assert "stays in use" in row["detail"]
    assert refresh(store, base)["osv/PyPI"]["state"] == "failed", "asking again changes nothing"
    sync(store, Settings(feeds=str(base)), accept=["osv/PyPI"])
    assert (store.state("osv/PyPI").state, count(store)) == ("fresh", 59)
    write_osv(base, *many[:1])
    assert refresh(store, base)["osv/PyPI"]["state"] == "fresh", "so few records may come and go"


def test_the_zip_of_another_ecosystem_is_not_believed(store: FeedStore, base: Path) -> None:
    """Some of its records are about packages of both, so that it is not empty."""
    write_osv(base, *(record(f"PYSEC-{number}", events=FIXED) for number in range(120)))
    before = refresh(store, base)["osv/PyPI"]["snapshot"]
    write_osv(base, GOOD, *(record(f"GHSA-{number}", "npm", events=FIXED) for number in range(500)))
    row = refresh(store, base)["osv/PyPI"]
    assert (row["state"], row["snapshot"], count(store)) == ("failed", before, 120)
    assert row["detail"].startswith("it has 1 records that could be read in full and had 120, which is not believed; where")


DAMAGES = {
    "problems": (r"problems\.parquet of the snapshot /.* delete that folder, if it is damaged, and run", "damaged"),
    "affected": ("", "damaged"), "index": ("", ""), "listing": ("", "damaged"),
}  # fmt: skip


@pytest.mark.parametrize("table", DAMAGES)
def test_a_file_of_a_snapshot_that_is_damaged(store: FeedStore, base: Path, tmp_path: Path, table: str) -> None:
    """As after a loss of power: it is said where it is asked for, and the next change of the feed is read all the same."""
    told, exported = DAMAGES[table]
    snapshot = refresh(store, base)["osv/PyPI"]["snapshot"]
    file = Path(store.root, "osv/PyPI", snapshot, f"{table}.parquet")
    file.write_bytes(file.read_bytes()[:100] if file.exists() else b"PAR1")
    with pytest.raises(FeedError, match=told) if told else nullcontext():
        store.problems()
    with pytest.raises(FeedError, match=exported) if exported else nullcontext():
        list(store.files("osv/PyPI", snapshot))
    assert table != "listing" or store.listing("osv/PyPI", snapshot) == {}
    with (
        pytest.raises(FeedError, match="delete that folder, if it is damaged, and run")
        if table == "affected"
        else nullcontext()
    ):
        list(store.opened("affected"))
    assert (store.count({"osv/PyPI": snapshot}) is None) == (table == "index")
    write_osv(base, GOOD, record("PYSEC-2", package="q", events=FIXED))
    assert refresh(store, base)["osv/PyPI"]["state"] == "fresh"
    assert count(store) == 2


def test_an_index_whose_rows_are_damaged_is_as_good_as_none(store: FeedStore, base: Path) -> None:
    """Else each matching would fail; without an index everything is matched again."""
    snapshots = {"osv/PyPI": refresh(store, base)["osv/PyPI"]["snapshot"]}
    found = store.naming(["PYSEC-1"], snapshots)
    assert found is not None
    assert found.num_rows
    damage(Path(store.root, "osv/PyPI", snapshots["osv/PyPI"], "index.parquet"))
    assert store.naming(["PYSEC-1"], snapshots) is None
    assert store.differences(snapshots, {}) is None


def test_half_of_a_feed_and_a_feed_from_elsewhere_are_believed(store: FeedStore, base: Path, tmp_path: Path) -> None:
    many = [record(f"PYSEC-{number}", events=FIXED) for number in range(240)]
    refresh(store, write_osv(base, *many))
    assert refresh(store, write_osv(base, *many[:120]))["osv/PyPI"]["state"] == "fresh"
    assert refresh(store, write_osv(tmp_path / "mirror", GOOD))["osv/PyPI"]["records"] == 1


def test_a_base_that_holds_nothing(store: FeedStore, tmp_path: Path) -> None:
    rows = refresh(store, tmp_path / "typo")
    assert {"kev", "epss", "osv/Debian"} < set(rows)
    assert {row["state"] for row in rows.values()} == {"failed"}
    assert store.current() == []


def test_no_ecosystem_is_none(store: FeedStore, base: Path) -> None:
    settings = Settings(feeds=str(base))
    assert set(sync(store, settings, [])["feed"].to_pylist()) == {"kev", "epss"}


@pytest.mark.parametrize("name", ["../../etc", "a/b", "", "Debian\n", "x" * 80])
def test_what_is_no_ecosystem(store: FeedStore, base: Path, name: str) -> None:
    with pytest.raises(UsageError, match="is no OSV ecosystem"):
        refresh(store, base, name)


def test_an_unchanged_feed_is_not_read_again(store: FeedStore, base: Path) -> None:
    first = refresh(store, base)["osv/PyPI"]
    kept = Path(store.root, "osv/PyPI", first["snapshot"], "affected.parquet")
    written = kept.stat().st_mtime_ns
    again = refresh(store, base)["osv/PyPI"]
    assert again["snapshot"] == first["snapshot"]
    assert again["fetched_at"] > first["fetched_at"]
    (base / "osv/PyPI/all.zip").touch()  # same bytes, another time
    assert refresh(store, base)["osv/PyPI"]["snapshot"] == first["snapshot"]
    assert kept.stat().st_mtime_ns == written


def test_another_loader_reads_it_again(store: FeedStore, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = refresh(store, base)["osv/PyPI"]["snapshot"]
    monkeypatch.setattr(state_module, "loader", lambda: "another")
    assert refresh(store, base)["osv/PyPI"]["snapshot"] != first


def test_one_broken_record(store: FeedStore, base: Path) -> None:
    write_osv(base, GOOD, b'{"id": "PYSEC-2", "affected": [', record("PYSEC-3", events=[{"fixed": "what"}]))
    row = refresh(store, base)["osv/PyPI"]
    assert (row["state"], row["records"], row["problems"]) == ("fresh", 3, 2)
    assert row["detail"] == "2 of its records could not be read in full; `hullmark feeds status --problems` says why"
    assert [row["record"] for row in store.problems().to_pylist()] == ["broken-1", "PYSEC-3"]
    assert refresh(store, base)["osv/PyPI"]["detail"] == row["detail"]
    assert count(store) == 1


def nested() -> bytes:
    return b'{"id":"X","affected":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


HOSTILE: list[tuple[str, bytes | dict[str, Any], str]] = [
    ("deep nesting", nested(), "cannot be read"),
    ("no UTF-8", b'{"id": "\xff"}', "cannot be read"),
    ("a surrogate", b'{"id": "X-1", "summary": "\\ud800"}', "cannot be read"),
    ("nothing", b"", "cannot be read"),
    ("a number", b"1e999", "cannot be read"),
    ("a list", b"[]", "no JSON object"),
    ("large", b'{"id": "X-1", "details": "' + b"0" * 2_000_000 + b'"}', "larger than 1,000,000 bytes"),
    ("the id of another", {**GOOD, "summary": "again"}, "two records have this id"),
]


@pytest.mark.parametrize(("content", "reason"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE])
def test_hostile_records(store: FeedStore, base: Path, content: bytes | dict[str, Any], reason: str) -> None:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    write_osv(base, GOOD, data)
    row = refresh(store, base, record_bytes=1_000_000)["osv/PyPI"]
    assert (row["state"], row["problems"]) == ("fresh", 1)
    assert reason in store.problems().to_pylist()[0]["reason"]
    assert count(store, "advisories") == 1


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-30])


def damaged(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[60:70] = b"\0" * 10
    path.write_bytes(data)


def encrypted(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    path.write_bytes(data)


def bomb(path: Path) -> None:
    write_zip(path, [b"0" * 1_000_000] * 40)


def lying_bomb(path: Path) -> None:
    """A record that says it is small and is not."""
    write_zip(path, [b"0" * 1_000_000])
    data = path.read_bytes().replace((1_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    path.write_bytes(data)


BROKEN = [
    (truncated, "no readable zip"), (damaged, "none could be read"), (encrypted, "none could be read"),
    (bomb, "unpacks to more than 30,000,000 bytes"), (lying_bomb, "none could be read"),
    (lambda path: path.write_bytes(b"<html>sign in</html>"), "is a web page and no feed"),
    (lambda path: path.write_bytes(b""), "no readable zip (it has no byte)"),
    (lambda path: write_zip(path, []), "holds no record"),
    (lambda path: write_zip(path, [b"[]"]), "none could be read"),
    (lambda path: path.write_bytes(b"0" * 30_000_001), "larger than 30,000,000 bytes"),
    (lambda path: path.unlink(), "is not there"),
]  # fmt: skip


@pytest.mark.parametrize(("harm", "sentence"), BROKEN, ids=[str(number) for number in range(len(BROKEN))])
def test_the_last_good_snapshot_stays(store: FeedStore, base: Path, harm: Any, sentence: str) -> None:  # noqa: ANN401
    good = refresh(store, base)["osv/PyPI"]
    harm(base / "osv/PyPI/all.zip")
    row = refresh(store, base, feed_bytes=30_000_000)["osv/PyPI"]
    assert (row["state"], row["snapshot"]) == ("failed", good["snapshot"])
    assert sentence in row["detail"]
    assert row["detail"].endswith("UTC, less than an hour old, stays in use")
    assert store.state("osv/PyPI").fetched_at == good["fetched_at"]
    assert count(store) == 1
    write_osv(base, GOOD)
    assert refresh(store, base)["osv/PyPI"]["state"] == "fresh"


def test_a_feed_without_an_order_says_so(store: FeedStore, base: Path) -> None:
    write_osv(base, record("X-1", "Nowhere", events=FIXED), ecosystem="Nowhere")
    assert "cannot order versions of Nowhere yet" in refresh(store, base, "Nowhere")["osv/Nowhere"]["detail"]


def test_exploitation_is_one_row_a_cve(store: FeedStore, base: Path) -> None:
    write_epss(base, "cve,epss,percentile\nCVE-2024-1000,0.5,0.9\nCVE-2024-1001,0.1,0.2\nCVE-2024-1002,1.5,0.2\nnope,0,0\n")
    write_kev(base, ENTRY, {"cveID": None}, {"cveID": "CVE-2024-1003", "dateAdded": "soon", "dueDate": "2024-01-01"})
    rows = refresh(store, base)
    assert (rows["epss"]["problems"], rows["kev"]["problems"], rows["kev"]["records"]) == (2, 2, 2)
    connection = open_duckdb(256)
    store.register(connection)
    found = connection.sql(
        "SELECT cve, kev, kev_due::VARCHAR, kev_ransomware, epss FROM exploitation ORDER BY cve"
    ).fetchall()
    assert found == [
        ("CVE-2024-1000", True, "2024-05-27", True, 0.5),
        ("CVE-2024-1001", False, None, False, 0.1),
        ("CVE-2024-1003", True, "2024-01-01", False, None),
    ]


packed = partial(gzip.compress, mtime=0)  # these bytes name their test, which must not change with the clock
EXPLOITATION = [
    ("kev/known_exploited_vulnerabilities.json", b"<html>"), ("kev/known_exploited_vulnerabilities.json", b"[]"),
    ("kev/known_exploited_vulnerabilities.json", b'{"vulnerabilities": []}'),
    ("kev/known_exploited_vulnerabilities.json", b'{"vulnerabilities": {"cveID": "CVE-2024-1"}}'),
    ("epss/epss_scores-current.csv.gz", b"cve,epss,percentile\n"),
    ("epss/epss_scores-current.csv.gz", packed(b"cve,epss,percentile\n")),
    ("epss/epss_scores-current.csv.gz", packed(b"a,b\n1,2\n")),
    ("epss/epss_scores-current.csv.gz", packed(b"cve,epss,percentile\nCVE-2024-1,x,0\n")),
    ("epss/epss_scores-current.csv.gz", packed(b"cve,epss,percentile\nCVE-2024-1,nan,0\n")),
    ("epss/epss_scores-current.csv.gz", packed(b"cve,epss,percentile\n" + b"CVE-2024-1,0,0\n" * 9)[:-9]),
    ("epss/epss_scores-current.csv.gz", packed(b"0" * 40_000_000)),
]  # fmt: skip


@pytest.mark.parametrize(("path", "content"), EXPLOITATION)
def test_broken_exploitation_feeds(store: FeedStore, base: Path, path: str, content: bytes) -> None:
    refresh(store, base)
    (base / path).write_bytes(content)
    row = refresh(store, base, feed_bytes=30_000_000)[path.partition("/")[0]]
    assert row["state"] == "failed"
    assert row["snapshot"]
    assert count(store, "exploitation") == 1


def test_a_damaged_note_is_mended_by_the_next_refresh(store: FeedStore, base: Path) -> None:
    refresh(store, base)
    Path(store.root, "osv/PyPI/current.json").write_text("{")
    with pytest.raises(FeedError, match="is damaged"):
        store.current()
    assert refresh(store, base)["osv/PyPI"]["state"] == "fresh"
    assert count(store) == 1


def test_a_snapshot_that_is_gone_is_said_and_fetched_again(store: FeedStore, base: Path) -> None:
    snapshot = refresh(store, base)["osv/PyPI"]["snapshot"]
    shutil.rmtree(Path(store.root, "osv/PyPI", snapshot))
    status = {row["feed"]: row for row in store.status().to_pylist()}
    assert {feed: row["state"] for feed, row in status.items()} == {"epss": "fresh", "kev": "fresh", "osv/PyPI": "failed"}
    assert store.deleted() == {"osv/PyPI"}
    assert re.search(r"is gone from .* run `hullmark feeds sync`", status["osv/PyPI"]["detail"])
    with pytest.raises(FeedError, match=r"is gone from .* run `hullmark feeds sync`"):
        count(store)
    with pytest.raises(FeedError, match=r"is gone from .* HULLMARK_FEEDS_KEEP_DAYS days .* ask about a later day"):
        count(store.at({"osv/PyPI": snapshot}))
    refresh(store, base)
    assert count(store) == 1


def test_old_snapshots_go_but_for_the_one_before(store: FeedStore, base: Path) -> None:
    made = []
    for number in range(4):
        write_osv(base, record(f"PYSEC-{number}", events=FIXED))
        made.append(refresh(store, base)["osv/PyPI"]["snapshot"])
    folder = Path(store.root, "osv/PyPI")
    assert {item.name for item in folder.iterdir()} == {*made, "current.json"}
    soon = datetime.now(UTC) + timedelta(seconds=5)
    store.prune("osv/PyPI", made[2:], soon, soon)
    assert {item.name for item in folder.iterdir()} == {*made[2:], "current.json"}


def test_what_never_became_whole_goes_after_a_day(store: FeedStore, base: Path) -> None:
    """As when whoever wrote it was killed; what another process writes just now stays."""
    snapshot = refresh(store, base)["osv/PyPI"]["snapshot"]
    folder = Path(store.root, "osv/PyPI")
    for name, hours in (("0" * 32, 25), ("1" * 32, 23), ("unfinished", 25)):
        file = folder / name / "index.parquet.7-7.tmp"
        file.parent.mkdir()
        file.write_bytes(b"half")
        old = (datetime.now(UTC) - timedelta(hours=hours)).timestamp()
        os.utime(file, (old, old))
    write_osv(base, record("PYSEC-2", events=FIXED))
    later = refresh(store, base)["osv/PyPI"]["snapshot"]
    assert {item.name for item in folder.iterdir()} == {snapshot, later, "1" * 32, "unfinished", "current.json"}


def test_a_full_disk_is_said(base: Path, store: FeedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the temporary folder; its last good snapshot stays."""
    refresh(store, base)

    def full(**_named: object) -> None:
        raise OSError(errno.ENOSPC, "written 0 of 7 bytes")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", full)
    row = refresh(store, base)["osv/PyPI"]
    assert (row["state"], bool(row["snapshot"])) == ("failed", True)
    assert re.search(
        r"all\.zip cannot be kept in /.*: No space left on device; free some space there, or name another folder in TMPDIR; "
        r"the snapshot of .* stays in use",
        row["detail"],
    )


@pytest.mark.parametrize(
    ("number", "helps"), [(errno.ENOSPC, "free some space there"), (errno.EDQUOT, "free some"), (errno.EACCES, "make it")]
)
def test_what_helps_a_store_that_cannot_be_written(number: int, helps: str) -> None:
    said = str(unwritten("the feed kev", "/lake/feeds", OSError(number, "a long story")))
    assert said.startswith(f"the feed kev cannot be written to /lake/feeds: {os.strerror(number)}; {helps}")


def test_a_store_that_cannot_be_written(base: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LakeError, match="cannot be written"):
        refresh(FeedStore(str(tmp_path / "file")), base)


def test_views_are_typed_and_empty_without_feeds(store: FeedStore) -> None:
    for view in ("advisories", "affected", "affected_versions", "exploitation"):
        assert count(store, view) == 0


def test_a_connection_that_may_open_no_file(store: FeedStore, base: Path) -> None:
    refresh(store, base)
    connection = open_duckdb(256)
    connection.execute("SET enable_external_access = false; SET lock_configuration = true")
    store.register(connection)
    assert connection.sql("SELECT name FROM affected").fetchall() == [("p",)]
    with pytest.raises(duckdb.Error):
        connection.sql(f"SELECT * FROM read_text('{base}/kev/known_exploited_vulnerabilities.json')")  # noqa: S608


def test_the_demo_feeds_load_without_a_problem(store: FeedStore, tmp_path: Path) -> None:
    rows = refresh(store, write_feeds(tmp_path / "demo"))
    assert {row["state"] for row in rows.values()} == {"fresh"}
    assert sum(row["problems"] for row in rows.values()) == 0
    with zipfile.ZipFile(tmp_path / "demo/osv/Debian/all.zip") as archive:
        assert rows["osv/Debian"]["records"] == len(archive.namelist())
