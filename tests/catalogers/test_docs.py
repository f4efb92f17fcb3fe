from pathlib import Path

from hullmark.catalogers import catalogers, software
from hullmark.formats import elf

DOCUMENT = Path(__file__).parents[2] / "docs" / "catalogers.md"


def test_the_table_is_the_code() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    for cataloger in catalogers():
        paths = ", ".join(f"`{glob}`" for glob in cataloger.globs) or "every ELF, PE and Mach-O file"
        if cataloger.magic == elf.MAGIC:
            paths = "every ELF file"
        if cataloger is software.CATALOGER:
            paths = "the paths of its patterns, below"
        assert f"| `{cataloger.name}` | {cataloger.type or '-'} | {paths} |" in document


def test_the_patterns_of_software_are_listed_and_no_others() -> None:
    stated = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("| pattern `")]
    assert stated == [
        f"| pattern `{item.name}` | {item.type} | `{item.cpe}` | {', '.join(f'`{glob}`' for glob in item.globs)} |"
        for item in software.patterns()
    ]
