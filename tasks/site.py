"""Where a task finds the accounts and the layer store of its run: made once a process, so that no credential travels.

A task gets a `Ticket`. In the process of the flow its site is there already; another one (a Dask worker) makes its own from
the integrations that Prefect keeps.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Lock

from hullmark.fleet.access import Access
from hullmark.fleet.room import Room
from hullmark.inventory import LayerObjects
from hullmark.lake.store import Lake
from hullmark.settings import MIB, Settings, read_settings
from hullmark.sources.ecr import Integration
from tasks import hub
from tasks.watch import Watch, leave


@dataclass(frozen=True, slots=True)
class Ticket:
    """Which run a task works for: nothing in it is secret. `lake` is where the run writes.

    `paused` accounts were so when the run began. `places` are the repositories (account, Region, name) that it reads from
    now on, None while it may list. With each `part` of the scan there is room anew for what is resolved.
    """

    run: str
    accounts: tuple[str, ...]
    lake: str
    paused: frozenset[str] = frozenset()
    places: frozenset[tuple[str, str, str]] | None = None
    part: int = 0


@dataclass(slots=True)
class Site:
    """The ways into the accounts of one run, and the store of its layers; `places` is what its sessions are narrowed to.

    `room` is what this process may hold of the `part` that is resolved.
    """

    access: Access
    objects: LayerObjects
    watch: Watch
    room: Room
    part: int = 0
    places: frozenset[tuple[str, str, str]] | None = None

    def close(self) -> None:
        """Look no more, and forget every session."""
        self.watch.close()
        self.access.close()


_sites: dict[str, Site] = {}
_making = Lock()


@contextmanager
def open_site(
    integrations: Sequence[Integration], settings: Settings, run: str, paused: frozenset[str] = frozenset()
) -> Iterator[Ticket]:
    """The ticket of a run, whose site stands in this process while the block runs."""
    ticket = Ticket(run, tuple(item.account_id for item in integrations), settings.lake, paused)
    with _standing(ticket, _site(integrations, settings, ticket)):
        yield ticket


@contextmanager
def join_site(ticket: Ticket, settings: Settings) -> Iterator[None]:
    """The site of a run that another process began, in this one while the block runs; raises TransportError."""
    with _standing(ticket, _joined(ticket, settings)):
        yield


def site_of(ticket: Ticket) -> Site:
    """The site of a run in this process, its sessions narrowed as the ticket says; raises TransportError.

    Tickets of other places come when nobody reads with the ones before.
    """
    with _making:
        if ticket.run not in _sites:
            _leave_others()
            _sites[ticket.run] = _joined(ticket, replace(read_settings(), lake=ticket.lake))
        site = _sites[ticket.run]
        if ticket.places is not None and site.places != ticket.places:
            site.access.narrow(ticket.places)
            site.places = ticket.places
        if site.part != ticket.part:
            site.room, site.part = _room(site.access.settings), ticket.part
        return site


def _leave_others() -> None:
    """A worker process outlives its runs: sessions of earlier ones are closed."""
    for run in list(_sites):
        _sites.pop(run).close()


@contextmanager
def _standing(ticket: Ticket, site: Site) -> Iterator[None]:
    _sites[ticket.run] = site
    try:
        yield
    finally:
        _sites.pop(ticket.run).close()


def _joined(ticket: Ticket, settings: Settings) -> Site:
    """A site of the accounts that are still connected; the others are left from the start."""
    site = _site(hub.known(ticket.accounts), settings, ticket)
    leave(site.access, hub.left(ticket.accounts, ticket.paused).items())
    return site


def _site(integrations: Sequence[Integration], settings: Settings, ticket: Ticket) -> Site:
    access = Access(integrations, settings, ticket.run)
    objects = LayerObjects(Lake(ticket.lake).layer_objects_root)
    return Site(access, objects, Watch(access, ticket.paused), _room(settings), ticket.part)


def _room(settings: Settings) -> Room:
    """What this process may hold; where several resolve, each has its share, since the flow's process gathers it all."""
    return Room(settings.part_mb * MIB // (1 if settings.pool == "threads" else settings.pool_size))
