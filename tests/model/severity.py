"""How severe a record says that it is, by docs/advisories.md: the distribution's word, a CVSS vector, a database's word."""

from collections.abc import Iterator

from cvss import CVSS3, CVSS4

from tests.model.records import Record

WORDS = {"important": "high", "moderate": "medium", "unimportant": "negligible"}
GRAVITY = ("none", "negligible", "low", "medium", "high", "critical")
JUDGES = ("", "database", "cvss")  # the later the better; the distribution is best
RATINGS = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.1, "low"))


def rank_of(record: Record) -> int:
    source = severity(record)[1]
    return JUDGES.index(source) if source in JUDGES else len(JUDGES)


def severity(record: Record) -> tuple[str, str, float | None]:
    """(word, who says so, score) of one record: the distribution's word, else that of the vector, else the database's."""
    stated = record.get("severity", [])
    vector = next((entry["score"] for entry in stated if entry["type"].startswith("CVSS")), "")
    score = float((CVSS4 if vector.startswith("CVSS:4") else CVSS3)(vector).base_score) if vector else None
    for source, words in _distributions(record):
        known = [word for word in map(word_of, words) if word]
        if known:
            return max(known, key=GRAVITY.index), source, score
    if score is not None:
        return rating(score), "cvss", score
    word = word_of(record.get("database_specific", {}).get("severity", ""))
    return (word, "database", None) if word else ("unknown", "", None)


def _distributions(record: Record) -> Iterator[tuple[str, list[str]]]:
    yield "ubuntu", [entry["score"] for entry in record.get("severity", []) if entry["type"] == "Ubuntu"]
    yield "debian", [item.get("ecosystem_specific", {}).get("urgency", "") for item in record["affected"]]
    yield "rocky", [record["summary"].partition(":")[0]] if record["id"].startswith("RLSA") else []


def own_word(item: Record) -> str:
    said = item.get("ecosystem_specific", {}).get("urgency", "")
    return word_of(said) or ("unknown" if said == "not yet assigned" or said.endswith("**") else "")


def word_of(text: str) -> str:
    word = WORDS.get(text.lower(), text.lower())
    return word if word in GRAVITY else ""


def rating(score: float) -> str:
    return next((name for least, name in RATINGS if score >= least), "none")
