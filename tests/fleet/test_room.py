"""What a hostile account makes large makes the parts of a run smaller: nothing is lost, and memory is bounded."""

import json
from dataclasses import replace

import pytest

from hullmark.demo.images import Blob, Built, build_index
from hullmark.fleet.plan import Wanted
from hullmark.fleet.read import Resolved
from hullmark.fleet.room import Room, memory_of, resolve_within
from hullmark.model import Platform
from hullmark.progress import reporting
from hullmark.settings import MIB, Limits
from tests.fleet.attestations import lie, statement
from tests.fleet.test_attested_vex import OPENVEX, document, not_affected
from tests.fleet.test_incremental import API, totals_add_up
from tests.fleet.world import World, image
from tests.progress import Heard


def large(number: int, size: int = MIB) -> Built:
    """The same layers as others, with a label of so many bytes."""
    plain = image(*API)
    config = json.loads(plain.blobs[0].data)
    config["config"]["Labels"] |= {"number": str(number), "bulk": "x" * size}
    blob = Blob(plain.blobs[0].media_type, json.dumps(config).encode())
    manifest = {**json.loads(plain.manifest.data), "config": blob.descriptor()}
    return Built(Blob(plain.manifest.media_type, json.dumps(manifest).encode()), (blob, *plain.blobs[1:]))


def test_parts_get_smaller_and_nothing_is_lost(world: World) -> None:
    digests = {world.first.push("a", str(number), large(number)) for number in range(7)}
    world.room = 2 * MIB  # one image, and the one that fills it
    heard = Heard()
    with reporting(heard):
        record = world.scan()
    assert [stage for stage in heard.stages if stage.startswith("Look")] == [
        "Look at new images", *(f"Look at new images, of which {left} are left" for left in (5, 3, 1)),
    ]  # fmt: skip
    assert {row[0] for row in world.ask("SELECT digest FROM images")} == digests
    assert world.ask("SELECT DISTINCT length(labels) < 200, json_valid(labels) FROM images") == [(True, True)]
    assert world.ask("SELECT count(DISTINCT labels ->> 'number') FROM images") == [(7,)]
    assert world.ask("SELECT path, count(*) FROM problems GROUP BY path ORDER BY path") == [
        ("config.Labels", 7), ("config.Labels[bulk]", 7),  # not all is kept, nor looked at for secrets
    ]  # fmt: skip
    assert (record.counts.images_scanned, record.counts.layers_read) == (7, 2)
    assert set(world.coverage("status")) == {("partial",)}
    totals_add_up(world, record)
    requests = world.first.registry.requests
    totals_add_up(world, world.scan())
    assert world.first.registry.requests == requests


def test_attestations_take_room_too(world: World) -> None:
    for number in range(3):
        mine = large(number, 10)
        world.first.push("a", str(number), mine)
        said = document(not_affected(f"CVE-2026-000{number}"), author="Acme" + " " * 600_000)
        tag, artifact, _ = lie("cosign", mine, statement(mine.manifest.digest, OPENVEX, said), OPENVEX)
        world.first.push("a", tag, artifact)
    world.room = MIB // 2
    heard = Heard()
    with reporting(heard):
        record = world.scan()
    assert len([stage for stage in heard.stages if stage.startswith("Look")]) >= 3
    assert world.ask("SELECT vulnerability FROM vex_statements ORDER BY 1") == [(f"CVE-2026-000{n}",) for n in range(3)]
    totals_add_up(world, record)


def test_an_index_has_a_bound_of_its_own(world: World) -> None:
    children = {f"linux/{arch}": large(number) for number, arch in enumerate(("amd64", "arm64", "s390x", "ppc64le"))}
    world.first.push("a", "multi", build_index(children, attested=False))
    limits = replace(Limits(), index_bytes=2 * MIB)
    world.limits = limits
    for registry in world._registries.values():
        registry.limits = limits
    record = world.scan()
    outcomes = dict(world.ask("SELECT status || reason, count(*) FROM coverage GROUP BY ALL"))
    assert outcomes == {"partialunreadable-file": 2, "failedtoo-large": 2, "partialtoo-large": 1}
    totals_add_up(world, record)


def test_an_answer_is_there_however_little_room() -> None:
    asked = [Wanted(f"sha256:{number:064}", "", ()) for number in range(3)]
    assert [item.wanted for item in resolve_within(Room(1), asked, lambda item: Resolved(item, ()))] == asked[:1]
    assert list(resolve_within(Room(1), [], lambda item: Resolved(item, ()))) == []


@pytest.mark.parametrize(
    "value",
    [
        {"config": {"Labels": {"a": "x" * 50_000}}},
        [["x" * 25_000], ("x" * 25_000,)],
        Platform("x" * 50_000),
        {"x" * 50_000: None},
        [[] for _ in range(900)],
    ],
)
def test_memory_is_of_all_that_is_in_it(value: object) -> None:
    assert 50_000 <= memory_of(value) <= 60_000
    assert memory_of([value] * 1000, 100_000) <= 120_000
