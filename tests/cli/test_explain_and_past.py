"""`hullmark explain` and `hullmark past` on the command line, over a lake that a whole run has filled."""

import json
import re
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import pytest

from hullmark.lake.store import Lake
from tests.cli.command import run
from tests.fleet.world import World, image


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    with World(folder) as world:
        world.feeds()
        world.first.push("team/app", "1.0", image("debian-12-1", "curl"))
        world.scan()
    return folder


def test_a_finding_and_what_is_none_explain_themselves(home: Path) -> None:
    said = run(home, ["explain", "team/app:1.0", "CVE-2023-4911"])
    assert (said.status, said.stderr) == (0, "")
    assert said.stdout.startswith("Affected: ")
    assert "2.36-9+deb12u3" in said.stdout
    assert run(home, ["explain", "team/app:1.0", "cve-2023-4911", "--package", "glibc"]).stdout == said.stdout
    none = run(home, ["explain", "team/app:1.0", "CVE-1999-0001"])
    assert (none.status, none.stdout.startswith("Not affected: ")) == (0, True)
    assert run(home, ["explain", "team/none:1.0", "CVE-2023-4911"]).status == 2


def test_what_was_not_read_whole_is_no_all_clear(home: Path, tmp_path: Path) -> None:
    copy = Lake(str(copytree(home / "lake", tmp_path / "lake")))
    with closing(copy.connect()) as connection:
        rows = connection.sql("SELECT * REPLACE ('partial' AS status, 'It is odd.' AS detail) FROM digests").to_arrow_table()
    copy.commit("digests", rows)
    said = run(tmp_path, ["explain", "team/app:1.0", "CVE-1999-0001"])
    assert (said.status, said.stderr) == (3, "hullmark: incomplete: It is odd\n")
    assert said.stdout.startswith("Not affected: ")


@pytest.mark.parametrize("whose", [(), ("--images", "now"), ("--feeds", "now"), ("--images", "now", "--feeds", "now")])
def test_what_was_known_on_a_day(home: Path, whose: tuple[str, ...]) -> None:
    today = datetime.now(UTC).date().isoformat()
    listed = run(home, ["past", today, *whose, "--format", "json"])
    rows = [json.loads(line) for line in listed.stdout.splitlines()]
    assert (listed.status, listed.stderr) == (0, "")
    assert "CVE-2023-4911" in {row["vulnerability"] for row in rows}
    counted = run(home, ["past", today, *whose])
    assert counted.status == 0
    assert counted.stdout.startswith("The images" if whose else f"What was known at {today} ")
    high = next(line.split() for line in counted.stdout.splitlines() if line.startswith("high"))
    assert int(high[1]) == sum(row["severity"] == "high" for row in rows)


@pytest.mark.parametrize("whose", [(), ("--feeds", "now")])
def test_a_day_before_anybody_looked_is_not_a_clean_one(home: Path, whose: tuple[str, ...]) -> None:
    said = run(home, ["past", "2020-01-01", *whose])
    assert (said.status, said.stdout) == (2, "")
    assert said.stderr.startswith("hullmark: nothing was known yet at 2020-01-01 23:59 UTC: the first run was on 20")
    assert re.search(r"on 20\d\d-\d\d-\d\d at \d\d:\d\d UTC\n$", said.stderr), said.stderr


BAD = [
    ("yesterday", "'yesterday' is no date; write it as in 2026-03-31"),
    ("2999-01-01", "2999-01-01 has not come yet"),
    ("2020-01-01", "nothing was matched with advisories by 2020-01-01"),
]


@pytest.mark.parametrize(("day", "sentence"), BAD)
def test_days_of_which_nothing_is_known(home: Path, day: str, sentence: str) -> None:
    said = run(home, ["past", day, "--images", "now"])
    assert (said.status, said.stdout) == (2, "")
    assert said.stderr.startswith(f"hullmark: {sentence}")
