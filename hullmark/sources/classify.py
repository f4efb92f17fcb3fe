"""What is stored beside images and is none: signatures, attestations, SBOMs, charts, SOCI indexes and other artifacts."""

import re
from dataclasses import dataclass

from hullmark.model import Descriptor, Reason, Status
from hullmark.sources import media_types
from hullmark.sources.manifest import Index, Manifest

_COSIGN_TAG = re.compile(r"sha256-([0-9a-f]{64})(?:\.(sig|att|sbom))?")
_COSIGN = {"sig": Reason.SIGNATURE, "att": Reason.ATTESTATION, "sbom": Reason.SBOM}
_SIGSTORE_BUNDLE = "application/vnd.dev.sigstore.bundle"
_BUILDKIT_TYPE = "vnd.docker.reference.type"
_BUILDKIT_SUBJECT = "vnd.docker.reference.digest"

# (start of a media type, what it is); the first that fits counts.
_KINDS = (
    ("application/vnd.dev.cosign.simplesigning", Reason.SIGNATURE),
    ("application/vnd.dev.cosign.artifact.sig", Reason.SIGNATURE),
    ("application/vnd.cncf.notary", Reason.SIGNATURE),
    ("application/vnd.dev.cosign.artifact.sbom", Reason.SBOM),
    ("application/spdx", Reason.SBOM),
    ("text/spdx", Reason.SBOM),
    ("application/vnd.cyclonedx", Reason.SBOM),
    ("application/vnd.syft", Reason.SBOM),
    ("application/vnd.in-toto", Reason.ATTESTATION),
    ("application/vnd.dsse", Reason.ATTESTATION),
    ("application/vnd.dev.cosign.attestation", Reason.ATTESTATION),
    ("application/vnd.cncf.helm", Reason.HELM_CHART),
    ("application/vnd.amazon.soci", Reason.SOCI_INDEX),
)
_SENTENCES = {
    Reason.SIGNATURE: "it is a signature of an image, not an image",
    Reason.ATTESTATION: "it is an attestation about an image, not an image",
    Reason.SBOM: "it is a bill of materials of an image, not an image",
    Reason.HELM_CHART: "it is a Helm chart, not an image",
    Reason.SOCI_INDEX: "it is a SOCI index for lazy loading, not an image",
    Reason.EMPTY_INDEX: "it is an index that lists no manifest",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a manifest is not scanned; FAILED for what is an image that Hullmark cannot read."""

    status: Status
    reason: Reason
    detail: str
    subject: str = ""


def classify_tag(tag: str) -> Verdict | None:
    """What cosign's tag convention `sha256-<hex>.sig|att|sbom` says; None for every other tag."""
    match = _COSIGN_TAG.fullmatch(tag)
    if match is None or match[2] is None:
        return None
    return _skipped(_COSIGN[match[2]], f"sha256:{match[1]}")


def classify_entry(entry: Descriptor) -> Verdict | None:
    """What an entry of an index says about itself, before it is fetched; None when only its bytes can tell."""
    kind = entry.annotations.get(_BUILDKIT_TYPE, "")
    if kind:
        reason = Reason.ATTESTATION if kind == "attestation-manifest" else Reason.ARTIFACT
        return _skipped(reason, entry.annotations.get(_BUILDKIT_SUBJECT, ""), kind)
    if entry.artifact_type and entry.artifact_type not in media_types.IMAGE_CONFIGS:
        return _skipped(kind_of(entry.artifact_type), "", entry.artifact_type)
    if entry.media_type in media_types.LAYERS or entry.media_type in media_types.IMAGE_CONFIGS:
        return _skipped(Reason.ARTIFACT, "", entry.media_type)  # BuildKit's cache lists its layers in an index
    if entry.media_type.startswith("application/vnd.buildkit"):
        return _skipped(Reason.ARTIFACT, "", entry.media_type)
    return None


def classify(manifest: Manifest | Index) -> Verdict | None:
    """Why this manifest is no image that can be scanned; None when it is one (or an index that holds some)."""
    if manifest.artifact_type and manifest.artifact_type not in media_types.IMAGE_CONFIGS:
        return _skipped(_artifact_reason(manifest), manifest.subject, manifest.artifact_type)
    if isinstance(manifest, Index):
        return None if manifest.manifests else _skipped(Reason.EMPTY_INDEX, manifest.subject)
    config = manifest.config.media_type if manifest.config else manifest.media_type
    if config and config not in media_types.IMAGE_CONFIGS:
        return _skipped(_artifact_reason(manifest), manifest.subject, config)
    return _classify_layers(manifest)


def _classify_layers(manifest: Manifest) -> Verdict | None:
    kinds = {layer.media_type for layer in manifest.layers}
    strange = sorted(kind for kind in kinds if kind not in media_types.LAYERS and not media_types.is_foreign(kind))
    if strange and len(strange) == len(kinds) and kind_of(strange[0]) is not Reason.ARTIFACT:
        return _skipped(kind_of(strange[0]), manifest.subject, strange[0])
    if strange:
        return _unreadable(strange[0])
    if any(media_types.is_foreign(layer.media_type) and layer.urls for layer in manifest.layers):
        return Verdict(
            Status.FAILED,
            Reason.FOREIGN_LAYER,
            "a base layer lies outside the registry and may not be copied; push a copy that holds all layers",
        )
    return None


def _unreadable(media_type: str) -> Verdict:
    compressed = media_type.startswith((media_types.OCI_LAYER + "+", media_types.DOCKER_LAYER + "."))
    encrypted = media_type.endswith("+encrypted")
    reason = Reason.UNSUPPORTED_COMPRESSION if compressed and not encrypted else Reason.UNSUPPORTED_MEDIA_TYPE
    return Verdict(
        Status.FAILED,
        reason,
        f"a layer is of type {media_type[:200]!r}, which is not read; build the image with tar, gzip or zstd layers",
    )


def _artifact_reason(manifest: Manifest | Index) -> Reason:
    stated = kind_of(manifest.artifact_type or (_config_type(manifest)))
    if manifest.artifact_type.startswith(_SIGSTORE_BUNDLE):
        content = manifest.annotations.get("dev.sigstore.bundle.content", "")
        predicate = manifest.annotations.get("dev.sigstore.bundle.predicateType", "")
        signs = content != "dsse-envelope" or predicate.startswith("https://sigstore.dev/cosign/sign")
        return Reason.SIGNATURE if signs else Reason.ATTESTATION
    if stated is Reason.ARTIFACT and isinstance(manifest, Manifest) and manifest.layers:
        return kind_of(manifest.layers[0].media_type)
    return stated


def _config_type(manifest: Manifest | Index) -> str:
    return manifest.config.media_type if isinstance(manifest, Manifest) and manifest.config else ""


def kind_of(media_type: str) -> Reason:
    """What an artifact of that type is, ARTIFACT when the type does not tell."""
    return next((reason for start, reason in _KINDS if media_type.startswith(start)), Reason.ARTIFACT)


def _skipped(reason: Reason, subject: str, kind: str = "") -> Verdict:
    sentence = _SENTENCES.get(reason) or f"it is an artifact of type {kind[:200]!r}, not an image"
    return Verdict(Status.SKIPPED, reason, sentence, subject)
