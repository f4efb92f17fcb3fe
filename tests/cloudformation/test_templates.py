"""The templates: clean by cfn-lint, and exactly the permissions that the documentation promises."""

from pathlib import Path
from typing import Any

import cfnlint.api
import pytest
from cfnlint.decode.cfn_yaml import loads

from hullmark.sources.ecr.narrowing import DISCOVERY_ACTION, QUEUE_ACTIONS, READ_ACTIONS
from hullmark.sources.ecr.onboarding import (
    CUSTOMER_TEMPLATE,
    PUSH_EVENTS_TEMPLATE,
    ROLE_NAME,
    TEMPLATES,
    read_template,
)

ROOT = Path(__file__).resolve().parents[2] / "cloudformation"
PATHS = sorted(ROOT.glob("*.yaml"))


def load(name: str) -> dict[str, Any]:
    template: dict[str, Any] = loads(read_template(name))
    return template


def test_every_template_is_known() -> None:
    assert {path.name for path in PATHS} == {*TEMPLATES.values()}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_cfn_lint_finds_nothing(path: Path) -> None:
    config = cfnlint.config.ManualArgs(regions=["us-east-1", "cn-north-1", "us-gov-west-1"])
    assert cfnlint.api.lint(path.read_text(), config=config) == []


def statements(template: dict[str, Any], policy: str) -> list[dict[str, Any]]:
    found = [item["Properties"] for item in template["Resources"].values() if item["Type"] == "AWS::IAM::Policy"]
    documents = [item["PolicyDocument"] for item in found if item["PolicyName"] == policy]
    assert len(documents) == 1
    statement: list[dict[str, Any]] = documents[0]["Statement"]
    return statement


def test_the_customers_policy_holds_exactly_what_is_promised() -> None:
    login, read = statements(load(CUSTOMER_TEMPLATE), "CustomerECRReadPolicy")
    assert (login["Action"], login["Resource"]) == ("ecr:GetAuthorizationToken", "*")
    assert sorted([login["Action"], *read["Action"]]) == sorted(READ_ACTIONS)
    assert read["Resource"] == {"Fn::Sub": "arn:${AWS::Partition}:ecr:*:${AWS::AccountId}:repository/*"}


def test_discovery_is_a_statement_of_its_own_that_can_be_switched_off() -> None:
    template = load(CUSTOMER_TEMPLATE)
    (find,) = statements(template, "CustomerECRDiscoveryPolicy")
    assert find["Action"] == DISCOVERY_ACTION
    assert template["Resources"]["DiscoveryPolicy"]["Condition"] == "DiscoveryAllowed"
    assert template["Parameters"]["AllowRepositoryDiscovery"]["AllowedValues"] == ["true", "false"]


def test_the_external_id_is_at_least_8_characters_and_works_in_quick_create_links() -> None:
    parameter = load(CUSTOMER_TEMPLATE)["Parameters"]["ExternalId"]
    assert parameter["MinLength"] == 8
    assert "NoEcho" not in parameter
    assert "Default" not in parameter


@pytest.mark.parametrize(
    ("which", "parameter"),
    [
        ("customer", "RoleName"),
        ("platform", "CustomerRoleName"),
        ("organization", "RoleName"),
        ("push-events", "RoleName"),
        ("pull-time-exclusion", "RoleName"),
    ],
)
def test_all_templates_speak_of_the_same_role(which: str, parameter: str) -> None:
    assert load(TEMPLATES[which])["Parameters"][parameter]["Default"] == ROLE_NAME


def test_the_stack_set_fills_in_every_parameter_that_the_role_needs() -> None:
    template, role = load(TEMPLATES["organization"]), load(CUSTOMER_TEMPLATE)
    properties = template["Resources"]["Roles"]["Properties"]
    given = {item["ParameterKey"] for item in properties["Parameters"]}
    assert given == {*role["Parameters"]}
    assert properties["TemplateURL"] == {"Ref": "TemplateUrl"}
    longest = template["Parameters"]["ExternalIdBase"]["MaxLength"] + len("-111122223333")
    assert longest == role["Parameters"]["ExternalId"]["MaxLength"]


def test_only_the_rules_events_may_be_sent_and_only_hullmark_drains_them() -> None:
    resources = load(PUSH_EVENTS_TEMPLATE)["Resources"]
    send, deny = resources["QueuePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert send["Principal"] == {"Service": "events.amazonaws.com"}
    assert send["Condition"]["ArnEquals"] == {"aws:SourceArn": {"Fn::GetAtt": ["Pushed", "Arn"]}}
    assert (deny["Effect"], deny["Principal"]) == ("Deny", "*")
    (drain,) = resources["DrainPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert drain["Action"] == [*QUEUE_ACTIONS]
    assert drain["Resource"] == {"Fn::GetAtt": ["Queue", "Arn"]}


def test_outputs_are_what_the_hub_asks_for() -> None:
    assert sorted(load(CUSTOMER_TEMPLATE)["Outputs"]) == ["ExternalId", "RoleArn"]
    assert sorted(load(PUSH_EVENTS_TEMPLATE)["Outputs"]) == ["QueueArn", "QueueUrl"]


def test_cfn_lint_is_really_asked() -> None:
    broken = read_template(CUSTOMER_TEMPLATE).replace("PolicyName: CustomerECRReadPolicy", "PolicyNam: x")
    assert cfnlint.api.lint(broken, config=cfnlint.config.ManualArgs(regions=["us-east-1"])) != []
