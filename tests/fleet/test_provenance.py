"""Provenance that lies with images in a real registry: the base and sources of its image alone, and gone with it."""

import json

import pytest

from hullmark.analysis.bases import update_bases
from hullmark.demo.images import Built
from hullmark.formats.slsa import V02, V1
from tests.fleet.attestations import lie, statement
from tests.fleet.real_world import RealWorld
from tests.fleet.test_incremental import API
from tests.fleet.world import image
from tests.formats.test_slsa import DEBIAN, LOCAL, URL, v02, v1

TOLD = (URL, "4f2a-dirty", "build/Dockerfile")


def about(built: Built, said: bytes) -> bytes:
    """The statement, about this image."""
    document = json.loads(said)
    return statement(built.manifest.digest, document["predicateType"], document["predicate"])


def provenance(kind: str, built: Built) -> tuple[str, Built, str]:
    """(tag, artifact, subject that ECR would list) of provenance of the image in one of the forms."""
    if kind == "buildkit v0.2":
        return lie("buildkit", built, about(built, v02([DEBIAN], LOCAL, entryPoint="Dockerfile")), V02)
    return lie(kind, built, about(built, v1([DEBIAN], LOCAL, path="Dockerfile")), V1)


@pytest.mark.parametrize("kind", ["buildkit v0.2", "buildkit", "cosign", "referrer", "bundle"])
def test_provenance_names_the_base_and_the_sources_of_its_image(real: RealWorld, kind: str) -> None:
    mine, other = image(*API), image(*API, architecture="arm64")
    digest, stranger = real.put("1", mine), real.put("2", other)
    real.put(*provenance(kind, mine))
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
    name = real.put(*provenance("cosign", built))
    real.put(*provenance("referrer", built))
    real.scan()
    assert real.ask("SELECT count(*) FROM provenance") == [(2,)]
    real.first.denied.add(real.repository)
    real.scan()
    assert real.ask("SELECT count(*) FROM provenance") == [(2,)], "what could not be listed is not gone"
    real.first.denied.clear()
    real.first.delete(real.repository, name)
    real.scan()
    assert real.ask("SELECT count(*), count(*) FILTER (digest = $d) FROM provenance", d=name) == [(1, 0)]
