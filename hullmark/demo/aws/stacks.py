"""The stacks of a platform and its customers on the stand-in: the shipped templates, by real CloudFormation calls."""

from hullmark.demo.aws.server import PLATFORM_ACCOUNT, DemoAws
from hullmark.sources.ecr.onboarding import (
    CUSTOMER_TEMPLATE,
    PLATFORM_TEMPLATE,
    PUSH_EVENTS_TEMPLATE,
    STACK_NAME,
    read_template,
)
from hullmark.sources.ecr.regions import partition_of

_REGION = "us-east-1"


def deploy_platform(aws: DemoAws, region: str = _REGION) -> str:
    """Deploy the platform's role in its own account and the Region's partition, for that account's keys to take; its ARN."""
    parameters = {"RuntimePrincipalArn": f"arn:{partition_of(region)}:iam::{PLATFORM_ACCOUNT}:root"}
    template = read_template(PLATFORM_TEMPLATE)
    return aws.deploy(PLATFORM_ACCOUNT, region, "hullmark-platform", template, parameters)["RoleArn"]


def deploy_customer(  # noqa: PLR0913  a stack has that many parameters
    aws: DemoAws,
    account: str,
    region: str,
    platform_role_arn: str,
    external_id: str,
    *,
    discovery: bool = True,
    posture: bool = False,
) -> dict[str, str]:
    """Deploy the customer's role in an account; the stack's outputs RoleArn and ExternalId, which the customer types."""
    parameters = {
        "ExternalId": external_id,
        "PlatformRoleArn": platform_role_arn,
        "AllowRepositoryDiscovery": "true" if discovery else "false",
        "AllowRegistryPosture": "true" if posture else "false",
    }
    return aws.deploy(account, region, STACK_NAME, read_template(CUSTOMER_TEMPLATE), parameters)


def deploy_push_events(aws: DemoAws, account: str, region: str) -> dict[str, str]:
    """Deploy the queue of push events in one Region of a connected account; the outputs QueueUrl and QueueArn."""
    return aws.deploy(account, region, "hullmark-ecr-push-events", read_template(PUSH_EVENTS_TEMPLATE), {})
