"""The command line: one verb a module of `hullmark/commands`; expected failures are one sentence on standard error.

Exit status: 0 done, 1 findings at or above --fail-on, 2 bad usage or unreadable input, 3 done but incomplete.
"""

import argparse
import atexit
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any, NoReturn

from hullmark import __version__
from hullmark.commands.damage import damage_behind
from hullmark.commands.flow_runs import quiet_prefect
from hullmark.commands.lean import be_lean
from hullmark.commands.streams import own_streams
from hullmark.errors import HullmarkError, UsageError

VERBS = (
    "scan",
    "feeds",
    "query",
    "where",
    "report",
    "bases",
    "fixes",
    "explain",
    "exceptions",
    "vex",
    "checks",
    "diff",
    "audit",
    "past",
    "integrations",
    "run",
    "quarantine",
    "quality",
    "dashboard",
    "demo",
)
INTERRUPTED = 130  # as shells have it for Ctrl-C


def entry() -> NoReturn:
    """The console script: run, clean up, and leave at once.

    Prefect leaves daemon threads behind, with which the interpreter cannot take itself apart cleanly.
    """
    if sys.argv[1:2] == ["scan"]:
        be_lean()
    own_streams()
    try:
        status = main()
    except SystemExit as ended:  # argparse's
        status = int(ended.code or 0)
    atexit._run_exitfuncs()  # stops Prefect's own server, if one was started
    logging.shutdown()
    with suppress(UsageError):  # of what was printed before a failure, which is said already
        sys.stdout.flush()
    os._exit(status)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    if not given:
        parser().print_help()
        return UsageError.exit_status
    options = parser(VERBS if given[0] not in VERBS else (given[0],)).parse_args(given)
    try:
        _log(os.environ.get("HULLMARK_LOG_LEVEL", "WARNING"))
        quiet_prefect()
        status = int(options.handler(options))
        sys.stdout.flush()
    except HullmarkError as failure:
        return _told(failure)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as failure:
        found = damage_behind(failure)
        if found is None:
            raise
        return _told(found)
    return status


def _told(failure: HullmarkError) -> int:
    print(f"hullmark: {str(failure).rstrip('.')}", file=sys.stderr)  # noqa: T201  the one place where a failure meets its user
    return failure.exit_status


class Described(argparse._SubParsersAction):  # type: ignore[type-arg]  # it is generic for type checkers alone
    """Verbs that say in their own help what the list of verbs says of them, unless they say more."""

    def add_parser(self, name: str, **said: Any) -> "Parser":  # noqa: ANN401  # what argparse takes
        """The parser of a verb."""
        words = str(said.get("help") or "")
        told = {"description": f"{words[:1].upper()}{words[1:]}." if words else None}
        made: Parser = super().add_parser(name, **told | said)
        return made


class Parser(argparse.ArgumentParser):
    """Says what is wrong with a command line in one sentence, and where to read on."""

    def __init__(self, *values: Any, **said: Any) -> None:  # noqa: ANN401  # what argparse takes
        super().__init__(*values, **said)
        self.register("action", "parsers", Described)

    def parse_known_args(self, *values: Any, **said: Any) -> Any:  # noqa: ANN401  # what argparse takes and gives
        """As argparse; but what a verb does not know is refused by that verb, which can say where to read on."""
        found, left = super().parse_known_args(*values, **said)
        if left:
            self.error(f"unrecognized arguments: {' '.join(left)}")
        return found, left

    def error(self, message: str) -> NoReturn:
        """End with status 2."""
        self.exit(UsageError.exit_status, f"hullmark: {message}; see `{self.prog} --help`\n")


def _log(level: str) -> None:
    if level.upper() not in logging.getLevelNamesMapping():
        raise UsageError(f"HULLMARK_LOG_LEVEL is {level!r}, which is no level; set DEBUG, INFO, WARNING or ERROR")
    logging.basicConfig(level=level.upper(), format="%(levelname)s %(name)s: %(message)s")


def parser(verbs: Sequence[str] = VERBS) -> argparse.ArgumentParser:
    """The parser of these verbs; one that is asked for by name does without the modules of the others."""
    top = Parser(
        prog="hullmark",
        description="Finds what is vulnerable in the container images of many AWS accounts.",
        epilog="Begin with `hullmark demo`, which needs nothing but this machine, or with `hullmark scan IMAGE`.",
    )
    top.add_argument("--version", action="version", version=f"hullmark {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in verbs:
        import_module(f"hullmark.commands.{name}").add(commands)
    return top
