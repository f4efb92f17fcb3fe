"""Exceptions: what somebody has decided to live with, why, where, and until when; kept in the lake and applied at read.

An exception is never deleted. Whether it holds follows from its times (`lake/views/05_exceptions_at.sql`).
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa

from hullmark.errors import InvalidVersion, NotFound, UsageError
from hullmark.lake.schema import EXCEPTIONS
from hullmark.lake.store import Lake
from hullmark.quality.gate import Gate
from hullmark.versions import bound, scheme_of_type

LONGEST = 500  # characters of a value
MOST_STARS = 8  # of a glob
_RANGE = re.compile(r"=?(?P<exact>[^\s<>=,|]+)|(>=\s*(?P<low>[^\s<>=,|]+))?[\s,]*((?P<sign><=?)\s*(?P<high>[^\s<>=,|]+))?")
_PATTERNS = {
    "vulnerability": (re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{2,127}"), "an id such as CVE-2026-1234"),
    "rule": (re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"), "the id of a rule such as HM001"),
    "package": (re.compile(r"[a-z0-9.+-]+/\S+"), "type/name such as deb/openssl or npm/@angular/core"),
    "repository": (re.compile(r"\S+"), "a repository or a glob such as team-a/*"),
    "account": (re.compile(r"[0-9]{12}"), "an account id of 12 digits"),
    "image_digest": (re.compile(r"sha256:[0-9a-f]{64}"), "a digest, sha256: and 64 hexadecimal digits"),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What an exception covers: everything that fits all that is said; "" fits anything."""

    vulnerability: str = ""
    rule: str = ""
    package: str = ""  # "type/name"
    versions: str = ""  # of the package: "1.2", "<1.5", ">=1.2 <1.5"; in the order of its type
    repository: str = ""  # a glob over "registry/repository" or "repository"
    account: str = ""
    image_digest: str = ""


def exception_row(scope: Scope, reason: str, owner: str, by: str, times: tuple[datetime, datetime]) -> pa.Table:
    """One new row of EXCEPTIONS; `times` are when it is made and when it ends. Raises UsageError in one sentence."""
    made, ends = times
    _check_texts(reason, owner)
    _check_scope(scope)
    if ends <= made:
        raise UsageError(f"the exception would have ended at {ends:%Y-%m-%d %H:%M} UTC already; give a later day")
    row = {
        "id": f"ex-{secrets.token_hex(4)}", "owner": owner.strip(), "reason": reason.strip(),
        "vulnerability": _named(scope.vulnerability), "rule": scope.rule, "package": scope.package,
        "versions": scope.versions, **_bounds(scope),
        "repository": scope.repository, "account": scope.account, "image_digest": scope.image_digest,
        "created_at": made, "created_by": by, "expires_at": ends,
    }  # fmt: skip
    return pa.Table.from_pylist([row], schema=EXCEPTIONS)


def check_length(made: datetime, ends: datetime, most_days: int) -> None:
    """Raises UsageError when an exception would hold longer than it may."""
    if ends - made > timedelta(days=most_days):
        raise UsageError(
            f"an exception may hold {most_days} days at most, until {made + timedelta(days=most_days):%Y-%m-%d}; "
            "give an earlier day and renew it then, or raise HULLMARK_EXCEPTION_DAYS"
        )


def keep_exceptions(lake: Lake, rows: pa.Table) -> None:
    """Write rows of EXCEPTIONS; raises LakeError when they fail their suite or the lake cannot be written."""
    with lake.guarded(Gate()):
        lake.commit("exceptions", rows)


def revoked(rows: pa.Table, name: str, by: str, now: datetime) -> pa.Table:
    """The row called `name` of all exceptions as revoked now; raises NotFound, and UsageError when it holds no more."""
    found = rows.filter([value == name for value in rows["id"].to_pylist()]).cast(EXCEPTIONS).to_pylist()
    if not found:
        raise NotFound(f"there is no exception {name[:64]}; see `hullmark exceptions list --all`")
    row = found[0]
    if row["revoked_at"]:
        raise UsageError(f"exception {name} was revoked on {row['revoked_at']:%Y-%m-%d} by {row['revoked_by']} already")
    if row["expires_at"] <= now:
        last = row["expires_at"] - timedelta(seconds=1)
        raise UsageError(f"exception {name} ended on {last:%Y-%m-%d} by itself; there is nothing to revoke")
    return pa.Table.from_pylist([row | {"revoked_at": now, "revoked_by": by}], schema=EXCEPTIONS)


def _check_texts(reason: str, owner: str) -> None:
    for name, value in (("reason", reason), ("owner", owner)):
        if not value.strip():
            raise UsageError(f"the {name} of an exception is blank; whoever reads it later needs one")
        if len(value) > LONGEST:
            raise UsageError(f"the {name} has {len(value)} characters; {LONGEST} are enough")


def _check_scope(scope: Scope) -> None:
    said = {name: getattr(scope, name) for name in _PATTERNS if getattr(scope, name)}
    for name, value in said.items():
        pattern, meant = _PATTERNS[name]
        if len(value) > LONGEST or not pattern.fullmatch(value):
            raise UsageError(f"{value[:64]!r} is no {name.replace('image_', '')}; give {meant}")
    if not said:
        raise UsageError("an exception of everything would hide everything; say at least one of what it covers")
    if scope.vulnerability and scope.rule:
        raise UsageError("an exception is about a vulnerability or about a rule; add two to have both")
    if scope.versions and not scope.package:
        raise UsageError("versions are those of a package; say which with --package")
    if scope.repository.count("*") > MOST_STARS:
        raise UsageError(f"{scope.repository[:64]!r} has more than {MOST_STARS} stars; write a simpler glob")


def _named(vulnerability: str) -> str:
    return vulnerability.upper() if vulnerability.lower().startswith("cve-") else vulnerability


def _bounds(scope: Scope) -> dict[str, bytes | bool | None]:
    """The bounds of `versions` as keys; a version without a sign is exactly that one."""
    found = _RANGE.fullmatch(scope.versions)
    if scope.versions and not found:
        raise UsageError(f"{scope.versions[:64]!r} is no range of versions; write as in '>=1.2 <1.5', '<=1.4' or '1.2'")
    said = found.groupdict() if found else {}
    exact, low, high = (_key(scope.package, said[name]) if said.get(name) else None for name in ("exact", "low", "high"))
    inclusive = exact is not None or said.get("sign") == "<="
    return {"low_key": exact or low, "high_key": exact or high, "high_inclusive": inclusive}


def _key(package: str, version: str) -> bytes:
    kind = package.partition("/")[0]
    try:
        return bound(scheme_of_type(kind) or "", version)
    except InvalidVersion:
        raise UsageError(
            f"{version[:64]!r} is no version of a package of type {kind}; write it as the package does"
        ) from None
