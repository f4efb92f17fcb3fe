"""The table of schemes in docs/versions.md is the code's."""

from pathlib import Path

from hullmark.versions import schemes

DOCUMENT = Path(__file__).parents[2] / "docs" / "versions.md"


def test_the_table_is_the_code() -> None:
    rows = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    stated = {
        tuple(cell.strip() for cell in row.split("|")[1:4])
        for row in rows
        if row.count("|") == 5 and not row.startswith("| `packaging")
    }
    assert stated == {
        (f"`{name}`", ", ".join(scheme.ecosystems), ", ".join(scheme.types)) for name, scheme in schemes().items()
    }
