"""A fleet of 1,000 to 100,000 images matched again: in full, after 100 changed advisories, and beside Trivy one by one.

Each change of advisories is matched incrementally and, taken back or made again, in full: the same records, the same events.

`python -m bench.fleet --work FOLDER --scanners VENV LAYOUT...` makes lakes below FOLDER and prints a line a stage. A stage
is a process of its own, so that its memory is its own. Trivy has no database without the internet: `trivy sbom` only
decodes and lists here, which is a lower bound of what it takes for one image; see docs/performance.md.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
import zlib
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from bench.cold_scan import run as run_program
from bench.fleet_feeds import enlarge
from bench.fleet_lake import pool, write_fleet
from bench.fleet_stages import matching_alone
from hullmark.advisories.snapshot import FeedStore, sync
from hullmark.analysis.bases import update_bases
from hullmark.analysis.campaigns import campaigns
from hullmark.analysis.remedies import open_remedies
from hullmark.compliance.evaluate import evaluate
from hullmark.compliance.load import read_policy
from hullmark.fleet.findings import update_findings
from hullmark.fleet.run import Kind, recorded
from hullmark.lake.schema import RUNS
from hullmark.lake.store import Lake
from hullmark.settings import Settings
from hullmark.sql import read_sql
from hullmark.versions import key

SHARED = Path(__file__).resolve().parents[2] / "shared"
SIZES = (1_000, 10_000, 100_000)
ECOSYSTEMS = ("Alpine", "Amazon Linux", "Debian", "PyPI", "Ubuntu", "npm")
CHANGES: dict[str, int | None] = {"change": 50, "quiet": 0, "drawn": None}  # of 100, about the fleet; None: as chance has it
MEMORY_MB = 1024
TRIVY_IMAGES = 5
STAGES = (
    "make",
    "first",
    "full",
    "quiet",
    "incremental",
    "back",
    "full",
    "change",
    "incremental",
    "back",
    "full",
    "change",
    "full",
    "back",
    "incremental",
    "drawn",
    "incremental",
    "back",
    "full",
    "question",
    "bases",
    "full",
    "campaigns",
    "full",
    "compliance",
)


class Timed(Lake):
    """A lake that knows how long it took to write; `writing` in seconds."""

    writing = 0.0

    def append(self, table: str, batch: pa.Table) -> int:
        """As the lake's."""
        started = time.perf_counter()
        rows = super().append(table, batch)
        Timed.writing += time.perf_counter() - started
        return rows

    def amend(self, table: str, batch: pa.Table, gone: pa.Table) -> int:
        """As the lake's."""
        started = time.perf_counter()
        rows = super().amend(table, batch, gone)
        Timed.writing += time.perf_counter() - started
        return rows

    def replace_scope(self, table: str, scope_values: pa.Table, batch: pa.Table) -> int:
        """As the lake's."""
        started = time.perf_counter()
        rows = super().replace_scope(table, scope_values, batch)
        Timed.writing += time.perf_counter() - started
        return rows


@dataclass(frozen=True, slots=True)
class Fleet:
    """What a fleet is made of. `times`: see `enlarge`. `seed`: which advisories chance draws."""

    images: int
    layouts: list[Path]
    times: int
    seed: int


def stage(name: str, folder: Path, fleet: Fleet) -> dict[str, object]:
    """Run one stage in this process; what it says of itself, in seconds and MB of memory at its peak."""
    lake, store = Timed(str(folder / "lake")), FeedStore(Lake(str(folder / "lake")).feeds_root)
    if name in {"make", "back", *CHANGES}:
        started, before = time.perf_counter(), time.process_time()
        said = _prepare(name, lake, store, folder, fleet)
    else:
        _warm()
        started, before = time.perf_counter(), time.process_time()
        said = _measure(name, lake, store)
    seconds, busy = time.perf_counter() - started, time.process_time() - before
    if name in {"first", "full", "incremental"}:
        said |= _planned(lake)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {
        "stage": name, "seconds": round(seconds, 3), "cpu": round(busy, 3), "writing": round(Timed.writing, 3),
        "peak_mb": peak, **said,
    }  # fmt: skip


