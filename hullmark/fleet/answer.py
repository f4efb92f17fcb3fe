"""What each digest came to: inventories assembled from stored layers, one Answer a digest, whatever went wrong."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hullmark.errors import HullmarkError
from hullmark.fleet.outcome import Outcome, outcome_of, outcome_of_failure, worst
from hullmark.fleet.plan import Location, Wanted
from hullmark.fleet.read import LayerOutcome, Resolved, check_diff_ids
from hullmark.inventory import Inventory, LayerInventory, LayerObjects, assemble
from hullmark.model import Image, Skipped, Status


@dataclass(frozen=True, slots=True)
class Answer:
    """One digest in all its places; `inventory` is there when its status is scanned or partial and it is an image."""

    item: Image | Skipped
    locations: tuple[Location, ...]
    outcome: Outcome
    index_digest: str = ""
    inventory: Inventory | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What a run knows of layers: the store, and by digest those that could not be read."""

    objects: LayerObjects
    failures: Mapping[str, LayerOutcome]


Places = frozenset[tuple[str, str, str]]  # registry, repository, digest


def answers(resolved: Resolved, stored: Stored, tagged: Places) -> list[Answer]:
    """The answers for a wanted digest: itself, and for an index every child before it.

    `tagged` are the digests that have a tag of their own; there they answer for themselves, not as a child.
    """
    wanted = resolved.wanted
    found = [_answer(item, wanted, stored, tagged) for item in resolved.found]
    if any(answer.item.digest == wanted.digest for answer in found):
        return found
    outcome = worst([answer.outcome for answer in found])
    index = Skipped(wanted.digest, wanted.digest, wanted.media_type, outcome.status, outcome.reason, outcome.detail)
    return [*found, Answer(index, wanted.locations, outcome)]


def chunks(items: Sequence[Resolved], images: int) -> Iterator[Sequence[Resolved]]:
    """The items in pieces of about so many images, so that memory stays bounded whatever the size of the fleet."""
    piece: list[Resolved] = []
    count = 0
    for item in items:
        piece.append(item)
        count += len(item.found)
        if count >= images:
            yield piece
            piece, count = [], 0
    if piece:
        yield piece


def read_inventory(image: Image, stored: Stored) -> tuple[Outcome, Inventory | None]:
    """The inventory of an image whose layers are in the store, or why there is none."""
    for layer in image.layers:
        failure = stored.failures.get(layer.digest)
        if failure is not None:
            where = f"Layer {layer.index} of {len(image.layers)}: {failure.outcome.detail}"
            return Outcome(Status.FAILED, failure.outcome.reason, where), None
    try:
        layers: list[LayerInventory] = [stored.objects.get(layer.digest) for layer in image.layers]
        check_diff_ids(image, layers)
        inventory = assemble(image, layers)
    except HullmarkError as failed:
        return outcome_of_failure(failed), None
    return outcome_of(inventory), inventory


def _answer(item: Image | Skipped, wanted: Wanted, stored: Stored, tagged: Places) -> Answer:
    child = item.digest != wanted.digest
    places = tuple(
        place for place in wanted.locations if not child or (place.registry, place.repository, item.digest) not in tagged
    )
    index_digest = wanted.digest if child else ""
    if isinstance(item, Skipped):
        return Answer(item, places, Outcome(item.status, item.reason, item.detail), index_digest)
    outcome, inventory = read_inventory(item, stored)
    return Answer(item, places, outcome, index_digest, inventory)
