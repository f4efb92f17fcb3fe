"""Signatures, SBOMs and attestations are recorded on their subject, with what their manifests tell."""

import json
from dataclasses import replace

from hullmark.demo.images import Blob, Built, build_artifact, build_index, build_signature
from hullmark.model import Descriptor, Reason
from hullmark.sources.evidence import Statement, statements
from hullmark.sources.manifest import Index, Manifest
from tests.fleet.test_incremental import API
from tests.fleet.world import World, image

SLSA, SPDX = "https://slsa.dev/provenance/v1", "https://spdx.dev/Document"
IN_TOTO = "application/vnd.in-toto+json"


def annotated(built: Built, predicate: str, **more: object) -> Built:
    """The artifact with a predicate type on its layer, and more members in its manifest."""
    manifest = json.loads(built.manifest.data) | more
    manifest["layers"][0]["annotations"] = {"in-toto.io/predicate-type": predicate}
    return replace(built, manifest=Blob(built.manifest.media_type, json.dumps(manifest).encode()))


def test_evidence_lies_on_its_subject(world: World) -> None:
    subject = image(*API)
    digest = world.first.push("a", "1", subject)
    world.first.push("a", *build_signature(subject))
    referrer = annotated(build_artifact(IN_TOTO, {}), SLSA, artifactType=IN_TOTO, subject=subject.manifest.descriptor())
    name = world.first.push("a", "temporary", referrer)
    world.first.untag("a", "temporary")  # as a referrer has it: no tag, but a subject
    world.first.listed["a", name] = replace(world.first.listed["a", name], subject=digest)
    attestation = annotated(build_artifact(IN_TOTO, {"packages": []}), SPDX)
    index = build_index({"linux/amd64": subject}, attested=False)
    entries = json.loads(index.manifest.data)
    note = {"vnd.docker.reference.digest": digest, "vnd.docker.reference.type": "attestation-manifest"}
    unknown = {"os": "unknown", "architecture": "unknown"}
    entries["manifests"].append(attestation.manifest.descriptor(platform=unknown, annotations=note))
    index = Built(Blob(index.manifest.media_type, json.dumps(entries).encode()), (), (*index.children, attestation))
    world.first.push("a", "multi", index)
    for _ in range(2):
        world.scan()
        found = world.ask("SELECT kind, predicate_type, media_type FROM evidence WHERE subject = $d ORDER BY kind", d=digest)
        assert found == [
            ("provenance", SLSA, IN_TOTO),
            ("sbom", SPDX, IN_TOTO),
            ("signature", "", "application/vnd.dev.cosign.simplesigning.v1+json"),
        ]
    assert world.ask("SELECT count(*), count(DISTINCT statement) FROM evidence") == [(3, 3)]
    assert ("skipped", "attestation", digest) in world.coverage("status", "reason", "subject")


def test_evidence_that_cannot_be_read_is_still_evidence(world: World) -> None:
    index = build_index({"linux/amd64": image(*API)}, attested=True)
    world.first.push("a", "1", index)
    world.first.registry.refuse(index.children[1].manifest.digest, 404, times=1)
    world.scan()
    assert world.ask("SELECT subject, kind, statement FROM evidence") == [
        (index.children[0].manifest.digest, "attestation", "")
    ]


def test_statements() -> None:
    layer = Descriptor(IN_TOTO, "sha256:" + "1" * 64, 7)
    manifest = Manifest("", None, (layer,), annotations={"dev.sigstore.bundle.predicateType": SLSA})
    assert statements(manifest, Reason.ATTESTATION) == (Statement("provenance", SLSA, layer.digest, IN_TOTO, 7),)
    assert statements(replace(manifest, annotations={}), Reason.ATTESTATION)[0].kind == "attestation"
    for empty in (Manifest("", None, ()), Index("", ())):
        assert statements(empty, Reason.SBOM) == (Statement("sbom"),)
