"""`hullmark quality list|show|release|discard|check`: rejected batches, and tables that disagree."""

import argparse
from typing import TYPE_CHECKING

from hullmark.commands.verbs import Verbs

if TYPE_CHECKING:
    from hullmark.lake.store import Lake


def add(verbs: Verbs) -> None:
    """Register the verb."""
    verb = verbs.add_parser("quality", help="batches that failed their checks: see, release or discard them")
    actions = verb.add_subparsers(metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="what waits, and what is wrong with it")
    listing.add_argument("--all", action="store_true", help="also what was released or discarded, by whom and when")
    listing.set_defaults(handler=show_all)
    showing = actions.add_parser("show", help="the whole report of one batch")
    showing.add_argument("name", metavar="NAME", help="as `list` shows it")
    showing.add_argument("--format", choices=("json", "html"), default="json", help="what to print (default: json)")
    showing.add_argument("-o", "--output", metavar="FILE", help="write there instead of to standard output")
    showing.set_defaults(handler=show)
    releasing = actions.add_parser("release", help="put a batch into its table although it failed")
    releasing.set_defaults(handler=release)
    discarding = actions.add_parser("discard", help="delete the rows of a batch; its report stays")
    discarding.set_defaults(handler=discard)
    checking = actions.add_parser("check", help="where tables disagree: references, totals, drift, freshness")
    checking.set_defaults(handler=check)
    for action in (releasing, discarding):
        action.add_argument("name", metavar="NAME", help="as `list` shows it")
        action.add_argument("--by", metavar="WHO", help="who decides (default: the user of this machine)")


def show_all(options: argparse.Namespace) -> int:
    """Print a table."""
    from rich.console import Console

    from hullmark.quality.quarantine import kept
    from hullmark.reports.terminal import columns, plain

    items = kept(_lake(), options.all)
    if not items:
        Console().print("No batch is in quarantine.", highlight=False)
        return 0
    table = columns("Name", "Kept (UTC)", "Rows", "What is wrong", *(["Decision"] if options.all else []), right=("Rows",))
    table.columns[0].no_wrap = True  # it is to be copied
    for item in items:
        more = f" (and {len(item.failures) - 1} more)" if len(item.failures) > 1 else ""
        cells = [item.name, item.kept_at[:16], f"{item.rows:,}", plain(f"{(item.failures or ('',))[0]}{more}")]
        if options.all:
            cells.append(plain(f"{item.decision} by {item.by}, {item.decided_at[:16]}") if item.decision else "waits")
        table.add_row(*cells)
    Console().print(table)
    return 0


def check(_: argparse.Namespace) -> int:
    """Ask every relation between tables; status 3 when one does not hold."""
    from datetime import UTC, datetime

    from rich.console import Console

    from hullmark.quality.relate import relate
    from hullmark.reports.terminal import plain
    from hullmark.settings import read_settings

    broken = relate(_lake(), "", 0, datetime.now(UTC), read_settings().memory_mb)
    for item in broken:
        Console(soft_wrap=True).print(plain(f"{item.level}: {item}", 600), highlight=False, markup=False)
    if not broken:
        Console().print("The tables agree.", highlight=False)
    return 3 if any(item.level == "error" for item in broken) else 0


def show(options: argparse.Namespace) -> int:
    """Print or write the report."""
    import orjson

    from hullmark.commands.writing import write_answer
    from hullmark.quality.page import page
    from hullmark.quality.quarantine import report

    said = report(_lake(), options.name)
    if options.format == "html":
        write_answer(page(options.name, said).encode(), options.output)
    else:
        write_answer(orjson.dumps(said, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE), options.output)
    return 0


def release(options: argparse.Namespace) -> int:
    """Release, and say how many rows."""
    from rich.console import Console

    from hullmark.quality.quarantine import release as let_in

    lake = _lake()
    with lake.lock("release of a batch"):
        rows = let_in(lake, options.name, _who(options.by))
    Console().print(f"{rows:,} rows are in their table now.", highlight=False)
    return 0


def discard(options: argparse.Namespace) -> int:
    """Discard, and say so."""
    from rich.console import Console

    from hullmark.quality.quarantine import discard as throw_away

    throw_away(_lake(), options.name, _who(options.by))
    Console().print("Its rows are deleted; its report stays.", highlight=False)
    return 0


def _lake() -> "Lake":
    from hullmark.commands.query import lake_with_data
    from hullmark.settings import read_settings

    return lake_with_data(read_settings().lake)


def _who(said: str | None) -> str:
    import getpass

    from hullmark.errors import UsageError

    name = (getpass.getuser() if said is None else said).strip()[:200]
    if not name:
        raise UsageError("--by is blank; say who decides")
    return name
