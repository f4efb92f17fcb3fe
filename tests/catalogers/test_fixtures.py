"""Our own fixture folders: `expected.tsv` and `problems.tsv` are whole, so a package or a Problem too many fails as well.

Cases are found by their folder, `tests/fixtures/<module>/<case>/`. Tables may have any column of Package; a blank `type` is
the one of the cataloger.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from hullmark import catalogers as package
from hullmark.catalogers import catalogers
from hullmark.catalogers.base import Cataloger
from hullmark.model import Exposure, Licensed, Origin, Package, Problem
from tests.catalogers.cases import FIXTURES, packages, problems, read_rows, run

MODULES = {cataloger.parse.__module__.rpartition(".")[2]: cataloger for cataloger in catalogers()}
RELEASE_FILES = {"osrelease", "osrelease_lines", "osrelease_numbers"}  # whose cases are in tests/osrelease
CASES = [folder for module in MODULES for folder in sorted(FIXTURES.glob(f"{module}/*"))]


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: f"{folder.parent.name}-{folder.name}")
def test_case(folder: Path) -> None:
    cataloger: Cataloger = MODULES[folder.parent.name]
    found = run(cataloger, folder / "input")
    expected = [_package(cataloger, row) for row in _rows(folder, "expected")]
    assert sorted(packages(found), key=repr) == sorted(expected, key=repr)
    stated = [Problem(row["path"], cataloger.name, row["reason"]) for row in _rows(folder, "problems")]
    assert sorted(problems(found), key=repr) == sorted(stated, key=repr)
    exposed = [item for item in found if isinstance(item, Exposure)]
    told = [Exposure(row["kind"], row["evidence"]) for row in _rows(folder, "exposures")] if _exposes(folder) else []
    assert sorted(exposed, key=repr) == sorted(told, key=repr)
    licensed = [item for item in found if isinstance(item, Licensed)]
    named = [Licensed(cataloger.type, row["name"], row["licence"]) for row in _rows(folder, "licences")] if licensed else []
    assert sorted(licensed, key=repr) == sorted(named, key=repr)


def _exposes(folder: Path) -> bool:
    return (folder / "exposures.tsv").exists()


def test_every_cataloger_has_cases() -> None:
    assert {folder.parent.name for folder in CASES} | RELEASE_FILES == set(MODULES)
    assert all(cataloger.parse.__module__.startswith(package.__name__) for cataloger in MODULES.values())


def _package(cataloger: Cataloger, row: dict[str, str]) -> Package:
    stated = {column: value for column, value in row.items() if column not in {"type", "name", "version", "origin"}}
    origin = Origin(row.get("origin") or Origin.INSTALLED)
    return replace(Package(row.get("type") or cataloger.type, row["name"], row["version"], origin=origin), **stated)  # type: ignore[arg-type]  # all text


def _rows(folder: Path, table: str) -> list[dict[str, str]]:
    return read_rows(folder / f"{table}.tsv")
