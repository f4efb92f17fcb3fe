"""When a base is out of date, each case by hand: moved tags, newer tags of the same line, age, and what a rebuild ends."""

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from hullmark.analysis.bases import update_bases
from hullmark.analysis.outdated import Outdated, outdated
from hullmark.lake.store import Lake
from tests.analysis.fleets import NOW, Image, digest, point, write, write_images

LATER = NOW + timedelta(days=3)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def finding(image: Image, vulnerability: str, package: str, layer: int, kev: bool = False) -> dict[str, object]:
    return {
        "image_digest": image.digest, "package_key": f"deb|{package}|1|amd64|x", "vulnerability": vulnerability,
        "type": "deb", "package": package, "version": "1", "layer_index": layer, "kev": kev, "fixed_version": "",
    }  # fmt: skip


def asked(lake: Lake, now: datetime = LATER, days: int = 90) -> Outdated:
    update_bases(lake)
    with closing(lake.connect()) as connection:
        return outdated(connection, now, days)


def reasons(table: pa.Table) -> list[tuple[str, str, str]]:
    return [(row["image_digest"], row["reason"], row["successor_name"]) for row in table.to_pylist()]


OLD, NEW = Image("base:1.0", "a", tagged=False), Image("base:1.0 again", "n")
APP = Image("app:1", "ab")


def moved(lake: Lake, *more: Image) -> None:
    write_images(lake, OLD, NEW, APP, *more)
    point(lake, ("base:1.0", OLD.digest, NOW, LATER), ("base:1.0", NEW.digest, LATER, None))


def test_a_tag_that_moved(lake: Lake) -> None:
    old = Image("base:old", "a", tagged=False)
    write_images(lake, Image("base:1.0", "n"), old, APP)
    new = digest("base:1.0")
    point(lake, ("base:1.0", old.digest, NOW, LATER), ("base:1.0", new, LATER, None))
    found = asked(lake).reasons
    assert reasons(found) == [(APP.digest, "moved", "base:1.0")]
    assert found["successor"].to_pylist() == [new]
    assert found["evidence"].to_pylist() == ["the tag 1.0 of base points to another image since 2026-03-04"]


def test_a_tag_that_stayed_or_was_deleted_is_no_reason(lake: Lake) -> None:
    base = Image("base:1.0", "a")
    write_images(lake, base, APP)
    point(lake, ("base:1.0", base.digest, NOW, None), ("base:gone", base.digest, NOW, LATER))
    assert reasons(asked(lake).reasons) == []


LINES = [
    ("3.11.4", ["3.11.9", "3.12.1", "3.11.10-slim", "3.11"], "3.11.9"),
    ("3.11.4-slim", ["3.11.9", "3.11.5-slim", "3.11.10-slim"], "3.11.10-slim"),
    ("12.1", ["12.5", "13.0"], "12.5"),
    ("12", ["13"], ""),
    ("20240101", ["20240301", "20240201"], "20240301"),
    ("v1.2", ["v1.10", "1.11"], "1.11"),
    ("latest", ["newest"], ""),
    ("1.2.3", ["1.2.2", "1.2.3"], ""),
    ("1.99999999999999999999", ["1.2"], ""),
]


@pytest.mark.parametrize(("tag", "others", "expected"), LINES)
def test_newer_tags_of_the_same_line(lake: Lake, tag: str, others: Sequence[str], expected: str) -> None:
    base = Image(f"base:{tag}", "a")
    successors = [Image(f"base:{other}", f"x{number}") for number, other in enumerate(others) if other != tag]
    write_images(lake, base, APP, *successors)
    point(lake, *((image.name, image.digest, NOW, None) for image in (base, *successors)))
    wanted = [(APP.digest, "newer-tag", f"base:{expected}")] if expected else []
    assert reasons(asked(lake).reasons) == wanted


def test_an_old_base(lake: Lake) -> None:
    base = Image("base:1", "a", created=NOW - timedelta(days=100))
    write_images(lake, base, APP)
    found = asked(lake, now=NOW).reasons
    assert reasons(found) == [(APP.digest, "old", "")]
    assert found["evidence"].to_pylist() == ["the base was built on 2025-11-21, 100 days ago"]
    assert reasons(asked(lake, now=NOW, days=101).reasons) == []


def test_of_an_index_the_image_of_the_same_platform_follows(lake: Lake) -> None:
    old = Image("base:old", "a", index=digest("old index"), tagged=False)
    new = Image("base:new", "n", index=digest("new index"), tagged=False)
    write_images(lake, old, new, APP)
    point(lake, ("base:1", digest("old index"), NOW, LATER), ("base:1", digest("new index"), LATER, None))
    found = asked(lake).reasons
    assert (reasons(found), found["successor"].to_pylist()) == ([(APP.digest, "moved", "base:1")], [new.digest])


def test_what_a_rebuild_ends_and_brings(lake: Lake) -> None:
    moved(lake)
    write(lake, "findings", [
        finding(APP, "CVE-1", "openssl", 0, kev=True), finding(APP, "CVE-2", "zlib", 0), finding(APP, "CVE-3", "bash", 0),
        finding(APP, "CVE-4", "own", 1),
        finding(NEW, "CVE-3", "bash", 0), finding(NEW, "CVE-9", "curl", 0),
    ])  # fmt: skip
    rows = asked(lake).rebuilds.to_pylist()
    assert [
        (row["image_digest"], row["successor"], row["closes"], row["closes_exploited"], row["brings"]) for row in rows
    ] == [(APP.digest, NEW.digest, 2, 1, 1)]
