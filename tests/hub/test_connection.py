"""The test of a connection: every line of a good one, and what each thing that can be wrong looks like."""

import json
import logging
from dataclasses import replace

import pytest

from hullmark.demo.aws import deploy_customer, deploy_push_events
from hullmark.settings import Settings
from hullmark.sources.ecr import Filters, Integration
from hullmark.sources.ecr.checks import Check, Verdict
from hullmark.sources.ecr.connection import CLOCK, OWN, WITH, run_checks
from hullmark.sources.ecr.connection import test_connection as run
from hullmark.sources.ecr.narrowing import DISCOVERY_ACTION, READ_ACTIONS
from hullmark.sources.ecr.onboarding import ROLE_NAME, new_external_id
from tests.hub.blobs import Blobs
from tests.hub.conftest import PASSWORD, REPOSITORY
from tests.hub.world import FIRST, REGIONS, SECOND, World, make_world

HERE, THERE = REGIONS


def failures(checks: list[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks if check.verdict is Verdict.FAILED}


def deny(world: World, account: str, *actions: str) -> None:
    """Add an explicit Deny to the customer's role."""
    statement = {"Effect": "Deny", "Action": [*actions], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    world.aws.client("iam", account, HERE).put_role_policy(RoleName=ROLE_NAME, PolicyName="Closed", PolicyDocument=document)


def trust(world: World, account: str, condition: dict[str, object]) -> None:
    """Let the platform's role assume the customer's role under `condition` only."""
    statement = {"Effect": "Allow", "Principal": {"AWS": world.settings.platform_role_arn}, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition}]}
    world.aws.client("iam", account, HERE).update_assume_role_policy(RoleName=ROLE_NAME, PolicyDocument=json.dumps(document))


def test_a_stack_just_deployed_passes_every_line(world: World) -> None:
    checks = run(world.connect(), world.settings)
    per_region = (
        "enabled",
        "ecr:GetAuthorizationToken",
        "ecr:DescribeRepositories",
        "ecr:ListImages",
        "ecr:DescribeImages",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
        "layer download",
        "repository settings",
    )
    assert [check.name for check in checks] == [
        "account id",
        "role ARN",
        "External ID",
        "Regions",
        "Hullmark's own credentials",
        "clock of this machine",
        "role with the External ID",
        "role without an External ID",
        "role with a wrong External ID",
        "account behind the role",
        *(f"{region}: {action}" for region in REGIONS for action in per_region),
    ]
    optional = [check for check in checks if check.name.endswith("repository settings")]
    assert {check.verdict for check in checks if check not in optional} == {Verdict.PASSED}
    assert {check.verdict for check in optional} == {Verdict.SKIPPED}
    assert "AllowRegistryPosture=true" in optional[0].remedy
    assert "ecr:GetLifecyclePolicy" in optional[0].detail


def test_a_stack_that_lets_settings_be_read_says_so(world: World) -> None:
    checks = run(world.connect(posture=True), world.settings)
    assert [check.verdict for check in checks if check.name.endswith("repository settings")] == [Verdict.PASSED] * 2


def test_a_wrong_external_id_stops_at_the_role(world: World) -> None:
    values = replace(world.connect(), external_id=new_external_id())
    checks = run(values, world.settings)
    assert [*failures(checks)] == [checks[-1].name] == ["role with the External ID"]
    assert "External ID" in checks[-1].remedy
    assert not checks[-1].binding


@pytest.mark.parametrize(
    ("condition", "lines"),
    [
        ({}, {"role without an External ID", "role with a wrong External ID"}),
        ({"StringLike": {"sts:ExternalId": "*"}}, {"role with a wrong External ID"}),
        ({"StringNotEquals": {"sts:ExternalId": "x"}}, {"role without an External ID", "role with a wrong External ID"}),
    ],
)
def test_a_role_that_does_not_insist_on_its_external_id_is_binding(
    world: World, condition: dict[str, object], lines: set[str]
) -> None:
    values = world.connect()
    trust(world, FIRST, condition)
    found = failures(run(values, world.settings))
    assert set(found) == lines
    assert all(check.binding for check in found.values())
    assert all("does not insist on its External ID" in check.detail for check in found.values())
    assert all("sts:ExternalId" in check.remedy for check in found.values())


