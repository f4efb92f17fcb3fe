"""Match the whole lake against the current advisories."""

from collections.abc import Sequence

from prefect import task
from prefect.cache_policies import NO_CACHE

from hullmark.advisories.snapshot import FeedStore
from hullmark.fleet import findings
from hullmark.fleet.findings import Changes
from hullmark.fleet.run import Record
from hullmark.lake.store import Lake


@task(name="match-lake", cache_policy=NO_CACHE)
def match_lake(lake: Lake, record: Record, reread: Sequence[str], memory_mb: int, full: bool = False) -> Changes:
    """See `hullmark.fleet.findings.update_findings`; the record gets their number."""
    changes = findings.update_findings(lake, FeedStore(lake.feeds_root), record.run, reread, memory_mb, full)
    record.counts.findings = changes.findings
    return changes
