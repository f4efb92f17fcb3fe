"""`hullmark quarantine list|release`: images that are left alone after failing in three runs in a row."""

import argparse

from hullmark.commands.verbs import Verbs


def add(verbs: Verbs) -> None:
    """Register the verb."""
    verb = verbs.add_parser("quarantine", help="see and release images that failed in three runs in a row")
    actions = verb.add_subparsers(metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="what is left alone, why, and until when")
    listing.set_defaults(handler=show)
    releasing = actions.add_parser("release", help="let the next run try again")
    releasing.add_argument("digest", metavar="DIGEST", nargs="*", help="sha256:... of an image or index, as `list` shows it")
    releasing.add_argument("--all", action="store_true", help="everything that is left alone")
    releasing.set_defaults(handler=release)


def show(_: argparse.Namespace) -> int:
    """Print a table."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from hullmark.commands.query import lake_with_data
    from hullmark.fleet.quarantine import held
    from hullmark.reports.terminal import plain
    from hullmark.settings import read_settings

    settings = read_settings()
    items = held(lake_with_data(settings.lake), settings.memory_mb)
    console = Console()
    if not items:
        console.print("Nothing is in quarantine.", highlight=False)
        return 0
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("digest", "where", "failures", "why", "until (UTC)"):
        table.add_column(name, overflow="fold", no_wrap=name == "digest")
    for item in items:
        where = item.places[0] + (f" and {len(item.places) - 1} more" if len(item.places) > 1 else "")
        why = f"{item.reason}: {item.detail}"
        until = f"{item.held_until:%Y-%m-%d %H:%M}"
        table.add_row(*map(Text, (item.digest, plain(where), str(item.failures), plain(why, 300), until)))
    console.print(table)
    return 0


def release(options: argparse.Namespace) -> int:
    """Release, and say how many."""
    from rich.console import Console

    from hullmark.commands.query import lake_with_data
    from hullmark.errors import UsageError
    from hullmark.fleet.quarantine import release as let_go
    from hullmark.settings import read_settings

    if bool(options.digest) == options.all:
        raise UsageError("name the digests to release, or give --all")
    settings = read_settings()
    number = let_go(lake_with_data(settings.lake), options.digest, settings.memory_mb)
    Console().print(f"{number} released; the next run tries again.", highlight=False)
    return 0
