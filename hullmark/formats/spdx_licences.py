"""Licence statements of package files as SPDX expressions: "Apache 2" is `Apache-2.0`, "GPLv2+" `GPL-2.0-or-later`.

Source: SPDX licence list and annex D of SPDX 2.3 (by way of `packaging.licenses`), Python's licence classifiers, Fedora's
and Debian's short names. A statement that names no one licence ("BSD License", "Apache Software License") is kept as it is
written: which of several it means is not guessed.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from itertools import accumulate

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from hullmark.shipped import shipped

DEEPEST = 20  # brackets in each other; `packaging` hands an expression to Python's compiler, which ends at a hundred
CHARACTERS = 200  # of a statement; what is longer is an expression, the text of a licence, or none
LONGEST = 1000  # characters of an expression, as large packages of Fedora and SUSE have them

_GNU = re.compile(
    r"(?:gnu )?(?P<family>agpl|lgpl|gpl|gfdl|fdl)[ -]?v?(?P<major>[123])(?:\.(?P<minor>\d))?(?:\.0)?"
    r"(?P<later>[ -]?(?:\+|or[ -](?:any )?(?:later|newer|greater)(?: version)?))?(?:[ -]?only)?"
    r"(?: \([al]?gpl ?v?\d(?:\.\d)?\+?\))?"
)
_GNU_NAMES = (
    ("affero general public", "agpl"), ("library or lesser general public", "lgpl"), ("lesser general public", "lgpl"),
    ("library general public", "lgpl"), ("general public", "gpl"), ("free documentation", "gfdl"),
)  # fmt: skip
_NOISE = re.compile(r"\b(?:the|licen[cs]ed?|under|version|software)\b|,")
_ADDRESS = re.compile(r"https?://(?:www\.)?(?P<place>\S+?)(?:\.(?:html?|txt|php|json))?/?")
_LISTED = re.compile(r"(?:spdx|opensource)\.org/licen[cs]es?/(?P<name>[^/]+)")  # whose addresses end with an identifier
_OPERATOR = re.compile(r"(\(|\)|\s(?:and|or|with)\s)", re.IGNORECASE)


@lru_cache(maxsize=4096)
def spdx(statement: str) -> str:
    """The SPDX expression that a statement means, else the statement on one line, cut after CHARACTERS; "" for none."""
    text = " ".join(statement[: LONGEST + 1].split())
    if not text or text.upper() in {"UNKNOWN", "NONE", "NOASSERTION"}:
        return ""
    if len(text) > CHARACTERS:
        return (_expression(text) if len(statement) <= LONGEST else "") or text[:CHARACTERS]
    return _one(text) or _expression(text) or text


def any_of(statements: Iterable[str]) -> str:
    """Several statements of which the user may choose: joined by OR where all are SPDX, else by commas."""
    return _joined(statements, " OR ")


def each_of(statements: Iterable[str]) -> str:
    """Several statements of which nothing says how they hold: listed with commas."""
    return _joined(statements, ", ")


def all_of(statements: Iterable[str]) -> str:
    """Several statements that hold together: joined by AND where all are SPDX, else by commas."""
    return _joined(statements, " AND ")


@lru_cache(maxsize=4096)
def is_spdx(expression: str) -> bool:
    """Whether a value of `spdx` is an SPDX expression, and not the statement that was kept."""
    return bool(_canonical(expression))


def _joined(statements: Iterable[str], operator: str) -> str:
    names = list(dict.fromkeys(filter(None, map(spdx, statements))))
    if len(names) > 1 and all(map(is_spdx, names)):
        joined = operator.join(f"({name})" if " " in name and operator != ", " else name for name in names)
        if len(joined) <= LONGEST:
            return joined
    return ", ".join(names)[:CHARACTERS]


def _expression(text: str) -> str:
    """Names joined by and, or, with, `/` or `|`, each of them understood; "" when one is not."""
    if not _OPERATOR.search(text):
        text = re.sub(r"\s*(?:/|\|+)\s*", " OR ", text)[: 2 * LONGEST]
    parts = [part.strip() for part in _OPERATOR.split(text) if part.strip()]
    if len(parts) < 2:
        return ""
    names = [part if _OPERATOR.fullmatch(f" {part} ") or part in "()" else _one(part) or part for part in parts]
    return _canonical(" ".join(names))


def _one(text: str) -> str:
    """The identifier of one licence by its id or by one of its names; "" when there is none."""
    name = text.lower()
    if address := _ADDRESS.fullmatch(name):
        name = address["place"]
        listed = _LISTED.fullmatch(name)
        return _names().get(_key(name), "") or (_canonical(listed["name"]) if listed else "")
    return _gnu(name) or _names().get(_key(name), "") or _canonical(text)


def _gnu(name: str) -> str:
    name = " ".join(_NOISE.sub(" ", name).split())
    for words, short in _GNU_NAMES:
        name = name.replace(words, short)
    found = _GNU.fullmatch(name)
    if found is None:
        return ""
    family = found["family"].upper().replace("GFDL", "FDL").replace("FDL", "GFDL")
    return _canonical(f"{family}-{found['major']}.{found['minor'] or 0}{'-or-later' if found['later'] else '-only'}")


def _canonical(text: str) -> str:
    if _depth(text) > DEEPEST:
        return ""
    try:
        return str(canonicalize_license_expression(text))
    except InvalidLicenseExpression:
        return ""


def _depth(text: str) -> int:
    """How many brackets are open at once."""
    return max(accumulate((letter == "(") - (letter == ")") for letter in text), default=0)


def _key(name: str) -> str:
    """What two spellings of a name have in common."""
    words = _NOISE.sub(" ", name).replace("(", " ").replace(")", " ").split()
    return " ".join(word.removeprefix("v") if word[1:2].isdigit() else word for word in words)


@cache
def _names() -> Mapping[str, str]:
    table = tomllib.loads(shipped("formats/spdx_licences.toml"))
    return {_key(name.lower()): identifier for identifier, names in table.items() for name in names}
