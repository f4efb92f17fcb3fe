"""The command line: one verb a module of `hullmark/commands`; expected failures are one sentence on standard error.

Exit status: 0 done, 1 findings at or above --fail-on, 2 bad usage or unreadable input, 3 done but incomplete.
"""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from hullmark import __version__
from hullmark.errors import HullmarkError

VERBS = ("scan", "feeds", "query", "integrations", "run", "dashboard", "demo")
INTERRUPTED = 130  # as shells have it for Ctrl-C


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status."""
    options = parser().parse_args(arguments)
    logging.basicConfig(
        level=os.environ.get("HULLMARK_LOG_LEVEL", "WARNING").upper(), format="%(levelname)s %(name)s: %(message)s"
    )
    try:
        return int(options.handler(options))
    except HullmarkError as failure:
        print(f"hullmark: {failure}", file=sys.stderr)  # noqa: T201  the one place where a failure meets its user
        return failure.exit_status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader, such as `head`, has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def parser() -> argparse.ArgumentParser:
    """The parser of every verb."""
    top = argparse.ArgumentParser(
        prog="hullmark", description="Finds what is vulnerable in the container images of many AWS accounts."
    )
    top.add_argument("--version", action="version", version=f"hullmark {__version__}")
    verbs = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in VERBS:
        import_module(f"hullmark.commands.{name}").add(verbs)
    return top