def test_a_refusal_that_could_not_be_tried_is_no_refusal(world: World) -> None:
    values = world.connect()
    checks: list[Check] = []
    for check in run_checks(values, world.settings):
        checks.append(check)
        if check.name == "role with the External ID":
            world.aws.fail("sts:AssumeRole", "ServiceUnavailable", 503, times=6)
    found = failures(checks)
    assert [*found] == ["role without an External ID"]
    assert found["role without an External ID"].binding


def test_values_that_are_malformed_are_told_before_aws_is_asked(world: World) -> None:
    values = replace(world.connect(), account_id="1234", regions=("Frankfurt",))
    before = world.aws.calls
    found = failures(run(values, world.settings))
    assert {*found} == {"account id", "role ARN", "Regions"}
    assert all(check.binding for check in found.values())
    assert world.aws.calls == before


def test_the_role_of_another_account_is_told(world: World) -> None:
    found = failures(run(replace(world.connect(), account_id=SECOND), world.settings))
    assert "belongs to account 111122223333" in found["role ARN"].detail


@pytest.mark.parametrize("action", READ_ACTIONS)
def test_a_permission_that_is_denied_is_the_line_that_fails(world: World, action: str) -> None:
    values = world.connect()
    deny(world, FIRST, action)
    found = failures(run(values, world.settings))
    needs_token = {f"{region}: layer download" for region in REGIONS} if action == READ_ACTIONS[0] else set()
    assert {*found} == {f"{region}: {action}" for region in REGIONS} | needs_token
    line = found[f"{HERE}: {action}"]
    assert action in line.detail
    assert "Deny" in line.remedy


@pytest.mark.parametrize("action", READ_ACTIONS[1:])
def test_a_permission_that_is_missing_is_the_line_that_fails(world: World, action: str) -> None:
    values = world.connect()
    iam = world.aws.client("iam", FIRST, HERE)
    policy = iam.get_role_policy(RoleName=ROLE_NAME, PolicyName="CustomerECRReadPolicy")["PolicyDocument"]
    policy["Statement"][1]["Action"].remove(action)
    iam.put_role_policy(RoleName=ROLE_NAME, PolicyName="CustomerECRReadPolicy", PolicyDocument=json.dumps(policy))
    found = failures(run(values, world.settings))
    assert {*found} == {f"{region}: {action}" for region in REGIONS}
    assert "no identity-based policy" in found[f"{HERE}: {action}"].detail
    assert "customer-role.yaml" in found[f"{HERE}: {action}"].remedy


def test_without_discovery_the_catalog_answers_with_a_warning(world: World) -> None:
    checks = {check.name: check for check in run(world.connect(discovery=False), world.settings)}
    line = checks[f"{HERE}: {DISCOVERY_ACTION}"]
    assert line.verdict is Verdict.WARNING
    assert "the registry's catalog tells of 1 repository" in line.detail
    assert "AllowRepositoryDiscovery=true" in line.remedy
    assert all(check.ok for check in checks.values())


def test_without_discovery_and_catalog_repositories_must_be_named(world: World, blobs: Blobs) -> None:
    blobs.catalog_status = 403
    values = world.connect(discovery=False)
    found = failures(run(values, world.settings))
    assert {*found} == {f"{region}: {DISCOVERY_ACTION}" for region in REGIONS}
    assert "name the repositories" in found[f"{HERE}: {DISCOVERY_ACTION}"].remedy
    named = run(replace(values, filters=Filters(include=(REPOSITORY,))), world.settings)
    assert failures(named) == {}


def test_an_account_without_repositories_passes(world: World) -> None:
    values = replace(world.connect(posture=True), filters=Filters(include=("nothing/like/this",)))
    checks = run(values, world.settings)
    assert failures(checks) == {}
    assert [check.name for check in checks if check.verdict is Verdict.SKIPPED] == [
        f"{region}: layer download" for region in REGIONS
    ]


