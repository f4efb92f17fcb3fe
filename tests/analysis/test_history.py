"""The history of tags, worked out by hand: introduced, carried, fixed, regressed; retagged, deleted and returned; times."""

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from hullmark.analysis.history import Meant, difference, images_ever_named, register_history
from hullmark.errors import NotFound, UsageError
from hullmark.lake.store import Lake
from hullmark.sources.platforms import host_platform
from hullmark.sql import read_sql
from tests.analysis.fleets import HOST, NOW, Image, digest, point, write, write_images

PLACE = {"place": f"{HOST}/app", "platform": "linux/amd64"}


def day(number: float) -> datetime:
    return NOW + timedelta(days=number)


def finding(
    image: Image, vulnerability: str, known: float = 0, package: str = "openssl", severity: str = "high"
) -> dict[str, object]:
    return {
        "image_digest": image.digest, "package_key": f"deb|{package}|1|amd64|x", "vulnerability": vulnerability,
        "type": "deb", "package": package, "version": "1", "severity": severity, "kev": False, "fixed_version": "2",
        "first_seen": day(known), "last_seen": day(known),
    }  # fmt: skip


def event(image: Image, vulnerability: str, what: str, cause: str, at: float) -> dict[str, object]:
    return {
        "run": f"run-{at}", "at": day(at), "event": what, "cause": cause, "image_digest": image.digest,
        "package_key": "deb|openssl|1%7C2|amd64|x", "vulnerability": vulnerability, "detail": "",
    }  # fmt: skip


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


ONE, TWO, THREE, FOUR = (Image(f"app:1.{number}.0", letters) for number, letters in enumerate(("a", "b", "c", "d"), 8))


@pytest.fixture
def releases(lake: Lake) -> Lake:
    """1.8.0 to 1.11.0 on days 1, 10, 20, 30. CVE-R is in 8, 10 and 11, CVE-F in 8 and 9, CVE-C in all, known from day 2."""
    write_images(lake, ONE, TWO, THREE, FOUR)
    point(lake, *((image.name, image.digest, day(at), None) for image, at in ((ONE, 1), (TWO, 10), (THREE, 20), (FOUR, 30))))
    write(lake, "findings", [
        *(finding(image, "CVE-R", 2) for image in (ONE, THREE, FOUR)), *(finding(image, "CVE-F", 2) for image in (ONE, TWO)),
        *(finding(image, "CVE-C", 2) for image in (ONE, TWO, THREE, FOUR)), finding(FOUR, "CVE-N", 30),
    ])  # fmt: skip
    return lake


def asked(lake: Lake, query: str, **parameters: object) -> list[dict[str, Any]]:
    with closing(lake.connect()) as connection:
        register_history(connection)
        sql = read_sql("hullmark.reports.queries", f"{query}.sql")
        rows: list[dict[str, Any]] = connection.sql(sql, params=parameters).to_arrow_table().to_pylist()
        return rows


def steps(lake: Lake, line: str) -> list[tuple[object, ...]]:
    names = ("tag", "introduced", "regressed", "carried", "fixed")
    return [tuple(row[name] for name in names) for row in reversed(asked(lake, "history_steps", line=line, **PLACE))]


def stays(lake: Lake, line: str) -> dict[tuple[str, int], tuple[object, ...]]:
    rows = asked(lake, "history_stays", line=line, limit=100, offset=0, **PLACE)
    return {
        (row["vulnerability"], row["stay"]): (row["introduced_in"], row["fixed_in"], row["opened"], row["closed"])
        for row in rows
    }


def test_each_release_says_what_it_brought_and_what_it_ended(releases: Lake) -> None:
    assert steps(releases, "*.*.*") == [
        ("1.8.0", 3, 0, 0, 0), ("1.9.0", 0, 0, 2, 1), ("1.10.0", 0, 1, 1, 1), ("1.11.0", 1, 0, 2, 0),
    ]  # fmt: skip


def test_where_a_finding_came_from_and_went(releases: Lake) -> None:
    assert stays(releases, "*.*.*") == {
        ("CVE-R", 1): ("1.8.0", "1.9.0", day(2), day(10)), ("CVE-R", 2): ("1.10.0", None, day(20), None),
        ("CVE-F", 1): ("1.8.0", "1.10.0", day(2), day(20)), ("CVE-C", 1): ("1.8.0", None, day(2), None),
        ("CVE-N", 1): ("1.11.0", None, day(30), None),
    }  # fmt: skip


