"""Read one layer, cached by its digest and the engine version."""

import hashlib

from prefect import task
from prefect.cache_policies import CacheKeyFnPolicy
from prefect.context import TaskRunContext

from hullmark.fleet import read
from hullmark.fleet.access import Access
from hullmark.fleet.read import LayerOutcome, WantedLayer
from hullmark.inventory import LayerObjects, engine
from tasks.retries import NETWORK


def layer_key(context: TaskRunContext, parameters: dict[str, object]) -> str:
    """Digest, engine and lake: what a layer holds depends on nothing else, and another lake knows nothing of it.

    Plain characters only, since the key names a file where results lie in a folder.
    """
    wanted, access = parameters["wanted"], parameters["access"]
    if not isinstance(wanted, WantedLayer) or not isinstance(access, Access):
        raise TypeError("read_layer was called with other parameters than its own")
    lake = hashlib.sha256(access.settings.lake.encode()).hexdigest()[:12]
    return f"layer-{wanted.layer.digest.replace(':', '-')}-{engine()}-{lake}"


@task(name="read-layer", cache_policy=CacheKeyFnPolicy(cache_key_fn=layer_key), persist_result=True, **NETWORK)
def read_layer(access: Access, wanted: WantedLayer, objects: LayerObjects) -> LayerOutcome:
    """See `hullmark.fleet.read.read`; a cached outcome holds only while the store holds the layer (see `flows.scan`)."""
    with access.reading:
        return read.read(access.registry, wanted, objects, access.settings.limits)
