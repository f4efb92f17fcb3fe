"""VEX that lies with images in a real registry: read once, believed of its image alone, labelled, withdrawn, or off."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from hullmark.demo.images import Blob, Built
from hullmark.fleet.plan import Location
from hullmark.settings import Limits
from hullmark.sources.docker_login import StoredLogin
from hullmark.sources.registry import Registry
from hullmark.vex.keep import keep_vex
from hullmark.vex.read import read_vex
from tests.fleet.test_incremental import API, multi
from tests.fleet.world import World, image
from tests.sources.programs import PASSWORD, USER, docker_registry

OPENVEX, DSSE, IN_TOTO = "https://openvex.dev/ns", "application/vnd.dsse.envelope.v1+json", "application/vnd.in-toto+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
EMPTY = "application/vnd.oci.empty.v1+json"
AT = "2026-01-01T00:00:00Z"


def document(*said: dict[str, object], author: str = "Acme", at: str = AT) -> dict[str, object]:
    return {"@context": f"{OPENVEX}/v0.2.0", "@id": "doc", "author": author, "timestamp": at, "statements": [*said]}


def not_affected(vulnerability: str, *products: object) -> dict[str, object]:
    return {
        "vulnerability": {"name": vulnerability}, "status": "not_affected", "justification": "component_not_present",
        **({"products": [*products]} if products else {}),
    }  # fmt: skip


def attestation(subject: str, predicate: object) -> bytes:
    statement = {
        "_type": "https://in-toto.io/Statement/v1", "predicateType": OPENVEX, "predicate": predicate,
        "subject": [{"name": "app", "digest": {"sha256": subject.removeprefix("sha256:")}}],
    }  # fmt: skip
    return json.dumps(statement).encode()


def dsse(statement: bytes) -> bytes:
    payload = base64.b64encode(statement).decode()
    return json.dumps({"payloadType": IN_TOTO, "payload": payload, "signatures": [{"sig": "AA=="}]}).encode()


def artifact(content: bytes, media_type: str, predicate: str = "", **more: object) -> Built:
    """A manifest with one blob, as cosign and oras write them."""
    layer, config = Blob(media_type, content), Blob(EMPTY, b"{}")
    annotations = {"predicateType": predicate} if predicate else {}
    manifest = {
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config.descriptor(),
        "layers": [layer.descriptor(annotations=annotations)], **more,
    }  # fmt: skip
    return Built(Blob("application/vnd.oci.image.manifest.v1+json", json.dumps(manifest).encode()), (config, layer))


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with docker_registry(tmp_path_factory.mktemp("registry")) as host:
        yield host


class RealWorld(World):
    """A world whose first account lies in a real docker-registry."""

    def serve(self, host: str, repository: str, limits: Limits | None = None) -> None:
        self.real, self.repository = host, repository
        self.limits = limits or Limits()
        self.http = httpx.Client(base_url=f"http://{host}/v2/{repository}", auth=(USER, PASSWORD), trust_env=False)
        self.asked: list[str] = []
        self.registry = Registry(f"http://{host}", lambda renew=False: StoredLogin(USER, PASSWORD), self.limits)

    def put(self, tag: str, built: Built, subject: str = "") -> str:
        """Push into both: the embedded one keeps the list, the real one is read."""
        for child in built.children:
            self.put("", child)
        for blob in built.blobs:
            place = httpx.URL(self.http.post("/blobs/uploads/").raise_for_status().headers["Location"])
            self.http.put(place.copy_merge_params({"digest": blob.digest}), content=blob.data).raise_for_status()
        manifest = built.manifest
        headers = {"Content-Type": manifest.media_type}
        self.http.put(f"/manifests/{manifest.digest}", content=manifest.data, headers=headers).raise_for_status()
        if tag:
            self.first.push(self.repository, tag, built)
            key = (self.repository, manifest.digest)
            self.first.listed[key] = replace(self.first.listed[key], subject=subject)
        return manifest.digest

    @contextmanager
    def at(self, place: Location) -> Iterator[Registry]:
        self.asked.append(place.repository)
        yield self.registry

    def standing(self) -> list[tuple[Any, ...]]:
        return self.ask("SELECT DISTINCT vulnerability, image_digest, status, author FROM vex_findings ORDER BY ALL")


@pytest.fixture
def real(host: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RealWorld]:
    with RealWorld(tmp_path) as world:
        world.serve(host, request.node.name.partition("[")[0].replace("_", "-"))
        world.feeds()
        yield world
        world.http.close()
        world.registry.close()


def two_findings(world: RealWorld, digest: str) -> tuple[str, str]:
    rows = world.ask("SELECT DISTINCT vulnerability FROM findings WHERE image_digest = $d ORDER BY 1 LIMIT 2", d=digest)
    return rows[0][0], rows[1][0]


def form(kind: str, digest: str, content: bytes, subject: Built) -> tuple[str, Built, str]:
    """(tag, artifact, subject that ECR would list) of each way in which attestations lie in a registry."""
    named = f"sha256-{digest.removeprefix('sha256:')}.att"
    about = subject.manifest.descriptor()
    if kind == "cosign":
        return named, artifact(dsse(content), DSSE, OPENVEX), ""
    if kind == "cosign without a type":
        return named, artifact(dsse(content), DSSE), ""
    if kind == "referrer":
        return "r", artifact(content, IN_TOTO, f"{OPENVEX}/v0.2.0", artifactType=IN_TOTO, subject=about), digest
    bundle = json.dumps({"mediaType": BUNDLE, "dsseEnvelope": json.loads(dsse(content))}).encode()
    notes = {"dev.sigstore.bundle.content": "dsse-envelope", "dev.sigstore.bundle.predicateType": OPENVEX}
    return "b", artifact(bundle, BUNDLE, artifactType=BUNDLE, subject=about, annotations=notes), digest


@pytest.mark.parametrize("kind", ["cosign", "cosign without a type", "referrer", "bundle"])
def test_an_attestation_settles_findings_of_its_image_alone(real: RealWorld, kind: str) -> None:
    mine, other = image(*API), image(*API, architecture="arm64")
    digest, stranger = real.put("1", mine), real.put("2", other)
    real.scan()
    first, second = two_findings(real, digest)
    said = document(not_affected(first), not_affected(second, {"@id": stranger}))
    real.put(*form(kind, digest, attestation(digest, said), mine))
    real.scan()
    assert real.standing() == [(first, digest, "not_affected", "Acme (attestation, not verified)")]
    settled = real.ask("SELECT DISTINCT vulnerability, image_digest FROM image_standing WHERE settled")
    assert settled == [(first, digest)]
    assert real.ask(
        "SELECT DISTINCT event, cause FROM finding_events WHERE vulnerability = $v AND event = 'settled'", v=first
    )
    (detail,) = real.ask("SELECT detail FROM coverage WHERE reason = 'attestation'")[0]
    assert detail.endswith("of its VEX is not believed: statements: 1 of them are about other images")
    before = len(real.asked)
    real.scan()
    assert len(real.asked) == before, "an attestation is read once"
    assert [row[0] for row in real.standing()] == [first]


def test_an_index_speaks_for_its_images(real: RealWorld) -> None:
    index = multi(*API)
    digest = real.put("1", index)
    real.scan()
    child = real.ask("SELECT digest FROM images LIMIT 1")[0][0]
    first, _ = two_findings(real, child)
    real.put(*form("cosign", digest, attestation(digest, document(not_affected(first))), index))
    real.scan()
    assert {row[1] for row in real.standing()} == {row[0] for row in real.ask("SELECT digest FROM images")}


def test_a_copy_in_another_account_is_not_settled(real: RealWorld) -> None:
    built = image(*API)
    digest = real.put("1", built)
    real.second.push(real.repository, "1", built)
    real.scan()
    first, _ = two_findings(real, digest)
    real.put(*form("cosign", digest, attestation(digest, document(not_affected(first))), built))
    real.scan()
    assert real.ask("SELECT DISTINCT registry FROM vex_findings") == [(real.first.registry.host,)]
    assert real.ask("SELECT count(*) FROM image_standing WHERE settled") == [(0,)]
    assert real.ask("SELECT count(DISTINCT registry) FROM images WHERE digest = $d", d=digest) == [(2,)]


def test_what_was_imported_counts_first_and_its_documents_are_its_own(real: RealWorld) -> None:
    built = image(*API)
    digest = real.put("1", built)
    real.scan()
    first, second = two_findings(real, digest)
    imported = document({"vulnerability": first, "status": "affected", "products": [digest]}, not_affected(second, digest))
    keep(real, imported)
    later = document(not_affected(first), at="2026-02-01T00:00:00Z")  # of the same author and name
    real.put(*form("cosign", digest, attestation(digest, later), built))
    real.scan()
    assert real.standing() == [(first, digest, "affected", "Acme"), (second, digest, "not_affected", "Acme")]


def keep(world: RealWorld, said: dict[str, object]) -> None:
    keep_vex(
        world.lake, read_vex(json.dumps(said).encode(), "a file", "ann", datetime.fromisoformat("2026-03-01T00:00:00Z"))
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            attestation("sha256:" + "1" * 64, document(not_affected("CVE-2026-1"))),
            "does not name the image that it lies with",
        ),
        (b"", "the file is not valid JSON"),
        (b'{"payloadType": "application/vnd.in-toto+json", "payload": "!"}', "no base64"),
        (b" " * 2_000_000, "2000000"),
    ],
    ids=["another image", "empty", "broken", "too large"],
)
def test_what_is_not_believed_is_told(real: RealWorld, content: bytes, words: str) -> None:
    built = image(*API)
    digest = real.put("1", built)
    tag = f"sha256-{digest.removeprefix('sha256:')}.att"
    real.put(tag, artifact(content, DSSE, OPENVEX))
    real.scan()
    assert real.standing() == []
    (detail,) = real.ask("SELECT detail FROM coverage WHERE reason = 'attestation'")[0]
    assert "of its VEX is not believed" in detail
    assert words in detail


def test_an_attestation_that_is_deleted_is_withdrawn(real: RealWorld) -> None:
    built = image(*API)
    digest = real.put("1", built)
    real.scan()
    first, _ = two_findings(real, digest)
    name = real.put(*form("cosign", digest, attestation(digest, document(not_affected(first))), built))
    real.scan()
    assert len(real.standing()) == 1
    real.first.denied.add(real.repository)
    real.scan()
    assert len(real.standing()) == 1, "what could not be listed is not gone"
    real.first.denied.clear()
    real.first.delete(real.repository, name)
    real.scan()
    assert real.standing() == []


def test_other_attestations_are_not_fetched_and_vex_is_not_when_switched_off(real: RealWorld) -> None:
    built = image(*API)
    digest = real.put("1", built)
    tag = f"sha256-{digest.removeprefix('sha256:')}.att"
    provenance = attestation(digest, {"builder": "x"})
    real.put(tag, artifact(dsse(provenance), DSSE, "https://slsa.dev/provenance/v1"))
    real.put("untold", artifact(dsse(provenance), DSSE, artifactType=DSSE, subject=built.manifest.descriptor()), digest)
    real.registry.limits = replace(real.limits, vex_bytes=0, provenance_bytes=0)
    said = attestation(digest, document(not_affected("CVE-2026-1")))
    real.put(*form("referrer", digest, said, built))
    real.scan()
    assert real.ask("SELECT count(*) FROM vex_statements") == [(0,)]
    details = real.ask("SELECT DISTINCT detail FROM coverage WHERE reason = 'attestation'")
    assert details == [("it is an attestation about an image, not an image",)]
