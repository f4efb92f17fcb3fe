"""The colours of severities and states, told apart by lightness too, so that they hold for colour-blind eyes.

Streamlit writes white on a chip whose luminance is at most 0.5, and black on any other. So that either has a contrast of 4.5
(WCAG 2.2, 1.4.3), each colour is darker than 0.183 or lighter than 0.5.
"""

from collections.abc import Mapping

import streamlit as st

SEVERITIES = ("critical", "high", "medium", "low", "negligible", "none", "unknown")  # the worst first
LIGHT: Mapping[str, str] = {
    "critical": "#A3123A", "high": "#C9480F", "medium": "#F6B93B", "low": "#2C76B0", "negligible": "#B3C7D2",
    "none": "#C3D0D8", "unknown": "#66757F", "clean": "#9CCFC0",
}  # fmt: skip
DARK: Mapping[str, str] = {
    "critical": "#DC2A52", "high": "#FFB066", "medium": "#FBE08A", "low": "#2C76B0", "negligible": "#5C7686",
    "none": "#4A606D", "unknown": "#66757F", "clean": "#2F7F6C",
}  # fmt: skip
STATES: Mapping[str, str] = {
    "scanned": "#1F7F69", "unchanged": "#93CDBE", "partial": "#F6B93B", "skipped": "#B3C2CB", "failed": "#C2264B",
    "fresh": "#1F7F69", "too old": "#C2264B", "not refreshed": "#F6B93B", "never loaded": "#C2264B", "deleted": "#C2264B",
    "KEV": "#C2264B",
    "not updated": "#B3C2CB", "pass": "#1F7F69", "fail": "#C2264B", "none": "#B3C2CB", "manual": "#B3C2CB",
    "exempt": "#B3C2CB", "unknown": "#F6B93B",
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
