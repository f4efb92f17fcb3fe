"""What is read, what is carried over, what is tried again; and that every digest has its row and every total adds up."""

import json
from dataclasses import replace

import pytest

from hullmark.demo.images import Blob, Built, build_image, build_index, build_signature
from hullmark.fleet.run import Record
from tests.fleet.world import FIRST, LAYERS, SECOND, World, image

API, OTHER, BROKEN = ("debian-12-1", "curl"), ("alpine-3-18",), ("debian-12-1", "reports")
TYPES = ("vnd.oci.image.index", "vnd.oci.image.manifest")


def broken() -> Built:
    layers = {**LAYERS, "reports": {"created_by": "COPY", "broken": True}}
    return build_image(BROKEN, layers, "amd64")


def multi(*stack: str, attested: bool = False) -> Built:
    return build_index({f"linux/{arch}": image(*stack, architecture=arch) for arch in ("amd64", "arm64")}, attested)


def totals_add_up(world: World, record: Record) -> None:
    keys = "count(*), count(DISTINCT (registry, repository, digest))"
    rows = world.ask(f"SELECT {keys} FROM coverage WHERE run = $run", run=record.run.run)  # noqa: S608
    assert rows == [(record.counts.digests, record.counts.digests)]
    listed = {
        (account.registry.host, *key) for account in world.accounts.values() for key in account.listed if not account.denied
    }
    assert listed <= set(world.coverage("registry", "repository", "digest"))


def test_a_second_run_asks_the_registries_for_nothing(world: World) -> None:
    world.first.push("team/api", "1", image(*API))
    world.first.push("team/api", "2", multi(*OTHER, attested=True))
    first = world.scan()
    before = world.first.registry.requests
    second = world.scan()
    assert world.first.registry.requests == before
    assert (first.counts.images_scanned, first.counts.images_unchanged, first.counts.layers_read) == (3, 0, 4)
    assert (second.counts.images_scanned, second.counts.images_unchanged, second.counts.layers_read) == (0, 3, 0)
    assert second.counts.findings == first.counts.findings > 0
    assert {row[0] for row in world.coverage("status")} == {"unchanged", "skipped"}
    assert world.events() == set()
    totals_add_up(world, second)


def test_an_index_is_no_image(world: World) -> None:
    world.first.push("team/api", "2", multi(*API, attested=True))
    record = world.scan()
    assert record.counts.images_scanned == 2
    assert record.counts.digests == 4  # the index, two images, the attestation
    assert [row[0] for row in world.ask("SELECT DISTINCT media_type FROM images")] == [
        "application/vnd.oci.image.manifest.v1+json"
    ]
    totals_add_up(world, record)


def test_a_digest_in_two_places_and_two_accounts_is_read_once(world: World) -> None:
    for account, repository in ((world.first, "a"), (world.first, "b"), (world.second, "a")):
        account.push(repository, "latest", image(*API))
    record = world.scan()
    requests = world.first.registry.requests + world.second.registry.requests
    assert (requests["manifest"], requests["storage"]) == (1, 3)  # the config and two layers
    assert (record.counts.images_scanned, record.counts.digests, record.counts.accounts) == (1, 3, 2)
    assert [row[0] for row in world.ask("SELECT account FROM images ORDER BY ALL")] == [FIRST, FIRST, SECOND]
    assert world.ask("SELECT count(DISTINCT image_digest), count(*) FROM packages") == world.ask(
        "SELECT 1, count(DISTINCT (image_digest, path, type, name, version, arch)) FROM packages"
    )
    totals_add_up(world, record)


def test_another_place_of_a_known_digest_reads_no_layer(world: World) -> None:
    world.first.push("a", "latest", image(*API))
    world.scan()
    world.second.push("a", "latest", image(*API))
    record = world.scan()
    assert (record.counts.layers_read, record.counts.images_scanned, record.counts.images_unchanged) == (0, 0, 1)
    assert world.events() == set()  # the same image: nothing opened
    totals_add_up(world, record)


def test_a_child_with_a_tag_of_its_own_answers_for_itself(world: World) -> None:
    both = multi(*API)
    world.first.push("a", "latest", both)
    world.first.push("a", "latest-arm64", both.children[1])
    for _ in range(2):
        totals_add_up(world, world.scan())
        rows = world.coverage("index_digest", "tags", "digest")
        assert (both.manifest.digest, ["latest-arm64"], both.children[1].manifest.digest) in rows
        assert (both.manifest.digest, ["latest"], both.children[0].manifest.digest) in rows
    world.first.untag("a", "latest-arm64")  # it is the index's child again
    totals_add_up(world, world.scan())
    assert (["latest"], "unchanged") in world.coverage("tags", "status")
    assert world.ask("SELECT DISTINCT state FROM images") == [("present",)]


