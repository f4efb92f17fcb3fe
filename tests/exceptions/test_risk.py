"""The worked examples of docs/risk.md are what the macros of the lake say, and the parts add up."""

import re
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hullmark.sql import read_sql

PAGE = (Path(__file__).parents[2] / "docs" / "risk.md").read_text(encoding="utf-8")
EXAMPLES = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.split("| risk |\n")[1].splitlines()[1:]]
QUESTION = "SELECT risk($1, $2, $3, $4, $5, $6, $7), risk_parts($1, $2, $3, $4, $5, $6, $7), risk($1, $2, $3, $4)"
Parts = dict[str, float]


def ask(*values: object) -> tuple[float, Parts, float]:
    con = duckdb.connect()
    con.execute(read_sql("hullmark.lake.views", "06_risk.sql"))
    typed = QUESTION.replace("$4", "$4::DOUBLE").replace("$6", "$6::BOOLEAN").replace("$7", "$7::BIGINT")
    whole, parts, alone = con.execute(typed, list(values)).fetchall()[0]
    return float(whole), parts, float(alone)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 9


@pytest.mark.parametrize("cells", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example(cells: list[str]) -> None:
    severity, kev, epss, fix, tag, days, said, expected = cells
    whole, parts, alone = ask(
        severity, kev != "no", kev == "ransomware", None if epss == "?" else float(epss), None if fix == "?" else fix,
        None if tag == "?" else tag == "yes", None if days == "?" else int(days),
    )  # fmt: skip
    assert whole == pytest.approx(float(expected))
    signed = [float(number) for number in re.findall(r"-?[\d.]+", said.replace("- ", "-"))]
    assert list(parts.values()) == pytest.approx(signed)
    assert alone == pytest.approx(sum(signed[:3]))


WORDS = st.sampled_from(["critical", "high", "medium", "low", "negligible", "none", "unknown", None])


@given(st.tuples(
    WORDS, st.booleans(), st.booleans(), st.none() | st.floats(0, 1), st.sampled_from(["fixed", "not-yet", None]),
    st.none() | st.booleans(), st.none() | st.integers(0, 5000),
))  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_the_parts_add_up_and_stay_between_0_and_100(values: tuple[object, ...]) -> None:
    whole, parts, alone = ask(*values)
    assert whole == pytest.approx(sum(parts.values()))
    assert 0 <= whole <= alone <= 97
    assert all(parts[name] >= 0 for name in ("severity", "epss", "exploited"))
    assert all(parts[name] <= 0 for name in ("fix", "exposure"))
