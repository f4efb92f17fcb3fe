"""`hullmark explain IMAGE VULNERABILITY`: why an image is affected, or why it is not."""

import argparse
from contextlib import closing

from hullmark.commands.meant import add_platform, image_meant, vulnerability_meant
from hullmark.commands.verbs import INCOMPLETE, Verbs


def add(verbs: Verbs) -> None:
    """Register the verb."""
    verb = verbs.add_parser(
        "explain",
        help="why an image is affected by a vulnerability, or why not",
        description="Say what every advisory says of a vulnerability and the packages of an image, and which one decides.",
        epilog="Example: hullmark explain payments/api:2.1 CVE-2024-21626 --package runc",
    )
    verb.add_argument("image", metavar="IMAGE", help="repository:tag or digest of the fleet")
    verb.add_argument("vulnerability", metavar="VULNERABILITY", help="a CVE, GHSA or other id, as findings show it")
    add_platform(verb)
    verb.add_argument("--package", metavar="NAME", default="", help="this package alone")
    verb.add_argument("--format", choices=("text", "json"), default="text", help="what to print (default: text)")
    verb.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Ask the lake and print; 0 whether it is affected or not, 3 when the image could not be read whole."""
    import sys

    from rich.console import Console

    from hullmark.advisories.snapshot import FeedStore
    from hullmark.analysis.explain import explain, unread
    from hullmark.commands.query import lake_with_data
    from hullmark.commands.showing import print_error, showing
    from hullmark.progress import progress
    from hullmark.reports.explanation import explanation_json, explanation_view
    from hullmark.settings import read_settings

    settings = read_settings()
    lake = lake_with_data(settings.lake)
    with showing(), closing(lake.connect(settings.memory_mb)) as connection:
        progress().begin("Ask the advisories", None)
        digest = image_meant(connection, options.image, options.platform)
        answer = explain(
            connection, FeedStore(lake.feeds_root), digest, vulnerability_meant(options.vulnerability), options.package
        )
        gaps = unread(connection, digest)
    if options.format == "json":
        sys.stdout.buffer.write(explanation_json(answer))
    else:
        Console(width=None if sys.stdout.isatty() else 140).print(explanation_view(answer), soft_wrap=True)
    for gap in gaps:
        print_error(f"incomplete: {gap}")
    return INCOMPLETE if gaps else 0
