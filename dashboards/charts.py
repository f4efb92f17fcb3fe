"""The charts: an Arrow table in, an Altair chart out. Colours of the theme come from Streamlit, nothing from a network."""

from datetime import timedelta
from typing import Any

import altair as alt
import pyarrow as pa

from dashboards.palette import ACCENT, STATES, ink, severity_colours
from dashboards.words import counted

ROW = 30  # pixels of one bar with its gap
LONG = timedelta(days=6)  # from here on a tick a day is enough


def severity_bars(rows: pa.Table, what: str) -> alt.LayerChart:
    """One bar for each severity, the worst on top, with its number; `rows` has severity and number."""
    colours = severity_colours()
    names = rows["severity"].to_pylist()
    base = alt.Chart(inline(rows.to_pylist())).encode(
        y=alt.Y(
            "severity:N",
            sort=names,
            title=None,
            axis=alt.Axis(domain=False, ticks=False, labelPadding=10, labelFontSize=13, labelColor=ink()),
        ),
        x=alt.X("number:Q", axis=None, scale=alt.Scale(domainMin=0, padding=24)),
        tooltip=[alt.Tooltip("severity:N", title="Severity"), alt.Tooltip("number:Q", title=what, format=",")],
    )
    bars = base.mark_bar(cornerRadiusEnd=3, height=18).encode(
        color=alt.Color("severity:N", legend=None, scale=alt.Scale(domain=names, range=[colours[name] for name in names]))
    )
    numbers = base.mark_text(align="left", dx=6, fontSize=13, fontWeight=600, color=ink()).encode(
        text=alt.Text("number:Q", format=",")
    )
    chart: alt.LayerChart = (bars + numbers).properties(height=ROW * max(len(names), 1)).configure_view(stroke=None)
    return chart


def trend(rows: pa.Table) -> alt.LayerChart:
    """The number of findings after each run; `rows` has finished, findings, opened and closed."""
    values = [{**row, "finished": row["finished"].isoformat()} for row in rows.to_pylist()]
    base = alt.Chart(inline(values)).encode(
        x=alt.X("finished:T", title=None, axis=_time_axis(rows["finished"])),
        y=alt.Y("findings:Q", title=None, scale=alt.Scale(zero=True), axis=_count_axis()),
        tooltip=[
            alt.Tooltip("finished:T", title="Run ended", format="%d %b %Y %H:%M"),
            alt.Tooltip("findings:Q", title="Findings", format=","),
            alt.Tooltip("opened:Q", title="Opened by it", format=","),
            alt.Tooltip("closed:Q", title="Closed by it", format=","),
        ],
    )
    area = base.mark_area(color=ACCENT, opacity=0.14)
    line = base.mark_line(color=ACCENT, strokeWidth=2.5, point=alt.OverlayMarkDef(size=46, filled=True, color=ACCENT))
    chart: alt.LayerChart = (area + line).properties(height=5 * ROW).configure_view(stroke=None)
    return chart


def share_line(rows: pa.Table, what: str) -> alt.LayerChart:
    """A share of a whole over time, in percent; `rows` has at and passing."""
    values = [{**row, "at": row["at"].isoformat()} for row in rows.to_pylist()]
    base = alt.Chart(inline(values)).encode(
        x=alt.X("at:T", title=None, axis=_time_axis(rows["at"])),
        y=alt.Y(
            "passing:Q", title=None, axis=alt.Axis(tickCount=4, domain=False, labelFontSize=12, labelColor=ink(), format="%")
        ),
        tooltip=[
            alt.Tooltip("at:T", title="At", format="%d %b %Y %H:%M"),
            alt.Tooltip("passing:Q", title=what, format=".1%"),
        ],
    )
    line = base.mark_line(color=ACCENT, strokeWidth=2.5, point=alt.OverlayMarkDef(size=46, filled=True, color=ACCENT))
    both = base.mark_area(color=ACCENT, opacity=0.14) + line
    chart: alt.LayerChart = both.properties(height=4 * ROW).configure_view(stroke=None)
    return chart


STATUSES = ("failed", "partial", "scanned", "unchanged", "skipped")


