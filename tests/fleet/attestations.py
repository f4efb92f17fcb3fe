"""Attestations about an image in each form in which they lie in a registry: as cosign, oras and BuildKit write them."""

import base64
import json

from hullmark.demo.images import Blob, Built

IN_TOTO, DSSE = "application/vnd.in-toto+json", "application/vnd.dsse.envelope.v1+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
EMPTY, CONFIG = "application/vnd.oci.empty.v1+json", "application/vnd.oci.image.config.v1+json"
MANIFEST, INDEX = "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json"


def statement(subject: str, kind: str, predicate: object) -> bytes:
    """An in-toto statement about a digest."""
    about = {"name": "app", "digest": {"sha256": subject.removeprefix("sha256:")}}
    return json.dumps({
        "_type": "https://in-toto.io/Statement/v1", "predicateType": kind, "predicate": predicate, "subject": [about],
    }).encode()  # fmt: skip


def dsse(said: bytes) -> bytes:
    payload = base64.b64encode(said).decode()
    return json.dumps({"payloadType": IN_TOTO, "payload": payload, "signatures": [{"sig": "AA=="}]}).encode()


def artifact(contents: list[bytes], media_type: str, predicate: str = "", **more: object) -> Built:
    """A manifest with a blob for each content, as cosign and oras write them."""
    layers, config = [Blob(media_type, content) for content in contents], Blob(EMPTY, b"{}")
    annotations = {"predicateType": predicate} if predicate else {}
    manifest = {
        "schemaVersion": 2, "mediaType": MANIFEST, "config": config.descriptor(),
        "layers": [layer.descriptor(annotations=annotations) for layer in layers], **more,
    }  # fmt: skip
    return Built(Blob(MANIFEST, json.dumps(manifest).encode()), (config, *layers))


def cosign_tag(built: Built) -> str:
    return f"sha256-{built.manifest.digest.removeprefix('sha256:')}.att"


def lie(kind: str, built: Built, said: bytes, predicate: str) -> tuple[str, Built, str]:
    """(tag, artifact, the subject that ECR would list) of a statement about an image, in one of the forms."""
    about, digest = built.manifest.descriptor(), built.manifest.digest
    if kind == "cosign":
        return cosign_tag(built), artifact([dsse(said)], DSSE, predicate), ""
    if kind == "cosign without a type":
        return cosign_tag(built), artifact([dsse(said)], DSSE), ""
    if kind == "referrer":
        return "r", artifact([said], IN_TOTO, predicate, artifactType=IN_TOTO, subject=about), digest
    if kind == "buildkit":
        return "i", index_with(built, buildkit(said, predicate)), ""
    bundle = json.dumps({"mediaType": BUNDLE, "dsseEnvelope": json.loads(dsse(said))}).encode()
    notes = {"dev.sigstore.bundle.content": "dsse-envelope", "dev.sigstore.bundle.predicateType": predicate}
    return "b", artifact([bundle], BUNDLE, artifactType=BUNDLE, subject=about, annotations=notes), digest


def buildkit(said: bytes, predicate: str) -> Built:
    """The manifest of one statement that BuildKit lays beside an image in its index."""
    layer, config = Blob(IN_TOTO, said), Blob(CONFIG, b"{}")
    manifest = {
        "schemaVersion": 2, "mediaType": MANIFEST, "config": config.descriptor(),
        "layers": [layer.descriptor(annotations={"in-toto.io/predicate-type": predicate})],
    }  # fmt: skip
    return Built(Blob(MANIFEST, json.dumps(manifest).encode()), (config, layer))


def index_with(built: Built, *attestations: Built) -> Built:
    """An index of an image and its attestations."""
    note = {
        "vnd.docker.reference.digest": built.manifest.digest,
        "vnd.docker.reference.type": "attestation-manifest",
    }
    unknown = {"os": "unknown", "architecture": "unknown"}
    entries = [
        built.manifest.descriptor(platform={"os": "linux", "architecture": "amd64"}),
        *(item.manifest.descriptor(platform=unknown, annotations=note) for item in attestations),
    ]
    content = {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}
    return Built(Blob(INDEX, json.dumps(content).encode()), (), (built, *attestations))
