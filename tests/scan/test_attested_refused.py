"""What lies with an image and cannot be read or believed is a problem with a reason; the scan goes on, and is complete."""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from hullmark.demo.images import Built
from hullmark.demo.registry import DemoRegistry
from hullmark.fleet.evidence import MOST_VEX
from hullmark.model import Problem
from hullmark.reports.documents import document
from hullmark.scan_attested import MOST_READ, Stated
from hullmark.sources.beside import attestation_tag
from tests.cli.images import FINDING, image
from tests.fleet.attestations import BUNDLE, DSSE, IN_TOTO, artifact, buildkit, dsse, index_with, statement
from tests.fleet.test_attested_vex import OPENVEX, not_affected, vex
from tests.fleet.test_attested_vex import document as openvex
from tests.scan.conftest import Scan, beside, put, reports
from tests.sources.archives import layout, write_folder

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/scan-report.schema.json").read_bytes())
UNBELIEVED = "of its VEX is not believed: "


def problems(found: Stated) -> list[tuple[str, str]]:
    assert not any(table.num_rows for table in found.statements)
    return [(problem.path, problem.reason) for several in found.problems.values() for problem in several]


def referrer(built: Built, *contents: bytes, predicate: str = OPENVEX) -> Built:
    return artifact([*contents], IN_TOTO, predicate, artifactType=IN_TOTO, subject=built.manifest.descriptor())


ANOTHER = "sha256:" + "1" * 64
HOSTILE = {
    "empty": (b"", "the file is not valid JSON"),
    "cut off": (statement(ANOTHER, OPENVEX, {})[:-2], "the file is not valid JSON"),
    "deep": (b"[" * 5000, "the file is not valid JSON"),
    "no object": (b"[]", "the file is not a JSON object"),
    "no base64": (b'{"payloadType": "application/vnd.in-toto+json", "payload": "!"}', "no base64"),
    "too large": (b" " * 2_000_000, "more than the 1048576 that are read"),
    "of another image": (statement(ANOTHER, OPENVEX, {}), "does not name the image that it lies with"),
    "no VEX": (b"", "the document is no OpenVEX, CycloneDX or CSAF"),
    "without an author": (b"", "document: it names no author"),
    "from the future": (b"", "which is no time that has been"),
    "of others": (b"", "statements: 1 of them are about other images"),
}


def content(kind: str, built: Built) -> bytes:
    digest = built.manifest.digest
    made = {
        "no VEX": {"hello": 1},
        "without an author": openvex(not_affected(FINDING), author=""),
        "from the future": openvex(not_affected(FINDING), at="2999-01-01T00:00:00Z"),
        "of others": openvex(not_affected(FINDING, {"@id": ANOTHER})),
    }
    return statement(digest, OPENVEX, made[kind]) if kind in made else HOSTILE[kind][0]


@pytest.mark.parametrize("kind", HOSTILE)
def test_an_attestation_that_is_hostile_or_damaged(kind: str, demo: DemoRegistry) -> None:
    built = image()
    demo.push("a", "1", built)
    holder = referrer(built, content(kind, built))
    demo.push("a", "", holder)
    ((path, reason),) = problems(beside(f"{demo.host}/a:1"))
    assert path == f"attestation {holder.manifest.digest[:19]}"
    assert reason.startswith(UNBELIEVED)
    assert HOSTILE[kind][1] in reason


