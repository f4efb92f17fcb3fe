"""Debian's security tracker: what it says of each release stands on the finding, and what is broken in it is told."""

import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from hullmark.advisories.debian_tracker import packages
from hullmark.advisories.snapshot import FeedStore, sync
from hullmark.lake.schema import PACKAGES
from hullmark.scan_feeds import advisories
from hullmark.settings import Settings
from tests.advisories.conftest import Publisher
from tests.advisories.feeds import record, write_osv
from tests.matching.findings import matched, package

# As the tracker writes it; what it says of these is true, but for the releases in which shadow is open.
REAL = Path(__file__).with_name("debian_tracker.json")
PATH = "debian-tracker/data.json"
OPEN = [{"introduced": "0"}]


@pytest.fixture
def store(tmp_path: Path) -> FeedStore:
    return FeedStore(str(tmp_path / "store"))


@pytest.fixture
def base(publisher: type[Publisher]) -> Iterator[Path]:
    """What the publisher serves: OSV's own records know of every flaw, none of what Debian will do."""
    facts = json.loads(REAL.read_bytes())
    copies = [
        record(f"DEBIAN-{issue}", f"Debian:{number}", name, OPEN, upstream=[issue])
        for name, issues in facts.items()
        for issue in issues
        if issue.startswith("CVE-")
        for number in (12,)
    ]
    write_osv(
        publisher.base,
        *copies,
        record("DSA-5514-1", "Debian:10", "glibc", OPEN, related=["CVE-2023-4911"]),
        ecosystem="Debian",
    )
    write(publisher.base, REAL.read_bytes())
    yield publisher.base


def write(base: Path, content: bytes | dict[str, Any]) -> None:
    (base / PATH).parent.mkdir(exist_ok=True)
    (base / PATH).write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())


def refresh(store: FeedStore, publisher: type[Publisher], *ecosystems: str) -> dict[str, dict[str, Any]]:
    return {row["feed"]: row for row in sync(store, Settings(feeds=publisher.url), ecosystems or ("Debian",)).to_pylist()}


def found(store: FeedStore, number: int, name: str, version: str) -> dict[str, Any]:
    rows = matched(store, [package(f"Debian:{number}", name, version)], today=date(2026, 8, 1)).to_pylist()
    assert len(rows) <= 1
    return rows[0] if rows else {}


UNKNOWN = "undetermined: Debian does not know whether it is affected"
SOON = "a fix comes with the next point release"
MINIZIP = "contrib/minizip not built and src:zlib not producing binary packages"
# (release, package, version): (vulnerability, fix, state, severity, note), or nothing found
SAID = [
    (12, "apt", "2.6.1", ("CVE-2011-3374", "", "not-yet", "negligible", "unimportant, says Debian")),
    (10, "chromium", "90.0.4430.212-1~deb10u1", ("CVE-2024-0519", "", "end-of-life", "unknown", "")),
    (12, "chromium", "119.0-1", ("CVE-2024-0519", "120.0.6099.224-1~deb12u1", "fixed", "unknown", "")),
    (10, "glibc", "2.28-10+deb10u1", None),  # never affected, though a bulletin names it
    (11, "glibc", "2.31-13+deb11u6", ("CVE-2023-4911", "2.31-13+deb11u7", "fixed", "unknown", "")),
    (12, "glibc", "2.36-9+deb12u3", None),  # fixed, though OSV's copy does not know it yet
    (12, "libgcrypt20", "1.10.1-3", ("CVE-2024-2236", "", "not-yet", "unknown", "postponed: Minor issue")),
    (13, "libgcrypt20", "1.11.0-7", ("CVE-2024-2236", "", "not-yet", "unknown", "no-dsa: Minor issue")),
    (12, "shadow", "1:4.13+dfsg1-1", ("CVE-2023-4641", "", "not-yet", "unknown", f"no-dsa: Minor issue; {SOON}")),
    (13, "shadow", "1:4.13+dfsg1-1", ("CVE-2023-4641", "", "not-yet", "unknown", "")),  # the fix of unstable is not its own
    (14, "shadow", "1:4.13+dfsg1-1", ("CVE-2023-4641", "1:4.13+dfsg1-2", "fixed", "unknown", "")),  # passes into testing
    (14, "shadow", "1:4.13+dfsg1-2", None),  # an image of unstable
    (14, "apt", "3.1.5", ("CVE-2011-3374", "", "not-yet", "negligible", "unimportant, says Debian")),  # not in testing
    (12, "zlib", "1:1.2.13.dfsg-1", ("CVE-2023-45853", "", "will-not-fix", "unknown", f"ignored: {MINIZIP}")),
    (12, "ruby-jquery-rails", "4.3.5-2", ("TEMP-0856767-55B32E", "", "not-yet", "unknown", UNKNOWN)),
]  # fmt: skip


