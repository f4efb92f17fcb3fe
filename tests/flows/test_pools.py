"""The same fleet by threads, by a Dask cluster of two processes and by two workers of a work pool, with the lake on S3."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest

from hullmark.demo.aws import ACCOUNTS, DemoAws, deploy_platform
from hullmark.demo.images import build_image
from hullmark.demo.processes import free_port, stop
from hullmark.lake.query import query
from hullmark.lake.store import Lake
from tests.fleet.test_incremental import API, OTHER, broken, multi
from tests.fleet.world import LAYERS, image
from tests.flows.test_deployment import CONNECT, FILE, Operator, operator
from tests.flows.world import FIRST, REGION, SECOND, FlowWorld
from tests.lake.test_s3 import wait_for

__all__ = ["operator"]  # a fixture

SECONDS = 200.0
SCAN = "from flows.scan import scan; scan()"
TABLES = {
    "images": "* EXCLUDE (first_seen, last_seen)",
    "coverage": '* EXCLUDE (run, "at")',
    "packages": "*",
    "image_layers": "*",
    "problems": "*",
    "findings": "* EXCLUDE (first_seen, last_seen)",
    "runs": "state, detail, digests, images_scanned, images_failed, layers_read, layers_known, bytes_read, findings",
}


@contextmanager
def s3(folder: Path) -> Iterator[dict[str, str]]:
    """An S3 endpoint in a process of its own; the variables that lead to it."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with (folder / "s3.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            wait_for(port)
            yield {"AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{port}", "AWS_REGION": REGION}
        finally:
            stop(server)


@contextmanager
def workers(acting: Operator, number: int) -> Iterator[None]:
    """So many workers of the work pool; each takes two runs at once."""
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", "hullmark", "--limit", "2"]
    with ExitStack() as stack, (acting.folder / "workers.log").open("wb") as log:
        for _ in range(number):
            environ = {**acting.environ, "PREFECT_WORKER_QUERY_SECONDS": "1"}
            process = subprocess.Popen(
                command, cwd=acting.folder, env=environ, stdout=log, stderr=log, start_new_session=True
            )
            stack.callback(stop, process)
        yield


def fill(world: FlowWorld) -> None:
    """Two accounts that share layers and images, with an index, a broken layer and an attestation."""
    for number, stack in enumerate((API, OTHER, ("debian-12-1", "imaging"), ("alpine-3-18", "proxy"))):
        world.push(FIRST, "team/api", str(number), image(*stack))
        world.push(SECOND, "team/web", str(number), build_image(stack, LAYERS, "arm64"))
    world.push(FIRST, "team/api", "multi", multi("debian-12-5", attested=True))
    world.push(SECOND, "team/web", "broken", broken())


@pytest.mark.slow
@pytest.mark.e2e
@pytest.mark.timeout(900)
def test_three_pools_come_to_the_same_tables(
    operator: Operator, demo_feeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: dict[str, dict[str, Any]] = {}
    sent: dict[str, Counter[str]] = {}
    with ExitStack() as stack:
        storage = stack.enter_context(s3(tmp_path))
        aws = stack.enter_context(DemoAws())
        world = FlowWorld(aws, deploy_platform(aws), tmp_path)
        environ = {**operator.environ, **world.environment(demo_feeds), **aws.environment(), **storage}
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL_S3", "AWS_REGION"):
            monkeypatch.setenv(name, environ[name])
        boto3.client("s3").create_bucket(Bucket="lake", CreateBucketConfiguration={"LocationConstraint": REGION})
        for account in ACCOUNTS:
            stack.callback(world.open(account).stop)
        fill(world)
        environ |= {"HULLMARK_PART_LEAST": "1", "AWS_EC2_METADATA_DISABLED": "true", "HULLMARK_LAKE": "s3://lake/workers"}
        acting = Operator(operator.folder, environ, operator.api)
        acting.prefect("work-pool", "create", "hullmark", "--type", "process")
        acting.prefect("deploy", "--all", "--prefect-file", str(FILE))
        for account in ACCOUNTS:
            assert acting.run("-c", CONNECT, account, *world.customer(account), REGION).strip() == "True"
        stack.enter_context(workers(acting, 2))
        for pool in ("threads", "dask", "workers"):
            before = world.sent()
            place = f"s3://lake/{pool}"
            acting.run("-c", SCAN, HULLMARK_POOL=pool, HULLMARK_LAKE=place)
            sent[pool] = world.sent() - before
            found[pool] = tables(Lake(place))
        runs = acting.post("flow_runs/filter", {"flows": {"name": {"any_": ["part"]}}})
    assert found["threads"]["runs"][0]["state"] == "completed"
    assert len(found["threads"]["images"]) == 10
    assert found["threads"]["findings"]
    assert found["dask"] == found["threads"]
    assert found["workers"] == found["threads"]
    assert {digest: times for digest, times in sent["threads"].items() if times > 1} == {}  # nothing is read twice ...
    assert sent["dask"] == sent["threads"]  # ... whoever reads
    assert sent["workers"] == sent["threads"]
    assert [run["state"]["type"] for run in runs] == ["COMPLETED"] * 4  # two parts resolve, two read
    assert len({run["infrastructure_pid"] for run in runs}) == 4


def tables(lake: Lake) -> dict[str, Any]:
    """Every table that a scan writes, without what tells one run from another."""
    return {
        name: sorted(query(lake, f"SELECT {columns} FROM {name}").to_pylist(), key=str)  # noqa: S608  names of our own
        for name, columns in TABLES.items()
    }
