"""A batch that failed its suite is kept whole with its report, where nobody mistakes it for the table."""

import hashlib
import json
import re
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from hullmark.errors import LakeError
from hullmark.lake.place import one_line
from hullmark.lake.store import Lake
from hullmark.quality.validate import Verdict


def quarantine(lake: Lake, table: str, batch: pa.Table, verdict: Verdict, run: str = "") -> str:
    """Keep the batch as `<lake>/quarantine/<run>/<table>-<digest>.parquet`, the report beside it as `.json`.

    Returns the path or URL of the Parquet file. The digest is of the content, so that several batches of one run never
    overwrite each other. Without a run, its name is the time. Raises LakeError when it cannot be written.
    """
    sink = pa.BufferOutputStream()
    pq.write_table(batch, sink, compression="zstd")
    content = sink.getvalue().to_pybytes()
    name = f"{table}-{hashlib.sha256(content).hexdigest()[:12]}"
    folder = f"quarantine/{_folder(run)}"
    report = {"table": verdict.table, "ok": verdict.ok, "failures": verdict.failures, "report": verdict.report}
    lake.create()
    try:
        lake.place.write(f"{folder}/{name}.parquet", content)
        lake.place.write(f"{folder}/{name}.json", json.dumps(report, indent=1, default=str).encode())
    except OSError as error:
        raise LakeError(
            f"a rejected batch for {table} could not be kept in {lake.place.join(folder)}: {one_line(error)}"
        ) from None
    return lake.place.join(folder, f"{name}.parquet")


def _folder(run: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9_.-]", "_", run).lstrip(".")[:128]
    return plain or f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
