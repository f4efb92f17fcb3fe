"""The patterns as a whole: each is tried by a case, states a CPE that is one, and costs little on hostile files."""

import re

import pytest

from hullmark.catalogers import software
from hullmark.catalogers.software import Software, patterns
from hullmark.distro import ecosystem
from hullmark.model import Distro, Package
from hullmark.versions import scheme_of_ecosystem, scheme_of_type
from tests.catalogers.cases import FIXTURES, read_rows

PATTERNS = {f"{item.name}-{item.cpe.partition(':')[2]}": item for item in patterns()}
TRIED = {
    row["cpe"].split(":")[4]
    for case in ("debian-12", "debian-others", "documented", "wheels")
    for row in read_rows(FIXTURES / "software" / case / "expected.tsv")
}


@pytest.mark.parametrize("item", PATTERNS.values(), ids=PATTERNS)
def test_each_pattern_is_tried_and_has_a_product(item: Software) -> None:
    assert re.fullmatch(r"[a-z0-9_-]+:(?:[a-z0-9_.-]|\\.)+", item.cpe)
    assert item.cpe.partition(":")[2] in TRIED


@pytest.mark.parametrize("item", PATTERNS.values(), ids=PATTERNS)
def test_each_text_is_searched_near_a_mark_and_has_a_version(item: Software) -> None:
    for evidence in item.evidence:
        assert "version" in re.compile(evidence.text.replace(software.MINOR, "1")).groupindex
        assert evidence.mark or evidence.text.startswith(r"\A"), "only the beginning of a file needs no mark"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("item", PATTERNS.values(), ids=PATTERNS)
def test_a_file_of_marks_alone_costs_bounded_time(item: Software) -> None:
    path = item.globs[0].replace("**/", "a/").replace("*", "3.11").replace("?", "1")
    for evidence in item.evidence:
        mark = evidence.mark.replace(software.MINOR, "3.11").encode()
        for data in (mark * 100_000, (mark + b"\x001.") * 100_000, b"\x00" * 1_000_000 + mark, mark[:-1] * 100_000):
            assert not [
                found for found in software.parse(path, data) if isinstance(found, Package) and len(found.version) > 100
            ]


def test_the_mark_that_counts_may_come_late() -> None:
    late = b"\x7fELF" + b"OpenSSL 3.0.0\x00" * 3_000 + b"\x00OpenSSL 3.0.22 25 Aug 2026\x00"
    assert [found.version for found in software.parse("usr/lib/libcrypto.so.3", late) if isinstance(found, Package)] == [
        "3.0.22"
    ]


def test_a_version_is_escaped_in_its_cpe() -> None:
    (found,) = software.parse("usr/lib/dart/version", b"3.6.0-216.1+build~2\n")
    assert isinstance(found, Package)
    assert found.cpe == r"cpe:2.3:a:dart:dart_software_development_kit:3.6.0-216.1\+build\~2:*:*:*:*:*:*:*"


def test_what_is_recognised_is_compared_with_the_advisories_that_speak_of_it_in_their_order() -> None:
    for item in patterns():
        speaks = ecosystem(Distro(id="debian", version_id="12"), item.type)
        assert speaks
        assert scheme_of_type(item.type) == scheme_of_ecosystem(speaks)
