"""Where a task finds the accounts and the layer store of its run: made once a process, so that no credential travels.

A task gets a `Ticket`. In the process of the flow its site is there already; another one (a Dask worker) makes its own from
the integrations that Prefect keeps.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Lock

from hullmark.fleet.access import Access
from hullmark.inventory import LayerObjects
from hullmark.lake.store import Lake
from hullmark.settings import Settings, read_settings
from hullmark.sources.ecr import Integration
from tasks import hub


@dataclass(frozen=True, slots=True)
class Ticket:
    """Which run a task works for: nothing in it is secret. `lake` is where the run writes.

    `places` are the repositories (account, Region, name) that it reads from now on, None while it may list.
    """

    run: str
    accounts: tuple[str, ...]
    lake: str
    places: frozenset[tuple[str, str, str]] | None = None


@dataclass(slots=True)
class Site:
    """The ways into the accounts of one run, and the store of its layers; `places` is what its sessions are narrowed to."""

    access: Access
    objects: LayerObjects
    places: frozenset[tuple[str, str, str]] | None = None


_sites: dict[str, Site] = {}
_making = Lock()


@contextmanager
def open_site(integrations: Sequence[Integration], settings: Settings, run: str) -> Iterator[Ticket]:
    """The ticket of a run, whose site stands in this process while the block runs."""
    ticket = Ticket(run, tuple(item.account_id for item in integrations), settings.lake)
    with Access(integrations, settings, run) as access:
        _sites[run] = Site(access, LayerObjects(Lake(settings.lake).layer_objects_root))
        try:
            yield ticket
        finally:
            _sites.pop(run, None)


def site_of(ticket: Ticket) -> Site:
    """The site of a run in this process, its sessions narrowed as the ticket says.

    Tickets of other places come when nobody reads with the ones before. Raises NotFound when an account is not connected any
    more, and TransportError.
    """
    with _making:
        if ticket.run not in _sites:
            _leave_others()
            settings = replace(read_settings(), lake=ticket.lake)
            access = Access([hub.integration(account) for account in ticket.accounts], settings, ticket.run)
            _sites[ticket.run] = Site(access, LayerObjects(Lake(ticket.lake).layer_objects_root))
        site = _sites[ticket.run]
        if ticket.places is not None and site.places != ticket.places:
            site.access.narrow(ticket.places)
            site.places = ticket.places
        return site


def _leave_others() -> None:
    """A worker process outlives its runs: sessions of earlier ones are closed."""
    for run in list(_sites):
        _sites.pop(run).access.close()
