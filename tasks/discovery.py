"""List one Region of one account, and ask how its repositories are set up."""

from collections.abc import Sequence
from datetime import datetime

from prefect import task
from prefect.cache_policies import NO_CACHE

from hullmark.fleet import discovery, posture
from hullmark.fleet.discovery import Discovered
from hullmark.fleet.posture import Asked
from tasks.retries import NETWORK
from tasks.site import Ticket, site_of


@task(name="discover-region", task_run_name="discover {account} {region}", cache_policy=NO_CACHE, **NETWORK)
def discover_region(ticket: Ticket, account: str, region: str, now: datetime) -> Discovered:
    """See `hullmark.fleet.discovery.discover_region`."""
    return discovery.discover_region(site_of(ticket).access, account, region, now)


@task(name="ask-repositories", task_run_name="ask {account} {region}", cache_policy=NO_CACHE, **NETWORK)
def ask_repositories(ticket: Ticket, account: str, region: str, repositories: Sequence[str]) -> Asked:
    """See `hullmark.fleet.posture.ask_region`."""
    return posture.ask_region(site_of(ticket).access, account, region, repositories)