def test_how_long_it_took_and_how_old_the_rest_is(releases: Lake) -> None:
    (row,) = asked(releases, "history_times", per="repository", accounts=[], now=day(40))
    assert (row["name"], row["went"], row["median_days"], row["stay"], row["oldest_days"]) == ("app", 2, 13.0, 3, 38.0)
    assert row["p90_days"] == pytest.approx(8 + 0.9 * 10)
    assert row["open_median_days"] == 20.0
    assert asked(releases, "history_times", per="account", accounts=["999999999999"], now=day(40)) == []


def test_what_was_fixed_before_it_was_known_took_no_time(lake: Lake) -> None:
    write_images(lake, ONE, TWO)
    point(lake, (ONE.name, ONE.digest, day(1), None), (TWO.name, TWO.digest, day(1), None))
    write(lake, "findings", [finding(ONE, "CVE-1", 5)])
    assert stays(lake, "*.*.*") == {("CVE-1", 1): ("1.8.0", "1.9.0", None, None)}
    assert asked(lake, "history_times", per="severity", accounts=[], now=day(9)) == []


def test_a_tag_that_moved_there_and_back(lake: Lake) -> None:
    old, new = Image("app:old", "a", tagged=False), Image("app:new", "b", tagged=False)
    write_images(lake, old, new)
    point(lake, ("app:latest", old.digest, day(1), day(5)), ("app:latest", new.digest, day(5), day(7)),
          ("app:latest", old.digest, day(7), None))  # fmt: skip
    write(lake, "findings", [finding(old, "CVE-1", 1)])
    assert steps(lake, "latest") == [("latest", 1, 0, 0, 0), ("latest", 0, 0, 0, 1), ("latest", 0, 1, 0, 0)]
    assert stays(lake, "latest") == {
        ("CVE-1", 1): ("latest", "latest", day(1), day(5)), ("CVE-1", 2): ("latest", None, day(7), None),
    }  # fmt: skip


def test_a_tag_that_was_deleted_and_came_back_is_one_step(lake: Lake) -> None:
    write_images(lake, ONE)
    point(lake, (ONE.name, ONE.digest, day(1), day(5)), (ONE.name, ONE.digest, day(8), None))
    write(lake, "findings", [finding(ONE, "CVE-1", 1)])
    assert steps(lake, "*.*.*") == [("1.8.0", 1, 0, 0, 0)]
    assert stays(lake, "*.*.*") == {("CVE-1", 1): ("1.8.0", None, day(8), None)}


def test_an_image_that_is_gone_keeps_what_was_known_of_it(lake: Lake) -> None:
    gone = Image(ONE.name, "a", state="deleted")
    write_images(lake, gone, TWO)
    point(lake, (gone.name, gone.digest, day(1), day(12)), (TWO.name, TWO.digest, day(10), None))
    write(lake, "findings", [finding(TWO, "CVE-1", 10)])
    write(lake, "finding_events", [
        event(gone, "CVE-1", "opened", "image", 2), event(gone, "CVE-1", "closed", "image-deleted", 12),
        event(gone, "CVE-2", "opened", "image", 2), event(gone, "CVE-2", "closed", "withdrawn", 6),
        event(gone, "CVE-3", "opened", "image", 2), event(gone, "CVE-3", "closed", "image-deleted", 12),
    ])  # fmt: skip
    assert steps(lake, "*.*.*") == [("1.8.0", 2, 0, 0, 0), ("1.9.0", 0, 0, 1, 1)]
    assert stays(lake, "*.*.*") == {
        ("CVE-1", 1): ("1.8.0", None, day(2), None), ("CVE-3", 1): ("1.8.0", "1.9.0", day(2), day(10)),
    }  # fmt: skip


def test_an_image_that_is_gone_keeps_the_severity_and_the_fix_of_then(lake: Lake) -> None:
    """Whatever another image's packages are said to have under the same name."""
    gone = Image("app:1.7.0", "e", state="deleted")
    write_images(lake, gone, ONE)
    said = {"severity": "critical", "fixed_version": "3", "advisory": "DSA-1"}
    for cve in ("CVE-1", "CVE-2"):
        write(lake, "finding_events", [event(gone, cve, "opened", "image", 1) | said])
        write(lake, "finding_events", [event(gone, cve, "closed", "image-deleted", 2) | said])
    write(lake, "findings", [finding(ONE, "CVE-1", severity="low")])
    with closing(lake.connect()) as connection:
        register_history(connection)
        rows = connection.execute(
            "SELECT vulnerability, severity, fixed_version FROM image_findings WHERE image_digest = $digest ORDER BY ALL",
            {"digest": gone.digest},
        ).fetchall()
        assert rows == [("CVE-1", "critical", "3"), ("CVE-2", "critical", "3")]
        told = difference(connection, Meant(gone.digest), Meant(ONE.digest)).findings.to_pylist()
    assert [(row["change"], row["vulnerability"], row["severity"]) for row in told] == [("closed", "CVE-2", "critical")]


