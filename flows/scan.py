"""Discover every connected account, read what no earlier run has read, publish it and match it."""

from collections.abc import Sequence
from typing import Any, cast

from prefect import flow
from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner

from flows.advisories import match_fresh
from flows.gather import gather
from flows.pools import reader, threads
from hullmark.errors import HullmarkError, NotFound
from hullmark.fleet.attested import withdraw_attested
from hullmark.fleet.discovery import Discovered, scope, undiscovered
from hullmark.fleet.posture import Asked, all_described, due_repositories, note_repositories
from hullmark.fleet.run import Kind, Record, recorded
from hullmark.fleet.scan import Scan
from hullmark.lake.store import Lake
from hullmark.progress import progress
from hullmark.settings import Settings, read_settings
from hullmark.sources.ecr import Integration
from tasks import hub
from tasks.analysis import find_bases
from tasks.discovery import ask_repositories, discover_region
from tasks.site import Ticket, open_site


@flow(name="scan", task_runner=cast("TaskRunner[PrefectFuture[Any]]", threads()))
def scan(accounts: list[str] | None = None, wait_minutes: int = 0) -> str:
    """Scan all connected accounts that are not paused, or those named; returns the id of the run, whose row says the rest.

    Raises NotFound when no account is connected, LakeBusy when another run holds the lake for longer than `wait_minutes`,
    and TransportError when Prefect is not there.
    """
    settings = read_settings()
    lake = Lake(settings.lake)
    with lake.lock("scan run", wait_minutes * 60.0):
        integrations = chosen(accounts)  # after the wait, in which accounts may go
        return _scanned(lake, settings, integrations, hub.paused(accounts) if accounts else frozenset())


def _scanned(lake: Lake, settings: Settings, integrations: Sequence[Integration], paused: frozenset[str]) -> str:
    with recorded(lake, Kind.SCAN) as record:
        with open_site(integrations, settings, record.run.run, paused) as ticket:
            scanned = _scan_fleet(lake, settings, record, ticket, _regions(integrations))
        progress().begin("Find base images", None)
        find_bases(lake, settings.memory_mb)
        match_fresh(lake, settings, record, scanned)
        return record.run.run


def chosen(accounts: list[str] | None) -> Sequence[Integration]:
    """The integrations of these accounts, or all that are not paused; raises NotFound when there are none."""
    found = [hub.integration(account) for account in accounts] if accounts else hub.integrations()
    if not found:
        raise NotFound("no account is connected (or all are paused); connect one with `hullmark integrations add`")
    return found


def _scan_fleet(
    lake: Lake, settings: Settings, record: Record, ticket: Ticket, regions: Sequence[tuple[str, str]]
) -> list[str]:
    """Everything but the matching; returns the images that another engine had read before."""
    found = _discover(ticket, regions, record)
    _note_repositories(lake, settings, record, ticket, found)
    with reader(ticket, settings) as chosen_reader:
        scanned = Scan(lake, record, chosen_reader, settings.memory_mb).run(found)
    if not settings.limits.vex_bytes:
        withdraw_attested(lake, record.run, found, settings.memory_mb, off=True)
    return scanned


def _regions(integrations: Sequence[Integration]) -> list[tuple[str, str]]:
    return [(item.account_id, region) for item in integrations for region in item.regions]


def _discover(ticket: Ticket, regions: Sequence[tuple[str, str]], record: Record) -> list[Discovered]:
    progress().begin("Discover accounts", len(regions))
    return gather({discover_region.submit(ticket, *place, record.run.at): place for place in regions}, undiscovered)


def _note_repositories(lake: Lake, settings: Settings, record: Record, ticket: Ticket, found: Sequence[Discovered]) -> None:
    """Write how repositories are set up. New ones, and each once a day, are asked; a Region that does not answer waits."""
    described = all_described(item.described for item in found)
    due = due_repositories(lake, described, record.run.at, settings.memory_mb)
    if due:
        progress().begin("Ask how repositories are set up", len(due))
    asking = {ask_repositories.submit(ticket, *place, names): place for place, names in due.items()}
    note_repositories(
        lake, described, gather(asking, _unasked), scope(found)["registries"], record.run.at, settings.memory_mb
    )


def _unasked(place: tuple[str, str], failure: HullmarkError) -> Asked:
    progress().note(f"The repositories of account {place[0]} in {place[1]} were not asked how they are set up: {failure}")
    return Asked()
