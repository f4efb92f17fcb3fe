"""From a CVSS vector, or the word of a database, to a score and one of the severities of this product.

Qualitative ratings are those of CVSS v3.1, section 5: none 0, low 0.1, medium 4, high 7, critical 9. Vectors are scored by
the `cvss` library. Records are parsed JSON, so that what is looked into is a dict; to ask for a Mapping takes ten times
as long.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from cvss import CVSS2, CVSS3, CVSS4
from cvss.exceptions import CVSSError

# The newest standard first: it is what the scorer knew most about.
PREFERENCE = ("CVSS_V4", "CVSS_V3", "CVSS_V2")
WORDS = {
    "critical": "critical", "high": "high", "important": "high", "medium": "medium", "moderate": "medium", "low": "low",
    "negligible": "negligible", "unimportant": "negligible", "none": "none",
}  # fmt: skip
GRAVITY = ("none", "negligible", "low", "medium", "high", "critical")
LONGEST_VECTOR = 512
UNJUDGED = "unknown"  # then no word of the same record about another package counts instead
INFORMATIONAL = "informational"
NOT_YET = {"not yet assigned", "untriaged"}
OWN = {"Ubuntu": "ubuntu", "Amazon": "amazon"}  # entries of `severity` that hold a distribution's word
# Errata that state their severity in the title ("Important: nodejs:16 security update"), by how their ids begin.
TITLED = {"AL": "almalinux", "RL": "rocky", "RX": "rocky"}
_TITLE = re.compile(r"(Critical|Important|Moderate|Low): ")


class Statement(NamedTuple):
    """One severity as somebody stated it: `kind` is that of OSV ("CVSS_V3") with a vector, or "word" without one."""

    source: str
    kind: str
    vector: str
    score: float | None
    word: str


@dataclass(frozen=True, slots=True)
class Severity:
    """`score` is 0 to 10 or None; `source` says who judged: "cvss", the distribution's name, or "" when nobody did.

    "informational" with the word "none" is a record that tells of no flaw (RustSec: unmaintained, unsound, a notice) and
    has no score.
    """

    word: str = "unknown"
    score: float | None = None
    vector: str = ""
    source: str = ""


def judged(record: Mapping[str, Any]) -> tuple[Severity, list[Statement]]:
    """What one OSV record says, and every severity in it that can be read: its vectors, then the words of whoever judged.

    A distribution's own priority decides the word, the best CVSS vector the score. No statement stands twice.
    """
    stated = [*_entries(record)]
    vectors = [
        (kind, vector, score)
        for entry in stated
        if (kind := entry.get("type")) in PREFERENCE and isinstance(vector := entry.get("score"), str)
        if (score := score_of(vector)) is not None
    ]
    distributions, database = [*_distributions(record, stated)], _database(record)
    found = [Statement("cvss", kind, vector, score, rating(score)) for kind, vector, score in vectors]
    found += [
        Statement(source, "word", "", None, word)
        for source, said in (*distributions, database)
        for value in said
        if (word := _word(value))
    ]
    best = _best_vector(vectors)
    word, source = _own_word(distributions)
    if not word and all(entry.get("type") not in PREFERENCE for entry in stated):
        word, source = _own_word([database])
    if word:
        best = Severity(word, best.score, best.vector, source)
    elif best.score is None and informational(record):
        best = Severity("none", source=INFORMATIONAL)
    return best, list(dict.fromkeys(found))


def informational(record: Mapping[str, Any]) -> str:
    """What a record is that tells of no flaw, as its database calls it ("unmaintained"), "" for others."""
    places = [record.get("database_specific"), *(item.get("database_specific") for item in _dicts(record.get("affected")))]
    words = [place.get("informational") for place in places if isinstance(place, dict)]
    return next((word.lower() for word in words if isinstance(word, str) and word), "")


def own_word(item: Mapping[str, Any]) -> str:
    """The word of a distribution for one entry of `affected`: "" for none, UNJUDGED where it has not judged."""
    specific = item.get("ecosystem_specific")
    if not isinstance(specific, dict):
        return ""
    stated = [word for name in ("ubuntu_priority", "urgency") if isinstance(word := specific.get(name), str)]
    return _gravest(stated) or (UNJUDGED if any(word in NOT_YET or word.endswith("**") for word in stated) else "")


def rating(score: float) -> str:
    """The qualitative rating of a score."""
    bounds = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.1, "low"))
    return next((name for least, name in bounds if score >= least), "none")


@lru_cache(maxsize=65536)
def score_of(vector: str) -> float | None:
    """The base score of a vector of CVSS 2, 3.0, 3.1 or 4.0; None when it is none."""
    if len(vector) > LONGEST_VECTOR:
        return None
    try:
        if vector.startswith("CVSS:4"):
            return float(CVSS4(vector).base_score)
        if vector.startswith("CVSS:3"):
            return float(CVSS3(vector).base_score)
        return float(CVSS2(vector).base_score)
    except (CVSSError, ValueError, TypeError, KeyError):
        return None


def _entries(record: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    lists = [record.get("severity"), *(item.get("severity") for item in _dicts(record.get("affected")))]
    for entries in lists:
        yield from _dicts(entries)


def _best_vector(vectors: Sequence[tuple[str, str, float]]) -> Severity:
    """Of the newest standard's vectors the one of its later version ("CVSS:3.1" after "CVSS:3.0")."""
    if not vectors:
        return Severity()
    newest = min((kind for kind, _, _ in vectors), key=PREFERENCE.index)
    vector, score = max((vector, score) for kind, vector, score in vectors if kind == newest)
    return Severity(rating(score), score, vector, "cvss")


def _own_word(said: Iterable[tuple[str, list[object]]]) -> tuple[str, str]:
    """The first of these that has a word: (word, source), else ("", "")."""
    return next(((word, source) for source, words in said if (word := _gravest(words))), ("", ""))


def _distributions(record: Mapping[str, Any], stated: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, list[object]]]:
    specific = _specific(record)
    for kind, source in OWN.items():
        yield source, [entry.get("score") for entry in stated if entry.get("type") == kind]
    yield "ubuntu", [item.get("ubuntu_priority") for item in specific]
    yield "debian", [item.get("urgency") for item in specific]
    yield _titled(record)


def _titled(record: Mapping[str, Any]) -> tuple[str, list[object]]:
    source = TITLED.get(str(record.get("id"))[:2], "")
    found = _TITLE.match(str(record.get("summary"))) if source else None
    return source, [found[1]] if found else []


def _database(record: Mapping[str, Any]) -> tuple[str, list[object]]:
    own = record.get("database_specific")
    return "database", [own.get("severity")] if isinstance(own, dict) else []


def _specific(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    items = [item.get("ecosystem_specific") for item in _dicts(record.get("affected"))]
    return [item for item in items if isinstance(item, dict)]


def _gravest(words: Iterable[object]) -> str:
    """Releases may be judged differently; a record has one severity. "low**" was not judged, but derived from a score."""
    known = {word for value in words if (word := _word(value))}
    return max(known, key=GRAVITY.index, default="")


def _word(value: object) -> str:
    return WORDS.get(value.lower(), "") if isinstance(value, str) else ""


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
