"""Feeds that are damaged, missing or out of reach: what is good still counts, and what is missing or late is said."""

import gzip
import json
import re
import shutil
import socket
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from hullmark.advisories.feeds import feeds as feeds_of_all_kinds
from hullmark.scan_feeds import BESIDE
from tests.cli.conftest import Hullmark
from tests.cli.images import FINDING, image, write_layout
from tests.cli.sentences import assert_one_sentence

DEBIAN = Path("osv", "Debian", "all.zip")
UNCOMPARED = "1 package could not be compared: the advisories for Debian could not be loaded"
TRACKER = "hullmark: note: the findings lack what debian-tracker knows"


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder without a word."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name that http.server gives it
        """Nothing."""


@pytest.fixture
def layout(tmp_path: Path) -> str:
    return str(write_layout(tmp_path / "image", image()))


@pytest.fixture
def own_feeds(tmp_path: Path, feeds: Path) -> Path:
    """A copy of the advisories that a test may damage."""
    return Path(shutil.copytree(feeds, tmp_path / "own-feeds"))


@pytest.fixture
def served(own_feeds: Path) -> Iterator[ThreadingHTTPServer]:
    """The copy behind an address, until the test closes it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(own_feeds)))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def free_address() -> str:
    """An address of this machine where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def add_broken_record(archive: Path) -> None:
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr("DEBIAN-CVE-2020-9999.json", '{"id": "DEBIAN-CVE-2020-9999", "affected": [')


def test_one_broken_record(layout: str, own_feeds: Path, hullmark: Hullmark) -> None:
    """The rest loads; the report is complete as far as the publisher's feed is, so the status is 0."""
    add_broken_record(own_feeds / DEBIAN)
    ran = hullmark("scan", layout, "--feeds", str(own_feeds))
    assert ran.status == 0, ran
    assert FINDING in ran.stdout
    assert_one_sentence(ran, r"note: 1 of the \d+ records of the feed osv/Debian could not be read .*DEBIAN-CVE-2020-9999")


def test_one_broken_record_in_the_lake(own_feeds: Path, hullmark: Hullmark) -> None:
    add_broken_record(own_feeds / DEBIAN)
    synced = hullmark("feeds", "sync", "--feeds", str(own_feeds))
    assert (synced.status, synced.stderr) == (0, "")
    assert "1 of its records could not be read in full" in " ".join(synced.stdout.split())
    assert "`hullmark feeds status --problems` says why" in " ".join(synced.stdout.split())
    listed = hullmark("feeds", "status", "--problems")
    assert (listed.status, listed.stderr) == (0, "")
    assert "DEBIAN-CVE-2020-9999" in listed.stdout


def test_an_ecosystem_is_known_in_any_case(own_feeds: Path, hullmark: Hullmark) -> None:
    synced = hullmark("feeds", "sync", "--feeds", str(own_feeds), "--ecosystem", "debian")
    assert (synced.status, synced.stderr) == (0, "")
    assert "osv/Debian" in synced.stdout


def test_a_feed_to_accept_that_is_none(own_feeds: Path, hullmark: Hullmark) -> None:
    synced = hullmark("feeds", "sync", "--feeds", str(own_feeds), "--ecosystem", "Debian", "--accept", "Debian")
    assert synced.status == 2
    assert_one_sentence(synced, r"--accept Debian is no feed that is fetched; name one of .*osv/Debian")


def test_feeds_that_were_never_fetched(own_feeds: Path, hullmark: Hullmark) -> None:
    listed = hullmark("feeds", "status", "--problems")
    assert "No advisory feed has been fetched yet" in listed.stdout
    (own_feeds / DEBIAN).write_bytes(b"")
    synced = hullmark("feeds", "sync", "--feeds", str(own_feeds), "--ecosystem", "Debian")
    assert synced.status == 3
    assert re.search(r"osv/Debian +never +0 +0 +failed", synced.stdout)


@pytest.mark.parametrize("content", [b"", b"<html>Sign in to the hotel's network</html>", b"PK\x03\x04" + b"\0" * 90, None])
def test_a_feed_that_is_no_zip(content: bytes | None, layout: str, own_feeds: Path, hullmark: Hullmark) -> None:
    archive = own_feeds / DEBIAN
    archive.write_bytes(archive.read_bytes()[:500] if content is None else content)
    ran = hullmark("scan", layout, "--feeds", str(own_feeds))
    assert ran.status == 3
    assert UNCOMPARED in ran.stdout
    assert "✓" not in ran.stdout
    assert_one_sentence(
        ran,
        r"incomplete: packages of Debian were not compared with advisories: .*is (no readable zip|a web page and no feed)",
    )


def test_a_feed_that_becomes_unreadable(layout: str, own_feeds: Path, hullmark: Hullmark) -> None:
    """The last good snapshot is used, and its time is said."""
    assert hullmark("scan", layout, "--feeds", str(own_feeds)).status == 0
    (own_feeds / DEBIAN).write_bytes(b"no zip")
    ran = hullmark("scan", layout, "--feeds", str(own_feeds))
    assert ran.status == 0
    assert FINDING in ran.stdout
    assert_one_sentence(ran, r"note: .*no readable zip.*; the snapshot of 20\d\d-[0-9: -]+ UTC, .* old, stays in use")


