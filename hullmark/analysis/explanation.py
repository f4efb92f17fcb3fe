"""What an explanation holds: the answer in a sentence, and everything that it rests on."""

from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer: `findings` are empty where the image is not affected, and `why` says so in a sentence.

    `statements`: see `explain_statements.sql`. `evidence`: where the packages lie. `advisories`, `severities` and
    `references`: what is told of the vulnerability, see `told.py`. `standing`: what exceptions and VEX say. `events`: what
    happened to these findings before. `feeds`: the snapshot of each feed.
    """

    digest: str
    vulnerability: str
    why: str
    findings: tuple[Row, ...]
    statements: tuple[Row, ...]
    evidence: tuple[Row, ...]
    advisories: tuple[Row, ...]
    severities: tuple[Row, ...]
    references: tuple[Row, ...]
    standing: tuple[Row, ...]
    events: tuple[Row, ...]
    feeds: dict[str, str]