@pytest.mark.usefixtures("base")
def test_what_debian_says_stands_on_the_finding(store: FeedStore, publisher: type[Publisher]) -> None:
    row = refresh(store, publisher)["debian-tracker"]
    assert (row["state"], row["records"], row["problems"]) == ("fresh", 7, 0)
    for number, name, version, expected in SAID:
        one = found(store, number, name, version)
        names = ("vulnerability", "fixed_version", "fix_state", "severity", "note")
        assert (tuple(one[key] for key in names) if one else None) == expected, (number, name, version)


def test_an_advisory_that_is_there_beside_it_gives_the_score(
    store: FeedStore, publisher: type[Publisher], base: Path
) -> None:
    vector = {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}
    copy = record("DEBIAN-CVE-2024-2236", "Debian:12", "libgcrypt20", OPEN, upstream=["CVE-2024-2236"], severity=[vector])
    write_osv(base, copy, ecosystem="Debian")
    refresh(store, publisher)
    one = found(store, 12, "libgcrypt20", "1.10.1-3")
    assert (one["advisory"], one["severity"], one["score"], one["severity_source"]) == (
        "TRACKER-CVE-2024-2236",
        "critical",
        9.8,
        "cvss",
    )
    assert one["aliases"] == ["DEBIAN-CVE-2024-2236", "TRACKER-CVE-2024-2236"]
    assert one["note"] == "postponed: Minor issue"


def test_it_is_asked_where_there_is_debian(store: FeedStore, publisher: type[Publisher], base: Path) -> None:
    publisher.stamp = "Last-Modified"
    assert "debian-tracker" not in refresh(store, publisher, "PyPI")
    first = refresh(store, publisher)["debian-tracker"]
    size = REAL.stat().st_size
    assert refresh(store, publisher)["debian-tracker"]["snapshot"] == first["snapshot"]
    assert (publisher.sent[f"/{PATH}"], publisher.asked[f"/{PATH}"]) == (size, 2)
    write(base, {"apt": json.loads(REAL.read_bytes())["apt"]})
    os.utime(base / PATH, (2_000_000_000, 2_000_000_000))  # Last-Modified knows seconds only
    assert refresh(store, publisher)["debian-tracker"]["records"] == 1
    assert found(store.at({"debian-tracker": first["snapshot"]}), 12, "zlib", "1:1.2.13.dfsg-1")
    assert found(store, 12, "zlib", "1:1.2.13.dfsg-1")["fix_state"] == "not-yet"


def test_a_mirror_without_it_is_no_failure(store: FeedStore, publisher: type[Publisher], base: Path) -> None:
    (base / PATH).unlink()
    rows = refresh(store, publisher)
    assert "debian-tracker" not in rows
    assert rows["osv/Debian"]["state"] == "fresh"


