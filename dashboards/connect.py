"""The three steps that connect an account: an External ID, a role in it, its values; and the values changed later."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from dashboards.check_lines import lines, outcome
from dashboards.data import settings
from dashboards.hub import changed, hub, who
from dashboards.onboard import regions_of, role
from dashboards.parts import attempt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hullmark.sources.ecr import Filters
    from tasks.hub import Connected, Outcome

FRESH = "hub_external_id"  # where the External ID lies between its making and its saving, in this session only
NONE: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person typed; `action` is "test", "save" or "" while nothing was pressed."""

    action: str
    role_arn: str
    external_id: str
    regions: tuple[str, ...]
    filters: "Filters"
    queues: "Mapping[str, str]"
    even_if_failing: bool

    def __repr__(self) -> str:
        return f"Typed({self.action})"


def add() -> None:
    """All three steps, and what comes of them."""
    fresh = st.session_state.setdefault(FRESH, hub().new_external_id())
    with st.container(border=True):
        step(1, "Take an External ID", "Made for this account alone. Without it nobody can use the role, Hullmark included.")
        left, right = st.columns([0.3, 0.7], gap="large")
        account_id = left.text_input("Account ID", placeholder="12 digits", key="id_add").strip()
        with right:
            st.caption("External ID – copy it now, it is not shown again once the account is saved")
            st.code(fresh, language=None)
    with st.container(border=True):
        step(2, "Make the read-only role in the account", "By whoever may make roles there; any one of these ways will do.")
        role(fresh, account_id)
    with st.container(border=True):
        step(3, "Paste the outputs, test, save", "Nothing is kept unless every line of the test is right.")
        typed = form("add", None)
        if typed.action:
            attempt(lambda: try_to_add(account_id, typed, fresh))


def step(number: int, title: str, words: str) -> None:
    """The heading of one step."""
    st.markdown(f"#### :primary-badge[{number}] {title}")
    st.caption(words)


def try_to_add(account_id: str, typed: Typed, fresh: str) -> None:
    """Test the values, and keep them when asked to."""
    from hullmark.sources.ecr import Integration  # noqa: PLC0415  boto3 is not for the other pages

    values = Integration(account_id, typed.role_arn, typed.external_id or fresh, typed.regions, typed.filters, typed.queues)
    if typed.action == "test":
        with st.status(f"Testing account {account_id or '–'} …", expanded=True) as status:
            told = lines(hub().run_checks(values, settings()))
            status.update(label=outcome(told), state="complete" if all(one.ok for one in told) else "error",
                          expanded=True)  # fmt: skip
        return
    with st.spinner("Testing, then saving …"):
        result = hub().add(values, settings(), even_if_failing=typed.even_if_failing, by=who())
    if result.saved:
        st.session_state.pop(FRESH, None)
    conclude(result, f"Account {account_id} is connected: {outcome(result.checks)}.")


def edit(account: "Connected") -> None:
    """New values for a connected account; an External ID that is not typed stays as it is, and is not shown."""
    st.markdown("**Change the values**")
    typed = form(account.account_id, account)
    if typed.action:
        attempt(lambda: try_to_update(account, typed))


def try_to_update(account: "Connected", typed: Typed) -> None:
    """Test the changed values, and keep them when they hold."""
    policy = typed.filters
    changes = hub().Changes(
        typed.role_arn, typed.external_id or None, typed.regions, policy.include, policy.exclude, policy.tags, policy.days,
        policy.latest, typed.queues,
    )  # fmt: skip
    with st.spinner("Testing, then saving …"):
        result = hub().update(account.account_id, changes, settings(), even_if_failing=typed.even_if_failing, by=who())
    conclude(result, f"Account {account.account_id} is updated: {outcome(result.checks)}.")


def conclude(result: "Outcome", said: str) -> None:
    """Close the form when the values are kept; otherwise say line by line why they are not."""
    if result.saved:
        st.session_state["hub_open"] = ""
        changed(said, well=result.ok)
    st.error("Nothing was saved. Correct what failed, and try again.", icon=":material/error:")
    lines(result.checks)


def form(key: str, old: "Connected | None") -> Typed:
    """The values of one account, to connect it or to change it."""
    from hullmark.sources.ecr import Filters  # noqa: PLC0415  boto3 is not for the other pages

    policy = old.filters if old else Filters()
    with st.form(f"form_{key}", border=False):
        first, second = st.columns(2)
        role_arn = first.text_input("Role ARN", old.role_arn if old else "", key=f"role_{key}",
                                    placeholder="output RoleArn of the stack")  # fmt: skip
        external_id = second.text_input("External ID", type="password", key=f"external_{key}", autocomplete="new-password",
                                        placeholder="the one that is kept" if old else "the one above")  # fmt: skip
        regions = st.multiselect("Regions", known_regions(old), old.regions if old else (), key=f"regions_{key}",
                                 accept_new_options=True, placeholder="where its repositories are")  # fmt: skip
        with st.expander("What is scanned, and push events"):
            filters = policy_fields(key, policy)
            queues = st.text_area("Queues of push events", queue_lines(old), key=f"queues_{key}", height=90,
                                  placeholder="none; or one a line: eu-central-1=https://sqs…")  # fmt: skip
        even = st.checkbox("Save even if lines of the test fail", key=f"even_{key}",
                           help="Never saved: malformed values, a role that works without its External ID.")  # fmt: skip
        with st.container(horizontal=True):
            save = st.form_submit_button("Test and save", type="primary", key=f"save_{key}")
            test = st.form_submit_button("Only test", key=f"try_{key}") if old is None else False
    pairs = (line.partition("=") for line in patterns(queues))
    return Typed("save" if save else "test" if test else "", role_arn.strip(), external_id.strip(), (*regions,), filters,
                 {region.strip(): url.strip() for region, _, url in pairs}, even)  # fmt: skip


def policy_fields(key: str, policy: "Filters") -> "Filters":
    """Which repositories and images count."""
    from hullmark.sources.ecr import Filters  # noqa: PLC0415  boto3 is not for the other pages

    take, leave, tagged = st.columns(3)
    include = take.text_area("Only these repositories", "\n".join(policy.include), key=f"include_{key}", height=90,
                             placeholder="all; or one pattern a line: team-a/*")  # fmt: skip
    exclude = leave.text_area("Not these", "\n".join(policy.exclude), key=f"exclude_{key}", height=90,
                              placeholder="none; or one pattern a line: */scratch")  # fmt: skip
    tags = tagged.text_area("Only these tags", "\n".join(policy.tags), key=f"tags_{key}", height=90,
                            placeholder="any; or one pattern a line: v1.*")  # fmt: skip
    days = take.number_input("Pushed or pulled in the last days", 0, value=policy.days, key=f"days_{key}", help="0: ever")
    latest = leave.number_input("Latest tags of a repository", 0, value=policy.latest, key=f"latest_{key}", help="0: all")
    return Filters(patterns(include), patterns(exclude), patterns(tags), int(days), int(latest))


def known_regions(old: "Connected | None") -> list[str]:
    """The Regions to choose from, which are those of Hullmark's own partition; others can be typed."""
    return sorted({*regions_of(settings().platform_role_arn), *(old.regions if old else ())})


def queue_lines(old: "Connected | None") -> str:
    """The queues as lines."""
    return "\n".join(f"{region}={url}" for region, url in old.queues.items()) if old else ""


def patterns(text: str) -> tuple[str, ...]:
    """Lines as patterns, empty ones left out."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())
