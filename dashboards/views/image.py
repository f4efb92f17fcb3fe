"""One image: its facts, its findings, its layers with what each brought in, its packages, and what could not be read."""

from contextlib import suppress
from functools import partial

import pyarrow as pa
import streamlit as st

from dashboards import columns
from dashboards.data import Row, ask, ask_row, report, settings
from dashboards.data import plan as plan_of
from dashboards.palette import SEVERITIES
from dashboards.parts import addressed, filled, open_vulnerability, still_table, table
from dashboards.why import ask_why
from dashboards.words import counted, literal, moment, share, size
from hullmark.analysis.image_plan import Step
from hullmark.compliance.load import read_policy
from hullmark.errors import UsageError
from hullmark.reports.documents import document
from hullmark.reports.fixes_report import built_from, copies
from hullmark.reports.terminal import plain

DOCUMENTS = {
    "cyclonedx": ("SBOM with vulnerabilities, CycloneDX 1.6", ".cdx.json"), "spdx": ("SBOM, SPDX 2.3", ".spdx.json"),
    "sarif": ("Findings for code hosts, SARIF 2.1.0", ".sarif"),
    "asff": ("Findings for AWS Security Hub, ASFF", ".asff.json"), "json": ("Report, JSON", ".json"),
}  # fmt: skip
COUNTED = {"Critical": "critical", "High": "high", "Medium": "medium", "Lower": "milder", "Exploited": "exploited"}


def show(digest: str) -> None:
    """The whole page."""
    st.page_link("views/images.py", label="All images", icon=":material/arrow_back:")
    image = ask_row("images_facts", digest=digest)
    if not image:
        st.title("Not found", anchor=False)
        st.text(f"No registry holds an image {digest}." if digest else "The address names no image.")
        return
    counts = ask_row("images_severities", digest=digest)
    heading(image)
    numbers(counts)
    failed = ask("images_checks", digest=digest).num_rows
    names = ("Findings", "Plan", "Checks", "Layers", "Packages", "Problems", "About")
    sizes = (counts["findings"], None, failed, counts["layers"], counts["packages"], counts["problems"], None)
    labels = [name if number is None else f"{name} · {number:,}" for name, number in zip(names, sizes, strict=True)]
    shown = st.tabs(labels, key="image_tab", on_change="rerun")
    for tab, part in zip(shown, (findings, plan, checks, layers, packages, problems, about), strict=True):
        with tab:
            if tab.open or part is not plan:  # which is worked out by matching new versions for the whole fleet
                part(image)


def heading(image: Row) -> None:
    """The name and the facts that identify the image."""
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.title(literal(image["name"]), anchor=False, width="content")
        downloads(image["digest"], f"{image['registry']}/{image['repository']}@{image['digest']}")
    where = " · ".join(part for part in (image["os_name"] or image["os"], image["platform"], size(image["size"] or 0),
                                         image["account"], image["region"]) if part)  # fmt: skip
    st.text(where)
    if image["frozen_since"]:
        st.warning(
            f"Account {literal(image['account'])} is {image['frozen_state']}: this image is no longer updated since "
            f"{moment(image['frozen_since'])}.", icon=":material/history:",
        )  # fmt: skip


def downloads(digest: str, reference: str) -> None:
    """The documents that `hullmark report` writes of it; each is made when it is asked for."""
    with st.popover("Download", icon=":material/download:"):
        st.caption("All that is known of this image, as a document")
        for form, (label, ending) in DOCUMENTS.items():
            with suppress(UsageError):  # there is no such document of this image
                document(form).check(reference)
                name, made = f"{digest.removeprefix('sha256:')[:12]}{ending}", partial(report, digest, form)
                st.download_button(
                    label, made, name, "application/json", key=f"download_{form}", on_click="ignore", type="tertiary"
                )


def numbers(counts: Row) -> None:
    """The findings in numbers."""
    *places, last = st.columns(len(COUNTED) + 1)
    for place, (label, key) in zip(places, COUNTED.items(), strict=True):
        place.metric(label, f"{counts[key]:,}", border=True)
    last.metric("With a fix", share(counts["fixable"], counts["findings"]), border=True)


