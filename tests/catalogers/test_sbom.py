"""Bills of materials: the same in every form, damage contained, and what a stranger's document may not do."""

from collections.abc import Callable

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullmark.catalogers.base import Find
from hullmark.catalogers.sbom import CATALOGER, parse_components
from hullmark.formats.problems import MOST
from hullmark.model import Origin, Package, Problem
from hullmark.purl import pep503_name
from tests.catalogers.cases import FIXTURES, packages, parsed, problems

CASES = {
    "app.cdx.json": "cyclonedx-json/input/usr/lib/python3/site-packages/x-1.dist-info/sboms/x.cdx.json",
    "bom.xml": "cyclonedx-xml/input/app/bom.xml",
    "app.spdx.json": "spdx-json/input/opt/app/app.spdx.json",
    "app.spdx": "spdx-tags/input/opt/app/app.spdx",
}
DOCUMENTS = {path: (FIXTURES / "sbom" / place).read_bytes() for path, place in CASES.items()}
DEEP = 100_000


def _found(path: str, data: bytes) -> list[Find]:
    return parsed(CATALOGER, path, data)


def test_all_forms_say_the_same() -> None:
    said = [sorted(packages(_found(path, data)), key=repr) for path, data in DOCUMENTS.items()]
    assert said == [said[0]] * len(said)
    assert len(said[0]) == 5


@pytest.mark.parametrize("path", DOCUMENTS)
@given(data=st.data())
def test_damage_is_contained(path: str, data: st.DataObject) -> None:
    document = bytearray(DOCUMENTS[path])
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(document) - 1))
        word = data.draw(
            st.sampled_from([b"<", b'"', b"}", b"\n", b"\xff", b"<text>", b"null", b"[", b"%ff"]) | st.binary(max_size=3)
        )
        document[at : at + len(word)] = word
    for item in _found(path, bytes(document)):
        assert isinstance(item, Problem) or (isinstance(item, Package) and item.version and item.origin is Origin.SBOM)


@pytest.mark.parametrize("path", DOCUMENTS)
@given(share=st.floats(0, 1))
def test_what_is_cut_short_invents_nothing(path: str, share: float) -> None:
    whole = {pep503_name(item.name) for item in packages(_found(path, DOCUMENTS[path]))}
    some = {pep503_name(item.name) for item in packages(_found(path, DOCUMENTS[path][: int(len(DOCUMENTS[path]) * share)]))}
    cut_names = {cut for cut in some - whole if not any(name.startswith(cut) for name in whole)}
    assert not cut_names


HOSTILE: dict[str, Callable[[], bytes]] = {
    "deep.cdx.json": lambda: b'{"bomFormat":"CycloneDX","components":' + b'[{"components":' * DEEP,
    "deep.cdx.xml": lambda: b"<bom>" + b"<components><component>" * DEEP,
    "entities.cdx.xml": lambda: b'<!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><bom>&b;</bom>',
    "external.cdx.xml": lambda: b'<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/passwd">]><bom>&a;</bom>',
    "other.cdx.xml": lambda: b"<html>" + b"<p>" * 10,
    "encoding.cdx.xml": lambda: b'<?xml version="1.0" encoding="utf-7"?><bom/>',
}


@pytest.mark.parametrize("path", HOSTILE)
def test_hostile(path: str) -> None:
    assert [type(item) for item in _found(path, HOSTILE[path]())] == [Problem]


def test_json_of_a_thousand_levels_is_walked() -> None:
    levels = 500  # of an object and a list each
    document = (
        '{"bomFormat":"CycloneDX","components":[' + '{"purl":"pkg:npm/x@1","components":[' * levels + "]}" * (levels + 1)
    )
    assert len(packages(_found("a.cdx.json", document.encode()))) == levels


def test_a_million_entries_without_a_name_are_one_problem_and_bad_ones_are_few() -> None:
    entries = [{"type": "library", "name": "x"}] * 100_000 + [{"name": "x", "purl": "no"}] * 10_000
    document = orjson.dumps({"bomFormat": "CycloneDX", "components": entries})
    found = problems(_found("a.cdx.json", document))
    assert len(found) == MOST + 1


def test_a_package_url_of_a_megabyte_is_no_package_url() -> None:
    document = {"bomFormat": "CycloneDX", "components": [{"name": "x", "purl": "pkg:npm/" + "x" * 1_000_000 + "@1"}]}
    found = _found("a.cdx.json", orjson.dumps(document))
    assert [item.reason for item in found if isinstance(item, Problem)] == ["the entry 'x' has no valid package URL"]


def test_the_first_bytes_say_what_it_is() -> None:
    """Not the name: bom.json may be SPDX, and a byte-order mark may stand first."""
    for data in DOCUMENTS.values():
        assert list(parse_components(b"\xef\xbb\xbf" + data)) == list(parse_components(data))
