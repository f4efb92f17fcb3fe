"""Data that is odd or broken, from the zip to the finding: what is told of it, what it still says, and what stays.

Zips that lie are in `test_bad_zips.py`, servers that do in `test_hostile_publisher.py`.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.advisories.feeds import read, record, write_osv
from tests.matching.findings import matched, package

VERSIONS = ("0.5", "1.0", "1.5", "2.0", "3.0")
MILLION = b'{"introduced": "1.0"}, {"fixed": "1.5"}, ' * 500_000
Events = list[dict[str, str]]


def bad(*ranges: Events, versions: tuple[str, ...] = (), ecosystem: str = "PyPI") -> dict[str, Any]:
    """A record about one package with these ranges, as they are."""
    stated = record("PYSEC-BAD", ecosystem, "p")
    stated["affected"][0] |= {
        "ranges": [{"type": "ECOSYSTEM", "events": events} for events in ranges],
        "versions": list(versions),
    }
    return stated


def span(low: str, high: str, kind: str = "fixed") -> Events:
    return [{"introduced": low}, {kind: high}]


def with_a_million(stated: dict[str, Any]) -> bytes:
    """The same with a range of a million events behind the others."""
    more = b'{"type": "ECOSYSTEM", "events": [' + MILLION + b'{"introduced": "9"}]}'
    return json.dumps(stated).encode().replace(b"}]}], ", b"}]}, " + more + b"], ", 1)


NOT_UTF8 = json.dumps(bad(span("0", "1.0"))).encode().replace(b"PYSEC-BAD", b"PYSEC-\xff\xfe")
# what it is called: the record, each version that it calls affected with its fix, and what is told of it
CASES: dict[str, tuple[dict[str, Any] | bytes, dict[str, str], str]] = {
    "overlapping ranges": (bad(span("1.0", "2.0"), span("1.5", "3.0")), {"1.0": "3.0", "1.5": "3.0", "2.0": "3.0"}, ""),
    "a range in a range": (bad(span("0", "3.0"), span("1.0", "1.5")), dict.fromkeys(VERSIONS[:4], "3.0"), ""),
    "introduced 0": (bad(span("0", "1.0")), {"0.5": "1.0"}, ""),
    "last_affected": (bad(span("0", "1.5", "last_affected")), {"0.5": "", "1.0": "", "1.5": ""}, ""),
    "a limit": (bad([*span("0", "2.0"), {"limit": "1.5"}]), {"0.5": "2.0", "1.0": "2.0"}, ""),
    "versions outside of ranges": (bad(span("1.0", "1.5"), versions=("2.0",)), {"1.0": "1.5", "2.0": ""}, ""),
    "events out of order": (bad([{"fixed": "3.0"}, *reversed(span("1.0", "1.5")), {"introduced": "2.0"}]),
                            {"1.0": "1.5", "2.0": "3.0"}, ""),
    "two last versions": (bad([*span("0", "1.0", "last_affected"), {"last_affected": "1.5"}]), {"0.5": "", "1.0": ""},
                          "1.5 is said to end a range that an earlier end closes"),
    "a part of a range in another": (bad([*span("0", "1.5"), *span("1.0", "3.0")]), {"0.5": "1.5", "1.0": "1.5"},
                                     "3.0 is said to end a range that an earlier end closes"),
    "two last ones, both listed": (bad([*span("0", "1.0", "last_affected"), {"last_affected": "1.5"}], versions=("1.5",)),
                                  {"0.5": "", "1.0": "", "1.5": ""}, ""),
    "a range that ends before it begins": (bad(span("2.0", "1.0")), {"2.0": "", "3.0": ""}, ""),
    "a version that is none": (bad(span("0", "one"), span("1.0", "1.5")), {"1.0": "1.5"},
                               "the version 'one' is none of the scheme pep440"),
    "an event of no kind": (bad([{"what": "1"}], versions=("1.0",)), {"1.0": ""}, "has an event that is neither introduced"),
    "an unknown ecosystem": (bad(span("0", "2.0"), versions=("1.0",), ecosystem="Unheard"), {"1.0": ""},
                             "its ecosystem has no version order here, so that only listed versions are matched"),
    "another ecosystem's package": (bad(span("0", "2.0"), ecosystem="Elsewhere"), {}, "it names no package of PyPI"),
    "a million events": (with_a_million(bad(span("1.0", "1.5"))), {"1.0": "1.5"}, "ranges have more than 200,000 events"),
    "no UTF-8": (NOT_UTF8, {}, "the record cannot be read"),
    "half a record": (json.dumps(bad(span("0", "1.0"))).encode()[:60], {}, "the record cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_bad_data(name: str, tmp_path: Path) -> None:
    stated, affected, told = CASES[name]
    place = "Unheard" if name == "an unknown ecosystem" else "PyPI"
    good = record("PYSEC-GOOD", place, "q", versions=["1.0"])
    store = read(write_osv(tmp_path / "feeds", good, stated, ecosystem=place), place)
    (state,) = store.states()
    problems = store.problems()["reason"].to_pylist()
    assert (state.state, state.problems) == ("fresh", len(problems))
    assert [reason for reason in problems if not told or told not in reason] == []
    assert bool(problems) == bool(told)
    packages = [package(place, "p", version) for version in VERSIONS]
    found = matched(store, [*packages, package(place, "q", "1.0")]).to_pylist()
    assert {row["version"]: row["fixed_version"] for row in found if row["package"] == "p"} == affected
    assert [row["advisory"] for row in found if row["package"] == "q"] == ["PYSEC-GOOD"]
