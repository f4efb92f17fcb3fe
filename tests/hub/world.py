"""A platform and two customers with two Regions each on the AWS stand-in, as tests of ECR and of the hub need them."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from hullmark.demo.aws import ACCOUNTS, DemoAws, deploy_customer, deploy_platform
from hullmark.settings import Settings
from hullmark.sources.ecr import Filters, Integration
from hullmark.sources.ecr.onboarding import new_external_id

REGIONS = ("eu-central-1", "us-east-1")
FIRST, SECOND = ACCOUNTS
OCI = "application/vnd.oci.image"


@dataclass(frozen=True, slots=True)
class World:
    aws: DemoAws
    settings: Settings
    regions: tuple[str, ...] = REGIONS

    def connect(
        self, account: str = FIRST, *, discovery: bool = True, posture: bool = False, filters: Filters | None = None
    ) -> Integration:
        """Deploy the customer's stack; what its outputs say, as a customer would type it."""
        platform, external_id = self.settings.platform_role_arn, new_external_id()
        outputs = deploy_customer(
            self.aws, account, self.regions[0], platform, external_id, discovery=discovery, posture=posture
        )
        return Integration(account, outputs["RoleArn"], outputs["ExternalId"], self.regions, filters or Filters())

    def push(self, account: str, region: str, repository: str, tag: str | None, *, salt: str = "") -> str:
        """Push a small manifest, made distinct by repository, tag and salt; its digest."""
        client = self.aws.client("ecr", account, region)
        if repository not in {
            item["repositoryName"] for item in client.describe_repositories(maxResults=1000)["repositories"]
        }:
            client.create_repository(repositoryName=repository)
        text = manifest(f"{repository}:{tag}:{salt}")
        more = {"imageTag": tag} if tag else {}
        image = client.put_image(repositoryName=repository, imageManifest=text, **more)["image"]
        return str(image["imageId"]["imageDigest"])


def manifest(salt: str) -> str:
    """An OCI image manifest with one layer; the layer's bytes are the salt."""
    layer = salt.encode()
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": f"{OCI}.manifest.v1+json",
            "config": {"mediaType": f"{OCI}.config.v1+json", "digest": digest(b"{}"), "size": 2},
            "layers": [{"mediaType": f"{OCI}.layer.v1.tar+gzip", "digest": digest(layer), "size": len(layer)}],
        }
    )


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@contextmanager
def make_world(session_seconds: int | None = None, region: str = "") -> Iterator[World]:
    """A fresh stand-in; this process has the platform account's keys while it runs. `region` puts all into its partition."""
    with DemoAws(session_seconds=session_seconds) as aws, pytest.MonkeyPatch.context() as environment:
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_REGION"):
            environment.delenv(name, raising=False)
        for name, value in aws.environment().items():
            environment.setenv(name, value)
        environment.setenv("AWS_CONFIG_FILE", "/nonexistent")
        environment.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
        settings = Settings(aws_endpoint_url=aws.url, platform_role_arn=deploy_platform(aws, region or REGIONS[1]))
        yield World(aws, settings, (region,) if region else REGIONS)
