"""One account on the page Integrations: how it stands, what it is, its last test, its history, what can be done with it."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from dashboards.check_lines import lines, outcome
from dashboards.connect import edit
from dashboards.data import settings
from dashboards.hub import changed, hub, who
from dashboards.parts import attempt
from dashboards.words import ago, counted, literal, moment

if TYPE_CHECKING:
    from tasks.hub import Connected, Outcome


def turn_to(what: str) -> None:
    """Open "add", "import", the form of an account by its name, or nothing."""
    st.session_state["hub_open"] = what
    st.rerun()


def card(account: "Connected") -> None:
    """The whole card."""
    name, buttons = st.columns([0.5, 0.5], vertical_alignment="center")
    badges = " ".join(f":{colour}-badge[{word}]" for word, colour in standing(account))
    name.markdown(f"**{literal(account.account_id or account.name)}** &nbsp; {badges}")
    with buttons.container(horizontal=True, horizontal_alignment="right", gap="xsmall"):
        (past_actions if account.disconnected or account.problem else actions)(account)
    if account.problem:
        st.text(account.problem)
        return
    with st.container(gap="xxsmall"):
        for row in facts(account):
            st.text(row)
    if account.disconnected:
        farewell(account)
    elif account.checks:
        when = ago((datetime.now(UTC) - account.tested_at).total_seconds() / 3600) if account.tested_at else ""
        just_tested = st.session_state.get("hub_tested") == account.name
        with st.expander(f"Last test {when}: {outcome(account.checks)}", expanded=just_tested):
            lines(account.checks)
    history(account)
    if st.session_state["hub_open"] == account.name and not account.disconnected:
        edit(account)


def standing(account: "Connected") -> list[tuple[str, str]]:
    """How the connection stands, as words with their colours."""
    if account.problem:
        return [("unusable", "red")]
    if account.disconnected:
        return [
            ("disconnected", "gray"),
            ("access gone", "green") if account.gone else ("access not verified gone", "orange"),
        ]
    found = [("paused", "gray")] if account.paused else []
    if not account.checks:
        found.append(("never tested", "orange"))
    elif account.healthy:
        found += [] if account.paused else [("working", "green")]
    else:
        found.append(("failing", "red"))
    if account.overridden:
        found.append(("kept although failing", "orange"))
    return found


def facts(account: "Connected") -> list[str]:
    """What it is; the External ID is no part of it."""
    policy = account.filters
    told = [
        account.role_arn,
        f"{counted(len(account.regions), 'Region')}: {', '.join(account.regions)}",
        f"Only {', '.join(policy.include)}" if policy.include else "",
        f"Not {', '.join(policy.exclude)}" if policy.exclude else "",
        f"Only tags {', '.join(policy.tags)}" if policy.tags else "",
        f"Only what was pushed or pulled in the last {policy.days} days" if policy.days else "",
        f"Only the latest {policy.latest} tags of a repository" if policy.latest else "",
        f"Push events in {', '.join(account.queues)}" if account.queues else "",
    ]
    return [row for row in told if row]


def history(account: "Connected") -> None:
    """Who changed what and when, newest first."""
    if not account.history:
        return
    with st.expander(f"History: {counted(len(account.history), 'entry')}"), st.container(gap="xxsmall"):
        for event in reversed(account.history):
            st.text(f"{moment(event.at)}   {event.what}   by {event.by}")
            for change in event.changes:
                told = change.after if change.name == "External ID" else f"{change.before or '–'} → {change.after or '–'}"
                st.text(f"        {change.name}: {told}")


def actions(account: "Connected") -> None:
    """The buttons of a connected account."""
    key = account.name
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


def past_actions(account: "Connected") -> None:
    """The buttons of an account that is connected no more, or cannot be read."""
    key = account.name
    if account.disconnected and not account.gone and st.button("Verify access is gone", key=f"gone_{key}"):
        attempt(lambda: verify(account))
    if st.button("Forget", key=f"forget_{key}", icon=":material/delete:"):
        attempt(lambda: forget(account))


def farewell(account: "Connected") -> None:
    """What is left to be done after a disconnection."""
    since = f"Disconnected {moment(account.disconnected)}. What was found stays, and is no longer updated."
    if account.gone:
        st.info(f"{since} AWS was seen to refuse Hullmark the role {moment(account.gone)}.")
    else:
        st.info(f"{since} Delete the stack {hub().STACK_NAME} in the account, then verify that access is gone.")
    checks: dict[str, Outcome] = st.session_state.get("hub_gone", {})
    if account.name in checks:
        lines(checks[account.name].checks)


def test(account: "Connected") -> None:
    """Test the connection now, and keep the result."""
    with st.spinner("Testing …"):
        result = hub().test(account.account_id, settings())
    st.session_state["hub_tested"] = account.name
    changed(f"Account {account.account_id} is tested: {outcome(result.checks)}.", well=result.ok)


def pause(account: "Connected", *, paused: bool) -> None:
    """Leave the account out of scheduled scans, or scan it again."""
    (hub().pause if paused else hub().resume)(account.account_id, settings(), by=who())
    changed(f"Account {account.account_id} is {'paused: scheduled scans leave it out' if paused else 'scanned again'}.")


def verify(account: "Connected") -> None:
    """Ask AWS whether the role still lets Hullmark in."""
    with st.spinner("Asking AWS …"):
        result = hub().verify_gone(account.account_id, settings(), by=who())
    st.session_state["hub_gone"] = {account.name: result}
    gone = result.connected is not None and result.connected.gone is not None
    told = "access is gone" if gone else "access is not known to be gone; the lines below say why"
    changed(f"Account {account.account_id}: {told}.", well=gone)


def forget(account: "Connected") -> None:
    """Delete what is kept of the account."""
    hub().forget(account.name)
    changed(f"Account {account.name} is forgotten; what was scanned stays in the lake.")


@st.dialog("Disconnect this account?")
def confirm(name: str) -> None:
    """Ask once more, then disconnect."""
    st.markdown(f"Hullmark scans **{literal(name)}** no more. What was found stays, marked as no longer updated.")
    st.caption(
        f"To take the role away too, delete the stack {hub().STACK_NAME} in the account. Its External ID is kept to verify "
        "that access is gone, and forgotten then."
    )
    with st.container(horizontal=True):
        if st.button("Disconnect", type="primary", key=f"confirm_{name}"):
            attempt(lambda: disconnect(name))
        if st.button("Keep it", key=f"keep_{name}"):
            st.rerun()


def disconnect(name: str) -> None:
    """Scan the account no more."""
    hub().disconnect(name, settings(), by=who())
    st.session_state["hub_open"] = ""
    changed(f"Account {name} is disconnected.")
