"""Provenance that lies with images in a real registry: the base and sources of its image alone; damage is told."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hullmark.analysis.bases import update_bases
from hullmark.demo.images import Blob, Built
from hullmark.formats.slsa import V02, V1
from tests.fleet.test_attested_vex import DSSE, IN_TOTO, RealWorld, artifact, dsse
from tests.fleet.test_incremental import API
from tests.fleet.world import image
from tests.formats.test_slsa import DEBIAN, LOCAL, URL, statement, v02, v1
from tests.sources.programs import docker_registry

INDEX = "application/vnd.oci.image.index.v1+json"
TOLD = (URL, "4f2a-dirty", "build/Dockerfile")


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with docker_registry(tmp_path_factory.mktemp("registry")) as host:
        yield host


@pytest.fixture
def real(host: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RealWorld]:
    with RealWorld(tmp_path) as world:
        world.serve(host, request.node.name.partition("[")[0].replace("_", "-"))
        world.feeds()
        yield world
        world.http.close()
        world.registry.close()


def about(subject: str, said: bytes) -> bytes:
    """The statement with another subject."""
    document = json.loads(said)
    return statement(document["predicateType"], document["predicate"], subject)


def attestation_manifest(subject: str, said: bytes, kind: str) -> Built:
    """As BuildKit lays it beside an image in its index."""
    layer, config = Blob(IN_TOTO, about(subject, said)), Blob("application/vnd.oci.image.config.v1+json", b"{}")
    manifest = {
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config.descriptor(),
        "layers": [layer.descriptor(annotations={"in-toto.io/predicate-type": kind})],
    }  # fmt: skip
    return Built(Blob(manifest["mediaType"], json.dumps(manifest).encode()), (config, layer))  # type: ignore[arg-type]  # a text


def index_with(built: Built, attestation: Built) -> Built:
    digest = built.manifest.digest
    note = {"vnd.docker.reference.digest": digest, "vnd.docker.reference.type": "attestation-manifest"}
    entries = [
        built.manifest.descriptor(platform={"os": "linux", "architecture": "amd64"}),
        attestation.manifest.descriptor(platform={"os": "unknown", "architecture": "unknown"}, annotations=note),
    ]
    content = {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}
    return Built(Blob(INDEX, json.dumps(content).encode()), (), (built, attestation))


def form(kind: str, built: Built) -> tuple[str, Built, str]:
    """(tag, artifact, subject that ECR would list) of each way in which provenance lies in a registry."""
    digest = built.manifest.digest
    if kind == "buildkit v0.2":
        said = v02([DEBIAN], LOCAL, entryPoint="Dockerfile")
        return "i", index_with(built, attestation_manifest(digest, said, V02)), ""
    if kind == "buildkit v1":
        return "i", index_with(built, attestation_manifest(digest, v1([DEBIAN], LOCAL, path="Dockerfile"), V1)), ""
    said = about(digest, v1([DEBIAN], LOCAL, path="Dockerfile"))
    if kind == "cosign":
        return f"sha256-{digest.removeprefix('sha256:')}.att", artifact(dsse(said), DSSE, V1), ""
    return "r", artifact(said, IN_TOTO, V1, artifactType=IN_TOTO, subject=built.manifest.descriptor()), digest


@pytest.mark.parametrize("kind", ["buildkit v0.2", "buildkit v1", "cosign", "referrer"])
def test_provenance_names_the_base_and_the_sources_of_its_image(real: RealWorld, kind: str) -> None:
    mine, other = image(*API), image(*API, architecture="arm64")
    digest, stranger = real.put("1", mine), real.put("2", other)
    real.put(*form(kind, mine))
    real.scan()
    seen = real.ask("SELECT subject, source, revision, dockerfile, base_names FROM provenance")
    assert seen == [(digest, *TOLD, ["docker.io/library/debian:12"])]
    update_bases(real.lake)
    bases = dict(real.ask("SELECT image_digest, (base_name, method, confidence) FROM base_images"))
    assert bases[digest] == ("docker.io/library/debian:12", "provenance", "stated")
    assert bases[stranger][1] == "os-release"
    before = len(real.asked)
    real.scan()
    assert len(real.asked) == before, "it is read once"
    assert real.ask("SELECT count(*) FROM provenance") == [(1,)]


def test_what_provenance_has_said_goes_with_it(real: RealWorld) -> None:
    built = image(*API)
    real.put("1", built)
    name = real.put(*form("cosign", built))
    real.put(*form("referrer", built))
    real.scan()
    assert real.ask("SELECT count(*) FROM provenance") == [(2,)]
    real.first.denied.add(real.repository)
    real.scan()
    assert real.ask("SELECT count(*) FROM provenance") == [(2,)], "what could not be listed is not gone"
    real.first.denied.clear()
    real.first.delete(real.repository, name)
    real.scan()
    assert real.ask("SELECT count(*), count(*) FILTER (digest = $d) FROM provenance", d=name) == [(1, 0)]


def refused(real: RealWorld, content: bytes) -> str:
    """What coverage says of provenance with such a content, after a scan that has read its image all the same."""
    digest = real.put("1", image(*API))
    real.put(f"sha256-{digest.removeprefix('sha256:')}.att", artifact(content, DSSE, V1))
    real.scan()
    assert real.ask("SELECT count(*) FROM provenance") == [(0,)]
    assert real.ask("SELECT kind FROM evidence") == [("provenance",)]
    assert real.ask("SELECT status FROM coverage WHERE digest = $d", d=digest) == [("scanned",)]
    ((detail,),) = real.ask("SELECT detail FROM coverage WHERE reason = 'attestation'")
    return str(detail)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (v1([DEBIAN]), "does not name the image that it lies with"),
        (b"", "the file is not valid JSON"),
        (b'{"payloadType": "application/vnd.in-toto+json", "payload": "!"}', "no base64"),
        (b" " * 5_000_000, "5000000"),
        (statement("https://slsa.dev/provenance/v9", {}), "no SLSA provenance of v0.2 or v1"),
    ],
    ids=["another image", "empty", "broken", "too large", "another version"],
)
def test_what_cannot_be_read_is_told(real: RealWorld, content: bytes, words: str) -> None:
    detail = refused(real, content)
    assert "; its provenance is not read: " in detail
    assert words in detail


def test_none_is_fetched_where_none_is_wanted(real: RealWorld) -> None:
    real.registry.limits = replace(real.limits, provenance_bytes=0)
    assert refused(real, b"") == "it is an attestation about an image, not an image"
