"""Integrations: the accounts that are connected and how each connection stands; connect one, or many from a file."""

from typing import TYPE_CHECKING

import streamlit as st

from dashboards.account_card import card, turn_to
from dashboards.connect import FRESH, add
from dashboards.hub import connected
from dashboards.import_accounts import panel
from dashboards.parts import failure
from dashboards.words import counted, literal
from hullmark.errors import TransportError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.hub import Connected

PANELS = {"add": add, "import": panel}


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
    said, well = st.session_state.pop("hub_said", ("", True))
    if said:
        (st.success if well else st.warning)(literal(said), icon=":material/check:" if well else ":material/warning:")
    buttons = top.container(horizontal=True, width="content")
    if opened in PANELS:
        if buttons.button("Cancel" if opened == "add" else "Close", key="cancel_panel"):
            st.session_state.pop(FRESH, None)
            turn_to("")
        PANELS[opened]()
    else:
        if buttons.button("Import many", icon=":material/upload_file:"):
            turn_to("import")
        if buttons.button("Connect an account", type="primary", icon=":material/add:"):
            turn_to("add")
        if not accounts:
            welcome()
    if accounts:
        st.caption(summary(accounts))
    for account in sorted(accounts, key=lambda item: (item.disconnected is not None, item.name)):
        with st.container(border=True):
            card(account)


def welcome() -> None:
    """What a page without accounts says: the three steps before they are begun."""
    st.info("No account is connected yet. Connect one here, or run `hullmark demo` to look round in a made-up fleet.")
    steps = (
        ("1", "Take an External ID", "Hullmark makes one for the account. It is what keeps everybody else out."),
        ("2", "Make the read-only role", "A CloudFormation link with everything filled in; or by command line, or by hand."),
        ("3", "Test and save", "Every permission is tried in every Region, and each line says how to mend what fails."),
    )
    for place, (number, title, words) in zip(st.columns(3, border=True), steps, strict=True):
        place.markdown(f"**{number} · {title}**")
        place.caption(words)


def summary(accounts: "Sequence[Connected]") -> str:
    """How many accounts there are, and how they stand."""
    active = [item for item in accounts if not item.disconnected]
    failing = sum(not item.healthy for item in active)
    paused = sum(item.paused for item in active)
    gone = len(accounts) - len(active)
    told = (
        f"{counted(len(active), 'account')} connected",
        f"{failing} failing" if failing else "",
        f"{paused} paused" if paused else "",
        f"{gone} disconnected" if gone else "",
    )
    return ", ".join(part for part in told if part)


show()
