"""Where a vulnerability or a package is, on a fleet worked out by hand, and what the answer says that it lacks."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hullmark.advisories.snapshot import FeedStore
from hullmark.analysis.where import Where, where_package, where_vulnerability
from hullmark.errors import UsageError
from hullmark.exceptions import Scope, exception_row
from hullmark.lake.store import Lake
from hullmark.reports.where_report import gaps, summary
from hullmark.versions import key
from tests.analysis.fleets import HOST, NOW, Image, digest, write, write_images

BASE, APP = Image("base:1", "a"), Image("app:2", "ab")
OTHER, GONE = Image("other:3", "c"), Image("gone:4", "ab", state="deleted")


def package(
    image: Image, name: str, version: str, source: str = "", *, index: int = 0, kind: str = "deb"
) -> dict[str, object]:
    return {
        "image_digest": image.digest, "path": f"lib/{name}", "type": kind, "name": name, "version": version, "arch": "",
        "advisory_name": source or name.lower(), "advisory_version": version, "layer_index": index, "ecosystem": "Debian:12",
    }  # fmt: skip


def finding(image: Image, vulnerability: str, name: str, index: int = 0, **said: object) -> dict[str, object]:
    return {
        "image_digest": image.digest, "package_key": f"deb|{name}|1.0|amd64|x", "vulnerability": vulnerability,
        "aliases": ["GHSA-Xy"], "type": "deb", "package": name, "version": "1.0", "severity": "high", "kev": False,
        "fixed_version": "1.1", "layer_index": index, "path": f"lib/{name}", "first_seen": NOW, "last_seen": NOW, **said,
    }  # fmt: skip


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """`app` stands on `base`; CVE-1 is in the base's libz of both, CVE-2 in what `app` added; one image is gone."""
    lake = Lake(str(tmp_path / "lake"))
    write_images(lake, BASE, APP, OTHER, GONE)
    write(lake, "base_images", [
        {"image_digest": image.digest, "base_digest": BASE.digest, "base_name": "base:1", "base_layers": 1,
         "method": "chain", "confidence": "high", "evidence": ""} for image in (APP, GONE)
    ])  # fmt: skip
    write(lake, "packages", [
        *(package(image, "libz1", "1.10", "zlib") for image in (BASE, APP, GONE)), package(APP, "zlib", "1.9", index=1),
        package(OTHER, "zlib", "one two", kind="pypi"), package(OTHER, "@scope/zlib", "2.0.0", kind="npm"),
    ])  # fmt: skip
    write(lake, "findings", [
        *(finding(image, "CVE-1", "libz1") for image in (BASE, APP, GONE)), finding(APP, "CVE-2", "zlib", 1, kev=True),
        finding(GONE, "CVE-2", "zlib", 1), finding(GONE, "CVE-3", "zlib", 1),
    ])  # fmt: skip
    compared = [{"image_digest": image.digest, "run": "run-1", "at": NOW} for image in (BASE, APP, OTHER, GONE)]
    write(lake, "matched_images", compared)
    write(lake, "matchings", [{"run": "run-1", "at": NOW, "finished": NOW, "scope": "full"}])
    write(lake, "run_feeds", [{"run": "run-1", "feed": "osv/Debian", "snapshot": "one", "fetched_at": NOW}])
    return lake


def carriers(lake: Lake, name: str, snapshot: str = "one") -> Where:
    with closing(lake.connect()) as connection:
        FeedStore(lake.feeds_root).register(connection)
        return where_vulnerability(connection, name, {"osv/Debian": snapshot})


def holders(lake: Lake, name: str, below: str = "") -> Where:
    with closing(lake.connect()) as connection:
        return where_package(connection, name, below)


def told(found: Where, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in columns) for row in found.rows.to_pylist()]


def test_the_images_that_are_there_and_who_brought_it(lake: Lake) -> None:
    found = carriers(lake, "CVE-1")
    assert told(found, "image", "part", "base", "version", "fixed_version") == [
        ("app:2", "base", "base:1", "1.0", "1.1"), ("base:1", "application", None, "1.0", "1.1"),
    ]  # fmt: skip
    assert summary(found) == "2 of 3 images carry CVE-1 (high), in 1 account; fixed in libz1 1.1."
    assert list(gaps(found)) == []


def test_a_vulnerability_goes_by_each_of_its_names(lake: Lake) -> None:
    assert told(carriers(lake, "cve-2"), "image", "vulnerability") == [("app:2", "CVE-2")]
    found = carriers(lake, "ghsa-xy")
    assert {row["vulnerability"] for row in found.rows.to_pylist()} == {"CVE-1", "CVE-2"}
    assert found.rows["vulnerability"][0].as_py() == "CVE-2"  # exploited, so the most risk
    assert summary(found).startswith("2 of 3 images carry ghsa-xy (CVE-2, high, known to be exploited), in 1 account")


def test_what_is_settled_is_told_and_comes_last(lake: Lake) -> None:
    times = (NOW, NOW + timedelta(days=9000))
    lake.commit("exceptions", exception_row(Scope("CVE-1", repository="app"), "known", "ann", "bob", times))
    found = carriers(lake, "CVE-1")
    assert told(found, "image", "settled") == [("base:1", False), ("app:2", True)]
    assert "exception" in found.rows["said"][1].as_py()
    assert summary(found).endswith("; exceptions or VEX have settled it in 1 of them.")


