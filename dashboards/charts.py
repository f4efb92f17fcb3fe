"""The charts: an Arrow table in, a Vega-Lite chart out, as `st.vega_lite_chart` takes it; nothing from a network.

They are written as Vega-Lite has them (https://vega.github.io/vega-lite/docs): Altair, which writes the same, costs the
first page half a second. Colours of the theme come from Streamlit.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pyarrow as pa

from dashboards.palette import ACCENT, STATES, ink, severity_colours
from dashboards.words import counted

ROW = 30  # pixels of one bar with its gap
LONG = timedelta(days=6)  # from here on a tick a day is enough
SHORT = timedelta(minutes=5)  # below this, minutes are not
MOMENT = "%-d %b %Y, %H:%M"
STATUSES = ("failed", "partial", "scanned", "unchanged", "skipped")
PICKED = ("node", "label")  # what a click into a tree picks, by its mark; each a list of {"base": ...}
Spec = dict[str, Any]
Rows = Sequence[Spec]


def severity_bars(rows: pa.Table, what: str) -> Spec:
    """One bar for each severity, the worst on top, with its number; `rows` has severity and number."""
    colours, names = severity_colours(), rows["severity"].to_pylist()
    axis = {"domain": False, "ticks": False, "labelPadding": 10, "labelFontSize": 13, "labelColor": ink()}
    shared = {
        "y": _named("severity", sort=names, title=None, axis=axis),
        "x": _number("number", axis=None, scale={"domainMin": 0, "padding": 24}),
        "tooltip": [_named("severity", title="Severity"), _number("number", title=what, format=",")],
    }
    scale = {"domain": names, "range": [colours[name] for name in names]}
    bars = {
        "mark": {"type": "bar", "cornerRadiusEnd": 3, "height": 18},
        "encoding": {"color": _named("severity", legend=None, scale=scale)},
    }
    numbers = {
        "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": 13, "fontWeight": 600, "color": ink()},
        "encoding": {"text": _number("number", format=",")},
    }
    told = ", ".join(f"{row['severity']} {row['number']:,}" for row in rows.to_pylist())
    return _chart(
        f"{what} by severity: {told}", rows.to_pylist(), max(len(names), 1), layer=[bars, numbers], encoding=shared
    )


def trend(rows: pa.Table) -> Spec:
    """The number of findings after each run; `rows` has finished, findings, opened and closed."""
    values = [{**row, "finished": row["finished"].isoformat()} for row in rows.to_pylist()]
    encoding = {
        "x": _time("finished", title=None, axis=_time_axis(rows["finished"])),
        "y": _number("findings", title=None, scale={"zero": True}, axis=_count_axis()),
        "tooltip": [
            _time("finished", title="Run ended", format=MOMENT), _number("findings", title="Findings", format=","),
            _number("opened", title="Opened by it", format=","), _number("closed", title="Closed by it", format=","),
        ],
    }  # fmt: skip
    last = f", {values[-1]['findings']:,} after the last" if values else ""
    return _chart(f"Findings after each run{last}", values, 5, layer=_line(), encoding=encoding)


def share_line(rows: pa.Table, what: str) -> Spec:
    """A share of a whole over time, in percent; `rows` has at and passing."""
    values = [{**row, "at": row["at"].isoformat()} for row in rows.to_pylist()]
    axis = {"tickCount": 4, "domain": False, "labelFontSize": 12, "labelColor": ink(), "format": "%"}
    encoding = {
        "x": _time("at", title=None, axis=_time_axis(rows["at"])),
        "y": _number("passing", title=None, scale={"domain": [0, 1]}, axis=axis),
        "tooltip": [_time("at", title="At", format=MOMENT), _number("passing", title=what, format=".1%")],
    }
    last = f", {values[-1]['passing']:.1%} at last" if values else ""
    return _chart(f"{what} over time{last}", values, 4, layer=_line(), encoding=encoding)


def statuses(rows: pa.Table) -> Spec:
    """What became of the digests of each scan, one upon the other; `rows` has started, status and digests."""
    told = {(row["started"], row["status"]): row["digests"] for row in rows.to_pylist()}
    values = [
        {"started": started.isoformat(), "status": status, "digests": told.get((started, status), 0)}
        for started in dict.fromkeys(rows["started"].to_pylist())
        for status in STATUSES  # an area without a number somewhere leaves a hole
    ]
    encoding = {
        "x": _time("started", title=None, axis=_time_axis(rows["started"])),
        "y": _number("digests", title=None, stack="zero", axis=_count_axis()),
        "color": _named(
            "status",
            scale={"domain": [*STATUSES], "range": [STATES[name] for name in STATUSES]},
            legend={"title": None, "orient": "bottom", "columns": 3, "labelColor": ink()},
        ),
        "tooltip": [
            _time("started", title="Scan", format=MOMENT), _named("status", title="Status"),
            _number("digests", title="Digests", format=","),
        ],
    }  # fmt: skip
    return _chart("Digests of each scan by status", values, 7, mark={"type": "area"}, encoding=encoding)


def family_tree(rows: pa.Table) -> Spec:
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
    deepest = max((value["depth"] for value in values), default=0)
    across = {"axis": None, "scale": {"domain": [-0.3, max(12, deepest + 8)], "nice": False}}
    down = {"axis": None, "scale": {"domain": [-0.7, len(values) - 0.3], "nice": False, "reverse": True}}
    start, here, row = _number("from", **across), _number("depth", **across), _number("row", **down)
    layers = [
        _branch({"x": start, "y": _number("parent_row", **down), "y2": {"field": "row"}}),
        _branch({"x": start, "x2": {"field": "depth"}, "y": row}),
        {
            "name": "words",
            "mark": {"type": "text", "align": "left", "dx": 14, "fontSize": 13, "color": ink(), "cursor": "pointer"},
            "encoding": {"x": here, "y": row, "text": _named("said")},
        },
        {
            "name": "nodes",
            "mark": {"type": "point", "filled": True, "opacity": 1, "cursor": "pointer"},
            "encoding": {"x": here, "y": row, **_look_of_a_base()},
        },
    ]
    picks = [
        {"name": name, "select": {"type": "point", "fields": ["base"]}, "views": [view]}
        for name, view in zip(PICKED, ("nodes", "words"), strict=True)
    ]
    return _chart(
        "What stands on what; the view List says it in words", values, max(len(values), 2), layer=layers, params=picks
    )


def _branch(encoding: Spec) -> Spec:
    return {
        "transform": [{"filter": "isValid(datum.parent_row)"}],
        "mark": {"type": "rule", "color": STATES["none"], "strokeWidth": 1.2},
        "encoding": encoding,
    }


def _look_of_a_base() -> Spec:
    return {
        "size": _number("below", legend=None, scale={"type": "sqrt", "range": [50, 420]}),
        "color": {"condition": {"test": "datum.late", "value": STATES["unknown"]}, "value": ACCENT},
        "shape": {"condition": {"test": "datum.late", "value": "triangle-up"}, "value": "circle"},
        "tooltip": [
            _named("name", title="Base"), _number("images", title="Images on it", format=","),
            _number("below", title="In all", format=","), _number("findings", title="Findings in its layers", format=","),
            _named("outdated", title="Out of date"),
        ],
    }  # fmt: skip


def _line() -> list[Spec]:
    """A line with a point for each value, and what is under it in a paler colour."""
    point = {"size": 46, "filled": True, "color": ACCENT}
    return [
        {"mark": {"type": "area", "color": ACCENT, "opacity": 0.14}},
        {"mark": {"type": "line", "color": ACCENT, "strokeWidth": 2.5, "point": point}},
    ]


def _count_axis() -> Spec:
    """Whole numbers, also where all of them are 0."""
    return {
        "tickCount": 4, "tickMinStep": 1, "format": ",d", "domain": False, "labelFontSize": 12, "labelColor": ink(),
    }  # fmt: skip


def _time_axis(moments: pa.ChunkedArray) -> Spec:
    """Days, and hours or seconds too where a few days or minutes are shown, so that no two ticks read alike."""
    times = moments.to_pylist()
    span = max(times) - min(times) if times else LONG
    of_day = ("%H:%M:%S", 3) if span < SHORT else ("%H:%M", 5)
    form, ticks = of_day if span < timedelta(days=1) else ("%d %b %H:%M", 3) if span < LONG else ("%d %b", 6)
    return {"grid": False, "format": form, "tickCount": ticks, "labelFontSize": 12, "labelColor": ink()}


def _named(field: str, **more: object) -> Spec:
    return {"field": field, "type": "nominal", **more}


def _number(field: str, **more: object) -> Spec:
    return {"field": field, "type": "quantitative", **more}


def _time(field: str, **more: object) -> Spec:
    return {"field": field, "type": "temporal", **more}


def _chart(said: str, rows: Rows, high: int, **drawn: object) -> Spec:
    """A chart that is so many rows high, with its rows in it; `said` is what a screen reader says of it."""
    return {
        "description": said,
        "data": {"values": pa.Table.from_pylist([*rows])},
        "height": ROW * high,
        "config": {"view": {"stroke": None}},
    } | drawn
