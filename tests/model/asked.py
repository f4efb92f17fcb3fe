"""More questions, held against the model: what is settled, what is due, why, and the difference of two images."""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import duckdb

from hullmark.analysis.explain import explain
from hullmark.analysis.history import Meant, difference, register_history
from hullmark.compliance.due import register_due
from hullmark.compliance.load import read_policy
from tests.matching.plain import own_names
from tests.model.checks import Row, Wrong, ask, differing, of_row
from tests.model.history import History, Key
from tests.model.images import key_of
from tests.model.judge import Judge, calls_affected, deciders, is_of_build, is_valid, names, readings
from tests.model.records import MEANT
from tests.model.said import Spot

DAYS = read_policy().targets
RANKS = ("unknown", "none", "negligible", "low", "medium", "high", "critical")


def standing(history: History, lake: duckdb.DuckDBPyConnection) -> Wrong:
    """What exceptions and VEX say of each finding in each place, and what is left open."""
    sql = "SELECT repository, image_digest, package_key, vulnerability, exempt, vex_status, settled FROM current_findings"
    found = {
        (row["repository"], row["image_digest"], row["package_key"], row["vulnerability"]): (
            row["exempt"].partition(",")[0], row["vex_status"], row["settled"],
        ) for row in ask(lake, sql)
    }  # fmt: skip
    expected = {
        (spot.repository, spot.digest, key_of(spot.row), spot.vulnerability): history.said.standing(spot)
        for spot in history.spots()
    }
    opened = {_key(row) for row in ask(lake, "SELECT image_digest, package_key, vulnerability FROM open_findings")}
    left = history.known.keys() - history.settled_now()
    return differing("standing", found, expected) + [f"open findings: {opened ^ left}"] * (opened != left)


def told_settled(history: History, lake: duckdb.DuckDBPyConnection) -> Wrong:
    """What the last run told of what has been settled or counts again."""
    if history.last is None or history.last.doubted:  # the run that was killed may have told it
        return []
    sql = (
        "SELECT image_digest, package_key, vulnerability, event FROM finding_events"
        " WHERE run = $run AND event IN ('settled', 'reopened')"
    )
    found = {_key(row): row["event"] for row in ask(lake, sql, run=history.last.run)}
    return differing("told of what is settled", found, history.told)


def due(history: History, lake: duckdb.DuckDBPyConnection) -> Wrong:
    """By when what must be gone in which repository, which is not settled there."""
    register_due(lake, read_policy())
    rows = ask(lake, "FROM due JOIN due_place USING (place) JOIN due_what USING (what)")
    found = {(row["repository"], row["type"], row["package"], row["vulnerability"]): row["due"] for row in rows}
    days = defaultdict[tuple[str, ...], list[datetime]](list)
    for spot in history.spots():
        if not history.said.standing(spot)[2]:
            since = history.since[spot.digest, key_of(spot.row), spot.vulnerability]
            days[spot.repository, spot.row["type"], spot.row["name"], spot.vulnerability] += _dates(spot, since)
    return differing("due", found, {key: min(dates) for key, dates in days.items() if dates})


def _dates(spot: Spot, since: datetime) -> Iterator[datetime]:
    if spot.finding.severity in DAYS:
        yield since + timedelta(days=DAYS[spot.finding.severity])
    if spot.finding.kev:
        yield since + timedelta(days=DAYS["kev"])
        yield datetime.fromisoformat(spot.finding.kev_due).replace(tzinfo=UTC)


def why(history: History, lake: duckdb.DuckDBPyConnection, digest: str, vulnerability: str) -> Wrong:
    """The explanation of one vulnerability in one image, with the feeds of now."""
    assert history.served is not None
    told = explain(lake, history.fleet.store, digest, vulnerability)
    judged = history.judged(frozenset([digest]), history.served)
    here = {key: finding for key, finding in judged.items() if key[2] == vulnerability}
    name = f"why {vulnerability} in {digest[-2:]} ({told.why})"
    wrong = differing(name, dict(map(of_row, told.findings)), here)
    others = {key[2] for key, finding in judged.items() if vulnerability in finding.aliases}
    begins = "Affected:" if here else "It is reported as" if others else "Not affected:"
    if not told.why.startswith(begins) and not (begins == "Not affected:" and "is reported as" in told.why):
        wrong.append(f"{name}: expected {begins} {others}")
    return (
        wrong
        + _statements(history, told.statements, digest, vulnerability, name)
        + _decider(history, told.why, digest, name)
    )


