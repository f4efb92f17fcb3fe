"""Images: every image of the fleet, filtered and sorted in DuckDB; a click opens one."""

import streamlit as st

from dashboards import columns
from dashboards.data import ask_row
from dashboards.parts import KEPT, ask_page, getting_started, open_image, pager, table
from dashboards.words import share

SORTS = {"risk": "Risk", "findings": "Number of findings", "newest": "Newest first", "size": "Largest first", "name": "Name"}


def show() -> None:
    """The whole page."""
    total = ask_row("overview_fleet")
    if not total["images"]:
        getting_started("No images yet")
        return
    st.title("Images", anchor=False)
    chosen = filters(ask_row("images_options"))
    rows, found = ask_page("images_list", "images_page", **chosen)
    whole = ask_row("images_count")["images"]
    st.caption(f"{share(found, whole)} images. Click a row to open it.")
    if not found:
        st.info("No image passes these filters. Remove one to see more.")
        return
    picked = table(rows, {
        "name": columns.text("Image", 216), "risk": columns.risk(), "worst": columns.severity("Worst"),
        "exploited": columns.exploited(),
        "critical": columns.number("Critical", 62), "high": columns.number("High", 54),
        "medium": columns.number("Medium", 66),
        "low": columns.number("Low", 54), "findings": columns.number("All", 54), "status": columns.state("Read", 90),
        "os": columns.text("System", 98), "platform": columns.text("Platform", 98), "size": columns.size(),
        "account": columns.text("Account", 112), "region": columns.text("Region", 88), "pushed_at": columns.day("Pushed"),
    }, "images_table")  # fmt: skip
    pager("images_page", found)
    if picked is not None:
        open_image(rows["digest"][picked].as_py())


def filters(options: dict[str, list[str]]) -> dict[str, object]:
    """The filter bar; returns the parameters of `images_list`. What is chosen stands in the address, to be shared."""
    first = st.columns([1.5, 1.2, 1.4, 1.2])
    second = st.columns([1.5, 1.2, 1.4, 1.2])
    return {
        "word": first[0].text_input("Repository, tag or digest", placeholder="contains …", key="q", **KEPT).strip(),
        "severities": first[1].multiselect("Worst finding", columns.WORST, key="worst", placeholder="Any", **KEPT),
        "repositories": first[2].multiselect(
            "Repository", options["repositories"], key="repository", placeholder="All", **KEPT
        ),
        "systems": first[3].multiselect("System", options["systems"], key="os", placeholder="All", **KEPT),
        "accounts": second[0].multiselect("Account", options["accounts"], key="account", placeholder="All", **KEPT),
        "regions": second[1].multiselect("Region", options["regions"], key="region", placeholder="All", **KEPT),
        "sort": second[2].selectbox("Sort by", list(SORTS), format_func=SORTS.__getitem__, key="by", **KEPT),
    }


show()
