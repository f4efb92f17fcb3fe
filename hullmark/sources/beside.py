"""What lies beside an image and may speak of it: referrers and cosign's tags, where a registry or a layout keeps them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from hullmark.errors import AccessError, InputError, NotFound, TransportError
from hullmark.model import Descriptor
from hullmark.settings import Limits
from hullmark.sources.manifest import Index, StoredManifest, parse_manifest


class Keeper(Protocol):
    """Where manifests and small blobs are kept: a registry, or a layout, whose name and repository are ""."""

    @property
    def name(self) -> str:
        """How references call it."""

    @property
    def limits(self) -> Limits:
        """The bounds that apply."""

    def get_manifest(self, repository: str, version: str) -> StoredManifest:
        """The manifest of a tag or digest, verified and bounded; raises InputError, AccessError and TransportError."""

    def read_blob(self, repository: str, descriptor: Descriptor, limit: int, owner: str) -> bytes:
        """All of a small blob, verified; raises as `get_manifest` does."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Manifests that may speak of a digest, each once, and why others could not be listed.

    `tagged` are attestations by a tag or an annotation; the types of `referring` ones are what their descriptors say.
    `known` are manifests among them that came with the answer.
    """

    referring: tuple[Descriptor, ...] = ()
    tagged: tuple[Descriptor, ...] = ()
    refusals: tuple[str, ...] = ()
    known: tuple[StoredManifest, ...] = ()


class Referrers(Keeper, Protocol):
    """A Keeper that lists what refers to a digest."""

    def list_referrers(self, repository: str, digest: str) -> Sequence[Descriptor]:
        """What refers to it; raises NotFound where it knows no such list, InputError, AccessError and TransportError."""


def attestation_tag(digest: str) -> str:
    """Cosign's tag for attestations about a digest (cosign, specs/ATTESTATION_SPEC.md)."""
    return f"{referrers_tag(digest)}.att"


def referrers_tag(digest: str) -> str:
    """The tag that stands for a list of what refers to a digest (distribution-spec 1.1, "Referrers Tag Schema")."""
    return digest.replace(":", "-")


def find_beside(keeper: Referrers, repository: str, digest: str) -> Beside:
    """Ask for what refers to a digest, and for cosign's attestations, in two or three requests; what is refused is told."""
    refusals: list[str] = []
    referring, tagged = list[Descriptor](), list[StoredManifest]()
    with _told(refusals):
        referring += _referring(keeper, repository, digest)
    with _told(refusals):
        tagged.append(keeper.get_manifest(repository, attestation_tag(digest)))
    entries = tuple(Descriptor(stored.media_type, stored.digest, len(stored.data)) for stored in tagged)
    return Beside(tuple(referring), entries, tuple(refusals), tuple(tagged))


@contextmanager
def _told(refusals: list[str]) -> Iterator[None]:
    """What is refused becomes a sentence; what is not there is none."""
    try:
        yield
    except NotFound:
        pass
    except (InputError, AccessError, TransportError) as error:
        if str(error) not in refusals:
            refusals.append(str(error))


def _referring(keeper: Referrers, repository: str, digest: str) -> Sequence[Descriptor]:
    try:
        return keeper.list_referrers(repository, digest)
    except NotFound:
        return referrers_of(keeper.get_manifest(repository, referrers_tag(digest)), keeper.limits)


def referrers_of(stored: StoredManifest, limits: Limits) -> Sequence[Descriptor]:
    """The entries of the index that has such a tag; raises CorruptData, Unsupported and LimitExceeded."""
    index = parse_manifest(stored.data, stored.media_type, limits)
    return index.manifests if isinstance(index, Index) else ()