def test_an_image_that_came_back_has_what_is_known_of_it_now(lake: Lake) -> None:
    """What was withdrawn while it was away it has no more."""
    write_images(lake, ONE)
    write(
        lake,
        "finding_events",
        [event(ONE, "CVE-1", "opened", "image", 1), event(ONE, "CVE-1", "closed", "image-deleted", 2)],
    )
    with closing(lake.connect()) as connection:
        register_history(connection)
        assert connection.sql("FROM image_findings").fetchall() == []


def test_a_line_whose_last_tag_was_deleted_has_nothing_open(lake: Lake) -> None:
    write_images(lake, Image(ONE.name, "a", tagged=False))
    point(lake, (ONE.name, ONE.digest, day(1), day(9)))
    write(lake, "findings", [finding(ONE, "CVE-1", 3)])
    (row,) = asked(lake, "history_times", per="severity", accounts=[], now=day(40))
    assert (row["name"], row["went"], row["median_days"], row["stay"]) == ("high", 1, 6.0, 0)


LINES: list[tuple[Sequence[str], list[tuple[str, list[str]]]]] = [
    (["1.9", "1.10", "2.0"], [("*.*", ["1.9", "1.10", "2.0"])]),
    (["1.9-slim", "1.10", "1.10-slim"], [("*.*", ["1.10"]), ("*.*-slim", ["1.9-slim", "1.10-slim"])]),
    (["prod"], [("prod", ["prod"])]),
    (["3f9c2ab", "sha-0aaaaa1", "20240102"], [("*", ["20240102"]), ("commits", ["3f9c2ab", "sha-0aaaaa1"])]),
    (["1." + "9" * 60, "1.2"], [("*.*", ["1.2", "1." + "9" * 60])]),
]


@pytest.mark.parametrize(("tags", "expected"), LINES, ids=range(len(LINES)))
def test_which_tags_make_a_line(lake: Lake, tags: Sequence[str], expected: list[tuple[str, list[str]]]) -> None:
    images = [Image(f"app:{tag}", f"{number}") for number, tag in enumerate(tags)]
    write_images(lake, *images)
    point(lake, *((image.name, image.digest, day(number), None) for number, image in enumerate(images)))
    with closing(lake.connect()) as connection:
        register_history(connection)
        found = connection.sql("SELECT line, list(tag ORDER BY step) FROM tag_steps GROUP BY line ORDER BY line").fetchall()
    assert found == expected


def test_an_index_is_a_step_of_each_platform(lake: Lake) -> None:
    image = Image("app:x", "a", index=digest("index"), tagged=False)
    write_images(lake, image)
    point(lake, ("app:1.0", digest("index"), day(1), None))
    assert [row[0] for row in steps(lake, "*.*")] == ["1.0"]


def test_the_difference_of_two_images(lake: Lake) -> None:
    one = Image("app:1", "a", {"a": ["deb/bash=5.1", "deb/curl=7", "deb/zlib=1", "deb/same=1", "npm/ws=1"]})
    two = Image("app:2", "b", {"b": ["deb/bash=5.2", "deb/curl=6", "deb/tini=1", "deb/same=1", "npm/ws=2"]})
    write_images(lake, one, two)
    with closing(lake.connect()) as connection:  # version keys as the inventory would have them
        rows = connection.sql(
            "SELECT * REPLACE (CASE WHEN type = 'deb' THEN encode(version) END AS version_key) FROM packages"
        )
        lake.commit("packages", rows.to_arrow_table())
    write(
        lake,
        "findings",
        [finding(one, "CVE-1"), finding(one, "CVE-2", package="bash"), finding(two, "CVE-1"), finding(two, "CVE-3")],
    )
    with closing(lake.connect()) as connection:
        register_history(connection)
        found = difference(connection, Meant(one.digest), Meant(two.digest))
    assert [tuple(row.values()) for row in found.packages.to_pylist()] == [
        ("added", "deb", "tini", "", "1"), ("changed", "npm", "ws", "1", "2"), ("downgraded", "deb", "curl", "7", "6"),
        ("removed", "deb", "zlib", "1", ""), ("upgraded", "deb", "bash", "5.1", "5.2"),
    ]  # fmt: skip
    assert [(row["change"], row["vulnerability"]) for row in found.findings.to_pylist()] == [
        ("opened", "CVE-3"), ("closed", "CVE-2"),
    ]  # fmt: skip
    assert found.kept == 1


