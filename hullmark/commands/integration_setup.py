"""`hullmark integrations new-external-id, link, policy, template`: what the owner of an account needs to let Hullmark in."""

import argparse

from hullmark.commands.integration_words import say
from hullmark.commands.verbs import Verbs
from hullmark.errors import UsageError

ANY = "111122223333"  # stands for the account, where it does not matter which
TEMPLATES = ("customer", "platform", "organization", "push-events", "pull-time-exclusion")


def add(actions: Verbs) -> None:
    """Register the actions."""
    actions.add_parser("new-external-id", help="make a strong External ID").set_defaults(handler=run_new_external_id)
    link = actions.add_parser("link", help="make an External ID and the link that opens its stack in the AWS console")
    link.add_argument("--region", metavar="REGION", required=True, help="of the stack: any one, since IAM is global")
    link.add_argument("--external-id", metavar="ID", help="made when left out")
    link.add_argument("--template-url", metavar="URL", help="of customer-role.yaml in S3 (default: HULLMARK_TEMPLATE_URL)")
    link.set_defaults(handler=run_link)
    policy = actions.add_parser("policy", help="print the policies of the role, filled in, for those without CloudFormation")
    policy.add_argument("--account-id", metavar="ID", required=True, help="12 digits")
    policy.add_argument("--external-id", metavar="ID", help="made when left out")
    policy.add_argument("--partition", choices=("aws", "aws-cn", "aws-us-gov"), default="aws", help="default: aws")
    policy.set_defaults(handler=run_policy)
    template = actions.add_parser("template", help="print a CloudFormation template")
    template.add_argument("which", nargs="?", choices=TEMPLATES, default="customer")
    template.set_defaults(handler=run_template)


def run_new_external_id(_options: argparse.Namespace) -> int:
    """Print a fresh External ID, once."""
    from hullmark.sources.ecr.onboarding import new_external_id

    say(new_external_id())
    return 0


def run_link(options: argparse.Namespace) -> int:
    """Print a quick-create link, and the External ID in it when it is new."""
    from hullmark.settings import read_settings
    from hullmark.sources.ecr import Integration
    from hullmark.sources.ecr.onboarding import new_external_id, quick_create_url, role_arn
    from hullmark.sources.ecr.regions import partition_of
    from hullmark.sources.ecr.values import require_valid

    settings = read_settings()
    place = options.template_url or settings.template_url
    if not place.startswith("https://"):
        raise UsageError(
            "CloudFormation takes templates from S3 only: put `hullmark integrations template` into a bucket that the "
            "account can read, and give its https address by --template-url or HULLMARK_TEMPLATE_URL"
        )
    external_id = options.external_id or new_external_id()
    parameters = {"ExternalId": external_id, "PlatformRoleArn": _platform_role(settings.platform_role_arn)}
    require_valid(Integration(ANY, role_arn(ANY, partition_of(options.region)), external_id, (options.region,)))
    if not options.external_id:
        say(f"External ID, shown this once: {external_id}")
    say(quick_create_url(options.region, place, parameters))
    say(_next("<its account id>", "<output RoleArn>"))
    return 0


def run_policy(options: argparse.Namespace) -> int:
    """Print the trust policy and the permissions of the role, filled in."""
    from hullmark.settings import read_settings
    from hullmark.sources.ecr import Integration
    from hullmark.sources.ecr.onboarding import ROLE_NAME, customer_policies, new_external_id, role_arn
    from hullmark.sources.ecr.regions import main_region
    from hullmark.sources.ecr.values import require_valid

    external_id = options.external_id or new_external_id()
    ours = _platform_role(read_settings().platform_role_arn)
    role = role_arn(options.account_id, options.partition)
    require_valid(Integration(options.account_id, role, external_id, (main_region(options.partition),)))
    say(f"Make a role named {ROLE_NAME} (Hullmark's own role may assume no other) in account {options.account_id}, with:")
    for name, text in customer_policies(options.account_id, ours, external_id, options.partition).items():
        say(f"\n{name}\n{text}")
    if not options.external_id:
        say(f"\nExternal ID, shown this once: {external_id}")
    say(_next(options.account_id, role))
    return 0


def run_template(options: argparse.Namespace) -> int:
    """Print a template."""
    from hullmark.sources.ecr.onboarding import TEMPLATES as FILES
    from hullmark.sources.ecr.onboarding import read_template

    say(read_template(FILES[options.which]).rstrip())
    return 0


def _next(account: str, role: str) -> str:
    return (
        "When the role is there, connect the account; the External ID is asked for:\n"
        f"hullmark integrations add --account-id {account} --role-arn {role} --region <each Region with repositories>"
    )


def _platform_role(arn: str) -> str:
    if not arn:
        raise UsageError("HULLMARK_PLATFORM_ROLE_ARN is not set; set it to the role that Hullmark runs as")
    return arn
