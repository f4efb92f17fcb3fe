"""Bases: what the fleet stands on, as a family tree and as a list, with what is out of date; a click leads to the images."""

import streamlit as st

from dashboards import charts, columns
from dashboards.data import ask, ask_row
from dashboards.parts import KEPT, ask_page, filled, getting_started, open_base, pager, table, titled
from dashboards.words import counted, share

VIEWS = {"tree": "Family tree", "list": "List"}
SORTS = {"findings": "Findings that come from it", "images": "Images", "closes": "What building again ends", "name": "Name"}
MOST = 40  # bases that a tree shows at once


def show() -> None:
    """The whole page."""
    if not ask_row("overview_fleet")["images"]:
        getting_started("No bases yet")
        return
    view = titled("Bases", VIEWS, "tree", "bases_as")
    (whole,) = ask("bases_count").to_pylist()
    if not whole["bases"]:
        st.info(
            "Of no image a base is known yet. Bases are worked out after each run: run `hullmark run`. Public bases are "
            "recognised by their layers when they are named: `hullmark bases known add docker.io/library/debian:12`."
        )
        return
    st.caption(
        f"{counted(whole['bases'], 'base')} under {share(whole['images'], whole['fleet_images'])} images; "
        f"{whole['outdated']:,} out of date, under {counted(whole['images_outdated'], 'image')}. "
        f"{counted(whole['findings'], 'finding')} come from bases."
    )
    left, right, last = st.columns([1.6, 1.2, 2.4], vertical_alignment="bottom")
    word = left.text_input("Base", placeholder="name or digest contains …", key="base_has", **KEPT).strip()
    late = right.toggle("Only out of date", key="late", **KEPT)
    if view == "list":
        sort = last.selectbox("Sort by", list(SORTS), format_func=SORTS.__getitem__, key="bases_by", **KEPT)
        listed(word, late, sort)
    else:
        tree(word, late)


def tree(word: str, late: bool) -> None:
    """What stands on what."""
    rows = ask("bases_tree", word=word, only_outdated=late, limit=MOST)
    if not rows.num_rows:
        st.info("No base passes these filters. Remove one to see more.")
        return
    total = rows["total"][0].as_py()
    more = f" The {MOST} of {total:,} that most images stand on; name one above to see its family." if total > MOST else ""
    st.caption(f"What stands on what, with how many images. Click a base to see its images.{more}")
    picked = st.vega_lite_chart(charts.family_tree(rows), on_select="rerun", key="bases_tree")
    for name in charts.PICKED:
        if nodes := picked["selection"].get(name):
            open_base(str(nodes[0]["base"]))


def listed(word: str, late: bool, sort: str) -> None:
    """One row a base."""
    rows, found = ask_page("bases_list", "bases_page", word=word, only_outdated=late, sort=sort)
    if not found:
        st.info("No base passes these filters. Remove one to see more.")
        return
    st.caption(f"{counted(found, 'base')}. Click one to see its images.")
    shown = {
        "name": columns.text("Base", 220),
        "findings": columns.number("Findings", 76, help="In its layers, in all its images"),
        "images": columns.number("Images", 66, help="That stand on no nearer base"),
        "below": columns.number("In all", 66, help="With the images of the bases that stand on it"),
        "known_exploited": columns.number("Exploited", 76), "grave": columns.number("Critical, high", 96),
        "outdated": columns.tags("Out of date", 330), "successor_name": columns.text("Build again on", 190),
        "closes": columns.number("Ends", 66, help="Findings that building all its images again would end"),
        "brings": columns.number("New", 50), "methods": columns.tags("Known by", 120),
        "confidences": columns.tags("Confidence", 100), "digest": columns.text("Digest", 170),
    }  # fmt: skip
    picked = table(rows, filled(rows, shown, "outdated", "successor_name", "closes", "brings"), "bases_table")
    pager("bases_page", found)
    if picked is not None:
        open_base(rows["base"][picked].as_py())


show()
