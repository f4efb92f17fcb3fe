"""Overview: how the fleet stands, whether everything was looked at, how fresh the advisories are, what helps most."""

from datetime import UTC, datetime

import pyarrow as pa
import streamlit as st

from dashboards import charts, columns
from dashboards.data import Row, ask, ask_row, campaigns, deleted_feeds, rejected, settings
from dashboards.parts import attempt, filled, getting_started, still_table
from dashboards.words import age, ago, counted, literal, moment, share

FIXES = 8
FROZEN = 3  # accounts that are told by name
IMAGES, FINDINGS, COVERAGE = "views/images.py", "views/findings.py", "views/coverage.py"


def show() -> None:
    """The whole page."""
    fleet = ask_row("overview_fleet")
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    given = settings()
    feeds = ask("overview_feeds", now=now, max_age_hours=given.feeds_max_age_hours, deleted=deleted_feeds(given.lake))
    if not fleet["listed"] and not fleet["images"]:
        getting_started("Welcome to Hullmark")
        if feeds.num_rows:
            freshness(feeds)
        return
    heading(fleet, ask_row("overview_last_run", now=now))
    frozen()
    rejections()
    numbers(fleet, feeds.to_pylist())
    risk(fleet)
    left, right = st.columns([0.58, 0.42], gap="medium")
    with left:
        coverage()
    with right:
        freshness(feeds)
    attempt(fixes)


def heading(fleet: Row, run: Row) -> None:
    """The title with what the fleet is and when it was last looked at."""
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.title("Fleet", anchor=False, width="content")
        places = f"{counted(fleet['repositories'], 'repository')} in {counted(fleet['accounts'], 'account')}"
        last = f" · last run {run['state']} {ago(run['age_hours'])}" if run else ""
        st.page_link(
            IMAGES, label=f"{places} and {counted(fleet['regions'], 'Region')}{last}", query_params={"by_what": "Accounts"}
        )


def numbers(fleet: Row, feeds: list[Row]) -> None:
    """Five numbers, each with the whole that it is a part of, and the way to what it counts."""
    risky, exploited, found, read, fresh = st.columns(5)
    whole = f"of {counted(fleet['images'], 'image')}"
    card(risky, "Images at high risk", f"{fleet['grave_images']:,}", f"{whole} have critical or high findings",
         IMAGES, worst=["critical", "high"])  # fmt: skip
    card(exploited, "Exploited in the wild", f"{fleet['kev_vulnerabilities']:,}",
         f"of {counted(fleet['vulnerabilities'], 'vulnerability')}, in {counted(fleet['kev_images'], 'image')}",
         FINDINGS, kev=["true"])  # fmt: skip
    settled = f"; {fleet['settled']:,} more are settled" if fleet["settled"] else ""
    card(found, "Findings", f"{fleet['findings']:,}", f"{share(fleet['fixable'], fleet['findings'])} have a fix{settled}",
         FINDINGS, show=["Every finding"])  # fmt: skip
    wanted = fleet["listed"] - fleet["skipped"]
    card(read, "Digests read", share(fleet["complete"], wanted),
         f"{fleet['failed']:,} failed, {fleet['partly']:,} partly read" if fleet["listed"] else "no registry was listed yet",
         COVERAGE)  # fmt: skip
    late = sum(feed["freshness"] != ["fresh"] for feed in feeds)
    gone = sum(feed["freshness"] == ["deleted"] for feed in feeds)
    oldest = max((feed["age_hours"] or 0 for feed in feeds), default=None)
    told = f"{gone} deleted" if gone else f"oldest feed {age(oldest)} old" if feeds else "none loaded"
    card(fresh, "Fresh advisories", share(len(feeds) - late, len(feeds)), told, bad=bool(late))


def frozen() -> None:
    """The accounts whose images are no longer updated, since when, and the way to them."""
    rows = ask("accounts_frozen").to_pylist()
    if not rows:
        return
    told = [
        f"{literal(row['account'])} {literal(row['state'])} since {moment(row['since'])} ({counted(row['images'], 'image')})"
        for row in rows[:FROZEN]
    ]
    more = f"; {len(rows) - FROZEN:,} more under Integrations" if len(rows) > FROZEN else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(f"No longer updated: {'; '.join(told)}{more}.")
        st.page_link("views/integrations.py", label="Integrations", icon=":material/arrow_forward:", width="content")