def test_a_scan_goes_on_without_it_and_says_so(
    publisher: type[Publisher], base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    write(base, b"<html>")
    packages = pa.Table.from_pylist([package("Debian:12", "zlib", "1:1.2.13.dfsg-1")], schema=PACKAGES)
    with advisories([packages], Settings(feeds=publisher.url)) as found:
        assert not found.gaps
        assert any(note.startswith("the findings lack what debian-tracker knows: ") for note in found.notes)


def one(issue: object = None, name: str = "CVE-2024-1000", **release: object) -> dict[str, Any]:
    return {"a": {name: {"releases": {"bookworm": {"status": "open", **release}}} if issue is None else issue}}


PROBLEMS = [  # (content, record, reason)
    (one(name="what"), "what", "no issue with releases under a CVE's id"),
    (one([]), "CVE-2024-1000", "no issue with releases"),
    (one({"releases": []}), "CVE-2024-1000", "no issue with releases"),
    (one({"releases": {"bookworm": 1}}), "CVE-2024-1000", "no object"),
    (one({"releases": {"plan9": {"status": "open"}}}), "CVE-2024-1000", "'plan9' is no release of Debian"),
    (one(status="resolved"), "CVE-2024-1000", "names no version"),
    (one(status="what"), "CVE-2024-1000", "the status 'what' is none"),
    (one(status="resolved", fixed_version="not a version"), "CVE-2024-1000", "not a version"),
    ({"a": []}, "a", "no object of issues"),
    ({"A B\n": {}}, "A B", "has no name of a Debian package"),
]  # fmt: skip


@pytest.mark.parametrize("case", PROBLEMS, ids=range(len(PROBLEMS)))
def test_a_broken_record_is_told_and_the_rest_counts(
    store: FeedStore, publisher: type[Publisher], base: Path, case: tuple[dict[str, Any], str, str]
) -> None:
    content, name, reason = case
    write(base, content | json.loads(REAL.read_bytes()))
    row = refresh(store, publisher)["debian-tracker"]
    assert (row["state"], row["records"], row["problems"]) == ("fresh", 7, 1)
    (problem,) = store.problems().to_pylist()
    assert (problem["feed"], problem["record"]) == ("debian-tracker", name)
    assert reason in problem["reason"]
    assert found(store, 12, "zlib", "1:1.2.13.dfsg-1")["fix_state"] == "will-not-fix"


BROKEN = [b"", b"[]", b"{}", b"<html>", b'{"a": {}', b'{"a": {}} {}', b'{"a" {}}', b'{1: {}}', REAL.read_bytes()[:-40],
          b'{"a":' * 50_000, b'{"a": ' + b"[" * 100_000, b"\xff\xfe", json.dumps(one([])).encode()]  # fmt: skip


@pytest.mark.parametrize("content", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_file_keeps_the_last_good_snapshot(
    store: FeedStore, publisher: type[Publisher], base: Path, content: bytes
) -> None:
    good = refresh(store, publisher)["debian-tracker"]
    write(base, content)
    row = refresh(store, publisher)["debian-tracker"]
    assert (row["state"], row["snapshot"]) == ("failed", good["snapshot"])
    assert "debian-tracker" in row["detail"]
    assert "stays in use" in row["detail"]
    assert found(store, 12, "zlib", "1:1.2.13.dfsg-1")["fix_state"] == "will-not-fix"


def test_text_that_is_no_utf8_costs_letters_and_no_record(store: FeedStore, publisher: type[Publisher], base: Path) -> None:
    write(base, REAL.read_bytes().replace(b"MiniZip", b"Mini\xffZip"))
    assert refresh(store, publisher)["debian-tracker"]["problems"] == 0
    assert found(store, 12, "zlib", "1:1.2.13.dfsg-1")["summary"].startswith("Mini�Zip in zlib")


def test_packages_are_read_one_at_a_time() -> None:
    text = '{"a": {}, "b": {"x": [1]} ,\n"c": 1 }\n'
    assert list(packages(text)) == [("a", {}), ("b", {"x": [1]}), ("c", 1)]
    assert list(packages(" {} ")) == []
