"""What the tables say together, brought up to date."""

from prefect import task
from prefect.cache_policies import NO_CACHE

from hullmark.analysis import bases
from hullmark.compliance.evaluate import evaluate
from hullmark.compliance.load import read_policy
from hullmark.fleet.run import Run
from hullmark.lake.store import Lake
from hullmark.settings import Settings


@task(name="find-bases", cache_policy=NO_CACHE)
def find_bases(lake: Lake, memory_mb: int) -> int:
    """See `hullmark.analysis.bases.update_bases`."""
    return bases.update_bases(lake, memory_mb=memory_mb)


@task(name="evaluate-rules", cache_policy=NO_CACHE)
def evaluate_rules(lake: Lake, run: Run, settings: Settings) -> int:
    """See `hullmark.compliance.evaluate.evaluate`."""
    return evaluate(lake, read_policy(settings.policy), run.run, run.at, settings.memory_mb)
