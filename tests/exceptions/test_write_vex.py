"""What is written obeys the published structure, and says the same when it is read back."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from jsonschema import Draft202012Validator

from hullmark.exceptions import Scope
from hullmark.lake.store import Lake
from hullmark.sql import read_sql
from hullmark.vex import write
from hullmark.vex.keep import keep_vex
from hullmark.vex.read import read_vex
from hullmark.vex.write_csaf import csaf
from tests.exceptions import standing
from tests.exceptions.standing import APP, NOW, WEB

Written = Callable[[Sequence[Mapping[str, Any]], str, datetime], bytes]
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "openvex-export.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    lake = Lake(str(tmp_path_factory.mktemp("lake")))
    standing.write_fleet(lake)
    standing.write_exceptions(lake, Scope("CVE-2026-3", repository="team-a/*"))
    standing.write_statements(
        lake,
        {"vulnerability": "CVE-2026-1", "image_digest": APP, "justification": "inline_mitigations_already_exist"},
        {"vulnerability": "CVE-2026-2", "image_digest": APP, "status": "fixed", "justification": ""},
        {"vulnerability": "CVE-2026-2", "image_digest": WEB, "justification": "we looked", "detail": "we looked"},
        {"vulnerability": "CVE-2026-1", "image_digest": WEB, "status": "under_investigation", "justification": ""},
    )
    return lake


def rows(lake: Lake, digest: str = "") -> list[dict[str, Any]]:
    answer = lake.connect().sql(read_sql("hullmark.vex", "export.sql"), params={"digest": digest})
    found: list[dict[str, Any]] = answer.to_arrow_table().to_pylist()
    return found


def test_openvex_obeys_its_schema(lake: Lake) -> None:
    document = json.loads(write.openvex(rows(lake), "Acme", NOW))
    Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(document)
    told = [(item["vulnerability"]["name"], item["status"], len(item["products"])) for item in document["statements"]]
    assert sorted(told) == [
        ("CVE-2026-1", "not_affected", 2), ("CVE-2026-1", "under_investigation", 1), ("CVE-2026-2", "fixed", 2),
        ("CVE-2026-2", "not_affected", 1), ("CVE-2026-3", "affected", 2),
    ]  # fmt: skip
    accepted = document["statements"][-1]
    assert accepted["action_statement"].startswith("Accepted until ")
    assert accepted["action_statement"].endswith(": known (ann)")


def test_one_image_and_nothing(lake: Lake) -> None:
    assert {product["digest"] for row in rows(lake, WEB) for product in row["products"]} == {WEB}
    Draft202012Validator({**SCHEMA}).validate(json.loads(write.openvex([], "Acme", NOW)))


def test_the_same_rows_have_the_same_id(lake: Lake) -> None:
    first, second = (json.loads(write.openvex(rows(lake), "Acme", NOW)) for _ in range(2))
    assert first == second


def as_csaf(found: Sequence[Mapping[str, Any]], author: str, now: datetime) -> bytes:
    return csaf(found, author, "https://acme.example", now)


@pytest.mark.parametrize("written", [write.openvex, write.cyclonedx, as_csaf])
def test_what_is_written_says_the_same_when_it_is_read(written: Written, lake: Lake, tmp_path: Path) -> None:
    other = Lake(str(tmp_path))
    standing.write_fleet(other)
    vex = read_vex(written(rows(lake), "Acme", NOW), "a file", "ann", NOW)
    assert vex.refused == []
    keep_vex(other, vex)
    status = "CASE WHEN exempt <> '' THEN 'affected' ELSE vex_status END"
    for value in ("affected", "not_affected", "fixed", "under_investigation"):
        there = standing.marks(other, f"vex_status = '{value}'")
        assert there == standing.marks(lake, f"{status} = '{value}'")
        assert there


def test_cyclonedx_names_every_ref(lake: Lake) -> None:
    document = json.loads(write.cyclonedx(rows(lake), "Acme", NOW))
    refs = {part["bom-ref"] for image in document["components"] for part in (image, *image["components"])}
    assert len(refs) == len(document["components"]) + sum(len(image["components"]) for image in document["components"])
    assert {affected["ref"] for item in document["vulnerabilities"] for affected in item["affects"]} <= refs
    assert document["specVersion"] == "1.6"


def test_cyclonedx_obeys_its_schema(lake: Lake) -> None:
    document = write.cyclonedx(rows(lake), "Acme", NOW).decode()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(document) is None


def test_csaf_has_what_its_profile_wants(lake: Lake) -> None:
    """CSAF 2.0, 4.5: every product is in the tree and has one status; who is not affected a reason, who is an action."""
    document = json.loads(as_csaf(rows(lake), "Acme", NOW))
    tree = document["product_tree"]
    known = {product["product_id"] for product in tree["full_product_names"]}
    known |= {relation["full_product_name"]["product_id"] for relation in tree["relationships"]}
    assert document["document"]["publisher"] == {"category": "other", "name": "Acme", "namespace": "https://acme.example"}
    for item in document["vulnerabilities"]:
        status = item["product_status"]
        stated = [product for products in status.values() for product in products]
        assert len(stated) == len(set(stated))
        assert set(stated) <= known
        assert item["ids"][0]["text"].startswith("CVE-2026-")  # too short for a CVE of the schema
        assert item["notes"]
        reasons = {product for threat in item.get("threats", []) for product in threat["product_ids"]}
        actions = {product for remedy in item.get("remediations", []) for product in remedy["product_ids"]}
        assert (reasons, actions) == (set(status.get("known_not_affected", [])), set(status.get("known_affected", [])))


def test_csaf_of_nothing_and_of_what_has_no_cve() -> None:
    assert "vulnerabilities" not in json.loads(as_csaf([], "Acme", NOW))
    row: dict[str, Any] = {
        "vulnerability": "GHSA-aaaa-aaaa-aaaa", "aliases": ["PYSEC-1"], "status": "fixed", "justification": "", "detail": "",
        "author": "ann", "at": NOW, "products": [{"registry": "r", "repository": "a", "digest": APP, "purl": ""}],
    }  # fmt: skip
    (item,) = json.loads(as_csaf([row], "Acme", NOW))["vulnerabilities"]
    assert [other["text"] for other in item["ids"]] == ["GHSA-aaaa-aaaa-aaaa", "PYSEC-1"]
    assert item["product_status"] == {"fixed": ["image-1"]}
    (item,) = json.loads(as_csaf([row | {"vulnerability": "CVE-2026-1000"}], "Acme", NOW))["vulnerabilities"]
    assert (item["cve"], item["ids"]) == ("CVE-2026-1000", [{"system_name": "PYSEC", "text": "PYSEC-1"}])
