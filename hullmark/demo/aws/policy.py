"""IAM policies as far as ECR roles need them: effects, wildcards, principals and string conditions.

The order of decision is IAM's: an explicit Deny wins, then an Allow, else the answer is no. An operator that is not
known here never matches.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": str.__eq__,
    "StringNotEquals": str.__ne__,
    "StringLike": fnmatchcase,
    "ArnEquals": fnmatchcase,
    "ArnLike": fnmatchcase,
}


class Effect(StrEnum):
    """What a set of policies says of one request."""

    ALLOW = "Allow"
    DENY = "Deny"
    SILENT = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: the action as IAM names it, on what, by whom (all ARNs that stand for the caller), and its context."""

    action: str
    resource: str
    principals: tuple[str, ...] = ()
    context: Mapping[str, str] = field(default_factory=dict)


def decide(documents: Iterable[str], request: Request, *, by_principal: bool = False) -> Effect:
    """The effect of policy documents (JSON texts); `by_principal` for resource and trust policies."""
    effects = {
        statement.get("Effect")
        for document in documents
        for statement in _list(json.loads(document).get("Statement", []))
        if _matches(statement, request, by_principal)
    }
    if "Deny" in effects:
        return Effect.DENY
    return Effect.ALLOW if "Allow" in effects else Effect.SILENT


def _matches(statement: Mapping[str, Any], request: Request, by_principal: bool) -> bool:
    return (
        _any(statement.get("Action", []), request.action.lower(), fold=True)
        and (by_principal or _any(statement.get("Resource", []), request.resource))
        and (not by_principal or _named(statement.get("Principal", {}), request.principals))
        and _conditions(statement.get("Condition", {}), request.context)
    )


def _named(principal: Any, callers: tuple[str, ...]) -> bool:  # noqa: ANN401  a JSON value
    if principal == "*":
        return True
    named = _list(principal.get("AWS", []))
    accounts = {caller.split(":")[4] for caller in callers}
    return any(name == "*" or name in callers or name in accounts or _root(name) in accounts for name in named)


def _root(arn: str) -> str:
    parts = arn.split(":")
    return parts[4] if len(parts) == 6 and parts[5] == "root" else ""


def _conditions(conditions: Mapping[str, Mapping[str, Any]], context: Mapping[str, str]) -> bool:
    return all(
        _condition(operator, context.get(key), _list(values))
        for operator, keys in conditions.items()
        for key, values in keys.items()
    )


def _condition(operator: str, value: str | None, patterns: list[str]) -> bool:
    compare = _OPERATORS.get(operator)
    if compare is None:
        return False
    if value is None:  # a key that the request does not have matches negated operators only
        return "Not" in operator
    return (all if "Not" in operator else any)(compare(value, pattern) for pattern in patterns)


def _any(patterns: Any, value: str, *, fold: bool = False) -> bool:  # noqa: ANN401  a JSON value
    return any(fnmatchcase(value, pattern.lower() if fold else pattern) for pattern in _list(patterns))


def _list(value: Any) -> list[Any]:  # noqa: ANN401  a JSON value
    return value if isinstance(value, list) else [value]
