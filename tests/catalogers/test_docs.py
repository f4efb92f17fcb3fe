from pathlib import Path

from hullmark.catalogers import catalogers

DOCUMENT = Path(__file__).parents[2] / "docs" / "catalogers.md"


def test_the_table_is_the_code() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    for cataloger in catalogers():
        paths = ", ".join(f"`{glob}`" for glob in cataloger.globs) or "every ELF, PE and Mach-O file"
        assert f"| `{cataloger.name}` | {cataloger.type or '-'} | {paths} |" in document
