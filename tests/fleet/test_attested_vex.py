"""VEX that lies with images in a real registry: read once, believed of its image alone, labelled, withdrawn."""

import json
from datetime import datetime

import pytest

from hullmark.demo.images import Built
from hullmark.vex.keep import keep_vex
from hullmark.vex.read import read_vex
from tests.fleet.attestations import lie, statement
from tests.fleet.real_world import RealWorld
from tests.fleet.test_incremental import API, multi
from tests.fleet.world import image

OPENVEX = "https://openvex.dev/ns"
AT = "2026-01-01T00:00:00Z"


def document(*said: dict[str, object], author: str = "Acme", at: str = AT) -> dict[str, object]:
    return {"@context": f"{OPENVEX}/v0.2.0", "@id": "doc", "author": author, "timestamp": at, "statements": [*said]}


def not_affected(vulnerability: str, *products: object) -> dict[str, object]:
    return {
        "vulnerability": {"name": vulnerability}, "status": "not_affected", "justification": "component_not_present",
        **({"products": [*products]} if products else {}),
    }  # fmt: skip


def vex(kind: str, built: Built, *said: dict[str, object], at: str = AT) -> tuple[str, Built, str]:
    """(tag, artifact, subject that ECR would list) of VEX about the image in one of the forms."""
    named = f"{OPENVEX}/v0.2.0" if kind == "referrer" else OPENVEX
    return lie(kind, built, statement(built.manifest.digest, OPENVEX, document(*said, at=at)), named)


def two_findings(world: RealWorld, digest: str) -> tuple[str, str]:
    rows = world.ask("SELECT DISTINCT vulnerability FROM findings WHERE image_digest = $d ORDER BY 1 LIMIT 2", d=digest)
    return rows[0][0], rows[1][0]


@pytest.mark.parametrize("kind", ["cosign", "cosign without a type", "referrer", "bundle", "buildkit"])
def test_an_attestation_settles_findings_of_its_image_alone(real: RealWorld, kind: str) -> None:
    mine, other = image(*API), image(*API, architecture="arm64")
    digest, stranger = real.put("1", mine), real.put("2", other)
    real.scan()
    first, second = two_findings(real, digest)
    real.put(*vex(kind, mine, not_affected(first), not_affected(second, {"@id": stranger})))
    real.scan()
    assert real.standing() == [(first, digest, "not_affected", "Acme (attestation, not verified)")]
    settled = real.ask("SELECT DISTINCT vulnerability, image_digest FROM image_standing WHERE settled")
    assert settled == [(first, digest)]
    assert real.ask(
        "SELECT DISTINCT event, cause FROM finding_events WHERE vulnerability = $v AND event = 'settled'", v=first
    )
    (detail,) = real.details()
    assert detail.endswith("of its VEX is not believed: statements: 1 of them are about other images")
    before = len(real.asked)
    real.scan()
    assert len(real.asked) == before, "an attestation is read once"
    assert [row[0] for row in real.standing()] == [first]


def test_an_index_speaks_for_its_images(real: RealWorld) -> None:
    index = multi(*API)
    real.put("1", index)
    real.scan()
    child = real.ask("SELECT digest FROM images LIMIT 1")[0][0]
    first, _ = two_findings(real, child)
    real.put(*vex("cosign", index, not_affected(first)))
    real.scan()
    assert {row[1] for row in real.standing()} == {row[0] for row in real.ask("SELECT digest FROM images")}


def test_a_copy_in_another_account_is_not_settled(real: RealWorld) -> None:
    built = image(*API)
    digest = real.put("1", built)
    real.second.push(real.repository, "1", built)
    real.scan()
    first, _ = two_findings(real, digest)
    real.put(*vex("cosign", built, not_affected(first)))
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
    real.put(*vex("cosign", built, not_affected(first), at="2026-02-01T00:00:00Z"))  # of the same author and name
    real.scan()
    assert real.standing() == [(first, digest, "affected", "Acme"), (second, digest, "not_affected", "Acme")]


def keep(world: RealWorld, said: dict[str, object]) -> None:
    keep_vex(
        world.lake, read_vex(json.dumps(said).encode(), "a file", "ann", datetime.fromisoformat("2026-03-01T00:00:00Z"))
    )


def test_an_attestation_that_is_deleted_is_withdrawn(real: RealWorld) -> None:
    built = image(*API)
    digest = real.put("1", built)
    real.scan()
    first, _ = two_findings(real, digest)
    name = real.put(*vex("cosign", built, not_affected(first)))
    real.scan()
    assert len(real.standing()) == 1
    real.first.denied.add(real.repository)
    real.scan()
    assert len(real.standing()) == 1, "what could not be listed is not gone"
    real.first.denied.clear()
    real.first.delete(real.repository, name)
    real.scan()
    assert real.standing() == []
    assert real.ask("SELECT vulnerability, removed_by IN (SELECT run FROM runs) FROM vex_removed") == [(first, True)]


def test_what_a_newer_attestation_at_the_tag_leaves_out_is_withdrawn(real: RealWorld) -> None:
    """`cosign attest --replace`, or `cosign clean`: the manifest before lies there without a tag until ECR deletes it."""
    built = image(*API)
    digest = real.put("1", built)
    real.scan()
    first, second = two_findings(real, digest)
    real.put(*vex("cosign", built, not_affected(first)))
    real.scan()
    said = statement(digest, OPENVEX, document(not_affected(second), author="Other"))
    real.put(*lie("cosign", built, said, OPENVEX))
    real.scan()
    assert [row[0] for row in real.standing()] == [second]
    real.put(*vex("cosign", built, not_affected(first)))
    real.scan()
    assert [row[0] for row in real.standing()] == [first], "it has the tag again"
