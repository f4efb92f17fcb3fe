"""`hullmark feeds sync|status`: fetch the advisory feeds of the lake, and say how old each one is."""

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from hullmark.commands.verbs import Verbs

if TYPE_CHECKING:
    import pyarrow as pa

INCOMPLETE = 3


def add(verbs: Verbs) -> None:
    """Register the verb."""
    verb = verbs.add_parser("feeds", help="fetch the advisory feeds, or say how old they are")
    actions = verb.add_subparsers(metavar="ACTION", required=True)
    sync = actions.add_parser("sync", help="fetch what is new")
    sync.add_argument("--feeds", metavar="DIR|URL", help="where they come from (default: their publishers)")
    sync.add_argument(
        "--ecosystem", metavar="NAME", action="append", help="only this one, such as Debian or PyPI; may be repeated"
    )
    sync.set_defaults(handler=run_sync)
    actions.add_parser("status", help="say how old each feed is").set_defaults(handler=run_status)


def run_sync(options: argparse.Namespace) -> int:
    """Fetch what is new; 3 when a feed could not be fetched."""
    from hullmark.advisories.snapshot import FeedStore, sync
    from hullmark.commands.showing import showing
    from hullmark.lake.store import Lake
    from hullmark.progress import progress
    from hullmark.settings import read_settings

    settings = read_settings()
    if options.feeds:
        settings = replace(settings, feeds=options.feeds)
    lake = Lake(settings.lake)
    lake.create()
    store = FeedStore(lake.feeds_root)
    with showing():
        progress().begin("Fetch advisories", None)
        lake.commit("feed_snapshots", sync(store, settings, options.ecosystem, progress=progress().note))
    return _show(store.status())


def run_status(_options: argparse.Namespace) -> int:
    """Show the feeds that the lake has."""
    from hullmark.advisories.snapshot import FeedStore
    from hullmark.lake.store import Lake
    from hullmark.settings import read_settings

    return _show(FeedStore(Lake(read_settings().lake).feeds_root).status())


def _show(status: "pa.Table") -> int:
    from datetime import UTC, datetime

    from rich.console import Console

    from hullmark.reports.terminal import age, columns, plain

    console = Console()
    if not status.num_rows:
        console.print("No advisory feed has been fetched yet: run `hullmark feeds sync`.", style="yellow", highlight=False)
        return 0
    table = columns("Feed", "Fetched", "Records", "Problems", "State", "", right=("Records", "Problems"))
    now = datetime.now(UTC)
    rows = status.sort_by("feed").to_pylist()
    for row in rows:
        hours = (now - row["fetched_at"]).total_seconds() / 3600 if row["fetched_at"] else None
        table.add_row(
            plain(row["feed"]), age(hours) if hours is not None else "never", f"{row['records'] or 0:,}",
            f"{row['problems'] or 0:,}", plain(row["state"]), plain(row["detail"] or "", 90),
        )  # fmt: skip
    console.print(table)
    return INCOMPLETE if any(row["state"] == "failed" for row in rows) else 0
