"""Fixes: the fewest changes that end the most risk in the fleet, and single packages by what updating them ends."""

import pyarrow as pa
import streamlit as st

from dashboards import columns
from dashboards.data import ask, ask_row, campaigns
from dashboards.parts import filled, getting_started, still_table
from dashboards.words import counted
from hullmark.reports.fixes_report import campaigns_markdown, sources

MOST = 50
WRITTEN = "By labels or unverified provenance: repository, revision, Dockerfile"


def show() -> None:
    """The whole page."""
    fleet = ask_row("overview_fleet")
    if not fleet["images"]:
        getting_started("Nothing to fix yet")
        return
    st.title("Fixes", anchor=False)
    changes, packages = st.tabs(["Fewest changes", "By package"], key="fixes_tab", on_change="rerun")
    with changes:
        if changes.open:
            best(fleet["findings"])
    with packages:
        if packages.open:
            by_package()


def best(findings: int) -> None:
    """The campaigns, best first."""
    rows = campaigns()
    if not rows.num_rows:
        st.success(
            "No finding of the fleet has a fix." if findings else "The fleet has no findings.", icon=":material/check:"
        )
        return
    closed = sum(rows["closes"].to_pylist())
    whole = f"{counted(rows.num_rows, 'change')} would end {closed:,} of {counted(findings, 'finding')}."
    st.caption(
        f"{whole} Each line counts what it ends after those above it, computed by matching the new versions; "
        "what a base brings is changed where the base is made."
    )
    rows = with_sources(rows)
    shown = {
        "rank": columns.number("", 40), "closes": columns.ends(), "change": columns.text("Change", 330),
        "exploited": columns.number("Exploited", 76), "grave": columns.number("Critical, high", 96),
        "brings": columns.number("New", 50, help="Vulnerabilities that the new versions have and the old ones have not"),
        "images": columns.number("Images", 62), "accounts": columns.number("Accounts", 74),
        "source": columns.text("Written in", 300, help=WRITTEN),
        "packages": columns.tags("Packages", 420),
    }  # fmt: skip
    still_table(rows, filled(rows, shown, "source"))
    if not any(rows["source"].to_pylist()):
        st.caption(
            "No image says where it is built from: give them the label org.opencontainers.image.source, or build them with "
            "provenance, and each change names the repository and the Dockerfile that it is written in."
        )
    st.download_button(
        "As a list of tasks", campaigns_markdown(rows.to_pylist()), "hullmark-fixes.md", "text/markdown",
        icon=":material/download:",
    )  # fmt: skip


def by_package() -> None:
    """Every package update by itself."""
    rows = ask("fixes_packages", limit=MOST)
    if not rows.num_rows:
        st.caption("No finding has a fixed version.")
        return
    st.caption("The highest fixed version of its findings in one system ends all of them.")
    rows = with_sources(rows)
    shown = {
        "package": columns.text("Package", 150), "findings": columns.ends(), "fixed_version": columns.text("Update to", 150),
        "system": columns.text("In", 90), "versions": columns.number("Versions installed", 120),
        "images": columns.number("Images", 62), "exploited": columns.number("Exploited", 76),
        "grave": columns.number("Critical, high", 96),
        "source": columns.text("Written in", 420, help=WRITTEN),
    }  # fmt: skip
    still_table(rows, filled(rows, shown, "source"))


def with_sources(rows: pa.Table) -> pa.Table:
    """The rows with the column `source`: where each change is written down."""
    return rows.append_column("source", pa.array([sources(row) for row in rows.to_pylist()], pa.string()))


show()
