"""The JSON report: its shape, its order, its schema."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from hullmark.errors import UsageError
from hullmark.model import Distro, Layer
from hullmark.reports.scan_report import ReportRows, scan_report, to_json
from hullmark.reports.severity import ORDER, reaches
from tests.lake.rows import NOW, rows
from tests.reports.samples import FINDINGS, IMAGE, LAYERS, package, removed, sample

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "scan-report.schema.json").read_text())


def check(document: object) -> None:
    Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(document)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_report_obeys_its_schema_and_survives_json() -> None:
    shipped = rows("removed_packages", removed("gcc"))
    exposed = rows("exposures", {"kind": "aws-key", "layer": "", "removed_layer": LAYERS[2].digest})
    report = sample(problems=rows("problems", {"reason": "truncated"}), removed=shipped, exposures=exposed)
    document = json.loads(to_json([report]))
    check(document)
    assert document == report
    assert document["image"]["layers"][1] == {
        "index": 1, "diff_id": LAYERS[1].diff_id, "digest": LAYERS[1].digest, "created_by": "RUN 1",
    }  # fmt: skip
    assert document["exposures"] == [
        {"kind": "aws-key", "path": "path", "evidence": "evidence", "layer": "", "removed_layer": LAYERS[2].digest}
    ]
    assert document["removed_packages"][0]["removed_layer"] == LAYERS[2].digest
    assert (document["packages"][0]["origin"], document["packages"][0]["owner"]) == ("installed", "")
    assert document["created"] == "2026-01-02T03:04:05Z"
    assert [feed["age_hours"] for feed in document["feeds"]] == [5.0, None]


def test_several_platforms_are_an_array() -> None:
    document = json.loads(to_json([sample(), sample()]))
    assert len(document) == 2
    check(document)


def test_an_image_of_which_nothing_is_known_obeys_the_schema_too() -> None:
    image = replace(IMAGE, layers=(), tags=())
    report = scan_report(image, Distro(), ReportRows(), [])
    check(json.loads(to_json([report])))
    assert report["packages"] == report["findings"] == report["problems"] == report["feeds"] == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("findings", 0, "severity"), "HIGH"),
        (("findings", 0, "score"), 11),
        (("findings", 0, "fixed_version"), 1),
        (("packages", 0, "layer"), "layer 0"),
        (("image", "digest"), "latest"),
        (("schema_version",), "2.0"),
        (("extra",), 1),
    ],
)
def test_the_schema_refuses_what_a_report_never_says(path: tuple[Any, ...], value: object) -> None:
    document = json.loads(to_json([sample()]))
    target = document
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    with pytest.raises(ValidationError):
        check(document)


def test_findings_come_by_risk_and_packages_by_name() -> None:
    report = sample()
    assert [item["id"] for item in report["findings"]] == [f"CVE-2023-000{number}" for number in (2, 4, 3, 1, 5)]
    assert [item["name"] for item in report["packages"]] == ["curl", "openssl", "zlib"]


def test_absent_values_are_null_not_empty() -> None:
    by_id = {item["id"]: item for item in sample()["findings"]}
    assert by_id["CVE-2023-0001"]["fixed_version"] is None
    assert by_id["CVE-2023-0001"]["score"] is None
    assert by_id["CVE-2023-0002"]["fixed_version"] == "1.1"
    bare = rows("findings", dict(FINDINGS[0]) | {"aliases": None, "kev": None, "severity": None})
    found = sample(findings=bare)["findings"][0]
    assert (found["aliases"], found["kev"], found["severity"]) == ([], False, "unknown")


def test_hostile_text_stays_valid_json() -> None:
    layer = Layer(0, LAYERS[0].digest, LAYERS[0].diff_id, 1, "", "RUN \ud800 \x1b[2J \x00")
    report = sample(image=replace(IMAGE, layers=(layer,)), packages=rows("packages", package("a\x1b[31m\n")))
    text = to_json([report])
    assert b"\x1b" not in text
    assert b"\x00" not in text
    check(json.loads(text))


def test_the_threshold() -> None:
    assert reaches(["low", "high"], "high")
    assert reaches(["critical"], "high")
    assert reaches(["CRITICAL"], "Critical")
    assert not reaches(["medium", None, "strange"], "high")
    assert reaches([None], "unknown")
    assert not reaches([], "unknown")
    assert not reaches(["unknown"], "none")
    with pytest.raises(UsageError, match="'huge' is no severity; use one of critical, high"):
        reaches(["low"], "huge")


def test_the_schema_knows_every_severity() -> None:
    assert set(SCHEMA["$defs"]["finding"]["properties"]["severity"]["enum"]) == set(ORDER)


def test_a_million_hours_do_not_make_a_negative_age() -> None:
    early = [{"feed": "f", "fetched_at": NOW}]
    report = scan_report(IMAGE, Distro(), ReportRows(), early, NOW.replace(year=2020))
    assert report["feeds"] == [
        {"feed": "f", "snapshot": None, "fetched_at": "2026-01-02T03:04:05Z", "age_hours": 0.0, "state": None}
    ]