def test_a_region_that_is_closed_is_the_one_that_fails(world: World) -> None:
    values = world.connect()
    iam = world.aws.client("iam", FIRST, HERE)
    statement = {"Effect": "Deny", "Action": "ecr:*", "Resource": f"arn:aws:ecr:{THERE}:*:*"}
    iam.put_role_policy(
        RoleName=ROLE_NAME,
        PolicyName="Closed",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    found = failures(run(values, world.settings))
    assert found
    assert all(name.startswith(f"{THERE}: ") for name in found)


def test_a_region_that_is_switched_off_is_told_as_such_and_no_other(world: World) -> None:
    values = world.connect()
    world.aws.close_region(FIRST, THERE)
    checks = run(values, world.settings)
    assert [*failures(checks)] == [f"{THERE}: enabled"]
    assert f"Enable {THERE} in the account" in failures(checks)[f"{THERE}: enabled"].remedy
    assert [check.name for check in checks if check.name.startswith(THERE)] == [f"{THERE}: enabled"]


@pytest.mark.parametrize(("ahead", "verdict", "says"), [(90, Verdict.WARNING, "behind"), (-270, Verdict.FAILED, "before")])
def test_a_clock_that_drifts_is_a_line_of_its_own(world: World, ahead: int, verdict: Verdict, says: str) -> None:
    values = world.connect()
    world.aws.set_clock(ahead)
    (line,) = [check for check in run(values, world.settings) if check.name == CLOCK]
    assert line.verdict is verdict
    assert f" s {says} AWS's" in line.detail
    assert "NTP" in line.remedy


def test_a_clock_that_is_far_off_is_told_as_the_reason(world: World) -> None:
    values = world.connect()
    world.aws.set_clock(1000)
    found = failures(run(values, world.settings))
    assert [*found] == [OWN]
    assert "this machine's clock is" in found[OWN].detail
    assert "NTP" in found[OWN].remedy


@pytest.mark.parametrize("of", ["repository", "registry"])
def test_a_policy_that_denies_what_the_role_allows_is_told(world: World, of: str) -> None:
    values = world.connect()
    statement = {"Effect": "Deny", "Principal": {"AWS": values.role_arn}, "Action": "ecr:GetDownloadUrlForLayer"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Sid": "closed"}]})
    if of == "repository":
        world.aws.client("ecr", FIRST, HERE).set_repository_policy(repositoryName=REPOSITORY, policyText=text)
    else:
        world.aws.set_registry_policy(FIRST, HERE, text)
    found = failures(run(values, world.settings))
    assert [*found] == [f"{HERE}: ecr:GetDownloadUrlForLayer"]
    line = found[f"{HERE}: ecr:GetDownloadUrlForLayer"]
    assert "explicit deny in a resource-based policy" in line.detail
    assert "policy of the repository, of the registry" in line.remedy


def test_another_repository_that_denies_is_a_warning_by_its_name(world: World) -> None:
    values = world.connect()
    for name in ("team/open", "team/shut"):
        world.push(FIRST, HERE, name, "v1")
    statement = {"Sid": "closed", "Effect": "Deny", "Principal": "*", "Action": "ecr:*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    world.aws.client("ecr", FIRST, HERE).set_repository_policy(repositoryName="team/shut", policyText=text)
    checks = {check.name: check for check in run(values, world.settings)}
    line = checks[f"{HERE}: repository policies"]
    assert line.verdict is Verdict.WARNING
    assert "1 of 3 repositories deny" in line.detail
    assert "team/shut" in line.detail
    assert f"{THERE}: repository policies" not in checks  # there is one repository there


@pytest.mark.filterwarnings("ignore:Tried to parse AWS..SQS..QueuePolicy:UserWarning")  # moto makes no policy of queues
def test_a_queue_of_push_events_is_asked_where_there_is_one(world: World) -> None:
    values = world.connect()
    url = deploy_push_events(world.aws, FIRST, HERE)["QueueUrl"]
    good = {check.name: check.verdict for check in run(replace(values, queues={HERE: url}), world.settings)}
    assert good[f"{HERE}: sqs:GetQueueAttributes"] is Verdict.PASSED
    elsewhere = replace(values, queues={HERE: f"{url}-of-another-stack"})
    assert [*failures(run(elsewhere, world.settings))] == [f"{HERE}: sqs:GetQueueAttributes"]
    malformed = failures(run(replace(values, queues={HERE: "my queue"}), world.settings))
    assert "QueueUrl" in malformed["queues of push events"].detail


def test_an_external_id_that_could_be_guessed_is_a_warning(world: World) -> None:
    outputs = deploy_customer(world.aws, FIRST, HERE, world.settings.platform_role_arn, "acme-corp")
    values = replace(world.connect(), external_id=outputs["ExternalId"])
    (line,) = [check for check in run(values, world.settings) if check.name == "External ID"]
    assert line.verdict is Verdict.WARNING
    assert "guess" in line.detail
    assert "acme-corp" not in line.detail


@pytest.mark.parametrize(("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")])
def test_other_partitions_are_connected_from_within(blobs: Blobs, region: str, partition: str) -> None:
    with make_world(region=region) as made:
        made.aws.set_registry(FIRST, region, blobs.url, PASSWORD)
        made.push(FIRST, region, REPOSITORY, "v1")
        values = made.connect(posture=True)
        assert values.role_arn.startswith(f"arn:{partition}:iam::")
        checks = run(values, made.settings)
        assert {check.verdict for check in checks} == {Verdict.PASSED}, [check for check in checks if not check.ok]
        ours = replace(values, role_arn=values.role_arn.replace(partition, "aws"), regions=(HERE,))
        across = run(replace(values, regions=values.regions), Settings(aws_endpoint_url=made.aws.url))
        assert failures(run(ours, made.settings)) != {}
        assert [*failures(across)] == [WITH]  # the account's own keys are not the role that is trusted


def test_no_role_reaches_across_partitions(world: World) -> None:
    role = f"arn:aws-cn:iam::{FIRST}:role/HullmarkECRIntegrationRole"
    values = Integration(FIRST, role, new_external_id(), ("cn-north-1",))
    found = failures(run(values, world.settings))
    assert "partition" in " ".join(found)


@pytest.mark.slow
def test_a_registry_that_cannot_be_reached_fails_the_download_only(world: World) -> None:
    world.aws.set_registry(FIRST, HERE, "http://127.0.0.1:1", PASSWORD)
    found = failures(run(world.connect(), world.settings))
    assert [*found] == [f"{HERE}: layer download"]
    assert "Let this machine reach" in found[f"{HERE}: layer download"].remedy


def test_credentials_of_ours_that_are_expired_are_told_as_ours(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    values = world.connect()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIANOBODYKNOWSTHIS0")
    found = failures(run(values, world.settings))
    assert [*found] == ["Hullmark's own credentials"]
    assert "HULLMARK_PLATFORM_ROLE_ARN" in found["Hullmark's own credentials"].remedy


def test_a_session_that_ends_during_the_test_is_told(world: World) -> None:
    values = world.connect()
    world.aws.fail("ecr:BatchGetImage", "ExpiredTokenException")
    found = failures(run(values, world.settings))
    assert [*found] == [f"{HERE}: ecr:BatchGetImage"]
    assert "renew" in found[f"{HERE}: ecr:BatchGetImage"].detail


def test_throttling_is_no_missing_permission(world: World) -> None:
    values = world.connect()
    world.aws.fail("ecr:ListImages", "TOOMANYREQUESTS")  # a code that botocore does not wait out
    found = failures(run(values, world.settings))
    assert [*found] == [f"{HERE}: ecr:ListImages"]
    assert "throttles" in found[f"{HERE}: ecr:ListImages"].detail
    assert "stack" not in found[f"{HERE}: ecr:ListImages"].remedy


def test_the_platform_account_itself_can_not_assume_the_role(world: World) -> None:
    found = failures(run(world.connect(), replace(world.settings, platform_role_arn="")))
    assert [*found] == ["role with the External ID"]
    assert "platform role ARN" in found["role with the External ID"].remedy


def test_no_line_and_no_log_shows_the_external_id_or_a_token(world: World, caplog: pytest.LogCaptureFixture) -> None:
    good = world.connect()
    wrong = replace(good, external_id="external-id-of-somebody-else")
    with caplog.at_level(logging.DEBUG):
        shown = repr([*run(good, world.settings), *run(wrong, world.settings), good, wrong])
    for secret in (good.external_id, wrong.external_id, PASSWORD):
        assert secret not in shown
        assert secret not in caplog.text
