"""Findings of which somebody has said that nothing is left to do, and whether the others are grave."""

from collections.abc import Mapping, Sequence
from typing import Any

from hullmark.reports.severity import reaches

SETTLING = ("not_affected", "fixed")  # what VEX states


def is_settled(finding: Mapping[str, Any]) -> bool:
    """Whether VEX or an exception says that nothing is left to do."""
    return bool(finding.get("exception")) or (bool(finding["vex"]) and finding["vex"]["status"] in SETTLING)


def fails(reports: Sequence[Mapping[str, Any]], least: str) -> bool:
    """Whether a finding that is not settled has this severity or a worse one."""
    return reaches({row["severity"] for report in reports for row in report["findings"] if not is_settled(row)}, least)
