"""One base: how it is known, why it is out of date, what stands on it and on what it stands, and its images."""

import streamlit as st

from dashboards import columns
from dashboards.data import Row, ask
from dashboards.parts import IMAGE, addressed, ask_page, filled, open_base, open_image, pager, table
from dashboards.words import counted, literal


def show(base: str) -> None:
    """The whole page."""
    st.page_link("views/bases.py", label="All bases", icon=":material/arrow_back:")
    rows = ask("bases_one", base=base).to_pylist()
    if not rows:
        st.title("Not found", anchor=False)
        st.text(f"No image of the fleet stands on {base}." if base else "The address names no base.")
        return
    heading(rows[0])
    numbers(rows[0])
    outdated(rows[0])
    kin(base)
    images(rows[0])


def heading(row: Row) -> None:
    """The name, the digest, and how it is known that images stand on it."""
    st.title(literal(row["name"]), anchor=False)
    how = f"known by {', '.join(row['methods'])} · confidence {', '.join(row['confidences'])}"
    st.text(f"{row['digest']} · {how}" if row["digest"] else how[0].upper() + how[1:])
    if row["is_image"]:
        st.page_link(
            IMAGE,
            label="It is an image of the fleet",
            icon=":material/arrow_forward:",
            query_params={"digest": row["digest"]},
        )


def numbers(row: Row) -> None:
    """What it means for the fleet."""
    here, below, findings, grave, exploited = st.columns(5)
    here.metric("Images on it", f"{row['images']:,}", border=True, help="That stand on no nearer base")
    below.metric("In all", f"{row['below']:,}", border=True, help="With the images of the bases on it")
    findings.metric("Findings from it", f"{row['findings']:,}", border=True, help="In its layers, in all these images")
    grave.metric("Critical, high", f"{row['grave']:,}", border=True)
    exploited.metric("Exploited", f"{row['known_exploited']:,}", border=True)


def outdated(row: Row) -> None:
    """Each evidence that it is out of date, and what takes its place."""
    st.header("Out of date" if row["outdated"] else "Not known to be out of date", anchor=False)
    for evidence in row["outdated"]:
        st.text(f"• {evidence}")
    if not row["successor_name"]:
        if row["outdated"]:
            st.caption("No successor is known: no tag of it points elsewhere, and no tag follows in its line.")
        return
    st.markdown(f"Build again on **{literal(row['successor_name'])}**.")
    if row["closes"] is None:
        st.caption("What that would end is not known, since it is no image of the fleet.")
        return
    exploited = f", {row['exploited']:,} of them known to be exploited" if row["exploited"] else ""
    st.caption(
        f"For all its images that ends {counted(row['closes'], 'finding')}{exploited}, and brings {row['brings']:,} new."
    )


def kin(base: str) -> None:
    """The bases that it stands on, and those that stand on it."""
    rows = ask("bases_kin", base=base)
    if not rows.num_rows:
        return
    st.header("Family", anchor=False)
    shown = {
        "kin": columns.text("It", 80), "name": columns.text("Base", 280), "images": columns.number("Images", 66),
        "below": columns.number("In all", 66), "findings": columns.number("Findings", 76),
        "outdated": columns.tags("Out of date", 400),
    }  # fmt: skip
    picked = table(rows, filled(rows, shown, "outdated"), "kin_table")
    if picked is not None:
        open_base(rows["base"][picked].as_py())


def images(row: Row) -> None:
    """The images that stand on it."""
    st.header("Images", anchor=False)
    rows, found = ask_page("bases_carried", "carried_page", base=row["base"])
    st.caption(f"{counted(found, 'place')} with an image that stands on it and on no nearer base. Click a row to open it.")
    shown = {
        "name": columns.text("Image", 260), "risk": columns.risk(), "from_base": columns.number("From the base", 100),
        "own": columns.number("Of its own", 84), "base_layers": columns.number("Layers", 60, help="That are the base's"),
        "method": columns.text("Known by", 96), "confidence": columns.text("Confidence", 88),
        "evidence": columns.text("Why", 420), "account": columns.text("Account", 112), "region": columns.text("Region", 92),
        "pushed_at": columns.day("Pushed"),
    }  # fmt: skip
    picked = table(rows, filled(rows, shown, "account", "region"), "carried_table")
    pager("carried_page", found)
    if picked is not None:
        open_image(rows["digest"][picked].as_py())


show(addressed("base"))
