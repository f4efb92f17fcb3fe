"""Why a package of an image is affected by a vulnerability, or why not: what every advisory says of it, and who decides."""

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from hullmark.advisories.severity import INFORMATIONAL
from hullmark.advisories.snapshot import FeedStore
from hullmark.advisories.terms import ANY_STREAM
from hullmark.analysis.explanation import Explanation, Row
from hullmark.analysis.told import find_told
from hullmark.matching.match import match
from hullmark.sql import read_sql


def explain(
    connection: duckdb.DuckDBPyConnection, store: FeedStore, digest: str, vulnerability: str, package: str = ""
) -> Explanation:
    """Explain one vulnerability in one image of a lake's connection; `package` asks for that name, or "type/name", alone.

    The image is matched again with the snapshots of `store`, so that what is said is what matching does.
    """
    store.register(connection)
    connection.register("asked", pa.table({"image_digest": [digest]}))
    connection.execute(read_sql(__package__, "explain_image.sql"))
    match(connection)
    package = next((row["meant"] for row in _rows(connection, "explain_meant.sql", {"said": package})), package)
    asked = {"vulnerability": vulnerability, "package": package}
    told = find_told(connection, vulnerability)
    statements = _rows(connection, "explain_statements.sql", {"package": package})
    found = _rows(connection, "explain_findings.sql", asked)
    other = {row["vulnerability"] for row in _rows(connection, "explain_renamed.sql", asked)} if not found else set()
    keys = sorted({row["package_key"] for row in (*found, *statements)})
    against = _rejecting(told.advisories)
    why = _why(vulnerability, package, found, statements, other, _installed(connection, package), against)
    evidence = _rows(connection, "explain_evidence.sql", {"keys": keys, "package": package})
    events = _rows(connection, "explain_events.sql", {"digest": digest, **asked})
    standing = _rows(connection, "explain_standing.sql", {"digest": digest, **asked})
    feeds = {state.feed: state.snapshot for state in store.current()}
    return Explanation(
        digest, vulnerability, why, tuple(found), tuple(statements), tuple(evidence), told.advisories, told.severities,
        told.references, tuple(standing), tuple(events), feeds,
    )  # fmt: skip


def unread(connection: duckdb.DuckDBPyConnection, digest: str) -> list[str]:
    """Why an image could not be read whole, so that it may have what is not found in it; nothing where it could."""
    return [row["detail"] for row in _rows(connection, "explain_unread.sql", {"digest": digest})]


def _rows(connection: duckdb.DuckDBPyConnection, name: str, parameters: Row) -> list[Row]:
    return list(connection.sql(read_sql(__package__, name), params=parameters).to_arrow_table().to_pylist())


def _installed(connection: duckdb.DuckDBPyConnection, package: str) -> int:
    sql = "SELECT count(*) FROM package WHERE $package IN (name, advisory_name)"
    return int(connection.sql(sql, params={"package": package}).fetchall()[0][0])


REASONS = {
    "owned": "the file belongs to the OS package {owner}, and its distribution answers for it",
    "withdrawn": "{advisory} was withdrawn",
    "rejected": "the CVE was rejected",
    "other-release": "what {advisory} says is about {said_of}, and the image has {ecosystem}",
    "other-build": "{advisory} is about {builds}",
    "never": "{advisory} says that no version of {advisory_name} was ever affected",
    "not-listed": "{advisory} lists versions, and {compared} is none of them",
    "no-order": "{compared} is no version that can be ordered, so that the ranges of {advisory} say nothing of it",
    "before": "{compared} is before {low}, where {advisory} begins",
    "after": "{compared} is after {high}, the last version that {advisory} calls affected",
    "fixed": "{compared} is not before {fixed_or_high}, where {advisory} says that it is fixed",
}
STREAMS = (
    "Red Hat:rhel_",
    "Red Hat:enterprise_linux_",
    "Root:",
    "TuxCare:",
    "Ubuntu:Pro:",
)  # what is said of them decides for their packages before what the release's says
SAID = 4  # packages that are named in the sentence
NEAREST = (
    "never",
    "fixed",
    "after",
    "before",
    "not-listed",
    "no-order",
    "other-build",
    "owned",
    "rejected",
    "withdrawn",
    "other-release",
)


