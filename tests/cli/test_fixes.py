"""`hullmark fixes` over a lake: every form says the same, and what cannot be answered is one sentence."""

import csv
import io
import json
from pathlib import Path
from shutil import copytree

import pytest

from hullmark.lake.store import Lake
from tests.cli.command import run
from tests.dashboards.fleet import digest, write_fleet
from tests.lake.rows import rows


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    write_fleet(str(folder / "lake"))
    return folder


def test_the_fleet_in_every_form(home: Path) -> None:
    document = json.loads(run(home, ["fixes", "--format", "json", "--limit", "3"]).stdout)
    assert [row["rank"] for row in document] == [1, 2, 3]
    assert document[0]["closes"] > 0
    rows = list(csv.DictReader(io.StringIO(run(home, ["fixes", "--format", "csv", "--limit", "3"]).stdout)))
    assert [row["change"] for row in rows] == [row["change"] for row in document]
    tasks = run(home, ["fixes", "--format", "markdown", "--limit", "3"]).stdout
    assert tasks.count("- [ ] **") == 3
    table = run(home, ["fixes", "--limit", "3"]).stdout
    assert all(row["change"] in table for row in document)


def test_the_plan_of_an_image(home: Path) -> None:
    plan = json.loads(run(home, ["fixes", digest(3), "--format", "json"]).stdout)
    assert plan["digest"] == digest(3)
    shown = run(home, ["fixes", digest(3)]).stdout
    for step in plan["steps"]:
        assert step["title"] in shown
        assert all(line in shown.replace("   ", "") for line in step["change"]["text"].replace("   ", "").splitlines())
    target = home / "plan.md"
    assert run(home, ["fixes", digest(3), "--format", "markdown", "-o", str(target)]).status == 0
    assert target.read_text(encoding="utf-8").count("```") >= 2


BAD = [
    (["fixes", "storefront/web"], "hullmark: storefront/web is a repository; name one of its tags: storefront/web:"),
    (["fixes", "nope:1"], "hullmark: the lake knows no image nope:1; give repository:tag"),
    (["fixes", digest(3), "--platform", "linux/s390x"], f"hullmark: {digest(3)} has no image for linux/s390x; choose one"),
    (
        ["fixes", digest(3), "--platform", "all"],
        "hullmark: this is asked of one image; name one platform, such as linux/amd64",
    ),
    (["fixes", "--platform", "linux/amd64"], "hullmark: --platform is of one image; name it, or leave --platform away"),
    (["fixes", "--limit", "0"], "hullmark: --limit is 0; give a number from 1 on"),
    (["fixes", digest(3), "--format", "csv"], "hullmark: a plan has steps with text of several lines"),
    (["fixes", "-o", "missing/file"], "hullmark: the answer could not be written to missing/file: No such file"),
]


@pytest.mark.parametrize(("arguments", "sentence"), BAD, ids=range(len(BAD)))
def test_bad_questions(home: Path, arguments: list[str], sentence: str) -> None:
    ran = run(home, arguments)
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith(sentence)
    assert "Traceback" not in ran.stderr


def test_without_a_lake(tmp_path: Path) -> None:
    ran = run(tmp_path, ["fixes"])
    assert ran.status == 2
    assert "there is no lake at" in ran.stderr


def test_an_image_that_was_not_read_whole_is_not_one_without_findings(home: Path, tmp_path: Path) -> None:
    copy = Lake(str(copytree(home / "lake", tmp_path / "lake")))
    copy.commit("digests", rows("digests", {"digest": digest(3), "status": "partial", "detail": "It is odd."}))
    said = run(tmp_path, ["fixes", digest(3)])
    assert (said.status, said.stderr) == (3, "hullmark: incomplete: It is odd\n")
    assert run(home, ["fixes", digest(3)]).status == 0
