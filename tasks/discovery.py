"""List one Region of one account."""

from prefect import task
from prefect.cache_policies import NO_CACHE

from hullmark.fleet import discovery
from hullmark.fleet.access import Access
from hullmark.fleet.discovery import Discovered
from tasks.retries import NETWORK


@task(name="discover-region", task_run_name="discover {account} {region}", cache_policy=NO_CACHE, **NETWORK)
def discover_region(access: Access, account: str, region: str) -> Discovered:
    """See `hullmark.fleet.discovery.discover_region`."""
    return discovery.discover_region(access, account, region)
