"""Ask what the tables say together."""

from datetime import UTC, datetime

from prefect import task
from prefect.cache_policies import NO_CACHE

from hullmark.fleet.run import Record
from hullmark.lake.store import Lake
from hullmark.progress import progress
from hullmark.quality.relate import relate


@task(name="relate-tables", cache_policy=NO_CACHE)
def relate_tables(lake: Lake, record: Record, memory_mb: int) -> None:
    """What does not hold is a gap of the run; what is only odd is told."""
    for broken in relate(lake, record.run.run, record.counts.digests, datetime.now(UTC), memory_mb):
        if broken.level == "error":
            record.gaps.append(str(broken))
        else:
            progress().note(str(broken))
