"""`hullmark demo` as a newcomer runs it: the whole job in a process of its own, twice, and served until Ctrl-C."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from hullmark.demo.processes import free_port
from hullmark.lake.query import query
from hullmark.lake.store import Lake

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(1800)]  # however busy the machine is
WORLD = ("prefect server", "streamlit run")
DEMO = (sys.executable, "-m", "hullmark", "demo")


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
    command, environ = [*DEMO, "--state", str(state), "--port", str(port)], own_environment()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environ) as process:
        wait_until_up(f"http://127.0.0.1:{port}/_stcore/health", process)
        assert len(children(process.pid)) == len(WORLD)
        mine = children(process.pid)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate()
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert [child for child in mine if Path(f"/proc/{child}").exists()] == []


def test_a_kept_port_that_a_connection_has_is_one_sentence(first: subprocess.CompletedProcess[str], state: Path) -> None:
    assert first.returncode == 0
    port = min(json.loads((state / "demo" / "ports.json").read_text()).values())
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as end:
        end.bind(("127.0.0.1", port))
        end.connect(server.getsockname())
        done = demo(state, "--once")
    assert done.returncode == 2
    assert f"port {port} on this machine is in use, so the demo's registry of account" in done.stderr
    assert "Traceback" not in done.stderr


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
    command = [*DEMO, "--state", str(state), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=own_environment())


def own_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("HULLMARK_", "PREFECT_", "AWS_"))}


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
    while True:
        assert process.poll() is None, "the process ended"
        with suppress(OSError), urllib.request.urlopen(url) as answer:  # noqa: S310  our own server
            if answer.status == 200:
                return
        time.sleep(0.1)
