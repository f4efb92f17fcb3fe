"""Sessions: the External ID is needed, credentials renew themselves, errors have names, and nothing secret gets out."""

import logging
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from hullmark.demo.aws import PLATFORM_ACCOUNT
from hullmark.errors import AccessError, HullmarkError, NotFound, Throttled, TransportError, UsageError
from hullmark.settings import Settings
from hullmark.sources.ecr.discover import list_images
from hullmark.sources.ecr.failures import translate
from hullmark.sources.ecr.login import LoginProvider, registry_login
from hullmark.sources.ecr.session import assume, platform_session, session_name, static_session
from tests.hub.world import FIRST, REGIONS, SECOND, World, make_world

REGION = "eu-central-1"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with make_world() as made:
        yield made


def test_the_outputs_of_the_stack_open_a_session_in_the_account(world: World) -> None:
    session = assume(world.connect(), world.settings, "2026-11-24T08:00:00Z/7")
    account, arn = session.caller(REGION).account, session.caller(REGION).arn
    assert account == FIRST
    assert arn.endswith("assumed-role/HullmarkECRIntegrationRole/hullmark-2026-11-24T08-00-00Z-7")


def test_a_wrong_external_id_is_denied_by_name(world: World) -> None:
    with pytest.raises(AccessError, match="sts:AssumeRole") as caught:
        assume(replace(world.connect(), external_id="somebody-elses-id"), world.settings, "run")
    assert "somebody-elses-id" not in str(caught.value)


def test_only_the_platform_role_may_assume_it(world: World) -> None:
    values = world.connect(SECOND)
    with pytest.raises(AccessError, match="sts:AssumeRole"):
        assume(values, replace(world.settings, platform_role_arn=""), "run")  # the account's own keys, not the role


def test_the_session_reads_and_cannot_write(world: World) -> None:
    world.push(FIRST, REGION, "read-only", "1")
    session = assume(world.connect(), world.settings, "run")
    client = session.client("ecr", REGION)
    assert client.list_images(repositoryName="read-only")["imageIds"]
    with pytest.raises(ClientError, match="ecr:DeleteRepository"):
        client.delete_repository(repositoryName="read-only", force=True)


def test_a_session_sees_its_own_account_only(world: World) -> None:
    world.push(SECOND, REGION, "of-the-second", "1")
    session = assume(world.connect(FIRST), world.settings, "run")
    with pytest.raises(NotFound):
        list(list_images(session, REGION, "of-the-second", "host"))


@pytest.mark.slow
def test_a_scan_goes_on_when_its_credentials_have_ended_several_times() -> None:
    with make_world(session_seconds=2) as world:
        values = world.connect()
        for number in range(3):
            world.push(FIRST, REGION, "long", f"v{number}")
        session = assume(values, world.settings, "a-long-run")
        before, keys, end = world.aws.calls, set[str](), time.monotonic() + 6
        while time.monotonic() < end:
            assert len(list(list_images(session, REGION, "long", "host"))) == 3
            if credentials := session._core.get_credentials():
                keys.add(str(credentials.get_frozen_credentials().access_key))
            time.sleep(0.2)
        names = {arn.rpartition("/")[2] for arn in (session.caller(REGION).arn,)}
        renewed = Counter(account for account, _, action in (world.aws.calls - before).elements() if "AssumeRole" in action)
    assert len(keys) >= 3
    assert renewed[PLATFORM_ACCOUNT] >= 3  # both roles are assumed anew: ours by our keys, the customer's by ours
    assert names == {"hullmark-a-long-run"}


def test_expired_credentials_are_refused_by_the_stand_in() -> None:
    with make_world(session_seconds=0) as world:
        sts = world.aws.client("sts", PLATFORM_ACCOUNT, REGION)
        old = sts.assume_role(RoleArn=world.settings.platform_role_arn, RoleSessionName="old")["Credentials"]
        with pytest.raises(AccessError, match="ExpiredToken"):
            static_session(old["AccessKeyId"], old["SecretAccessKey"], world.settings, PLATFORM_ACCOUNT).caller(REGION)


def test_a_clock_that_is_wrong_is_told() -> None:
    with make_world(session_seconds=0) as world, pytest.raises(AccessError, match="clock"):
        assume(world.connect(), world.settings, "run")


def test_the_login_comes_with_the_proxy_endpoint_and_twelve_hours(world: World) -> None:
    password = world.aws.set_registry(FIRST, REGION, "http://127.0.0.1:5000")
    session = assume(world.connect(), world.settings, "run")
    login = registry_login(session, REGION)
    assert (login.endpoint, login.host, login.user, login.token) == (
        "http://127.0.0.1:5000",
        "127.0.0.1:5000",
        "AWS",
        password,
    )
    assert timedelta(hours=11, minutes=58) < login.expires - datetime.now(UTC) <= timedelta(hours=12)
    assert password not in repr(login)


def test_a_login_is_kept_until_it_is_refused(world: World) -> None:
    session = assume(world.connect(), world.settings, "run")
    provider, before = LoginProvider(session, REGION), world.aws.calls
    assert provider.login() is provider.login()
    assert provider.login(renew=True) is provider.login()
    asked = (world.aws.calls - before)[FIRST, REGION, "ecr:GetAuthorizationToken"]
    assert asked == 2


