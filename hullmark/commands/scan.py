"""`hullmark scan IMAGE`: one image, as a table or as JSON."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from hullmark.commands.verbs import INCOMPLETE, Verbs
from hullmark.commands.writing import TABLE, write_reports
from hullmark.errors import UsageError
from hullmark.reports.documents import document, document_names
from hullmark.reports.severity import ORDER

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from hullmark.profile import Profile
    from hullmark.reports.scan_report import Report
    from hullmark.scan_answer import Scanned

SHOWN = 10  # parts of a VEX document that are not believed


def add(verbs: Verbs) -> None:
    """Register the verb."""
    verb = verbs.add_parser(
        "scan",
        help="scan one image",
        description="Scan one image: an archive, an OCI layout, or a reference in a registry or in ECR.",
        epilog="Exit status: 0 done, 1 findings at or above --fail-on, 2 bad usage or unreadable input, 3 incomplete.",
    )
    verb.add_argument("image", metavar="IMAGE", help="archive, layout folder, or registry reference")
    verb.add_argument("--feeds", metavar="DIR|URL", help="where advisories come from (default: their publishers)")
    verb.add_argument("--list", action="store_true", help="list what is installed, and compare it with nothing")
    verb.add_argument("--format", choices=(TABLE, *document_names()), default=TABLE, help="what to print (default: table)")
    verb.add_argument("-o", "--output", metavar="FILE", help="write there instead of to standard output")
    verb.add_argument(
        "--fail-on",
        metavar="SEVERITY",
        type=str.lower,
        choices=ORDER,
        help=f"exit with 1 from this severity on: {', '.join(ORDER)}",
    )
    verb.add_argument("--platform", metavar="P", help="os/arch[/variant] or all (default: this machine's)")
    verb.add_argument("--vex", metavar="FILE", action="append", help="apply this VEX document; may be repeated")
    verb.add_argument("--removed", action="store_true", help="list also what later layers removed and lower ones ship")
    verb.add_argument("--profile", action="store_true", help="say where the time went; reads every layer again")
    verb.add_argument("--no-cache", action="store_true", help="read every layer again, and keep none")
    verb.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Scan, report, and say by the exit status what came of it."""
    from hullmark.commands.showing import print_error, showing
    from hullmark.scan import scan, with_feeds
    from hullmark.settings import read_settings

    target = Path(options.output) if options.output else None
    if target and not target.parent.is_dir():
        raise UsageError(f"there is no folder {str(target.parent)!r} to write the report to; make it first")
    if target and target.is_file() and _is_same(target, options.image):
        raise UsageError(f"the report would be written over the image {target}; choose another file")
    if options.list and (options.fail_on or options.vex):
        raise UsageError("--list finds no vulnerabilities, so --fail-on and --vex have no effect; leave one of them away")
    if options.format != TABLE:
        _check_document(options)
    settings = with_feeds(read_settings(), options.feeds)
    profile = _profile() if options.profile else None
    with showing():
        scanned = scan(
            options.image, settings, options.platform, cache=not options.no_cache, compare=not options.list, profile=profile,
            vex=_statements(options.vex or ()),
        )  # fmt: skip
    from hullmark.reports.scan_report import scan_report
    from hullmark.reports.settled import passed_by
    from hullmark.reports.stacked_rows import report_rows

    reports = [
        scan_report(
            item.image, item.found.distro, report_rows(item.found, item.layers, item.findings, item.beside), scanned.feeds
        )
        for item in scanned.images
    ]
    write_reports(reports, options.format, options.output, removed=options.removed, listed=options.list)
    if profile:
        _show_profile(profile)
    for note in (*scanned.notes, *passed_by(reports, options.fail_on)):
        print_error(f"note: {note}")
    for gap in scanned.gaps:
        print_error(f"incomplete: {gap}")
    return _exit_status(scanned, reports, options.fail_on)


def _is_same(target: Path, image: str) -> bool:
    try:
        return target.samefile(image)
    except (OSError, ValueError):  # a reference, and no path
        return False


def _check_document(options: argparse.Namespace) -> None:
    """What would be known only when the scan has ended."""
    wanted = document(options.format)
    wanted.check(options.image)
    if options.platform == "all" and not wanted.several:
        raise UsageError(f"a document of {options.format} is of one platform; name it with --platform")


def _statements(files: "Sequence[str]") -> "list[pa.Table]":
    """What VEX documents state; what of them is not believed is told."""
    if not files:
        return []
    from datetime import UTC, datetime

    from hullmark.commands.showing import print_error
    from hullmark.vex.files import read_vex_file

    found = []
    for name in files:
        for vex in read_vex_file(Path(name), "", datetime.now(UTC)):
            for refused in vex.refused[:SHOWN]:
                print_error(f"note: {name}, {refused.where}: {refused.reason}")
            if vex.refusals > SHOWN:
                print_error(f"note: {name}: and {vex.refusals - SHOWN:,} more that are not believed")
            found.append(vex.statements)
    return found


def _profile() -> "Profile":
    from hullmark.profile import Profile

    return Profile()


def _show_profile(profile: "Profile") -> None:
    from rich.console import Console

    from hullmark.reports.profile_table import print_profile

    print_profile(profile, Console(stderr=True))


def _exit_status(scanned: "Scanned", reports: "Sequence[Report]", fail_on: str | None) -> int:
    from hullmark.reports.settled import fails

    if fail_on and fails(reports, fail_on):
        return 1
    return INCOMPLETE if scanned.gaps else 0
