"""Lakes that cannot be used, settings that cannot be meant, and questions that cannot be answered."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from logging import WARNING, getLogger
from pathlib import Path

import pytest

from hullmark.commands.flow_runs import quiet_prefect
from hullmark.demo.aws import DemoAws
from hullmark.lake.store import Lake
from tests.cli.command import HULLMARK
from tests.cli.conftest import Hullmark
from tests.cli.images import FINDING, image, write_layout
from tests.cli.sentences import assert_one_sentence
from tests.conftest import require_program

HOLD = """
import sys
from hullmark.lake.store import Lake
with Lake(sys.argv[1]).lock("scan run"):
    print("held", flush=True)
    sys.stdin.read()
"""
ACCOUNT = (
    "--account-id", "111122223333", "--role-arn", "arn:aws:iam::111122223333:role/HullmarkECRIntegrationRole",
    "--external-id", "not-the-right-one-4711", "--region", "eu-central-1",
)  # fmt: skip
PLACES = {
    "ftp://lake.example": "neither a folder nor an s3:// URL; set HULLMARK_LAKE",
    "s3:///prefix": "neither a folder nor an s3:// URL",
    "s3://bucket/a//b": "an empty name between two slashes",
    "s3://bucket/a?b": r"has '\?' in its path, which Delta tables cannot have; choose another path",
    "lakes/[new]": r"has '\[' in its path, which Delta tables cannot have; choose another path",
    "~nobody-at-all/lake": "lies in the home of nobody; write its whole path",
}
SETTINGS = {
    "HULLMARK_WORKERS": ("many", "-1"),
    "HULLMARK_MEMORY_MB": ("1 GB", "0"),
    "HULLMARK_REGISTRY_REQUESTS": ("0", "1.5"),
    "HULLMARK_FEEDS_MAX_AGE_HOURS": ("daily", "-24"),
    "HULLMARK_LIMIT_LAYER_BYTES": ("64 GB", "-1"),
    "HULLMARK_LOG_LEVEL": ("LOUD", "7"),
}
LINES = {
    "a command": (["scann"], "invalid choice: 'scann'"),
    "an image": (["scan"], r"required: IMAGE; see `hullmark scan --help`"),
    "two images": (["scan", "a", "b"], "unrecognized arguments: b"),
    "a severity": (["scan", "a", "--fail-on", "awful"], "--fail-on: invalid choice: 'awful'"),
    "a format": (["scan", "a", "--format", "xml"], "--format: invalid choice: 'xml'"),
    "an option": (["scan", "a", "--fast"], "unrecognized arguments: --fast"),
    "a value": (["scan", "a", "--feeds"], "--feeds: expected one argument"),
    "an action": (["feeds"], "required: ACTION; see `hullmark feeds --help`"),
    "a question": (["query"], "required: SQL; see `hullmark query --help`"),
    "a port": (["dashboard", "--port", "http"], "--port: 'http' is no port; give a number"),
}
QUESTIONS = {
    "": "the query is empty; give one SELECT",
    "SELEC 1": "the query cannot be answered: .*syntax error at or near \"SELEC\"",
    "SELECT * FROM pakages": 'pakages does not exist! Did you mean "packages"',
    "SELECT colour FROM packages": 'Referenced column "colour" not found',
    "SELECT 1; SELECT 2": "the query holds 2 statements; give exactly one SELECT",
    "DROP TABLE packages": "the query is no SELECT but DROP",
    "SELECT * FROM read_csv('/etc/passwd')": "the query cannot be answered: .*disabled",
}  # fmt: skip


def unprivileged() -> Sequence[str]:
    """A prefix under which permissions count, for root too."""
    return [require_program("setpriv"), "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


@pytest.mark.parametrize("arguments", [["feeds", "sync"], ["feeds", "status"], ["query", "SELECT 1"]], ids=" ".join)
def test_a_folder_that_is_not_writable(arguments: list[str], tmp_path: Path, feeds: Path) -> None:
    lake = tmp_path / "closed" / "lake"
    lake.parent.mkdir(mode=0o555)
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "HULLMARK_LAKE": str(lake), "HULLMARK_FEEDS": str(feeds)}
    done = subprocess.run(
        [*unprivileged(), str(HULLMARK), *arguments], env=environ, capture_output=True, text=True, check=False
    )
    if arguments == ["feeds", "status"]:  # nothing is written to say that there is nothing
        assert (done.returncode, done.stderr) == (0, "")
        assert "No advisory feed has been fetched yet" in done.stdout
        return
    assert (done.returncode, done.stdout) == (2, "")
    says = "cannot be written: Permission denied; choose" if "sync" in arguments else "there is no lake at"
    assert f"the lake {lake} {says}" in done.stderr or says in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [["feeds", "sync"], ["query", "SELECT 1"]], ids=" ".join)
def test_a_folder_that_is_no_lake(arguments: list[str], tmp_path: Path, feeds: Path, hullmark: Hullmark) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "cat.jpg").write_bytes(b"meow")
    ran = hullmark(*arguments, environ={"HULLMARK_LAKE": str(folder), "HULLMARK_FEEDS": str(feeds)})
    assert (ran.status, ran.stdout) == (2, "")
    assert_one_sentence(ran, "photos is no lake and holds other things|there is no lake at .*photos yet; connect")
    assert [item.name for item in folder.iterdir()] == ["cat.jpg"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"format": 99}', "made by a newer Hullmark .*; upgrade"),
        ("{", r"lake\.json is damaged; restore it or choose another"),
    ],
)
def test_a_lake_that_this_version_cannot_read(content: str, says: str, tmp_path: Path, hullmark: Hullmark) -> None:
    Lake(str(tmp_path / "lake")).create()
    (tmp_path / "lake" / "lake.json").write_text(content)
    ran = hullmark("query", "SELECT 1")
    assert (ran.status, ran.stdout) == (2, "")
    assert len(ran.stderr.splitlines()) == 1
    assert says.split(" .*", maxsplit=1)[0].replace("\\", "") in ran.stderr


@pytest.mark.parametrize(("lake", "says"), PLACES.items())
def test_a_lake_where_none_can_be(lake: str, says: str, hullmark: Hullmark) -> None:
    ran = hullmark("query", "SELECT 1", environ={"HULLMARK_LAKE": lake})
    assert (ran.status, ran.stdout) == (2, "")
    assert_one_sentence(ran, says)


def test_the_demo_writes_nothing_where_no_lake_can_be(tmp_path: Path, hullmark: Hullmark) -> None:
    before = sorted(tmp_path.rglob("*"))
    ran = hullmark("demo", "--once", "--state", "demo[1]")
    assert (ran.status, ran.stdout) == (2, "")
    assert_one_sentence(ran, r"demo\[1\]' has '\[' in its path")
    assert sorted(tmp_path.rglob("*")) == before


def test_the_demos_lake_is_pointed_to(tmp_path: Path, hullmark: Hullmark) -> None:
    Lake(str(tmp_path / ".hullmark")).create()
    ran = hullmark("query", "SELECT 1")
    assert ran.status == 2
    assert_one_sentence(ran, r"the demo's is in \.hullmark; set HULLMARK_LAKE=\.hullmark")
    assert hullmark("query", "SELECT 1", environ={"HULLMARK_LAKE": ".hullmark"}).status == 0


@pytest.mark.parametrize("sql", QUESTIONS)
def test_questions_that_cannot_be_answered(sql: str, tmp_path: Path, hullmark: Hullmark) -> None:
    Lake(str(tmp_path / "lake")).create()
    ran = hullmark("query", sql)
    assert (ran.status, ran.stdout) == (2, "")
    assert len(ran.stderr.splitlines()) == 1
    assert ran.stderr.startswith("hullmark: the query ")
    assert "Traceback" not in ran.stderr
    assert re.search(QUESTIONS[sql], ran.stderr), ran.stderr


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in SETTINGS.items() for value in values])
def test_settings_that_cannot_be_meant(name: str, value: str, hullmark: Hullmark) -> None:
    ran = hullmark("feeds", "status", environ={name: value})
    assert (ran.status, ran.stdout) == (2, "")
    assert_one_sentence(ran, f"hullmark: {name} is '{value}', which is no .*; set")


@pytest.mark.parametrize("line", LINES)
def test_command_lines_that_cannot_be_meant(line: str, hullmark: Hullmark) -> None:
    arguments, says = LINES[line]
    ran = hullmark(*arguments)
    assert (ran.status, ran.stdout) == (2, "")
    assert_one_sentence(ran, says)


def test_nothing_at_all_shows_what_there_is(hullmark: Hullmark) -> None:
    ran = hullmark()
    assert (ran.status, ran.stderr) == (2, "")
    assert "hullmark demo" in ran.stdout


def test_a_home_that_is_not_writable(tmp_path: Path, feeds: Path) -> None:
    """A scan needs no place to keep things."""
    layout = write_layout(tmp_path / "image", image())
    home = tmp_path / "home"
    home.mkdir(mode=0o555)
    environ = {"PATH": os.environ["PATH"], "HOME": str(home)}
    done = subprocess.run(
        [*unprivileged(), str(HULLMARK), "scan", str(layout), "--feeds", str(feeds)],
        env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert FINDING in done.stdout
    assert list(home.iterdir()) == []


def test_prefect_adds_nothing_to_the_sentence_of_a_run() -> None:
    from prefect.events.worker import EventsWorker  # noqa: PLC0415  a second to import

    quiet_prefect()
    assert not getLogger(EventsWorker.__name__).isEnabledFor(WARNING)


def test_public_bases_are_listed_where_nothing_can_be_written(tmp_path: Path, hullmark: Hullmark) -> None:
    absent = hullmark("bases", "known", "list")
    assert (absent.status, (tmp_path / "lake").exists()) == (2, False)
    Lake(str(tmp_path / "lake")).create()
    (tmp_path / "lake" / "layers").rmdir()  # as root may write everywhere: what would be written is seen by what is there
    assert hullmark("bases", "known", "list").stdout == "No base is known.\n"
    assert not (tmp_path / "lake" / "layers").exists()


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_two_runs_at_once(tmp_path: Path, feeds: Path, hullmark: Hullmark) -> None:
    """The second one says who is at it, and leaves everything as it was."""
    lake = tmp_path / "lake"
    environ = {"PREFECT_HOME": str(tmp_path / "prefect"), "HULLMARK_FEEDS": str(feeds)}
    with DemoAws() as aws:
        environ |= aws.environment()
        added = hullmark("integrations", "add", *ACCOUNT, "--even-if-failing", environ=environ)
        assert "Saved, although lines failed" in added.stdout, added
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lake)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        before = sorted(lake.rglob("*"))
        ran = hullmark("run", environ=environ)
        after = sorted(lake.rglob("*"))
        holder.communicate("")
    assert (ran.status, ran.stdout) == (2, ""), ran
    assert_one_sentence(ran, rf"the lake .* is in use by process {holder.pid} \(scan run, since .*; wait until it has")
    assert after == before
    assert json.loads((lake / "lake.json").read_text())["product"] == "hullmark"
