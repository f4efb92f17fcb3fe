"""Findings: vulnerabilities of the fleet or every finding, filtered, sorted and paged in DuckDB; a click opens one."""

import pyarrow as pa
import streamlit as st

from dashboards import columns
from dashboards.data import ask_row
from dashboards.palette import SEVERITIES
from dashboards.parts import KEPT, ask_page, filled, getting_started, open_vulnerability, pager, table, titled
from dashboards.words import counted, share

GRAINS = {"vulnerabilities": "Vulnerabilities", "findings": "Every finding"}
SORTS = {
    "risk": "Risk",
    "epss": "EPSS",
    "score": "CVSS score",
    "images": "Images affected",
    "newest": "Newest first",
    "id": "Id",
}
SPARE = ("settled", "said", "path")  # columns that are left out where they say nothing
Picked = tuple[str, str] | None
LIKELIHOODS = {0.0: "Any", 0.01: "1 % or more", 0.1: "10 % or more", 0.5: "50 % or more", 0.9: "90 % or more"}


def show() -> None:
    """The whole page."""
    fleet = ask_row("overview_fleet")
    if not fleet["images"]:
        getting_started("No findings yet")
        return
    grain = titled("Findings", GRAINS, "vulnerabilities", "show")
    if not fleet["feeds"] and not fleet["findings"]:
        st.info("Nothing was compared with advisories yet: none are loaded. Run `hullmark feeds sync`.")
        return
    chosen = filters(ask_row("images_options")["accounts"], fleet["settled"])
    listed = vulnerabilities if grain == "vulnerabilities" else findings
    if picked := listed(chosen, fleet):
        open_vulnerability(*picked)


def filters(accounts: list[str], settled: int) -> dict[str, object]:
    """The filter bar; returns the parameters that both lists have. What is chosen stands in the address, to be shared."""
    first = st.columns([1.2, 1.4, 1, 1.1, 0.9, 0.9])
    chosen = {
        "word": first[0].text_input("Vulnerability id", placeholder="CVE-2024-… or an alias", key="id_has", **KEPT).strip(),
        "severities": first[1].multiselect("Severity", SEVERITIES, key="severity", placeholder="Any", **KEPT),
        "packages": first[2].text_input("Package", placeholder="contains …", key="package", **KEPT).strip(),
        "accounts": first[3].multiselect("Account", accounts, key="in_account", placeholder="All", **KEPT),
        "least_epss": first[4].selectbox("EPSS", list(LIKELIHOODS), format_func=LIKELIHOODS.__getitem__, key="epss", **KEPT),
        "sort": first[5].selectbox("Sort by", list(SORTS), format_func=SORTS.__getitem__, key="order", **KEPT),
    }
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        only_kev = st.toggle("Exploited only (KEV)", key="kev", **KEPT)
        only_fixable = st.toggle("With a fix only", key="fixable", **KEPT)
        with_settled = st.toggle(
            f"Also what is settled ({settled:,})",
            key="settled",
            help="By an exception, or by VEX: not affected, or fixed",
            **KEPT,
        )
    return {**chosen, "only_kev": only_kev, "only_fixable": only_fixable, "with_settled": with_settled}


def vulnerabilities(chosen: dict[str, object], fleet: dict[str, int]) -> Picked:
    """One row a vulnerability; returns the one that was picked."""
    rows, found = ask_page("findings_vulnerabilities", "vulnerabilities_page", **chosen)
    whole = fleet["all_vulnerabilities"] if chosen["with_settled"] else fleet["vulnerabilities"]
    st.caption(f"{share(found, whole)} vulnerabilities. Click a row to see the images that carry it.")
    return listing(columns.percents(rows, "fixable"), found, "vulnerabilities_page", {
        "vulnerability": columns.text("Vulnerability", 150), "risk": columns.risk(),
        "severity": columns.severity(words=SEVERITIES),
        "score": columns.score(), "exploited": columns.exploited(), "epss_percent": columns.epss(),
        "images": columns.number("Images", 62), "findings": columns.number("Findings", 68),
        "settled": columns.number("Settled", 62),
        "fixable": columns.part("Fixable"), "first_seen": columns.day("Since"), "packages": columns.text("Packages", 180),
        "summary": columns.text("Summary", 330),
    })  # fmt: skip


def findings(chosen: dict[str, object], fleet: dict[str, int]) -> Picked:
    """One row a finding; returns the vulnerability of the one that was picked, and its image."""
    rows, found = ask_page("findings_rows", "findings_page", **chosen)
    whole = fleet["findings"] + (fleet["settled"] if chosen["with_settled"] else 0)
    st.caption(f"{share(found, whole)} findings in {counted(fleet['images'], 'image')}. Click a row to see why.")
    return listing(rows, found, "findings_page", {
        "vulnerability": columns.text("Vulnerability", 150), "risk": columns.risk(),
        "severity": columns.severity(words=SEVERITIES),
        "score": columns.score(), "exploited": columns.exploited(), "epss_percent": columns.epss(),
        "package": columns.text("Package", 130), "version": columns.text("Installed", 130),
        "fixed_version": columns.text("Fixed in", 130), "name": columns.text("Image", 220),
        "layer_index": columns.number("Layer", 54), "path": columns.text("Path", 180), "first_seen": columns.day("Since"),
        "said": columns.said(),
    })  # fmt: skip


def listing(rows: pa.Table, found: int, key: str, shown: dict[str, columns.Config]) -> Picked:
    """The table with its page buttons, or why there is none."""
    if not found:
        st.info("Nothing passes these filters. Remove one to see more.")
        return None
    picked = table(rows, filled(rows, shown, *SPARE), f"{key}_table")
    pager(key, found)
    if picked is None:
        return None
    row = rows.slice(picked, 1).to_pylist()[0]
    return row["vulnerability"], row.get("digest", "")


show()