REFUSED = {
    "the list": (
        "referrers",
        403,
        "attestations",
        "cannot be listed: .* denies access to the list of what refers to a@sha256",
    ),
    "the list for now": ("referrers", 429, "attestations", "cannot be listed: .* asks for fewer requests"),
    "cosign's tag": ("tag", 403, "attestations", "cannot be listed: .* denies access to a:sha256-"),
    "a manifest": ("manifest", 403, "attestation sha256:", "it cannot be read: .* denies access to a@sha256:"),
    "a manifest that is gone": ("manifest", 404, "attestation sha256:", "it cannot be read: .* has no a@sha256:"),
    "a blob": ("blob", 403, "attestations", "they cannot be read: .* denies access to the attestation sha256:"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_registry_that_refuses(kind: str, demo: DemoRegistry) -> None:
    target, status, path, words = REFUSED[kind]
    built = image()
    demo.push("a", "1", built)
    holder = referrer(built, statement(built.manifest.digest, OPENVEX, openvex(not_affected(FINDING))))
    demo.push("a", "", holder)
    names = {
        "tag": attestation_tag(built.manifest.digest),
        "manifest": holder.manifest.digest,
        "blob": holder.blobs[1].digest,
    }
    demo.refuse(names.get(target, target), status, 9, "3600")
    found = beside(f"{demo.host}/a:1")
    told = [problem for several in found.problems.values() for problem in several]
    assert [problem.path[: len(path)] for problem in told] == [path]
    assert Problem(told[0].path, "vex", told[0].reason) == told[0]
    assert re.search(words, told[0].reason)
    assert bool(found.statements) == (target == "tag"), "what another way tells is read all the same"


@pytest.mark.parametrize("status", [400, 404, 405, 406, 501])
def test_a_registry_that_does_not_know_the_question(status: int, demo: DemoRegistry) -> None:
    demo.push("a", "1", image())
    demo.refuse("referrers", status, 9)
    assert problems(beside(f"{demo.host}/a:1")) == []
    assert demo.requests["manifest"] == 3, "it is asked for the tag that stands for the list"


INDEXES = {
    "no JSON": (b"{", "not valid JSON"),
    "another digest": (b'{"schemaVersion": 2, "manifests": [{"digest": "sha512:00", "size": 1}]}', "no valid digest"),
    "too many": (json.dumps({"manifests": [{"digest": ANOTHER, "size": 1}] * 600}).encode(), "has 600 entries"),
}


@pytest.mark.parametrize("kind", INDEXES)
def test_a_list_that_cannot_be_read(kind: str, demo: DemoRegistry) -> None:
    built = image()
    data, words = INDEXES[kind]
    demo.push("a", "1", built)
    demo.refuse("referrers", 404, 9)
    index = "application/vnd.oci.image.index.v1+json"
    demo.push_manifest("a", built.manifest.digest.replace(":", "-"), index, data)
    ((path, reason),) = problems(beside(f"{demo.host}/a:1"))
    assert path == "attestations"
    assert words in reason


def test_more_than_are_looked_into(demo: DemoRegistry) -> None:
    built = image()
    demo.push("a", "1", built)
    strange = "application/vnd.example"
    for number in range(MOST_READ + 3):
        demo.push("a", "", artifact([b"%d" % number], strange, artifactType=strange, subject=built.manifest.descriptor()))
    assert problems(beside(f"{demo.host}/a:1")) == [
        ("attestations", f"3 of {MOST_READ + 3} are not read, since {MOST_READ} of one image are, the newest first")
    ]
    assert sum(demo.sent.values()) < MOST_READ + 9


def test_a_statement_that_lies_there_often_takes_no_place_of_others(demo: DemoRegistry) -> None:
    built = image()
    demo.push("a", "1", built)
    said = [openvex(not_affected(f"CVE-2026-{number:04}"), author=f"Acme {number}") for number in range(2)]
    first, again = (dsse(statement(built.manifest.digest, OPENVEX, document)) for document in said)
    demo.push("a", attestation_tag(built.manifest.digest), artifact([first, *[again] * MOST_VEX], DSSE, OPENVEX))
    found = beside(f"{demo.host}/a:1")
    assert found.problems == {}
    assert len(found.statements) == 2


def test_an_index_in_place_of_an_attestation_is_told(demo: DemoRegistry) -> None:
    built = image()
    demo.push("a", "1", built)
    demo.push("a", attestation_tag(built.manifest.digest), index_with(built))
    ((_, reason),) = problems(beside(f"{demo.host}/a:1"))
    assert reason == "it is an index, which states nothing itself; push the attestation in its place"


def test_vex_that_is_no_attestation_is_told(demo: DemoRegistry) -> None:
    built, plain = image(), "application/vnd.openvex+json"
    demo.push("a", "1", built)
    demo.push("a", "", artifact([b"{}"], plain, artifactType=plain, subject=built.manifest.descriptor()))
    ((_, reason),) = problems(beside(f"{demo.host}/a:1"))
    assert reason == "it is VEX without an in-toto statement; attach it with cosign attest --type openvex"


def test_signatures_bills_and_provenance_are_none(demo: DemoRegistry) -> None:
    built = image()
    about = built.manifest.descriptor()
    signed = {"dev.sigstore.bundle.content": "message-signature"}
    built_by = {
        "dev.sigstore.bundle.content": "dsse-envelope",
        "dev.sigstore.bundle.predicateType": "https://slsa.dev/provenance/v1",
    }
    for notes in (signed, built_by):
        demo.push("a", "", artifact([b"{"], BUNDLE, artifactType=BUNDLE, subject=about, annotations=notes))
    demo.push("a", "", referrer(built, b"{", predicate="https://spdx.dev/Document"))
    demo.push("a", "1", index_with(built, buildkit(b"{", "https://slsa.dev/provenance/v0.2")))
    assert problems(beside(f"{demo.host}/a:1")) == []


def test_switched_off_and_listed_nothing_is_asked(
    demo: DemoRegistry, scanned: Scan, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = image()
    demo.push("a", "1", built)
    demo.push("a", *vex("cosign", built, not_affected(FINDING))[:2])
    scanned(f"{demo.host}/a:1", compare=False)
    monkeypatch.setenv("HULLMARK_VEX_ATTESTATIONS", "off")
    (report,) = reports(scanned(f"{demo.host}/a:1"))
    assert not any(item["vex"] for item in report["findings"])
    assert (demo.requests["referrers"], demo.requests["manifest"]) == (0, 2)


def test_the_report_says_it_and_is_complete(host: str, scanned: Scan) -> None:
    built = image()
    put(host, "refused", "1", built)
    put(host, "refused", attestation_tag(built.manifest.digest), artifact([dsse(b"{"), b"["], DSSE, OPENVEX))
    found = scanned(f"{host}/refused:1")
    made = reports(found)
    (problem,) = made[0]["problems"]
    assert (problem["cataloger"], problem["reason"]) == ("vex", f"{UNBELIEVED}the file is not valid JSON")
    Draft202012Validator(SCHEMA).validate(json.loads(document("json").write(made)))
    (note,) = found.notes
    assert note.startswith("VEX that lies with the image is not all used; attestation sha256:")
    assert found.gaps == (), "the status is 0"
    told = json.loads(document("cyclonedx").write(made))
    assert told["compositions"][0]["aggregate"] == "unknown", "the bill of materials lacks nothing"
    (run,) = json.loads(document("sarif").write(made))["runs"]
    text = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
    assert text.startswith("attestation sha256:")
    assert "could not be read whole" not in text


def test_layouts_that_are_damaged_or_sparse(tmp_path: Path) -> None:
    built = image()
    holder = buildkit(statement(built.manifest.digest, OPENVEX, openvex(not_affected(FINDING))), OPENVEX)
    whole = layout(("1", index_with(built, holder)))
    blob, manifest = (f"blobs/{item.digest.replace(':', '/')}" for item in (holder.blobs[1], holder.manifest))
    cut = {**whole, blob: bytes(whole[blob])[:-1]}  # type: ignore[arg-type]
    ((path, reason),) = problems(beside(f"oci:{write_folder(tmp_path / 'cut', cut)}"))
    assert path == f"attestation {holder.manifest.digest[:19]}"
    assert "should have" in reason
    absent = {name: data for name, data in whole.items() if name != blob}
    ((_, reason),) = problems(beside(f"oci:{write_folder(tmp_path / 'absent', absent)}"))
    assert "is not in" in reason
    sparse = {name: data for name, data in whole.items() if name not in (blob, manifest)}
    assert problems(beside(f"oci:{write_folder(tmp_path / 'sparse', sparse)}")) == [], "it was copied without it"


def test_manifests_that_are_too_large_together(tmp_path: Path, demo: DemoRegistry) -> None:
    built, about = image(), image().manifest.descriptor()
    padded = [
        artifact([b"{"], IN_TOTO, OPENVEX, artifactType=IN_TOTO, subject=about, x="x" * 3000 + str(n)) for n in range(3)
    ]
    demo.push("a", "1", built)
    for holder in padded:
        demo.push("a", "", holder)
    told = problems(beside(f"{demo.host}/a:1", index_bytes=4000))
    assert sum("the manifests of attestations have more than 4000 bytes" in reason for _, reason in told) == 1
    place = write_folder(tmp_path / "it", layout(("1", built), *(("", holder) for holder in padded)))
    told = problems(beside(f"oci:{place}:1", index_bytes=4000))
    assert any("too large together to tell which are about the image" in reason for _, reason in told)


def test_of_more_than_are_read_the_newest_are(demo: DemoRegistry) -> None:
    """Registries list referrers in any order; cosign and oras say when each was made, others append."""
    built, created = image(), "org.opencontainers.image.created"
    demo.push("a", "1", built)
    several, about = range(MOST_READ + 2), built.manifest.descriptor()
    for number in reversed(several):
        said = statement(
            built.manifest.digest, OPENVEX, openvex(not_affected(f"CVE-2026-{number:04}"), author=f"Acme {number}")
        )
        made = {created: f"2026-01-01T00:{number:02}:00Z"} if number else {created: "yesterday"}
        holder = artifact([said], IN_TOTO, OPENVEX, artifactType=IN_TOTO, subject=about, annotations=made)
        demo.push("a", "", holder)
    found = beside(f"{demo.host}/a:1")
    names = {row["vulnerability"] for table in found.statements for row in table.to_pylist()}
    assert names == {f"CVE-2026-{number:04}" for number in [*several][-MOST_VEX:]}
    told = [problem.reason for several in found.problems.values() for problem in several]
    assert told[0] == f"2 of {MOST_READ + 2} are not read, since {MOST_READ} of one image are, the newest first"
    assert len(told) == 1 + MOST_READ - MOST_VEX
