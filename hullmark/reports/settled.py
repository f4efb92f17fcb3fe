"""Findings of which somebody has said that nothing is left to do, and whether the others are grave."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hullmark.reports.severity import reaches

SETTLING = ("not_affected", "fixed")  # what VEX states
ATTESTED = " (attestation, not verified)"  # how the author of an attestation ends; see also lake/views/11_vex_findings.sql


def is_settled(finding: Mapping[str, Any]) -> bool:
    """Whether VEX or an exception says that nothing is left to do."""
    return bool(finding.get("exception")) or (bool(finding["vex"]) and finding["vex"]["status"] in SETTLING)


def fails(reports: Sequence[Mapping[str, Any]], least: str) -> bool:
    """Whether a finding that is not settled has this severity or a worse one."""
    return reaches({row["severity"] for report in reports for row in report["findings"] if not is_settled(row)}, least)


def passed_by(reports: Sequence[Mapping[str, Any]], least: str | None) -> Iterator[str]:
    """What lets a gate of this severity pass, where it is what whoever pushed the image may have said."""
    if not least or fails(reports, least):
        return
    settled = [row for report in reports for row in report["findings"] if is_settled(row) and not row.get("exception")]
    count = sum(row["vex"]["author"].endswith(ATTESTED) and reaches([row["severity"]], least) for row in settled)
    if count:
        by = f"{count:,} finding{'' if count == 1 else 's'} that attestations on the image settle, which nobody verified"
        yield f"--fail-on {least} passes by {by}; HULLMARK_VEX_ATTESTATIONS=off leaves them out"
