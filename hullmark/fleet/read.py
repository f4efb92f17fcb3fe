"""Resolve digests to their images, and read layers into the layer store: the only stages that touch a registry."""

from collections.abc import Callable, Container, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial

from hullmark.errors import AccessError, HullmarkError, NotFound, TransportError
from hullmark.fleet.evidence import Attested, fetch_evidence, with_refusals
from hullmark.fleet.outcome import Outcome, outcome_of_failure
from hullmark.fleet.plan import Location, Wanted
from hullmark.inventory import LayerObjects, read_layer
from hullmark.model import Image, Layer, Skipped, Status
from hullmark.settings import Limits
from hullmark.sources.classify import classify_tag
from hullmark.sources.evidence import Statement
from hullmark.sources.registry import Registry

RegistryAt = Callable[[Location], AbstractContextManager[Registry]]  # waits for its turn at that registry
PLACES = 8  # where a layer is looked for, at most


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a wanted digest turned out to be: images (one a platform) and what is not scanned.

    `statements` are those of the evidence among them: (its digest, a statement that it holds); `attested` is what was
    read of them, or why not.
    """

    wanted: Wanted
    found: tuple[Image | Skipped, ...]
    statements: tuple[tuple[str, Statement], ...] = ()
    attested: tuple[Attested, ...] = ()

    def statements_of(self, digest: str) -> tuple[Statement, ...]:
        """What a piece of evidence states."""
        return tuple(statement for owner, statement in self.statements if owner == digest)

    def attested_by(self, digest: str) -> tuple[Attested, ...]:
        """The VEX and provenance in a piece of evidence, as far as they are believed and could be read."""
        return tuple(item for item in self.attested if item.evidence == digest and item.content)


@dataclass(frozen=True, slots=True)
class WantedLayer:
    """A layer to read, once, however many images have it, and where it can be had."""

    layer: Layer
    locations: tuple[Location, ...]


@dataclass(frozen=True, slots=True)
class LayerOutcome:
    """What became of one layer in this run; its inventory is in the store when `outcome` says scanned or unchanged."""

    digest: str
    outcome: Outcome
    stored: int = 0  # bytes that came from the registry
    unpacked: int = 0  # bytes that they inflated to


def resolve(registry_at: RegistryAt, wanted: Wanted) -> Resolved:
    """Every platform of a wanted digest, from the first place that gives it; raises TransportError, worth a retry."""
    failure: HullmarkError | None = None
    for place in wanted.locations:
        try:
            with registry_at(place) as registry:
                listed = registry.images(place.repository, wanted.digest, "all")
                found = tuple(_with_subject(item, wanted) for item in listed)
                statements, attested = fetch_evidence(registry, place.repository, found)
                return Resolved(wanted, with_refusals(found, attested), statements, attested)
        except (AccessError, NotFound) as error:  # another place may still give it
            failure = failure or error
        except TransportError:
            raise
        except HullmarkError as error:
            return unresolved(wanted, error)
    return unresolved(wanted, failure or NotFound(f"{wanted.digest} lies in no repository; discover again"))


def _with_subject(item: Image | Skipped, wanted: Wanted) -> Image | Skipped:
    """What is no image, with the digest that its tag says it is about: cosign's older signatures say it nowhere else."""
    if isinstance(item, Image) or item.subject or item.digest != wanted.digest:
        return item
    verdicts = [classify_tag(tag) for place in wanted.locations for tag in place.tags]
    return replace(item, subject=next((verdict.subject for verdict in verdicts if verdict), ""))


def unresolved(wanted: Wanted, failure: HullmarkError) -> Resolved:
    """The answer for a digest that could not be resolved: one Skipped with status FAILED."""
    outcome, place = outcome_of_failure(failure), wanted.locations[0]
    name = f"{place.registry}/{place.repository}@{wanted.digest}"
    skipped = Skipped(name, wanted.digest, wanted.media_type, Status.FAILED, outcome.reason, outcome.detail)
    return Resolved(wanted, (skipped,))


def wanted_layers(
    resolved: Iterable[Resolved], objects: LayerObjects, seen: Container[str] = frozenset()
) -> tuple[list[WantedLayer], list[str]]:
    """(the layers that the store lacks, each once, largest first; those that it holds already, each once).

    Layers that this run has `seen` before are neither: one that failed is not asked for again.
    """
    layers: dict[str, WantedLayer] = {}
    for item in resolved:
        for image in item.found:
            for layer in image.layers if isinstance(image, Image) else ():
                if layer.digest in seen:
                    continue
                known = layers.get(layer.digest)
                places = known.locations if known else ()
                if len(places) < PLACES:
                    places = tuple(dict.fromkeys((*places, *item.wanted.locations)))[:PLACES]
                    layers[layer.digest] = WantedLayer(known.layer if known else layer, places)
    missing = objects.missing(list(layers))
    found = sorted((layers[digest] for digest in missing), key=lambda item: -item.layer.size)
    return found, [*(layers.keys() - set(missing))]


def read(registry_at: RegistryAt, wanted: WantedLayer, objects: LayerObjects, limits: Limits) -> LayerOutcome:
    """Read one layer and put its inventory into the store; raises TransportError, which is worth a retry.

    Only the digest is believed: what one image claims of size and diff ID may be wrong, and others have the layer too.
    """
    layer = replace(wanted.layer, diff_id="", size=-1)
    failure: HullmarkError = NotFound(f"layer {layer.digest} lies in no repository; discover again")
    for place in wanted.locations:
        try:
            with registry_at(place) as registry:
                reopen = partial(registry.open_blob, place.repository, layer.digest, layer.size)
                with reopen() as stream:
                    inventory = read_layer(stream, layer, limits, reopen)
        except (AccessError, NotFound) as error:  # another place may still give it
            failure = error
        except TransportError:
            raise
        except HullmarkError as error:
            return unread(wanted, error)
        else:
            objects.put(inventory)
            return LayerOutcome(layer.digest, Outcome(Status.SCANNED), inventory.size, inventory.unpacked)
    return unread(wanted, failure)


def unread(wanted: WantedLayer, failure: HullmarkError) -> LayerOutcome:
    """The outcome of a layer that could not be read."""
    return LayerOutcome(wanted.layer.digest, outcome_of_failure(failure))
