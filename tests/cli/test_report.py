"""`hullmark report` over a lake: the documents of `hullmark scan`, and what cannot be answered is one sentence."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from hullmark.reports.documents import document_names
from hullmark.reports.severity import ORDER, rank
from tests.cli.command import run
from tests.dashboards.fleet import digest, write_fleet
from tests.reports.test_scan_report import SCHEMA


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    write_fleet(str(folder / "lake"))
    return folder


@pytest.mark.parametrize("form", document_names())
def test_every_document_goes_where_it_is_sent(home: Path, form: str) -> None:
    printed = run(home, ["report", digest(3), "--format", form])
    written = run(home, ["report", digest(3), "--format", form, "-o", f"{form}.json"])
    assert (printed.status, written.status, written.stdout) == (3, 3, "")
    assert "payments/api" in printed.stdout
    assert len(json.loads((home / f"{form}.json").read_text())) == len(json.loads(printed.stdout))
    assert printed.stderr.splitlines() == [
        "hullmark: incomplete: it was not compared with advisories yet; run `hullmark run advisories`"
    ]


def test_the_report_obeys_the_schema_and_the_table_says_the_same(home: Path) -> None:
    report = json.loads(run(home, ["report", "payments/api:0.3.0", "--format", "json"]).stdout)
    Draft202012Validator(SCHEMA).validate(report)
    assert report["image"]["digest"] == digest(3)
    assert report["findings"]
    shown = run(home, ["report", "payments/api:0.3.0"]).stdout
    assert report["image"]["reference"] in shown
    assert f"{len(report['packages'])} packages" in shown
    assert run(home, ["report", "payments/api:0.3.0", "-o", "table.txt"]).stdout == ""
    assert report["image"]["reference"] in (home / "table.txt").read_text()


def test_fail_on_counts_what_nothing_has_settled(home: Path) -> None:
    """Status 1 goes before 3, which says that the answer lacks something."""
    findings = json.loads(run(home, ["report", digest(3), "--format", "json"]).stdout)["findings"]
    worst = max(rank(row["severity"]) for row in findings)
    statuses = [run(home, ["report", digest(3), "--fail-on", name]).status for name in ORDER]
    assert statuses == [1 if place <= worst else 3 for place in range(len(ORDER))]


BAD = [
    (["report", "nope:1"], "hullmark: the lake knows no image nope:1; give repository:tag"),
    (["report", "payments/api"], "hullmark: payments/api is a repository; name one of its tags: payments/api:"),
    (["report", digest(3), "--platform", "linux"], "hullmark: 'linux' is no platform; write it like linux/amd64"),
    (["report", digest(3), "--platform", "linux/s390x"], f"hullmark: {digest(3)} has no image for linux/s390x"),
    (["report", digest(3), "--platform", "all", "--format", "spdx"], "hullmark: a document of spdx is of one platform"),
    (["report", digest(3), "-o", "missing/file"], "hullmark: the report could not be written to missing/file: No such file"),
    (
        ["report", digest(3), "--format", "spdx", "-o", "missing/file"],
        "hullmark: the report could not be written to missing",
    ),
]


@pytest.mark.parametrize(("arguments", "sentence"), BAD, ids=range(len(BAD)))
def test_bad_questions(home: Path, arguments: list[str], sentence: str) -> None:
    ran = run(home, arguments)
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith(sentence)
    assert ran.stderr.count("\n") == 1


def test_without_a_lake(tmp_path: Path) -> None:
    ran = run(tmp_path, ["report", "a:1"])
    assert ran.status == 2
    assert "there is no lake at" in ran.stderr
