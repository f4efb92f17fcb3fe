"""Keep the lake small and quick."""

from prefect import task
from prefect.cache_policies import NO_CACHE

from hullmark.fleet.upkeep import forget_coverage, forget_silent
from hullmark.lake.store import Lake

KEEP_DAYS = 30  # how far back old states of the tables can be read


@task(name="compact-lake", cache_policy=NO_CACHE)
def compact_lake(lake: Lake, coverage_days: int) -> dict[str, int]:
    """Let go what nothing hangs on, merge small files, delete those older than KEEP_DAYS; the files of each table."""
    forget_coverage(lake, coverage_days)
    forget_silent(lake)
    files = lake.compact()
    lake.vacuum(KEEP_DAYS)
    return files
