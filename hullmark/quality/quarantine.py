"""A batch that failed its suite is kept whole with its report, apart from its table, until a person decides."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.fs as pa_fs
import pyarrow.parquet as pq

from hullmark.errors import LakeError, NotFound, UsageError
from hullmark.lake.place import one_line
from hullmark.lake.store import Lake
from hullmark.quality.page import page
from hullmark.quality.validate import Verdict

FOLDER = "quarantine"
DERIVED = frozenset(
    {"findings", "distinct_packages", "verdicts", "vulnerable_packages", "finding_events", "matched_images"}
)  # the next matching makes them anew; an old part of them is worse than none


@dataclass(frozen=True, slots=True)
class Kept:
    """A batch in quarantine: `name` is "<run>/<table>-<digest>"; `decision` is released or discarded, "" while it waits."""

    name: str
    table: str
    rows: int
    kept_at: str
    failures: tuple[str, ...]
    decision: str = ""
    by: str = ""
    decided_at: str = ""


def quarantine(lake: Lake, table: str, batch: pa.Table, verdict: Verdict, run: str = "") -> str:
    """Keep the batch as `<lake>/quarantine/<run>/<table>-<digest>.parquet`, its report beside it as `.json` and `.html`.

    Returns the path or URL of the Parquet file. The digest is of the content, so that several batches of one run never
    overwrite each other. Without a run, its name is the time. Raises LakeError when it cannot be written.
    """
    sink = pa.BufferOutputStream()
    pq.write_table(batch, sink, compression="zstd")
    content = sink.getvalue().to_pybytes()
    folder = f"{FOLDER}/{_folder(run)}"
    name = f"{table}-{hashlib.sha256(content).hexdigest()[:12]}"
    report = {
        "table": verdict.table, "ok": verdict.ok, "rows": batch.num_rows,
        "kept_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "failures": verdict.failures, "report": verdict.report,
    }  # fmt: skip
    lake.create()
    _write(lake, f"{folder}/{name}.parquet", content)
    _write(lake, f"{folder}/{name}.html", page(f"{_folder(run)}/{name}", report).encode())
    _write(lake, f"{folder}/{name}.json", json.dumps(report, indent=1, default=str).encode())
    return lake.place.join(folder, f"{name}.parquet")


def kept(lake: Lake, decided: bool = False) -> list[Kept]:
    """What waits in quarantine, the oldest first; also what was decided, if asked for. Raises LakeError."""
    try:
        selector = pa_fs.FileSelector(FOLDER, recursive=True, allow_not_found=True)
        files = [item.path for item in lake.place.filesystem().get_file_info(selector) if item.path.endswith(".json")]
    except OSError as error:
        raise LakeError(f"the quarantine of {lake.root} cannot be listed: {one_line(error)}") from None
    found = [_kept(lake, path.removeprefix(f"{FOLDER}/").removesuffix(".json")) for path in files]
    return sorted((item for item in found if decided or not item.decision), key=lambda item: (item.kept_at, item.name))


def report(lake: Lake, name: str) -> dict[str, Any]:
    """The whole report of a batch; raises NotFound and LakeError."""
    content = lake.place.read(f"{FOLDER}/{name}.json") if re.fullmatch(r"[\w-][\w.-]*/[\w-][\w.-]*", name) else None
    if content is None:
        raise NotFound(f"there is no batch {name[:120]} in quarantine; `hullmark quality list` says what is")
    try:
        found: dict[str, Any] = json.loads(content)
    except ValueError:
        raise LakeError(f"the report of {name} is damaged; look at {lake.place.join(FOLDER, name)}.json") from None
    return found


def release(lake: Lake, name: str, by: str) -> int:
    """Put a batch into its table on a person's word; returns its number of rows. Raises NotFound, UsageError and LakeError.

    Rows of the table with the same keys, or of the same images, give way. Twice does the same as once.
    """
    said = _undecided(lake, name)
    if said["table"] in DERIVED:
        raise UsageError(f"{said['table']} are matched anew by the next run; discard {name} instead")
    content = lake.place.read(f"{FOLDER}/{name}.parquet")
    if content is None:
        raise NotFound(f"the rows of {name} are gone; discard it")
    rows = lake.commit(said["table"], pq.read_table(pa.BufferReader(content)))
    _decide(lake, name, said, "released", by)
    return rows


def discard(lake: Lake, name: str, by: str) -> None:
    """Delete the rows of a batch; its report stays, with who did it. Raises NotFound, UsageError and LakeError."""
    _decide(lake, name, _undecided(lake, name), "discarded", by)


def _undecided(lake: Lake, name: str) -> dict[str, Any]:
    said = report(lake, name)
    if said.get("decision"):
        raise UsageError(f"{name} was {said['decision']} by {said['by']} on {said['decided_at']} already")
    return said


def _decide(lake: Lake, name: str, said: dict[str, Any], decision: str, by: str) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    told = said | {"decision": decision, "by": by, "decided_at": now}
    _write(lake, f"{FOLDER}/{name}.json", json.dumps(told, indent=1).encode())
    _write(lake, f"{FOLDER}/{name}.html", page(name, told).encode())
    lake.place.delete(f"{FOLDER}/{name}.parquet")


def _kept(lake: Lake, name: str) -> Kept:
    said = report(lake, name)
    return Kept(
        name, str(said.get("table", "")), int(said.get("rows", 0)), str(said.get("kept_at", "")),
        tuple(said.get("failures", ())),
        said.get("decision", ""), said.get("by", ""), said.get("decided_at", ""),
    )  # fmt: skip


def _write(lake: Lake, name: str, content: bytes) -> None:
    try:
        lake.place.write(name, content)
    except OSError as error:
        raise LakeError(f"{lake.place.join(name)} of a rejected batch cannot be written: {one_line(error)}") from None


def _folder(run: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9_.-]", "_", run).lstrip(".")[:128]
    return plain or f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
