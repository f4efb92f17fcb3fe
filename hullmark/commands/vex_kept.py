"""`hullmark vex list|remove`: the documents that were imported, what they count for, and the end of one."""

import argparse
from contextlib import closing
from typing import TYPE_CHECKING

from hullmark.errors import UsageError

if TYPE_CHECKING:
    from typing import Any

    from rich.table import Table

    from hullmark.lake.store import Lake

    Rows = list[dict[str, Any]]

FORMATS = ("table", "json")
SHOWN = (
    "id", "author", "format", "issued_at", "statements", "findings", "images", "imported_at", "imported_by", "source",
    "removed_at", "removed_by",
)  # fmt: skip


def add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register both actions."""
    listed = actions.add_parser("list", help="show the documents that were imported, and how many findings each counts for")
    listed.add_argument("--all", action="store_true", help="also those that were taken out, by whom and when")
    listed.add_argument("--format", choices=FORMATS, default="table", help="what to print (default: table)")
    listed.set_defaults(handler=run_list)
    gone = actions.add_parser("remove", help="take a document out, with all its issues; it stays in `list --all`")
    gone.add_argument("id", metavar="ID", help="as `hullmark vex list` shows it")
    gone.add_argument("--author", metavar="NAME", default="", help="whose, where several have a document of that id")
    gone.set_defaults(handler=run_remove)


def run_list(options: argparse.Namespace) -> int:
    """Show them, the last imported first."""
    import orjson
    from rich.console import Console

    from hullmark.commands.query import lake_with_data
    from hullmark.settings import read_settings

    settings = read_settings()
    lake = lake_with_data(settings.lake)
    rows = documents(lake, settings.memory_mb) + (_removed(lake, settings.memory_mb) if options.all else [])
    if options.format == "json":
        shown = [{name: row.get(name) for name in SHOWN} for row in rows]
        print(orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode())  # noqa: T201  the answer itself
    elif rows:
        Console().print(_table(rows))
    else:
        _say("No VEX document counts now; take one with `hullmark vex import FILE`.")
    return 0


def run_remove(options: argparse.Namespace) -> int:
    """Take one out."""
    from datetime import UTC, datetime

    from hullmark.commands.exceptions import user
    from hullmark.commands.query import lake_with_data
    from hullmark.settings import read_settings
    from hullmark.vex.keep import remove_vex

    settings = read_settings()
    lake = lake_with_data(settings.lake)
    (row,) = _chosen(documents(lake, settings.memory_mb, options.id), options.id, options.author)
    remove_vex(lake, row["issues"], user(), datetime.now(UTC), settings.memory_mb)
    _say(f"{options.id} of {row['author']} is taken out: what it counted for ({_reach(row)}) stands without it from now on.")
    return 0


def documents(lake: "Lake", memory_mb: int, name: str = "") -> "Rows":
    """The rows of `hullmark/vex/documents.sql`; raises LakeError."""
    from hullmark.sql import read_sql

    with closing(lake.connect(memory_mb)) as connection:
        asked = connection.sql(read_sql("hullmark.vex", "documents.sql"), params={"id": name})
        rows: Rows = asked.to_arrow_table().to_pylist()
    return rows


def _removed(lake: "Lake", memory_mb: int) -> "Rows":
    from hullmark.sql import read_sql

    with closing(lake.connect(memory_mb, only=("vex_removed",))) as connection:
        rows: Rows = connection.sql(read_sql("hullmark.vex", "documents_removed.sql")).to_arrow_table().to_pylist()
    return rows


def told_reach(rows: "Rows", author: str) -> str:
    """What a document that was just imported counts for."""
    row = next((row for row in rows if row["author"] == author), None)
    if row is None or not row["findings"]:
        return "It counts for nothing that is found now"
    return f"It counts for {_reach(row)}"


def _reach(row: "dict[str, Any]") -> str:
    from hullmark.reports.terminal import counted

    return f"{counted(row['findings'], 'finding')} in {counted(row['images'], 'image')}"


def _chosen(rows: "Rows", name: str, author: str) -> "Rows":
    found = [row for row in rows if not author or row["author"] == author]
    if not found:
        raise UsageError(
            f"no document {name} was imported{f' of {author}' if author else ''}; `hullmark vex list` shows them"
        )
    if len(found) > 1:
        authors = ", ".join(sorted(row["author"] for row in found))
        raise UsageError(f"{name} is a document of several; name one with --author: {authors}")
    return found


def _table(rows: "Rows") -> "Table":
    from hullmark.reports.terminal import columns, plain

    table = columns("Id", "Author", "Format", "Issued", "Statements", "Counts for", "Imported")
    for row in rows:
        imported = f"{row['imported_at']:%Y-%m-%d} by {row['imported_by']} ({row['source']})"
        table.add_row(
            plain(row["id"], 80), plain(row["author"], 40), row["format"], f"{row['issued_at']:%Y-%m-%d}",
            f"{row['statements']:,}", _standing(row), plain(imported, 80),
        )  # fmt: skip
    return table


def _standing(row: "dict[str, Any]") -> str:
    from hullmark.reports.terminal import plain

    if row.get("removed_at"):
        return plain(f"nothing: removed {row['removed_at']:%Y-%m-%d} by {row['removed_by']}", 80)
    return _reach(row)


def _say(sentence: str) -> None:
    from rich.console import Console

    from hullmark.reports.terminal import plain

    Console().print(plain(sentence), highlight=False, markup=False, soft_wrap=True)
