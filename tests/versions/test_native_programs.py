"""Keys against the ecosystems' own programs: rpm, Maven's library, npm's semver. Many pairs in one run of each."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hullmark.versions import key
from tests.conftest import require_program
from tests.versions.material import HERE, sign
from tests.versions.strategies import maven_versions, rpm_versions, semver_versions

Pairs = list[tuple[str, str]]
Ask = Callable[[Pairs], list[str]]

SIGNS = {"-1": "<", "0": "=", "1": ">"}
RPM = r"""%{lua:
for line in io.lines() do
  local left, right = line:match("^([^\t]*)\t([^\t]*)$")
  print(rpm.vercmp(left, right) .. "\n")
end}"""
NODE = """
const semver = require(process.argv[1]);
for (const line of require("fs").readFileSync(0, "utf8").split("\\n").filter(Boolean)) {
  console.log(semver.compare(...line.split("\\t"), true));
}
"""
MAVEN_LIBRARY = Path("/usr/share/maven/lib")
NODE_MODULES = [Path("/usr/lib/node_modules/npm/node_modules/semver"), Path("/usr/share/nodejs/semver")]
few = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example])


def ask_rpm(pairs: Pairs) -> list[str]:
    return [SIGNS[answer] for answer in _run([require_program("rpm"), "--eval", RPM], pairs)]


def ask_maven(pairs: Pairs) -> list[str]:
    if not MAVEN_LIBRARY.is_dir():
        pytest.skip("needs Maven's own library, /usr/share/maven/lib")
    jars = sorted(str(path) for name in ("maven-artifact-3*", "commons-lang3*") for path in MAVEN_LIBRARY.glob(name))
    return _run([require_program("java"), "-cp", ":".join(jars), str(HERE / "MavenOrder.java")], pairs)


def ask_node(pairs: Pairs) -> list[str]:
    module = next((path for path in NODE_MODULES if path.is_dir()), None)
    if module is None:
        pytest.skip("needs npm's own semver module")
    return [SIGNS[answer] for answer in _run([require_program("node"), "-e", NODE, str(module)], pairs)]


@few
@given(st.lists(st.tuples(rpm_versions, rpm_versions), min_size=40, max_size=60))
def test_rpm_agrees_with_the_order_of_keys(pairs: Pairs) -> None:
    _agree("rpm", pairs, ask_rpm)


@few
@given(st.lists(st.tuples(maven_versions, maven_versions), min_size=40, max_size=60))
def test_maven_agrees_with_the_order_of_keys(pairs: Pairs) -> None:
    _agree("maven", pairs, ask_maven)


@few
@given(st.lists(st.tuples(semver_versions, semver_versions), min_size=40, max_size=60))
def test_npm_agrees_with_the_order_of_keys(pairs: Pairs) -> None:
    _agree("npm", pairs, ask_node)


def _agree(scheme: str, pairs: Pairs, ask: Ask) -> None:
    answers = ask(pairs)
    wrong = [
        (left, answer, right)
        for (left, right), answer in zip(pairs, answers, strict=True)
        if sign(key(scheme, left), key(scheme, right)) != answer
    ]
    assert wrong == []


def _run(command: list[str], pairs: Pairs) -> list[str]:
    lines = "".join(f"{left}\t{right}\n" for left, right in pairs)
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout.split()
