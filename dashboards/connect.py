"""The two steps that connect an account: a role in it, then its values; and the same values changed later."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboards.check_lines import lines, outcome
from dashboards.data import settings
from dashboards.hub import changed, hub
from dashboards.parts import attempt

if TYPE_CHECKING:
    from tasks.hub import Connected, Outcome

TEMPLATE = "customer-role.yaml"
FRESH = "hub_external_id"  # where the External ID lies between its making and its saving, in this session only
REGIONS = (
    "af-south-1", "ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1",
    "ap-southeast-2", "ca-central-1", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-west-1", "eu-west-2",
    "eu-west-3", "il-central-1", "me-central-1", "me-south-1", "sa-east-1", "us-east-1", "us-east-2", "us-west-1",
    "us-west-2",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person typed; `action` is "test", "save" or "" while nothing was pressed."""

    action: str
    account_id: str
    role_arn: str
    external_id: str
    regions: tuple[str, ...]
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    even_if_failing: bool

    def __repr__(self) -> str:
        return f"Typed({self.action}, {self.account_id})"


def add() -> None:
    """Both steps, and what comes of them."""
    fresh = st.session_state.setdefault(FRESH, hub().new_external_id())
    with st.container(border=True):
        st.subheader("Connect an account", anchor=False)
        left, right = st.columns(2, gap="large")
        with left:
            role(fresh)
        with right:
            st.markdown("**2 · Say where it is**")
            typed = form("add", None)
        if typed.action:
            attempt(lambda: try_to_add(typed, fresh))


def try_to_add(typed: Typed, fresh: str) -> None:
    """Test the values, and keep them when asked to."""
    from hullmark.sources.ecr import Filters, Integration  # noqa: PLC0415  boto3 is not for the other pages

    values = Integration(
        typed.account_id, typed.role_arn, typed.external_id or fresh, typed.regions, Filters(typed.include, typed.exclude)
    )
    if typed.action == "test":
        with st.status(f"Testing account {typed.account_id or '–'} …", expanded=True) as status:
            told = lines(hub().run_checks(values, settings()))
            status.update(label=outcome(told), state="complete" if all(one.ok for one in told) else "error",
                          expanded=True)  # fmt: skip
        return
    with st.spinner("Testing, then saving …"):
        result = hub().add(values, settings(), even_if_failing=typed.even_if_failing)
    if result.saved:
        st.session_state.pop(FRESH, None)
    conclude(result, f"Account {typed.account_id} is connected: {outcome(result.checks)}.")


def edit(account: "Connected") -> None:
    """New values for a connected account; an External ID that is not typed stays as it is, and is not shown."""
    st.markdown("**Change the values**")
    typed = form(account.account_id, account)
    if typed.action:
        attempt(lambda: try_to_update(account, typed))


def try_to_update(account: "Connected", typed: Typed) -> None:
    """Test the changed values, and keep them when they hold."""
    changes = hub().Changes(typed.role_arn, typed.external_id or None, typed.regions, typed.include, typed.exclude)
    with st.spinner("Testing, then saving …"):
        result = hub().update(account.account_id, changes, settings(), even_if_failing=typed.even_if_failing)
    conclude(result, f"Account {account.account_id} is updated: {outcome(result.checks)}.")


def conclude(result: "Outcome", said: str) -> None:
    """Close the form when the values are kept; otherwise say line by line why they are not."""
    if result.saved:
        st.session_state["hub_open"] = ""
        changed(said)
    st.error("Nothing was saved. Correct what failed, and try again.", icon=":material/error:")
    lines(result.checks)


