"""Session policies: as narrow as 2048 characters allow, wider step by step, and never for another account."""

import json
from dataclasses import replace
from typing import Any

import pytest

from hullmark.sources.ecr import Integration
from hullmark.sources.ecr.narrowing import (
    MOST_CHARACTERS,
    POSTURE_ACTIONS,
    QUEUE_ACTIONS,
    READ_ACTIONS,
    REGISTRY_ACTION,
    REPOSITORY_ACTIONS,
    session_policies,
)

ACCOUNT = "111122223333"
HERE, THERE = "eu-central-1", "us-east-1"
VALUES = Integration(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:role/R", "an-external-id", (HERE, THERE))


def resources(policy: str) -> list[str]:
    """What the repositories' statement is about, without what every ARN begins with."""
    (statement,) = [item for item in statements(policy) if item["Action"] == [*REPOSITORY_ACTIONS]]
    return [arn.removeprefix("arn:aws:ecr:").replace(f"{ACCOUNT}:repository/", "") for arn in statement["Resource"]]


def statements(policy: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(policy)["Statement"]
    return found


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ({(HERE, "base")}, [f"{HERE}:base"]),
        ({(HERE, "base"), (THERE, "team/api")}, [f"{HERE}:base", f"{THERE}:team/api"]),
        (set(), [f"{HERE}:*", f"{THERE}:*"]),
    ],
)
def test_the_first_policy_is_the_narrowest(places: set[tuple[str, str]], expected: list[str]) -> None:
    assert resources(session_policies(VALUES, places)[0]) == expected


@pytest.mark.parametrize(
    ("count", "first", "expected"),
    [
        (8, "team", f"{HERE}:team/service-000"),  # each by its name, where it is
        (16, "team", "*:team/service-000"),  # by its name in any Region
        (3000, "team", "*:team/*"),  # by the first word of the name
        (3000, "", f"{HERE}:*"),  # everything in the Regions
    ],
)
def test_what_does_not_fit_gives_way_step_by_step(count: int, first: str, expected: str) -> None:
    names = [f"{first}/service-{number:03}" if first else f"service-{number:03}" for number in range(count)]
    policies = session_policies(VALUES, {(region, name) for name in names for region in (HERE, THERE)})
    assert resources(policies[0])[0] == expected
    assert all(len(policy) <= MOST_CHARACTERS for policy in policies)
    assert resources(policies[-1]) == ["*:*"]


def test_policies_widen_and_none_is_tried_twice() -> None:
    policies = session_policies(VALUES, {(HERE, "base")})
    assert len(set(policies)) == len(policies) > 3


@pytest.mark.parametrize(("partition", "region"), [("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")])
def test_every_arn_is_of_the_accounts_own_partition(partition: str, region: str) -> None:
    role = f"arn:{partition}:iam::{ACCOUNT}:role/R"
    queue = f"https://sqs.{region}.amazonaws.com/{ACCOUNT}/q"
    values = replace(VALUES, role_arn=role, regions=(region,), queues={region: queue})
    for policy in session_policies(values, {(region, "base")}):
        arns = [arn for item in statements(policy) for arn in [item["Resource"]] if arn != "*"]
        assert all(
            each.startswith((f"arn:{partition}:ecr:", f"arn:{partition}:sqs:"))
            for arn in arns
            for each in ([arn] if isinstance(arn, str) else arn)
        )


def test_the_queue_is_in_every_policy_and_only_when_there_is_one() -> None:
    url = f"https://sqs.{HERE}.amazonaws.com/{ACCOUNT}/hullmark-ecr-push"
    with_queue = session_policies(replace(VALUES, queues={HERE: url}), {(HERE, "base")})
    for policy in with_queue:
        (drain,) = [item for item in statements(policy) if item["Action"] == [*QUEUE_ACTIONS]]
        assert drain["Resource"] == [f"arn:aws:sqs:{HERE}:{ACCOUNT}:hullmark-ecr-push"]
    assert not any("sqs:" in policy for policy in session_policies(VALUES))


def test_nothing_but_reading_is_ever_allowed() -> None:
    policy = session_policies(VALUES)[-1]
    allowed = {action for item in statements(policy) for action in _list(item["Action"])}
    assert allowed == {*READ_ACTIONS, "ecr:DescribeRepositories", *POSTURE_ACTIONS, REGISTRY_ACTION}


def test_a_session_that_reads_images_does_not_ask_how_repositories_are_set_up() -> None:
    for policy in session_policies(VALUES, {(HERE, "base")}):
        allowed = {action for item in statements(policy) for action in _list(item["Action"])}
        assert allowed == {*READ_ACTIONS, "ecr:DescribeRepositories"}


def _list(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]
