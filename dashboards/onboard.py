"""The ways to the role in an account: a link, the AWS command line, policies made by hand, a whole organization."""

import streamlit as st

from dashboards.data import settings
from dashboards.hub import hub

TEMPLATE = "customer-role.yaml"
REGIONS = (
    "af-south-1", "ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1",
    "ap-southeast-2", "ca-central-1", "cn-north-1", "cn-northwest-1", "eu-central-1", "eu-central-2", "eu-north-1",
    "eu-south-1", "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1", "me-central-1", "me-south-1", "sa-east-1",
    "us-east-1", "us-east-2", "us-gov-east-1", "us-gov-west-1", "us-west-1", "us-west-2",
)  # fmt: skip
UNSET = "<the ARN of Hullmark's own role>"


def role(fresh: str, account_id: str) -> None:
    """Four tabs, each a whole way, filled in with the External ID and the ARN of Hullmark's own role."""
    platform = settings().platform_role_arn
    if not platform:
        st.warning("HULLMARK_PLATFORM_ROLE_ARN is not set: put the role that Hullmark runs as where its ARN is asked for.")
    parameters = {"ExternalId": fresh, "PlatformRoleArn": platform}
    link, line, hand, many = st.tabs(["Link to the AWS console", "AWS command line", "By hand", "Whole organization"])
    with link:
        quick_create(parameters)
    with line:
        command_line(parameters)
    with hand:
        by_hand(fresh, account_id, platform)
    with many:
        organization()


def regions_of(platform: str) -> list[str]:
    """The Regions in the partition of Hullmark's own role, since it reaches no other."""
    from hullmark.sources.ecr.regions import partition_of  # noqa: PLC0415  boto3 is not for the other pages

    partition = platform.split(":")[1] if platform.count(":") > 1 else "aws"
    return [region for region in REGIONS if partition_of(region) == partition]


def home(regions: list[str]) -> str:
    """A Region that no account can have switched off."""
    from hullmark.sources.ecr.regions import main_region, partition_of  # noqa: PLC0415  boto3 is not for the other pages

    return main_region(partition_of(regions[0]))


def quick_create(parameters: dict[str, str]) -> None:
    """A link that opens the stack filled in; CloudFormation reads templates from S3 alone."""
    where, which = st.columns([0.7, 0.3])
    place = where.text_input("Address of the template in S3", settings().template_url, key="template_url",
                             placeholder="https://bucket.s3.amazonaws.com/customer-role.yaml").strip()  # fmt: skip
    regions = regions_of(parameters["PlatformRoleArn"])
    region = which.selectbox("Region of the stack", regions, regions.index(home(regions)), key="stack_region",
                             help="Any one will do: roles are the same in all Regions.")  # fmt: skip
    if not place.startswith("https://"):
        st.caption(
            "Put the template into a bucket that the account can read. Set HULLMARK_TEMPLATE_URL to have it filled in."
        )
        download("link")
        return
    url = hub().quick_create_url(region, place, parameters)
    st.link_button("Open in the AWS console", url, icon=":material/open_in_new:", type="primary")
    st.caption(
        "Every parameter is filled in: acknowledge that IAM resources are made, and press Create stack. The link holds the "
        "External ID, so hand it to the owner of the account only."
    )
    st.code(url, language=None, wrap_lines=True)


def command_line(parameters: dict[str, str]) -> None:
    """The commands that deploy the template and show its outputs."""
    download("line")
    said = " ".join(f"{name}='{value or UNSET}'" for name, value in parameters.items())
    st.code(
        f"aws cloudformation deploy --stack-name hullmark-ecr-integration \\\n  --template-file {TEMPLATE} "
        f"--capabilities CAPABILITY_NAMED_IAM \\\n  --parameter-overrides {said}\n"
        "aws cloudformation describe-stacks --stack-name hullmark-ecr-integration --query 'Stacks[0].Outputs'",
        language=None, wrap_lines=True,
    )  # fmt: skip


def by_hand(fresh: str, account_id: str, platform: str) -> None:
    """The policies as JSON, filled in, to be copied."""
    if not account_id:
        st.caption("Type the account ID above to have it filled in; without it these are not to be used.")
    partition = platform.split(":")[1] if platform.count(":") > 1 else "aws"
    found = hub().customer_policies(account_id or "<the account ID>", platform or UNSET, fresh, partition)
    st.caption(
        "Make a role named HullmarkECRIntegrationRole with this trust policy, and with the others as inline policies."
    )
    places = st.columns(len(found))
    for place, (name, text) in zip(places, found.items(), strict=True):
        with place:
            st.markdown(f"**{name}**")
            st.code(text, language="json", height=330)


def organization() -> None:
    """The StackSet for all accounts of organizational units."""
    st.caption(
        "One stack in the management account (or a delegated administrator's) makes the role in every account of the units "
        "that you name, also in those that join later. Each account has an External ID of its own. Then import the accounts."
    )
    st.download_button("Download organization.yaml", lambda: hub().read_template("organization.yaml"), "organization.yaml",
                       "application/yaml", icon=":material/download:", on_click="ignore")  # fmt: skip
    st.code("hullmark integrations new-external-id      # the ExternalIdBase of the stack\n"
            "hullmark integrations import accounts.csv --ask-external-id-base --region eu-central-1 --dry-run",
            language=None, wrap_lines=True)  # fmt: skip


def download(where: str) -> None:
    """The template, to be kept."""
    st.download_button("Download the template", lambda: hub().read_template(TEMPLATE), TEMPLATE, "application/yaml",
                       icon=":material/download:", on_click="ignore", key=f"template_{where}")  # fmt: skip
