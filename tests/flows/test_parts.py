"""Parts of a scan on the workers of a work pool, of which one dies: its items are answered, and the others are not lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from threading import Thread

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterIdempotencyKey
from prefect.client.schemas.objects import FlowRun
from prefect.states import Completed, Crashed

from flows.parts import WorkerReader, part
from flows.pools import TaskReader, threads
from hullmark.fleet.plan import Location, Wanted
from hullmark.fleet.read import Resolved
from hullmark.model import Image, Reason, Skipped
from tasks.site import Ticket
from tests.fleet.test_incremental import API, OTHER
from tests.fleet.world import image
from tests.flows.test_stopped import wait_until
from tests.flows.world import FIRST, REGION, FlowWorld


@pytest.fixture
def client(fleet: FlowWorld) -> Iterator[SyncPrefectClient]:
    """Prefect's, while the deployment of parts is there, with a pool that has no worker: this test is the workers."""
    with get_client(sync_client=True) as client:
        client.create_work_pool(WorkPoolCreate(name="of-nobody", type="process"))
        deployment = client.create_deployment(client.create_flow(part), "any", work_pool_name="of-nobody")
        yield client
        client.delete_deployment(deployment)
        client.delete_work_pool("of-nobody")


def wanted(fleet: FlowWorld) -> list[Wanted]:
    place = Location(fleet.registries[FIRST].host, "team/api", FIRST, REGION, ("1",), None)
    pushed = [fleet.push(FIRST, "team/api", str(number), image(*stack)) for number, stack in enumerate((API, OTHER))]
    return [Wanted(digest, "", (place,)) for digest in pushed]


@contextmanager
def resolving(reader: WorkerReader, items: list[Wanted]) -> Iterator[list[Resolved]]:
    """What the reader answers, in a thread that has ended afterwards."""
    found, context = list[Resolved](), copy_context()  # which holds the settings of Prefect's client
    thread = Thread(target=lambda: context.run(lambda: found.extend(reader.resolve(items))))
    thread.start()
    yield found
    thread.join()


def test_a_part_whose_worker_dies_is_answered_and_the_others_are_read(fleet: FlowWorld, client: SyncPrefectClient) -> None:
    fleet.lake.create()
    first, second = wanted(fleet)
    ticket = Ticket("run-of-parts", (FIRST,), fleet.settings.lake)
    keys = ["run-of-parts-0000", "run-of-parts-0001"]
    mine = FlowRunFilter(idempotency_key=FlowRunFilterIdempotencyKey(any_=keys))

    def dealt() -> dict[str, FlowRun]:
        return {run.idempotency_key or "": run for run in client.read_flow_runs(flow_run_filter=mine)}

    with threads() as runner:
        reader = WorkerReader(TaskReader(runner, ticket), ticket, 2, 1)
        with resolving(reader, [first, second]) as found:
            wait_until(lambda: len(dealt()) == len(keys))
            runs = dealt()
            client.set_flow_run_state(runs[keys[0]].id, Crashed(message="the machine is gone"), force=True)
            part("run-of-parts", [FIRST], "0001")
            client.set_flow_run_state(runs[keys[1]].id, Completed(), force=True)
        reader.close()
    answers = {item.wanted.digest: item.found[0] for item in found}
    lost, read = answers[first.digest], answers[second.digest]
    assert isinstance(lost, Skipped)
    assert lost.reason is Reason.TRANSPORT
    assert "the worker that had part 0000 of the run was lost" in lost.detail
    assert isinstance(read, Image)
    assert read.digest == second.digest
