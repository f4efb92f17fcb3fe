"""Resolve a digest to its images, and read a layer into the layer store: the only stages that touch a registry."""

from dataclasses import dataclass
from functools import partial

from hullmark.errors import HullmarkError, IntegrityError
from hullmark.fleet.outcome import reason_of
from hullmark.fleet.plan import Wanted
from hullmark.inventory import LayerObjects, read_layer
from hullmark.model import Image, Layer, Reason, Skipped, Status
from hullmark.settings import Limits
from hullmark.sources.registry import Registry


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a wanted digest turned out to be: images (one a platform) and what is not scanned."""

    wanted: Wanted
    found: tuple[Image | Skipped, ...]


@dataclass(frozen=True, slots=True)
class LayerOutcome:
    """What became of one layer in this run; `reason` is NONE when its inventory is in the store."""

    digest: str
    reason: Reason = Reason.NONE
    detail: str = ""
    stored: int = 0  # bytes that came from the registry
    unpacked: int = 0


def resolve(registry: Registry, wanted: Wanted) -> Resolved:
    """Every platform of a wanted digest; a failure of this one digest becomes a Skipped with status FAILED."""
    place = wanted.locations[0]
    try:
        return Resolved(wanted, tuple(registry.images(place.repository, wanted.digest, "all")))
    except HullmarkError as failure:
        reason = reason_of(failure)
        name = f"{place.registry}/{place.repository}@{wanted.digest}"
        return Resolved(wanted, (Skipped(name, wanted.digest, "", Status.FAILED, reason, str(failure)),))


def read(registry: Registry, repository: str, layer: Layer, objects: LayerObjects, limits: Limits) -> LayerOutcome:
    """Read one layer and put its inventory into the store, unless it is there; TransportError is left to the caller's retries."""
    if objects.missing([layer.digest]) == []:
        return LayerOutcome(layer.digest)
    reopen = partial(registry.open_blob, repository, layer.digest, layer.size)
    with reopen() as stream:
        inventory = read_layer(stream, layer, limits, reopen)
    objects.put(inventory)
    return LayerOutcome(layer.digest, stored=inventory.size, unpacked=inventory.unpacked)


def failed(layer: Layer, failure: HullmarkError) -> LayerOutcome:
    """The outcome of a layer that could not be read."""
    return LayerOutcome(layer.digest, reason_of(failure), str(failure))


def check_diff_ids(image: Image, computed: dict[str, str]) -> None:
    """Raise IntegrityError when the config claims another diff ID than the layer has, so that no image borrows an inventory."""
    for layer in image.layers:
        if layer.diff_id != computed[layer.digest]:
            raise IntegrityError(
                f"Layer {layer.index} of {image.reference} unpacks to {computed[layer.digest]}, but the image config says "
                f"{layer.diff_id}; rebuild and push the image again."
            )
