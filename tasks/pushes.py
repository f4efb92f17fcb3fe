"""Take messages from a queue of push events, list what they name, and delete them when that is scanned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from prefect import task
from prefect.cache_policies import NO_CACHE

from hullmark.errors import CorruptData
from hullmark.fleet.discovery import Discovered
from hullmark.fleet.listing import listing_table
from hullmark.progress import progress
from hullmark.sources.ecr.login import registry_login
from hullmark.sources.ecr.push_events import Message, Push, delete, describe, parse_push, receive
from tasks.retries import NETWORK
from tasks.site import Ticket, site_of


@dataclass(frozen=True, slots=True)
class Queue:
    """The queue of push events of an account in a Region."""

    account: str
    region: str
    url: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """Messages of one queue and what they name that can be scanned; `handled` may be deleted when it is."""

    queue: Queue
    handled: tuple[Message, ...]
    pushes: tuple[Push, ...]


@task(name="receive-pushes", task_run_name="receive {queue.account} {queue.region}", cache_policy=NO_CACHE, **NETWORK)
def receive_pushes(ticket: Ticket, queue: Queue, wait_seconds: int) -> Arrived:
    """Messages that came in time. One that is no event stays, and goes to the queue of dead letters in the end."""
    session = site_of(ticket).access.session(queue.account)
    handled: list[Message] = []
    pushes: list[Push] = []
    for message in receive(session, queue.region, queue.url, wait_seconds):
        try:
            push = parse_push(message.body)
        except CorruptData as error:
            progress().note(f"Account {queue.account} in {queue.region}: {error}.")
            continue
        handled.append(message)
        if push is not None and push.account in {"", queue.account} and push.region == queue.region:
            pushes.append(push)
    return Arrived(queue, tuple(handled), tuple(pushes))


@task(name="list-pushed", cache_policy=NO_CACHE, **NETWORK)
def list_pushed(ticket: Ticket, arrived: Arrived, now: datetime) -> Discovered:
    """What ECR lists of the pushed digests; children of an index, without tag and subject, come with their index."""
    queue, access = arrived.queue, site_of(ticket).access
    session, filters = access.session(queue.account), access.integrations[queue.account].filters
    host = registry_login(session, queue.region).host
    listings = [item for item in describe(session, arrived.pushes, host) if item.tags or item.subject]
    return Discovered(queue.account, queue.region, host, listing_table(listings, filters, now), whole=False)


@task(name="delete-pushes", cache_policy=NO_CACHE, **NETWORK)
def delete_pushes(ticket: Ticket, arrived: Sequence[Arrived]) -> None:
    """Delete what was handled."""
    for item in arrived:
        delete(site_of(ticket).access.session(item.queue.account), item.queue.region, item.queue.url, item.handled)
