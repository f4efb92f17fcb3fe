"""How rules and frameworks stand, as rows for a table, a page or a program."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hullmark.compliance.load import Framework, Policy

RANK = {"critical": 0, "high": 1, "medium": 2, "low": 3}
Counts = Mapping[str, tuple[int, int, int, int]]  # rule: population, failing, exempt, unknown


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule: `failing` of `population`; `exempt` more would fail it, and of `unknown` others it does not know."""

    rule: str
    title: str
    severity: str
    failing: int
    exempt: int
    unknown: int
    population: int
    fix: str
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ControlRow:
    """One control: the answers of its rules together; `state` is pass, fail, unknown, none (nobody was asked) or manual."""

    control: str
    title: str
    state: str
    failing: int
    population: int
    rules: tuple[str, ...]
    note: str


def rule_rows(policy: Policy, counts: Counts) -> list[RuleRow]:
    """Every rule, gravest and most often failed first; 0 of 0 where nobody is asked."""
    nobody = (0, 0, 0, 0)
    rows = [
        RuleRow(item.id, item.title, item.severity, failing, exempt, unknown, population, item.fix, item.refs)
        for item, (population, failing, exempt, unknown) in (
            (rule, counts.get(rule.id, nobody)) for rule in policy.rules.values()
        )
    ]
    return sorted(rows, key=lambda row: (not row.failing, RANK[row.severity], -row.failing, row.rule))


def control_rows(framework: Framework, counts: Counts) -> list[ControlRow]:
    """Every control of a framework in its order."""
    return [
        ControlRow(item.id, item.title, *_state(item.rules, counts), item.rules, item.note) for item in framework.controls
    ]


def score(rows: Sequence[ControlRow]) -> float | None:
    """The share of passing answers of all controls, None where nobody was asked."""
    population = sum(row.population for row in rows)
    return 1 - sum(row.failing for row in rows) / population if population else None


def _state(rules: Sequence[str], counts: Counts) -> tuple[str, int, int]:
    asked = [counts[rule] for rule in rules if rule in counts]
    population, failing = sum(item[0] for item in asked), sum(item[1] for item in asked)
    if not rules:
        return "manual", 0, 0
    unknown = any(item[3] for item in asked)
    return ("fail" if failing else "unknown" if unknown else "pass" if population else "none"), failing, population
