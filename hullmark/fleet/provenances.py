"""Provenance that lies with images in their registries: fetched once a digest, within a bound; what is not read is told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from hullmark.errors import InputError
from hullmark.formats.slsa import Provenance, read_provenance
from hullmark.model import Descriptor, Image, Skipped
from hullmark.sources.evidence import Statement, may_be_provenance
from hullmark.sources.registry import Registry

MOST = 32  # of an image, or of an index with all its platforms


@dataclass(frozen=True, slots=True)
class Told:
    """What a build says of itself: the digests of its evidence, of the blob in it, and of the image (or index) it lies with.

    `refusal` says in words why there is no `provenance`.
    """

    evidence: str
    statement: str
    subject: str
    provenance: Provenance | None
    refusal: str = ""


def fetch_provenance(
    registry: Registry, repository: str, found: Iterable[Image | Skipped], statements: Sequence[tuple[str, Statement]]
) -> tuple[Told, ...]:
    """The provenance in the evidence that was found; raises AccessError, Throttled and TransportError."""
    if not registry.limits.provenance_bytes:
        return ()
    subjects = {item.digest: item.subject for item in found if isinstance(item, Skipped)}
    wanted = [(owner, item) for owner, item in statements if may_be_provenance(item)]
    return tuple(_fetch(registry, repository, owner, subjects[owner], item) for owner, item in wanted[:MOST])


def with_unread(found: Iterable[Image | Skipped], told: Sequence[Told]) -> tuple[Image | Skipped, ...]:
    """What was found, where the detail of evidence says why its provenance is not read."""
    refusals = {item.evidence: item.refusal for item in told if item.refusal}
    return tuple(
        replace(item, detail=f"{item.detail}; its provenance is not read: {refusals[item.digest]}")
        if isinstance(item, Skipped) and item.digest in refusals
        else item
        for item in found
    )


def _fetch(registry: Registry, repository: str, owner: str, subject: str, statement: Statement) -> Told:
    descriptor = Descriptor(statement.media_type, statement.digest, statement.size)
    name = f"the provenance {statement.digest} of {repository}"
    try:
        data = registry.read_blob(repository, descriptor, registry.limits.provenance_bytes, name)
        return Told(owner, statement.digest, subject, read_provenance(data, subject))
    except InputError as refused:
        return Told(owner, statement.digest, subject, None, str(refused))