def _statements(history: History, rows: tuple[Row, ...], digest: str, vulnerability: str, name: str) -> Wrong:
    """Each record that speaks of a package: whether it calls it affected."""
    assert history.served is not None
    found = defaultdict[tuple[str, str, str], bool](bool)
    for row in rows:
        found[row["package_key"], row["advisory"], row["said_of"]] |= row["holds"] == "affected"
    image, judge = history.images[digest], Judge(history.served)
    installed = image.installed(history.served)
    expected = {}
    for key, advisory, said_of in found:
        record, items = judge.told[advisory]
        package = installed.get(key)
        expected[key, advisory, said_of] = package is not None and said_of in dict(readings(package)) and any(
            is_valid(record) and is_of_build(item, package) and calls_affected(item, package.version, package)
            for item in items
            if MEANT[item["package"]["ecosystem"]] == said_of and item["package"]["name"] == package.advised
        )  # fmt: skip
    must = {
        (key, record["id"]) for key, package in installed.items() for record, items in judge.told.values()
        for item in items if vulnerability in own_names(record) and item["package"]["name"] == package.advised
        and MEANT[item["package"]["ecosystem"]] in dict(readings(package))
    }  # fmt: skip
    missing = must - {(key, advisory) for key, advisory, _ in found}
    return differing(f"{name}, statements", dict(found), expected) + [f"{name}: not told {missing}"] * bool(missing)


def _decider(history: History, told: str, digest: str, name: str) -> Wrong:
    """Where it says that a record decides, that one does so for some package, and does not call it affected."""
    stated = re.search(r"but (?:.*\(([^)]+)\)|(\S+) about (.+)) decides\.$", told)
    if not stated or not history.served:
        return [f"{name}: nobody is named"] if "decides." in told and "but" in told and not stated else []
    judge, vulnerability = Judge(history.served), name.split()[1]
    for package in history.images[digest].installed(history.served).values():
        valid = [one for one in judge.speaking(package) if is_valid(one.record)]
        about = [one for one in valid if vulnerability in names(one, valid)]
        if (stated[1] or stated[2]) in {one.id for one in deciders(package, vulnerability, about)}:
            return []
    return [f"{name}: it does not decide"]


def differs(history: History, lake: duckdb.DuckDBPyConnection, before: str, after: str) -> Wrong:
    """Which vulnerabilities of packages one image has and the other has not."""
    if any(history.went_with.get(digest, {}) is None for digest in {before, after} - history.matched):
        return []
    register_history(lake)
    told = difference(lake, Meant(before), Meant(after))
    sides = [_side(history, before), _side(history, after)]
    found = {
        (row["change"], row["vulnerability"], row["type"], row["package"]): row["severity"]
        for row in told.findings.to_pylist()
    }
    expected = {("opened", *key): severity for key, severity in sides[1].items() if key not in sides[0]}
    expected |= {("closed", *key): severity for key, severity in sides[0].items() if key not in sides[1]}
    kept = len(sides[0].keys() & sides[1].keys())
    name = f"difference of {before[-2:]} and {after[-2:]}"
    return differing(name, found, expected) + [f"{name}: {told.kept} kept, expected {kept}"] * (told.kept != kept)


def _side(history: History, digest: str) -> dict[tuple[str, str, str], str]:
    """What an image is known to have, or was when it went, with the gravest severity."""
    there = {key: one for key, one in history.known.items() if key[0] == digest}
    found: dict[tuple[str, str, str], str] = {}
    for (_, key, vulnerability), one in (
        there if digest in history.matched else history.went_with.get(digest) or {}
    ).items():
        kind, package = key.split("|")[:2]
        known = found.get((vulnerability, kind, package), "unknown")
        found[vulnerability, kind, package] = max(known, one.severity, key=RANKS.index)
    return found


def _key(row: Row) -> Key:
    return row["image_digest"], row["package_key"], row["vulnerability"]
