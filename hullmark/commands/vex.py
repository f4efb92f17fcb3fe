"""`hullmark vex import|list|remove|export`: what others state of vulnerabilities, and what is told of the fleet."""

import argparse
import re
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hullmark.commands import vex_kept
from hullmark.commands.meant import add_platform, image_meant
from hullmark.commands.verbs import INCOMPLETE, Verbs
from hullmark.errors import InputError, UsageError

if TYPE_CHECKING:
    from hullmark.lake.store import Lake
    from hullmark.vex.read import Vex

SHOWN = 10  # parts that are not believed
FORMATS = ("openvex", "cyclonedx", "csaf")
_ADDRESS = re.compile(r"https?://[^\s/]+\S*")
STATUS = "Exit status: 0 done, 2 a document that cannot be read, 3 some part of a document is not believed."


def add(verbs: Verbs) -> None:
    """Register the verb and its actions."""
    verb = verbs.add_parser("vex", help="take what others state of vulnerabilities (VEX), or write it")
    actions = verb.add_subparsers(metavar="ACTION", required=True)
    taken = actions.add_parser(
        "import",
        help="take OpenVEX, CycloneDX and CSAF documents",
        description=f"Take VEX documents into the lake. {STATUS}",
    )
    taken.add_argument("file", metavar="FILE", nargs="+")
    taken.set_defaults(handler=run_import)
    vex_kept.add(actions)
    written = actions.add_parser("export", help="write what is stated and excepted of the fleet, or of one image")
    written.add_argument("image", metavar="IMAGE", nargs="?", help="repository:tag or digest (default: the fleet)")
    add_platform(written)
    written.add_argument("--author", metavar="NAME", required=True, help="who issues the document")
    written.add_argument("--format", choices=FORMATS, default="openvex", help="what to write (default: openvex)")
    written.add_argument("--namespace", metavar="URL", default="", help="the address of who issues it, which CSAF wants")
    written.add_argument("-o", "--output", metavar="FILE", help="write there instead of to standard output")
    written.set_defaults(handler=run_export)


def run_import(options: argparse.Namespace) -> int:
    """Take each file by itself; the worst outcome is the status."""
    from hullmark.commands.exceptions import user
    from hullmark.commands.showing import print_error
    from hullmark.lake.store import Lake
    from hullmark.settings import read_settings
    from hullmark.vex.files import read_vex_file
    from hullmark.vex.keep import keep_vex

    lake, who, statuses = Lake(read_settings().lake), user(), {0}
    for name in options.file:
        try:
            read = read_vex_file(Path(name), who, datetime.now(UTC))
        except InputError as error:
            print_error(str(error))
            statuses.add(error.exit_status)
            continue
        for vex in read:
            keep_vex(lake, vex)
            _tell(name, vex, _reach(lake, vex))
            statuses.add(INCOMPLETE if vex.refusals else 0)
    return UsageError.exit_status if UsageError.exit_status in statuses else max(statuses)


def run_export(options: argparse.Namespace) -> int:
    """Write one document."""
    from hullmark.commands.query import lake_with_data
    from hullmark.settings import read_settings
    from hullmark.sql import read_sql
    from hullmark.vex import write
    from hullmark.vex.write_csaf import csaf

    if options.platform and not options.image:
        raise UsageError("--platform is of one image; name it, or leave --platform away")
    if not options.author.strip():
        raise UsageError("--author is empty; say who issues the document")
    if options.format == "csaf" and not _ADDRESS.fullmatch(options.namespace):
        raise UsageError("CSAF names its publisher by an address too; give one with --namespace, as in https://example.com")
    settings = read_settings()
    with closing(lake_with_data(settings.lake).connect(settings.memory_mb)) as connection:
        digest = image_meant(connection, options.image, options.platform) if options.image else ""
        rows = connection.sql(read_sql("hullmark.vex", "export.sql"), params={"digest": digest}).to_arrow_table().to_pylist()
    now = datetime.now(UTC)
    if options.format == "csaf":
        document = csaf(rows, options.author, options.namespace, now)
    else:
        document = (write.openvex if options.format == "openvex" else write.cyclonedx)(rows, options.author, now)
    if not options.output:
        sys.stdout.buffer.write(document)
        return 0
    try:
        Path(options.output).write_bytes(document)
    except OSError as error:
        raise UsageError(
            f"the document could not be written to {options.output}: {error.strerror}; choose another"
        ) from None
    return 0


def _reach(lake: "Lake", vex: "Vex") -> str:
    """What it counts for; an issue that states nothing has no row, by which it could take back what an earlier one said."""
    from hullmark.settings import read_settings

    if not vex.statements.num_rows:
        return "It states nothing; `hullmark vex remove` takes out an earlier issue" if not vex.refusals else ""
    name = vex.statements["document_id"][0].as_py()
    return vex_kept.told_reach(vex_kept.documents(lake, read_settings().memory_mb, name), vex.envelope.author)


def _tell(name: str, vex: "Vex", reach: str) -> None:
    from rich.console import Console

    from hullmark.commands.showing import print_error
    from hullmark.reports.terminal import counted, plain

    count = counted(vex.statements.num_rows, "statement")
    sentence = (
        f"{name}: {count} of {plain(vex.envelope.author or 'nobody', 80)} ({vex.format}).{f' {reach}.' if reach else ''}"
    )
    Console().print(plain(sentence), highlight=False, markup=False, soft_wrap=True)
    for refused in vex.refused[:SHOWN]:
        print_error(plain(f"{name}, {refused.where}: {refused.reason}"))
    if vex.refusals > SHOWN:
        print_error(f"{name}: and {vex.refusals - SHOWN:,} more that are not believed")
