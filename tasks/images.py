"""Resolve a digest to its images; publish what images came to, validated with Great Expectations."""

import pyarrow as pa
from prefect import task
from prefect.cache_policies import NO_CACHE

from hullmark.fleet import answer, publish, read
from hullmark.fleet.access import Access
from hullmark.fleet.answer import Stored
from hullmark.fleet.kinship import Kinship
from hullmark.fleet.plan import Wanted
from hullmark.fleet.read import Resolved
from hullmark.fleet.run import Run
from hullmark.lake.store import Lake
from tasks.retries import NETWORK


@task(name="resolve-image", cache_policy=NO_CACHE, **NETWORK)
def resolve_image(access: Access, wanted: Wanted) -> Resolved:
    """See `hullmark.fleet.read.resolve`."""
    return read.resolve(access.registry, wanted)


@task(name="publish-images", cache_policy=NO_CACHE)
def publish_images(lake: Lake, chunk: list[Resolved], stored: Stored, kin: Kinship, run: Run) -> pa.Table:
    """Assemble, validate and write one chunk; returns its coverage rows (see `hullmark.fleet.publish`)."""
    answers = [item for resolved in chunk for item in answer.answers(resolved, stored, kin)]
    return publish.publish(lake, answers, run)
