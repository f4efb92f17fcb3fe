"""`hullmark dashboard`: serve the dashboard until Ctrl-C."""

import argparse
import subprocess

from hullmark.commands.ports import add_port
from hullmark.commands.verbs import Verbs


def add(verbs: Verbs) -> None:
    """Register the verb."""
    verb = verbs.add_parser("dashboard", help="serve the dashboard")
    add_port(verb)
    verb.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Serve in the foreground; Ctrl-C ends it."""
    from dashboards.serve import command
    from hullmark.demo.processes import require_free
    from hullmark.settings import read_settings

    require_free(options.port, "the dashboard")
    with subprocess.Popen(command(options.port, read_settings().lake)) as server:  # noqa: S603  our own arguments
        try:
            return server.wait()
        except KeyboardInterrupt:
            server.terminate()
            server.wait()
            return 0
