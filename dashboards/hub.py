"""The way to the Integration Hub: imported when needed, asked only where a Prefect API is set, listed from a short cache."""

from types import ModuleType
from typing import TYPE_CHECKING

import streamlit as st

from hullmark.errors import TransportError

if TYPE_CHECKING:
    from tasks.hub import Connected

NAMING = ("X-Forwarded-Email", "X-Forwarded-User", "X-Auth-Request-Email")  # set by proxies that ask who is there
LOOK_AGAIN_SECONDS = 10.0  # how long a change made elsewhere may stay unseen


def hub() -> ModuleType:
    """`tasks.hub`; raises TransportError when no Prefect API is set, since Prefect would start a server of its own then."""
    from prefect.settings import get_current_settings  # noqa: PLC0415  Prefect costs a second, and other pages do without it

    from tasks import hub as found  # noqa: PLC0415

    if not get_current_settings().api.url:
        raise TransportError(
            "No Prefect API is set, and it keeps the integrations; run `prefect server start`, then start the dashboard "
            "again with `PREFECT_API_URL=http://127.0.0.1:4200/api`"
        )
    return found


@st.cache_data(ttl=LOOK_AGAIN_SECONDS, show_spinner="Asking Prefect …")
def connected() -> tuple["Connected", ...]:
    """Every connected account without its External ID; raises TransportError."""
    found: tuple[Connected, ...] = hub().list()
    return found


def who() -> str:
    """Who does it, for the history: whom the proxy before the dashboard names, and the user that the dashboard runs as."""
    named = next((name for header in NAMING if (name := st.context.headers.get(header))), "")
    return " via ".join(part for part in (named[:60], f"dashboard {hub().whoami()}") if part)


def changed(said: str, *, well: bool = True) -> None:
    """After a change: look again, say what was done, and whether that is well, and draw the page anew."""
    connected.clear()
    st.session_state["hub_said"] = said, well
    st.rerun()
