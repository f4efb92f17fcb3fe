"""Discover every connected account, read what no earlier run has read, publish it and match it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import pyarrow as pa
from prefect import flow
from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows.advisories import match_fresh
from flows.gather import gather
from hullmark.errors import NotFound
from hullmark.fleet.access import Access
from hullmark.fleet.answer import Stored, chunks, stored_layers
from hullmark.fleet.discovery import Discovered, list_found, undiscovered
from hullmark.fleet.kinship import Kinship, kinship
from hullmark.fleet.plan import Wanted, plan
from hullmark.fleet.read import Resolved, unread, unresolved, wanted_layers
from hullmark.fleet.run import Kind, Record, recorded
from hullmark.fleet.settle import count_layers, reread, settle
from hullmark.inventory import LayerObjects
from hullmark.lake.store import Lake
from hullmark.progress import progress
from hullmark.settings import Settings, read_settings
from hullmark.sources.ecr import Integration
from tasks import hub
from tasks.analysis import find_bases
from tasks.discovery import discover_region
from tasks.images import publish_images, resolve_image
from tasks.layers import read_layer

IMAGES_AT_ONCE = 200  # images assembled and committed together
REQUESTS_AT_ONCE = 16  # over all registries; one registry gets `registry_requests` of them
RUNNER: ThreadPoolTaskRunner[Any] = ThreadPoolTaskRunner(max_workers=REQUESTS_AT_ONCE)


@dataclass(frozen=True, slots=True)
class Scan:
    """One run of the flow with its tools."""

    lake: Lake
    settings: Settings
    record: Record
    access: Access


@flow(name="scan", task_runner=cast("TaskRunner[PrefectFuture[Any]]", RUNNER))
def scan(accounts: list[str] | None = None) -> str:
    """Scan all connected accounts that are not paused, or those named; returns the id of the run, whose row says the rest.

    Raises NotFound when no account is connected, LakeBusy when another run holds the lake, and TransportError when
    Prefect is not there.
    """
    settings = read_settings()
    lake = Lake(settings.lake)
    integrations = chosen(accounts)
    with lake.lock("scan run"), recorded(lake, Kind.SCAN) as record:
        with Access(integrations, settings, record.run.run) as access:
            scan_fleet(Scan(lake, settings, record, access))
        return record.run.run


def chosen(accounts: list[str] | None) -> Sequence[Integration]:
    """The integrations of these accounts, or all that are not paused; raises NotFound when there are none."""
    found = [hub.integration(account) for account in accounts] if accounts else hub.integrations()
    if not found:
        raise NotFound("no account is connected (or all are paused); connect one with `hullmark integrations add`")
    return found


def scan_fleet(work: Scan) -> None:
    """The stages of one run, in order."""
    lake, record, memory = work.lake, work.record, work.settings.memory_mb
    found = _discover(work)
    todo = plan(lake, list_found(found, record), record.run, memory)
    work.access.narrow(todo.wanted)
    resolved = _resolve(work, todo.wanted)
    stored = _read(work, resolved)
    kin = kinship(todo, resolved)
    written = _publish(work, resolved, stored, kin)
    record.counts.note(settle(lake, record.run, todo, kin, written, found, memory))
    progress().begin("Find base images", None)
    find_bases(lake, memory)
    match_fresh(lake, work.settings, record, reread(todo, written))


def _discover(work: Scan) -> list[Discovered]:
    regions = work.access.regions
    progress().begin("Discover accounts", len(regions))
    return gather({discover_region.submit(work.access, *place): place for place in regions}, undiscovered)


def _resolve(work: Scan, wanted: Sequence[Wanted]) -> list[Resolved]:
    progress().begin("Look at new images", len(wanted))
    resolved = gather({resolve_image.submit(work.access, item): item for item in wanted}, unresolved)
    return sorted(resolved, key=lambda item: item.wanted.digest)


def _read(work: Scan, resolved: Sequence[Resolved]) -> Stored:
    objects = LayerObjects(work.lake.layer_objects_root)
    missing, known = wanted_layers(resolved, objects)
    progress().begin("Read layers", len(missing))
    # What the store lacks is read, whatever Prefect remembers of an earlier store at the same place.
    reading = read_layer.with_options(refresh_cache=True)
    outcomes = gather({reading.submit(work.access, item, objects): item for item in missing}, unread)
    count_layers(work.record.counts, known, outcomes)
    return stored_layers(objects, outcomes)


def _publish(work: Scan, resolved: Sequence[Resolved], stored: Stored, kin: Kinship) -> list[pa.Table]:
    progress().begin("Publish", len(resolved))
    written: list[pa.Table] = []
    for chunk in chunks(resolved, IMAGES_AT_ONCE):
        written.append(publish_images(work.lake, list(chunk), stored, kin, work.record.run))
        progress().advance(len(chunk))
    return written