@pytest.fixture
def named(lake: Lake) -> duckdb.DuckDBPyConnection:
    write_images(lake, ONE, Image("app:old", "z", state="deleted"), Image("app:x", "y", index=digest("i"), tagged=False))
    point(lake, (ONE.name, ONE.digest, day(1), None), (ONE.name, digest("app:old"), day(0), day(1)),
          ("app:gone", digest("app:old"), day(0), day(3)), ("app:multi", digest("i"), day(0), None))  # fmt: skip
    return lake.connect()


NAMES = [
    ("app:1.8.0", ONE.digest), (f"{HOST}/app:1.8.0", ONE.digest), ("app:gone", digest("app:old")),
    (digest("app:old"), digest("app:old")), (digest("app:old")[:30], digest("app:old")),
    (f"app@{ONE.digest}", ONE.digest), ("app:multi", digest("app:x")), (digest("i"), digest("app:x")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "expected"), NAMES, ids=range(len(NAMES)))
def test_names_of_images_that_are_there_or_were(named: duckdb.DuckDBPyConnection, name: str, expected: str) -> None:
    first, second = Meant(expected, "linux/amd64"), Meant(ONE.digest, "linux/amd64")
    assert images_ever_named(named, name, ONE.digest) == (first, second)
    assert images_ever_named(named, ONE.digest, name, "linux/amd64") == (second, first)


def multi(lake: Lake, tag: str, *platforms: str) -> None:
    """A tag of an index with an image for each platform."""
    images = [Image(f"app:{tag}-{platform}", "x", index=digest(tag), tagged=False) for platform in platforms]
    write(lake, "images", [{**image.row(), "platform": kind} for image, kind in zip(images, platforms, strict=True)])
    point(lake, (f"app:{tag}", digest(tag), day(0), None))


PLATFORMS = [  # what the first has, what the second has, what is asked for, and which of each are compared
    (("linux/arm64/v8", "linux/s390x", "linux/amd64"), ("linux/s390x", "linux/amd64"), None, ("HERE", "HERE")),
    (("linux/s390x", "linux/amd64"), ("linux/s390x", "linux/ppc64le"), None, ("linux/s390x", "linux/s390x")),
    (("linux/s390x",), ("linux/riscv64", "linux/ppc64le"), None, ("linux/s390x", "linux/ppc64le")),
    (("linux/s390x", "linux/arm64/v8"), ("linux/arm64", "linux/amd64"), "linux/aarch64", ("linux/arm64/v8", "linux/arm64")),
]


@pytest.mark.parametrize(("before", "after", "asked_for", "compared"), PLATFORMS, ids=range(len(PLATFORMS)))
def test_images_for_several_platforms_are_compared_for_one(
    lake: Lake, before: tuple[str, ...], after: tuple[str, ...], asked_for: str | None, compared: tuple[str, str]
) -> None:
    here = str(host_platform())
    for tag, kinds in (("1", before), ("2", after)):
        multi(lake, tag, *(here if kind == "linux/amd64" else kind for kind in kinds))
    with closing(lake.connect()) as connection:
        found = images_ever_named(connection, "app:1", "app:2", asked_for)
    kinds_here = [[here if kind == "linux/amd64" else kind for kind in kinds] for kinds in (before, after)]
    for tag, kind, there, meant in zip("12", compared, kinds_here, found, strict=True):
        name = kind.replace("HERE", here)
        assert meant == Meant(digest(f"app:{tag}-{name}"), name, tuple(sorted({*there} - {name})))


def test_names_that_mean_none_or_several(lake: Lake) -> None:
    write_images(lake, ONE)
    point(lake, (ONE.name, ONE.digest, day(0), None))
    multi(lake, "1", "linux/s390x", "linux/riscv64")
    elsewhere = {**Image("app:elsewhere", "z", tagged=False).row(), "registry": "other.example"}
    write(lake, "images", [elsewhere])
    write(lake, "tags", [{"registry": "other.example", "repository": "app", "tag": "1.8.0", "digest": elsewhere["digest"],
                          "since": day(0), "until": None}])  # fmt: skip
    refused = [
        ("app:1", "linux/ppc64le", NotFound, "has no image for linux/ppc64le; choose one that it has: linux/"),
        ("app:1", "ppc64le", UsageError, "'ppc64le' is no platform"),
        ("app:1.8.0", None, UsageError, r"app:1.8.0 names 2 images \(sha256:.*give the digest of one, or its registry"),
        ("sha256:", None, NotFound, "the lake knows no image sha256:"),
    ]
    with closing(lake.connect()) as connection:
        for name, platform, error, says in refused:
            for names in ((name, ONE.digest), (ONE.digest, name)):
                with pytest.raises(error, match=says):
                    images_ever_named(connection, *names, platform)
