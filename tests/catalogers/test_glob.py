"""Globs that are compared without a regular expression fit what the expression would."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullmark.catalogers._glob import glob_test
from tests.catalogers.cases import glob_pattern

GLOBS = [
    "a", "a/b", "**/a", "**/a/b", "**/*", "**/*.a", "**/*a", "*", "*.a", "a/*", "**/a*", "**/*a*", "**/a/*", "**/*/a",
    "**/?", "a?", "**/**/a", "**/*.a/b", "a/**/b", "**/a/**/b", "**/*\n", "**/.a", "**/*..a", "",
]  # fmt: skip


@pytest.mark.parametrize("glob", GLOBS)
@given(path=st.text("ab/.\n", max_size=9))
def test_as_the_expression_says(glob: str, path: str) -> None:
    assert glob_test(glob)(path) == (re.compile(glob_pattern(glob).pattern, re.DOTALL).fullmatch(path) is not None)
