"""Resolve digests to their images, a batch at a time; what cannot be resolved is an answer too."""

from functools import partial

from prefect import task
from prefect.cache_policies import NO_CACHE

from hullmark.fleet import read
from hullmark.fleet.plan import Wanted
from hullmark.fleet.read import Resolved
from tasks.batch import Batch
from tasks.retries import answered
from tasks.site import Ticket, site_of


@task(name="resolve-images", task_run_name="resolve {batch}", cache_policy=NO_CACHE)
def resolve_images(ticket: Ticket, batch: Batch[Wanted]) -> list[Resolved]:
    """See `hullmark.fleet.read.resolve`; one answer for each digest."""
    registry = site_of(ticket).access.registry
    return [answered(partial(read.resolve, registry, item), partial(read.unresolved, item)) for item in batch.items]
