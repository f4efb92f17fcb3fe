"""The colours of severities and states, told apart by lightness too, so that they hold for colour-blind eyes."""

from collections.abc import Mapping

import streamlit as st

SEVERITIES = ("critical", "high", "medium", "low", "negligible", "none", "unknown")  # the worst first
LIGHT: Mapping[str, str] = {
    "critical": "#A3123A", "high": "#E8601C", "medium": "#F6B93B", "low": "#4A90C8", "negligible": "#9DB4C2",
    "none": "#C3D0D8", "unknown": "#7B8A94", "clean": "#9CCFC0",
}  # fmt: skip
DARK: Mapping[str, str] = {
    "critical": "#E8365D", "high": "#F59440", "medium": "#F7D070", "low": "#5FA8DC", "negligible": "#6F8B9B",
    "none": "#4A606D", "unknown": "#8D9CA6", "clean": "#3F8F7C",
}  # fmt: skip
STATES: Mapping[str, str] = {
    "scanned": "#2E9C82", "unchanged": "#7FBFAF", "partial": "#F6B93B", "skipped": "#93A4AF", "failed": "#C2264B",
    "fresh": "#2E9C82", "too old": "#C2264B", "not refreshed": "#F6B93B", "never loaded": "#C2264B", "KEV": "#C2264B",
    "not updated": "#93A4AF", "pass": "#2E9C82", "fail": "#C2264B", "none": "#93A4AF", "manual": "#93A4AF",
    "unknown": "#F6B93B",
}  # fmt: skip
ACCENT = "#1487A6"


def is_dark() -> bool:
    """Whether the page is shown in the dark theme."""
    return st.context.theme.type == "dark"


def severity_colours() -> Mapping[str, str]:
    """Colour by severity for the theme that is shown; "clean" is an image without findings."""
    return DARK if is_dark() else LIGHT


def ink() -> str:
    """The colour of text in charts, which do not take the theme's."""
    return "#E6EEF2" if is_dark() else "#10222E"
