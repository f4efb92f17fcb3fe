"""Debian order against `dpkg --compare-versions` itself, many pairs in one shell."""

import subprocess
from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hullmark.errors import InvalidVersion
from hullmark.versions import key
from tests.conftest import require_program
from tests.versions.material import refused_versions, sign
from tests.versions.test_properties import dpkg_versions

OPERATORS = {"<": "lt", "=": "eq", ">": "gt"}
SCRIPT = """
while read -r left operator right; do
  dpkg --force-bad-version --compare-versions "$left" "$operator" "$right" 2>/dev/null
  echo $?
done
"""
wild = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=8).map("1{}".format)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example])
@given(st.lists(st.tuples(dpkg_versions, dpkg_versions), min_size=40, max_size=60))
def test_dpkg_agrees_with_the_order_of_keys(pairs: list[tuple[str, str]]) -> None:
    questions = [(left, OPERATORS[sign(key("dpkg", left), key("dpkg", right))], right) for left, right in pairs]
    answers = _answers(questions)
    assert [question for question, answer in zip(questions, answers, strict=True) if answer != 0] == []


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example])
@given(st.lists(wild, min_size=40, max_size=60))
def test_dpkg_agrees_on_characters_that_policy_forbids(versions: list[str]) -> None:
    questions = []
    for version in versions:
        try:
            questions.append((version, OPERATORS[sign(key("dpkg", version), key("dpkg", "1a+~.2"))], "1a+~.2"))
        except InvalidVersion:
            questions.append((version, "refused", "1"))
    answers = _answers([(left, "eq" if operator == "refused" else operator, right) for left, operator, right in questions])
    wrong = [
        question
        for question, answer in zip(questions, answers, strict=True)
        if answer != (2 if question[1] == "refused" else 0)
    ]
    assert wrong == []


def test_dpkg_refuses_what_the_key_refuses_among_ascii() -> None:
    refused = [version for version in refused_versions("dpkg") if version.isascii() and " " not in version]
    assert set(_answers([(version, "eq", version) for version in refused if version[0] != "-"])) == {2}


def _answers(questions: Sequence[tuple[str, str, str]]) -> list[int]:
    """The exit status of dpkg for each: 0 the relation holds, 1 it does not, 2 a version has no order."""
    require_program("dpkg")
    lines = "".join(f"{left} {operator} {right}\n" for left, operator, right in questions)
    done = subprocess.run(["sh", "-c", SCRIPT], input=lines, capture_output=True, text=True, check=True, timeout=120)
    return [int(line) for line in done.stdout.split()]
