"""Discovery: every digest of every wanted repository to the last page, and what happens when listing is denied."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from hullmark.errors import AccessError, NotFound, TransportError
from hullmark.sources.ecr import Filters, Integration, Listing
from hullmark.sources.ecr.discover import Found, How, discover, find_repositories, list_images
from hullmark.sources.ecr.session import AwsSession, assume
from tests.hub.blobs import Blobs
from tests.hub.world import FIRST, OCI, REGIONS, SECOND, World, digest, make_world, manifest

HERE, THERE = REGIONS


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with make_world() as made:
        yield made


@pytest.fixture(scope="module")
def open_account(world: World) -> Integration:
    """The first account, where discovery is allowed."""
    return world.connect(FIRST)


@pytest.fixture(scope="module")
def closed_account(world: World) -> Integration:
    """The second account, where discovery is switched off."""
    return world.connect(SECOND, discovery=False)


@pytest.fixture
def first(world: World, open_account: Integration) -> AwsSession:
    return assume(open_account, world.settings, "run")


@pytest.fixture
def second(world: World, closed_account: Integration) -> AwsSession:
    return assume(closed_account, world.settings, "run")


def test_pages_are_read_to_the_end(world: World, first: AwsSession) -> None:
    world.aws.client("ecr", FIRST, HERE).create_repository(repositoryName="many/images")
    client = world.aws.client("ecr", FIRST, HERE)
    pushed = {
        str(number): client.put_image(
            repositoryName="many/images", imageManifest=manifest(str(number)), imageTag=str(number)
        )
        for number in range(1205)
    }
    before = world.aws.calls
    listed = list(discover(first, HERE, Filters(include=("many/*",))))
    assert {item.tags[0]: item.digest for item in listed} == {
        tag: answer["image"]["imageId"]["imageDigest"] for tag, answer in pushed.items()
    }
    assert (world.aws.calls - before)[FIRST, HERE, "ecr:DescribeImages"] == 2


def test_many_repositories_are_paged_as_well(world: World, first: AwsSession) -> None:
    client = world.aws.client("ecr", FIRST, THERE)
    for number in range(1001):
        client.create_repository(repositoryName=f"fleet/{number:04}")
    found = find_repositories(first, THERE, Filters(include=("fleet/*",), exclude=("fleet/0000",)))
    assert found == Found(tuple(f"fleet/{number:04}" for number in range(1, 1001)), How.API, ("fleet/0000",))


def test_a_listing_says_what_ecr_says(world: World, first: AwsSession) -> None:
    world.aws.set_registry(FIRST, HERE, "http://127.0.0.1:5000")
    pushed = world.push(FIRST, HERE, "one/image", "v1")
    world.aws.client("ecr", FIRST, HERE).put_image(
        repositoryName="one/image", imageManifest=manifest("one/image:v1:"), imageTag="latest"
    )
    (listing,) = discover(first, HERE, Filters(include=("one/image",)))
    assert listing.pushed_at is not None
    assert timedelta(0) <= datetime.now(UTC) - listing.pushed_at < timedelta(minutes=5)
    assert listing == Listing(
        registry="127.0.0.1:5000",
        repository="one/image",
        digest=pushed,
        account=FIRST,
        region=HERE,
        tags=("latest", "v1"),
        media_type=f"{OCI}.manifest.v1+json",
        artifact_type=f"{OCI}.config.v1+json",
        size=2 + len("one/image:v1:"),
        pushed_at=listing.pushed_at,
        status="ACTIVE",
    )


def test_untagged_archived_and_referring_digests_are_listed_too(world: World, first: AwsSession) -> None:
    old = world.push(FIRST, HERE, "states", "latest", salt="old")
    new = world.push(FIRST, HERE, "states", "latest", salt="new")
    archived = world.push(FIRST, HERE, "states", "attic")
    world.aws.archive(FIRST, HERE, "states", archived)
    signature = {**json.loads(manifest("sig")), "artifactType": "application/x-sig", "subject": {"digest": new}}
    world.aws.client("ecr", FIRST, HERE).put_image(
        repositoryName="states", imageManifest=json.dumps(signature), imageTag="sig"
    )
    listed = {item.digest: item for item in discover(first, HERE, Filters(include=("states",)))}
    assert (listed[old].tags, listed[new].tags) == ((), ("latest",))
    assert (listed[archived].status, listed[new].status) == ("ARCHIVED", "ACTIVE")
    refers = listed[digest(json.dumps(signature).encode())]
    assert (refers.subject, refers.artifact_type) == (new, "application/x-sig")


def test_regions_and_accounts_are_apart(world: World, first: AwsSession) -> None:
    world.push(FIRST, THERE, "only/there", "1")
    assert find_repositories(first, HERE, Filters(include=("only/*",))).names == ()
    assert [item.region for item in discover(first, THERE, Filters(include=("only/*",)))] == [THERE]


def test_the_catalog_is_asked_when_describing_repositories_is_denied(world: World, second: AwsSession) -> None:
    world.push(SECOND, HERE, "team/a", "1")
    with Blobs("secret-token") as side:
        side.catalog = ["team/a", "team/b", "team/c", "other", "zoo"]
        world.aws.set_registry(SECOND, HERE, side.url, "secret-token")
        assert find_repositories(second, HERE) == Found(("other", "team/a", "team/b", "team/c", "zoo"), How.CATALOG)
        listed = list(discover(second, HERE, Filters(include=("team/*",))))  # b and c were deleted meanwhile
    assert [item.repository for item in listed] == ["team/a"]


def test_named_repositories_are_taken_when_the_catalog_is_denied_as_well(world: World, second: AwsSession) -> None:
    pushed = world.push(SECOND, HERE, "team/named", "1")
    with Blobs("another-token") as side:
        world.aws.set_registry(SECOND, HERE, side.url, "secret-token")  # which the registry does not take
        filters = Filters(include=("team/named", "team/*"))
        assert find_repositories(second, HERE, filters) == Found(("team/named",), How.NAMED)
        assert [item.digest for item in discover(second, HERE, filters)] == [pushed]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_registry_without_a_catalog_is_no_obstacle(world: World, second: AwsSession, status: int) -> None:
    with Blobs("secret-token") as side:
        side.catalog_status = status
        world.aws.set_registry(SECOND, HERE, side.url, "secret-token")
        assert find_repositories(second, HERE, Filters(include=("team/named",))).how is How.NAMED


def test_no_way_to_list_names_the_permission_and_both_remedies(world: World, second: AwsSession) -> None:
    with Blobs("another-token") as side:
        world.aws.set_registry(SECOND, HERE, side.url, "secret-token")
        with pytest.raises(AccessError) as caught:
            find_repositories(second, HERE, Filters(include=("team/*",)))
    for part in ("ecr:DescribeRepositories", "AllowRepositoryDiscovery=true", "name the repositories", SECOND, HERE):
        assert part in str(caught.value)
    assert "secret-token" not in str(caught.value)


def test_credentials_that_ended_are_not_taken_for_a_missing_permission(world: World, second: AwsSession) -> None:
    world.aws.fail("ecr:DescribeRepositories", "ExpiredTokenException")
    world.aws.fail("ecr:GetAuthorizationToken", "ExpiredTokenException")
    with pytest.raises(AccessError, match="does not accept the credentials"):
        find_repositories(second, HERE, Filters(include=("team/named",)))


@pytest.mark.slow
def test_a_registry_that_cannot_be_reached_is_not_taken_for_an_empty_one(world: World, second: AwsSession) -> None:
    world.aws.set_registry(SECOND, HERE, "http://127.0.0.1:1", "secret-token")
    with pytest.raises(TransportError):
        find_repositories(second, HERE, Filters(include=("team/named",)))


def test_a_repository_that_its_policy_closes_is_named(world: World, first: AwsSession) -> None:
    world.push(FIRST, HERE, "closed", "1")
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "no", "Effect": "Deny", "Principal": "*", "Action": "ecr:DescribeImages"}],
    }
    world.aws.client("ecr", FIRST, HERE).set_repository_policy(repositoryName="closed", policyText=json.dumps(policy))
    with pytest.raises(
        AccessError, match=r"ecr:DescribeImages on repository closed .* explicit deny in a resource-based policy"
    ):
        list(list_images(first, HERE, "closed", "host"))


def test_a_repository_that_is_gone_is_not_found(first: AwsSession) -> None:
    with pytest.raises(NotFound, match="repository never/was"):
        list(list_images(first, HERE, "never/was", "host"))
