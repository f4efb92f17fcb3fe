"""One record in, rows out: what becomes a range, a listed version, a problem, or nothing."""

import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hullmark.advisories.osv import MOST_ENTRIES, Rows, parse_record, vulnerability_ids
from hullmark.lake.schema import ADVISORIES, AFFECTED, AFFECTED_VERSIONS
from hullmark.versions import key
from tests.advisories.feeds import record

FIXED = [{"introduced": "0"}, {"fixed": "2.0"}]


def parsed(item: object, ecosystem: str = "PyPI") -> Rows:
    rows = Rows()
    parse_record(item, f"osv/{ecosystem}", ecosystem, rows)
    return rows


def columns(rows: list[tuple[object, ...]], schema: pa.Schema, *names: str) -> list[tuple[object, ...]]:
    places = [schema.get_field_index(name) for name in names]
    return [tuple(row[place] for place in places) for row in rows]


def test_a_range() -> None:
    rows = parsed(record("PYSEC-1", package="Foo_Bar", events=FIXED))
    assert columns(rows.affected, AFFECTED, "ecosystem", "name", "scheme", "low", "high", "fixed_version") == [
        ("PyPI", "foo-bar", "pep440", "0", "2.0", "2.0")
    ]
    assert columns(rows.affected, AFFECTED, "low_key", "high_key") == [(b"", key("pep440", "2.0"))]
    assert not rows.versions
    assert not rows.problems


def test_listed_versions_that_a_range_holds_are_left_out() -> None:
    rows = parsed(record("PYSEC-1", events=FIXED, versions=["1.0", "2.0", "2.1", "one of a kind"]))
    assert columns(rows.versions, AFFECTED_VERSIONS, "version", "version_key") == [
        ("2.0", key("pep440", "2")), ("2.1", key("pep440", "2.1")), ("one of a kind", None),
    ]  # fmt: skip
    assert not rows.problems


ECOSYSTEMS = [
    ("Ubuntu:22.04:LTS", "Ubuntu:22.04"), ("Ubuntu:23.10", "Ubuntu:23.10"), ("Debian:12", "Debian:12"),
    ("Ubuntu:Pro:18.04:LTS", "Ubuntu:Pro:18.04"), ("Ubuntu:Pro:FIPS:18.04:LTS", "Ubuntu:Pro:FIPS:18.04"),
    ("Ubuntu:22.04:LTS:for:NVIDIA:BlueField", "Ubuntu:22.04:LTS:for:NVIDIA:BlueField"), ("Alpine:v3.18", "Alpine:v3.18"),
]  # fmt: skip


@pytest.mark.parametrize(("stated", "expected"), ECOSYSTEMS)
def test_ecosystems(stated: str, expected: str) -> None:
    rows = parsed(record("X-1", stated, events=FIXED), stated.partition(":")[0])
    assert columns(rows.affected, AFFECTED, "ecosystem") == [(expected,)]


GIT = [{"type": "GIT", "repo": "https://example.org/r", "events": [{"introduced": "0"}, {"fixed": "abc"}]}]
PROBLEMS: list[tuple[object, str]] = [
    (["no", "object"], "no JSON object with an id"),
    ({"affected": []}, "no JSON object with an id"),
    ({"id": ""}, "no JSON object with an id"),
    ({"id": "X" * 300}, "no JSON object with an id"),
    ({"id": "X-1"}, "names no package of PyPI"),
    ({"id": "X-1", "affected": "everything"}, "names no package of PyPI"),
    (record("X-1", "npm", events=FIXED), "names no package of PyPI"),
    (record("X-1"), "neither a range of versions nor a list"),
    (record("X-1", events=[{"introduced": "0"}, {"fixed": "?"}]), "'?' is none of the scheme pep440"),
    (record("X-1", events=[{"introduced": "0"}, {"unknown": "1"}]), "neither introduced, fixed, last_affected nor limit"),
    ({**record("X-1"), "affected": [{"package": {"ecosystem": "PyPI", "name": "p"}, "ranges": GIT}]}, "neither a range"),
    ({**record("X-1", events=FIXED), "withdrawn": "lately"}, "withdrawn at a time that cannot be read"),
    (record("X-1", versions=["1"] * 200_001), "more than 200,000 versions"),
    (record("X-1", events=[{"introduced": "0"}] * 200_001), "the range that goes beyond, and those after it, are left out"),
    (
        record("X-1", aliases=[f"CVE-2024-{number}" for number in range(10_000, 20_001)], events=[{"introduced": "0"}]),
        "it has more than 10,000 aliases; the rest is left out",
    ),
]


@pytest.mark.parametrize(("item", "reason"), PROBLEMS)
def test_problems(item: object, reason: str) -> None:
    (problem,) = parsed(item).problems
    assert reason in problem[1]


def test_an_ecosystem_without_an_order_matches_listed_versions() -> None:
    rows = parsed(record("X-1", "Nowhere", events=FIXED, versions=["1.0-weird"]), "Nowhere")
    assert columns(rows.versions, AFFECTED_VERSIONS, "version", "version_key") == [("1.0-weird", None)]
    assert "only listed versions are matched" in rows.problems[0][1]


def test_a_range_that_cannot_be_read_leaves_the_listed_versions() -> None:
    rows = parsed(record("X-1", events=[{"introduced": "0"}, {"fixed": "?"}], versions=["1.0"]))
    assert columns(rows.versions, AFFECTED_VERSIONS, "version") == [("1.0",)]
    assert len(rows.problems) == 1