def _prepare(name: str, lake: Lake, store: FeedStore, folder: Path, fleet: Fleet) -> dict[str, object]:
    if name == "make":
        lake.create()
        if not (folder.parent / "feeds").exists():
            feeds = FeedStore(str(folder.parent / "feeds"))
            sync(feeds, Settings(feeds=str(SHARED / "feeds")), ECOSYSTEMS)
            enlarge(feeds, fleet.times)
        shutil.copytree(folder.parent / "feeds", lake.feeds_root, dirs_exist_ok=True)
        return {"packages": write_fleet(lake, pool(fleet.layouts, SHARED, store), fleet.images)}
    if name in CHANGES:
        return {"records": change(lake, store, folder, CHANGES[name], fleet.seed)}
    for state in orjson.loads((folder / "before.json").read_bytes()):
        store.note(
            next(item for item in store.states() if item.feed == state[0]).__class__(feed=state[0], snapshot=state[1])
        )
    return {}


def _measure(name: str, lake: Lake, store: FeedStore) -> dict[str, object]:
    if name == "question":
        return question(lake)
    if name == "bases":
        return {"images": update_bases(lake, memory_mb=MEMORY_MB)}
    if name == "campaigns":
        with closing(open_remedies(lake, MEMORY_MB)) as connection:
            return {"campaigns": campaigns(connection, store, datetime.now(UTC)).num_rows}
    with recorded(lake, Kind.ADVISORIES) as record:
        if name == "compliance":
            return {"failing": evaluate(lake, read_policy(), record.run.run, record.run.at, MEMORY_MB)}
        with matching_alone() as spent:
            changes = update_findings(lake, store, record.run, memory_mb=MEMORY_MB, full=name == "full")
    return {"matching": round(spent.clock, 3), "matching_cpu": round(spent.busy, 3), **asdict(changes)}


def _planned(lake: Lake) -> dict[str, object]:
    """What the last matching was."""
    with closing(lake.connect(only=("matchings",))) as connection:
        scope, reason = connection.sql("SELECT scope, reason FROM matchings ORDER BY finished DESC LIMIT 1").fetchall()[0]
    return {"scope": scope, "reason": reason}


def _warm() -> None:
    """What Arrow loads when it first meets a list (pandas, a quarter of a second) is not counted in any stage."""
    pa.Table.from_pylist([{}], RUNS)


def question(lake: Lake) -> dict[str, object]:
    """Which images contain minimatch below 3.1.2?"""
    with closing(lake.connect(MEMORY_MB)) as connection:
        asked = {"ecosystem": "npm", "name": "minimatch", "key": key("npm", "3.1.2")}
        rows = connection.sql(read_sql("bench", "fleet_question.sql"), params=asked).fetchall()
    return {"images": len(rows)}


def change(lake: Lake, store: FeedStore, folder: Path, ours: int | None, seed: int) -> int:
    """Snapshots in which 100 advisories are others: 25 gone, 25 with another summary, 50 with one more range; returns 100.

    `ours` of them are about packages that the fleet has, the rest about others. None: `seed` draws them from all alike.
    """
    states = [state for state in store.current() if state.feed.startswith("osv/")]
    (folder / "before.json").write_bytes(orjson.dumps([(state.feed, state.snapshot) for state in states]))
    with closing(lake.connect(MEMORY_MB)) as connection:
        store.register(connection)
        query = read_sql("bench", "fleet_drawn.sql" if ours is None else "fleet_chosen.sql")
        asked = {"seed": seed} if ours is None else {"ours": ours}
        chosen = [name for (name,) in connection.sql(query, params=asked).fetchall()]
    gone, reworded, widened = (pa.array(part) for part in (chosen[:25], chosen[25:50], chosen[50:]))
    for state in states:
        tables = store.tables(state.feed, state.snapshot)
        said = tables["advisories"]
        if not pc.any(pc.is_in(said["advisory_id"], pa.array(chosen))).as_py():
            continue
        for name in ("advisories", "affected", "affected_versions"):
            tables[name] = tables[name].filter(pc.invert(pc.is_in(tables[name]["advisory_id"], gone)))
        said = tables["advisories"]
        other = pc.if_else(
            pc.is_in(said["advisory_id"], reworded),
            pc.binary_join_element_wise(said["summary"], "again", " "),
            said["summary"],
        )
        tables["advisories"] = said.set_column(said.column_names.index("summary"), "summary", other)
        ranges = tables["affected"]
        wide = pc.is_in(ranges["advisory_id"], widened)
        for column in ("high_key", "high", "fixed_version"):
            kept = pc.if_else(wide, pa.scalar(None if column == "high_key" else "", ranges[column].type), ranges[column])
            ranges = ranges.set_column(ranges.column_names.index(column), column, kept)
        tables["affected"] = ranges
        named = f"{state.snapshot[:-4]}{zlib.crc32(' '.join(chosen).encode()) & 0xFFFF:04x}"  # other content, another name
        store.put(type(state)(feed=state.feed, snapshot=named, fetched_at=datetime.now(UTC)), tables)
    return len(chosen)


