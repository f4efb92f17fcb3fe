"""docs/lake.md says what the schema says."""

from pathlib import Path

from hullmark.lake.schema import TABLES


def test_the_tables_in_the_docs_are_those_of_the_schema() -> None:
    text = (Path(__file__).parents[2] / "docs" / "lake.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    expected = [
        f"| `{table.name}` | {', '.join(table.key)} | {', '.join(table.scope) or '-'} | {', '.join(table.schema.names)} |"
        for table in TABLES.values()
    ]
    assert rows == expected
