"""Our own fixture folders: `expected.tsv` and `problems.tsv` are whole, so a package or a Problem too many fails as well."""

from importlib import import_module
from pathlib import Path

import pytest

from hullmark.catalogers.base import Cataloger
from hullmark.model import Package, Problem
from tests.catalogers.cases import FIXTURES, packages, problems, read_rows, run

MODULES = ("apk", "dpkg", "dpkg_status_d", "npm", "python")
COLUMNS = ("name", "version", "arch", "source_name", "source_version", "licence")
CASES = [folder for module in MODULES for folder in sorted(FIXTURES.glob(f"{module}/*"))]


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: f"{folder.parent.name}-{folder.name}")
def test_case(folder: Path) -> None:
    cataloger: Cataloger = import_module(f"hullmark.catalogers.{folder.parent.name}").CATALOGER
    found = run(cataloger, folder / "input")
    expected = [Package(cataloger.type, **{column: row[column] for column in COLUMNS}) for row in _rows(folder, "expected")]
    assert sorted(packages(found), key=repr) == sorted(expected, key=repr)
    stated = [Problem(row["path"], cataloger.name, row["reason"]) for row in _rows(folder, "problems")]
    assert sorted(problems(found), key=repr) == sorted(stated, key=repr)


def test_every_family_has_cases() -> None:
    assert {folder.parent.name for folder in CASES} == set(MODULES)


def _rows(folder: Path, table: str) -> list[dict[str, str]]:
    return read_rows(folder / f"{table}.tsv")
