"""`hullmark exceptions` over a lake: made, listed, revoked; what cannot be is one sentence."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hullmark.lake.store import Lake
from tests.cli.command import run
from tests.exceptions.standing import WEB, write_fleet

WHY = ["--reason", "known", "--days", "30"]
LATE = f"{datetime.now(UTC) + timedelta(days=400):%Y-%m-%d}"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    write_fleet(Lake(str(folder / "lake")))
    return folder


def test_made_listed_and_revoked(home: Path) -> None:
    environ = {"USER": "ann", "LOGNAME": "ann"}
    made = run(home, ["exceptions", "add", "--vulnerability", "cve-2026-1", "--image", WEB, *WHY], environ)
    assert made.status == 0, made.stderr
    told = re.fullmatch(
        r"Exception (ex-\w{8}) holds to the end of [\d-]+, UTC\. It covers 1 finding in 1 image\.\n", made.stdout
    )
    assert told, made.stdout
    rows = json.loads(run(home, ["exceptions", "list", "--format", "json"]).stdout)
    assert [(row["id"], row["owner"], row["state"], row["vulnerability"]) for row in rows] == [
        (told[1], "ann", "active", "CVE-2026-1")
    ]
    assert told[1] in run(home, ["exceptions", "list"]).stdout
    gone = run(home, ["exceptions", "revoke", told[1]], environ)
    assert gone.stdout == f"Exception {told[1]} is revoked: what it covered counts again from now on.\n"
    assert run(home, ["exceptions", "list"]).stdout.startswith("No exception holds now; --all shows")
    assert "revoked by ann" in " ".join(run(home, ["exceptions", "list", "--all"], {"COLUMNS": "200"}).stdout.split())


BAD = [
    (["add", *WHY], "hullmark: an exception of everything would hide everything"),
    (["add", "--rule", "HM001", "--reason", "known"], "hullmark: one of the arguments --until --days is required"),
    (["add", "--rule", "HM001", "--reason", "known", "--until", "soon"], "hullmark: --until is 'soon', which is no day"),
    (["add", "--rule", "HM001", "--reason", "known", "--until", "2020-01-01"], "hullmark: the exception would have ended"),
    (["add", "--rule", "HM001", "--reason", "known", "--until", LATE], "hullmark: an exception may hold 366 days at most"),
    (["add", "--rule", "HM001", "--reason", "known", "--days", "0"], "hullmark: --days is 0; give a number from 1 on"),
    (["revoke", "ex-00000000"], "hullmark: there is no exception ex-00000000; see `hullmark exceptions list --all`"),
]


@pytest.mark.parametrize(("arguments", "sentence"), BAD, ids=range(len(BAD)))
def test_bad_questions(home: Path, arguments: list[str], sentence: str) -> None:
    ran = run(home, ["exceptions", *arguments])
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith(sentence)
    assert "Traceback" not in ran.stderr
