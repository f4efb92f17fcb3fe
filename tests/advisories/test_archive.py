"""All feeds in one file: what was exported is what is imported, and a hostile file changes nothing."""

import io
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from hullmark.advisories.archive import export_feeds, import_feeds
from hullmark.advisories.snapshot import FeedStore
from hullmark.errors import FeedError
from hullmark.settings import Limits
from tests.advisories.feeds import read, record, write_eol, write_epss, write_osv
from tests.matching.findings import matched, package

Members = list[tuple[tarfile.TarInfo, bytes]]
PACKAGES = [package("PyPI", "p", "1.0")]


@pytest.fixture
def store(tmp_path: Path) -> FeedStore:
    base = write_osv(tmp_path / "feeds", record("PYSEC-1", events=[{"introduced": "0"}, {"fixed": "2"}]))
    write_eol(base, {"product": "debian", "cycle": "12", "eol": "2026-06-10"})
    return read(write_epss(base, "cve,epss,percentile\nCVE-2024-1000,0.5,0.9\n"), "PyPI")


@pytest.fixture
def file(store: FeedStore, tmp_path: Path) -> Path:
    assert [state.feed for state in export_feeds(store, tmp_path / "feeds.tar")] == ["eol", "epss", "osv/PyPI"]
    return tmp_path / "feeds.tar"


def other(tmp_path: Path) -> FeedStore:
    return FeedStore(str(tmp_path / "other"))


def test_what_was_exported_is_imported(store: FeedStore, file: Path, tmp_path: Path) -> None:
    imported = import_feeds(other(tmp_path), file, Limits())
    assert [state.feed for state in imported] == ["eol", "epss", "osv/PyPI"]
    assert other(tmp_path).states() == store.states()
    assert matched(other(tmp_path), PACKAGES) == matched(store, PACKAGES)
    assert matched(store, PACKAGES).num_rows == 1
    assert import_feeds(other(tmp_path), file, Limits()) == []


def test_equal_stores_are_equal_files(store: FeedStore, file: Path, tmp_path: Path) -> None:
    export_feeds(store, tmp_path / "again.tar")
    assert (tmp_path / "again.tar").read_bytes() == file.read_bytes()


def test_what_the_store_has_since_is_kept(store: FeedStore, file: Path, tmp_path: Path) -> None:
    write_osv(tmp_path / "feeds", record("PYSEC-2", events=[{"introduced": "0"}]))
    newer = read(tmp_path / "feeds", "PyPI").states()
    assert import_feeds(store, file, Limits()) == []
    assert store.states() == newer


def test_nothing_to_export(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="there is no feed to export"):
        export_feeds(other(tmp_path), tmp_path / "none.tar")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is always full")
def test_a_full_disk(store: FeedStore, tmp_path: Path) -> None:
    (tmp_path / "feeds.tar.part").symlink_to("/dev/full")
    with pytest.raises(FeedError, match=r"feeds.tar cannot be written \(No space left on device\); free some space there"):
        export_feeds(store, tmp_path / "feeds.tar")
    assert not list(tmp_path.glob("feeds.tar*"))


def test_where_nothing_can_be_written(store: FeedStore, tmp_path: Path) -> None:
    with pytest.raises(
        FeedError, match=r"feeds.tar cannot be written \(No such file or directory\); name a file in a folder"
    ):
        export_feeds(store, tmp_path / "no folder" / "feeds.tar")
    assert not (tmp_path / "none.tar").exists()


def rewritten(file: Path, change: Callable[[Members], Members]) -> None:
    with tarfile.open(file) as archive:
        members = [(item, stream.read()) for item in archive if (stream := archive.extractfile(item))]
    with tarfile.open(file, "w") as archive:
        for item, content in change(members):
            item.size = len(content)
            archive.addfile(item, io.BytesIO(content))


def entry(name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE) -> Members:
    item = tarfile.TarInfo(name)
    item.type, item.linkname = kind, "/etc/passwd"
    return [(item, content)]


def manifest(edit: Callable[[dict[str, object]], object]) -> Callable[[Members], Members]:
    """The members with another manifest."""

    def change(members: Members) -> Members:
        stated = orjson.loads(members[-1][1])
        edit(stated)
        return [*members[:-1], (members[-1][0], orjson.dumps(stated))]

    return change


HOSTILE: list[tuple[str, Callable[[Members], Members], str]] = [
    ("empty", lambda _members: [], "has no manifest.json"),
    ("a link", lambda members: [*members, *entry("eol/link", kind=tarfile.SYMTYPE)], "does not belong there"),
    ("a device", lambda members: [*members, *entry("eol/null", kind=tarfile.CHRTYPE)], "does not belong there"),
    ("twice", lambda members: [*members, members[0]], "does not belong there"),
    ("no JSON", lambda members: [*members[:-1], (members[-1][0], b"{")], "manifest.json is damaged"),
    ("a list", lambda members: [*members[:-1], (members[-1][0], b"[]")], "manifest.json is damaged"),
    ("other bytes", lambda members: [(members[0][0], members[0][1][::-1]), *members[1:]], "not what its digest says"),
    ("shorter", lambda members: [(members[0][0], members[0][1][:-1]), *members[1:]], "not as large as it should be"),
    ("missing", lambda members: members[1:], "is not there"),
    ("another format", manifest(lambda stated: stated.update(format=2)), "another version of Hullmark"),
    ("another loader", manifest(lambda stated: stated.update(loader="x")), "another version of Hullmark"),
    ("no feeds", manifest(lambda stated: stated.pop("feeds")), "manifest.json is damaged"),
    ("a path", manifest(lambda stated: stated["feeds"][0]["state"].update(feed="../../etc")), "names a feed"),  # type: ignore[index]
    ("a number", manifest(lambda stated: stated["feeds"][0]["state"].update(records="many")), "is damaged"),  # type: ignore[index]
]  # fmt: skip


@pytest.mark.parametrize(("change", "sentence"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE])
def test_a_hostile_file(file: Path, tmp_path: Path, change: Callable[[Members], Members], sentence: str) -> None:
    rewritten(file, change)
    with pytest.raises(FeedError, match=sentence):
        import_feeds(other(tmp_path), file, Limits())
    assert other(tmp_path).states() == []
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("content", [b"", b"<html>", b"\0" * 1024, None], ids=["empty", "html", "zeros", "truncated"])
def test_what_is_no_such_file(file: Path, tmp_path: Path, content: bytes | None) -> None:
    file.write_bytes(file.read_bytes()[:3000] if content is None else content)
    with pytest.raises(FeedError, match="is no file of exported feeds"):
        import_feeds(other(tmp_path), file, Limits())


def test_bounds(file: Path, tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="not as large as it should be"):
        import_feeds(other(tmp_path), file, Limits(feed_bytes=100))


def test_a_snapshot_that_is_gone_is_not_left_out(store: FeedStore, file: Path, tmp_path: Path) -> None:
    (snapshot,) = (state.snapshot for state in store.states() if state.feed == "osv/PyPI")
    shutil.rmtree(Path(store.root, "osv/PyPI", snapshot))
    with pytest.raises(FeedError, match=r"of feed osv/PyPI is gone from .* run `hullmark feeds sync`"):
        export_feeds(store, tmp_path / "again.tar")
    assert [path.name for path in tmp_path.glob("again*")] == []
    assert [state.feed for state in import_feeds(store, file, Limits())] == ["osv/PyPI"]
    assert matched(store, PACKAGES).num_rows == 1
