"""What of the evidence beside an image is not read or believed is told in its row; its image is scanned all the same."""

import re
from dataclasses import replace

import pytest

from hullmark.demo.images import Built
from hullmark.fleet.evidence import MOST_PROVENANCE, MOST_STATEMENTS, MOST_VEX
from hullmark.formats.slsa import V1
from tests.fleet.attestations import DSSE, IN_TOTO, artifact, buildkit, cosign_tag, dsse, index_with, statement
from tests.fleet.real_world import RealWorld
from tests.fleet.test_attested_vex import OPENVEX, document, not_affected
from tests.fleet.test_incremental import API
from tests.fleet.test_provenance import about
from tests.fleet.world import image
from tests.formats.test_slsa import DEBIAN, v1

ANOTHER = "sha256:" + "1" * 64
PLAIN = "it is an attestation about an image, not an image"
UNREAD, UNBELIEVED = f"{PLAIN}; its provenance is not read: ", f"{PLAIN}; of its VEX is not believed: "


def vex(number: int, built: Built) -> bytes:
    return statement(built.manifest.digest, OPENVEX, document(not_affected(f"CVE-2026-{number}"), author=f"Acme {number}"))


def provenance(number: int, built: Built) -> bytes:
    return about(built, v1([DEBIAN | {"uri": f"pkg:docker/debian@{number}"}]))


def read_of(world: RealWorld) -> tuple[int, int]:
    """How many statements of VEX and of provenance are in the lake; the image was read in any case."""
    seen = "SELECT count(*) FROM latest_coverage SEMI JOIN images USING (digest) WHERE status IN ('scanned', 'unchanged')"
    assert world.ask(seen) == [(1,)]
    (counts,) = world.ask("SELECT (SELECT count(*) FROM vex_statements), (SELECT count(*) FROM provenance)")
    return counts[0], counts[1]


DAMAGED = [
    (OPENVEX, b"", "the file is not valid JSON"),
    (OPENVEX, b"[" * 5000, "the file is not valid JSON"),
    (OPENVEX, b'{"payloadType": "application/vnd.in-toto+json", "payload": "!"}', "no base64"),
    (OPENVEX, b" " * 2_000_000, "2000000"),
    (OPENVEX, statement(ANOTHER, OPENVEX, {}), "does not name the image that it lies with"),
    (OPENVEX, v1([DEBIAN], kind="a"), "does not name the image that it lies with"),
    (V1, b"{", "the file is not valid JSON"),
    (V1, b"[" * 5001, "the file is not valid JSON"),
    (V1, b'{"payloadType": "application/vnd.in-toto+json", "payload": "."}', "no base64"),
    (V1, b" " * 5_000_000, "5000000"),
    (V1, v1([DEBIAN]), "does not name the image that it lies with"),
    (V1, statement(ANOTHER, "https://slsa.dev/provenance/v9", {}), "no SLSA provenance of v0.2 or v1"),
]


def test_what_is_hostile_or_damaged_is_told(real: RealWorld) -> None:
    built = image(*API)
    digest = real.put("1", built)
    made = [artifact([content], DSSE, kind, subject=built.manifest.descriptor()) for kind, content, _ in DAMAGED]
    names = [real.put(f"r{number}", artifact, digest) for number, artifact in enumerate(made)]
    real.scan()
    assert read_of(real) == (0, 0)
    details = dict(real.ask("SELECT digest, detail FROM latest_coverage WHERE reason = 'attestation'"))
    for name, (kind, _, words) in zip(names, DAMAGED, strict=True):
        begins, _, why = details[name].partition(": ")
        assert f"{begins}: " == (UNBELIEVED if kind == OPENVEX else UNREAD)
        assert words in why


