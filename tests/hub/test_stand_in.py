"""The AWS stand-in answers as AWS does where moto does not: pages, digests, tags, tokens, permissions, accounts."""

import base64
import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.exceptions import ClientError

from hullmark.demo.aws import ACCOUNTS, PLATFORM_ACCOUNT, DemoAws, deploy_customer, deploy_platform
from hullmark.settings import Settings
from hullmark.sources.ecr.onboarding import ROLE_NAME
from hullmark.sources.ecr.session import AwsSession, assume, static_session
from tests.hub.world import FIRST, OCI, REGIONS, SECOND, World, digest, make_world, manifest

HERE, THERE = REGIONS


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with make_world() as made:
        yield made


def test_list_images_gives_pages_of_the_size_asked_for(world: World) -> None:
    pushed = [world.push(FIRST, HERE, "paged", f"v{number}") for number in range(7)]
    client = world.aws.client("ecr", FIRST, HERE)
    pages = []
    token: dict[str, str] = {}
    while True:
        answer = client.list_images(repositoryName="paged", maxResults=3, **token)
        pages.append(answer["imageIds"])
        if "nextToken" not in answer:
            break
        token = {"nextToken": answer["nextToken"]}
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [item["imageDigest"] for page in pages for item in page] == pushed


@pytest.mark.parametrize(
    ("action", "values"),
    [
        ("list_images", {"repositoryName": "sizes"}),
        ("describe_images", {"repositoryName": "sizes"}),
        ("describe_repositories", {}),
    ],
)
def test_a_page_has_a_hundred_entries_unless_told(world: World, action: str, values: dict[str, str]) -> None:
    client = world.aws.client("ecr", SECOND, THERE)
    if not client.describe_repositories(maxResults=1000)["repositories"]:
        for number in range(101):
            client.create_repository(repositoryName=f"more/{number}")
        client.create_repository(repositoryName="sizes")
        for number in range(101):
            client.put_image(repositoryName="sizes", imageManifest=manifest(str(number)), imageTag=str(number))
    answer = getattr(client, action)(**values)
    rows = next(value for name, value in answer.items() if isinstance(value, list))
    assert len(rows) == 100
    assert answer["nextToken"]


@pytest.mark.parametrize("token", ["bm9uc2Vuc2U=", "%%%"])
def test_a_token_that_no_page_gave_is_refused(world: World, token: str) -> None:
    world.push(FIRST, HERE, "paged-too", "v1", salt=token)
    with pytest.raises(ClientError, match="InvalidParameterException"):
        world.aws.client("ecr", FIRST, HERE).list_images(repositoryName="paged-too", nextToken=token)


def test_a_digest_is_that_of_the_bytes_pushed(world: World) -> None:
    text = json.dumps(json.loads(manifest("spaces")), indent=3)
    client = world.aws.client("ecr", FIRST, HERE)
    client.create_repository(repositoryName="bytes")
    client.put_image(repositoryName="bytes", imageManifest=text, imageTag="v1")
    (image,) = client.batch_get_image(repositoryName="bytes", imageIds=[{"imageTag": "v1"}])["images"]
    assert image["imageManifest"] == text
    assert image["imageId"]["imageDigest"] == digest(text.encode())
    with pytest.raises(ClientError, match="ImageDigestDoesNotMatchException"):
        client.put_image(repositoryName="bytes", imageManifest=manifest("x"), imageDigest=digest(b"y"))


def test_a_tag_that_moves_leaves_its_old_image_untagged(world: World) -> None:
    old = world.push(FIRST, HERE, "moving", "latest", salt="old")
    new = world.push(FIRST, HERE, "moving", "latest", salt="new")
    client = world.aws.client("ecr", FIRST, HERE)
    details = client.describe_images(repositoryName="moving")["imageDetails"]
    assert {item["imageDigest"]: item.get("imageTags", []) for item in details} == {old: [], new: ["latest"]}
    untagged = client.list_images(repositoryName="moving", filter={"tagStatus": "UNTAGGED"})["imageIds"]
    assert untagged == [{"imageDigest": old}]
    again = client.batch_get_image(repositoryName="moving", imageIds=[{"imageDigest": old}])["images"]
    assert [item["imageId"]["imageDigest"] for item in again] == [old]


def test_the_same_image_twice_is_refused_and_an_immutable_tag_stays(world: World) -> None:
    client = world.aws.client("ecr", FIRST, HERE)
    client.create_repository(repositoryName="fixed", imageTagMutability="IMMUTABLE")
    client.put_image(repositoryName="fixed", imageManifest=manifest("one"), imageTag="v1")
    with pytest.raises(ClientError, match="ImageAlreadyExistsException"):
        client.put_image(repositoryName="fixed", imageManifest=manifest("one"), imageTag="v1")
    with pytest.raises(ClientError, match="ImageTagAlreadyExistsException"):
        client.put_image(repositoryName="fixed", imageManifest=manifest("two"), imageTag="v1")


