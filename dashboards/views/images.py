"""Images: the fleet by account, by repository or image by image, filtered and sorted in DuckDB; a click goes further."""

from collections.abc import Callable

import streamlit as st

from dashboards import columns
from dashboards.data import Row, ask_row
from dashboards.parts import KEPT, ask_page, filled, getting_started, open_image, pager, table, titled
from dashboards.words import counted, literal, share

GRAINS = {"accounts": "Accounts", "repositories": "Repositories", "images": "Images"}
SORTS = {"risk": "Risk", "findings": "Number of findings", "newest": "Newest first", "size": "Largest first", "name": "Name"}


def show() -> None:
    """The whole page."""
    fleet = ask_row("overview_fleet")
    if not fleet["images"]:
        getting_started("No images yet")
        return
    grain = titled("Images", GRAINS, "images", "by_what")
    {"accounts": accounts, "repositories": repositories, "images": images}[grain](ask_row("images_options"))


def accounts(options: dict[str, list[str]]) -> None:
    """One row an account; a click shows its repositories."""
    named = {"account": columns.text("Account", 130)}
    where = {"regions": columns.tags("Regions", 170)}
    groups("account", named, where, options, lambda row: narrow("repositories", account=row["account"]))


def repositories(options: dict[str, list[str]]) -> None:
    """One row a repository of an account; a click shows its images."""
    named, where = {"repository": columns.text("Repository", 220)}, {"account": columns.text("Account", 112)}
    groups(
        "repository", named, where, options,
        lambda row: narrow("images", repository=row["repository"], account=row["account"]),
    )  # fmt: skip


def narrow(grain: str, **only: str) -> None:
    """Show another grain of what has these values alone."""
    st.session_state["by_what"] = grain
    st.session_state["group_has"] = ""
    for name, value in only.items():
        st.session_state[name] = [value] if value else []


def groups(
    per: str, named: dict[str, columns.Config], where: dict[str, columns.Config], options: dict[str, list[str]],
    then: Callable[[Row], None],
) -> None:  # fmt: skip
    """The groups that pass the filters, by risk: their name first, where they are last; `then` takes the clicked one."""
    left, right, _ = st.columns([1.5, 1.2, 2.6])
    word = left.text_input("Account or repository", placeholder="contains …", key="group_has", **KEPT).strip()
    chosen = right.multiselect("Account", options["accounts"], key="account", placeholder="All", **KEPT)
    rows, found = ask_page("images_groups", f"{per}_page", per=per, word=word, accounts=chosen)
    if not found:
        st.info("Nothing passes these filters. Remove one to see more.")
        return
    st.caption(f"{counted(found, per)}, by risk. Click one to see its {'repositories' if per == 'account' else 'images'}.")
    table(columns.percents(rows, "fixable"), {
        **named, "risk": columns.risk(), "worst": columns.severity("Worst"), "images": columns.number("Images", 66),
        "grave_images": columns.number("At high risk", 88, help="Images with critical or high findings"),
        "exploited_images": columns.number("Exploited", 76, help="Images with a finding that is known to be exploited"),
        "critical": columns.number("Critical", 66), "high": columns.number("High", 62),
        "findings": columns.number("Findings", 72), "fixable": columns.part("Fixable"),
        "pushed_at": columns.day("Last push"), **where,
    }, f"{per}_table", then)  # fmt: skip
    pager(f"{per}_page", found)


def images(options: dict[str, list[str]]) -> None:
    """One row an image in a place; a click opens it."""
    chosen = filters(options)
    rows, found = ask_page("images_list", "images_page", **chosen)
    whole = ask_row("images_count")
    many = whole["places"] != whole["images"]
    with st.container(horizontal=True, vertical_alignment="center"):
        what = f"places of {counted(whole['images'], 'image')}" if many else "images"
        st.caption(f"{share(found, whole['places'])} {what}. Click a row to open it.", width="content")
        way_to_history(st.session_state["repository"])
    if not found:
        st.info("No image passes these filters. Remove one to see more.")
        return
    rows, size = columns.sized(rows)
    shown = {
        "name": columns.text("Image", 230), "risk": columns.risk(), "worst": columns.severity("Worst"),
        "exploited": columns.exploited(), "critical": columns.number("Critical", 62), "high": columns.number("High", 54),
        "findings": columns.number("All", 54), "status": columns.state("Read", 90), "os": columns.text("System", 98),
        "platform": columns.text("Platform", 94), "size": size, "account": columns.text("Account", 112),
        "region": columns.text("Region", 92), "pushed_at": columns.day("Pushed"),
    }  # fmt: skip
    picked = table(rows, filled(rows, shown, "account", "region"), "images_table")
    pager("images_page", found)
    if picked is not None:
        open_image(rows["digest"][picked].as_py())


def way_to_history(repositories: list[str]) -> None:
    """Where one repository is chosen: a link to how its images followed each other."""
    if len(repositories) == 1:
        st.page_link(
            "views/history.py", label=f"History of {literal(repositories[0])}", icon=":material/history:",
            query_params={"view": "From image to image", "place": repositories[0]},
        )  # fmt: skip


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
