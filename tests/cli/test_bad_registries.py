"""Registries that are away, refuse, or lack what is asked for."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hullmark.demo.aws import DemoAws
from hullmark.demo.registry import DemoRegistry
from tests.cli.conftest import Hullmark
from tests.cli.images import image, part
from tests.cli.sentences import assert_one_sentence
from tests.cli.test_bad_feeds import free_address

PASSWORD = "a-demo-password"
LOGIN = {"HULLMARK_REGISTRY_USER": "AWS", "HULLMARK_REGISTRY_PASSWORD": PASSWORD}
ACCOUNT, REGION = "111122223333", "eu-central-1"
ECR = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/shop/api:1.0"


@pytest.fixture(scope="module")
def registry() -> Iterator[DemoRegistry]:
    with DemoRegistry(PASSWORD) as demo:
        demo.push("shop/api", "1.0", image())
        yield demo


@pytest.fixture(scope="module")
def aws(registry: DemoRegistry) -> Iterator[DemoAws]:
    with DemoAws() as stand_in:
        stand_in.set_registry(ACCOUNT, REGION, registry.url, PASSWORD)
        yield stand_in


@dataclass(frozen=True, slots=True)
class Asked:
    """A reference below the registry, the login that goes with it, and what is said."""

    reference: str
    environ: dict[str, str]
    says: str


ASKED = {
    "no login": Asked("shop/api:1.0", {}, r"wants credentials for shop/api:1\.0; run docker login .*, or set HULLMARK_REG"),
    "a wrong login": Asked(
        "shop/api:1.0",
        {**LOGIN, "HULLMARK_REGISTRY_PASSWORD": "wrong-one"},
        r"does not accept the credentials for shop/api:1\.0; log in again",
    ),
    "no such tag": Asked("shop/api:9", LOGIN, "has no shop/api:9; check the name"),
    "no such repository": Asked("shop/none", LOGIN, "has no shop/none:latest; check the name"),
    "no such digest": Asked(f"shop/api@sha256:{'0' * 64}", LOGIN, f"has no shop/api@sha256:{'0' * 64}; check the name"),
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=[name.replace(" ", "-") for name in ASKED])
def test_what_the_registry_refuses(asked: Asked, registry: DemoRegistry, hullmark: Hullmark) -> None:
    ran = hullmark("scan", f"{registry.host}/{asked.reference}", environ=asked.environ)
    assert (ran.status, ran.stdout) == (2, "")
    assert_one_sentence(ran, f"hullmark: {registry.host} {asked.says}")
    assert "wrong-one" not in ran.stderr
    assert PASSWORD not in ran.stderr


def test_an_unreachable_registry(hullmark: Hullmark) -> None:
    host = free_address().removeprefix("http://")
    ran = hullmark("scan", f"{host}/shop/api:1.0", seconds=60)
    assert (ran.status, ran.stdout) == (2, "")
    assert_one_sentence(ran, f"{host} cannot be reached")


def test_other_bytes_than_the_manifest_promises(feeds: Path, registry: DemoRegistry, hullmark: Hullmark) -> None:
    """Of the same length, and a sound layer: only the digest tells."""
    promised, sent = part({"name": "a" * 64}), part({"name": "b" * 64})
    built = image(promised)
    registry.push("shop/tampered", "1.0", built)
    registry.tamper(built.blobs[1].digest, sent.stored)
    ran = hullmark("scan", f"{registry.host}/shop/tampered:1.0", "--feeds", str(feeds), environ=LOGIN)
    assert (ran.status, ran.stdout) == (2, "")
    assert_one_sentence(ran, r"layer 0 of .*/shop/tampered:1\.0 .*(should have the digest|should have \d+ bytes)")


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("ExpiredTokenException", "AWS does not accept the credentials for ecr:GetAuthorizationToken .*renew them"),
        ("AccessDeniedException", "AWS denies ecr:GetAuthorizationToken .*allow it"),
    ],
)
def test_ecr_that_refuses(code: str, says: str, aws: DemoAws, hullmark: Hullmark) -> None:
    aws.fail("ecr:GetAuthorizationToken", code, times=3)
    ran = hullmark("scan", ECR, environ=aws.environment(ACCOUNT))
    aws.fail("ecr:GetAuthorizationToken", code, times=0)
    assert (ran.status, ran.stdout) == (2, "")
    assert_one_sentence(ran, says)


def test_ecr_without_credentials(aws: DemoAws, hullmark: Hullmark) -> None:
    environ = {"HULLMARK_AWS_ENDPOINT_URL": aws.url, "AWS_EC2_METADATA_DISABLED": "true"}
    ran = hullmark("scan", ECR, environ=environ | {"AWS_CONFIG_FILE": os.devnull})
    assert (ran.status, ran.stdout) == (2, "")
    assert_one_sentence(ran, "no usable AWS credentials")
