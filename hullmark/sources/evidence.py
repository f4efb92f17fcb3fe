"""What a signature, SBOM or attestation states about its subject, as far as its manifest tells.

Predicate types stand in annotations: BuildKit's `in-toto.io/predicate-type` and cosign's `predicateType` on each layer,
and `dev.sigstore.bundle.predicateType` on the manifest of a Sigstore bundle.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from hullmark.model import Descriptor, Reason
from hullmark.sources.classify import kind_of
from hullmark.sources.manifest import Index, Manifest

EVIDENCE = frozenset({Reason.SIGNATURE, Reason.SBOM, Reason.ATTESTATION})
_PREDICATES = ("in-toto.io/predicate-type", "predicateType")
_OF_BUNDLE = "dev.sigstore.bundle.predicateType"
_CREATED = "org.opencontainers.image.created"
_BUNDLED, _ENVELOPE = "dev.sigstore.bundle.content", "dsse-envelope"
VEX = ("https://openvex.dev/ns", "https://cyclonedx.org/vex")
_ENVELOPES = ("application/vnd.dsse.envelope", "application/vnd.in-toto")
_SIGNS = "https://sigstore.dev/cosign/sign"
_SBOMS = ("https://spdx.dev/document", "https://cyclonedx.org/bom", "https://syft.dev/bom")
_PROVENANCE = ("https://slsa.dev/provenance", "https://slsa.dev/verification_summary")


@dataclass(frozen=True, slots=True)
class Statement:
    """One blob of a piece of evidence; kind is "signature", "sbom", "provenance" or "attestation", sizes are bytes."""

    kind: str
    predicate_type: str = ""  # "" where the manifest does not say
    digest: str = ""
    media_type: str = ""
    size: int = 0


def statements(manifest: Manifest | Index, reason: Reason) -> tuple[Statement, ...]:
    """What the manifest holds, in its order; one Statement without a blob when it holds none that can be told."""
    if isinstance(manifest, Index) or not manifest.layers:
        return (unread_statement(reason),)
    whole = manifest.annotations.get(_OF_BUNDLE, "")
    return tuple(_statement(layer, reason, whole) for layer in manifest.layers)


def may_be_vex(statement: Statement) -> bool:
    """Whether its blob may hold VEX: its predicate is of that type, or an attestation does not say its type."""
    predicate = statement.predicate_type.lower()
    untold = not predicate and statement.media_type.startswith(_ENVELOPES)
    return bool(statement.digest) and statement.kind == "attestation" and (untold or predicate.startswith(VEX))


def may_attest(entry: Descriptor) -> bool:
    """Whether what a descriptor names may be an attestation with VEX; most tell by type and annotations that it is none."""
    predicate, content = (entry.annotations.get(name, "") for name in (_OF_BUNDLE, _BUNDLED))
    if predicate:
        return predicate.lower().startswith(VEX)
    return content in ("", _ENVELOPE) and kind_of(entry.artifact_type) in (Reason.ATTESTATION, Reason.ARTIFACT)


def created_at(entry: Descriptor) -> datetime:
    """When what a descriptor names was made, as far as it says so; clients such as cosign and oras do."""
    try:
        told = datetime.fromisoformat(entry.annotations.get(_CREATED, ""))
        return (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.min.replace(tzinfo=UTC)


def may_be_provenance(statement: Statement) -> bool:
    """Whether its blob is SLSA provenance of how the image was built, by the type that its manifest states."""
    return bool(statement.digest) and statement.predicate_type.lower().startswith(_PROVENANCE[0])


def unread_statement(reason: Reason) -> Statement:
    """Evidence whose manifest cannot be read: that there is some is all that is known."""
    return Statement(_kind(reason, ""))


def _statement(layer: Descriptor, reason: Reason, whole: str) -> Statement:
    predicate = next((layer.annotations[name] for name in _PREDICATES if layer.annotations.get(name)), whole)
    return Statement(_kind(reason, predicate), predicate, layer.digest, layer.media_type, layer.size)


def _kind(reason: Reason, predicate: str) -> str:
    lower = predicate.lower()
    if reason is Reason.SIGNATURE or lower.startswith(_SIGNS):
        return "signature"
    if reason is Reason.SBOM or lower.startswith(_SBOMS):
        return "sbom"
    return "provenance" if lower.startswith(_PROVENANCE) else "attestation"
