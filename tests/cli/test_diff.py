"""`hullmark diff` over a lake: every form says the same, and what cannot be answered is one sentence."""

import json
from pathlib import Path
from shutil import copytree

import pytest

from hullmark.lake.store import Lake
from tests.cli.command import run
from tests.dashboards.fleet import digest, write_fleet
from tests.lake.rows import rows

TAGS = ("payments/api:0.3.0", "payments/api:1.0.0")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    write_fleet(str(folder / "lake"))
    return folder


def test_every_form_says_the_same(home: Path) -> None:
    document = json.loads(run(home, ["diff", *TAGS, "--format", "json"]).stdout)
    assert (document["before"], document["after"]) == (digest(3), digest(15))
    names = {row["name"] for row in document["packages"]} | {row["vulnerability"] for row in document["findings"]}
    assert names
    shown = run(home, ["diff", *TAGS]).stdout
    target = home / "diff.md"
    assert run(home, ["diff", *TAGS, "--format", "markdown", "-o", str(target)]).stdout == ""
    markdown = target.read_text(encoding="utf-8")
    assert all(name in shown for name in names)
    assert markdown.count("| opened |") == sum(row["change"] == "opened" for row in document["findings"])


def test_an_image_and_itself(home: Path) -> None:
    document = json.loads(run(home, ["diff", TAGS[0], digest(3), "--format", "json"]).stdout)
    assert (document["packages"], document["findings"]) == ([], [])
    assert "0 packages differ, 0 findings opened, 0 closed" in run(home, ["diff", TAGS[0], digest(3)]).stdout


def test_what_was_not_read_whole_is_told(home: Path, tmp_path: Path) -> None:
    copy = Lake(str(copytree(home / "lake", tmp_path / "lake")))
    copy.commit("digests", rows("digests", {"digest": digest(15), "status": "partial", "detail": "It is odd."}))
    said = run(tmp_path, ["diff", *TAGS])
    assert (said.status, said.stderr) == (3, f"hullmark: incomplete: {TAGS[1]}: It is odd\n")
    assert (run(home, ["diff", *TAGS]).status, said.stdout != "") == (0, True)


BAD = [
    (["diff", "nope:1", TAGS[0]], "hullmark: the lake knows no image nope:1; give repository:tag or a digest"),
    (["diff", TAGS[0]], "hullmark: the following arguments are required: B"),
    (["diff", *TAGS, "-o", "missing/file"], "hullmark: the answer could not be written to missing/file: No such file"),
]


@pytest.mark.parametrize(("arguments", "sentence"), BAD, ids=range(len(BAD)))
def test_bad_questions(home: Path, arguments: list[str], sentence: str) -> None:
    ran = run(home, arguments)
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith(sentence)