def test_throttling_is_waited_out(world: World) -> None:
    world.push(FIRST, REGION, "busy", "1")
    session = assume(world.connect(), world.settings, "run")
    world.aws.fail("ecr:DescribeImages", "ThrottlingException", times=2)
    assert len(list(list_images(session, REGION, "busy", "host"))) == 1


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("ThrottlingException", 400, Throttled),
        ("Throttling", 400, Throttled),
        ("TOOMANYREQUESTS", 429, Throttled),
        ("AccessDenied", 403, AccessError),
        ("AccessDeniedException", 400, AccessError),
        ("ExpiredTokenException", 400, AccessError),
        ("UnrecognizedClientException", 400, AccessError),
        ("RepositoryNotFoundException", 400, NotFound),
        ("ServerException", 500, TransportError),
        ("InvalidParameterException", 400, UsageError),
        ("", 503, TransportError),
    ],
)
def test_answers_of_aws_become_errors_of_this_house(code: str, status: int, kind: type[HullmarkError]) -> None:
    answer = ClientError(
        {"Error": {"Code": code, "Message": "it holds s3cret"}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        "ListImages",
    )
    error = translate(answer, "ecr:ListImages", "account 1 in eu-west-1")
    assert type(error) is kind
    assert "ecr:ListImages" in str(error)
    assert "s3cret" not in str(error)


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (
            "User: x is not authorized to perform: y on resource: z because no identity-based policy allows the y action",
            True,
        ),
        ("User: x is not authorized to perform: y on resource: z with an explicit deny in a service control policy", True),
        ("User: x is not authorized to perform: y", False),
    ],
)
def test_the_kind_of_policy_that_decided_is_told(message: str, shown: bool) -> None:
    answer = ClientError({"Error": {"Code": "AccessDenied", "Message": message}}, "X")
    told = str(translate(answer, "y", "z"))
    assert ("policy" in told) is shown


def test_an_endpoint_that_does_not_answer_is_a_transport_error(world: World) -> None:
    with pytest.raises(TransportError, match=r"did not answer sts:"):
        assume(world.connect(), replace(world.settings, aws_endpoint_url="http://127.0.0.1:1"), "run")


def test_no_credentials_at_all_are_an_access_error(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    values = world.connect()
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(AccessError, match="no usable AWS credentials"):
        assume(values, world.settings, "run")


def test_nothing_secret_reaches_the_log_even_at_debug(world: World, caplog: pytest.LogCaptureFixture) -> None:
    password = world.aws.set_registry(FIRST, REGION, "http://127.0.0.1:5000")
    values = world.connect()
    for name in ("botocore", "boto3", "urllib3"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    with caplog.at_level(logging.DEBUG):
        session = assume(values, world.settings, "run")
        registry_login(session, REGION)
        with pytest.raises(AccessError):
            assume(replace(values, external_id="the-wrong-secret"), world.settings, "run")
    secrets = (values.external_id, "the-wrong-secret", password, "SecretAccessKey", "SessionToken")
    assert [word for word in secrets if word in caplog.text] == []
    assert [word for word in secrets if word in repr(session) + repr(vars(session))] == []


def test_a_session_reads_the_places_it_works_on_and_no_others(world: World) -> None:
    for region in REGIONS:
        for name in ("narrow/one", "narrow/two"):
            world.push(FIRST, region, name, "1")
    session = assume(world.connect(), world.settings, "run", places={(REGION, "narrow/one")})
    listed = session.client("ecr", REGION).list_images(repositoryName="narrow/one")["imageIds"]
    assert len(listed) == 1
    for region, name in ((REGION, "narrow/two"), ("us-east-1", "narrow/one")):
        with pytest.raises(ClientError, match="AccessDenied"):
            session.client("ecr", region).list_images(repositoryName=name)


def test_a_policy_that_sts_cannot_pack_gives_way_to_a_wider_one(world: World) -> None:
    world.push(FIRST, REGION, "packed/one", "1")
    world.push(FIRST, REGION, "packed/two", "1")
    values, platform = world.connect(), platform_session(world.settings, REGION, "run")
    platform.caller(REGION)  # so that the next AssumeRole is that of the customer's role
    world.aws.fail("sts:AssumeRole", "PackedPolicyTooLarge", times=2)
    session = assume(values, world.settings, "run", platform, {(REGION, "packed/one")})
    client = session.client("ecr", REGION)
    assert client.list_images(repositoryName="packed/two")["imageIds"]  # the third policy takes the first word, packed/*
    with pytest.raises(ClientError, match="AccessDenied"):
        client.list_images(repositoryName="elsewhere")


def test_session_names_stay_within_what_sts_takes() -> None:
    assert session_name("a b/" + "x" * 100) == "hullmark-a-b-" + "x" * 51


def test_a_process_that_is_the_platform_role_already_does_not_assume_it_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = world.aws.client("sts", PLATFORM_ACCOUNT, REGION).assume_role(
        RoleArn=world.settings.platform_role_arn, RoleSessionName="worker"
    )["Credentials"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", own["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", own["SecretAccessKey"])
    monkeypatch.setenv("AWS_SESSION_TOKEN", own["SessionToken"])
    before = world.aws.calls
    assume(
        world.connect(), Settings(aws_endpoint_url=world.aws.url, platform_role_arn=world.settings.platform_role_arn), "run"
    )
    assert sum(count for key, count in (world.aws.calls - before).items() if key[2] == "sts:AssumeRole") == 1
