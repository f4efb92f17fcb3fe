"""VEX that lies with an image settles findings of a scan of it: in every form, from registries, ECR and layouts."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hullmark.demo.aws import DemoAws
from hullmark.demo.images import Blob, Built
from hullmark.demo.registry import DemoRegistry
from hullmark.reports.documents import document
from hullmark.scan_attested import Stated
from hullmark.vex.read import read_vex
from tests.cli.command import run
from tests.cli.images import FINDING, image, index_of
from tests.fleet.attestations import INDEX, artifact, cosign_tag
from tests.fleet.test_attested_vex import document as openvex
from tests.fleet.test_attested_vex import not_affected, vex
from tests.scan.conftest import Scan, beside, put, reports
from tests.sources.archives import layout, write_folder, write_tar
from tests.sources.programs import PASSWORD

ACME = "Acme (attestation, not verified)"
AT = datetime(2026, 3, 1, tzinfo=UTC)
COSIGN, CONTAINERD = "dev.cosignproject.cosign", "io.containerd.image.name"
SPDX = "application/spdx+json"
REQUESTS = {  # for lists of referrers, a page each, and for manifests: of the image, the attestation, cosign's tag
    "cosign": (1, 2), "cosign without a type": (1, 2), "referrer": (2, 3), "bundle": (2, 3), "buildkit": (2, 5),
}  # fmt: skip
KINDS = tuple(REQUESTS)


def lay(host: str, repository: str, kind: str, built: Built) -> str:
    """An image with VEX in that form in the real registry, which knows no list of referrers; its reference."""
    put(host, repository, "1", built)
    tag, holder, subject = vex(kind, built, not_affected(FINDING))
    put(host, repository, "1" if kind == "buildkit" else tag, holder)
    if subject:
        put(host, repository, built.manifest.digest.replace(":", "-"), referrers(holder))
    return f"{host}/{repository}:1"


def referrers(*holders: Built) -> Built:
    """The index that lists them, as clients keep it where a registry does not."""
    read = [(holder, json.loads(holder.manifest.data)) for holder in holders]
    entries = [
        holder.manifest.descriptor(artifactType=told["artifactType"], annotations=told.get("annotations", {}))
        for holder, told in read
    ]
    return Built(Blob(INDEX, json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}).encode()), ())


def settled(report: Any) -> list[tuple[str, str]]:  # noqa: ANN401  # a JSON document
    return [(item["id"], item["vex"]["author"]) for item in report["findings"] if item["vex"]]


@pytest.mark.parametrize("kind", KINDS)
def test_from_a_registry_without_a_list_of_referrers(kind: str, host: str, scanned: Scan) -> None:
    found = scanned(lay(host, f"real/{kind.replace(' ', '-')}", kind, image()))
    (report,) = reports(found)
    assert settled(report) == [(FINDING, ACME)]
    assert (found.gaps, found.notes, report["problems"]) == ((), (), [])
    assert len(report["findings"]) > 1, "no finding goes, and the others stay open"


def stated(found: Stated) -> list[tuple[str, str]]:
    """(vulnerability, image) of each statement; nothing is odd."""
    assert found.problems == {}
    return [(row["vulnerability"], row["image_digest"]) for table in found.statements for row in table.to_pylist()]


@pytest.mark.parametrize("kind", KINDS)
def test_from_a_list_of_referrers_with_few_requests(kind: str, demo: DemoRegistry) -> None:
    built = image()
    demo.push("shop/api", "1", built)
    tag, holder, _ = vex(kind, built, not_affected(FINDING))
    demo.push("shop/api", "1" if kind == "buildkit" else tag, holder)
    other = artifact([b"{}"], SPDX, artifactType=SPDX, subject=built.manifest.descriptor())
    demo.push("shop/api", "", other)
    assert stated(beside(f"{demo.host}/shop/api:1")) == [(FINDING, built.manifest.digest)]
    assert (demo.requests["referrers"], demo.requests["manifest"]) == REQUESTS[kind]
    assert demo.sent[other.manifest.digest] == 0, "a bill of materials is no VEX by its type"
    assert demo.sent[holder.manifest.digest] == 1, "each manifest is fetched once"


def test_an_image_without_any_costs_two_requests(demo: DemoRegistry) -> None:
    demo.push("shop/api", "1", image())
    assert stated(beside(f"{demo.host}/shop/api:1")) == []
    assert (demo.requests["referrers"], demo.requests["manifest"]) == (1, 2), "the list, cosign's tag, its own manifest"


def test_an_index_speaks_for_its_platforms_and_an_image_for_itself(host: str, scanned: Scan) -> None:
    index = index_of("amd64", "arm64")
    arm = index.children[1]
    put(host, "real/several", "1", index)
    tag, holder, _ = vex("cosign", index, not_affected(FINDING))
    put(host, "real/several", tag, holder)
    other = "CVE-2023-5363"
    tag, holder, _ = vex("cosign", arm, not_affected(other))
    put(host, "real/several", tag, holder)
    first, second = reports(scanned(f"{host}/real/several:1", "all"))
    assert settled(first) == [(FINDING, ACME)]
    assert sorted(settled(second)) == sorted([(FINDING, ACME), (other, ACME)])


def test_a_document_by_hand_counts_first(host: str, scanned: Scan) -> None:
    reference = lay(host, "real/by-hand", "cosign", image())
    product = "pkg:deb/debian/libssl3@3.0.9-1"
    said = openvex({"vulnerability": FINDING, "status": "affected", "products": [product]}, author="Us")
    mine = read_vex(json.dumps(said).encode(), "", "", AT)
    (report,) = reports(scanned(reference, vex=[mine.statements]))
    told = next(item for item in report["findings"] if item["id"] == FINDING)
    assert (told["vex"]["status"], told["vex"]["author"]) == ("affected", "Us")


def test_it_is_in_every_document(host: str, scanned: Scan) -> None:
    made = reports(scanned(lay(host, "real/documents", "cosign", image())))
    for name in ("json", "sarif", "cyclonedx"):
        assert ACME in document(name).write(made).decode(), name
    assert b"component_not_present" in document("sarif").write(made)


def test_ecr(scanned: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    account, region = "111122223333", "eu-central-1"
    built = image()
    with DemoRegistry(PASSWORD) as registry, DemoAws() as aws:
        registry.push("shop/api", "1", built)
        registry.push("shop/api", *vex("bundle", built, not_affected(FINDING))[:2])
        aws.set_registry(account, region, registry.url, PASSWORD)
        for name, value in aws.environment(account).items():
            monkeypatch.setenv(name, value)
        (report,) = reports(scanned(f"{account}.dkr.ecr.{region}.amazonaws.com/shop/api:1"))
    assert settled(report) == [(FINDING, ACME)]


LAYOUTS: Mapping[str, Callable[[Built], tuple[str, Built, dict[str, str]]]] = {  # name, attestation, its annotations
    "subject": lambda built: ("", vex("referrer", built, not_affected(FINDING))[1], {}),
    "tag": lambda built: (cosign_tag(built), vex("cosign", built, not_affected(FINDING))[1], {}),
    "containerd": lambda built: (
        "",
        vex("cosign", built, not_affected(FINDING))[1],
        {CONTAINERD: f"app:{cosign_tag(built)}"},
    ),
    "cosign": lambda built: ("", vex("cosign", built, not_affected(FINDING))[1], {"kind": f"{COSIGN}/atts"}),
}


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "tar"])
@pytest.mark.parametrize("kind", LAYOUTS)
def test_layouts(kind: str, packed: bool, tmp_path: Path, scanned: Scan) -> None:
    built, other = image(), image(architecture="arm64")
    name, holder, notes = LAYOUTS[kind](built)
    files = layout(("1", built), (name, holder), *((("2", other),) if kind != "cosign" else ()))
    index = json.loads(files["index.json"])
    index["manifests"][1].setdefault("annotations", {}).update(notes)
    if kind == "cosign":
        index["manifests"][0]["annotations"] = {"kind": f"{COSIGN}/image"}
    files["index.json"] = json.dumps(index).encode()
    place = write_tar(tmp_path / "it.tar", files) if packed else write_folder(tmp_path / "it", files)
    tag = "" if kind == "cosign" else ":1"
    assert stated(beside(f"oci:{place}{tag}")) == [(FINDING, built.manifest.digest)]
    if kind != "cosign":
        assert stated(beside(f"oci:{place}:2", "linux/arm64")) == []


def test_a_layout_settles_what_it_states_of_the_image_in_any_repository(tmp_path: Path, scanned: Scan) -> None:
    """A layout does not know where its image belongs: who names its digest means it, who names a place alone may not."""
    built, other = image(), "CVE-2023-5363"
    product = {"@id": f"pkg:oci/api@{built.manifest.digest}?repository_url=registry.example/shop/api"}
    elsewhere = {"@id": "pkg:oci/api?repository_url=registry.example/shop/api&tag=1"}
    tag, holder, _ = vex("cosign", built, not_affected(FINDING, product), not_affected(other, elsewhere))
    (report,) = reports(scanned(str(write_folder(tmp_path / "it", layout(("1", built), (tag, holder))))))
    assert settled(report) == [(FINDING, ACME)]
    (problem,) = report["problems"]
    assert "1 of them are about other images" in problem["reason"]


def test_a_gate_that_passes_by_attestations_says_so(tmp_path: Path, feeds: Path) -> None:
    built = image()
    names = ("CVE-2024-6119", "CVE-2023-5363", "CVE-2025-15467")  # all that it has; the last one has no severity yet
    tag, holder, _ = vex("cosign", built, *map(not_affected, names))
    line = [
        "scan",
        str(write_folder(tmp_path / "it", layout(("1", built), (tag, holder)))),
        "--feeds",
        str(feeds),
        "--format",
    ]
    ran = run(tmp_path, [*line, "json", "--fail-on", "high"])
    assert (ran.status, len(json.loads(ran.stdout)["findings"])) == (0, 3)
    assert ran.stderr.startswith("hullmark: note: --fail-on high passes by 2 findings that attestations on the image settle")
    ran = run(tmp_path, [*line, "json", "--fail-on", "high"], {"HULLMARK_VEX_ATTESTATIONS": "off"})
    assert (ran.status, ran.stderr) == (1, "")
    assert run(tmp_path, [*line, "json", "--fail-on", "critical"]).stderr == "", "none of them is that grave"
