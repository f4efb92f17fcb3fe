"""No parser raises anything but the contract's exceptions, whatever the bytes; and damage costs bounded time and memory."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullmark.catalogers import catalogers
from hullmark.catalogers.base import Cataloger, Find
from hullmark.errors import CorruptData, HullmarkError
from hullmark.formats.problems import MOST
from hullmark.formats.stanzas import field_pattern, stanzas
from hullmark.model import Package, Problem
from tests.catalogers.contract import CATALOGERS, check, seeds

# One path for each glob, so that a new cataloger is tried without being named here.
PATHS: dict[str, Cataloger] = {
    glob.replace("**/", "a/").replace("*", "x").replace("?", "x"): cataloger
    for cataloger in catalogers()
    for glob in cataloger.globs or [cataloger.name]  # what is recognised by its first bytes has no globs
}
WORDS = [
    b"Package: a",
    b"Version: 1",
    b"Status: install ok installed",
    b"Source: b (2)",
    b"Name: n",
    b"P:p",
    b"V:1",
    b"\n",
    b"\n\n",
    b"\r\n",
    b"ID=x",
    b'VERSION_ID="',
    b"'",
    b'"',
    b'\n"\n',
    b"(",
    b"require ",
    b"#",
    b":",
    b"- ",
    b"=",
    b"\\",
    b"Debian release 12 (",
    b"3.18.4",
    b"a/sid",
    b'{"name":',
    b'"a",',
    b'"version": "1"}',
    b"[",
    b"\xff",
    b"\x00",
    "é".encode(),
    b"\x7fELF\x02\x01\x01",
    b"MZ",
    b"PK\x03\x04",
    b"PK\x05\x06" + b"\x00" * 18,
    b"\xff Go buildinf:\x08\x02",
    b".dep-v0",
    b"\xef\xbb\xbf",
]
DAMAGED = st.binary(max_size=300) | st.lists(st.sampled_from(WORDS), max_size=25).map(b"".join)


@pytest.mark.parametrize("path", PATHS)
@given(data=DAMAGED)
def test_any_bytes(path: str, data: bytes) -> None:
    try:
        found = list(PATHS[path].parse(path, data))
    except (HullmarkError, ValueError, RecursionError):
        return
    for item in found:
        assert isinstance(item, Find)
        assert not isinstance(item, Package) or (item.type and item.name and item.version)
        assert not isinstance(item, Problem) or (item.path == path and item.reason.encode())


MEBIBYTE = 1024 * 1024
HUGE = {
    "zeros": b"\x00" * 8 * MEBIBYTE,
    "line ends": b"\n" * 8 * MEBIBYTE,
    "spaces": b"ID=" + b" " * 8 * MEBIBYTE + b"x",
    "one long line": b"Package: " + b"a" * 8 * MEBIBYTE,
    "quotes": b'"' * MEBIBYTE,
    "brackets": b"[" * 8 * MEBIBYTE,
    "backslashes": b'ID="' + b"\\" * 8 * MEBIBYTE + b'"',
    "digits": b"a 1" + b"1." * 4 * MEBIBYTE,
}


@pytest.mark.timeout(600)  # most take hundredths of a second, a quadratic pattern would take hours
@pytest.mark.parametrize("kind", HUGE)
@pytest.mark.parametrize("path", PATHS)
def test_huge_damage_takes_linear_time(path: str, kind: str) -> None:
    try:
        found = list(PATHS[path].parse(path, HUGE[kind][: PATHS[path].max_bytes or None]))  # more is never read
    except (HullmarkError, ValueError, RecursionError):
        return
    assert not [item for item in found if isinstance(item, Package)]


BLANKS = b" " * 100_000  # what looks for the end of a value from each of them would take a minute
LINES = 30  # of a fixture, each with blanks at its end, in its middle and behind its first words and marks


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", sorted(CATALOGERS))
def test_long_blanks_in_any_line_take_linear_time(name: str) -> None:
    for path, data in seeds(name)[:4]:
        lines = data[:20_000].split(b"\n")
        for number in range(min(len(lines), LINES)):
            marks = [mark.end() for mark in re.finditer(rb"[:=,\"'|( ]", lines[number])][:4]
            for at in {0, len(lines[number]), len(lines[number]) // 2, *marks}:
                line = lines[number][:at] + BLANKS + lines[number][at:]
                whole = b"\n".join([*lines[:number], line, *lines[number + 1 :]])
                check(CATALOGERS[name], path, whole[: CATALOGERS[name].max_bytes or None])


@pytest.mark.parametrize("path", ["var/lib/dpkg/status", "lib/apk/db/installed"])
def test_ten_thousand_broken_stanzas_are_few_problems_and_lose_no_package(path: str) -> None:
    sound = b"P:p\nV:1\n\n" if path.startswith("lib") else b"Package: p\nVersion: 1\nStatus: install ok installed\n\n"
    found = list(PATHS[path].parse(path, b"broken\n\n" * 10_000 + sound))
    assert [item.name for item in found if isinstance(item, Package)] == ["p"]
    problems = [item.reason for item in found if isinstance(item, Problem)]
    assert len(problems) == MOST + 1
    assert problems[-1] == f"{10_000 - MOST} more entries of this file could not be read"


def test_a_database_of_millions_of_paragraphs_is_refused() -> None:
    with pytest.raises(CorruptData, match="1,000,000 paragraphs"):
        sum(1 for _ in stanzas(b"a\n\n" * 1_000_001, field_pattern("P")))
