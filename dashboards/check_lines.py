"""The lines of a connection test: what was tried, how it went, and what to do when it did not."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from tasks.hub import Check

BADGES = {"passed": "green", "warning": "orange", "failed": "red", "skipped": "gray"}


def lines(checks: Iterable["Check"]) -> list["Check"]:
    """Show each line as it comes; returns all of them."""
    shown = []
    with st.container(gap="xxsmall"):
        for check in checks:
            line(check)
            shown.append(check)
    return shown


def line(check: "Check") -> None:
    """One line; what AWS says is plain text, so that names can be copied out of it."""
    colour = BADGES.get(check.verdict.value, "gray")
    verdict, name, words = st.columns([0.07, 0.25, 0.68], vertical_alignment="top", gap="xsmall")
    verdict.markdown(f":{colour}-badge[{check.verdict.value}]")
    name.text(check.name)
    words.text(" ".join(part for part in (check.detail, check.remedy) if part))


def outcome(checks: Iterable["Check"]) -> str:
    """How the test went, in a few words."""
    verdicts = [check.verdict.value for check in checks]
    failed, warned = verdicts.count("failed"), verdicts.count("warning")
    if failed:
        return f"{failed} of {len(verdicts)} lines failed"
    return f"{len(verdicts)} lines passed" + (f", {warned} of them with a warning" if warned else "")
