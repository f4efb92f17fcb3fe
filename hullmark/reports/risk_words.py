"""A risk as a sum in words, so that a score never stands alone (docs/risk.md)."""

from collections.abc import Mapping

PARTS = {
    "severity": "severity", "epss": "EPSS", "exploited": "known exploitation", "fix": "no fix yet",
    "exposure": "low exposure",
}  # fmt: skip


def risk_words(risk: float, points: Mapping[str, float]) -> str:
    """ "risk 87.4 = severity 40 + EPSS 5 + known exploitation 47 - no fix yet 4.6"; parts of no weight are left out."""
    parts = [(f"{'+' if points[name] > 0 else '-'} {label}", abs(points[name])) for name, label in PARTS.items()]
    said = " ".join(f"{word} {_number(size)}" for word, size in parts if size >= 0.05)
    return f"risk {_number(risk)} = {said.removeprefix('+ ') or '0'}"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
