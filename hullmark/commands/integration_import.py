"""`hullmark integrations import`: many accounts from a CSV or YAML file, each row on its own."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from hullmark.commands.integration_words import MARKS, ask_secret, say
from hullmark.commands.verbs import INCOMPLETE, Verbs
from hullmark.errors import InputError, UsageError

if TYPE_CHECKING:
    from tasks.hub import Result

KINDS = {".csv": "csv", ".yaml": "yaml", ".yml": "yaml"}


def add(actions: Verbs) -> None:
    """Register the action."""
    action = actions.add_parser("import", help="connect many accounts from a CSV or YAML file")
    action.add_argument("file", metavar="FILE", type=Path, help="*.csv, *.yaml or *.yml")
    action.add_argument("--dry-run", action="store_true", help="test every row, and keep nothing")
    action.add_argument("--region", metavar="REGION", action="append", help="of rows that name none; may be repeated")
    action.add_argument(
        "--ask-external-id-base", action="store_true", help="ask for the ExternalIdBase of an organization's stack"
    )
    action.add_argument("--even-if-failing", action="store_true", help="keep rows although lines of their test failed")
    action.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Connect every account of the file that passes its test; status 3 when a row was refused."""
    from hullmark.settings import read_settings
    from hullmark.sources.ecr.accounts_file import MOST_BYTES, Defaults, parse_accounts

    kind = KINDS.get(options.file.suffix.lower())
    if kind is None:
        raise UsageError(f"{options.file} is neither .csv nor .yaml; name the file by its kind")
    try:
        with options.file.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"{options.file} cannot be read: {error.strerror}; check the path") from None
    base = ask_secret("ExternalIdBase: ") if options.ask_external_id_base else ""
    rows = parse_accounts(data, kind, Defaults(base, tuple(options.region or ())))
    from tasks.hub import Fate, connect_all

    results: list[Result] = []
    for result in connect_all(rows, read_settings(), dry_run=options.dry_run, even_if_failing=options.even_if_failing):
        _show(result)
        results.append(result)
    counts = [
        f"{sum(item.fate is fate for item in results)} {fate}" for fate in Fate if any(r.fate is fate for r in results)
    ]
    say(
        f"{len(results)} rows: {', '.join(counts)}." + (" Nothing was saved: this was a dry run." if options.dry_run else "")
    )
    return INCOMPLETE if any(item.fate is Fate.REFUSED for item in results) else 0


def _show(result: "Result") -> None:
    from rich.console import Console
    from rich.text import Text

    from hullmark.reports.terminal import plain

    mark, style = MARKS["failed" if result.fate == "refused" else "warning" if result.why and result.checks else "passed"]
    where = (f"row {result.number}  {plain(result.account_id) or '(no account)'}  ", "bold")
    why = f"  {plain(result.why, 400)}" if result.why else ""
    Console(soft_wrap=True).print(Text.assemble((f" {mark} ", style), where, f"{result.fate}{why}"))
