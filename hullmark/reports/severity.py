"""The order of severities, and whether findings reach a threshold."""

from collections.abc import Iterable, Mapping

from hullmark.errors import UsageError

ORDER = ("unknown", "none", "negligible", "low", "medium", "high", "critical")  # mildest first
RANK: Mapping[str, int] = {name: rank for rank, name in enumerate(ORDER)}


def rank(severity: str | None) -> int:
    """The place of a severity in ORDER; 0, that of "unknown", for null and for words that are none."""
    return RANK.get((severity or "").lower(), 0)


def reaches(severities: Iterable[str | None], threshold: str) -> bool:
    """Whether any severity is at or above the threshold; raises UsageError for a threshold that is no severity.

    "unknown" findings reach only the threshold "unknown", which every finding reaches.
    """
    least = RANK.get(threshold.lower())
    if least is None:
        raise UsageError(f"{threshold!r} is no severity; use one of {', '.join(reversed(ORDER))}")
    return any(rank(severity) >= least for severity in severities)
