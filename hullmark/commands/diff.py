"""`hullmark diff A B`: the packages and findings that two images of the fleet do not have alike."""

import argparse
from contextlib import closing

from hullmark.commands.verbs import INCOMPLETE, Verbs

FORMATS = ("table", "markdown", "json")


def add(verbs: Verbs) -> None:
    """Register the verb."""
    verb = verbs.add_parser(
        "diff",
        help="how two images differ: packages and findings",
        description="Compare two images that the lake holds, also such that are gone from their registry.",
    )
    verb.add_argument("before", metavar="A", help="repository:tag or digest")
    verb.add_argument("after", metavar="B", help="repository:tag or digest")
    verb.add_argument(
        "--platform", metavar="P", help="os/arch[/variant] of both (default: this machine's, or what both have)"
    )
    verb.add_argument("--format", choices=FORMATS, default="table", help="what to print (default: table)")
    verb.add_argument("-o", "--output", metavar="FILE", help="write there instead of to standard output")
    verb.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Ask the lake and print; 3 when one of the two could not be read whole."""
    from hullmark.analysis.explain import unread
    from hullmark.analysis.history import difference, images_ever_named, register_history
    from hullmark.commands.query import lake_with_data
    from hullmark.commands.showing import print_error
    from hullmark.commands.writing import write_answer
    from hullmark.reports import diff_report
    from hullmark.settings import read_settings

    settings = read_settings()
    names = (options.before, options.after)
    with closing(lake_with_data(settings.lake).connect(settings.memory_mb)) as connection:
        register_history(connection)
        found = difference(connection, *images_ever_named(connection, *names, options.platform))
        sides = dict(zip(names, (found.before.digest, found.after.digest), strict=True))
        gaps = [f"{name}: {gap}" for name, digest in sides.items() for gap in unread(connection, digest)]
    if options.format == "json":
        write_answer(diff_report.diff_json(found), options.output)
    elif options.format == "markdown":
        write_answer(diff_report.diff_markdown(names, found).encode(), options.output)
    else:
        write_answer(diff_report.diff_view(found), options.output)
    for gap in gaps:
        print_error(f"incomplete: {gap}")
    return INCOMPLETE if gaps else 0
