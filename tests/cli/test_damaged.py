"""Files of the lake and of feeds that open, with damaged rows: each command names the file, and a way out."""

from pathlib import Path

import pytest

from hullmark.lake.store import Lake
from tests.cli.conftest import Hullmark
from tests.cli.images import image, write_layout
from tests.cli.sentences import assert_one_sentence
from tests.exceptions.standing import write_fleet
from tests.lake.damage import damage

CVE = "CVE-2026-1"
WEB, APP = "team-a/web:1.0", "team-b/app:1.0"
COMMANDS = {
    "query": ["query", "FROM images"],
    "where": ["where", CVE],
    "report": ["report", WEB],
    "fixes": ["fixes"],
    "fixes of one": ["fixes", WEB],
    "explain": ["explain", WEB, CVE],
    "due": ["checks", "--due"],
    "bases": ["bases", "list"],
    "diff": ["diff", WEB, APP],
    "exceptions add": ["exceptions", "add", "--vulnerability", CVE, "--reason", "why", "--days", "3"],
}


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lake = Lake(str(tmp_path_factory.mktemp("damaged") / "lake"))
    write_fleet(lake)
    for file in Path(lake.root).glob("tables/images/*.parquet"):
        damage(file)
    return Path(lake.root)


@pytest.mark.parametrize("command", COMMANDS)
def test_of_the_lake(command: str, damaged: Path, hullmark: Hullmark) -> None:
    ran = hullmark(*COMMANDS[command], environ={"HULLMARK_LAKE": str(damaged)})
    assert (ran.status, ran.stdout) == (2, "")
    (file,) = damaged.glob("tables/images/*.parquet")
    assert_one_sentence(
        ran, rf"hullmark: {file} cannot be read \(.+\); use a backup of it, or move {damaged}/tables away and "
    )


@pytest.mark.parametrize("name", ["advisories", "affected"])
def test_of_a_feed(name: str, tmp_path: Path, feeds: Path, hullmark: Hullmark) -> None:
    assert hullmark("feeds", "sync", "--feeds", str(feeds), "--ecosystem", "Debian").status == 0
    (file,) = (tmp_path / "lake" / "feeds" / "osv" / "Debian").glob(f"*/{name}.parquet")
    damage(file)
    ran = hullmark("feeds", "export", "out")
    assert (ran.status, ran.stdout) == (2, "")
    says = rf"hullmark: {name}\.parquet of the snapshot {file.parent} cannot be read .*; delete that folder, "
    assert_one_sentence(ran, says)


@pytest.mark.parametrize("name", ["advisories", "affected", "exploitation"])
def test_of_a_feed_that_a_scan_reads(name: str, tmp_path: Path, feeds: Path, hullmark: Hullmark) -> None:
    layout = str(write_layout(tmp_path / "image", image()))
    assert hullmark("scan", layout, "--feeds", str(feeds)).status == 0
    for file in (tmp_path / ".cache").rglob(f"{name}.parquet"):
        damage(file)
    ran = hullmark("scan", layout, "--feeds", str(feeds))
    assert (ran.status, ran.stdout) == (2, "")
    assert_one_sentence(ran, rf"{name}\.parquet of the snapshot .* cannot be read .*delete that folder")


def test_what_is_wrong_with_the_sql_reads_no_file(damaged: Path, hullmark: Hullmark) -> None:
    ran = hullmark("query", "SELECT colour FROM images", environ={"HULLMARK_LAKE": str(damaged)})
    assert ran.stderr.startswith(
        'hullmark: the query cannot be answered: Binder Error: Referenced column "colour" not found'
    )
