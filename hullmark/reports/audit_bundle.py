"""The evidence bundle for an auditor: one archive with the state at a date, the same bytes for the same lake.

Files are stored uncompressed with a fixed time, since compression differs from library to library. `manifest.json` has the
SHA-256 of each; the digest of the manifest stands for the whole bundle.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import IO, Any

import duckdb
import pyarrow as pa
from pyarrow import csv as pa_csv

from hullmark import __version__
from hullmark.errors import CorruptData, IntegrityError, LimitExceeded, UsageError
from hullmark.sql import read_sql

QUERIES = "hullmark.reports.audit"
FORMAT = 1
MANIFEST = "manifest.json"
TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip can say
MOST_FILES = 10_000
MOST_BYTES = 64 << 30
LARGEST_MANIFEST = 16 << 20
CHUNK = 1 << 20
HEART_STOPPED = timedelta(minutes=5)  # a run tells each minute that it is alive


def write_bundle(
    target: IO[bytes], connection: duckdb.DuckDBPyConnection, moment: datetime, texts: Mapping[str, str], engine: str
) -> str:
    """Write the bundle of a lake's connection as of an aware time; returns the digest of its manifest.

    `texts` are the rules, frameworks, targets and owners by their path. Raises UsageError for a time before the first run.
    """
    _require_runs(connection, moment)
    listed = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content, rows in _files(connection, moment, texts):
            _put(archive, name, content)
            listed.append({"path": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "rows": rows})
        manifest = _json({
            "format": FORMAT, "as_of": moment.isoformat(), "hullmark": __version__, "engine": engine, "files": listed,
        })  # fmt: skip
        _put(archive, MANIFEST, manifest)
    return _digest(manifest)


def require_ended(connection: duckdb.DuckDBPyConnection, moment: datetime, now: datetime) -> None:
    """Raise UsageError where a run is under way that began by then: what it finds counts from its start."""
    asked = {"moment": moment, "since": now - HEART_STOPPED}
    for (started,) in connection.sql(read_sql(__package__, "audit_under_way.sql"), params=asked).fetchall():
        raise UsageError(
            f"a run that began on {started.astimezone(UTC):%Y-%m-%d at %H:%M:%S} UTC is under way, and what it finds counts "
            "from then; give an earlier time, or ask when it has ended"
        )


def verify_bundle(source: IO[bytes]) -> tuple[str, Mapping[str, Any]]:
    """The digest of the manifest, and the manifest, of a bundle whose every file is what the manifest says.

    Raises CorruptData for what is no bundle, LimitExceeded, and IntegrityError, which names a file that was changed.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            content = _manifest(archive)
            manifest = json.loads(content)
            stated = {str(item["path"]): (int(item["size"]), str(item["sha256"])) for item in manifest["files"]}
            _compare_names(archive, stated)
            for name, (size, sha256) in stated.items():
                if _sha256(archive, name, size) != sha256:
                    raise IntegrityError(f"{name[:120]} of the bundle is not what its manifest says; ask for it again")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, KeyError, TypeError):
        raise CorruptData("it is no evidence bundle, or not a whole one; ask for it again") from None
    return _digest(content), manifest


def _require_runs(connection: duckdb.DuckDBPyConnection, moment: datetime) -> None:
    first = connection.sql("SELECT min(finished) FROM runs").fetchall()[0][0]
    if first is None or first > moment:
        known = (
            f"knows nothing before its first run, which ended on {first:%Y-%m-%d at %H:%M} UTC"
            if first
            else "has seen no run yet"
        )
        raise UsageError(f"the lake {known}; give a later date")


def _files(
    connection: duckdb.DuckDBPyConnection, moment: datetime, texts: Mapping[str, str]
) -> Iterator[tuple[str, bytes, int | None]]:
    population: dict[str, int] = {}
    for item in sorted(files(QUERIES).iterdir(), key=lambda item: item.name):
        if item.name.endswith(".sql"):
            name = item.name.removesuffix(".sql")
            rows = connection.sql(read_sql(QUERIES, item.name), params={"moment": moment}).to_arrow_table()
            population[name] = rows.num_rows
            yield f"{name}.csv", _csv(rows), rows.num_rows
    yield "population.json", _json(population), None
    yield "README.md", files(QUERIES).joinpath("README.md").read_bytes(), None
    for path in sorted(texts):
        yield f"policy/{path}", texts[path].encode(), None


def _csv(rows: pa.Table) -> bytes:
    """CSV with a header; times as ISO 8601 in UTC."""
    columns = [
        column.cast(pa.timestamp("us", "UTC")).cast(pa.string()) if pa.types.is_timestamp(column.type) else column
        for column in rows.columns
    ]
    sink = io.BytesIO()
    pa_csv.write_csv(pa.table(columns, names=rows.column_names), sink)
    return sink.getvalue()


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, TIME)
    entry.create_system, entry.external_attr = 3, 0o644 << 16
    archive.writestr(entry, content)


def _digest(manifest: bytes) -> str:
    return f"sha256:{hashlib.sha256(manifest).hexdigest()}"


def _manifest(archive: zipfile.ZipFile) -> bytes:
    entries = archive.infolist()
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise LimitExceeded(f"the bundle has more than {MOST_FILES:,} files or {MOST_BYTES >> 30} GiB; it is none of ours")
    with archive.open(MANIFEST) as file:
        content = file.read(LARGEST_MANIFEST + 1)
    if len(content) > LARGEST_MANIFEST:
        raise LimitExceeded(f"the manifest of the bundle is larger than {LARGEST_MANIFEST >> 20} MiB; it is none of ours")
    return content


def _compare_names(archive: zipfile.ZipFile, stated: Mapping[str, object]) -> None:
    there = sorted(entry.filename for entry in archive.infolist() if entry.filename != MANIFEST)
    for name in sorted({*there, *stated}):
        if there.count(name) != 1 or name not in stated:
            what = "is missing" if name not in there else "is not in the manifest, or is there twice"
            raise IntegrityError(f"{name[:120]} of the bundle {what}; ask for the bundle again")


def _sha256(archive: zipfile.ZipFile, name: str, size: int) -> str:
    found, left = hashlib.sha256(), size
    with archive.open(name) as file:
        while chunk := file.read(CHUNK):
            left -= len(chunk)
            if left < 0:
                return ""
            found.update(chunk)
    return found.hexdigest()
