"""The purl-spec suite for the types that Hullmark writes, through packageurl-python, which `purl_of` equals."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from packageurl import PackageURL

from tests.catalogers.cases import declined
from tests.conftest import SHARED, shared_folder

TYPES = ("alpm", "apk", "bitnami", "brew", "cargo", "deb", "golang", "npm", "pypi", "rpm")
PARTS = ("type", "namespace", "name", "version", "qualifiers", "subpath")


def _tests() -> Iterator[Any]:
    folder = SHARED / "fixtures" / "purl"
    files = [folder / "types" / f"{name}-test.json" for name in TYPES]
    for file in (folder / "spec" / "specification-test.json", *files):
        for number, case in enumerate(orjson.loads(file.read_bytes())["tests"] if file.exists() else ()):
            yield pytest.param(f"{file.stem}-{number}", case, id=f"{file.stem}-{number}")


@pytest.mark.parametrize(("name", "case"), list(_tests()) or [("", {})])
def test_purl_spec(name: str, case: dict[str, Any]) -> None:
    shared_folder("fixtures", "purl")
    assert _difference(case) == declined("purl", name)


def _difference(case: dict[str, Any]) -> set[str]:
    """What the library says instead of what the specification wants; empty when they agree."""
    expected = case.get("expected_output")
    stated = {part: value or None for part, value in expected.items()} if isinstance(expected, dict) else expected
    try:
        result = _result(case)
    except ValueError:
        return set() if case["expected_failure"] else {"refused"}
    return set() if result == stated and not case["expected_failure"] else {str(result)}


def _result(case: dict[str, Any]) -> object:
    given = case["input"]
    if case["test_type"] == "build":
        return PackageURL(*(given[part] for part in PARTS)).to_string()
    purl = PackageURL.from_string(given)
    return (
        {part: value or None for part, value in purl.to_dict().items()} if case["test_type"] == "parse" else purl.to_string()
    )
