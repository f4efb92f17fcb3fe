"""`hullmark where` over a lake: every form says the same, and what cannot be answered is one sentence."""

import csv
import io
import json
from pathlib import Path

import pytest

from hullmark.lake.store import Lake
from tests.cli.command import run
from tests.dashboards.fleet import HOSTILE, write_fleet

GAP = "hullmark: incomplete: "


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    write_fleet(str(folder / "lake"))
    return folder


def most_frequent(home: Path) -> str:
    with Lake(str(home / "lake")).connect() as lake:
        asked = "SELECT vulnerability FROM current_findings GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
        return str(lake.sql(asked).fetchall()[0][0])


def test_every_form_says_the_same(home: Path) -> None:
    name = most_frequent(home)
    ran = run(home, ["where", name, "--format", "json"])
    document = json.loads(ran.stdout)
    assert ran.status == 3  # the fleet was never compared by a run
    assert [line.removeprefix(GAP) for line in ran.stderr.splitlines()] == document["gaps"]
    rows = list(csv.DictReader(io.StringIO(run(home, ["where", name, "--format", "csv"]).stdout)))
    assert [(row["digest"], row["package"]) for row in rows] == [(row["digest"], row["package"]) for row in document["rows"]]
    shown = run(home, ["where", name, "--limit", "2"]).stdout
    assert f"… and {len(rows) - 2} more rows; --format csv has them all" in shown
    assert document["summary"] in shown.replace("\n", " ")
    assert len({row["digest"] for row in rows}) == int(document["summary"].split()[0])


def test_a_package_goes_to_a_file(home: Path) -> None:
    target = home / "where.txt"
    ran = run(home, ["where", "--package", "npm/semver", "--limit", "100", "-o", str(target)])
    assert ran.stdout == ""
    text = target.read_text(encoding="utf-8")
    assert "npm/semver" in text
    assert "images hold npm/semver: " in text
    assert "\u202e" not in text
    assert "\u202e" in HOSTILE


BAD = [
    (["where"], "hullmark: name either a vulnerability, such as CVE-2024-6387, or a package with --package"),
    (["where", "CVE-1", "--package", "x"], "hullmark: name either a vulnerability, such as CVE-2024-6387, or a package"),
    (["where", "CVE-1", "--below", "2"], "hullmark: --below is about the versions of a package; name it with --package"),
    (["where", "CVE-1", "--limit", "0"], "hullmark: --limit is 0; give a number from 1 on"),
    (["where", "--package", "pypi/requests", "--below", "a b"], "hullmark: 'a b' is no version of a package of type pypi"),
]


@pytest.mark.parametrize(("arguments", "sentence"), BAD, ids=range(len(BAD)))
def test_bad_questions(home: Path, arguments: list[str], sentence: str) -> None:
    ran = run(home, arguments)
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith(sentence)


def test_without_a_lake(tmp_path: Path) -> None:
    ran = run(tmp_path, ["where", "CVE-2024-6387"])
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"hullmark: there is no lake at {tmp_path / 'lake'} yet; connect an account")
