"""What tables must say together, asked in the end of a run: references, totals, drift against the run before, freshness."""

import tomllib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

from hullmark.lake.store import Lake
from hullmark.sql import split_header

RELATIONS = "hullmark.quality.relations"


@dataclass(frozen=True, slots=True)
class Broken:
    """A relation that does not hold: `level` is error or warning; `rows` break it, the first by name is the example."""

    relation: str
    title: str
    level: str
    rows: int
    subject: str
    evidence: str

    def __str__(self) -> str:
        more = f" (and {self.rows - 1:,} more)" if self.rows > 1 else ""
        return f"It does not hold that {self.title}: {self.subject}, {self.evidence}{more}."


def relate(lake: Lake, run: str, digests: int, now: datetime, memory_mb: int = 1024) -> list[Broken]:
    """Every relation that does not hold in the lake as it is, by its number. Raises LakeError.

    `digests` is what the run counts; `run` is "" outside of runs, with 0 digests.
    """
    given: Mapping[str, object] = {"run": run, "digests": digests, "now": now}
    broken: list[Broken] = []
    with closing(lake.connect(memory_mb)) as connection:
        for file in sorted(files(RELATIONS).iterdir(), key=lambda item: item.name):
            if file.name.endswith(".sql"):
                header, sql = split_header(file.read_text(encoding="utf-8"))
                stated = tomllib.loads(header)
                wanted = {name: value for name, value in given.items() if f"${name}" in sql}
                found = connection.sql(sql, params=wanted).aggregate("count(*), min(subject), arg_min(evidence, subject)")
                rows, subject, evidence = found.fetchall()[0]
                if rows:
                    name = file.name.removesuffix(".sql")
                    broken.append(Broken(name, stated["title"], stated["level"], rows, subject, evidence))
    return broken
