"""A fleet of 1,000 images in 50 repositories over 4 accounts: first run, unchanged run, run with 10 new tags, bare listing.

    python -m bench.fleet_scan [--images 1000] [--latency 0.03] [--rounds 3]

AWS and registries are stand-ins in a process of their own; every AWS call takes `--latency` seconds there, as far-away calls
do. The scan is `flows.scan.scan` in a fresh process against a running Prefect server, as a worker runs it; beside it, in the
same rounds, a bare boto3 script that assumes the same roles and lists the same accounts, one call after the other. API calls
and blob requests are counted by the stand-ins, time is wall time of the whole process, cpu its processor
seconds, memory its highest resident set.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from hullmark.commands.flow_runs import QUIET
from hullmark.demo.aws import DemoAws, deploy_customer, deploy_platform
from hullmark.demo.feeds import write_feeds
from hullmark.demo.fleet import Fleet
from hullmark.demo.images import Blob, Built, build_image
from hullmark.demo.processes import free_port, serving
from hullmark.demo.registry import DemoRegistry
from hullmark.sources.ecr import Integration
from hullmark.sources.ecr.onboarding import new_external_id

ACCOUNTS = tuple(f"{number:012}" for number in range(100000000001, 100000000005))
REGION = "eu-central-1"
REPOSITORIES = 50
STACKS = (("debian-12-1", "curl"), ("alpine-3-18",), ("debian-12-1", "imaging"), ("alpine-3-18", "proxy"), ("debian-12-5",))
SCAN = """
import resource, sys, time
begun = time.perf_counter()
from flows.scan import scan
imported = time.perf_counter()
scan()
used = resource.getrusage(resource.RUSAGE_SELF)
print(imported - begun, time.perf_counter() - imported, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
sys.stdout.flush()
import os; os._exit(0)
"""
BARE = """
import json, os, sys
import boto3
endpoint, platform = os.environ["HULLMARK_AWS_ENDPOINT_URL"], os.environ["HULLMARK_PLATFORM_ROLE_ARN"]
roles = json.loads(sys.argv[1])
def assumed(session, **request):
    answer = session.client("sts", endpoint_url=endpoint).assume_role(RoleSessionName="bare", **request)["Credentials"]
    keys = answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"]
    return boto3.Session(*keys, region_name="eu-central-1")
own = assumed(boto3.Session(region_name="eu-central-1"), RoleArn=platform)
images = 0
for role, external_id in roles:
    ecr = assumed(own, RoleArn=role, ExternalId=external_id).client("ecr", endpoint_url=endpoint)
    for page in ecr.get_paginator("describe_repositories").paginate(PaginationConfig={"PageSize": 1000}):
        for repository in page["repositories"]:
            pages = ecr.get_paginator("describe_images").paginate(
                repositoryName=repository["repositoryName"], PaginationConfig={"PageSize": 1000})
            images += sum(len(page["imageDetails"]) for page in pages)
print(images)
"""


class World:
    """The stand-ins, the accounts connected to a Prefect server, and what processes are told of it."""

    def __init__(self, folder: Path, latency: float, stack: ExitStack) -> None:
        self.aws = stack.enter_context(DemoAws(ACCOUNTS))
        self.registries = {account: DemoRegistry() for account in ACCOUNTS}
        platform = deploy_platform(self.aws)
        port = free_port()
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("HULLMARK_", "AWS_", "PREFECT_"))},
            **QUIET, **self.aws.environment(), "HULLMARK_PLATFORM_ROLE_ARN": platform, "HULLMARK_LAKE": str(folder / "lake"),
            "HULLMARK_FEEDS": str(write_feeds(folder / "feeds")), "PREFECT_HOME": str(folder / "prefect"),
            "NO_PROXY": "127.0.0.1", "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }  # fmt: skip
        url = f"http://127.0.0.1:{port}/api"
        command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port), "--no-ui"]
        stack.enter_context(serving(command, f"{url}/health", folder / "prefect.log", self.environ, "the Prefect server"))
        self.environ["PREFECT_API_URL"] = url
        self.roles: list[tuple[str, str]] = []
        for account, registry in self.registries.items():
            registry.start()
            stack.callback(registry.stop)
            self.aws.set_registry(account, REGION, registry.url)
            outputs = deploy_customer(self.aws, account, REGION, platform, new_external_id())
            self.roles.append((outputs["RoleArn"], outputs["ExternalId"]))
        os.environ.update(self.environ)
        self._connect()
        self.aws.delay(latency)

    def _connect(self) -> None:
        from hullmark.settings import read_settings  # noqa: PLC0415  Prefect reads its settings when it is imported
        from tasks import hub  # noqa: PLC0415

        for account, (role, external_id) in zip(ACCOUNTS, self.roles, strict=True):
            outcome = hub.add(Integration(account, role, external_id, (REGION,)), read_settings(), even_if_failing=True)
            assert outcome.saved, outcome.checks  # noqa: S101

    def push(self, number: int) -> None:
        """One more image, of its own configuration and of layers that others have too."""
        repository = f"team-{number % REPOSITORIES:02}/service"
        account = ACCOUNTS[number % REPOSITORIES % len(ACCOUNTS)]
        built = _numbered(STACKS[number % len(STACKS)], number)
        self.registries[account].push(repository, f"v{number}", built)
        client = self.aws.client("ecr", account, REGION)
        if number < REPOSITORIES:
            client.create_repository(repositoryName=repository)
        client.put_image(
            repositoryName=repository, imageManifest=built.manifest.data.decode(), imageDigest=built.manifest.digest,
            imageManifestMediaType=built.manifest.media_type, imageTag=f"v{number}",
        )  # fmt: skip

    def blobs(self) -> Counter[str]:
        """Requests to all registries, by kind."""
        return sum((registry.requests for registry in self.registries.values()), Counter[str]())

    def calls(self) -> Counter[str]:
        """AWS calls, by service."""
        found: Counter[str] = Counter()
        for (_, _, action), number in self.aws.calls.items():
            found[action.partition(":")[0]] += number
        return found


def _numbered(stack: tuple[str, ...], number: int) -> Built:
    built = build_image(stack, Fleet().facts["layer"], "amd64")
    config = json.loads(built.blobs[0].data)
    config["config"]["Labels"]["number"] = str(number)
    blob = Blob(built.blobs[0].media_type, json.dumps(config).encode())
    manifest = json.loads(built.manifest.data) | {"config": blob.descriptor()}
    return Built(Blob(built.manifest.media_type, json.dumps(manifest).encode()), (blob, *built.blobs[1:]))


@contextmanager
def counted(world: World, what: str) -> Iterator[dict[str, float]]:
    """Measure a block and print its line; the block adds what it knows."""
    blobs, calls, begun = world.blobs(), world.calls(), time.perf_counter()
    said: dict[str, float] = {}
    yield said
    seconds = time.perf_counter() - begun
    now = world.blobs()
    requests = {kind: now[kind] - blobs[kind] for kind in ("manifest", "storage")}
    asked = world.calls()
    more = " ".join(f"{name} {value:.2f}" for name, value in said.items())
    said["seconds"], said["ecr"], said["blobs"] = seconds, asked["ecr"] - calls["ecr"], sum(requests.values())
    print(
        f"{what:<22} {seconds:7.2f} s  ecr {asked['ecr'] - calls['ecr']:4}  sts {asked['sts'] - calls['sts']:3}  "
        f"manifests {requests['manifest']:5}  blobs {requests['storage']:5}  {more}",
        flush=True,
    )


def scan(world: World, what: str) -> dict[str, float]:
    """One run of the flow in a process of its own."""
    with counted(world, what) as said:
        done = subprocess.run(
            [sys.executable, "-c", SCAN], env=world.environ, cwd=Path(__file__).parents[1], capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        if done.returncode:
            sys.exit(done.stderr[-4000:])
        words = done.stdout.split()[-4:]
        said["import"], said["flow"], said["cpu"], said["MB"] = map(float, words)
    return said


def bare(world: World) -> dict[str, float]:
    """The listing alone, by a script as anybody would write it."""
    with counted(world, "bare boto3 listing"):
        command = [sys.executable, "-c", BARE, json.dumps(world.roles)]
        begun = time.perf_counter()
        subprocess.run(command, env=world.environ, check=True, capture_output=True)
    return {"seconds": time.perf_counter() - begun}


def main() -> None:
    """Run the benchmark and print its lines."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--images", type=int, default=1000)
    options.add_argument("--latency", type=float, default=0.03, help="seconds that each AWS call takes")
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        world = World(Path(folder), chosen.latency, stack)
        for number in range(chosen.images):
            world.push(number)
        least = REPOSITORIES + len(ACCOUNTS)  # a page of images each, a page of repositories each
        scan(world, "first run")
        rounds = [(bare(world), scan(world, "unchanged run")) for _ in range(chosen.rounds)]
        for number in range(chosen.images, chosen.images + 10):
            world.push(number)
        scan(world, "10 new tags")
        ratio = statistics.median(ours["seconds"] / theirs["seconds"] for theirs, ours in rounds)
        calls = rounds[-1][1]["ecr"]
        print(f"unchanged run: {ratio:.2f} x the bare listing; {calls:.0f} ECR calls, the pages need {least}", flush=True)
        print(f"blob and manifest requests of the unchanged run: {rounds[-1][1]['blobs']:.0f}")
        print(f"this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB", flush=True)


if __name__ == "__main__":
    main()
