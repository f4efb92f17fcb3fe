"""`hullmark where`: which images of the fleet carry a vulnerability, or hold a package."""

import argparse
from contextlib import closing

from hullmark.commands.verbs import INCOMPLETE, Verbs
from hullmark.errors import UsageError

FORMATS = ("table", "csv", "json")
SHOWN = 50  # rows of a table, unless told


def add(verbs: Verbs) -> None:
    """Register the verb."""
    verb = verbs.add_parser(
        "where",
        help="which images carry a vulnerability, or hold a package",
        description="Say which images of the fleet carry a vulnerability, or hold a package, and since which layer.",
        epilog="Examples: hullmark where CVE-2024-6387; hullmark where --package npm/minimatch --below 3.1.2. "
        "Exit status 3 when images could not be read whole, or when no advisory of the feeds names the vulnerability.",
    )
    verb.add_argument("vulnerability", metavar="VULNERABILITY", nargs="?", help="a CVE, GHSA or other id, also an alias")
    verb.add_argument("--package", metavar="[TYPE/]NAME", help="this package, by its own name or its source's")
    verb.add_argument("--below", metavar="VERSION", help="only versions before this one, in the order of their type")
    verb.add_argument("--limit", metavar="N", type=int, default=SHOWN, help=f"rows of the table (default: {SHOWN})")
    verb.add_argument("--format", choices=FORMATS, default="table", help="what to print (default: table)")
    verb.add_argument("-o", "--output", metavar="FILE", help="write there instead of to standard output")
    verb.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Ask the lake and print."""
    _check(options)
    from hullmark.advisories.snapshot import FeedStore
    from hullmark.analysis.where import where_package, where_vulnerability
    from hullmark.commands.query import lake_with_data
    from hullmark.commands.showing import print_error
    from hullmark.commands.writing import write_answer
    from hullmark.reports.where_report import gaps, where_csv, where_json, where_view
    from hullmark.settings import read_settings

    settings = read_settings()
    lake = lake_with_data(settings.lake)
    with closing(lake.connect(settings.memory_mb)) as connection:
        if options.package:
            found = where_package(connection, options.package, options.below or "")
        else:
            store = FeedStore(lake.feeds_root)
            store.register(connection)
            snapshots = {state.feed: state.snapshot for state in store.current()}
            found = where_vulnerability(connection, options.vulnerability.strip(), snapshots)
    if options.format == "json":
        write_answer(where_json(found), options.output)
    elif options.format == "csv":
        write_answer(where_csv(found), options.output)
    else:
        write_answer(where_view(found, options.limit), options.output)
    missing = list(gaps(found))
    for gap in missing:
        print_error(f"incomplete: {gap}")
    return INCOMPLETE if missing else 0


def _check(options: argparse.Namespace) -> None:
    if bool(options.vulnerability) == bool(options.package):
        raise UsageError("name either a vulnerability, such as CVE-2024-6387, or a package with --package")
    if options.below and not options.package:
        raise UsageError("--below is about the versions of a package; name it with --package")
    if options.limit < 1:
        raise UsageError(f"--limit is {options.limit}; give a number from 1 on")
