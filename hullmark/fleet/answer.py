"""What each digest came to: inventories assembled from stored layers, one Answer a digest, whatever went wrong."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hullmark.errors import HullmarkError, LakeError, LimitExceeded
from hullmark.fleet.evidence import Attested
from hullmark.fleet.kinship import Kinship, inner_indexes
from hullmark.fleet.outcome import Outcome, outcome_of, outcome_of_failure, worst
from hullmark.fleet.plan import Location, Wanted
from hullmark.fleet.read import LayerOutcome, Resolved
from hullmark.inventory import Inventory, LayerObjects, check_layers, inventory_of, stack
from hullmark.inventory.room import Room
from hullmark.model import Image, Reason, Skipped, Status
from hullmark.settings import Limits
from hullmark.sources.evidence import Statement

INDEX = "application/vnd.oci.image.index.v1+json"  # of an index whose own type nobody stated


@dataclass(frozen=True, slots=True)
class Answer:
    """One digest in all its places; `inventory` is there when its status is scanned or partial and it is an image.

    `statements` are there when it is evidence about another digest, `attested` when that holds VEX or provenance.
    """

    item: Image | Skipped
    locations: tuple[Location, ...]
    outcome: Outcome
    inventory: Inventory | None = None
    statements: tuple[Statement, ...] = ()
    attested: tuple[Attested, ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """What a run knows of layers: the store, and by digest those that could not be read."""

    objects: LayerObjects
    failures: Mapping[str, LayerOutcome]
    image_bytes: int  # of memory, for what the layers of one image hold


def stored_layers(objects: LayerObjects, outcomes: Iterable[LayerOutcome], limits: Limits = Limits()) -> Stored:  # noqa: B008  # frozen
    """The store beside what could not be put into it."""
    failures = {item.digest: item for item in outcomes if item.outcome.status is Status.FAILED}
    return Stored(objects, failures, limits.image_bytes)


def answers(resolved: Resolved, stored: Stored, kin: Kinship) -> list[Answer]:
    """The answers for a wanted digest: itself, and for an index every child that it answers for before it."""
    wanted = resolved.wanted
    read = [(item, *_read(item, stored)) for item in resolved.found]
    for item, outcome, inventory in read:
        if item.digest == wanted.digest:
            return [_answer(resolved, item, _places(wanted, kin), outcome, inventory)]
    found = [
        _answer(resolved, item, _child(item.digest, wanted, kin), outcome, inventory) for item, outcome, inventory in read
    ]
    for digest in inner_indexes(resolved):
        inside = worst([outcome for item, outcome, _ in read if isinstance(item, Image) and item.index_digest == digest])
        found.append(Answer(_index(digest, "", inside), _child(digest, wanted, kin), inside))
    whole = worst([outcome for _, outcome, _ in read])
    index = Answer(_index(wanted.digest, wanted.media_type, whole), _places(wanted, kin), whole)
    return [*(answer for answer in found if answer.locations), index]


def chunks(items: Sequence[Resolved], images: int) -> Iterator[list[Resolved]]:
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
            where = f"Layer {layer.index + 1} of {len(image.layers)}: {failure.outcome.detail}"
            return Outcome(Status.FAILED, failure.outcome.reason, where), None
    room = Room(stored.image_bytes, "this image")
    try:
        layers = [room.take(stored.objects.get(layer.digest)) for layer in image.layers]
    except LimitExceeded as failed:
        return outcome_of_failure(failed), None
    except LakeError as damaged:  # it is removed, and read again by the next run
        return Outcome(Status.FAILED, Reason.TRANSPORT, str(damaged)), None
    try:
        check_layers(image, layers)
        found = stack(image, layers)
    except HullmarkError as failed:
        return outcome_of_failure(failed), None
    return outcome_of(found), inventory_of(found, image.digest, [layer.digest for layer in layers])


def _read(item: Image | Skipped, stored: Stored) -> tuple[Outcome, Inventory | None]:
    if isinstance(item, Skipped):
        return Outcome(item.status, item.reason, item.detail), None
    return read_inventory(item, stored)


def _answer(
    resolved: Resolved, item: Image | Skipped, places: tuple[Location, ...], outcome: Outcome, inventory: Inventory | None
) -> Answer:
    digest = item.digest
    return Answer(item, places, outcome, inventory, resolved.statements_of(digest), resolved.attested_by(digest))


def _places(wanted: Wanted, kin: Kinship) -> tuple[Location, ...]:
    """The places of a digest that has tags of its own, with the indexes that name it there all the same."""
    return tuple(
        replace(place, index_digest=named.index_digest)
        if (named := kin.named.get((place.registry, place.repository, wanted.digest)))
        else place
        for place in wanted.locations
    )


def _child(digest: str, wanted: Wanted, kin: Kinship) -> tuple[Location, ...]:
    """The places where the wanted index answers for a child, with what names the child there."""
    return tuple(
        replace(place, tags=named.all_tags, index_digest=named.index_digest)
        for place in wanted.locations
        if (named := kin.answered_by(wanted.digest, place, digest))
    )


def _index(digest: str, media_type: str, outcome: Outcome) -> Skipped:
    return Skipped(digest, digest, media_type or INDEX, outcome.status, outcome.reason, outcome.detail)
