"""What a customer needs to let Hullmark in: an External ID, the role template, and a link that opens it filled in."""

import json
import secrets
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote, urlencode

from hullmark.errors import InputError
from hullmark.sources.ecr.narrowing import (
    DISCOVERY_ACTION,
    LOGIN_ACTION,
    POSTURE_ACTIONS,
    REGISTRY_ACTION,
    REPOSITORY_ACTIONS,
)
from hullmark.sources.ecr.regions import console_host, partition_of

ROLE_NAME = "HullmarkECRIntegrationRole"
STACK_NAME = "hullmark-ecr-integration"
CUSTOMER_TEMPLATE = "customer-role.yaml"
PLATFORM_TEMPLATE = "platform-role.yaml"
TRUST_POLICY = "trust policy"
PUSH_EVENTS_TEMPLATE = "push-events.yaml"
TEMPLATES = {  # by the name that a person types
    "customer": CUSTOMER_TEMPLATE,
    "platform": PLATFORM_TEMPLATE,
    "organization": "organization.yaml",
    "push-events": PUSH_EVENTS_TEMPLATE,
    "pull-time-exclusion": "pull-time-exclusion.yaml",
}


def new_external_id() -> str:
    """A fresh External ID of 192 random bits, one per account."""
    return f"hullmark-{secrets.token_urlsafe(24)}"


def role_arn(account_id: str, partition: str = "aws") -> str:
    """The ARN of the role that the template makes in an account."""
    return f"arn:{partition}:iam::{account_id}:role/{ROLE_NAME}"


def read_template(name: str) -> str:
    """The text of a CloudFormation template, from the installed package or from the repository."""
    installed = files("hullmark").joinpath("cloudformation", name)
    if installed.is_file():
        return installed.read_text(encoding="utf-8")
    path = Path(__file__).resolve().parents[3] / "cloudformation" / name
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        raise InputError(f"The template {name} is not installed with Hullmark; install Hullmark again.") from None


def customer_policies(
    account_id: str, platform_role_arn: str, external_id: str, partition: str = "aws", *, posture: bool = False
) -> dict[str, str]:
    """What the customer's role needs, for those who make it by hand: JSON texts by the name of the policy.

    The same as customer-role.yaml makes (a test compares them); `posture` is its parameter AllowRegistryPosture.
    """
    repositories = f"arn:{partition}:ecr:*:{account_id}:repository/*"
    trust = {
        "Sid": "HullmarkWithExternalId",
        "Effect": "Allow",
        "Principal": {"AWS": platform_role_arn},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
    }
    login = {"Sid": "RegistryLogin", "Effect": "Allow", "Action": LOGIN_ACTION, "Resource": "*"}
    read = {"Sid": "ReadImages", "Effect": "Allow", "Action": [*REPOSITORY_ACTIONS], "Resource": repositories}
    find = {"Sid": "FindRepositories", "Effect": "Allow", "Action": DISCOVERY_ACTION, "Resource": repositories}
    documents = {TRUST_POLICY: [trust], "CustomerECRReadPolicy": [login, read], "CustomerECRDiscoveryPolicy": [find]}
    if posture:
        settings = {
            "Sid": "ReadRepositorySettings",
            "Effect": "Allow",
            "Action": [*POSTURE_ACTIONS],
            "Resource": repositories,
        }
        registry = {"Sid": "ReadRegistrySettings", "Effect": "Allow", "Action": REGISTRY_ACTION, "Resource": "*"}
        documents["CustomerECRPosturePolicy"] = [settings, registry]
    return {
        name: json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2)
        for name, statements in documents.items()
    }


def external_id_of(base: str, account_id: str) -> str:
    """The External ID of one account in an organization, as organization.yaml makes it."""
    return f"{base}-{account_id}"


def quick_create_url(region: str, template_url: str, parameters: Mapping[str, str]) -> str:
    """The console link that opens the stack with its parameters filled in; the template must lie in S3.

    It holds the External ID, which CloudFormation shows anyway: hand it only to the owner of the account.
    """
    query = {
        "templateURL": template_url,
        "stackName": STACK_NAME,
        **{f"param_{name}": value for name, value in parameters.items()},
    }
    host, filled_in = console_host(partition_of(region)), urlencode(query, quote_via=quote, safe="")
    return f"https://{host}/cloudformation/home?region={quote(region)}#/stacks/create/review?{filled_in}"
