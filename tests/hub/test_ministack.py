"""The connection test against ministack with enforcement on: the shipped templates really let in, and really keep out."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from hullmark.settings import Settings
from hullmark.sources.ecr import Integration
from hullmark.sources.ecr.checks import Check, Verdict
from hullmark.sources.ecr.connection import OWN, WITH, WITHOUT, WRONG
from hullmark.sources.ecr.connection import test_connection as run
from hullmark.sources.ecr.gone import check_gone
from hullmark.sources.ecr.narrowing import READ_ACTIONS
from hullmark.sources.ecr.onboarding import (
    CUSTOMER_TEMPLATE,
    PLATFORM_TEMPLATE,
    ROLE_NAME,
    STACK_NAME,
    TRUST_POLICY,
    customer_policies,
    new_external_id,
    read_template,
)
from hullmark.sources.ecr.posture import read_postures
from hullmark.sources.ecr.session import assume
from tests.hub.ministack import MiniStack, require_ministack, running
from tests.hub.world import FIRST, digest, manifest

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
PLATFORM, REGION, REPOSITORY = "999900001111", "us-east-1", "team/api"
# ministack serves no registry at its proxy endpoint, and decides DescribeRepositories on "*", where AWS takes repository/*.
UNLIKE_AWS = {f"{REGION}: layer download", f"{REGION}: ecr:DescribeRepositories"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MiniStack]:
    program = require_ministack()
    with running(program, tmp_path_factory.mktemp("ministack")) as found:
        yield found


@pytest.fixture(scope="module")
def settings(stack: MiniStack) -> Iterator[Settings]:
    parameters = {"RuntimePrincipalArn": f"arn:aws:iam::{PLATFORM}:root"}
    template = read_template(PLATFORM_TEMPLATE)
    role = stack.deploy(PLATFORM, REGION, "hullmark-platform", template, parameters)["RoleArn"]
    with pytest.MonkeyPatch.context() as environment:
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_REGION"):
            environment.delenv(name, raising=False)
        environment.setenv("AWS_ACCESS_KEY_ID", PLATFORM)
        environment.setenv("AWS_SECRET_ACCESS_KEY", "any")
        yield Settings(aws_endpoint_url=stack.url, platform_role_arn=role)


@pytest.fixture
def values(stack: MiniStack, settings: Settings) -> Integration:
    """The customer's stack, as shipped, and an image in the account."""
    external_id = new_external_id()
    stack.client("cloudformation", FIRST, REGION).delete_stack(StackName=STACK_NAME)
    parameters = {"ExternalId": external_id, "PlatformRoleArn": settings.platform_role_arn}
    outputs = stack.deploy(FIRST, REGION, STACK_NAME, read_template(CUSTOMER_TEMPLATE), parameters)
    assert outputs["ExternalId"] == external_id
    ecr = stack.client("ecr", FIRST, REGION)
    if not ecr.describe_repositories()["repositories"]:
        ecr.create_repository(repositoryName=REPOSITORY)
        ecr.put_image(repositoryName=REPOSITORY, imageManifest=manifest("x"), imageTag="v1", imageDigest=digest(b"x"))
    return Integration(FIRST, outputs["RoleArn"], external_id, (REGION,))


def failures(checks: list[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks if check.verdict is Verdict.FAILED and check.name not in UNLIKE_AWS}


def put_policy(stack: MiniStack, name: str, statement: dict[str, object]) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    stack.client("iam", FIRST, REGION).put_role_policy(RoleName=ROLE_NAME, PolicyName=name, PolicyDocument=document)


@contextmanager
def role(stack: MiniStack, name: str, trusted: str, policies: Mapping[str, str]) -> Iterator[str]:
    """A role in the account that somebody makes by hand; its ARN."""
    iam = stack.client("iam", FIRST, REGION)
    arn = str(iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusted)["Role"]["Arn"])
    for policy, text in policies.items():
        iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=text)
    yield arn
    for policy in policies:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    iam.delete_role(RoleName=name)


def test_the_shipped_templates_let_hullmark_in(values: Integration, settings: Settings) -> None:
    checks = run(values, settings)
    assert failures(checks) == {}
    verdicts = {check.name: check.verdict for check in checks}
    for name in (WITH, WITHOUT, WRONG, *(f"{REGION}: {action}" for action in READ_ACTIONS)):
        assert verdicts[name] is Verdict.PASSED


def test_a_role_made_by_hand_lets_hullmark_in_and_nobody_else(
    stack: MiniStack, values: Integration, settings: Settings
) -> None:
    """With the JSON that the dashboard and `hullmark integrations policy` give to those without CloudFormation."""
    stack.client("cloudformation", FIRST, REGION).delete_stack(StackName=STACK_NAME)
    external_id = new_external_id()
    policies = customer_policies(FIRST, settings.platform_role_arn, external_id)
    trusted, name = policies.pop(TRUST_POLICY), values.role_arn.rpartition("/")[2]
    with role(stack, name, trusted, policies) as made, role(stack, "HullmarkOfAnotherName", trusted, policies) as other:
        by_hand = replace(values, role_arn=made, external_id=external_id)
        assert failures(run(by_hand, settings)) == {}
        assert [*failures(run(replace(by_hand, external_id=values.external_id), settings))] == [WITH]
        assert [*failures(run(replace(by_hand, role_arn=other), settings))] == [
            WITH
        ]  # Hullmark's own role may not assume it


