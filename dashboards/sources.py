"""What sources say of a vulnerability: who judged it and when, its weaknesses, and where to read more."""

from collections.abc import Sequence

import streamlit as st

from dashboards import columns
from dashboards.data import Row, harmless
from dashboards.palette import SEVERITIES
from dashboards.parts import filled, still_table
from hullmark.reports.links import weakness_link
from hullmark.reports.told import SHOWN, judged_table, references_table, weaknesses

MOST = 200  # advisories in the table


def sources(advisories: Sequence[Row], severities: Sequence[Row], references: Sequence[Row]) -> None:
    """The three parts, of which those are left out that say nothing."""
    if advisories:
        st.caption("Who says what; the distribution's word counts first, then the ecosystem's, then NVD's")
        judged = harmless(judged_table(advisories[:MOST], severities))
        shown = {
            "advisory": columns.text("Advisory", 210), "source": columns.text("Judged by", 96),
            "severity": columns.severity(words=SEVERITIES), "score": columns.score(), "kind": columns.text("Standard", 76),
            "vector": columns.text("Vector", 330), "published": columns.day("Published"),
            "modified": columns.day("Modified"), "taken_back": columns.text("Taken back", 90),
            "feed": columns.text("Feed", 110),
        }  # fmt: skip
        still_table(judged, filled(judged, shown, "source", "severity", "kind", "vector", "taken_back"))
        more(len(advisories) - MOST)
    named = weaknesses(advisories)
    if named:
        st.markdown("Weaknesses: " + ", ".join(f"[{name}]({weakness_link(name)})" for name in named[:SHOWN]))
        more(len(named) - SHOWN)
    if references:
        st.caption("References, as advisories have them; only plain https addresses can be opened from here")
        still_table(harmless(references_table(references)), {
            "url": columns.text("Address", 560), "link": columns.link("Open"), "advisories": columns.tags("Named by", 300),
        })  # fmt: skip
        more(len(references) - SHOWN)


def more(left_out: int) -> None:
    """How many are not shown."""
    if left_out > 0:
        st.caption(f"and {left_out:,} more; `hullmark explain … --format json` has all")