def test_an_index_has_the_size_of_its_largest_child(world: World) -> None:
    client = world.aws.client("ecr", FIRST, HERE)
    small, large = manifest("s"), manifest("a larger layer")
    client.create_repository(repositoryName="multi")
    for each in (small, large):
        client.put_image(repositoryName="multi", imageManifest=each)
    index = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": f"{OCI}.index.v1+json",
            "manifests": [
                {"mediaType": f"{OCI}.manifest.v1+json", "digest": digest(each.encode()), "size": len(each)}
                for each in (small, large)
            ],
        }
    )
    client.put_image(repositoryName="multi", imageManifest=index, imageTag="v1")
    (detail,) = client.describe_images(repositoryName="multi", imageIds=[{"imageTag": "v1"}])["imageDetails"]
    assert detail["imageSizeInBytes"] == 2 + len("a larger layer")
    assert detail["imageManifestMediaType"] == f"{OCI}.index.v1+json"


def test_every_account_and_region_has_its_own_registry_and_a_token_for_twelve_hours(world: World) -> None:
    expected = {}
    for port, (account, region) in enumerate(((a, r) for a in ACCOUNTS for r in REGIONS), 5000):
        expected[account, region] = (
            f"http://127.0.0.1:{port}",
            world.aws.set_registry(account, region, f"http://127.0.0.1:{port}/"),
        )
    for (account, region), (url, password) in expected.items():
        (data,) = world.aws.client("ecr", account, region).get_authorization_token()["authorizationData"]
        assert data["proxyEndpoint"] == url
        assert base64.b64decode(data["authorizationToken"]).decode() == f"AWS:{password}"
        left = data["expiresAt"].astimezone(UTC) - datetime.now(UTC)
        assert timedelta(hours=11, minutes=58) < left <= timedelta(hours=12)
    assert len({password for _, password in expected.values()}) == len(expected)


def test_the_address_of_a_layer_is_at_the_registry(world: World) -> None:
    world.aws.set_registry(FIRST, HERE, "http://127.0.0.1:5000")
    world.push(FIRST, HERE, "layered", "v1")
    client = world.aws.client("ecr", FIRST, HERE)
    layer = digest(b"layered:v1:")
    url = client.get_download_url_for_layer(repositoryName="layered", layerDigest=layer)["downloadUrl"]
    assert url == f"http://127.0.0.1:5000/v2/layered/blobs/{layer}"
    with pytest.raises(ClientError, match="LayersNotFoundException"):
        client.get_download_url_for_layer(repositoryName="layered", layerDigest=digest(b"never pushed"))


def test_the_templates_deploy_and_their_outputs_open_the_account(world: World) -> None:
    outputs = deploy_customer(world.aws, FIRST, HERE, deploy_platform(world.aws), "an-external-id-of-ours")
    assert outputs == {"RoleArn": f"arn:aws:iam::{FIRST}:role/{ROLE_NAME}", "ExternalId": "an-external-id-of-ours"}
    iam = world.aws.client("iam", FIRST, HERE)
    assert sorted(iam.list_role_policies(RoleName=ROLE_NAME)["PolicyNames"]) == [
        "CustomerECRDiscoveryPolicy",
        "CustomerECRReadPolicy",
    ]
    read = iam.get_role_policy(RoleName=ROLE_NAME, PolicyName="CustomerECRReadPolicy")["PolicyDocument"]
    assert read["Statement"][1]["Resource"] == f"arn:aws:ecr:*:{FIRST}:repository/*"


def test_without_discovery_the_stack_has_one_policy(world: World) -> None:
    world.connect(SECOND, discovery=False)
    names = world.aws.client("iam", SECOND, HERE).list_role_policies(RoleName=ROLE_NAME)["PolicyNames"]
    assert names == ["CustomerECRReadPolicy"]


def test_a_role_reads_its_own_account_only_and_nothing_else(world: World) -> None:
    session = assume(world.connect(), world.settings, "run")
    assert _denied(session, "iam", "list_roles") == "AccessDenied"
    assert _denied(session, "ecr", "create_repository", repositoryName="mine") == "AccessDeniedException"
    assert _denied(session, "cloudformation", "describe_stacks") == "AccessDenied"


def _denied(session: AwsSession, service: str, action: str, **values: str) -> str:
    with pytest.raises(ClientError) as caught:
        getattr(session.client(service, HERE), action)(**values)
    return str(caught.value.response["Error"]["Code"])


def test_a_key_that_nobody_has_is_refused_in_the_shape_of_each_protocol(world: World) -> None:
    stranger = static_session("AKIASTRANGER0000000", "secret", world.settings, FIRST)
    assert _denied(stranger, "sts", "get_caller_identity") == "InvalidClientTokenId"
    assert _denied(stranger, "ecr", "describe_repositories") == "UnrecognizedClientException"


def test_it_stops_and_starts_empty() -> None:
    with DemoAws() as aws:
        aws.client("ecr", FIRST, HERE).create_repository(repositoryName="gone/later")
        port = int(aws.url.rpartition(":")[2])
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    aws.stop()  # a second time does no harm
    with pytest.raises(RuntimeError, match="not running"):
        _ = aws.url


def test_its_environment_is_what_a_process_needs(world: World) -> None:
    values = world.aws.environment()
    assert values["HULLMARK_AWS_ENDPOINT_URL"] == world.aws.url
    session = boto3.Session(values["AWS_ACCESS_KEY_ID"], values["AWS_SECRET_ACCESS_KEY"])
    sts = session.client("sts", region_name=HERE, endpoint_url=world.aws.url)
    assert sts.get_caller_identity()["Account"] == PLATFORM_ACCOUNT
    assert Settings(aws_endpoint_url=world.aws.url).aws_endpoint_url == world.settings.aws_endpoint_url
