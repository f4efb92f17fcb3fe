"""`hullmark report IMAGE`: what the lake knows of an image of the fleet, as the document that a scan of it makes."""

import argparse
from contextlib import closing
from typing import TYPE_CHECKING

from hullmark.commands.verbs import INCOMPLETE, Verbs
from hullmark.commands.writing import TABLE, write_reports
from hullmark.errors import UsageError
from hullmark.reports.documents import document, document_names
from hullmark.reports.severity import ORDER

if TYPE_CHECKING:
    pass


def add(verbs: Verbs) -> None:
    """Register the verb."""
    verb = verbs.add_parser(
        "report",
        help="the report or SBOM of an image of the fleet, without scanning again",
        description="Write what the lake knows of an image of the fleet, as the report that `hullmark scan` makes of it.",
        epilog="Exit status: 0 done, 1 findings at or above --fail-on, 2 no such image, or several, 3 done but incomplete.",
    )
    verb.add_argument("image", metavar="IMAGE", help="repository:tag with or without its registry, or a digest")
    verb.add_argument(
        "--fail-on",
        metavar="SEVERITY",
        type=str.lower,
        choices=ORDER,
        help=f"exit with 1 from this severity on: {', '.join(ORDER)}",
    )
    verb.add_argument("--platform", metavar="P", help="os/arch[/variant] or all (default: this machine's)")
    verb.add_argument("--removed", action="store_true", help="list also what later layers removed and lower ones ship")
    verb.add_argument("--format", choices=(TABLE, *document_names()), default=TABLE, help="what to print (default: table)")
    verb.add_argument("-o", "--output", metavar="FILE", help="write there instead of to standard output")
    verb.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Ask the lake and write."""
    from hullmark.advisories.snapshot import FeedStore
    from hullmark.commands.query import lake_with_data
    from hullmark.commands.showing import print_error
    from hullmark.reports.settled import fails, passed_by
    from hullmark.settings import read_settings
    from hullmark.stored.named import named
    from hullmark.stored.report import stored_report

    if options.platform == "all" and options.format != TABLE and not document(options.format).several:
        raise UsageError(f"a document of {options.format} is of one platform; name it with --platform")
    settings = read_settings()
    lake = lake_with_data(settings.lake)
    with closing(lake.connect(settings.memory_mb)) as connection:
        store = FeedStore(lake.feeds_root)
        places = named(connection, options.image, options.platform)
        found = [stored_report(connection, store, place, settings) for place in places]
    write_reports([item.report for item in found], options.format, options.output, removed=options.removed)
    documents = [item.report for item in found]
    for note in (*(note for item in found for note in item.notes), *passed_by(documents, options.fail_on)):
        print_error(f"note: {note}")
    gaps = list(dict.fromkeys(gap for item in found for gap in item.gaps))
    for gap in gaps:
        print_error(f"incomplete: {gap}")
    if options.fail_on and fails(documents, options.fail_on):
        return 1
    return INCOMPLETE if gaps else 0
