"""Each documented reason: what leads to it, in one scan of a fleet with one of each; of the others where they are tested."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from hullmark.demo.images import Blob, Built, build_image
from hullmark.model import Reason
from hullmark.settings import Limits
from tests.fleet.attestations import CONFIG, DSSE, INDEX, MANIFEST, artifact
from tests.fleet.test_incremental import API, broken
from tests.fleet.world import LAYERS, World, image

ROOT = Path(__file__).parents[2]
LAYER, FOREIGN = "application/vnd.oci.image.layer.v1.tar", "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
HELM, SOCI = "application/vnd.cncf.helm.chart.content.v1.tar+gzip", "application/vnd.amazon.soci.index.v1+json"
SIGNED = "application/vnd.dev.cosign.simplesigning.v1+json"
OWN = {
    **LAYERS,
    "bare": {"created_by": "COPY", "file": ["opt/app"]},
    "bad": {"created_by": "COPY", "file": ["app/node_modules/x/package.json"]},
}
# What is no matter of one image: where it is tested that the reason comes about.
ELSEWHERE = {
    Reason.DENIED: "tests/fleet/test_incremental.py",
    Reason.TRANSPORT: "tests/fleet/test_incremental.py",
    Reason.STOPPED: "tests/flows/test_stopped.py",
    Reason.QUARANTINED: "tests/fleet/test_failures.py",
    Reason.INVALID_BATCH: "tests/fleet/test_quarantine.py",
    Reason.EXCLUDED_REPOSITORY: "tests/fleet/test_policy.py",
    Reason.EXCLUDED_TAG: "tests/fleet/test_policy.py",
    Reason.TOO_OLD: "tests/fleet/test_policy.py",
    Reason.SUPERSEDED: "tests/fleet/test_policy.py",
}


def of_layers(*layers: Mapping[str, object]) -> Built:
    """An image whose manifest has these layers, whatever they are."""
    config = Blob(CONFIG, json.dumps({"rootfs": {"type": "layers", "diff_ids": [""] * len(layers)}}).encode())
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config.descriptor(), "layers": [*layers]}
    return Built(Blob(MANIFEST, json.dumps(manifest).encode()), (config,))


def descriptor(media_type: str, **more: object) -> dict[str, object]:
    return Blob(media_type, media_type.encode()).descriptor(**more)


def index(*entries: object) -> Built:
    return Built(Blob(INDEX, json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}).encode()), ())


HELD: dict[Reason, tuple[str, Built]] = {
    Reason.SIGNATURE: ("skipped", artifact([b"{}"], SIGNED)),
    Reason.ATTESTATION: ("skipped", artifact([b"{}"], DSSE)),
    Reason.SBOM: ("skipped", artifact([b"{}"], "application/spdx+json")),
    Reason.HELM_CHART: ("skipped", artifact([b"{}"], HELM)),
    Reason.SOCI_INDEX: ("skipped", artifact([b"{}"], "application/octet-stream", artifactType=SOCI)),
    Reason.ARTIFACT: ("skipped", artifact([b"{}"], "application/wasm")),
    Reason.EMPTY_INDEX: ("skipped", index()),
    Reason.UNSUPPORTED_MEDIA_TYPE: ("failed", of_layers(descriptor("application/x-squashfs"))),
    Reason.UNSUPPORTED_COMPRESSION: ("failed", of_layers(descriptor(f"{LAYER}+xz"))),
    Reason.FOREIGN_LAYER: ("failed", of_layers(descriptor(FOREIGN, urls=["https://go.example/base"]))),
    Reason.TOO_LARGE: ("failed", of_layers(*[descriptor(f"{LAYER}+gzip")] * 600)),
    Reason.CORRUPT: ("failed", broken()),
    Reason.UNKNOWN_OS: ("partial", build_image(["bare"], OWN, "amd64")),
    Reason.UNREADABLE_FILE: ("partial", build_image(["alpine-3-18", "bad"], OWN, "amd64")),
    Reason.UNTAGGED: ("skipped", image("debian-12-1")),
    Reason.ARCHIVED: ("skipped", image("debian-12-5")),
    Reason.VANISHED: ("failed", image("alpine-3-18")),
    Reason.DIGEST_MISMATCH: ("failed", image("alpine-3-18", "proxy")),
}


def push(world: World) -> dict[str, Reason]:
    """One of each into a repository of its name; which digest is which."""
    found = {world.first.push(str(reason), "1", built): reason for reason, (_, built) in HELD.items()}
    at = {reason: digest for digest, reason in found.items()}
    world.first.untag(str(Reason.UNTAGGED), "1")
    world.first.archive(str(Reason.ARCHIVED), at[Reason.ARCHIVED])
    world.first.registry.refuse(at[Reason.VANISHED], 404, times=1)
    world.first.registry.tamper(HELD[Reason.DIGEST_MISMATCH][1].blobs[-1].digest, b"something else")
    return found


def test_one_of_each(world: World) -> None:
    found = push(world)
    world.first.push("good", "1", image(*API))
    world.scan()
    rows: list[tuple[Any, ...]] = world.coverage("digest", "repository", "status", "reason", "detail")
    told = {repository: (status, reason) for _, repository, status, reason, _ in rows}
    assert told.pop("good") == ("scanned", "")
    assert told == {str(reason): (status, str(reason)) for reason, (status, _) in HELD.items()}
    assert all(detail for digest, *_, detail in rows if digest in found)


def test_a_layer_that_takes_too_long(world: World) -> None:
    world.limits = Limits(layer_seconds=-1.0)
    world.first.push("slow", "1", image(*API))
    world.scan()
    assert world.coverage("status", "reason") == [("failed", "timeout")]


def test_every_reason_is_documented_and_comes_about() -> None:
    reasons = {*map(str, Reason)} - {""}
    table = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8").partition("| reason |")[2].partition("\n\n")[0]
    documented = {name for row in table.splitlines()[2:] for name in re.findall(r"`([a-z-]+)`", row.split("|")[1])}
    assert documented == reasons
    assert {*map(str, [*HELD, *ELSEWHERE, Reason.TIMEOUT])} == reasons


@pytest.mark.parametrize(("reason", "where"), ELSEWHERE.items(), ids=map(str, ELSEWHERE))
def test_the_others_are_asserted_where_it_says(reason: Reason, where: str) -> None:
    text = (ROOT / where).read_text(encoding="utf-8")
    assert f'"{reason}"' in text or f"Reason.{reason.name}" in text
