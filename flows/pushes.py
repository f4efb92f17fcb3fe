"""Scan what was just pushed: drain the queues of push events, again and again for a minute; the hourly scan reconciles.

A message is deleted when its image is published. A run that dies leaves its messages to the next one, which knows what was
read already.
"""

import time
from collections.abc import Sequence
from typing import Any, cast

from prefect import flow
from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner

from flows.advisories import match_fresh
from flows.gather import gather
from flows.pools import reader, threads
from hullmark.errors import HullmarkError, LakeBusy
from hullmark.fleet.discovery import undiscovered
from hullmark.fleet.run import Kind, new_run, recorded
from hullmark.fleet.scan import Scan
from hullmark.lake.store import Lake
from hullmark.progress import progress
from hullmark.settings import Settings, read_settings
from hullmark.sources.ecr import Integration
from hullmark.sources.ecr.push_events import LONGEST_WAIT
from tasks import hub
from tasks.analysis import find_bases
from tasks.pushes import Arrived, Queue, delete_pushes, list_pushed, receive_pushes
from tasks.site import Ticket, open_site

LOCK_SECONDS = 60.0  # how long messages that were received wait for the lake


@flow(name="pushes", task_runner=cast("TaskRunner[PrefectFuture[Any]]", threads()))
def pushes(seconds: int = 50) -> list[str]:
    """Scan what is pushed within so many seconds; returns the ids of the runs, one for each time that something came.

    Raises what `scan` raises, but for LakeBusy: while a scan holds the lake, messages wait in their queues.
    """
    settings = read_settings()
    runs: list[str] = []
    deadline = time.monotonic() + seconds
    while True:
        integrations = hub.integrations()  # each time, since accounts may go
        queues = [Queue(item.account_id, region, url) for item in integrations for region, url in item.queues.items()]
        if not queues:
            break
        left = deadline - time.monotonic()
        run = _drain(settings, integrations, queues, max(0, min(LONGEST_WAIT, int(left))))
        runs += [run] if run else []
        if left <= 0:
            break
    return runs


def _drain(settings: Settings, integrations: Sequence[Integration], queues: Sequence[Queue], wait_seconds: int) -> str:
    """Scan what is in the queues, or comes in time; the id of the run, "" when there was nothing or the lake is held."""
    lake = Lake(settings.lake)
    try:
        with lake.lock("a look at its lock", wait_seconds):
            pass  # a message that is received and not handled comes back only after a while, and not for ever
        with open_site(integrations, settings, new_run(Kind.PUSH).run) as ticket:
            waiting = {receive_pushes.submit(ticket, queue, wait_seconds): queue for queue in queues}
            arrived = [item for item in gather(waiting, _unheard) if item.handled]
            run = _scan(lake, settings, ticket, [item for item in arrived if item.pushes])
            delete_pushes(ticket, arrived)
            return run
    except LakeBusy as busy:
        progress().note(f"Pushed images wait: {busy}.")
        return ""


def _unheard(queue: Queue, failure: HullmarkError) -> Arrived:
    progress().note(str(failure))
    return Arrived(queue, (), ())


def _scan(lake: Lake, settings: Settings, ticket: Ticket, arrived: Sequence[Arrived]) -> str:
    if not arrived:
        return ""
    with lake.lock("scan of pushes", LOCK_SECONDS), recorded(lake, Kind.PUSH) as record:
        listing = {
            list_pushed.submit(ticket, item, record.run.at): (item.queue.account, item.queue.region) for item in arrived
        }
        found = gather(listing, undiscovered)
        with reader(ticket, settings) as chosen:
            scanned = Scan(lake, record, chosen, settings.memory_mb).run(found)
        find_bases(lake, settings.memory_mb)
        match_fresh(lake, settings, record, scanned)
        return record.run.run
