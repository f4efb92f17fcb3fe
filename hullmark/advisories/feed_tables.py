"""The tables of one feed as they grow, rows being Arrow but for the last few, and as they are put together in the end."""

from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from hullmark.advisories.osv import Row, Rows, parse_record
from hullmark.lake.schema import ADVISORIES, AFFECTED, AFFECTED_VERSIONS, FEED_PROBLEMS, SEVERITIES

BATCH = 50_000  # rows that are Python objects at once
SCHEMAS = {
    "advisories": ADVISORIES, "affected": AFFECTED, "affected_versions": AFFECTED_VERSIONS, "severities": SEVERITIES,
    "problems": FEED_PROBLEMS,
}  # fmt: skip
TWICE = "two records have this id; the ranges of both count"


class Tables:
    """The tables of one feed, or of a part of its records, as they grow."""

    def __init__(self, feed: str, ecosystem: str) -> None:
        self.feed, self.ecosystem = feed, ecosystem
        self.rows = Rows()
        self._tables = {name: [schema.empty_table()] for name, schema in SCHEMAS.items()}

    def add(self, record: object) -> None:
        """One record as parsed from JSON."""
        parse_record(record, self.feed, self.ecosystem, self.rows)
        self.settle()

    def settle(self) -> None:
        """Turn rows into Arrow once there are many."""
        rows = self.rows
        if len(rows.affected) + len(rows.versions) + len(rows.advisories) + len(rows.problems) > BATCH:
            self._flush()

    def refuse(self, record: str, reason: str) -> None:
        """A record that could not be read."""
        self.rows.problems.append((record, reason))

    def part(self) -> dict[str, pa.Table]:
        """The tables by their names in SCHEMAS, of records beside which there are others."""
        self._flush()
        return {name: pa.concat_tables(parts) for name, parts in self._tables.items()}

    def finish(self) -> dict[str, pa.Table]:
        """The same of all records."""
        return joined([self.part()])

    def _flush(self) -> None:
        rows, self.rows = self.rows, Rows()
        problems: list[Row] = [(self.feed, *problem) for problem in dict.fromkeys(rows.problems)]
        batches = (rows.advisories, rows.affected, rows.versions, rows.severities, problems)
        for parts, batch in zip(self._tables.values(), batches, strict=True):
            if batch:
                parts.append(_table(batch, parts[0].schema))


def joined(parts: Iterable[Mapping[str, pa.Table]]) -> dict[str, pa.Table]:
    """The tables of a feed from those of its parts, in their order, however it was cut.

    Of records with one id the first has the row of `advisories`, and a problem tells of the others, after all others.
    """
    known = list(parts)
    tables = {
        name: pa.concat_tables([schema.empty_table(), *(part[name] for part in known)]) for name, schema in SCHEMAS.items()
    }
    again = _again(tables["advisories"]["advisory_id"])
    repeated = tables["advisories"].filter(again)
    told = pa.Table.from_arrays(
        [repeated["feed"], repeated["advisory_id"], pa.repeat(TWICE, repeated.num_rows)], schema=FEED_PROBLEMS
    )
    problems = pa.concat_tables([tables["problems"], told]).group_by(FEED_PROBLEMS.names, use_threads=False).aggregate([])
    return tables | {"advisories": tables["advisories"].filter(pc.invert(again)), "problems": problems.cast(FEED_PROBLEMS)}


def _again(ids: pa.ChunkedArray) -> pa.ChunkedArray:
    """Of each row whether one above it has the same id."""
    rows = pa.table({"id": ids, "at": pa.array(range(len(ids)), pa.int64())})
    first = rows.group_by("id").aggregate([("at", "min")])["at_min"]
    return pc.invert(pc.is_in(rows["at"], value_set=first.combine_chunks()))


def _table(rows: Sequence[Row], schema: pa.Schema) -> pa.Table:
    arrays = [pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
