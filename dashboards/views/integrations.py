"""Integrations: the accounts that are connected and how each connection stands; add, test, change, pause, disconnect."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from dashboards.check_lines import lines, outcome
from dashboards.connect import FRESH, add, edit
from dashboards.data import settings
from dashboards.hub import changed, connected, hub
from dashboards.parts import attempt, failure
from dashboards.words import ago, counted, literal
from hullmark.errors import TransportError

if TYPE_CHECKING:
    from tasks.hub import Connected


def show() -> None:
    """The whole page."""
    opened = st.session_state.setdefault("hub_open", "")
    top = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute")
    top.title("Integrations", anchor=False, width="content")
    st.caption(
        "AWS accounts whose ECR registries Hullmark reads, each through a role that it can only use with an External ID."
    )
    try:
        accounts = connected()
    except TransportError as error:
        failure("The integrations cannot be shown.", error)
        return
    if said := st.session_state.pop("hub_said", ""):
        st.success(literal(said), icon=":material/check:")
    if opened == "add":
        if top.button("Cancel", key="cancel_add"):
            st.session_state.pop(FRESH, None)
            turn_to("")
        add()
    elif top.button("Connect an account", type="primary", icon=":material/add:"):
        turn_to("add")
    elif not accounts:
        st.info("No account is connected yet. Connect one here, or run `hullmark demo` to look round in a made-up fleet.")
    for account in accounts:
        with st.container(border=True):
            card(account)


def turn_to(what: str) -> None:
    """Open "add", the form of an account by its name, or nothing."""
    st.session_state["hub_open"] = what
    st.rerun()


def card(account: "Connected") -> None:
    """One account: how it stands, what it is, what can be done with it."""
    name, buttons = st.columns([0.5, 0.5], vertical_alignment="center")
    word, colour = standing(account)
    name.markdown(f"**{literal(account.account_id or account.name)}** &nbsp; :{colour}-badge[{word}]")
    with buttons.container(horizontal=True, horizontal_alignment="right", gap="xsmall"):
        actions(account)
    if account.problem:
        st.text(account.problem)
        return
    facts(account)
    if account.checks:
        when = ago((datetime.now(UTC) - account.tested_at).total_seconds() / 3600) if account.tested_at else ""
        just_tested = st.session_state.get("hub_tested") == account.name
        with st.expander(f"Last test {when}: {outcome(account.checks)}", expanded=just_tested):
            lines(account.checks)
    if st.session_state["hub_open"] == account.name:
        edit(account)


def standing(account: "Connected") -> tuple[str, str]:
    """How the connection stands, as a word and its colour."""
    if account.problem:
        return "unusable", "red"
    if account.paused:
        return "paused", "gray"
    if not account.checks:
        return "never tested", "orange"
    return ("working", "green") if account.healthy else ("failing", "red")


def facts(account: "Connected") -> None:
    """What it is, as plain text; the External ID is no part of it."""
    rows = [account.role_arn, f"{counted(len(account.regions), 'Region')}: {', '.join(account.regions)}"]
    if account.include:
        rows.append(f"Only {', '.join(account.include)}")
    if account.exclude:
        rows.append(f"Not {', '.join(account.exclude)}")
    with st.container(gap="xxsmall"):
        for row in rows:
            st.text(row)


def actions(account: "Connected") -> None:
    """The buttons of one account."""
    key = account.name
    if not account.problem:
        if st.button("Test", key=f"test_{key}", icon=":material/network_check:"):
            attempt(lambda: test(account))
        if st.session_state["hub_open"] == key:
            if st.button("Close", key=f"close_{key}"):
                turn_to("")
        elif st.button("Change", key=f"change_{key}", icon=":material/edit:"):
            turn_to(key)
        if account.paused and st.button("Resume", key=f"resume_{key}", icon=":material/play_arrow:"):
            attempt(lambda: pause(account, paused=False))
        if not account.paused and st.button("Pause", key=f"pause_{key}", icon=":material/pause:"):
            attempt(lambda: pause(account, paused=True))
    if st.button("Disconnect", key=f"disconnect_{key}", icon=":material/link_off:"):
        confirm(account.name)


def test(account: "Connected") -> None:
    """Test the connection now, and keep the result."""
    with st.spinner("Testing …"):
        result = hub().test(account.account_id, settings())
    st.session_state["hub_tested"] = account.name
    changed(f"Account {account.account_id} is tested: {outcome(result.checks)}.")


def pause(account: "Connected", *, paused: bool) -> None:
    """Leave the account out of scheduled scans, or scan it again."""
    (hub().pause if paused else hub().resume)(account.account_id)
    changed(f"Account {account.account_id} is {'paused: scheduled scans leave it out' if paused else 'scanned again'}.")


@st.dialog("Disconnect this account?")
def confirm(name: str) -> None:
    """Ask once more, then forget the account."""
    st.markdown(
        f"Hullmark forgets **{literal(name)}** and its External ID, and scans it no more. What was found stays in the lake."
    )
    st.caption("To take the role away too, delete the stack hullmark-ecr-integration in the account.")
    with st.container(horizontal=True):
        if st.button("Disconnect", type="primary", key=f"confirm_{name}"):
            attempt(lambda: disconnect(name))
        if st.button("Keep it", key=f"keep_{name}"):
            st.rerun()


def disconnect(name: str) -> None:
    """Forget the account."""
    hub().disconnect(name)
    st.session_state["hub_open"] = ""
    changed(f"Account {name} is disconnected.")


show()
