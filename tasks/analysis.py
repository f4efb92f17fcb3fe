"""What the tables say together, brought up to date."""

from prefect import task
from prefect.cache_policies import NO_CACHE

from hullmark.analysis import bases
from hullmark.lake.store import Lake


@task(name="find-bases", cache_policy=NO_CACHE)
def find_bases(lake: Lake, memory_mb: int) -> int:
    """See `hullmark.analysis.bases.update_bases`."""
    return bases.update_bases(lake, memory_mb=memory_mb)
