"""Ranges of versions (package-url/vers-spec): "vers:npm/1.0|>=2.0|<3.0" -> versions, and spans of version keys; pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from hullmark.errors import InvalidVersion
from hullmark.versions import FALLBACK, key, scheme_of_type

_VERS = re.compile(r"vers:[a-z0-9.+-]+/(.+)")
_CONSTRAINT = re.compile(r"(>=|<=|!=|=|>|<|)([^<>=!]+)")
Constraint = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Span:
    """One version, or those between two keys (None: no end); all of them when nothing is said."""

    version: str = ""
    low_key: bytes | None = None
    low_inclusive: bool = False
    high_key: bytes | None = None
    high_inclusive: bool = False


ANY = Span()


def spans(vers: str, purl_type: str) -> list[Span]:
    """What a range holds of a package of this type; raises ValueError, in words, for what is no range that can be read."""
    stated = _VERS.fullmatch(vers)
    parts = [part.strip() for part in stated[1].split("|")] if stated else []
    if parts == ["*"]:
        return [ANY]
    read = [_CONSTRAINT.fullmatch(part) for part in parts]
    constraints = [(found[1] or "=", unquote(found[2])) for found in read if found]
    if not constraints or len(constraints) < len(parts):
        raise ValueError("is no range of versions")
    if any(comparator == "!=" for comparator, _ in constraints):
        raise ValueError("leaves versions out, which is not read")
    exact = [Span(version) for comparator, version in constraints if comparator == "="]
    return exact + list(_paired([one for one in constraints if one[0] != "="], purl_type))


def _paired(constraints: list[Constraint], purl_type: str) -> Iterator[Span]:
    """Each lower bound with the upper one that follows it, in version order."""
    low: tuple[bytes, bool] | None = None
    ordered = sorted(((_key(version, purl_type), comparator) for comparator, version in constraints), key=lambda one: one[0])
    for number, (at, comparator) in enumerate(ordered):
        is_low = comparator[0] == ">"
        if is_low == (low is not None) and (is_low or number):
            raise ValueError("is a range whose bounds do not take turns")
        if is_low:
            low = (at, comparator == ">=")
        else:
            low_key, inclusive = low or (None, False)
            yield Span("", low_key, inclusive, at, comparator == "<=")
            low = None
    if low:
        yield Span("", low_key=low[0], low_inclusive=low[1])


def _key(version: str, purl_type: str) -> bytes:
    scheme = scheme_of_type(purl_type)
    if scheme in {None, FALLBACK}:
        raise ValueError(f"is a range of versions of {purl_type[:40]}, whose order nobody defines")
    try:
        return key(str(scheme), version)
    except InvalidVersion:
        raise ValueError(f"is a range with {version[:80]!r}, which is no version of {purl_type[:40]}") from None
