"""What one matching found, beside what is stored: events, then the packages of images, then the verdicts, each by row.

Findings are verdicts on distinct packages, joined with the packages of images (the view `findings`). A verdict that changes
is one row, however many images it is about; only images that came, went or were read again are compared by package.

The order makes a run that is killed harmless: the events of a finding are there before it is, and the next matching hears of
them; packages show nothing before the verdicts about them; and all verdicts change in one commit, the last.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa
from duckdb import ColumnExpression, ConstantExpression

from hullmark.fleet.ask import ask, ask_lake
from hullmark.fleet.rematch import Rematch
from hullmark.fleet.run import Run
from hullmark.lake.store import Lake
from hullmark.matching.match import install
from hullmark.sql import read_sql

ROWS = 250_000  # rows of one commit
ROWS_A_MB = 500  # findings that are compared at once, for each MB of memory
CASELESS = frozenset({"NuGet", "Packagist"})  # see compared_name.sql
NOTHING = "FROM distinct_packages LIMIT 0"
Parameters = Mapping[str, object]


@dataclass(slots=True)
class Difference:
    """What one matching changed: events by name, how many findings there are now, and how many images were compared."""

    findings: int = 0
    images: int = 0
    events: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Work:
    """One matching under way; its connection holds what was judged, and the lake as it was before."""

    lake: Lake
    connection: duckdb.DuckDBPyConnection
    run: Run
    plan: Rematch
    memory_mb: int
    difference: Difference = field(default_factory=Difference)

    @property
    def looks_back(self) -> bool:
        """Whether what is stored of images, and told of them, is asked for: where images changed, or may have been told."""
        return self.plan.whole or self.plan.doubted or self._any("touched_image")

    def update(self) -> Difference:
        """Compare and write everything."""
        whole = self.plan.whole
        self.difference.findings = self._number("SELECT count(*) FROM findings") if whole else self.plan.findings
        self.compare_verdicts()
        self._choose()
        if self.plan.same_images:
            self._execute("event_images_same.sql")
        elif self.difference.images or self._any("verdict_moved"):
            self._execute("event_images.sql", {"run": self.run.run, "engine": self.run.engine})
        self._tell()
        self._compare()
        self._write_verdicts()
        if self.plan.doubted:
            self._put_right()
        return self.difference

    def compare_verdicts(self) -> None:
        """Leave `verdict_moved`, the verdicts that are others than the stored ones, `subject` and `fresh`."""
        for name in ("subjects.sql", "is_subject.sql", "content_of.sql", "fresh.sql"):
            self._execute(name)
        self._execute("verdicts_moved.sql", {"whole": self.plan.whole})

    def _choose(self) -> None:
        """Leave `moved_image`, which is compared package by package, `vulnerable_now` of them, and `added` of the others."""
        first = self.plan.whole and (not self._any("verdicts") or (self.plan.anew and self._is_named_otherwise()))
        moved = "moved_first.sql" if first else "moved_all.sql" if self.plan.whole else "moved_again.sql"
        self._execute(moved)
        self.difference.images = self._number("SELECT count(*) FROM moved_image")
        if self.difference.images:
            self._execute("vulnerable_now.sql")
        if first or not self._any("fresh"):
            self._execute("added_none.sql")
            return
        if not self.plan.whole:  # what was judged is of no image
            self._near()
            self._execute("judged_fresh.sql")
            install(self.connection)
        self._execute("added.sql")

    def _near(self) -> None:
        """Leave `near`: the packages that may be those of `fresh`, asked by constants, which bounds of files answer."""
        rows = self._table("SELECT DISTINCT main_of(ecosystem) AS ecosystem, advisory_name FROM fresh")
        near = self.connection.table("packages")
        ecosystems, names = (rows[column].unique().to_pylist() for column in rows.column_names)
        if CASELESS.isdisjoint(ecosystems):  # the names of others are stored as they are compared
            near = near.filter(ColumnExpression("advisory_name").isin(*map(ConstantExpression, names)))
        near.filter(ColumnExpression("ecosystem").isin(*map(ConstantExpression, ecosystems))).create_view("near")

    def _tell(self) -> None:
        """The events and packages of images that carry what verdicts have changed about."""
        self._execute("telling.sql", self._sizes())
        for part in self._parts("telling"):
            self._execute("pairs_told.sql", {"part": part})
            self._write_events()
        added = ask(self.connection, "added_rows.sql", {"at": self.run.at})
        self.lake.append("vulnerable_packages", added)

    def _compare(self) -> None:
        """The images that are compared package by package, a part after the other, so that memory is bounded."""
        self._execute("since.sql")
        if not self.difference.images:
            return
        self._execute("doubtful.sql", self._sizes())
        for part in self._parts("doubtful"):
            self._execute("part_image.sql", {"part": part})
            self._execute("part.sql")
            self._compare_part()
        self._note_images()

    def _compare_part(self) -> None:
        if self._any("stored"):
            self._execute("stored_since.sql")
            self._execute("pairs_moved.sql")
        else:
            self._execute("pairs_opened.sql")
        self._write_events()
        self._execute("rewritten.sql")
        for held in (False, True):
            scope = self._table("SELECT image_digest FROM rewritten WHERE held = $held", {"held": held})
            rows = ask(self.connection, "carried.sql", {"held": held, "at": self.run.at})
            if held:
                self.lake.replace_scope("vulnerable_packages", scope, rows)
            else:
                self.lake.append("vulnerable_packages", rows)

    def _note_images(self) -> None:
        """Write which images the findings are of."""
        found = {"run": self.run.run, "at": self.run.at}
        self.lake.append("matched_images", ask(self.connection, "matched.sql", {**found, "known": False}))
        again = ask(self.connection, "matched.sql", {**found, "known": True})
        scope = self._table("SELECT image_digest FROM touched_image WHERE known")
        self.lake.replace_scope("matched_images", scope, again)

    def _write_events(self) -> None:
        """Write the events of `pair`, a bounded number at a time, and count them."""
        if self.looks_back:
            self._execute("told.sql", {"doubted": self.plan.doubted})
        else:
            self._execute("told_none.sql")
        opened, closed = self.connection.sql(
            "SELECT count(*) FILTER (opened), count(*) FILTER (closed) FROM pair"
        ).fetchall()[0]
        self.difference.findings += opened - closed
        known = {"run": self.run.run, "at": self.run.at, "same": self.plan.same_images}
        reader = self.connection.sql(read_sql("hullmark.fleet", "events.sql"), params=known).to_arrow_reader(ROWS)
        for batch in reader:
            self._append_events(pa.Table.from_batches([batch]))

    def _append_events(self, events: pa.Table) -> None:
        self.lake.append("finding_events", events)
        self.difference.events.update({row["values"]: row["counts"] for row in events["event"].value_counts().to_pylist()})

    def _put_right(self) -> None:
        """Tell what matchings that did not end have told and what is not so, when all is in place."""
        known = {"run": self.run.run, "at": self.run.at}
        read = ("matchings", "finding_events", "findings", "images")
        self._append_events(ask_lake(self.lake, "told_wrong.sql", known, self.memory_mb, read))

    def _write_verdicts(self) -> None:
        """Put the verdicts in place, all in one commit; then what an older Hullmark kept as rows is needed no more."""
        known = self._table("FROM distinct_packages ANTI JOIN subject USING (subject)" if self.plan.whole else NOTHING)
        self.lake.amend("distinct_packages", ask(self.connection, "distinct_packages.sql"), known)
        rows = ask(self.connection, "verdicts.sql", {"at": self.run.at})
        gone = self._table("SELECT vulnerability, subject FROM verdict_moved WHERE closed")
        self.lake.amend("verdicts", rows, gone)
        self.lake.clear("findings")

    def _is_named_otherwise(self) -> bool:
        """Whether the matcher before named packages of untouched images otherwise, so that only keys can be compared."""
        return bool(ask(self.connection, "named_otherwise.sql").num_rows)

    def _parts(self, name: str) -> list[int]:
        rows = self.connection.table(name).project("part").distinct().order("part").fetchall()
        return [part for (part,) in rows]

    def _sizes(self) -> Parameters:
        return {"rows": self.memory_mb * ROWS_A_MB}

    def _table(self, sql: str, parameters: Parameters | None = None) -> pa.Table:
        return self.connection.sql(sql, params=dict(parameters or {})).to_arrow_table()

    def _any(self, name: str) -> bool:
        return bool(self.connection.table(name).limit(1).fetchall())

    def _number(self, sql: str) -> int:
        return int(self.connection.sql(sql).fetchall()[0][0])

    def _execute(self, name: str, parameters: Parameters | None = None) -> None:
        self.connection.execute(read_sql("hullmark.fleet", name), dict(parameters) if parameters else None)
