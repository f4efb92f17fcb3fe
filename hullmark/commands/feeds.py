"""`hullmark feeds sync|status|export|import`: the advisory feeds of the lake, fetched, told of, and carried in a file."""

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from hullmark.commands.verbs import INCOMPLETE, Verbs

if TYPE_CHECKING:
    import pyarrow as pa

STATUS = "Exit status: 0 done, 2 bad usage or a lake that cannot be used, 3 a feed could not be fetched."


def add(verbs: Verbs) -> None:
    """Register the verb."""
    verb = verbs.add_parser("feeds", help="fetch the advisory feeds, or say how old they are")
    actions = verb.add_subparsers(metavar="ACTION", required=True)
    sync = actions.add_parser("sync", help="fetch what is new", description=f"Fetch what is new. {STATUS}")
    sync.add_argument("--feeds", metavar="DIR|URL", help="where they come from (default: their publishers)")
    sync.add_argument(
        "--ecosystem", metavar="NAME", action="append", help="only this one, such as Debian or PyPI; may be repeated"
    )
    sync.add_argument(
        "--accept", metavar="FEED", action="append", default=[], help="take this feed although it lost half of its records"
    )
    sync.set_defaults(handler=run_sync)
    status = actions.add_parser("status", help="say how old each feed is", description=f"Say how old each feed is. {STATUS}")
    status.add_argument("--problems", action="store_true", help="list the records that could not be read in full")
    status.set_defaults(handler=run_status)
    carried = (("export", "write them to one file", run_export), ("import", "take them from such a file", run_import))
    for name, what, handler in carried:
        action = actions.add_parser(name, help=what, description=f"{what.capitalize()}. {STATUS}")
        action.add_argument("file", metavar="FILE")
        action.set_defaults(handler=handler)


def run_sync(options: argparse.Namespace) -> int:
    """Fetch what is new; 3 when a feed could not be fetched."""
    from hullmark.advisories.feeds import chosen
    from hullmark.advisories.snapshot import DEFAULT_ECOSYSTEMS, FeedStore, sync
    from hullmark.commands.ending import ending_well
    from hullmark.commands.showing import showing
    from hullmark.errors import UsageError
    from hullmark.fleet.ecosystems import wanted_ecosystems
    from hullmark.lake.store import Lake
    from hullmark.progress import progress
    from hullmark.settings import read_settings

    settings = read_settings()
    if options.feeds:
        settings = replace(settings, feeds=options.feeds)
    lake = Lake(settings.lake)
    lake.create()
    store = FeedStore(lake.feeds_root)
    with ending_well(), showing():
        named = [_spelled(name) for name in options.ecosystem or ()]
        ecosystems = named or wanted_ecosystems(lake, settings.memory_mb)
        wanted = [source.feed for _, source in chosen(settings, ecosystems or DEFAULT_ECOSYSTEMS)]
        for feed in options.accept:
            if feed not in wanted:
                raise UsageError(f"--accept {feed} is no feed that is fetched; name one of {', '.join(wanted)}")
        progress().begin("Fetch advisories", len(wanted))
        done = sync(store, settings, ecosystems, progress=lambda _feed: progress().advance(), accept=options.accept)
        lake.commit("feed_snapshots", done)
    return _show(store.status())


def run_status(options: argparse.Namespace) -> int:
    """Show the feeds that the lake has, or what could not be read of them."""
    from hullmark.advisories.snapshot import FeedStore
    from hullmark.lake.store import Lake
    from hullmark.settings import read_settings

    store = FeedStore(Lake(read_settings().lake).feeds_root)
    status = store.status()
    return _show_problems(store.problems()) if options.problems and status.num_rows else _show(status)


def run_export(options: argparse.Namespace) -> int:
    """Write the current snapshots of the lake to one file, for a machine without a network."""
    from pathlib import Path

    from hullmark.advisories.archive import export_feeds
    from hullmark.advisories.snapshot import FeedStore
    from hullmark.lake.store import Lake
    from hullmark.settings import read_settings

    states = export_feeds(FeedStore(Lake(read_settings().lake).feeds_root), Path(options.file))
    _say(f"{len(states)} feeds with {sum(state.records for state in states):,} records are in {options.file}.")
    return 0


def run_import(options: argparse.Namespace) -> int:
    """Take the snapshots of such a file into the lake, unless those that are there are newer."""
    from pathlib import Path

    from hullmark.advisories.archive import import_feeds
    from hullmark.advisories.snapshot import FeedStore
    from hullmark.lake.store import Lake
    from hullmark.settings import read_settings

    settings = read_settings()
    lake = Lake(settings.lake)
    lake.create()
    store = FeedStore(lake.feeds_root)
    states = import_feeds(store, Path(options.file), settings.limits)
    names = {state.feed for state in states}
    rows = store.status()
    lake.commit("feed_snapshots", rows.filter([name in names for name in rows.column("feed").to_pylist()]))
    _say(f"{len(states)} feeds were taken from {options.file}." if states else "The lake has these feeds, or newer ones.")
    return _show(store.status())


def _spelled(name: str) -> str:
    """An ecosystem as OSV spells it, in whichever case somebody typed it."""
    from hullmark.versions import REPACKAGERS, schemes

    known = (*REPACKAGERS, *(one for scheme in schemes().values() for one in scheme.ecosystems))
    return next((one for one in known if one.lower() == name.lower()), name)


def _say(sentence: str) -> None:
    from rich.console import Console

    Console().print(sentence, highlight=False, markup=False, soft_wrap=True)


def _show_problems(problems: "pa.Table") -> int:
    from rich.console import Console

    from hullmark.reports.terminal import columns, plain

    table = columns("Feed", "Record", "Why it could not be read in full")
    for row in problems.sort_by([("feed", "ascending"), ("record", "ascending")]).to_pylist():
        table.add_row(plain(row["feed"]), plain(row["record"]), plain(row["reason"]))
    Console().print(table if problems.num_rows else "Every record of every feed was read.")
    return 0


def _show(status: "pa.Table") -> int:
    from datetime import UTC, datetime

    from rich.console import Console

    from hullmark.reports.terminal import age, columns, plain

    console = Console()
    if not status.num_rows:
        console.print("No advisory feed has been fetched yet: run `hullmark feeds sync`.", style="yellow", highlight=False)
        return 0
    table = columns("Feed", "Fetched", "Records", "Problems", "State", right=("Records", "Problems"))
    now = datetime.now(UTC)
    rows = status.sort_by("feed").to_pylist()
    for row in rows:
        hours = (now - row["fetched_at"]).total_seconds() / 3600 if row["snapshot"] else None  # else it is the last attempt
        table.add_row(
            plain(row["feed"]), age(hours) if hours is not None else "never", f"{row['records'] or 0:,}",
            f"{row['problems'] or 0:,}", plain(row["state"]),
        )  # fmt: skip
    console.print(table)
    for row in rows:
        if row["detail"]:  # a sentence, whose end says what to do
            _say(f"{plain(row['feed'])}: {plain(row['detail'], 600)}")
    return INCOMPLETE if any(row["state"] == "failed" for row in rows) else 0