def _rejecting(advisories: Sequence[Row]) -> str:
    """The advisory that says of this vulnerability that it is none, whatever package it is about itself; "" for none."""
    taken = (row["advisory"] for row in advisories if row["withdrawn_reason"] == "rejected" and not row["bulletin"])
    return next(taken, "")


def _why(  # noqa: PLR0913, PLR0917  everything that may be a reason
    name: str, package: str, found: Sequence[Row], statements: Sequence[Row], other: set[str], installed: int, rejecting: str
) -> str:
    """The answer in one sentence."""
    if found:
        is_told = all(row["severity_source"] == INFORMATIONAL for row in found)
        told = [*dict.fromkeys(_noted(row) if is_told else _decided(row) for row in found)]
        more = f", and {len(told) - SAID:,} more" if len(told) > SAID else ""
        return f"{'No vulnerability' if is_told else 'Affected'}: {'; '.join(told[:SAID])}{more}."
    if other:
        return f"It is reported as {', '.join(sorted(other))}, of which {name} is an alias."
    if any(row["holds"] == "affected" for row in statements):
        row = next(row for row in statements if row["holds"] == "affected")
        who = f"{rejecting} says that {name} was rejected" if rejecting else f"{_decider(name, statements)} decides"
        return f"Not affected: {row['advisory']} calls it affected, but {who}."
    if statements:
        row = _nearest(statements)
        said = row | {"fixed_or_high": row["fixed_version"] or row["high"], "builds": _builds(row)}
        return f"Not affected: {REASONS[row['holds']].format(**said)}."
    if package and not installed:
        return f"Not affected: the image has no package {package}."
    return f"Not affected: no advisory of the feeds names {name} and a package of this image together."


def _builds(row: Row) -> str:
    """The builds of a package that an advisory is about, where this package is none of them (see `speaks_of`)."""
    modules, own, names = row["modules"], row["module"], row["binaries"]
    if (own not in modules) if modules and ANY_STREAM not in modules else bool(own) != bool(modules):
        streams = ", ".join(name for name in modules if name != ANY_STREAM)
        about = f"the module stream {streams}" if streams else "a module" if modules else "packages of no module"
        return f"{about}, and {row['package']} is of {own or 'no module'}"
    more = f" and {len(names) - SAID:,} more" if len(names) > SAID else ""
    return f"the binary packages {', '.join(names[:SAID])}{more}, and not {row['package']}"


def _nearest(statements: Sequence[Row]) -> Row:
    """The statement that says best why a version is not affected: of several ranges, the one next to the version."""
    first = min(statements, key=lambda row: NEAREST.index(row["holds"]))
    alike = [row for row in statements if all(row[name] == first[name] for name in ("package_key", "advisory", "holds"))]
    return alike[0] if first["holds"] == "before" else alike[-1]


def _noted(row: Row) -> str:
    """What is said of a package where nobody says that it has a flaw."""
    return f"{row['advisory']} says of {row['package']} {row['version']}: {row['note']}"


def _decided(row: Row) -> str:
    """Who decides on one finding, and what ends it."""
    until = f"fixed in {row['fixed_version']}" if row["fixed_version"] else "no fix is known"
    return f"{row['advisory']} decides, and {row['package']} {row['version']} lies in what it calls affected, {until}"


def _decider(name: str, statements: Sequence[Row]) -> str:
    """Who says that it is not affected, where somebody else says that it is."""
    against = [row for row in statements if row["holds"] not in {"affected", "other-release"}]
    stream = next((row for row in against if row["said_of"].startswith(STREAMS)), None)
    if stream:
        return f"{stream['advisory']} about {stream['said_of']}"
    tracker = next((row["advisory"] for row in against if row["advisory"].startswith("TRACKER-")), "")
    alone = next((row["advisory"] for row in against if row["advisory"].endswith(f"-{name}")), "")
    return f"Debian's tracker ({tracker})" if tracker else f"a record about this CVE alone{f' ({alone})' if alone else ''}"
