"""VEX that a person hands in: what they may get wrong is told, and what they may mean is understood."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from hullmark.demo.registry import DemoRegistry
from hullmark.errors import CorruptData, InputError, LimitExceeded, NotFound, Unsupported
from hullmark.reports.documents import document as report_document
from hullmark.vex.files import MOST_LINES, read_vex_file
from hullmark.vex.read import Vex
from hullmark.vex.target import target_of
from tests.cli.images import FINDING, image, write_layout
from tests.fleet.attestations import dsse, statement
from tests.fleet.test_attested_vex import OPENVEX, document, not_affected
from tests.scan.conftest import Scan, reports

NOW = datetime(2026, 4, 1, tzinfo=UTC)
PURL = "pkg:deb/debian/libssl3@3.0.9-1?arch=amd64&distro=debian-12&upstream=openssl"
BUILT = image()
DIGEST = BUILT.manifest.digest
OTHER = "sha256:" + "2" * 64


def read(path: Path, content: bytes, name: str = "vex.json") -> list[Vex]:
    (path / name).write_bytes(content)
    return read_vex_file(path / name, "", NOW)


def about(*products: object, vulnerability: str = FINDING) -> bytes:
    return json.dumps(document(not_affected(vulnerability, *products))).encode()


FIT = {
    "a package": "pkg:deb/debian/libssl3@3.0.9-1",
    "its source": "pkg:deb/debian/openssl@3.0.9-1?arch=source",
    "the digest": DIGEST,
    "the digest in a place": f"pkg:oci/api@{DIGEST}?repository_url=registry.example/shop/api",
    "a reference": f"registry.example/shop/api@{DIGEST}",
}
UNFIT = {
    "another package": "pkg:deb/debian/libssl9@3.0.9-1",
    "another version": "pkg:deb/debian/libssl3@3.0.9-2",
    "the source as a package": "pkg:deb/debian/openssl@3.0.9-1",
    "another image": OTHER,
    "a place without a digest": "pkg:oci/api@1.0?repository_url=registry.example/shop/api",
}


@pytest.mark.parametrize("kind", [*FIT, *UNFIT])
def test_a_document_of_which_nothing_fits_says_so(kind: str, tmp_path: Path, scanned: Scan) -> None:
    product = FIT.get(kind) or UNFIT[kind]
    (vex,) = read(tmp_path, about(product))
    found = scanned(str(write_layout(tmp_path / "layout", BUILT)), vex=[vex.statements])
    (report,) = reports(found)
    assert [item["id"] for item in report["findings"] if item["vex"]] == ([FINDING] if kind in FIT else [])
    said = f"vex.json: nothing in it fits a finding; of {FINDING} it names {product}, which was found in {PURL} of {DIGEST}"
    assert found.notes == (() if kind in FIT else (said,))


def test_what_is_about_nothing_that_was_found_or_is_outdone_is_not_odd(
    tmp_path: Path, demo: DemoRegistry, scanned: Scan
) -> None:
    demo.push("shop/api", "1", BUILT)
    (stale,) = read(tmp_path, about(FIT["a package"], vulnerability="CVE-1999-0001"))
    (older,) = read(tmp_path, json.dumps(document(not_affected(FINDING, DIGEST), author="A", at="2025-01-01")).encode())
    (newer,) = read(tmp_path, json.dumps({**document(not_affected(FINDING, DIGEST), author="B"), "@id": "other"}).encode())
    (unfit,) = read(tmp_path, json.dumps({**document(not_affected(FINDING, OTHER)), "@id": "unfit"}).encode(), "unfit.json")
    tables = [vex.statements for vex in (stale, older, newer, unfit)]
    found = scanned(f"{demo.host}/shop/api:1", vex=[*tables, pa.table(unfit.statements.slice(0, 0))])
    (note,) = found.notes
    assert note.startswith("unfit.json: nothing in it fits")
    assert note.endswith(f"of {demo.host}/shop/api@{DIGEST}")


def test_attestations_as_cosign_prints_them(tmp_path: Path) -> None:
    first, second = document(not_affected(FINDING)), document(not_affected("CVE-2026-2"))
    lines = [dsse(statement(DIGEST, OPENVEX, first)), dsse(statement(DIGEST, "https://spdx.dev/Document", {"a": 1})),
             dsse(statement(DIGEST, OPENVEX, second))]  # fmt: skip
    found = read(tmp_path, b"\n".join([*lines, b""]))
    rows = [row for vex in found for row in vex.statements.to_pylist()]
    assert [(row["vulnerability"], row["image_digest"]) for row in rows] == [(FINDING, DIGEST), ("CVE-2026-2", DIGEST)]
    (alone,) = read(tmp_path, lines[0])
    assert [row["image_digest"] for row in alone.statements.to_pylist()] == [DIGEST], "it is about what it is attached to"


BAD = [
    (b"", CorruptData, "vex.json: the file is not valid JSON"),
    (b'{\n"cut": "off', CorruptData, "vex.json: the file is not valid JSON"),
    (b'{"a": 1}\nx\n{}', CorruptData, "vex.json: line 2: the file is not valid JSON"),
    (b'{"a": 1}\n{"b": 2}', Unsupported, "vex.json: the document is no OpenVEX, CycloneDX or CSAF"),
    (b"{}\n" * (MOST_LINES + 1), LimitExceeded, r"vex.json: the file has 1,001 lines, more than the 1,000 documents"),
    (b"[{}]", CorruptData, "vex.json: the file is not a JSON object"),
]


@pytest.mark.parametrize(("content", "kind", "says"), BAD, ids=range(len(BAD)))
def test_files_that_cannot_be_read(content: bytes, kind: type[InputError], says: str, tmp_path: Path) -> None:
    with pytest.raises(kind, match=says):
        read(tmp_path, content)


def test_an_address_and_a_name_that_looks_attested(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"are read from files, and https:/vex.example/a.json is an address; fetch it first"):
        read_vex_file(Path("https://vex.example/a.json"), "", NOW)
    (vex,) = read(tmp_path, about(DIGEST), "attestation a.json")
    assert vex.statements["source"].to_pylist() == ["attestation-a.json"], "what is handed in is nobody's attestation"


def test_a_bill_of_materials_states_nothing(tmp_path: Path) -> None:
    for more in ({}, {"vulnerabilities": [{"id": FINDING}]}):
        (vex,) = read(tmp_path, json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", **more}).encode())
        (refused,) = vex.refused
        assert refused.reason.startswith("it is a bill of materials without an analysis of vulnerabilities")


HUB = [
    "index.docker.io/library/alpine",
    "registry-1.docker.io/library/alpine",
    "docker.io/alpine",
    "docker.io/library/alpine",
]


@pytest.mark.parametrize("place", HUB)
def test_docker_hub_has_one_name(place: str) -> None:
    assert target_of(f"pkg:oci/alpine@{OTHER}?repository_url={place}").repository == "docker.io/library/alpine"
    assert target_of(f"{place}@{OTHER}").repository == "docker.io/library/alpine"


@pytest.mark.parametrize("written", ["hullmark", "syft"])
def test_a_bill_of_materials_with_an_analysis_added(written: str, tmp_path: Path, scanned: Scan) -> None:
    """The image in it is named by its digest, as a hash or as its version."""
    place = str(write_layout(tmp_path / "layout", BUILT))
    made = json.loads(report_document("cyclonedx").write(reports(scanned(place))))
    for item in made["vulnerabilities"]:
        if item["id"] == FINDING:
            item["analysis"] = {"state": "not_affected", "justification": "code_not_reachable"}
    if written == "syft":
        del made["metadata"]["component"]["hashes"]
    (vex,) = read(tmp_path, json.dumps(made).encode())
    assert [item.reason for item in vex.refused] == [
        "it names no author, so that nobody answers for it; name one in metadata.authors"
    ]
    made["metadata"] |= {"authors": [{"name": "Acme"}], "timestamp": "2026-01-01T00:00:00Z"}
    (vex,) = read(tmp_path, json.dumps(made).encode())
    assert vex.refused == []
    assert [(row["image_digest"], row["stem"]) for row in vex.statements.to_pylist()] == [(DIGEST, "pkg:deb/debian/libssl3")]
    (report,) = reports(scanned(place, vex=[vex.statements]))
    assert [item["id"] for item in report["findings"] if item["vex"]] == [FINDING]
