"""The embedded AWS stand-in: moto behind a gateway that checks trust, External IDs and permissions as AWS does."""

from hullmark.demo.aws.server import ACCOUNTS, PLATFORM_ACCOUNT, DemoAws
from hullmark.demo.aws.stacks import deploy_customer, deploy_platform, deploy_push_events

__all__ = ["ACCOUNTS", "PLATFORM_ACCOUNT", "DemoAws", "deploy_customer", "deploy_platform", "deploy_push_events"]
