"""`hullmark past DATE`: what was known on a day, and what the advisories of another day say."""

import argparse
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hullmark.commands.verbs import Verbs

if TYPE_CHECKING:
    from hullmark.analysis.past import Asked

DESCRIPTION = (
    "What was known on a day; with --feeds now what today's advisories say of the images of that day; with --images now "
    "what the advisories of that day say of today's images."
)


def add(verbs: Verbs) -> None:
    """Register the verb."""
    verb = verbs.add_parser(
        "past", help="what was known on a day, or would be with other advisories", description=DESCRIPTION
    )
    verb.add_argument("date", metavar="DATE", help="the end of this day (UTC), such as 2026-03-01, or a time")
    verb.add_argument("--images", choices=("then", "now"), default="then", help="whose images (default: then)")
    verb.add_argument("--feeds", choices=("then", "now"), default="then", help="whose advisories (default: then)")
    verb.add_argument("--format", choices=("table", "csv", "json"), default="table", help="counts, or every finding")
    verb.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Ask the lake and print."""
    from hullmark.advisories.snapshot import FeedStore
    from hullmark.analysis.past import Asked, ask_past, open_past, past_rows
    from hullmark.commands.audit import moment_of
    from hullmark.commands.query import lake_with_data, print_rows
    from hullmark.commands.showing import showing
    from hullmark.progress import progress
    from hullmark.settings import read_settings

    settings = read_settings()
    lake = lake_with_data(settings.lake)
    now = datetime.now(UTC)
    moment = moment_of(options.date, now)
    with showing(), closing(open_past(lake, settings.memory_mb)) as connection:
        progress().begin("Ask the past", None)
        asked = Asked(moment, options.images == "now", options.feeds == "now")
        ask_past(connection, FeedStore(lake.feeds_root), asked)
        rows = past_rows(connection, "counts" if options.format == "table" else "findings")
    if options.format == "table":
        _say(_headline(asked))
    print_rows(rows, options.format)
    return 0


def _headline(asked: "Asked") -> str:
    """What is counted, in one sentence."""
    then = f"{asked.moment:%Y-%m-%d %H:%M} UTC"
    if asked.images_now and asked.feeds_now:
        return "The images and advisories of now, matched anew:"
    if asked.feeds_now:
        return f"The images of {then} with the advisories of now, matched anew:"
    if asked.images_now:
        return f"The images of now with the advisories of {then}, matched anew:"
    return f"What was known at {then}:"


def _say(sentence: str) -> None:
    from rich.console import Console

    Console().print(sentence, highlight=False, markup=False, soft_wrap=True)
