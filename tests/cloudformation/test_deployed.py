"""The optional templates deployed on moto, behind the gateway: what they make, and who may do what with it."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from hullmark.demo.aws import deploy_push_events
from hullmark.sources.ecr.onboarding import CUSTOMER_TEMPLATE, STACK_NAME, TRUST_POLICY, customer_policies, read_template
from hullmark.sources.ecr.session import assume
from tests.hub.world import FIRST, REGIONS, World, make_world

HERE = REGIONS[0]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with make_world() as made:
        yield made


@pytest.mark.filterwarnings("ignore:Tried to parse AWS..SQS..QueuePolicy:UserWarning")  # moto makes no policy of queues
def test_push_events_reach_a_queue_that_the_role_drains(world: World) -> None:
    values = world.connect()
    outputs = deploy_push_events(world.aws, FIRST, HERE)
    assert outputs["QueueArn"] == f"arn:aws:sqs:{HERE}:{FIRST}:hullmark-ecr-push"
    url = outputs["QueueUrl"]
    (rule,) = world.aws.client("events", FIRST, HERE).list_rules()["Rules"]
    assert json.loads(rule["EventPattern"])["source"] == ["aws.ecr"]
    (target,) = world.aws.client("events", FIRST, HERE).list_targets_by_rule(Rule=rule["Name"])["Targets"]
    assert target["Arn"] == outputs["QueueArn"]
    owner = world.aws.client("sqs", FIRST, HERE)
    owner.send_message(QueueUrl=url, MessageBody="pushed")
    sqs = assume(replace(values, queues={HERE: url}), world.settings, "run").client("sqs", HERE)
    (message,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=0)["Messages"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    with pytest.raises(ClientError, match="AccessDenied"):
        sqs.send_message(QueueUrl=url, MessageBody="of our own")
    without = assume(values, world.settings, "run").client("sqs", HERE)
    with pytest.raises(ClientError, match="AccessDenied"):  # the session policy names no queue
        without.receive_message(QueueUrl=url)


def test_a_stack_set_gives_each_account_its_own_external_id(world: World) -> None:
    parameters = {
        "ExternalId": "a-base-for-the-organization",
        "AppendAccountId": "true",
        "PlatformRoleArn": world.settings.platform_role_arn,
    }
    outputs = world.aws.deploy(FIRST, HERE, STACK_NAME, read_template(CUSTOMER_TEMPLATE), parameters)
    assert outputs["ExternalId"] == f"a-base-for-the-organization-{FIRST}"
    iam = world.aws.client("iam", FIRST, HERE)
    role = iam.get_role(RoleName=outputs["RoleArn"].rpartition("/")[2])["Role"]
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": outputs["ExternalId"]}}


@pytest.mark.parametrize("posture", [False, True])
def test_the_policies_made_by_hand_are_those_of_the_template(world: World, posture: bool) -> None:
    values = world.connect(posture=posture)
    iam = world.aws.client("iam", FIRST, HERE)
    role = values.role_arn.rpartition("/")[2]
    by_hand = customer_policies(FIRST, world.settings.platform_role_arn, values.external_id, posture=posture)
    deployed = {
        name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    }
    deployed[TRUST_POLICY] = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    assert {name: json.loads(text) for name, text in by_hand.items()} == deployed
