"""Discover every connected account, read what no earlier run has read, publish it and match it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import pyarrow as pa
from prefect import flow
from prefect.futures import PrefectFuture, as_completed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows.advisories import refresh_if_old
from hullmark.errors import HullmarkError, NotFound
from hullmark.fleet.access import Access
from hullmark.fleet.answer import Places, Stored, chunks
from hullmark.fleet.discovery import Discovered, undiscovered
from hullmark.fleet.listing import listing_table
from hullmark.fleet.plan import Plan, leftover, plan
from hullmark.fleet.publish import keep_carried, mark_gone
from hullmark.fleet.read import LayerOutcome, Resolved, unread, unresolved, wanted_layers
from hullmark.fleet.run import Counts, Kind, Run, new_run, record
from hullmark.inventory import LayerObjects
from hullmark.lake.store import Lake
from hullmark.model import Status
from hullmark.progress import progress
from hullmark.settings import Settings, read_settings
from hullmark.sources.ecr import Integration
from tasks import hub
from tasks.discovery import discover_region
from tasks.images import publish_images, resolve_image
from tasks.layers import read_layer
from tasks.matching import match_lake

T = TypeVar("T")
IMAGES_AT_ONCE = 200  # images assembled and committed together


@dataclass(slots=True)
class Scan:
    """One run of the flow: its tools, what it counted and what it could not do."""

    lake: Lake
    settings: Settings
    run: Run
    access: Access
    counts: Counts = field(default_factory=Counts)
    gaps: list[str] = field(default_factory=list)


RUNNER: ThreadPoolTaskRunner[Any] = ThreadPoolTaskRunner(max_workers=16)


@flow(name="scan", task_runner=cast("TaskRunner[PrefectFuture[Any]]", RUNNER))
def scan(accounts: list[str] | None = None) -> str:
    """Scan all connected accounts that are not paused, or those named; returns the id of the run, whose row says the rest.

    Raises NotFound when no account is connected, LakeBusy when another run holds the lake, and TransportError when
    Prefect is not there.
    """
    settings = read_settings()
    lake = Lake(settings.lake)
    integrations = chosen(accounts)
    with lake.lock("scan run"):
        run = new_run(Kind.SCAN)
        with Access(integrations, settings, run.run) as access:
            return scan_fleet(Scan(lake, settings, run, access))


def chosen(accounts: list[str] | None) -> Sequence[Integration]:
    """The integrations of these accounts, or all that are not paused; raises NotFound when there are none."""
    if accounts:
        return [hub.integration(account) for account in accounts]
    found = hub.integrations()
    if not found:
        raise NotFound("no account is connected (or all are paused); connect one with `hullmark integrations add`")
    return found


def scan_fleet(work: Scan) -> str:
    """The stages of one run, in order; a run that fails leaves its row saying so."""
    record(work.lake, work.run, work.counts, "running")
    try:
        _scan(work)
    except BaseException as failure:
        reason = str(failure) if isinstance(failure, HullmarkError) else type(failure).__name__
        record(work.lake, work.run, work.counts, "failed", reason)
        raise
    record(work.lake, work.run, work.counts, "incomplete" if work.gaps else "completed", " ".join(work.gaps))
    return work.run.run


def _scan(work: Scan) -> None:
    found = _discover(work)
    listing = listing_table(item for region in found for item in region.listings)
    todo = plan(work.lake.connect(work.settings.memory_mb), listing, work.run)
    resolved = _resolve(work, todo)
    stored = _read(work, resolved)
    published = _publish(work, todo, resolved, stored, listing)
    mark_gone(work.lake, work.run, found, work.settings.memory_mb)
    _count(work, found, published)
    work.gaps += refresh_if_old(work.lake, work.settings)
    progress().begin("Match with advisories", None)
    reread = published.column("digest").unique().to_pylist() if todo.wanted else []
    work.counts.findings = match_lake(work.lake, work.run, reread, work.settings.memory_mb).findings


def _discover(work: Scan) -> list[Discovered]:
    regions = [(item.account_id, region) for item in work.access.integrations.values() for region in item.regions]
    progress().begin("Discover accounts", len(regions))
    futures = {discover_region.submit(work.access, *place): place for place in regions}
    found: list[Discovered] = []
    for future in _done(futures):
        try:
            found.append(future.result())
        except HullmarkError as failure:
            found.append(undiscovered(*futures[future], failure))
    work.gaps += [gap for item in found for gap in item.gaps]
    work.counts.accounts = len(work.access.integrations)
    return sorted(found, key=lambda item: (item.account, item.region))


def _resolve(work: Scan, todo: Plan) -> list[Resolved]:
    progress().begin("Look at new images", len(todo.wanted))
    futures = {resolve_image.submit(work.access, wanted): wanted for wanted in todo.wanted}
    resolved: list[Resolved] = []
    for future in _done(futures):
        try:
            resolved.append(future.result())
        except HullmarkError as failure:
            resolved.append(unresolved(futures[future], failure))
    return sorted(resolved, key=lambda item: item.wanted.digest)


def _read(work: Scan, resolved: list[Resolved]) -> Stored:
    objects = LayerObjects(work.lake.layer_objects_root)
    missing, work.counts.layers_known = wanted_layers(resolved, objects)
    progress().begin("Read layers", len(missing))
    failures: dict[str, LayerOutcome] = {}
    # What the store lacks is read, whatever Prefect remembers of an earlier store at the same place.
    reading = read_layer.with_options(refresh_cache=True)
    futures = {reading.submit(work.access, wanted, objects): wanted for wanted in missing}
    for future in _done(futures):
        try:
            outcome = future.result()
        except HullmarkError as failure:
            outcome = unread(futures[future], failure)
        if outcome.outcome.status is Status.FAILED:
            failures[outcome.digest] = outcome
        else:
            work.counts.layers_read += 1
            work.counts.bytes_read += outcome.stored
    return Stored(objects, failures)


def _publish(work: Scan, todo: Plan, resolved: list[Resolved], stored: Stored, listing: pa.Table) -> pa.Table:
    """Write the coverage of every listed digest; returns the rows of what was answered in this run."""
    progress().begin("Publish", len(resolved))
    tagged = _tagged(listing)
    written = [todo.carried.slice(0, 0)]
    for chunk in chunks(resolved, IMAGES_AT_ONCE):
        written.append(publish_images(work.lake, list(chunk), stored, tagged, work.run))
        progress().advance(len(chunk))
    keep_carried(work.lake, todo.carried, work.run, work.settings.memory_mb)
    answered = pa.concat_tables(written)
    everything = pa.concat_tables([answered, todo.carried])
    rest = leftover(work.lake.connect(work.settings.memory_mb), listing, everything, work.run)
    work.lake.commit("coverage", rest)
    statuses = everything.column("status").value_counts().to_pylist()
    counts = {row["values"]: row["counts"] for row in statuses}
    work.counts.images_unchanged = counts.get("unchanged", 0)
    work.counts.images_failed = counts.get("failed", 0)
    return answered


def _count(work: Scan, found: list[Discovered], published: pa.Table) -> None:
    counts = work.counts
    counts.repositories = sum(len(item.repositories) for item in found)
    counts.digests = sum(len(item.listings) for item in found)
    scanned = [row["status"] in ("scanned", "partial") for row in published.select(["status"]).to_pylist()]
    counts.images_scanned = sum(scanned)


def _tagged(listing: pa.Table) -> Places:
    rows = listing.select(["registry", "repository", "digest", "tags"]).to_pylist()
    return frozenset((row["registry"], row["repository"], row["digest"]) for row in rows if row["tags"])


def _done(futures: Iterable[PrefectFuture[T]]) -> Iterable[PrefectFuture[T]]:
    """The futures as they end, each one a step of the stage."""
    for future in as_completed(list(futures)):
        progress().advance()
        yield future
