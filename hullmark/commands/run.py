"""`hullmark run [scan|advisories|nightly]`: one run of a flow now, with its progress and its summary."""

import argparse

from hullmark.commands.verbs import INCOMPLETE, Verbs, account_id
from hullmark.errors import UsageError


def add(verbs: Verbs) -> None:
    """Register the verb."""
    verb = verbs.add_parser("run", help="scan all connected accounts now, or refresh the advisories")
    verb.add_argument("flow", nargs="?", choices=("scan", "advisories", "nightly"), default="scan", help="default: scan")
    verb.add_argument(
        "--account", metavar="ID", type=account_id, action="append", help="with scan: only this account; may be repeated"
    )
    verb.add_argument("--full", action="store_true", help="with advisories: match everything again, not only what changed")
    verb.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Run the flow and print the summary; 3 when something could not be read or listed."""
    from hullmark.commands.flow_runs import run_flow, summarize
    from hullmark.commands.showing import showing

    _check(options)
    with showing(lines=True):
        run_id = run_flow(options.flow, options.account, options.full)
    if not run_id:
        return 0
    return INCOMPLETE if summarize(run_id) == "incomplete" else 0


def _check(options: argparse.Namespace) -> None:
    """What a flow does not take would be ignored."""
    if options.full and options.flow != "advisories":
        raise UsageError(f"--full is for `hullmark run advisories`; leave it away with {options.flow}")
    if options.account and options.flow != "scan":
        raise UsageError(f"--account is for `hullmark run scan`; leave it away with {options.flow}")
