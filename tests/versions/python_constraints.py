"""Python's version specifiers (the "version specifiers" specification) over the keys of hullmark.versions."""

import re

from hullmark.versions import key
from tests.versions.material import sign

_BASE = re.compile(r"\s*[vV]?(?:[0-9]+!)?[0-9]+(?:\.[0-9]+)*")
_PRERELEASE = re.compile(r"[-_.]?(?:a|b|c|rc|alpha|beta|pre|preview|dev)", re.IGNORECASE)
_POST = re.compile(r"[-_.]?(?:post|rev|r)|-[0-9]", re.IGNORECASE)
_SIGNS = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "=": "=", "==": "=", "": "="}


def python_term(version: str, operator: str, bound: str) -> bool:
    """Whether the version lies in one term; prereleases may."""
    if bound == "*":
        return True
    if operator == "===":
        return version.lower() == bound.lower()
    if operator == "!=":
        return not python_term(version, "==", bound)
    if operator == "~=":
        return python_term(version, ">=", bound) and python_term(version, "==", _base(bound).rpartition(".")[0] + ".*")
    if bound.endswith(".*"):
        return _begins(version, bound.removesuffix(".*"))
    public = version if "+" in bound else version.partition("+")[0]
    return _sign(public, bound) in _SIGNS[operator] and not _beside(public, operator, bound)


def _begins(version: str, prefix: str) -> bool:
    """`==2.0.*`: not below its first development release, and below that of the next; 2.0.post1 has no next."""
    if prefix != _base(prefix):
        return _sign(version, f"{prefix}.dev0") != "<" and _sign(version.partition("+")[0], prefix) != ">"
    head, dot, last = prefix.rpartition(".")
    epoch, mark, number = last.rpartition("!")
    after = f"{head}{dot}{epoch}{mark}{int(number) + 1}"
    return _sign(version, f"{prefix}.dev0") != "<" and _sign(version, f"{after}.dev0") == "<"


def _beside(version: str, operator: str, bound: str) -> bool:
    """`<2` has no prerelease of 2 and `>2` no post release of it, unless the bound itself is one."""
    same = _sign(_base(version), _base(bound)) == "="
    if operator == "<":
        return same and bool(_PRERELEASE.match(_rest(version))) and not _PRERELEASE.match(_rest(bound))
    return operator == ">" and same and bool(_POST.search(_rest(version))) and not _POST.search(_rest(bound))


def _sign(left: str, right: str) -> str:
    return sign(key("pep440", left), key("pep440", right))


def _base(version: str) -> str:
    found = _BASE.match(version)
    return found[0].strip() if found else version


def _rest(version: str) -> str:
    return version.strip()[len(_base(version)) :]
