"""Red Hat's repository-to-cpe.json: from a server to rows, and what of it cannot be read."""

import json
from pathlib import Path

import pytest

from hullmark.advisories.feeds import Source
from hullmark.advisories.feeds.redhat_repositories import FEED, NAME, sources
from hullmark.advisories.snapshot import FeedStore, sync
from hullmark.errors import FeedError
from hullmark.settings import Limits, Settings
from tests.advisories.conftest import Publisher
from tests.advisories.feeds import record, write_osv, write_repositories

SOURCE = Source(NAME, "", "")
EUS = "rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_2"
GOOD = {"cpes": ["cpe:/o:redhat:rhel_eus:9.2::baseos"], "repo_relative_urls": ["content/eus/rhel9/9.2/x86_64/baseos/os"]}


def test_from_a_server(publisher: type[Publisher], tmp_path: Path) -> None:
    """It is asked for where packages of Red Hat are, and not fetched twice."""
    write_osv(
        publisher.base, record("RHSA-1", "Red Hat:rhel_eus:9.2::baseos", "p", [{"introduced": "0"}]), ecosystem="Red Hat"
    )
    path = write_repositories(publisher.base, {EUS: GOOD["cpes"]}) / "redhat" / "repository-to-cpe.json"
    store, settings = FeedStore(str(tmp_path / "store")), Settings(feeds=publisher.url)
    for _ in range(2):
        sync(store, settings, ["Red Hat"])
    state = store.state(NAME)
    assert (state.state, state.records, state.problems) == ("fresh", 1, 0)
    assert store.tables(NAME, state.snapshot)["product_repositories"].to_pylist() == [
        {"repository": EUS, "ecosystem": "Red Hat:rhel_eus:9.2"}
    ]
    assert publisher.sent["/redhat/repository-to-cpe.json"] == path.stat().st_size
    assert not list(sources(["Debian"]))


ENTRIES: dict[str, tuple[object, list[str], str]] = {
    "main, with a minor release": ({"cpes": ["cpe:/o:redhat:enterprise_linux:10.1"]}, ["Red Hat:enterprise_linux:10"], ""),
    "two channels of one product": (
        {"cpes": [f"cpe:/a:redhat:rhel_eus:9.2::{one}" for one in ("crb", "nfv")]}, ["Red Hat:rhel_eus:9.2"], "",
    ),
    "no list": ({"cpes": "cpe:/o:redhat:rhel_eus:9.2"}, [], "it is no repository with a list of CPEs"),
    "nothing": (None, [], "it is no repository with a list of CPEs"),
    "others' products": (
        {"cpes": ["cpe:/a:acme:rhel_eus:9.2", 7, "cpe:/o:redhat:rhel", "x" * 100_000]}, [], "4 of its CPEs name no product",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ENTRIES)
def test_a_repository(tmp_path: Path, name: str) -> None:
    entry, products, reason = ENTRIES[name]
    file = tmp_path / "file"
    file.write_text(json.dumps({"data": {EUS: GOOD, "that": entry, "a\nb": GOOD}}))
    loaded = FEED.load(file, SOURCE, Settings())
    rows = loaded.tables["product_repositories"].to_pylist()
    assert [row["ecosystem"] for row in rows if row["repository"] == "that"] == products
    told = {row["record"]: row["reason"] for row in loaded.tables["problems"].to_pylist()}
    assert told["a\nb"] == "it is no repository with a list of CPEs"
    assert told.get("that", "").startswith(reason)
    assert bool(reason) == ("that" in told)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"{}", b'{"data": []}', b'{"data": {}}', b'{"data": {"a": {}}}', b"\xff" * 9]
)
def test_what_is_no_such_file(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    with pytest.raises(FeedError, match="redhat-repositories"):
        FEED.load(file, SOURCE, Settings())


def test_one_that_is_too_large(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"{" * 11)
    with pytest.raises(FeedError, match="larger than 10 bytes"):
        FEED.load(file, SOURCE, Settings(limits=Limits(record_bytes=10)))
