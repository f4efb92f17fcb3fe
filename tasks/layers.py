"""Read layers into the layer store, a batch at a time; what cannot be read is an answer too."""

from functools import partial

from prefect import task
from prefect.cache_policies import NO_CACHE

from hullmark.fleet import read
from hullmark.fleet.read import LayerOutcome, WantedLayer
from tasks.batch import Batch
from tasks.retries import answered
from tasks.site import Site, Ticket, site_of


@task(name="read-layers", task_run_name="read {batch}", cache_policy=NO_CACHE)
def read_layers(ticket: Ticket, batch: Batch[WantedLayer]) -> list[LayerOutcome]:
    """See `hullmark.fleet.read.read`; the store is the cache (decision 0005), so that a batch may run again unharmed."""
    site = site_of(ticket)
    return [answered(partial(_read, site, item), partial(read.unread, item)) for item in batch.items]


def _read(site: Site, wanted: WantedLayer) -> LayerOutcome:
    with site.access.reading:
        return read.read(site.access.registry, wanted, site.objects, site.access.settings.limits)
