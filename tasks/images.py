"""Resolve digests to their images, a batch at a time; what cannot be resolved is an answer too."""

from functools import partial

from prefect import task
from prefect.cache_policies import NO_CACHE

from hullmark.fleet import read
from hullmark.fleet.plan import Wanted
from hullmark.fleet.read import Resolved
from hullmark.fleet.room import resolve_within
from tasks.batch import Batch
from tasks.retries import answered
from tasks.site import Site, Ticket, site_of


@task(name="resolve-images", task_run_name="resolve {batch}", cache_policy=NO_CACHE)
def resolve_images(ticket: Ticket, batch: Batch[Wanted]) -> list[Resolved]:
    """See `hullmark.fleet.read.resolve`; one answer for each digest that there was room for."""
    site = site_of(ticket)
    return [*resolve_within(site.room, batch.items, partial(_resolve, site))]


def _resolve(site: Site, wanted: Wanted) -> Resolved:
    return answered(partial(read.resolve, site.access.registry, wanted), partial(read.unresolved, wanted))