def findings(image: Row) -> None:
    """What was found, each with its layer."""
    rows = ask("images_findings", digest=image["digest"])
    if not rows.num_rows:
        st.success("No known vulnerabilities in its packages.", icon=":material/check:")
        ask_why(image["digest"])
        return
    shown = {
        "vulnerability": columns.text("Vulnerability", 150), "risk": columns.risk(),
        "severity": columns.severity(words=SEVERITIES),
        "score": columns.score(), "exploited": columns.exploited(), "epss_percent": columns.epss(),
        "package": columns.text("Package", 130), "version": columns.text("Installed", 130),
        "fixed_version": columns.text("Fixed in", 130), "layer_index": columns.number("Layer", 54),
        "first_seen": columns.day("Since"), "said": columns.said(), "note": columns.text("Remark", 200),
        "summary": columns.text("Summary", 320), "path": columns.text("Path", 200),
    }  # fmt: skip
    picked = table(rows, filled(rows, shown, "said", "note", "exploited"), "image_findings")
    settled = sum(rows["settled"].to_pylist())
    st.caption(
        "Click a row to see why, and which other images carry it."
        + (
            f" {counted(settled, 'finding')} at the end settled by an exception or VEX, and not counted above."
            if settled
            else ""
        )
    )
    if picked is not None:
        open_vulnerability(rows["vulnerability"][picked].as_py(), image["digest"])
    ask_why(image["digest"])


def plan(image: Row) -> None:
    """What to change, in order, as text to paste."""
    steps, origin = plan_of(image["digest"])
    if not steps:
        st.success("There is nothing to change.", icon=":material/check:")
        return
    base = ask_row("images_base", digest=image["digest"])
    if base:
        st.text(f"It stands on {base['base_name']} ({base['confidence']}: {base['evidence']}).")
    if built := built_from(origin):
        st.text(f"It is built from {plain(built)}.")
    for number, step in enumerate(steps, 1):
        with st.container(border=True):
            st.markdown(f"**{number} · {literal(step.title)}**")
            st.caption(result(step))
            if step.change.text:
                st.code(step.change.text, language=None)
            if told := copies(step):
                st.text("\n".join(told))
            if step.change.left_out:
                st.text(f"Left out, since these names could be commands: {', '.join(step.change.left_out)}")


def result(step: Step) -> str:
    """What comes of a step, in our own words."""
    found = counted(step.closes, "finding")
    if step.kind == "wait":
        return f"{found} {'has' if step.closes == 1 else 'have'} no fix."
    exploited = f", {step.exploited:,} known to be exploited" if step.exploited else ""
    new = f"; the new versions have {step.brings:,} that the old ones have not" if step.brings else ""
    return f"Ends {found}{exploited}{new}."


def checks(image: Row) -> None:
    """The rules that it fails, and what to do."""
    rows = ask("images_checks", digest=image["digest"]).to_pylist()
    if not rows:
        if ask("compliance_rules", accounts=[], repositories=[]).num_rows:
            st.success("It fails no rule.", icon=":material/check:")
        else:
            st.info("No rule was asked of it yet: `hullmark run` asks them when it ends.")
        return
    known = read_policy(settings().policy).rules
    told = [(row, known.get(row["rule"])) for row in rows]
    told.sort(key=lambda one: SEVERITIES.index(one[1].severity if one[1] else "unknown"))
    still_table(pa.Table.from_pylist([
        {**row, "title": rule.title if rule else "", "severity": [rule.severity if rule else "unknown"],
         "fix": rule.fix if rule else ""}
        for row, rule in told
    ]), {
        "rule": columns.text("Rule", 70), "severity": columns.severity(words=SEVERITIES),
        "title": columns.text("What is wrong", 280),
        "evidence": columns.text("Evidence", 420), "fix": columns.text("What to do", 320),
        "first_seen": columns.day("Since"),
    })  # fmt: skip


