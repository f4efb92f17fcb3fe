"""`hullmark demo` as a newcomer runs it: the whole job in a process of its own, twice, and served until Ctrl-C."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from hullmark.lake.query import query
from hullmark.lake.store import Lake
from tests.dashboards.browser import free_port

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
WORLD = ("prefect server", "streamlit run")


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "state"


@pytest.fixture(scope="module")
def first(state: Path) -> subprocess.CompletedProcess[str]:
    return demo(state, "--once")


def test_the_first_run_does_the_main_job(first: subprocess.CompletedProcess[str], state: Path) -> None:
    assert first.returncode == 0, first.stderr
    assert "2 accounts, 13 repositories" in first.stdout
    assert "Traceback" not in first.stderr + first.stdout
    assert "leaked" not in first.stderr
    for stage in ("Push the demo fleet", "Deploy role stacks", "Discover accounts", "Read layers", "Match with advisories"):
        assert stage in first.stderr
    lake = Lake(str(state))
    coverage = query(lake, "SELECT DISTINCT status, reason FROM coverage").to_pylist()
    assert {(row["status"], row["reason"]) for row in coverage} == {
        ("scanned", ""),
        ("failed", "corrupt"),
        ("partial", "unknown-os"),
        ("skipped", "attestation"),
        ("skipped", "signature"),
    }
    places = query(lake, "SELECT DISTINCT account, region FROM images").num_rows
    assert places == 4
    assert query(lake, "SELECT DISTINCT platform FROM images").num_rows == 2
    assert query(lake, "FROM findings WHERE kev").num_rows > 0


def test_a_second_run_reads_nothing(first: subprocess.CompletedProcess[str], state: Path) -> None:
    again = demo(state, "--once")
    assert first.returncode == again.returncode == 0, again.stderr
    assert "0 layers read" in again.stdout
    assert "Nothing has changed since the last run, so nothing was read again." in again.stdout
    lake = Lake(str(state))
    assert query(lake, "SELECT run FROM runs").num_rows == 2
    assert query(lake, "SELECT DISTINCT run FROM finding_events").num_rows == 1


def test_ctrl_c_ends_everything(first: subprocess.CompletedProcess[str], state: Path) -> None:
    assert first.returncode == 0
    port = free_port()
    command = [sys.executable, "-m", "hullmark", "demo", "--state", str(state), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        wait_until_up(f"http://127.0.0.1:{port}/_stcore/health", process)
        assert len(children(process.pid)) == len(WORLD)
        mine = children(process.pid)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert [child for child in mine if Path(f"/proc/{child}").exists()] == []


def test_a_taken_port_is_one_sentence(state: Path) -> None:
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)], stderr=subprocess.DEVNULL
    ) as other:
        wait_until_up(f"http://127.0.0.1:{port}/", other)
        done = demo(state, "--port", str(port))
        other.terminate()
    assert done.returncode == 2
    assert done.stderr == (
        f"hullmark: port {port} on this machine is in use, so the dashboard cannot start; stop that program first\n"
    )


def demo(state: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("HULLMARK_", "PREFECT_", "AWS_"))}
    command = [sys.executable, "-m", "hullmark", "demo", "--state", str(state), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=200, check=False, env=environ)


def children(pid: int) -> list[int]:
    """The processes that a process has started and that still run."""
    found: list[int] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text(encoding="utf-8")
        except OSError:
            continue
        match = re.match(r"(\d+) \(.*\) (\S) (\d+)", text)
        if match and int(match[3]) == pid and match[2] != "Z":
            found.append(int(match[1]))
    return found


def wait_until_up(url: str, process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    for _ in range(1200):
        assert process.poll() is None, "the process ended"
        try:
            with urllib.request.urlopen(url) as answer:  # noqa: S310  our own server
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("it did not come up")
