"""`prefect.yaml` on a Prefect server and a worker that are processes of their own, as an operator has them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from hullmark.commands.flow_runs import QUIET
from hullmark.demo.aws import ACCOUNTS, DemoAws, deploy_platform
from hullmark.demo.processes import free_port, serving
from tests.fleet.test_incremental import API
from tests.fleet.world import image
from tests.flows.world import FIRST, FlowWorld

ROOT = Path(__file__).parents[2]
FILE = ROOT / "prefect.yaml"
WORKER_SECONDS = 150
CONNECT = """
import sys
from hullmark.settings import read_settings
from hullmark.sources.ecr import Integration
from tasks import hub
values = Integration(sys.argv[1], sys.argv[2], sys.argv[3], (sys.argv[4],))
print(hub.add(values, read_settings(), even_if_failing=True).saved)
"""


@dataclass(frozen=True, slots=True)
class Operator:
    """What an operator has: a folder that is no checkout, an environment, and a server."""

    folder: Path
    environ: dict[str, str]
    api: str

    def run(self, *command: str, **more: str) -> str:
        done = subprocess.run(
            [sys.executable, *command], cwd=self.folder, env={**self.environ, **more}, capture_output=True, text=True,
            timeout=WORKER_SECONDS, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def prefect(self, *arguments: str) -> str:
        return self.run("-m", "prefect", "--no-prompt", *arguments)

    def post(self, path: str, body: object = None) -> Any:  # noqa: ANN401
        answer = httpx.post(f"{self.api}/{path}", json=body or {}, trust_env=False, timeout=30).raise_for_status()
        return answer.json()

    def trigger(self, flow: str, deployment: str) -> str:
        """Ask for one run now; its id."""
        name = f"{self.api}/deployments/name/{flow}/{deployment}"
        found = httpx.get(name, trust_env=False, timeout=30).raise_for_status().json()
        return str(self.post(f"deployments/{found['id']}/create_flow_run", {"state": {"type": "SCHEDULED"}})["id"])

    def state(self, run: str) -> tuple[str, str]:
        found = httpx.get(f"{self.api}/flow_runs/{run}", trust_env=False, timeout=30).raise_for_status().json()
        return found["state"]["type"], found["state"]["message"] or ""


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    port = free_port()
    api = f"http://127.0.0.1:{port}/api"
    cwd = tmp_path / "operator"
    cwd.mkdir()
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "HULLMARK_", "AWS_"))},
        **QUIET,
        "PREFECT_HOME": str(tmp_path / "prefect"),
        "PREFECT_LOCAL_STORAGE_PATH": str(tmp_path / "prefect" / "results"),
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "NO_PROXY": "127.0.0.1,localhost",
    }
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port), "--no-ui"]
    with serving(command, f"{api}/health", tmp_path / "server.log", environ, "the Prefect server"):
        yield Operator(cwd, {**environ, "PREFECT_API_URL": api}, api)


def deployments() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))["deployments"]
    return found


@pytest.mark.parametrize("deployment", deployments(), ids=lambda item: str(item["name"]))
def test_entrypoints_are_module_paths_of_flows(deployment: dict[str, Any]) -> None:
    module, _, name = deployment["entrypoint"].rpartition(".")
    assert callable(getattr(import_module(module), name))
    assert deployment["entrypoint"].startswith("flows.")


def test_prefect_yaml_is_shipped_with_the_package() -> None:
    """pyproject.toml puts it into the wheel, where docs/orchestration.md says that it is."""
    assert '"prefect.yaml" = "hullmark/prefect.yaml"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert "files('hullmark')" in (ROOT / "docs" / "orchestration.md").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.e2e
@pytest.mark.timeout(600)
def test_deployed_flows_run_on_a_worker(operator: Operator, demo_feeds: Path, tmp_path: Path) -> None:
    operator.prefect("work-pool", "create", "hullmark", "--type", "process")
    operator.prefect("deploy", "--all", "--prefect-file", str(FILE))
    _as_written(operator)
    with DemoAws() as aws:
        world = FlowWorld(aws, deploy_platform(aws), tmp_path)
        registry = world.open(FIRST)
        try:
            world.push(FIRST, "team/api", "1", image(*API))
            environ = {**operator.environ, **aws.environment(), **world.environment(demo_feeds)}
            acting = Operator(operator.folder, environ, operator.api)
            role, external_id = world.customer(FIRST)
            assert acting.run("-c", CONNECT, FIRST, role, external_id, "eu-central-1").strip() == "True"
            runs = [acting.trigger("advisories", "six-hourly"), acting.trigger("scan", "hourly")]
            acting.prefect("worker", "start", "--pool", "hullmark", "--run-once", "--limit", "1")
            while any(acting.state(run)[0] == "SCHEDULED" for run in runs):
                acting.prefect("worker", "start", "--pool", "hullmark", "--run-once", "--limit", "1")
        finally:
            registry.stop()
    assert [acting.state(run) for run in runs] == [("COMPLETED", ""), ("COMPLETED", "")]
    rows = world.ask("SELECT kind, state, images_scanned, findings > 0 FROM runs ORDER BY kind")
    assert rows == [("advisories", "completed", 0, False), ("scan", "completed", 1, True)]
    assert set(ACCOUNTS) >= {row[0] for row in world.ask("SELECT account FROM images")}
    database = [path.read_bytes() for path in (tmp_path / "prefect").glob("prefect.db*")]
    assert database
    assert not any(external_id.encode() in content for content in database)


def _as_written(operator: Operator) -> None:
    """The server has the deployments as the file says them."""
    known = {item["name"]: item for item in operator.post("deployments/filter")}
    assert set(known) == {item["name"] for item in deployments()}
    for said in deployments():
        found = known[said["name"]]
        assert found["entrypoint"] == said["entrypoint"]
        assert found["work_pool_name"] == "hullmark"
        assert [item["schedule"]["cron"] for item in found["schedules"]] == [item["cron"] for item in said["schedules"]]
        if "concurrency_limit" in said:
            assert found["global_concurrency_limit"]["limit"] == 1
            assert found["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
        assert not found["pull_steps"], json.dumps(found["pull_steps"])
