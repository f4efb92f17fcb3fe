"""What the lake answers, held against what it must know."""

from typing import Any

import duckdb

from hullmark.analysis.past import assess
from tests.model.history import History, Key, Moment
from tests.model.judge import Finding, Judge

Wrong = list[str]
Row = dict[str, Any]


def ask(lake: duckdb.DuckDBPyConnection, sql: str, **parameters: object) -> list[Row]:
    """The rows of a question to the lake."""
    return list(lake.sql(sql, params=parameters or None).to_arrow_table().to_pylist())


def differing(what: str, found: dict[Any, Any], expected: dict[Any, Any]) -> Wrong:
    """A line for each key that differs."""
    return [
        f"{what}: {key}: found {found.get(key, 'nothing')}, expected {expected.get(key, 'nothing')}"
        for key in sorted({*found, *expected}, key=str) if found.get(key) != expected.get(key)
    ]  # fmt: skip


def of_row(row: dict[str, Any]) -> tuple[Key, Finding]:
    return (row["image_digest"], row["package_key"], row["vulnerability"]), Finding(
        row["advisory"], tuple(row["aliases"]), row["fixed_version"], row["severity"], row["severity_source"], row["score"],
        row["fix_state"], row["note"], row["kev"], str(row["kev_due"] or ""), row["epss"],
    )  # fmt: skip


def findings(history: History, lake: duckdb.DuckDBPyConnection) -> Wrong:
    """The stored findings, and since when they are there."""
    rows = ask(lake, "FROM findings")
    wrong = differing("findings", dict(map(of_row, rows)), history.known)
    if len(rows) != len({of_row(row)[0] for row in rows}):
        wrong.append("findings: one stands twice")
    since = {of_row(row)[0]: row["first_seen"] for row in rows}
    if history.last and history.last.doubted:  # told by a run that was killed, or by the one after it
        history.since = {key: since.get(key, told) for key, told in history.since.items()}
    wrong += differing("first seen", since, history.since)
    rules = {of_row(row)[0]: row["rule"] for row in rows}
    return wrong + differing("rule", rules, {key: "documentation" if "-doc|" in key[1] else "" for key in history.known})


def events(history: History, lake: duckdb.DuckDBPyConnection) -> Wrong:
    """What the last run told, where none before it was killed."""
    last = history.last
    if last is None or last.doubted:
        return []
    rows = ask(
        lake,
        "FROM finding_events WHERE run = $run AND event IN ('opened', 'closed', 'changed')",
        run=last.run,
    )
    found = {
        (row["image_digest"], row["package_key"], row["vulnerability"]): (
            row["event"], row["cause"], row["severity"], row["fixed_version"], row["advisory"],
        ) for row in rows
    }  # fmt: skip
    expected = {key: event for key in {*last.before, *last.after} if (event := _event(history, key))}
    return differing("events", found, expected) + (["events: one twice"] if len(found) != len(rows) else [])


def _event(history: History, key: Key) -> tuple[str, ...] | None:
    last, digest = history.last, key[0]
    assert last is not None
    old, new = last.before.get(key), last.after.get(key)
    if old is None and new is not None:
        cause = "image" if digest not in last.images_before else "engine" if digest in last.reread else "advisory"
        return "opened", cause, new.severity, new.fixed_version, new.advisory
    if new is None and old is not None:
        return "closed", _why_closed(history, key, old), old.severity, old.fixed_version, old.advisory
    assert old is not None
    assert new is not None
    cause = (
        "severity" if old.severity != new.severity
        else "range" if old.fixed_version != new.fixed_version
        else "exploitation" if old.kev != new.kev else ""
    )  # fmt: skip
    return ("changed", cause, new.severity, new.fixed_version, new.advisory) if cause else None


def _why_closed(history: History, key: Key, old: Finding) -> str:
    last = history.last
    assert last is not None
    assert history.served is not None
    if key[0] not in last.images_after:
        return f"image-{history.went(key[0])}"
    if key[0] in last.reread:
        return "engine"
    judge = Judge(history.served)
    if key[2] in judge.rejected:
        return "rejected"
    record = judge.told.get(old.advisory, ({}, []))[0]
    if record and "REJECT" in record["summary"]:
        return "rejected"
    return "withdrawn" if record.get("withdrawn") else "advisory"


def ledger(history: History, lake: duckdb.DuckDBPyConnection) -> Wrong:
    """Events of a finding follow on each other: what opens was closed, what closes or changes was open."""
    rows = ask(
        lake,
        'SELECT image_digest, package_key, vulnerability, event, "at" FROM finding_events'
        " WHERE event IN ('opened', 'closed', 'changed') ORDER BY \"at\"",
    )
    open_: set[Key] = set()
    wrong = []
    for row in rows:
        key = (row["image_digest"], row["package_key"], row["vulnerability"])
        if (row["event"] == "opened") == (key in open_):
            wrong.append(f"ledger: {key} is told as {row['event']} at {row['at']}")
        open_ ^= {key} if row["event"] != "changed" else set()
    return wrong


def known_then(history: History, lake: duckdb.DuckDBPyConnection, moment: Moment) -> Wrong:
    """What was known at a moment."""
    rows = ask(lake, "FROM findings_at($at)", at=moment.at)
    found = {
        (row["image_digest"], row["package_key"], row["vulnerability"]): (row["severity"], row["fixed_version"])
        for row in rows
    }
    if moment.doubted:
        low, high = moment.findings.keys() & moment.certain, moment.findings.keys() | moment.attempted
        return (
            [] if low <= found.keys() <= high else [f"known then, a run was killed: {set(found) - high}, {low - set(found)}"]
        )
    return differing(
        f"known at {moment.at}", found, {key: (one.severity, one.fixed_version) for key, one in moment.findings.items()}
    )


def matched_then(history: History, lake: duckdb.DuckDBPyConnection, images: Moment | None, feeds: Moment | None) -> Wrong:
    """What the feeds of one day say of the images of another; None is now."""
    told = feeds.matched if feeds else history.served
    if told is None:
        return []
    table = assess(lake, history.fleet.store, images.at if images else None, feeds.at if feeds else None)
    unsure = images.unsure if images else frozenset()
    found = {key: finding for key, finding in map(of_row, table.to_pylist()) if key[0] not in unsure}
    expected = history.judged((images.present if images else history.present()) - unsure, told)
    name = f"images of {_name(images)} with feeds of {_name(feeds)}"
    return differing(name, found, expected)


def _name(moment: Moment | None) -> str:
    return str(moment.at) if moment else "now"