def rejections() -> None:
    """Batches that failed their checks, with the way to them, while there are any."""
    if number := len(rejected(settings().lake)):
        with st.container(horizontal=True, vertical_alignment="center"):
            noun = "batch" if number == 1 else "batches"
            st.warning(f"{number:,} {noun} in quarantine: their rows failed checks and are in no table.")
            st.page_link(COVERAGE, label="Coverage", icon=":material/arrow_forward:", width="content")


def card(  # noqa: PLR0913  a number, what it means, and where it leads
    place: st.delta_generator.DeltaGenerator, label: str, value: str, context: str, page: str = "", *, bad: bool = False,
    **filters: list[str],
) -> None:  # fmt: skip
    """One number and its context, which leads to a page; the words are ours, never from an image. `bad` is marked red."""
    with place.container(border=True, height="stretch", gap="xxsmall"):
        st.metric(label, value)
        if page:
            st.page_link(page, label=f":gray[{context}]", query_params=dict(filters))
        else:
            (st.markdown if bad else st.caption)(f":small[:red[:material/error: {context}]]" if bad else context)


def risk(fleet: Row) -> None:
    """Images and findings by severity, and how findings went on from run to run."""
    images, findings, history = st.columns(3, gap="large")
    with images:
        st.header("Images by worst finding", anchor=False)
        st.vega_lite_chart(charts.severity_bars(ask("overview_images_by_severity"), "Images"))
    with findings:
        st.header("Findings by severity", anchor=False)
        if fleet["feeds"] or fleet["findings"]:
            st.vega_lite_chart(charts.severity_bars(ask("overview_findings_by_severity"), "Findings"))
        else:
            st.info("Nothing was compared with advisories yet: none are loaded. Run `hullmark feeds sync`.")
    with history:
        st.header("Findings after each run", anchor=False)
        runs = ask("overview_trend")
        if runs.num_rows > 1:
            st.vega_lite_chart(charts.trend(runs))
        else:
            st.caption("A trend needs two runs; " + ("there is one so far." if runs.num_rows else "there is none yet."))


def coverage() -> None:
    """What became of every digest that the registries list."""
    st.header("Coverage", anchor=False, help="Every digest that ECR lists is in one of these rows")
    rows = ask("overview_coverage")
    if not rows.num_rows:
        st.caption("No run has listed a registry yet: run `hullmark run`.")
        return
    still_table(rows, {
        "status": columns.state(width=90), "digests": columns.number("Digests", 62), "reason": columns.text("Reason", 126),
        "detail": columns.text("For example", 300), "example": columns.text("Where", 168),
    })  # fmt: skip


def freshness(feeds: pa.Table) -> None:
    """Every feed with its age."""
    limit = settings().feeds_max_age_hours
    st.header("Advisories", anchor=False, help=f"A feed is too old after {limit} hours (HULLMARK_FEEDS_MAX_AGE_HOURS)")
    if not feeds.num_rows:
        st.info("No advisories are loaded yet. Run `hullmark feeds sync`.")
        return
    ages = pa.array([age(hours) for hours in feeds["age_hours"].to_pylist()], pa.string())
    feeds = feeds.append_column("age", ages)
    shown = {
        "feed": columns.text("Feed", 100), "freshness": columns.state("State", 104), "age": columns.text("Age", 76),
        "records": columns.number("Records", 70), "problems": columns.number("Unread", 60),
        "detail": columns.text("Last attempt", 110),
    }  # fmt: skip
    still_table(feeds, filled(feeds, shown, "detail"))


def fixes() -> None:
    """The changes that end the most."""
    st.header(
        "Top fixes",
        anchor=False,
        help="The fewest changes that end the most risk; each counts what it ends after those above it",
    )
    rows = campaigns().slice(0, FIXES)
    if not rows.num_rows:
        st.caption("No finding has a fix.")
        return
    still_table(rows, {
        "rank": columns.number("", 40), "closes": columns.ends(), "change": columns.text("Change", 340),
        "exploited": columns.number("Exploited", 76), "grave": columns.number("Critical, high", 96),
        "images": columns.number("Images", 62), "accounts": columns.number("Accounts", 74),
        "packages": columns.tags("Packages", 360),
    })  # fmt: skip
    st.page_link("views/fixes.py", label="All changes", icon=":material/arrow_forward:")


show()
