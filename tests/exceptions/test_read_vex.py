"""VEX documents of three formats against rows worked out by hand (`documents/<name>.json` and `.tsv`), and hostile ones."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hullmark.errors import InputError, LimitExceeded
from hullmark.vex.read import Vex, read_vex

NOW = datetime(2026, 4, 1, tzinfo=UTC)
DOCUMENTS = Path(__file__).with_name("documents")
AUTHORS = {"openvex": "Acme security", "cyclonedx": "Acme security", "csaf": "Acme PSIRT"}
NAMES = sorted(AUTHORS)


def read(document: object) -> Vex:
    return read_vex(document if isinstance(document, bytes) else json.dumps(document).encode(), "a file", "ann", NOW)


@pytest.mark.parametrize("name", NAMES)
def test_a_document(name: str) -> None:
    vex = read((DOCUMENTS / f"{name}.json").read_bytes())
    found = [
        "\t".join((row["vulnerability"], row["status"], row["justification"], row["at"].replace(tzinfo=None).isoformat(),
                   row["stem"], row["version"], " ".join(row["qualifiers"]), row["image_digest"].removeprefix("sha256:"),
                   row["repository"], row["tag"], row["platform"]))
        for row in vex.statements.to_pylist()
    ]  # fmt: skip
    found += [f"{refused.where}\t{refused.reason}" for refused in vex.refused]
    assert found == (DOCUMENTS / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    assert (vex.format, vex.envelope.author) == (name, AUTHORS[name])
    assert vex.refusals == len(vex.refused)
    first = vex.statements.to_pylist()[0]
    assert first["aliases"] == ["GHSA-aaaa-bbbb-cccc"]
    assert (first["document"], first["imported_by"], first["source"]) == (vex.document, "ann", "a file")


OPEN = {"@context": "https://openvex.dev/ns/v0.2.0", "@id": "d", "author": "a", "timestamp": "2026-01-01T00:00:00Z"}
GOOD = {"vulnerability": "CVE-2026-1", "products": ["pkg:apk/a/b"], "status": "fixed"}
HOSTILE: list[tuple[object, str]] = [
    (b"", "not valid JSON"),
    (b"[]", "not a JSON object"),
    (b'{"@context": "https://openvex.dev', "not valid JSON"),
    (b"[" * 100_000, "not valid JSON"),
    (b"\xff\xfe\x00", "not valid JSON"),
    ({"hello": 1}, "no OpenVEX, CycloneDX or CSAF"),
    ({"@context": 7, "bomFormat": [], "document": "csaf"}, "no OpenVEX, CycloneDX or CSAF"),
    ({**OPEN, "statements": [GOOD] * 200_001}, "more than 200,000 things"),
    ({"bomFormat": "CycloneDX", "metadata": {"timestamp": "2026-01-01", "authors": [{"name": "a"}]},
      "vulnerabilities": [{"analysis": {"state": "in_triage"}}],
      "components": [{"bom-ref": f"{n}"} for n in range(200_001)]}, "more than 200,000 components"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "words"), HOSTILE, ids=range(len(HOSTILE)))
def test_what_cannot_be_read_is_one_sentence(document: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read(document)


STATEMENT = {"_type": "https://in-toto.io/Statement/v0.1", "predicateType": "https://openvex.dev/ns", "subject": []}


def envelope(payload: bytes) -> dict[str, str]:
    return {"payloadType": "application/vnd.in-toto+json", "payload": base64.b64encode(payload).decode()}


@pytest.mark.parametrize(
    "predicate",
    [{**OPEN, "statements": [GOOD]}, {"Data": {**OPEN, "statements": [GOOD]}, "Timestamp": "2026-01-01T00:00:00Z"}],
)
def test_a_document_in_an_attestation(predicate: object) -> None:
    statement = {**STATEMENT, "predicate": predicate}
    for document in (statement, envelope(json.dumps(statement).encode())):
        assert read(document).statements["vulnerability"].to_pylist() == ["CVE-2026-1"]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({**STATEMENT, "predicate": "text"}, "no OpenVEX, CycloneDX or CSAF"),
        ({**STATEMENT, "predicate": {"Data": "text"}}, "no OpenVEX, CycloneDX or CSAF"),
        ({**envelope(b""), "payload": "!"}, "is no base64"),
        ({**envelope(b""), "payload": 7}, "not valid JSON"),
        (envelope(b"[]"), "not a JSON object"),
        (envelope(json.dumps(envelope(json.dumps(OPEN).encode())).encode()), "no OpenVEX, CycloneDX or CSAF"),
    ],
)
def test_a_broken_attestation_is_one_sentence(document: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read(document)


def test_too_many_bytes() -> None:
    with pytest.raises(LimitExceeded, match=r"has 67,108,865 bytes, more than 67,108,864"):
        read(b" " * (64 * 1024 * 1024 + 1))


def test_groups_of_groups_do_not_take_the_square_of_time() -> None:
    document: Any = json.loads((DOCUMENTS / "csaf.json").read_bytes())
    document["product_tree"]["product_groups"] = [{"group_id": "G", "product_ids": ["P1"] * 20_000}]
    document["vulnerabilities"][0]["flags"] = [{"label": "x", "group_ids": ["G"] * 20_000}] * 20
    started = process_time()
    with pytest.raises(LimitExceeded, match="groups name more than"):
        read(document)
    assert process_time() - started < 5


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"author": ""}, "it names no author, so that nobody answers for it"),
        ({"timestamp": "soon"}, "its time is 'soon', which is no time that has been"),
        ({"timestamp": "9999-12-31T23:59:59-23:59"}, "which is no time that has been"),
        ({"statements": 7}, ""),
        ({"statements": [7, None, [], {}]}, "'' is no name of a vulnerability"),
        ({"statements": [{**GOOD, "products": {"a": 1}}]}, "it names no product"),
        (
            {"statements": [{**GOOD, "products": [7, None, {"@id": 7, "subcomponents": 7}]}]},
            "the product '' is no package URL",
        ),
        ({"statements": [{**GOOD, "products": ["pkg:" + "a" * 5000]}]}, "a name of more than 2000 characters"),
        ({"statements": [{**GOOD, "products": ["pkg:"]}]}, "'pkg:' is no package URL"),
        ({"statements": [{**GOOD, "products": ["pkg:npm/a?vers=vers:npm/!=1"]}]}, "leaves versions out, which is not read"),
        ({"statements": [{**GOOD, "products": ["pkg:npm/a?vers=<1"]}]}, "is no range of versions"),
        ({"statements": [{**GOOD, "timestamp": "never"}]}, "its time is 'never'"),
    ],
)
def test_what_is_not_believed_states_nothing(change: dict[str, object], reason: str) -> None:
    vex = read({**OPEN, **change})
    assert vex.statements.num_rows == 0
    assert [item.reason for item in vex.refused if reason not in item.reason] == []
    assert bool(vex.refused) == bool(reason)


def test_refusals_are_counted_beyond_those_that_are_told() -> None:
    vex = read({**OPEN, "statements": [{**GOOD, "status": "?"}] * 1500})
    assert (len(vex.refused), vex.refusals) == (1000, 1500)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["not_affected", "pkg:npm/a@1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([
        "vulnerability", "products", "status", "@id", "subcomponents", "hashes", "identifiers", "analysis", "state",
        "affects", "ref", "product_status", "fixed", "flags", "product_ids", "group_ids", "branches", "product",
        "components", "name",
    ]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(JSON, st.sampled_from(NAMES))
@settings(max_examples=60, deadline=None)
def test_nothing_else_is_ever_raised(value: object, name: str) -> None:
    document: Any = json.loads((DOCUMENTS / f"{name}.json").read_bytes())
    for key in ("statements", "vulnerabilities", "components", "product_tree", "metadata"):
        if key in document:
            read({**document, key: [value] if isinstance(document[key], list) else value})
