"""The peers' constraint syntaxes, read only as far as their range tables need; keys of hullmark.versions decide membership.

A constraint is groups joined by `||` (any of them), a group is terms (all of them), and a term becomes bounds: an operator
and a version. A dialect says how: as written, as RubyGems' `~>`, or as npm, Bitnami and Composer fill in missing numbers.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile

from hullmark.errors import InvalidVersion
from hullmark.versions import key
from tests.versions.material import sign
from tests.versions.python_constraints import python_term

Bound = tuple[str, str]
Expand = Callable[[str, str], Iterable[Bound]]

_TERM = re.compile(r"(===|==|!=|~=|~>|>=|<=|=|>|<|\^|~|!)?\s*([^\s,<>=!~^|][^\s,<>=~^|]*)")
_HYPHEN = re.compile(r"(\S+)\s+-\s+(\S+)")
_INTERVAL = re.compile(r"([\[(])([^,\])]*)(,?)([^\])]*)([\])])")
_SIGNS = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "=": "=", "==": "=", "": "=", "!=": "<>"}
_PLACES = 3


def satisfies(dialect: str, version: str, constraint: str) -> bool:
    """Whether the version lies in the constraint; in an advisory (JSON), whether it is vulnerable; never without a key."""
    try:
        key(DIALECTS[dialect][0], version)
    except InvalidVersion:
        return False
    if constraint.startswith("{"):
        return _vulnerable(dialect, version, json.loads(constraint))
    return any(_group(dialect, version, group) for group in constraint.split("||"))


def _vulnerable(dialect: str, version: str, advisory: dict[str, list[str] | None]) -> bool:
    """Trivy's rule: in a vulnerable range, if there are any, and in no patched or unaffected one; a lone `!` is an error."""
    stated = advisory.get("VulnerableVersions") or []
    secure = (advisory.get("PatchedVersions") or []) + (advisory.get("UnaffectedVersions") or [])
    if any(one.startswith("!") for one in stated + secure):
        return False
    inside = "npm advisories" if dialect == "npm" else dialect
    if stated and not any(satisfies(inside, version, one) for one in stated):
        return False
    return not any(satisfies(inside, version, one) for one in secure)


def _group(dialect: str, version: str, group: str) -> bool:
    scheme, expand = DIALECTS[dialect]
    if group.strip()[:1] in ("[", "("):
        return any(all(_holds(scheme, version, *bound) for bound in _interval(one)) for one in _INTERVAL.finditer(group))
    hyphen = _HYPHEN.fullmatch(group.strip())
    terms = [(">=", hyphen[1]), ("<=", hyphen[2])] if hyphen else _TERM.findall(group)
    if dialect == "pypi":
        return all(python_term(version, *term) for term in terms)
    bounds = [bound for term in terms for bound in expand(*term)]
    return all(_holds(scheme, version, *bound) for bound in bounds) and (dialect != "npm" or _asked_for(version, terms))


def _holds(scheme: str, version: str, operator: str, bound: str) -> bool:
    return sign(key(scheme, version), key(scheme, bound)) in _SIGNS[operator]


def _interval(found: re.Match[str]) -> Iterator[Bound]:
    opened, low, comma, high, closed = (part.strip() for part in found.groups())
    if not comma:
        yield "=", low
        return
    if low:
        yield ">=" if opened == "[" else ">", low
    if high:
        yield "<=" if closed == "]" else "<", high


def _as_written(operator: str, bound: str) -> list[Bound]:
    return [(operator, bound)] if bound != "*" else []


def _pessimistic(operator: str, bound: str) -> list[Bound]:
    """RubyGems: `~> 1.4.4` is at least 1.4.4 and below 1.5, prereleases of which count as below it, too."""
    if operator != "~>":
        return [(operator, bound)]
    numbers = list(takewhile(str.isdigit, bound.split(".")))
    return [(">=", bound), ("<", _raised(numbers[: max(1, len(numbers) - 1)]) + ".a")]


def _npm(operator: str, bound: str) -> list[Bound]:
    numbers = _numbers(bound)
    return _ranged(operator, bound, "", "-0", partial=len(numbers) < _PLACES, kept=min(2, len(numbers)))


def _bitnami(operator: str, bound: str) -> list[Bound]:
    """A missing revision is any revision."""
    return _ranged(operator, bound, "", "", partial=True, kept=min(2, len(_numbers(bound))))


def _composer(operator: str, bound: str) -> list[Bound]:
    kept = max(1, len(_numbers(bound)) - 1)
    if operator in ("^", "~") or re.search(r"[xX*]", bound):
        return _ranged(operator, bound, "-dev", "-dev", partial=True, kept=kept)
    open_ended = operator in ("<", ">=") and not _suffix(bound)
    return [(operator, bound.partition("+")[0] + ("-dev" if open_ended else ""))]


def _ranged(operator: str, bound: str, low: str, high: str, *, partial: bool, kept: int) -> list[Bound]:
    """`low` and `high` end a bound made of numbers only, `kept` is how many numbers a tilde holds fast."""
    numbers, suffix = _numbers(bound), _suffix(bound)
    if not numbers:
        return [("<", "0.0.0-0")] if operator in ("<", ">") else []
    if operator in ("^", "~", "~>"):
        kept = _leading(numbers) if operator == "^" else kept
        return [(">=", _full(numbers) + (suffix or low)), ("<", _raised(numbers[:kept]) + high)]
    if suffix or not partial:
        return [(operator, _full(numbers) + suffix)]
    first, after = _full(numbers) + low, _raised(numbers)
    return {
        ">": [(">=", after + low)], ">=": [(">=", first)], "<": [("<", _full(numbers) + high)], "<=": [("<", after + high)],
        "!=": [("!=", _full(numbers))],
    }.get(operator, [(">=", first), ("<", after + high)])  # fmt: skip


def _numbers(bound: str) -> list[str]:
    return list(takewhile(str.isdigit, re.split(r"[-+]", bound.lstrip("v"))[0].split(".")))


def _suffix(bound: str) -> str:
    _, mark, rest = bound.partition("+")[0].partition("-")
    return mark + rest if len(_numbers(bound)) >= _PLACES else ""


def _leading(numbers: list[str]) -> int:
    """A caret holds fast all up to the first number that is not zero."""
    return next((at for at, number in enumerate(numbers, 1) if number.strip("0")), len(numbers))


def _full(numbers: list[str]) -> str:
    return ".".join([*numbers, *["0"] * (_PLACES - len(numbers))])


def _raised(numbers: list[str]) -> str:
    return _full([*numbers[:-1], str(int(numbers[-1]) + 1)])


def _asked_for(version: str, terms: list[tuple[str, str]]) -> bool:
    """node-semver: a prerelease is in a range only where a term of the same numbers has a prerelease, too."""
    return not _suffix(version) or any(_suffix(bound) and _numbers(bound) == _numbers(version) for _, bound in terms)


DIALECTS: dict[str, tuple[str, Expand]] = {
    "apk": ("apk", _as_written),
    "bitnami": ("bitnami", _bitnami),
    "debian": ("dpkg", _as_written),
    "go": ("golang", _as_written),
    "maven": ("maven", _as_written),
    "npm": ("npm", _npm),
    "npm advisories": ("npm", _npm),
    "packagist": ("packagist", _composer),
    "pypi": ("pep440", _as_written),
    "rpm": ("rpm", _as_written),
    "rubygems": ("rubygems", _pessimistic),
    "semver": ("semver", _as_written),
}
