"""Regions and partitions: regional endpoints, consoles, and where STS is asked."""

import pytest
from botocore.session import Session

from hullmark.settings import Settings
from hullmark.sources.ecr.onboarding import quick_create_url
from hullmark.sources.ecr.regions import PARTITIONS, main_region, may_be_off, partition_of, sts_region
from hullmark.sources.ecr.session import AwsSession
from hullmark.sources.ecr.weakness import weakness

ACCOUNT = "111122223333"


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("us-east-1", "sts.us-east-1.amazonaws.com"),
        ("eu-central-1", "sts.eu-central-1.amazonaws.com"),
        ("cn-north-1", "sts.cn-north-1.amazonaws.com.cn"),
        ("us-gov-west-1", "sts.us-gov-west-1.amazonaws.com"),
    ],
)
def test_sts_is_asked_at_its_regional_endpoint(region: str, host: str) -> None:
    core = Session()
    core.set_credentials("AKIAEXAMPLE", "secret")
    assert AwsSession(core, Settings()).client("sts", region).meta.endpoint_url == f"https://{host}"


@pytest.mark.parametrize(
    ("regions", "asked"),
    [
        (("eu-west-1", "us-east-1"), "eu-west-1"),
        (("af-south-1", "eu-west-1"), "eu-west-1"),
        (("me-south-1",), "us-east-1"),
        (("cn-northwest-1",), "cn-northwest-1"),
        (("us-gov-east-1",), "us-gov-east-1"),
    ],
)
def test_sts_is_asked_where_no_account_can_have_it_off(regions: tuple[str, ...], asked: str) -> None:
    assert sts_region(regions) == asked
    assert not may_be_off(asked)


@pytest.mark.parametrize("partition", PARTITIONS)
def test_every_partition_has_a_region_that_is_always_there(partition: str) -> None:
    assert partition_of(main_region(partition)) == partition
    assert not may_be_off(main_region(partition))


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("eu-west-1", "console.aws.amazon.com"),
        ("cn-north-1", "console.amazonaws.cn"),
        ("us-gov-west-1", "console.amazonaws-us-gov.com"),
    ],
)
def test_the_link_leads_to_the_console_of_the_partition(region: str, host: str) -> None:
    url = quick_create_url(region, "https://bucket.example/t.yaml", {})
    assert url.startswith(f"https://{host}/cloudformation/home?region={region}#/stacks/create/review?")


@pytest.mark.parametrize(
    ("external_id", "weak"),
    [
        ("acme-corp", True),
        ("aaaaaaaaaaaaaaaaaaaa", True),
        (f"hullmark-{ACCOUNT}", True),
        (ACCOUNT + ACCOUNT, True),
        ("kT3-vb7Qm2_Zx81pLr0w", False),
    ],
)
def test_an_external_id_that_could_be_guessed_is_told_without_being_shown(external_id: str, weak: bool) -> None:
    assert bool(weakness(external_id, ACCOUNT)) is weak
    assert external_id not in weakness(external_id, ACCOUNT)
