"""Two connected accounts on the AWS stand-in, a registry each, a lake, and the environment that flows read."""

import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock
from typing import Any

from hullmark.demo.aws import ACCOUNTS, DemoAws, deploy_customer
from hullmark.demo.images import Built
from hullmark.demo.registry import DemoRegistry
from hullmark.lake.store import Lake
from hullmark.settings import Settings, read_settings
from hullmark.sources.ecr import Integration
from hullmark.sources.ecr.onboarding import new_external_id
from tasks import hub

REGION = "eu-central-1"
FIRST, SECOND = ACCOUNTS


@dataclass(slots=True)
class Door:
    """A registry's password; asked at each request, it sees how many requests are answered at once."""

    password: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    seconds: float = 0.0  # how long each request is held
    gate: Event | None = None  # what each request waits for
    most: int = 0
    now: int = 0
    _lock: Lock = field(default_factory=Lock)

    def __call__(self) -> str:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(self.seconds)
        if self.gate:
            self.gate.wait()
        with self._lock:
            self.now -= 1
        return self.password


@dataclass(slots=True)
class FlowWorld:
    aws: DemoAws
    platform_role: str
    folder: Path
    doors: dict[str, Door] = field(default_factory=dict)
    registries: dict[str, DemoRegistry] = field(default_factory=dict)
    external_ids: list[str] = field(default_factory=list)

    @property
    def lake(self) -> Lake:
        return Lake(str(self.folder / "lake"))

    @property
    def settings(self) -> Settings:
        return read_settings()

    def environment(self, feeds: Path) -> dict[str, str]:
        return {
            "HULLMARK_LAKE": str(self.folder / "lake"),
            "HULLMARK_FEEDS": str(feeds),
            "HULLMARK_AWS_ENDPOINT_URL": self.aws.url,
            "HULLMARK_PLATFORM_ROLE_ARN": self.platform_role,
        }

    def open(self, account: str) -> DemoRegistry:
        """Start the registry of an account."""
        door = self.doors[account] = Door()
        registry = self.registries[account] = DemoRegistry(door)
        registry.start()
        self.aws.set_registry(account, REGION, registry.url, door.password)
        return registry

    def customer(self, account: str) -> tuple[str, str]:
        """Deploy the customer's stack; role ARN and External ID."""
        self.external_ids.append(new_external_id())
        outputs = deploy_customer(self.aws, account, REGION, self.platform_role, self.external_ids[-1])
        return outputs["RoleArn"], outputs["ExternalId"]

    def connect(self, account: str) -> Integration:
        """Connect an account by this process's hub."""
        values = Integration(account, *self.customer(account), (REGION,))
        hub.add(values, self.settings, even_if_failing=True)
        return values

    def push(self, account: str, repository: str, tag: str, built: Built) -> str:
        """Push into the registry, and say so to the ECR API."""
        self.registries[account].push(repository, tag, built)
        client = self.aws.client("ecr", account, REGION)
        known = {item["repositoryName"] for item in client.describe_repositories()["repositories"]}
        if repository not in known:
            client.create_repository(repositoryName=repository)
        for item, name in (*((child, "") for child in built.children), (built, tag)):
            client.put_image(
                repositoryName=repository, imageManifest=item.manifest.data.decode(), imageDigest=item.manifest.digest,
                imageManifestMediaType=item.manifest.media_type, **({"imageTag": name} if name else {}),
            )  # fmt: skip
        return built.manifest.digest

    def requests(self) -> int:
        return sum(registry.requests.total() for registry in self.registries.values())

    def sent(self) -> Counter[str]:
        """How often each manifest and blob was sent by any registry."""
        return sum((registry.sent for registry in self.registries.values()), Counter())

    def ask(self, sql: str, **parameters: object) -> list[tuple[Any, ...]]:
        connection = self.lake.connect()
        try:
            return connection.sql(sql, params=parameters or None).fetchall()
        finally:
            connection.close()
