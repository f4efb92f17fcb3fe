"""`hullmark dashboard`: serve the dashboard until Ctrl-C."""

import argparse
import subprocess

from hullmark.commands.verbs import Verbs

PORT = 8501


def add(verbs: Verbs) -> None:
    """Register the verb."""
    verb = verbs.add_parser("dashboard", help="serve the dashboard")
    verb.add_argument("--port", type=int, default=PORT, help=f"on 127.0.0.1 (default: {PORT})")
    verb.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Serve in the foreground; Ctrl-C ends it."""
    from dashboards.serve import command
    from hullmark.settings import read_settings

    with subprocess.Popen(command(options.port, read_settings().lake)) as server:  # noqa: S603  our own arguments
        try:
            return server.wait()
        except KeyboardInterrupt:
            server.terminate()
            server.wait()
            return 0
