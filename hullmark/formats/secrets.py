"""Secrets in text: where they stand and what kind they are, masked at once, so that nothing after this knows them.

Rules are data (`secret_rules.toml`). Text is bounded by the caller; every quantifier of a rule is bounded too.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from hullmark.model import Exposure
from hullmark.shipped import shipped

MOST = 50  # of one text
LONGEST_LINE = 2000  # characters that are compared
SMALL = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}  # which keeps the places of letters, as lower() may not
# What stands where a secret would: examples and references, not secrets.
PLACEHOLDER = re.compile(
    r"(?i)(?:x{3,}|\*{3,}|\.{3,}|<.*>|your.*|my.*|example.*|changeme|change_me|placeholder|dummy|sample|none|null|true|false|"
    r"password|passwd|secret|token|undefined|redacted|/[\w./-]+|[\w.]+\(.*|.*\.(?:py|js|sh|json|ya?ml|txt|pem|key|conf))"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of secret; `show` characters of it may be shown, which tell its kind and no more."""

    kind: str
    words: tuple[str, ...]
    pattern: re.Pattern[str]
    show: int = 0
    near: tuple[str, ...] = ()

    def matches(self, text: str) -> Iterator[re.Match[str]]:
        """Every place that fits; with `near`, at most one a line, and only lines that hold such a word are compared."""
        if not self.near:
            yield from self.pattern.finditer(text) if any(word in text for word in self.words) else ()
            return
        for start, end in _lines_with(self.near, text):
            found = self.pattern.match(text, start, min(end, start + LONGEST_LINE))
            if found:
                yield found


def _lines_with(words: tuple[str, ...], text: str) -> list[tuple[int, int]]:
    """Where the lines begin and end that hold one of the words, which are in small letters."""
    small = text.lower() if text.isascii() else text.translate(SMALL)
    lines = set()
    for word in words:
        at = small.find(word)
        while at >= 0:
            end = small.find("\n", at)
            end = len(small) if end < 0 else end
            lines.add((small.rfind("\n", 0, at) + 1, end))
            at = small.find(word, end)
    return sorted(lines)


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, in the order of the file."""
    text = shipped("formats/secret_rules.toml")
    return tuple(map(_rule, tomllib.loads(text)["rule"]))


def _rule(stated: dict[str, Any]) -> Rule:
    near = tuple(stated.get("near", ()))
    return Rule(stated["kind"], tuple(stated["words"]), re.compile(stated["pattern"]), stated.get("show", 0), near)


def find_secrets(text: str) -> Iterator[Exposure]:
    """The secrets of a text by their place, at most MOST, and then one that says there are more."""
    found: dict[tuple[int, int], Exposure] = {}
    for rule in rules():
        for match in rule.matches(text):
            group = "secret" if "secret" in rule.pattern.groupindex else 0
            place, secret = match.span(group), match[group]
            if any(start < place[1] and place[0] < end for start, end in found) or _is_placeholder(rule, secret):
                continue
            if len(found) == MOST:
                yield from found.values()
                yield Exposure("more-secrets", f"there are more than {MOST}; the rest is not listed")
                return
            found[place] = Exposure(rule.kind, _evidence(rule, match, text, place[0], secret))
    yield from (found[place] for place in sorted(found))


def _is_placeholder(rule: Rule, secret: str) -> bool:
    return not rule.show and (PLACEHOLDER.fullmatch(secret) is not None or len(set(secret)) < 4)


def _evidence(rule: Rule, match: re.Match[str], text: str, at: int, secret: str) -> str:
    line = text.count("\n", 0, at) + 1
    name = match["name"][:80] if "name" in rule.pattern.groupindex else ""
    shown = secret[: rule.show]
    masked = shown if shown == secret else f"{shown}… ({len(secret)} characters)"
    return ": ".join([f"line {line}", *([name] if name.isprintable() and name else []), masked])
