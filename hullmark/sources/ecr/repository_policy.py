"""Whom the policy of a repository lets in: nobody else, other accounts, or everybody who has an AWS account.

The grammar is IAM's (user guide, "IAM JSON policy elements: Principal"). What a Deny takes back is not worked out, so that
the answer is rather too wide than too narrow; a service of AWS is no stranger.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

PRIVATE, SHARED, PUBLIC = "private", "shared", "public"
MOST_CHARACTERS = 1 << 16  # ECR takes 10,240
MOST_SHOWN = 50
NARROWING = frozenset({  # condition keys that say who somebody is or where he comes from
    "aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn", "aws:userid", "aws:username",
    "aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceip", "aws:vpcsourceip", "aws:sourcevpc",
    "aws:sourcevpce",
})  # fmt: skip
ANYBODY = frozenset({"*", "0.0.0.0/0", "::/0"})
_ACCOUNT = re.compile(r"(?:arn:[a-z-]{3,20}:(?:iam|sts)::)?([0-9]{12})(?::.*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Access:
    """`kind` is "private", "shared" or "public"; `shared_with` who else gets in, sorted, at most 50."""

    kind: str
    shared_with: tuple[str, ...] = ()


def parse_access(text: str, account: str) -> Access | None:
    """Whom a policy lets in beside the owner's `account`; None for a text that is no policy."""
    if len(text) > MOST_CHARACTERS:
        return None
    try:
        policy = json.loads(text)
    except (ValueError, RecursionError):
        return None
    statements = policy.get("Statement") if isinstance(policy, dict) else None
    listed = statements if isinstance(statements, list) else [statements]
    known = [item for item in listed if isinstance(item, dict)]
    if not known or len(known) < len(listed):
        return None
    others = {name for item in known if item.get("Effect") == "Allow" for name in _let_in(item, account)}
    if "*" in others:
        return Access(PUBLIC, ("*",))
    return Access(SHARED, tuple(sorted(others)[:MOST_SHOWN])) if others else Access(PRIVATE)


def _let_in(statement: Mapping[str, Any], account: str) -> Iterator[str]:
    """The accounts of one Allow; "*" for everybody, or the names of what narrows everybody down."""
    conditions = sorted(_conditions(statement.get("Condition")))
    for principal in ("*",) if "NotPrincipal" in statement else _principals(statement.get("Principal")):
        if principal == "*":
            yield from conditions or ["*"]
            continue
        match = _ACCOUNT.fullmatch(principal)
        if match is None or match[1] != account:
            yield match[1] if match else principal[:200]


def _principals(stated: object) -> Iterator[str]:
    if isinstance(stated, dict):  # a Service is AWS itself; a Federated one is somebody of this account
        stated = stated.get("AWS", [])
    for item in stated if isinstance(stated, list) else [stated]:
        if isinstance(item, str):
            yield item


def _conditions(stated: object) -> Iterator[str]:
    """What must be true of somebody to get in ("aws:PrincipalOrgID = o-123")."""
    for operator, keys in stated.items() if isinstance(stated, dict) else ():
        for key, value in keys.items() if isinstance(keys, dict) and _demands(operator) else ():
            values = [str(each) for each in (value if isinstance(value, list) else [value])]
            if key.lower() in NARROWING and not ANYBODY.intersection(values):
                yield f"{key} = {', '.join(values[:5])}"[:200]


def _demands(operator: str) -> bool:
    """Whether an operator demands a value: what holds for those who lack it, or for all but some, keeps nobody out."""
    return "Not" not in operator and not operator.endswith("IfExists") and not operator.startswith("Null")
