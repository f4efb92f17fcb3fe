"""`hullmark fixes [IMAGE]`: the changes that end the most risk in the fleet, or the plan of one image."""

import argparse
from contextlib import closing
from typing import TYPE_CHECKING

from hullmark.commands.meant import add_platform, image_meant
from hullmark.commands.verbs import INCOMPLETE, Verbs
from hullmark.errors import UsageError

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    from rich.console import RenderableType

FORMATS = ("table", "markdown", "json", "csv")


def add(verbs: Verbs) -> None:
    """Register the verb."""
    verb = verbs.add_parser(
        "fixes",
        help="what to change: the fewest changes that end the most risk, or the plan of one image",
        description="Say what to change. What each change ends is computed by matching the new versions.",
    )
    verb.add_argument("image", metavar="IMAGE", nargs="?", help="repository:tag or digest of the fleet (default: the fleet)")
    add_platform(verb)
    verb.add_argument("--limit", type=int, default=20, metavar="N", help="how many changes (default: 20)")
    verb.add_argument("--format", choices=FORMATS, default="table", help="what to print (default: table)")
    verb.add_argument("-o", "--output", metavar="FILE", help="write there instead of to standard output")
    verb.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Ask the lake and print; 3 when the image that is asked for could not be read whole."""
    from hullmark.analysis.explain import unread
    from hullmark.analysis.remedies import open_remedies
    from hullmark.commands.query import lake_with_data
    from hullmark.commands.showing import print_error, showing
    from hullmark.commands.writing import write_answer
    from hullmark.progress import progress
    from hullmark.settings import read_settings

    if options.limit < 1:
        raise UsageError(f"--limit is {options.limit}; give a number from 1 on")
    if options.image and options.format == "csv":
        raise UsageError("a plan has steps with text of several lines; ask for markdown or json instead of csv")
    if options.platform and not options.image:
        raise UsageError("--platform is of one image; name it, or leave --platform away")
    settings = read_settings()
    lake = lake_with_data(settings.lake)
    with showing(), closing(open_remedies(lake, settings.memory_mb)) as connection:
        progress().begin("Work out what to change", None)
        digest = image_meant(connection, options.image, options.platform) if options.image else ""
        gaps = unread(connection, digest)
        if digest:
            content = _plan(connection, lake.feeds_root, options, digest)
        else:
            content = _fleet(connection, lake.feeds_root, options)
    write_answer(content, options.output)
    for gap in gaps:
        print_error(f"incomplete: {gap}")
    return INCOMPLETE if gaps else 0


def _fleet(connection: "duckdb.DuckDBPyConnection", feeds: str, options: argparse.Namespace) -> "RenderableType | bytes":
    from datetime import UTC, datetime

    from hullmark.advisories.snapshot import FeedStore
    from hullmark.analysis.campaigns import campaigns
    from hullmark.reports import fixes_report

    rows: pa.Table = campaigns(connection, FeedStore(feeds), datetime.now(UTC), options.limit)
    if options.format == "json":
        return fixes_report.campaigns_json(rows)
    if options.format == "csv":
        return fixes_report.campaigns_csv(rows)
    if options.format == "markdown":
        return fixes_report.campaigns_markdown(rows.to_pylist()).encode()
    return fixes_report.campaigns_table(rows.to_pylist()) if rows.num_rows else "No finding of the fleet has a fix yet."


def _plan(
    connection: "duckdb.DuckDBPyConnection", feeds: str, options: argparse.Namespace, digest: str
) -> "RenderableType | bytes":
    from datetime import UTC, datetime

    from hullmark.advisories.snapshot import FeedStore
    from hullmark.analysis.image_plan import image_origin, image_plan
    from hullmark.analysis.remedies import find_remedies
    from hullmark.reports import fixes_report

    find_remedies(connection, FeedStore(feeds), datetime.now(UTC))
    steps, origin = image_plan(connection, digest), image_origin(connection, digest)
    if options.format == "json":
        return fixes_report.plan_json(digest, steps, origin)
    if options.format == "markdown":
        return fixes_report.plan_markdown(options.image, steps, origin).encode()
    return fixes_report.plan_view(steps, origin) if steps else "It has no findings."