def trivy(scanners: Path, lake: Lake, folder: Path) -> dict[str, object]:
    """The median seconds of `trivy sbom` for one image of the fleet, given as CycloneDX."""
    with closing(lake.connect()) as connection:
        sql = "SELECT image_digest FROM image_layers WHERE layer_index = 2 ORDER BY hash(image_digest) LIMIT $count"
        digests = connection.sql(sql, params={"count": TRIVY_IMAGES}).fetchall()
        sql = "SELECT name, version, purl FROM packages WHERE image_digest = $digest"
        bills = [connection.sql(sql, params={"digest": digest}).fetchall() for (digest,) in digests]
    seconds, peaks = [], []
    for number, bill in enumerate(bills):
        components = [
            {"type": "library", "name": name, "version": version, "purl": purl, "bom-ref": f"{purl}#{place}"}
            for place, (name, version, purl) in enumerate(bill)
        ]
        document = {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": components}
        path = folder / f"bill{number}.cdx.json"
        path.write_bytes(orjson.dumps(document))
        databases = ("--skip-db-update", "--skip-java-db-update", "--skip-version-check", "--disable-telemetry")
        places = ("--cache-dir", str(folder / "trivy"), "--output", str(folder / "trivy.json"), str(path))
        listing = ("sbom", "--quiet", "--format", "cyclonedx", "--offline-scan")
        command = [str(scanners / "bin" / "trivy"), *listing, *databases, *places]
        for _ in range(2):
            cost = run_program(command, dict(os.environ))
        seconds.append(cost.wall)
        peaks.append(cost.memory)
    packages = statistics.median(len(bill) for bill in bills)
    return {
        "stage": "trivy sbom, one image",
        "seconds": round(statistics.median(seconds), 3),
        "peak_mb": max(peaks) // 2**20,
        "packages": packages,
    }


def main() -> None:
    """Every size and stage in order, a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--scanners", type=Path)
    parser.add_argument("--images", type=int, action="append", help="sizes (default: 1,000, 10,000 and 100,000)")
    parser.add_argument("--times", type=int, default=1, help="how often the feeds stand beside each other (default: once)")
    parser.add_argument("--seed", type=int, default=2, help="another number draws other advisories (default: 2)")
    parser.add_argument("--stage", choices=STAGES, help="run this stage alone, in this process")
    parser.add_argument("layouts", type=Path, nargs="+")
    options = parser.parse_args()
    for images in options.images or SIZES:
        folder = options.work / str(images)
        if options.stage:
            fleet = Fleet(images, options.layouts, options.times, options.seed)
            print(orjson.dumps(stage(options.stage, folder, fleet)).decode())
            continue
        folder.mkdir(parents=True, exist_ok=True)
        for name in STAGES:
            command = [
                sys.executable,
                "-m",
                "bench.fleet",
                "--work",
                options.work,
                "--images",
                str(images),
                "--times",
                str(options.times),
                "--seed",
                str(options.seed),
                "--stage",
                name,
                *options.layouts,
            ]
            print(
                images,
                subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout.strip(),
                flush=True,
            )
        if options.scanners:
            print(images, orjson.dumps(trivy(options.scanners, Lake(str(folder / "lake")), folder)).decode(), flush=True)


if __name__ == "__main__":
    main()
