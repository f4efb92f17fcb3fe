"""VEX that lies with images in their registries: fetched once a digest, within its bound; what is not believed is told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from hullmark.errors import InputError, Unsupported
from hullmark.model import Descriptor, Image, Skipped
from hullmark.sources.evidence import Statement, may_be_vex
from hullmark.sources.registry import Registry
from hullmark.vex.attested import Holder, read_attested
from hullmark.vex.read import Vex

MOST = 8  # of one piece of evidence


@dataclass(frozen=True, slots=True)
class Attested:
    """An attestation with VEX: the digest of its manifest, the image (or index) that it lies with, and its bytes as text.

    `refusal` says in words what of it is not believed, "" when all is; where nothing is, it has no `content`.
    """

    evidence: str
    subject: str
    content: str
    refusal: str = ""

    def read(self, repository: str, by: str, now: datetime) -> Vex:
        """What it states in "registry/repository"; raises InputError."""
        return read_attested(self.content.encode(), Holder(self.evidence, self.subject, repository), by, now)


def fetch_attested(
    registry: Registry, repository: str, found: Iterable[Image | Skipped], statements: Sequence[tuple[str, Statement]]
) -> tuple[Attested, ...]:
    """The VEX of the evidence that was found; raises AccessError, Throttled and TransportError."""
    subjects = {item.digest: item.subject for item in found if isinstance(item, Skipped)}
    wanted = [(owner, item) for owner, item in statements if may_be_vex(item)] if registry.limits.vex_bytes else []
    fetched = (_fetch(registry, repository, owner, subjects[owner], item) for owner, item in wanted[:MOST])
    return tuple(item for item in fetched if item is not None)


def with_refusals(found: Iterable[Image | Skipped], attested: Sequence[Attested]) -> tuple[Image | Skipped, ...]:
    """What was found, where the detail of evidence says what of its VEX is not believed."""
    refusals = {item.evidence: item.refusal for item in attested if item.refusal}
    return tuple(
        replace(item, detail=f"{item.detail}; of its VEX is not believed: {refusals[item.digest]}")
        if isinstance(item, Skipped) and item.digest in refusals
        else item
        for item in found
    )


def _fetch(registry: Registry, repository: str, owner: str, subject: str, statement: Statement) -> Attested | None:
    """One attestation, None where one that does not tell its type is no VEX."""
    descriptor = Descriptor(statement.media_type, statement.digest, statement.size)
    name = f"the attestation {statement.digest} of {repository}"
    try:
        data = registry.read_blob(repository, descriptor, registry.limits.vex_bytes, name)
        fetched = Attested(owner, subject, data.decode("utf-8", "replace"))
        vex = fetched.read(f"{registry.name}/{repository}", "", datetime.now(UTC))
    except Unsupported as no_vex:
        return Attested(owner, subject, "", str(no_vex)) if statement.predicate_type else None
    except InputError as refused:
        return Attested(owner, subject, "", str(refused))
    first = next((f"{item.where}: {item.reason}" for item in vex.refused), "")
    more = f" (and {vex.refusals - 1} more)" if vex.refusals > 1 else ""
    return replace(fetched, refusal=first + more)
