from importlib import import_module
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "catalogers.md"
MODULES = ("apk", "dpkg", "dpkg_status_d", "npm", "osrelease", "osrelease_lines", "osrelease_numbers", "python")


def test_the_table_is_the_code() -> None:
    for module in MODULES:
        cataloger = import_module(f"hullmark.catalogers.{module}").CATALOGER
        paths = ", ".join(f"`{glob}`" for glob in cataloger.globs)
        assert f"| `{cataloger.name}` | {cataloger.type or '-'} | {paths} |" in DOCUMENT.read_text(encoding="utf-8")