KINDS = {
    "vex": (vex, OPENVEX, MOST_VEX, UNBELIEVED),
    "provenance": (provenance, V1, MOST_PROVENANCE, UNREAD),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_too_many_of_one_piece_is_counted(real: RealWorld, kind: str) -> None:
    make, predicate, most, begins = KINDS[kind]
    built = image(*API)
    real.put("1", built)
    real.put(cosign_tag(built), artifact([dsse(make(number, built)) for number in range(most + 3)], DSSE, predicate))
    real.scan()
    assert sum(read_of(real)) == most
    assert real.details() == [
        f"{begins}the first 3 of its {most + 3} statements, since {most} are read of one image or index"
    ]
    newest = real.ask("SELECT vulnerability FROM vex_statements UNION ALL SELECT base_names[1] FROM provenance")
    numbers = {int(re.search(r"\d+$", name)[0]) for (name,) in newest}  # type: ignore[index]
    assert numbers == set(range(3, most + 3)), "cosign appends, so that the last ones are the newest"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_too_many_of_an_index_is_told_of_each_piece(real: RealWorld, kind: str) -> None:
    make, predicate, most, begins = KINDS[kind]
    built = image(*API)
    real.put("1", index_with(built, *(buildkit(make(number, built), predicate) for number in range(most + 2))))
    real.scan()
    assert sum(read_of(real)) == most
    more = f"{begins}1 of its 1 statements, since {most} are read of one image or index"
    assert sorted(real.details()) == sorted([*([PLAIN] * most), more, more])


def test_statements_that_are_not_recorded_are_counted_and_reasons_do_not_grow(real: RealWorld) -> None:
    built = image(*API)
    real.put("1", built)
    bad = [f"{{{number}".encode() for number in range(2)] + [b" " * (2_000_000 + number) for number in range(4)]
    good = [dsse(vex(number, built)) for number in range(MOST_STATEMENTS)]
    real.put(cosign_tag(built), artifact([*good, *bad], DSSE, OPENVEX))
    real.scan()
    assert read_of(real) == (2, 0)
    assert real.ask("SELECT count(*) FROM evidence") == [(MOST_STATEMENTS,)]
    (detail,) = real.details()
    recorded = f"of its {MOST_STATEMENTS + 6} statements only the last {MOST_STATEMENTS} are recorded"
    rest = f"of its VEX is not believed: the first {MOST_STATEMENTS - MOST_VEX} of its {MOST_STATEMENTS} statements, since"
    assert detail.startswith(f"{PLAIN}; {recorded}; {rest}")
    assert detail.count("of its VEX is not believed") == 2
    assert detail.endswith(" (and 4 more)")


def test_provenance_that_names_too_much_is_read_as_far_as_it_goes(real: RealWorld) -> None:
    built = image(*API)
    real.put("1", built)
    said = v1([DEBIAN | {"uri": f"pkg:docker/debian@{number}"} for number in range(33)])
    real.put("r", artifact([about(built, said)], IN_TOTO, V1, artifactType=IN_TOTO, subject=built.manifest.descriptor()))
    real.scan()
    assert real.ask("SELECT len(base_names) FROM provenance") == [(32,)]
    assert real.details() == [f"{UNREAD}what it names beyond 1,000 materials or 32 images"]


def test_none_is_fetched_where_none_is_wanted_or_of_use(real: RealWorld) -> None:
    built = image(*API)
    real.put("1", built)
    other = statement(built.manifest.digest, "https://example.org/reviewed", {})
    about_it = built.manifest.descriptor()
    listed = built.manifest.digest
    real.put("untold", artifact([dsse(other)], DSSE, artifactType=DSSE, subject=about_it), listed)
    real.scan()
    assert real.details() == [PLAIN], "an envelope that does not tell its type is opened, and no VEX is no failure"
    real.registry.limits = replace(real.limits, vex_bytes=0, provenance_bytes=0)
    for number, predicate in enumerate([OPENVEX, V1]):
        damaged = artifact([b"%d" % number], IN_TOTO, predicate, artifactType=IN_TOTO, subject=about_it)
        real.put(f"off{number}", damaged, listed)
    real.scan()
    assert read_of(real) == (0, 0)
    assert real.details() == [PLAIN] * 3
