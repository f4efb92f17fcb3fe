"""Who judges: the distribution's own word, then the newest CVSS standard, then a database's word."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hullmark.advisories.severity import judged, score_of

V4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
V31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
V30 = "CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N"
V2 = "AV:N/AC:L/Au:N/C:P/I:P/A:P"


def cvss(*vectors: str) -> list[dict[str, str]]:
    kinds = {"CVSS:4": "CVSS_V4", "CVSS:3": "CVSS_V3"}
    return [{"type": kinds.get(vector[:6], "CVSS_V2"), "score": vector} for vector in vectors]


def affected(**specific: str) -> dict[str, Any]:
    return {"ecosystem_specific": specific}


CASES: list[tuple[dict[str, Any], tuple[str, float | None, str]]] = [
    ({}, ("unknown", None, "")),
    ({"severity": cvss(V4)}, ("critical", 9.3, "cvss")),
    ({"severity": cvss(V31)}, ("critical", 9.8, "cvss")),
    ({"severity": cvss(V30)}, ("low", 3.7, "cvss")),
    ({"severity": cvss(V2)}, ("high", 7.5, "cvss")),
    ({"severity": cvss(V2, V31, V4)}, ("critical", 9.3, "cvss")),
    ({"severity": cvss(V30, V31)}, ("critical", 9.8, "cvss")),
    ({"affected": [{"severity": cvss(V31)}]}, ("critical", 9.8, "cvss")),
    ({"severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N"}]}, ("unknown", None, "")),
    ({"severity": [{"type": "Ubuntu", "score": "low"}, *cvss(V31)]}, ("low", 9.8, "ubuntu")),
    ({"severity": [{"type": "Ubuntu", "score": "untriaged"}, *cvss(V31)]}, ("critical", 9.8, "cvss")),
    ({"affected": [affected(ubuntu_priority="negligible")]}, ("negligible", None, "ubuntu")),
    ({"affected": [affected(urgency="unimportant")], "severity": cvss(V31)}, ("negligible", 9.8, "debian")),
    ({"affected": [affected(urgency="low"), affected(urgency="high")]}, ("high", None, "debian")),
    ({"affected": [affected(urgency="low**")], "severity": cvss(V31)}, ("critical", 9.8, "cvss")),
    ({"affected": [affected(urgency="not yet assigned")]}, ("unknown", None, "")),
    ({"database_specific": {"severity": "MODERATE"}}, ("medium", None, "database")),
    ({"database_specific": {"severity": "LOW"}, "severity": cvss(V31)}, ("critical", 9.8, "cvss")),
    ({"severity": "high", "affected": "all", "database_specific": ["HIGH"]}, ("unknown", None, "")),
]


@pytest.mark.parametrize(("record", "expected"), CASES)
def test_severity(record: dict[str, Any], expected: tuple[str, float | None, str]) -> None:
    found, _ = judged(record)
    assert (found.word, found.score, found.source) == expected


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(alphabet="CVSS:3.14/AVNLPRUIHX", max_size=80) | st.text(max_size=40))
def test_any_text_has_a_score_or_none(text: str) -> None:
    score = score_of(text)
    assert score is None or 0 <= score <= 10


def test_a_vector_without_end() -> None:
    assert score_of(V31 + "/E:X" * 10_000) is None