def test_a_wrong_external_id_is_refused(values: Integration, settings: Settings) -> None:
    assert [*failures(run(replace(values, external_id=new_external_id()), settings))] == [WITH]


def test_a_missing_condition_is_found_and_binding(stack: MiniStack, values: Integration, settings: Settings) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": settings.platform_role_arn}, "Action": "sts:AssumeRole"}
    stack.client("iam", FIRST, REGION).update_assume_role_policy(
        RoleName=ROLE_NAME, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    found = failures(run(values, settings))
    assert [*found] == [WITHOUT, WRONG]
    assert all(check.binding for check in found.values())


@pytest.mark.parametrize("action", ["ecr:ListImages", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"])
def test_a_missing_permission_is_the_line_that_fails(
    stack: MiniStack, values: Integration, settings: Settings, action: str
) -> None:
    iam = stack.client("iam", FIRST, REGION)
    policy = iam.get_role_policy(RoleName=ROLE_NAME, PolicyName="CustomerECRReadPolicy")["PolicyDocument"]
    read = policy["Statement"][1]
    read["Action"] = [each for each in read["Action"] if each != action]
    iam.put_role_policy(RoleName=ROLE_NAME, PolicyName="CustomerECRReadPolicy", PolicyDocument=json.dumps(policy))
    assert [*failures(run(values, settings))] == [f"{REGION}: {action}"]


def test_a_deny_wins_over_what_is_allowed(stack: MiniStack, values: Integration, settings: Settings) -> None:
    put_policy(stack, "Closed", {"Effect": "Deny", "Action": "ecr:DescribeImages", "Resource": "*"})
    assert [*failures(run(values, settings))] == [f"{REGION}: ecr:DescribeImages"]
    stack.client("iam", FIRST, REGION).delete_role_policy(RoleName=ROLE_NAME, PolicyName="Closed")


def test_without_the_platforms_role_nobody_gets_in(values: Integration, settings: Settings) -> None:
    assert [*failures(run(values, replace(settings, platform_role_arn="")))] == [WITH]


def test_a_session_reads_the_places_it_works_on_and_no_others(
    stack: MiniStack, values: Integration, settings: Settings
) -> None:
    ecr = stack.client("ecr", FIRST, REGION)
    if len(ecr.describe_repositories()["repositories"]) < 2:
        ecr.create_repository(repositoryName="team/other")
    session = assume(values, settings, "run", places={(REGION, REPOSITORY)})
    assert session.caller(REGION).arn.endswith(f"assumed-role/{ROLE_NAME}/hullmark-run")
    client = session.client("ecr", REGION)
    assert client.list_images(repositoryName=REPOSITORY)["imageIds"]
    with pytest.raises(ClientError, match="AccessDenied"):
        client.list_images(repositoryName="team/other")
    with pytest.raises(ClientError, match="AccessDenied"):
        client.describe_repositories()


def test_access_is_gone_with_the_stack(stack: MiniStack, values: Integration, settings: Settings) -> None:
    assert [check.verdict for check in check_gone(values, settings)] == [Verdict.FAILED, Verdict.PASSED]
    stack.client("cloudformation", FIRST, REGION).delete_stack(StackName=STACK_NAME)
    lines = list(check_gone(values, settings))
    assert [check.verdict for check in lines] == [Verdict.PASSED, Verdict.PASSED]
    assert OWN not in {check.name for check in lines}


def settings_line(checks: list[Check]) -> Check:
    (line,) = [check for check in checks if check.name == f"{REGION}: repository settings"]
    return line


def test_settings_of_repositories_are_denied_unless_the_stack_allows_them(
    stack: MiniStack, values: Integration, settings: Settings
) -> None:
    denied = settings_line(run(values, settings))
    assert denied.verdict is Verdict.SKIPPED
    assert "ecr:GetLifecyclePolicy, ecr:GetRepositoryPolicy" in denied.detail
    session = assume(values, settings, "run")
    (posture,) = read_postures(session, REGION, [REPOSITORY])
    assert (posture.lifecycle_rules, posture.access) == (None, "")
    assert posture.unknown == ("lifecycle: AWS denies ecr:GetLifecyclePolicy", "access: AWS denies ecr:GetRepositoryPolicy")

    parameters = {
        "ExternalId": values.external_id, "PlatformRoleArn": settings.platform_role_arn, "AllowRegistryPosture": "true",
    }  # fmt: skip
    stack.deploy(FIRST, REGION, STACK_NAME, read_template(CUSTOMER_TEMPLATE), parameters)
    (posture,) = read_postures(assume(values, settings, "run"), REGION, [REPOSITORY])
    assert (posture.lifecycle_rules, posture.access, posture.unknown) == (0, "private", ())