def ranged(*ranges: list[str], **more: Any) -> dict[str, Any]:  # noqa: ANN401  handed on
    """A record with several ranges, each as "kind version" words."""
    item = record("X-1", **more)
    events = [[dict([event.split(" ")]) for event in one] for one in ranges]
    item["affected"][0]["ranges"] = [{"type": "ECOSYSTEM", "events": one} for one in events]
    return item


def test_ranges_that_overlap_are_all_kept() -> None:
    rows = parsed(
        ranged(["introduced 0", "fixed 2.0"], ["introduced 1.0", "last_affected 3.0"], ["introduced 1.0", "fixed 1.5"])
    )
    assert columns(rows.affected, AFFECTED, "low", "high", "high_inclusive", "fixed_version") == [
        ("0", "2.0", False, "2.0"), ("1.0", "3.0", True, ""), ("1.0", "1.5", False, "1.5"),
    ]  # fmt: skip
    assert not rows.problems


def test_a_version_that_is_in_no_range_is_listed_beside_them() -> None:
    rows = parsed(ranged(["introduced 2.0", "fixed 3.0"], versions=["1.0", "2.5", "3.0"]))
    assert columns(rows.versions, AFFECTED_VERSIONS, "version") == [("1.0",), ("3.0",)]


def test_one_bad_range_takes_no_other_with_it() -> None:
    rows = parsed(ranged(["introduced 0", "fixed ?"], ["limit 2.0", "introduced 0"], ["fixed 5.0", "introduced 4.0"]))
    assert columns(rows.affected, AFFECTED, "low", "high") == [("0", "2.0"), ("4.0", "5.0")]
    assert [reason for _, reason in rows.problems] == ["the version '?' is none of the scheme pep440"]


def test_a_million_ranges_are_cut_and_told() -> None:
    item = ranged(["introduced 1.0", "fixed 2.0"])
    item["affected"][0]["ranges"] *= 1_000_000
    rows = parsed(item)
    assert len(rows.affected) == MOST_ENTRIES // 2
    (problem,) = rows.problems
    assert problem[1].startswith("its ranges have more than 200,000 events; the range that goes beyond")


def test_withdrawn_is_kept_with_its_time() -> None:
    rows = parsed(record("X-1", events=FIXED, withdrawn="2024-01-02T03:04:05.123456789Z"))
    assert "2024-01-02" in str(columns(rows.advisories, ADVISORIES, "withdrawn")[0][0])
    assert not parsed({"id": "X-1", "withdrawn": "2024-01-02T00:00:00Z"}).problems


ABOUT: list[tuple[dict[str, Any], bool, list[str]]] = [
    ({"id": "PYSEC-1", "aliases": ["GHSA-x", "CVE-2024-1000"]}, False, ["CVE-2024-1000"]),
    ({"id": "DEBIAN-CVE-2024-1000"}, True, ["CVE-2024-1000"]),
    ({"id": "UBUNTU-CVE-2024-1000", "upstream": ["CVE-2024-1000"]}, True, ["CVE-2024-1000"]),
    ({"id": "DSA-1", "upstream": ["CVE-2024-1001", "DEBIAN-CVE-2024-1000"]}, True, ["CVE-2024-1000", "CVE-2024-1001"]),
    ({"id": "DSA-1", "related": ["CVE-2024-1000"]}, True, ["CVE-2024-1000"]),
    ({"id": "PYSEC-1", "related": ["CVE-2024-1000"]}, False, ["PYSEC-1"]),
    ({"id": "PYSEC-1", "aliases": ["GHSA-x"]}, False, ["GHSA-x"]),
    ({"id": "GHSA-x", "aliases": ["PYSEC-1"]}, False, ["GHSA-x"]),
    ({"id": "MAL-2024-1", "aliases": ["SNYK-1"]}, False, ["MAL-2024-1"]),
    ({"id": "CVE-not-quite"}, False, ["CVE-not-quite"]),
]


@pytest.mark.parametrize(("item", "bulletin", "expected"), ABOUT)
def test_what_a_record_is_about(item: dict[str, Any], bulletin: bool, expected: list[str]) -> None:
    assert vulnerability_ids(item, bulletin=bulletin) == expected


SCRAPS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.sampled_from(["PyPI", "0", "1.0", "introduced"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(
        {"id", "affected", "package", "ecosystem", "name", "ranges", "type", "events", "introduced", "fixed", "versions",
         "severity", "score", "aliases", "withdrawn", "summary", "references", "url", "database_specific"}
    )), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.fixed_dictionaries({"id": st.just("X-1")}, optional={
    "affected": SCRAPS, "severity": SCRAPS, "aliases": SCRAPS, "withdrawn": SCRAPS, "references": SCRAPS,
    "published": st.datetimes().map(str) | st.just("0001-01-01T00:00:00+23:59") | SCRAPS, "summary": SCRAPS,
}))  # fmt: skip
def test_no_record_breaks_the_rows(item: dict[str, Any]) -> None:
    rows = parsed(json.loads(json.dumps(item)))
    assert rows.advisories or rows.problems or item.get("withdrawn")
    assert all(len(row) == len(AFFECTED) for row in rows.affected)
    assert all(len(row) == len(ADVISORIES) for row in rows.advisories)