def statuses(rows: pa.Table) -> alt.Chart:
    """What became of the digests of each scan, one upon the other; `rows` has started, status and digests."""
    told = {(row["started"], row["status"]): row["digests"] for row in rows.to_pylist()}
    values = [
        {"started": started.isoformat(), "status": status, "digests": told.get((started, status), 0)}
        for started in dict.fromkeys(rows["started"].to_pylist())
        for status in STATUSES  # an area without a number somewhere leaves a hole
    ]
    colours = alt.Scale(domain=[*STATUSES], range=[STATES[name] for name in STATUSES])
    chart: alt.Chart = (
        alt.Chart(inline(values))
        .mark_area()
        .encode(
            x=alt.X("started:T", title=None, axis=_time_axis(rows["started"])),
            y=alt.Y("digests:Q", title=None, stack="zero", axis=_count_axis()),
            color=alt.Color(
                "status:N", scale=colours, legend=alt.Legend(title=None, orient="bottom", columns=3, labelColor=ink())
            ),
            tooltip=[
                alt.Tooltip("started:T", title="Scan", format="%d %b %Y %H:%M"),
                alt.Tooltip("status:N", title="Status"),
                alt.Tooltip("digests:Q", title="Digests", format=","),
            ],
        )
        .properties(height=7 * ROW)
        .configure_view(stroke=None)
    )
    return chart


def _count_axis() -> alt.Axis:
    """Whole numbers, also where all of them are 0."""
    return alt.Axis(tickCount=4, tickMinStep=1, format=",d", domain=False, labelFontSize=12, labelColor=ink())


def _time_axis(moments: pa.ChunkedArray) -> alt.Axis:
    """Days, and hours too where a few days are shown, so that no two ticks read alike."""
    times = moments.to_pylist()
    span = max(times) - min(times) if times else LONG
    form, ticks = ("%H:%M", 5) if span < timedelta(days=1) else ("%d %b %H:%M", 3) if span < LONG else ("%d %b", 6)
    return alt.Axis(grid=False, format=form, tickCount=ticks, labelFontSize=12, labelColor=ink())


PICKED = ("node", "label")  # what a click into a tree picks, by its mark; each a list of {"base": ...}


def family_tree(rows: pa.Table) -> alt.LayerChart:
    """What stands on what, a base a row, below what it stands on; `rows` are of `bases_tree.sql`.

    A base that is out of date says so in words too, and is a triangle.
    """
    values = rows.select(
        ["row", "depth", "parent_row", "base", "name", "images", "below", "findings", "outdated"]
    ).to_pylist()
    for value in values:
        value["said"] = f"{value['name'][:70]} · {counted(value['below'], 'image')}" + (
            " · out of date" if value["outdated"] else ""
        )
        value |= {"late": bool(value["outdated"]), "outdated": "; ".join(value["outdated"]), "from": value["depth"] - 1}
    deepest, colour = max((value["depth"] for value in values), default=0), STATES["unknown"]
    across = alt.Scale(domain=[-0.3, max(12, deepest + 8)], nice=False)
    down = alt.Scale(domain=[-0.7, len(values) - 0.3], nice=False, reverse=True)
    x, y = alt.X("depth:Q", scale=across, axis=None), alt.Y("row:Q", scale=down, axis=None)
    base = alt.Chart(inline(values)).encode(x=x, y=y)
    kept = base.transform_filter("isValid(datum.parent_row)").mark_rule(color=STATES["none"], strokeWidth=1.2)
    trunks = kept.encode(
        x=alt.X("from:Q", scale=across, axis=None), y=alt.Y("parent_row:Q", scale=down, axis=None), y2="row:Q"
    )
    twigs = kept.encode(x=alt.X("from:Q", scale=across, axis=None), x2="depth:Q")
    nodes = base.mark_point(filled=True, opacity=1, cursor="pointer").encode(
        size=alt.Size("below:Q", legend=None, scale=alt.Scale(type="sqrt", range=[50, 420])),
        color=alt.condition("datum.late", alt.value(colour), alt.value(ACCENT)),
        shape=alt.condition("datum.late", alt.value("triangle-up"), alt.value("circle")),
        tooltip=[
            alt.Tooltip("name:N", title="Base"), alt.Tooltip("images:Q", title="Images on it", format=","),
            alt.Tooltip("below:Q", title="In all", format=","),
            alt.Tooltip("findings:Q", title="Findings in its layers", format=","),
            alt.Tooltip("outdated:N", title="Out of date"),
        ],
    ).add_params(alt.selection_point(name=PICKED[0], fields=["base"]))  # fmt: skip
    words = base.mark_text(align="left", dx=14, fontSize=13, color=ink(), cursor="pointer").encode(text="said:N")
    words = words.add_params(alt.selection_point(name=PICKED[1], fields=["base"]))
    layers = trunks + twigs + words + nodes
    chart: alt.LayerChart = layers.properties(height=ROW * max(len(values), 2)).configure_view(stroke=None)
    return chart


def inline(values: list[dict[str, Any]]) -> alt.InlineData:
    """Rows that travel inside the chart."""
    return alt.InlineData(values=values)
