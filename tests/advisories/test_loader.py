"""A snapshot is read anew exactly when the code that makes its rows has changed, from wherever that code is run."""

import ast
import shutil
import zipfile
from pathlib import Path

import pytest

import hullmark
from hullmark.advisories.loader import SOURCES, fingerprint, loader

PACKAGE = Path(hullmark.__file__).parent
# What the loader's sources import of Hullmark that decides no row: errors, limits, columns (they are in the fingerprint by
# themselves), and what other functions of purl.py need.
NEUTRAL = {
    "hullmark.advisories.asking", "hullmark.advisories.changes", "hullmark.advisories.fetch",
    "hullmark.advisories.osv_processes", "hullmark.advisories.unfinished", "hullmark.distro", "hullmark.errors",
    "hullmark.formats.zip", "hullmark.lake.schema", "hullmark.model", "hullmark.settings",
}  # fmt: skip


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PACKAGE, tmp_path / "hullmark", ignore=shutil.ignore_patterns("__pycache__", "demo")))


MATTERS = [
    "versions/_encoding.py", "versions/dpkg.py", "advisories/osv.py", "advisories/ranges.py", "advisories/severity.py",
    "advisories/feeds/kev.py", "advisories/feeds/__init__.py", "purl.py",
]  # fmt: skip


@pytest.mark.parametrize("name", MATTERS)
def test_code_that_makes_rows(copy: Path, name: str) -> None:
    assert fingerprint(copy) == loader()
    with (copy / name).open("a") as file:
        file.write("\n# changed")
    assert fingerprint(copy) != loader()


def test_code_that_makes_none(copy: Path) -> None:
    for name in ("advisories/fetch.py", "advisories/store.py", "lake/store.py", "versions/notes.txt"):
        with (copy / name).open("a") as file:
            file.write("\n# changed")
    crlf = copy / "purl.py"
    crlf.write_bytes(crlf.read_bytes().replace(b"\n", b"\r\n"))
    assert fingerprint(copy) == loader()


def test_a_new_module_matters(copy: Path) -> None:
    (copy / "advisories/feeds/another.py").write_text("FEED = None")
    assert fingerprint(copy) != loader()


def test_from_a_zip(copy: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "hullmark.zip", "w") as archive:
        for path in sorted(copy.rglob("*.py")):
            archive.write(path, path.relative_to(tmp_path).as_posix())
    with zipfile.ZipFile(tmp_path / "hullmark.zip") as archive:
        assert fingerprint(zipfile.Path(archive, "hullmark/")) == loader()


def test_nothing_that_makes_rows_is_left_out() -> None:
    covered = {f"hullmark.{name.removesuffix('.py').replace('/', '.')}" for name in SOURCES}
    for name in SOURCES:
        place = PACKAGE / name
        for file in [place] if place.is_file() else sorted(place.glob("*.py")):
            for module in imported(file):
                inside = any(module == one or module.startswith(f"{one}.") for one in covered)
                assert inside or module in NEUTRAL, f"{file.name} imports {module}"


def imported(file: Path) -> set[str]:
    nodes = [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.ImportFrom)]
    return {node.module for node in nodes if node.module and node.module.startswith("hullmark")}
