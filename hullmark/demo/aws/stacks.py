"""The stacks of a platform and its customers on the stand-in: the shipped templates, by real CloudFormation calls."""

from hullmark.demo.aws.server import PLATFORM_ACCOUNT, DemoAws
from hullmark.sources.ecr.onboarding import CUSTOMER_TEMPLATE, PLATFORM_TEMPLATE, STACK_NAME, read_template

_REGION = "us-east-1"


def deploy_platform(aws: DemoAws) -> str:
    """Deploy the platform's role in its own account, for that account's keys to take; its ARN."""
    parameters = {"RuntimePrincipalArn": f"arn:aws:iam::{PLATFORM_ACCOUNT}:root"}
    return aws.deploy(PLATFORM_ACCOUNT, _REGION, "hullmark-platform", read_template(PLATFORM_TEMPLATE), parameters)[
        "RoleArn"
    ]


def deploy_customer(  # noqa: PLR0913  a stack has that many parameters
    aws: DemoAws, account: str, region: str, platform_role_arn: str, external_id: str, *, discovery: bool = True
) -> dict[str, str]:
    """Deploy the customer's role in an account; the stack's outputs RoleArn and ExternalId, which the customer types."""
    parameters = {
        "ExternalId": external_id,
        "PlatformRoleArn": platform_role_arn,
        "AllowRepositoryDiscovery": "true" if discovery else "false",
    }
    return aws.deploy(account, region, STACK_NAME, read_template(CUSTOMER_TEMPLATE), parameters)