@pytest.mark.parametrize("together", [True, False])
def test_a_child_of_two_indexes_has_one_row_and_outlives_either(world: World, together: bool) -> None:
    amd64, arm64, other = image(*API), image(*API, architecture="arm64"), image(*OTHER)
    one = build_index({"linux/amd64": amd64, "linux/arm64": arm64}, attested=False)
    two = build_index({"linux/amd64": amd64, "linux/arm64": other}, attested=False)
    world.first.push("a", "one", one)
    if not together:
        totals_add_up(world, world.scan())
    world.first.push("a", "two", two)
    totals_add_up(world, world.scan())
    both = " ".join(sorted([one.manifest.digest, two.manifest.digest]))
    assert (amd64.manifest.digest, both, ["one", "two"]) in world.coverage("digest", "index_digest", "tags")
    before = world.first.registry.requests
    for tag, last in (("one", two), ("two", None)):
        world.first.untag("a", tag)
        totals_add_up(world, world.scan())
        shared = next(row for row in world.coverage("digest", "status", "index_digest") if row[0] == amd64.manifest.digest)
        assert shared[1:] == (("unchanged", last.manifest.digest) if last else ("skipped", ""))
    assert world.first.registry.requests == before
    assert world.ask("SELECT count(*) FROM current_findings") == [(0,)]


def test_signatures_are_evidence_and_no_images(world: World) -> None:
    subject = image(*API)
    world.first.push("a", "1", subject)
    tag, signature = build_signature(subject)
    world.first.push("a", tag, signature)
    record = world.scan()
    assert ("skipped", "signature", subject.manifest.digest) in world.coverage("status", "reason", "subject")
    assert record.counts.images_scanned == 1


def test_a_transient_failure_is_tried_again_and_a_permanent_one_is_not(world: World) -> None:
    world.first.push("a", "gone", image(*API))
    world.first.push("a", "broken", broken())
    world.first.registry.refuse(image(*API).manifest.digest, 404, times=1)
    record = world.scan()
    assert sorted(row for row in world.coverage("status", "reason")) == [("failed", "corrupt"), ("failed", "vanished")]
    assert (record.counts.images_failed, record.counts.images_scanned) == (2, 0)
    before = world.first.registry.requests["manifest"]
    record = world.scan()
    assert sorted(world.coverage("status", "reason")) == [("failed", "corrupt"), ("scanned", "")]
    assert world.first.registry.requests["manifest"] == before + 1
    assert (record.counts.images_failed, record.counts.images_scanned, record.counts.layers_known) == (1, 1, 1)
    totals_add_up(world, record)


def test_an_index_is_tried_again_for_the_child_that_may_yet_be_read(world: World) -> None:
    good = image(*API, architecture="arm64")
    index = build_index({"linux/amd64": broken(), "linux/arm64": good}, attested=False)
    world.first.push("a", "latest", index)
    layer = good.blobs[-1].digest
    world.first.registry.refuse(f"storage {layer}", 403, times=1)
    world.scan()
    assert world.coverage("status", "reason") == [("failed", "corrupt"), ("failed", "denied"), ("failed", "denied")]
    record = world.scan()
    assert sorted(world.coverage("status", "reason")) == [("failed", "corrupt"), ("partial", "corrupt"), ("scanned", "")]
    assert record.counts.images_scanned == 1
    totals_add_up(world, record)


def test_one_image_that_lies_about_a_layer_does_not_spoil_it_for_others(world: World) -> None:
    honest, liar = image(*API), image("debian-12-1")
    config = json.loads(liar.blobs[0].data)
    config["rootfs"]["diff_ids"] = ["sha256:" + "0" * 64]
    lie = Blob(liar.blobs[0].media_type, json.dumps(config).encode())
    manifest = json.loads(liar.manifest.data)
    manifest["config"] = lie.descriptor()
    manifest["layers"][0]["size"] += 1
    liar = replace(
        liar, manifest=Blob(liar.manifest.media_type, json.dumps(manifest).encode()), blobs=(lie, *liar.blobs[1:])
    )
    world.first.push("a", "liar", liar)
    world.first.push("b", "honest", honest)
    world.scan()
    assert world.coverage("repository", "status", "reason") == [("a", "failed", "digest-mismatch"), ("b", "scanned", "")]


def test_a_stored_layer_that_was_damaged_fails_its_images_once(world: World) -> None:
    world.first.push("a", "1", image("debian-12-1"))
    world.scan()
    for path in (world.folder / "lake" / "layers").rglob("*.parquet"):
        path.write_bytes(b"PAR1" + b"x" * 100 + b"PAR1")
    world.first.push("a", "2", image(*API))
    world.scan()
    assert ("failed", "transport") in world.coverage("status", "reason")
    world.scan()
    assert sorted(world.coverage("status")) == [("scanned",), ("unchanged",)]


def test_tags_follow_without_reading(world: World) -> None:
    world.first.push("a", "1", image(*API))
    world.scan()
    world.first.push("a", "stable", image(*API))
    before = world.first.registry.requests
    world.scan()
    assert world.first.registry.requests == before
    assert world.ask("SELECT tags FROM images") == [(["1", "stable"],)]
