"""ministack with its IAM enforced: a second opinion about trust policies, External IDs and permissions, by other people.

It pins another botocore, so it runs from an environment of its own: `HULLMARK_MINISTACK` names its program, or it lies in
`.venv-ministack/bin` of this repository, where `.ci/run` installs it, or on the path. A 12-digit access key is an account.
"""

import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hullmark.settings import Settings
from hullmark.sources.ecr.session import static_session

LOCAL = Path(__file__).resolve().parents[2] / ".venv-ministack" / "bin" / "ministack"
UP_SECONDS = 60.0


def require_ministack() -> str:
    """The path of the program; skips the test with its reason where there is none."""
    for path in (os.environ.get("HULLMARK_MINISTACK", ""), str(LOCAL), shutil.which("ministack") or ""):
        if path and Path(path).is_file():
            return path
    pytest.skip("needs ministack")


@dataclass(frozen=True, slots=True)
class MiniStack:
    """A running one."""

    url: str

    def client(self, service: str, account: str, region: str) -> Any:  # noqa: ANN401  boto3 builds a class a service
        return static_session(account, "any", Settings(aws_endpoint_url=self.url), account).client(service, region)

    def deploy(self, account: str, region: str, stack: str, template: str, parameters: Mapping[str, str]) -> dict[str, str]:
        """Create a stack, or update the one of that name, and wait for it; its outputs."""
        client = self.client("cloudformation", account, region)
        request = {
            "StackName": stack,
            "TemplateBody": template,
            "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
        }
        known = {item["StackName"] for item in client.list_stacks()["StackSummaries"] if "DELETE" not in item["StackStatus"]}
        (client.update_stack if stack in known else client.create_stack)(**request)
        end = time.monotonic() + UP_SECONDS
        while (found := client.describe_stacks(StackName=stack)["Stacks"][0])["StackStatus"].endswith("IN_PROGRESS"):
            assert time.monotonic() < end, found["StackStatus"]
            time.sleep(0.1)
        assert found["StackStatus"] in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}, found
        return {item["OutputKey"]: item["OutputValue"] for item in found.get("Outputs", [])}


@contextmanager
def running(program: str, folder: Path) -> Iterator[MiniStack]:
    """Start it in `folder`; afterwards its process is gone."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "HULLMARK_", "PREFECT_"))}
    environ = {**kept, "AUTH": "true", "GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program], cwd=folder, env=environ, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait(f"http://127.0.0.1:{port}/_ministack/health", process)
            yield MiniStack(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()
            process.wait(20)


def wait(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + UP_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, "ministack ended"
        with suppress(urllib.error.URLError, ConnectionError), urllib.request.urlopen(url) as answer:  # noqa: S310  our own
            if answer.status == 200:
                return
        time.sleep(0.2)
    raise AssertionError("ministack did not come up")
