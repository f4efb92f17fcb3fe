"""Events become intervals that hold exactly the versions that OSV's own evaluation algorithm calls affected."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hullmark.advisories.ranges import Unordered, intervals
from hullmark.versions import key

# events as "kind version", and the intervals that they make, as [low, high) or [low, high]; "" is no end
CASES = [
    (["introduced 0"], ["[0, )"]),
    (["introduced 0", "fixed 2"], ["[0, 2)"]),
    (["introduced 1", "last_affected 2"], ["[1, 2]"]),
    (["introduced 1", "fixed 2", "introduced 2", "fixed 3"], ["[1, 2)", "[2, 3)"]),
    (["fixed 3", "introduced 2", "fixed 1.5", "introduced 1"], ["[1, 1.5)", "[2, 3)"]),
    (["introduced 0", "introduced 1", "fixed 2", "fixed 3"], ["[0, 2)"]),
    (["introduced 0", "fixed 0"], ["[0, 0)"]),
    (["introduced 1.10", "fixed 1.9"], ["[1.10, )"]),
    (["introduced 1", "fixed 3", "limit 2"], ["[1, 2)"]),
    (["introduced 1", "limit 2", "limit 4"], ["[1, 4)"]),
    (["introduced 1", "fixed 2", "limit *"], ["[1, 2)"]),
    (["introduced 5", "limit 2"], ["[5, 2)"]),
    (["fixed 1"], []),
    ([], []),
]


@pytest.mark.parametrize(("events", "expected"), CASES)
def test_intervals(events: list[str], expected: list[str]) -> None:
    made = intervals([dict([event.split(" ")]) for event in events], "pep440")
    assert [f"[{one.low}, {one.high}{']' if one.inclusive else ')'}" for one in made] == expected


def test_the_fix_of_each_branch() -> None:
    events = [{"introduced": "0"}, {"fixed": "1.4"}, {"introduced": "2"}, {"fixed": "2.3"}, {"introduced": "3"}]
    assert [one.fixed for one in intervals(events, "pep440")] == ["1.4", "2.3", ""]


def test_both_in_one_event_as_old_records_have_them() -> None:
    assert [(one.low, one.fixed) for one in intervals([{"introduced": "1", "fixed": "2"}], "pep440")] == [("1", "2")]


def test_never_affected_holds_nothing_however_low() -> None:
    (one,) = intervals([{"introduced": "0"}, {"fixed": "0"}], "dpkg")
    assert not any(one.holds(key("dpkg", version)) for version in ("0~~", "0", "0-1", "1"))


@pytest.mark.parametrize("event", [{"fixed": "not a version"}, {"introduced": ""}, {"what": "1"}, {}, {"fixed": 3}])
def test_what_cannot_be_ordered(event: dict[str, Any]) -> None:
    with pytest.raises(Unordered):
        intervals([{"introduced": "0"}, event], "pep440")


# The schema does not allow "fixed" and "last_affected" in one range.
EVENTS = st.sampled_from(["fixed", "last_affected"]).flatmap(
    lambda closing: st.lists(st.tuples(st.sampled_from(["introduced", closing]), st.integers(0, 6)), max_size=8)
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(EVENTS, st.lists(st.integers(0, 6), max_size=2), st.integers(0, 7))
def test_as_the_schema_evaluates(events: list[tuple[str, int]], limits: list[int], version: int) -> None:
    stated = [{kind: str(number)} for kind, number in events] + [{"limit": str(limit)} for limit in limits]
    held = any(one.holds(key("semver", str(version))) for one in intervals(stated, "semver"))
    assert held == evaluated(events, limits, version)


def evaluated(events: list[tuple[str, int]], limits: list[int], version: int) -> bool:
    """The pseudo-code of ossf/osv-schema, "Evaluation"; an introduced or fixed "0" is below everything."""
    if limits and not any(version < limit for limit in limits):
        return False
    vulnerable = False
    numbered = [(-1 if number == 0 and kind != "last_affected" else number, kind) for kind, number in events]
    for number, kind in sorted(numbered, key=lambda event: event[0]):
        if kind == "introduced" and version >= number:
            vulnerable = True
        elif (kind == "fixed" and version >= number) or (kind == "last_affected" and version > number):
            vulnerable = False
    return vulnerable
