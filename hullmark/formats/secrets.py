"""Secrets in text: where they stand and what kind they are, masked at once, so that nothing after this knows them.

Rules are data (`secret_rules.toml`). Text is bounded by the caller; every quantifier of a rule is bounded too.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from hullmark.model import Exposure

MOST = 50  # of one text
# What stands where a secret would: examples and references, not secrets.
PLACEHOLDER = re.compile(
    r"(?i)(?:x{3,}|\*{3,}|\.{3,}|<.*>|your.*|my.*|example.*|changeme|change_me|placeholder|dummy|sample|none|null|true|false|"
    r"password|passwd|secret|token|undefined|redacted|/[\w./-]+|[\w.]+\(.*|.*\.(?:py|js|sh|json|ya?ml|txt|pem|key|conf))"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of secret; `show` characters of it may be shown, which tell its kind and no more."""

    kind: str
    word: str
    pattern: re.Pattern[str]
    show: int = 0


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, in the order of the file."""
    text = files("hullmark.formats").joinpath("secret_rules.toml").read_text(encoding="utf-8")
    return tuple(
        Rule(item["kind"], item["word"], re.compile(item["pattern"]), item.get("show", 0))
        for item in tomllib.loads(text)["rule"]
    )


def find_secrets(text: str) -> Iterator[Exposure]:
    """The secrets of a text by their place, at most MOST, and then one that says there are more."""
    found: dict[tuple[int, int], Exposure] = {}
    for rule in rules():
        if rule.word not in text:
            continue
        for match in rule.pattern.finditer(text):
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
