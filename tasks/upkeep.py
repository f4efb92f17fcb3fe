"""Keep the lake small and quick."""

from prefect import task
from prefect.cache_policies import NO_CACHE

from hullmark.fleet.upkeep import forget_coverage
from hullmark.lake.store import Lake

KEEP_DAYS = 30  # how far back old states of the tables can be read


@task(name="compact-lake", cache_policy=NO_CACHE)
def compact_lake(lake: Lake, coverage_days: int) -> dict[str, int]:
    """Let old coverage go, merge small files and delete those of states older than KEEP_DAYS; the files of each table."""
    forget_coverage(lake, coverage_days)
    files = lake.compact()
    lake.vacuum(KEEP_DAYS)
    return files
