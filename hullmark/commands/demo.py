"""`hullmark demo`: the whole of Hullmark on this machine, with accounts and images of its own."""

import argparse
from pathlib import Path

from hullmark.commands.ports import add_port
from hullmark.commands.verbs import Verbs


def add(verbs: Verbs) -> None:
    """Register the verb."""
    verb = verbs.add_parser("demo", help="see it all on this machine, with two made-up accounts")
    verb.add_argument("--once", action="store_true", help="do not serve the dashboard; exit when the run is done")
    verb.add_argument("--state", metavar="DIR", type=Path, default=Path(".hullmark"), help="default: .hullmark")
    add_port(verb, "of the dashboard ")
    verb.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Run the demo."""
    from hullmark.commands.main_job import demo

    demo(options.state, options.port, once=options.once)
    return 0
