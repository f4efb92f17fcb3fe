"""`hullmark query SQL`: ask the lake anything, read-only."""

import argparse
import sys
from typing import TYPE_CHECKING

from hullmark.commands.verbs import Verbs

if TYPE_CHECKING:
    import pyarrow as pa

    from hullmark.errors import HullmarkError, UsageError
    from hullmark.lake.store import Lake

EXAMPLE = "SELECT severity, count(*) FROM current_findings GROUP BY severity"
DEMO = ".hullmark"  # where `hullmark demo` keeps everything


def add(verbs: Verbs) -> None:
    """Register the verb."""
    verb = verbs.add_parser("query", help="ask the lake in SQL", epilog=f'Example: hullmark query "{EXAMPLE}"')
    verb.add_argument("sql", metavar="SQL", help="one SELECT over the lake's tables; SHOW TABLES lists them")
    verb.add_argument("--format", choices=("table", "csv", "json"), default="table", help="what to print (default: table)")
    verb.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Ask and print the rows."""
    from hullmark.errors import UsageError
    from hullmark.lake.query import query
    from hullmark.settings import read_settings

    settings = read_settings()
    lake = lake_with_data(settings.lake)
    try:
        rows = query(lake, options.sql, settings.memory_mb)
    except UsageError as error:
        raise _damage(error) or error from None
    print_rows(rows, options.format)
    return 0


def _damage(error: "UsageError") -> "HullmarkError | None":
    """What is wrong with the lake where nothing is wrong with the SQL."""
    from hullmark.commands.damage import damage_behind

    return damage_behind(error.__context__) if error.__context__ else None


def print_rows(rows: "pa.Table", form: str) -> None:
    """Print rows as a table, as CSV or as an object a line."""
    if form == "csv":
        _print_csv(rows)
    elif form == "json":
        _print_json(rows)
    else:
        _print_table(rows)


def lake_with_data(root: str) -> "Lake":
    """The lake at `root`; raises LakeError where there is none, with the way to the demo's where that is the only one."""
    from hullmark.errors import LakeError
    from hullmark.lake.store import Lake

    lake = Lake(root)
    if lake.exists():
        return lake
    if Lake(DEMO).exists():
        raise LakeError(f"there is no lake at {root}, but the demo's is in {DEMO}; set HULLMARK_LAKE={DEMO} to ask that one")
    raise LakeError(f"there is no lake at {root} yet; connect an account and run `hullmark run`, or set HULLMARK_LAKE")


def _print_table(rows: "pa.Table") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from hullmark.reports.terminal import plain

    console = Console(width=None if sys.stdout.isatty() else 200)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in rows.column_names:
        table.add_column(Text(plain(name)), overflow="fold")
    for row in rows.to_pylist():
        table.add_row(*(Text("" if value is None else plain(str(value), 400)) for value in row.values()))
    console.print(table)
    console.print(Text(f"{rows.num_rows:,} row{'' if rows.num_rows == 1 else 's'}", style="dim"))


def _print_csv(rows: "pa.Table") -> None:
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")  # as the other tables in CSV have it, and shells expect
    writer.writerow(rows.column_names)
    for batch in rows.to_batches(max_chunksize=10_000):
        writer.writerows(tuple(row.values()) for row in batch.to_pylist())


def _print_json(rows: "pa.Table") -> None:
    import orjson

    for batch in rows.to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            sys.stdout.buffer.write(orjson.dumps(row, default=_plain_value, option=orjson.OPT_APPEND_NEWLINE))


def _plain_value(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
