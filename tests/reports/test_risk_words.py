"""A risk in words adds up to its number."""

import pytest

from hullmark.lake.store import Lake
from hullmark.reports.risk_words import risk_words

CASES = [
    (("high", True, False, 0.1, "will-not-fix", False, 400),
     "risk 74.7 = severity 40 + EPSS 5 + known exploitation 47 - no fix yet 4.6 - low exposure 12.7"),
    (("critical", False, False, None, "fixed", True, 1), "risk 60 = severity 60"),
    (("none", False, False, 0.5, "fixed", True, 1), "risk 25 = EPSS 25"),
    (("none", False, False, None, "fixed", True, 1), "risk 0 = 0"),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "said"), CASES, ids=range(len(CASES)))
def test_what_a_risk_is_made_of(tmp_path_factory: pytest.TempPathFactory, facts: tuple[object, ...], said: str) -> None:
    lake = Lake(str(tmp_path_factory.mktemp("lake")))
    lake.create()
    sql = "SELECT risk(?, ?, ?, ?, ?, ?, ?), risk_parts(?, ?, ?, ?, ?, ?, ?)"
    ((risk, parts),) = lake.connect().execute(sql, [*facts, *facts]).fetchall()
    assert risk_words(risk, parts) == said