def role(fresh: str) -> None:
    """Step 1: the External ID, shown this once, and three ways to the role."""
    st.markdown("**1 · Make the read-only role in it**")
    st.caption("Its External ID, made for this account. Copy it now: it is not shown again once the account is saved.")
    st.code(fresh, language=None)
    platform = settings().platform_role_arn
    if platform:
        st.caption("The role that Hullmark runs as, which the new role lets in")
        st.code(platform, language=None, wrap_lines=True)
    else:
        st.info("Set HULLMARK_PLATFORM_ROLE_ARN to the role that Hullmark runs as; the stack asks for it.")
    st.download_button("Download the template", lambda: hub().read_template(TEMPLATE), TEMPLATE, "application/yaml",
                       icon=":material/download:", on_click="ignore")  # fmt: skip
    parameters = {"ExternalId": fresh, "PlatformRoleArn": platform}
    with st.expander("Quick-create link for the AWS console"):
        quick_create(parameters)
    with st.expander("With the AWS command line"):
        said = " ".join(f"{name}={value or '<its ARN>'}" for name, value in parameters.items())
        st.code(
            f"aws cloudformation deploy --stack-name hullmark-ecr-integration \\\n  --template-file {TEMPLATE} "
            f"--capabilities CAPABILITY_NAMED_IAM \\\n  --parameter-overrides {said}",
            language=None, wrap_lines=True,
        )  # fmt: skip


def quick_create(parameters: dict[str, str]) -> None:
    """A link that opens the stack filled in; CloudFormation reads templates from S3 alone."""
    place = st.text_input("Address of the template in S3", placeholder="https://bucket.s3.amazonaws.com/customer-role.yaml",
                          persist_state="session", key="template_url").strip()  # fmt: skip
    region = st.selectbox("Region of the stack", REGIONS, index=REGIONS.index("us-east-1"), key="stack_region")
    if not place.startswith("https://"):
        st.caption("Put the template into a bucket that the account can read, and give its https address here.")
        return
    st.link_button(
        "Open in the AWS console", hub().quick_create_url(region, place, parameters), icon=":material/open_in_new:"
    )
    st.caption("The link holds the External ID: hand it to the owner of the account only.")


def form(key: str, old: "Connected | None") -> Typed:
    """Step 2, and every later change: the values of one account."""
    with st.form(f"form_{key}", border=False):
        account_id = old.account_id if old else st.text_input("Account ID", placeholder="12 digits", key=f"id_{key}")
        role_arn = st.text_input("Role ARN", old.role_arn if old else "", key=f"role_{key}",
                                 placeholder="arn:aws:iam::111122223333:role/HullmarkECRIntegrationRole")  # fmt: skip
        external_id = st.text_input("External ID", type="password", key=f"external_{key}", autocomplete="new-password",
                                    placeholder="the one that is kept" if old else "the one on the left")  # fmt: skip
        regions = st.multiselect("Regions", known_regions(old), old.regions if old else (), key=f"regions_{key}",
                                 accept_new_options=True, placeholder="where its repositories are")  # fmt: skip
        take, leave = st.columns(2)
        include = take.text_area("Only these repositories", globs(old and old.include), key=f"include_{key}", height=90,
                                 placeholder="all; or one pattern a line: team-a/*")  # fmt: skip
        exclude = leave.text_area("Not these", globs(old and old.exclude), key=f"exclude_{key}", height=90,
                                  placeholder="none; or one pattern a line: */scratch")  # fmt: skip
        even = st.checkbox("Save even if lines of the test fail", key=f"even_{key}",
                           help="Never saved: malformed values, a role that works without its External ID.")  # fmt: skip
        with st.container(horizontal=True):
            save = st.form_submit_button("Test and save", type="primary", key=f"save_{key}")
            test = st.form_submit_button("Only test", key=f"try_{key}") if old is None else False
    return Typed("save" if save else "test" if test else "", account_id.strip(), role_arn.strip(), external_id.strip(),
                 (*regions,), patterns(include), patterns(exclude), even)  # fmt: skip


def known_regions(old: "Connected | None") -> list[str]:
    """The Regions to choose from; others can be typed."""
    return sorted({*REGIONS, *(old.regions if old else ())})


def globs(values: Any) -> str:  # noqa: ANN401  a tuple of patterns, or None
    """Patterns as lines."""
    return "\n".join(values or ())


def patterns(text: str) -> tuple[str, ...]:
    """Lines as patterns, empty ones left out."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())
