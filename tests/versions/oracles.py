"""Order as the specifications' prose has it, written without any key: slow comparisons that return -1, 0 or 1."""

import re
from itertools import zip_longest
from typing import Any, Protocol, TypeVar

_SUFFIXES = ["alpha", "beta", "pre", "rc", "", "cvs", "svn", "git", "hg", "p"]
_KINDS = ["pre-suffix", "end", "revision", "hash", "suffix number", "suffix", "letter", "number"]


class Ordered(Protocol):
    def __lt__(self, other: Any, /) -> bool: ...  # noqa: ANN401  # typeshed's own SupportsDunderLT


OrderedT = TypeVar("OrderedT", bound=Ordered)


def compare(left: OrderedT, right: OrderedT) -> int:
    return int(right < left) - int(left < right)


def dpkg_order(left: str, right: str) -> int:
    """deb-version(7), "Sorting algorithm": epoch, upstream version and revision, each part by `_debian_part`."""
    for first, second in zip(_debian_parts(left), _debian_parts(right), strict=True):
        if order := _debian_part(first, second):
            return order
    return 0


def _debian_parts(version: str) -> tuple[str, str, str]:
    epoch, colon, rest = version.partition(":")
    if not colon:
        epoch, rest = "0", version
    upstream, hyphen, revision = rest.rpartition("-")
    return (epoch, upstream, revision) if hyphen else (epoch, rest, "0")


def _debian_part(left: str, right: str) -> int:
    """The longest run of non-digits, then the longest run of digits, until both strings are exhausted."""
    while left or right:
        (left_text, left_number, left), (right_text, right_number, right) = _head(left), _head(right)
        for first, second in zip_longest(left_text, right_text, fillvalue=""):
            if order := compare(_debian_weight(first), _debian_weight(second)):
                return order
        if order := compare(int(left_number or 0), int(right_number or 0)):
            return order
    return 0


def _head(part: str) -> tuple[str, str, str]:
    match = re.match(r"([^0-9]*)([0-9]*)(.*)", part, re.DOTALL)
    assert match is not None
    return match[1], match[2], match[3]


def _debian_weight(character: str) -> tuple[int, int]:
    if character in ("~", ""):
        return (0, 0) if character else (1, 0)
    return (2 if character.isalpha() else 3, ord(character))


def semver_order(left: str, right: str, *, zeros: bool = False) -> int:
    """semver.org rule 11 for full versions; `zeros`: identifiers with leading zeros are numbers, as npm has it."""
    left_core, _, left_pre = left.partition("+")[0].partition("-")
    right_core, _, right_pre = right.partition("+")[0].partition("-")
    if order := compare([int(part) for part in left_core.split(".")], [int(part) for part in right_core.split(".")]):
        return order
    if not left_pre or not right_pre:
        return compare(not left_pre, not right_pre)
    return compare(_identifiers(left_pre, zeros=zeros), _identifiers(right_pre, zeros=zeros))


def _identifiers(prerelease: str, *, zeros: bool) -> list[tuple[int, int, str]]:
    numeric = re.compile(r"[0-9]+" if zeros else r"0|[1-9][0-9]*")
    return [(0, int(part), "") if numeric.fullmatch(part) else (1, 0, part) for part in prerelease.split(".")]


def legacy_parts(version: str) -> list[str]:
    """The tuple that packaging 21 compared for what PEP 440 does not allow."""
    parts: list[str] = []
    for found in re.split(r"(\d+|[a-z]+|\.|-)", version.lower()):
        part = {"pre": "c", "preview": "c", "-": "final-", "rc": "c", "dev": "@"}.get(found, found)
        if part in ("", "."):
            continue
        if not part[0].isdigit():
            parts = _without_nothing(parts, part)
        parts.append(part.zfill(8) if part[0].isdigit() else f"*{part}")
    return [*_without_nothing(parts, "final"), "*final"]


def _without_nothing(parts: list[str], word: str) -> list[str]:
    hyphens = ["*final-"] if word < "final" else []
    while parts and parts[-1] in hyphens:
        parts = parts[:-1]
    while parts and parts[-1] == "00000000":
        parts = parts[:-1]
    return parts


def apk_order(left: str, right: str) -> int:
    """apk-package(5) for valid versions: token by token; of different kinds, the later in `_KINDS` is the higher."""
    for (left_kind, left_value), (right_kind, right_value) in zip(_apk_tokens(left), _apk_tokens(right), strict=False):
        if left_kind != right_kind:
            return compare(_KINDS.index(left_kind), _KINDS.index(right_kind))
        if order := _apk_values(left_kind, left_value, right_value):
            return order
    return 0


def _apk_tokens(version: str) -> list[tuple[str, str]]:
    first = re.match(r"[0-9]+", version)
    assert first is not None
    tokens = [("number", str(int(first[0])))]
    for match in re.finditer(
        r"\.([0-9]+)|([a-z])(?![a-z])|_([a-z]+)([0-9]*)|~([0-9a-f]+)|-r([0-9]+)", version[first.end() :]
    ):
        number, letter, suffix, count, commit, revision = match.groups()
        if suffix:
            tokens.append(("suffix" if _SUFFIXES.index(suffix) > _SUFFIXES.index("") else "pre-suffix", suffix))
        named = {"number": number, "letter": letter, "suffix number": count, "hash": commit, "revision": revision}
        tokens += [(kind, value) for kind, value in named.items() if value]
    return [*tokens, ("end", "")]


def _apk_values(kind: str, left: str, right: str) -> int:
    if kind in ("suffix", "pre-suffix"):
        return compare(_SUFFIXES.index(left), _SUFFIXES.index(right))
    as_text = kind in ("letter", "hash", "end") or (kind == "number" and "0" in (left[0], right[0]))
    return compare(left, right) if as_text else compare(int(left), int(right))