def test_nobody_carries_what_only_a_deleted_image_had(lake: Lake) -> None:
    found = carriers(lake, "CVE-3")
    assert found.rows.num_rows == 0
    assert list(gaps(found)) == [
        "no advisory of the feeds names CVE-3, so nothing is known of it; run `hullmark feeds sync`"
    ]


def test_advisories_that_were_not_compared_yet_are_a_gap(lake: Lake) -> None:
    (gap,) = gaps(carriers(lake, "CVE-1", "two"))
    assert gap == "the fleet was not yet compared with what osv/Debian says now; run `hullmark run advisories`"


def test_a_matching_that_did_not_end_has_compared_nothing(lake: Lake) -> None:
    later = NOW + timedelta(hours=1)
    write(lake, "matchings", [{"run": "run-2", "at": later, "finished": None, "scope": "full"}])
    write(lake, "run_feeds", [{"run": "run-2", "feed": "osv/Debian", "snapshot": "two", "fetched_at": later}])
    assert carriers(lake, "CVE-1").behind == ()
    assert carriers(lake, "CVE-1", "two").behind == ("osv/Debian",)


def test_images_that_were_not_read_or_not_compared_are_a_gap(lake: Lake) -> None:
    place = {"registry": HOST, "account": HOST[:12], "region": "eu-west-1", "tags": ["9"], "at": NOW}
    write(lake, "digests", [
        {**place, "repository": status, "digest": digest(status), "status": status, "reason": "corrupt"}
        for status in ("failed", "partial", "scanned", "skipped", "deleted")
    ])  # fmt: skip
    write_images(lake, Image("new:5", "d"))
    assert list(gaps(carriers(lake, "CVE-1"))) == [
        "1 image not yet compared with advisories: new:5",
        "2 images could not be read whole and may have it too: failed:9, partial:9",
    ]
    assert list(gaps(holders(lake, "zlib"))) == ["2 images could not be read whole and may have it too: failed:9, partial:9"]


def test_a_package_by_its_own_name_and_by_its_sources(lake: Lake) -> None:
    assert told(holders(lake, "ZLIB"), "image", "type", "package", "version") == [
        ("app:2", "deb", "libz1", "1.10"), ("app:2", "deb", "zlib", "1.9"), ("base:1", "deb", "libz1", "1.10"),
        ("other:3", "pypi", "zlib", "one two"),
    ]  # fmt: skip
    assert told(holders(lake, "pypi/zlib"), "image") == [("other:3",)]
    assert told(holders(lake, "@scope/zlib"), "image") == told(holders(lake, "npm/@scope/zlib"), "image") == [("other:3",)]
    assert summary(holders(lake, "deb/zlib")) == "2 of 3 images hold deb/zlib: 1.10, 1.9."
    assert summary(holders(lake, "nothing")) == "None of 3 images holds nothing."


def test_below_a_version_is_in_the_order_of_its_type(lake: Lake) -> None:
    assert key("dpkg", "1.9") < key("dpkg", "1.10")  # as text it is the other way
    found = holders(lake, "deb/zlib", "1.10")
    assert told(found, "image", "package", "version", "part", "ordered") == [("app:2", "zlib", "1.9", "application", True)]
    assert summary(found) == "1 of 3 images hold deb/zlib below 1.10: 1.9."
    assert told(holders(lake, "deb/zlib", "1.9"), "image") == []
    assert summary(holders(lake, "deb/zlib", "1.9")) == "None of 3 images holds deb/zlib below 1.9."


def test_a_version_without_an_order_is_shown_and_told(lake: Lake) -> None:
    found = holders(lake, "zlib", "1.10")
    assert told(found, "image", "version", "ordered") == [("app:2", "1.9", True), ("other:3", "one two", False)]
    assert list(gaps(found)) == ["1 image with versions that cannot be compared with 1.10: one two"]


def test_what_is_no_version_of_any_type_is_refused(lake: Lake) -> None:
    with pytest.raises(UsageError, match="'a b' is no version of a package of type deb; give one"):
        holders(lake, "deb/zlib", "a b")


@pytest.mark.parametrize(
    ("asked", "like"),
    [
        ("log4j-core", ("maven/org.apache.logging.log4j:log4j-core",)),
        ("maven/log4j_core", ("maven/org.apache.logging.log4j:log4j-core",)),
        ("java/log4j-core", ("maven/org.apache.logging.log4j:log4j-core",)),
        ("angular/core", ("npm/@angular/core",)),
        ("python/openssl", ("deb/openssl",)),
        ("nothing", ()),
        ("log4j-core/", ()),
        ("Maven/org.apache.logging.log4j:LOG4J-core", ()),  # it is called so
    ],
)
def test_a_name_that_is_almost_one_is_no_news_that_nobody_has_it(lake: Lake, asked: str, like: tuple[str, ...]) -> None:
    java = package(APP, "org.apache.logging.log4j:log4j-core", "2.14.1", kind="maven")
    npm = package(APP, "@angular/core", "1.0.0", kind="npm")
    write(lake, "packages", [package(APP, "openssl", "1.0"), java, npm, package(GONE, "nothing", "1.0", kind="npm")])
    found = holders(lake, asked)
    assert found.like == like
    assert any("name one of these" in gap for gap in gaps(found)) is bool(like)
    if asked.startswith("Maven"):
        assert told(found, "version") == [("2.14.1",)]