def layers(image: Row) -> None:
    """The layers, bottom first."""
    rows, size = columns.sized(ask("images_layers", digest=image["digest"]))
    still_table(rows, {
        "layer_index": columns.number("Layer", 54), "created_by": columns.text("Made by", 460),
        "packages": columns.number("Packages"), "critical": columns.number("Critical", 62),
        "high": columns.number("High", 54),
        "findings": columns.number("Findings", 68), "fixable": columns.number("Fixable", 66), "size": size,
        "short_digest": columns.text("Digest", 170),
    })  # fmt: skip
    removed(image)


def packages(image: Row) -> None:
    """The packages, those with the worst findings first."""
    rows = ask("images_packages", digest=image["digest"])
    if not rows.num_rows:
        st.info("No package database was found in this image.")
        return
    shown = {
        "name": columns.text("Package", 180), "version": columns.text("Version", 150), "type": columns.text("Type", 60),
        "findings": columns.number("Findings", 68), "worst": columns.severity("Worst", SEVERITIES),
        "layer_index": columns.number("Layer", 54), "upgraded_from": columns.text("Before", 110),
        "origin": columns.text("Told by", 100), "owner": columns.text("Belongs to", 140),
        "ecosystem": columns.text("Ecosystem", 110),
        "source_name": columns.text("Source package", 120), "arch": columns.text("Arch", 66),
        "licence": columns.text("Licence", 110), "path": columns.text("Path", 240), "purl": columns.text("purl", 260),
    }  # fmt: skip
    still_table(rows, filled(rows, shown, "upgraded_from", "origin", "owner", "source_name", "licence"))


def removed(image: Row) -> None:
    """What lower layers still ship although nobody sees it."""
    rows = ask("images_removed", digest=image["digest"])
    if not rows.num_rows:
        return
    with st.expander(f"Removed or replaced, still shipped in lower layers · {rows.num_rows:,}"):
        still_table(rows, {
            "name": columns.text("Package", 180), "version": columns.text("Version", 150), "type": columns.text("Type", 60),
            "layer_index": columns.number("Shipped in layer", 110), "removed_layer_index": columns.number("Gone since", 90),
            "replaced_by": columns.text("Now", 150), "path": columns.text("Path", 240), "purl": columns.text("purl", 260),
        })  # fmt: skip


def problems(image: Row) -> None:
    """What could not be read, and what became of the image where it lies."""
    rows = ask("images_problems", digest=image["digest"])
    if not rows.num_rows:
        st.success("Everything in this image could be read.", icon=":material/check:")
        return
    st.caption("These files could not be read or understood; what they hold is missing from the packages and findings.")
    still_table(rows, {
        "path": columns.text("Path", 420), "cataloger": columns.text("Reader", 100), "reason": columns.text("Reason", 420),
        "layer": columns.text("Layer", 160),
    })  # fmt: skip


def about(image: Row) -> None:
    """Where it lies, and its configuration, as plain text."""
    still_table(ask("images_places", digest=image["digest"]), {
        "registry": columns.text("Registry", 300), "repository": columns.text("Repository", 180), "tags": columns.tags(),
        "status": columns.state("Read", 92), "detail": columns.text("Remark", 220), "pushed_at": columns.day("Pushed"),
        "first_seen": columns.day("First seen"), "last_seen": columns.day("Last seen"),
    })  # fmt: skip
    left, right = st.columns(2, gap="large")
    with left:
        said("Digest", image["digest"])
        said("Index", image["index_digest"])
        said("Media type", image["media_type"])
        said("Engine that read it", image["engine"])
    with right:
        said("Created", moment(image["created_at"]))
        said("User", image["user"] or "root (none is set)")
        said("Entrypoint", image["entrypoint"])
    said("Labels", image["labels"])


def said(label: str, value: str | None) -> None:
    """One value as plain text under its name, where there is one."""
    if value:
        st.caption(label)
        st.code(value, language=None, wrap_lines=True)


show(addressed("digest"))
