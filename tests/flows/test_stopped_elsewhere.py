"""An account that is disconnected or paused while other processes read it for the run: each of them leaves it by itself.

The registry holds every request until they have, so that nothing here depends on how fast anything is.
"""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from types import ModuleType
from typing import IO, Any

import pytest
from prefect.settings import PREFECT_API_URL

from hullmark.fleet.parcel import Request, get_answer, put_request
from hullmark.fleet.plan import Location, Wanted
from hullmark.model import Reason, Skipped
from tasks import hub
from tests.flows.test_stopped import push, under_way, wait_until
from tests.flows.world import FIRST, REGION, SECOND, FlowWorld

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(900)]  # what is waited for has bounds of its own
ROOT = Path(__file__).parents[2]
FLEET = [(FIRST, "failed", "stopped", 10), (SECOND, "scanned", "", 1)]
COVERAGE = "SELECT account, status, reason, count(*) FROM coverage WHERE run = $run GROUP BY ALL ORDER BY ALL"
PART = """
import sys
from threading import Thread
from flows.parts import part
from tasks import site, watch
from tests.flows.test_stopped import is_left, wait_until
watch.LOOK_SECONDS = 0.1
account, run, name, accounts = sys.argv[1], *sys.argv[2:4], sys.argv[4:]
def tell():
    wait_until(lambda: is_left(account))
    print("left", flush=True)
Thread(target=tell, daemon=True).start()
part(run, accounts, name)
"""


def look_often() -> None:
    from tasks import watch  # noqa: PLC0415  in a worker of Dask

    watch.LOOK_SECONDS = 0.1


def accounts_left() -> list[set[str]]:
    """The accounts that each site of this process has left: one site where it works for one run."""
    from tasks import site  # noqa: PLC0415  in a worker of Dask

    return [{*one.access.stopped} for one in [*site._sites.values()]]


@contextmanager
def cluster() -> Iterator[Any]:
    """A client of a Dask cluster of two processes, with the environment of this one."""
    from distributed import Client, LocalCluster  # noqa: PLC0415  a second that only this test pays for

    options = {"n_workers": 2, "threads_per_worker": 16, "processes": True, "dashboard_address": None, "host": "127.0.0.1"}
    with LocalCluster(**options) as made, Client(made) as client:  # type: ignore[no-untyped-call]  # distributed has no types
        client.run(look_often)
        yield client


def test_both_processes_of_a_dask_cluster_leave_an_account(fleet: FlowWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    push(fleet)
    # Its processes would run what Streamlit leaves here as the main module, a page, after tests of the dashboard.
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    with cluster() as dask:
        monkeypatch.setenv("HULLMARK_POOL", "dask")
        monkeypatch.setenv("HULLMARK_DASK_SCHEDULER", dask.scheduler.address)
        with under_way(fleet) as runs:
            wait_until(lambda: [*dask.run(accounts_left).values()] == [[set()]] * 2)  # both work for the run
            hub.disconnect(FIRST, fleet.settings)
            wait_until(lambda: [*dask.run(accounts_left).values()] == [[{FIRST}]] * 2)
    assert fleet.ask(COVERAGE, run=runs[0]) == FLEET
    (state,) = fleet.ask("SELECT state, detail FROM runs WHERE run = $run", run=runs[0])
    assert state == ("incomplete", f"Account {FIRST} was disconnected or paused meanwhile: 10 of its digests are left.")
    assert fleet.registries[FIRST].requests["storage"] == 0  # what was held is answered, and nothing else is asked for


@contextmanager
def worker(fleet: FlowWorld, *arguments: str) -> Iterator[IO[str]]:
    """A process that works off a part of a run, as a worker of a work pool does; its output. It ends well."""
    door = fleet.doors[FIRST]
    door.gate = Event()
    environ = {**os.environ, "PREFECT_API_URL": str(PREFECT_API_URL.value())}
    command = [sys.executable, "-c", PART, *arguments]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout
        finally:
            door.gate.set()
    assert process.returncode == 0


def wanted(fleet: FlowWorld, account: str, repository: str) -> list[Wanted]:
    listed = fleet.aws.client("ecr", account, REGION).list_images(repositoryName=repository)["imageIds"]
    place = Location(fleet.registries[account].host, repository, account, REGION, ("1",), None)
    return [Wanted(item["imageDigest"], "", (place,)) for item in listed]


def test_a_second_worker_leaves_an_account(fleet: FlowWorld) -> None:
    push(fleet)
    fleet.lake.create()
    request = Request(wanted=(*wanted(fleet, FIRST, "team/api"), *wanted(fleet, SECOND, "team/web")))
    put_request(fleet.lake, "run", "0001", request)
    with worker(fleet, FIRST, "run", "0001", FIRST, SECOND) as output:
        wait_until(lambda: fleet.doors[FIRST].now > 0)
        hub.disconnect(FIRST, fleet.settings)
        assert output.readline() == "left\n"
    answer = get_answer(fleet.lake, "run", "0001")
    assert answer is not None
    found = {item.wanted.digest: item.found[0] for item in answer.resolved}
    reasons = Counter(item.reason if isinstance(item, Skipped) else "" for item in found.values())
    assert reasons == {Reason.STOPPED: 10, "": 1}
    assert fleet.registries[FIRST].requests["storage"] == 0