def test_a_folder_that_is_named_counts_as_it_is(layout: str, own_feeds: Path, hullmark: Hullmark) -> None:
    """A publisher's feed that has lost most of its records is not believed; who names a folder means what is there now."""
    with zipfile.ZipFile(own_feeds / DEBIAN) as archive:
        records = {name: archive.read(name) for name in archive.namelist()}
    name, content = next(iter(records.items()))
    many = {f"{number}.json": json.dumps(json.loads(content) | {"id": f"DSA-{number}-1"}) for number in range(500)}
    found = []
    for kept in (records | many, {name: content}):
        with zipfile.ZipFile(own_feeds / DEBIAN, "w") as archive:
            for entry, text in kept.items():
                archive.writestr(entry, text)
        ran = hullmark("scan", layout, "--feeds", str(own_feeds), "--format", "json")
        assert "not believed" not in ran.stderr
        assert ran.status == 0
        found.append(len(json.loads(ran.stdout)["findings"]))
    assert found[0] > found[1]


def test_what_is_known_to_be_exploited_is_missed(layout: str, own_feeds: Path, hullmark: Hullmark) -> None:
    kev = own_feeds / "kev" / "known_exploited_vulnerabilities.json"
    kev.write_bytes(b"{")
    ran = hullmark("scan", layout, "--feeds", str(own_feeds))
    assert ran.status == 3
    assert FINDING in ran.stdout
    assert_one_sentence(ran, r"incomplete: the findings lack what kev knows: ")


def test_a_folder_without_the_feed(layout: str, tmp_path: Path, hullmark: Hullmark) -> None:
    ran = hullmark("scan", layout, "--feeds", str(tmp_path / "nothing"))
    assert ran.status == 3
    assert UNCOMPARED in ran.stdout
    assert_one_sentence(ran, r"there is no osv/Debian/all\.zip in .*nothing; check --feeds")


def test_an_address_of_no_known_kind(layout: str, hullmark: Hullmark) -> None:
    ran = hullmark("scan", layout, "--feeds", "ftp://feeds.example")
    assert ran.status == 3
    assert_one_sentence(ran, r"feeds cannot be fetched from ftp://.*; give a folder, or an https, file or s3 address")


def test_an_address_that_nobody_answers_at(layout: str, hullmark: Hullmark) -> None:
    """Packages are listed, and nothing passes for sound; tests/advisories/test_fetch.py counts how often it is tried."""
    ran = hullmark("scan", layout, "--feeds", free_address(), "--format", "json")
    assert ran.status == 3
    report = json.loads(ran.stdout)
    assert [package["name"] for package in report["packages"]] == ["libssl3"]
    assert [feed["snapshot"] for feed in report["feeds"]] == [None] * 5  # debian-tracker, eol, epss, kev, osv/Debian
    assert [feed["fetched_at"] for feed in report["feeds"]] == [None] * 5
    assert_one_sentence(ran, r"Debian were not compared with advisories: http://.*cannot be fetched \(Connection refused\)")


def test_an_address_that_answered_before(layout: str, served: ThreadingHTTPServer, hullmark: Hullmark) -> None:
    address = f"http://127.0.0.1:{served.server_port}"
    assert hullmark("scan", layout, "--feeds", address).status == 0
    served.shutdown()
    served.server_close()
    young = hullmark("scan", layout, "--feeds", address)
    assert (young.status, young.stderr) == (0, ""), "it is not asked again before its snapshot is old"
    assert FINDING in young.stdout
    old = hullmark("scan", layout, "--feeds", address, environ={"HULLMARK_FEEDS_MAX_AGE_HOURS": "0"})
    assert old.status == 3
    assert FINDING in old.stdout
    stale = [line for line in old.stderr.splitlines() if not line.startswith(TRACKER)]  # it never had any
    assert len(stale) == 3  # epss, kev, osv/Debian
    for line in stale:
        assert line.startswith("hullmark: incomplete: http://127.0.0.1:")
        assert "cannot be fetched" in line
        assert line.endswith("old, stays in use")


def test_the_lake_keeps_what_it_has(served: ThreadingHTTPServer, hullmark: Hullmark) -> None:
    address = f"http://127.0.0.1:{served.server_port}"
    assert hullmark("feeds", "sync", "--feeds", address).status == 0
    served.shutdown()
    served.server_close()
    ran = hullmark("feeds", "sync", "--feeds", address)
    assert (ran.status, ran.stderr) == (3, "")
    assert "failed" in ran.stdout
    assert "under 1 h" in ran.stdout
    assert hullmark("feeds", "status").status == 3


def test_an_epss_file_that_is_cut(own_feeds: Path, layout: str, hullmark: Hullmark) -> None:
    scores = own_feeds / "epss" / "epss_scores-current.csv.gz"
    scores.write_bytes(gzip.compress(b"cve,epss\n")[:-4])
    ran = hullmark("scan", layout, "--feeds", str(own_feeds))
    assert ran.status == 3
    assert FINDING in ran.stdout
    assert_one_sentence(ran, "the findings lack what epss knows: ")


def test_a_feed_that_is_about_no_packages_is_not_what_they_were_compared_with() -> None:
    """Each kind of feed either has advisories, or is known to stand beside them."""
    named = {source.feed for feed in feeds_of_all_kinds() for source in feed.sources(["Amazon Linux", "Debian", "Red Hat"])}
    assert {feed for feed in named if not feed.startswith(("alas/", "osv/"))} == set(BESIDE)
