"""Licence statements as real packages write them, and what no statement can do."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullmark.formats.spdx_licences import CHARACTERS, all_of, any_of, is_spdx, spdx
from tests.catalogers.cases import read_rows

ROWS = [(row["statement"], row["spdx"]) for row in read_rows(Path(__file__).with_name("licences.tsv"))]


@pytest.mark.parametrize(("statement", "expected"), ROWS)
def test_statement(statement: str, expected: str) -> None:
    assert spdx(statement) == expected


def test_several_statements_are_joined_only_when_all_are_understood() -> None:
    assert any_of(["MIT", "GPLv2+", "MIT"]) == "MIT OR GPL-2.0-or-later"
    assert all_of(["MIT OR ISC", "Zlib"]) == "(MIT OR ISC) AND Zlib"
    assert any_of(["MIT", "BSD"]) == "MIT, BSD"
    assert any_of([]) == ""


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["mit", "gpl", "v2", "+", "or", "and", "with", "(", ")", "/"])).map(" ".join)
)
def test_any_statement_is_one_bounded_line_and_stays_what_it_is(statement: str) -> None:
    found = spdx(statement)
    assert len(found) <= CHARACTERS
    assert len(found.splitlines()) <= 1
    assert not is_spdx(found) or spdx(found) == found


def test_absurd_statements_cost_little() -> None:
    for statement in ("(" * 1_000_000, "MIT OR " * 200_000, "a" * 10_000_000, "(" * 150 + "MIT" + ")" * 150):
        assert len(spdx(statement)) <= CHARACTERS
