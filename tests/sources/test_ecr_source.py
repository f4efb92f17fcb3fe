"""`hullmark scan` of an ECR reference: own credentials, the account and Region of its host, the address that AWS tells."""

import json
from collections.abc import Iterator

import pytest

from hullmark.errors import AccessError, NotFound, UsageError
from hullmark.model import Image
from hullmark.settings import Settings
from hullmark.sources.ecr.login import LoginProvider
from hullmark.sources.ecr.registry import ecr_registry
from hullmark.sources.ecr.session import own_session
from hullmark.sources.ecr.source import open_ecr
from hullmark.sources.reference import RegistryReference, parse_registry_reference
from tests.hub.blobs import Blobs
from tests.hub.world import FIRST, OCI, SECOND, World, digest, make_world

REGION = "eu-central-1"
PASSWORD = "registry-token-of-the-stand-in"
HOST = f"{FIRST}.dkr.ecr.{REGION}.amazonaws.com"
LAYER = b"the bytes of a layer"
CONFIG = json.dumps(
    {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [digest(LAYER)]}}
).encode()
MANIFEST = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": f"{OCI}.manifest.v1+json",
        "config": {"mediaType": f"{OCI}.config.v1+json", "digest": digest(CONFIG), "size": len(CONFIG)},
        "layers": [{"mediaType": f"{OCI}.layer.v1.tar", "digest": digest(LAYER), "size": len(LAYER)}],
    }
).encode()


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with make_world() as made, Blobs(PASSWORD) as side:
        side.blobs = {digest(LAYER): LAYER, digest(CONFIG): CONFIG}
        side.manifests = {"v1": MANIFEST, digest(MANIFEST): MANIFEST}
        made.aws.set_registry(FIRST, REGION, side.url, PASSWORD)
        yield made


def own(world: World) -> Settings:
    """Settings of somebody who only scans: no platform role."""
    return Settings(aws_endpoint_url=world.aws.url)


def typed(text: str) -> RegistryReference:
    return parse_registry_reference(text)


@pytest.mark.parametrize("version", [":v1", f"@{digest(MANIFEST)}"])
@pytest.mark.parametrize("host", [HOST, HOST.replace(".ecr.", ".ecr-fips."), f"{FIRST}.dkr-ecr.{REGION}.on.aws"])
def test_an_image_is_read_with_the_credentials_of_this_process(world: World, host: str, version: str) -> None:
    before = world.aws.calls
    source = open_ecr(typed(f"{host}/team/api{version}"), own(world))
    (image,) = source.images("linux/amd64")
    assert isinstance(image, Image)
    assert (image.repository, image.digest) == ("team/api", digest(MANIFEST))
    with source.open_layer(image, image.layers[0]) as stream:
        assert stream.read() == LAYER
    source.close()
    asked = {action for _, _, action in world.aws.calls - before}
    assert asked == {"ecr:GetAuthorizationToken"}


def test_a_tag_that_is_not_there_is_not_found(world: World) -> None:
    source = open_ecr(typed(f"{HOST}/team/api:v2"), own(world))
    with pytest.raises(NotFound, match="team/api:v2"):
        source.images(None)
    source.close()


def test_a_token_that_the_registry_does_not_take_is_an_access_error(world: World) -> None:
    with Blobs("another-password") as side:
        world.aws.set_registry(SECOND, REGION, side.url, PASSWORD)
        source = open_ecr(typed(f"{SECOND}.dkr.ecr.{REGION}.amazonaws.com/team/api:v1"), own(world))
        with pytest.raises(AccessError) as caught:
            source.images(None)
        source.close()
    assert PASSWORD not in str(caught.value)


def test_expired_credentials_are_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIANOBODYKNOWSTHIS0")
    with pytest.raises(AccessError, match=r"ecr:GetAuthorizationToken on account 111122223333 .* renew them"):
        open_ecr(typed(f"{HOST}/team/api:v1"), own(world))


def test_no_credentials_are_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(AccessError, match="no usable AWS credentials"):
        open_ecr(typed(f"{HOST}/team/api:v1"), own(world))


def test_another_registry_is_not_asked(world: World) -> None:
    with pytest.raises(UsageError, match=r"registry\.example is no registry of ECR"):
        open_ecr(typed("registry.example/team/api:v1"), own(world))


def test_a_typed_address_counts_only_where_aws_itself_answers(world: World) -> None:
    provider = LoginProvider(own_session(own(world)), REGION, FIRST)
    registry = ecr_registry(provider, own(world), "https://somewhere.example")
    assert registry.name.startswith("127.0.0.1:")
    registry.close()
    world.aws.set_registry(FIRST, "eu-west-1", f"https://{FIRST}.dkr.ecr.eu-west-1.amazonaws.com")
    fips = f"{FIRST}.dkr.ecr-fips.eu-west-1.amazonaws.com"
    registry = ecr_registry(LoginProvider(own_session(own(world)), "eu-west-1", FIRST), own(world), f"https://{fips}")
    assert registry.name == fips
    registry.close()
