"""What a command line imports: a scan pays for no orchestrator, and help for next to nothing."""

import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from hullmark.lake.store import Lake
from tests.lake.rows import rows

NEVER = {"prefect", "great_expectations", "streamlit", "moto", "boto3", "botocore", "fastapi", "pandas", "polars"}
HEAVY = NEVER | {"pyarrow", "numpy", "duckdb", "deltalake", "httpx", "rich", "ssl", "orjson"}
MEDIA = "application/vnd.oci.image"
STATUS = b"Package: bash\nStatus: install ok installed\nVersion: 5.2-1\nArchitecture: amd64\n\n"
RELEASE = b'ID=debian\nVERSION_ID="12"\n'


def test_a_scan_imports_no_orchestrator(tmp_path: Path) -> None:
    """With advisories, so that matching is done as well."""
    feeds = tmp_path / "feeds"
    (feeds / "kev").mkdir(parents=True)
    (feeds / "kev" / "known_exploited_vulnerabilities.json").write_text(
        json.dumps({"vulnerabilities": [{"cveID": "CVE-2024-1000", "dateAdded": "2024-01-01", "dueDate": "2024-02-01"}]})
    )
    report = tmp_path / "report.json"
    modules = imported(tmp_path, "scan", layout(tmp_path / "layout"), "--no-cache", "--feeds", feeds, "-o", report)
    packages = {name.partition(".")[0] for name in modules if "." in name}  # a package that was not found is tried in vain
    assert packages & {*NEVER, "deltalake", "numpy"} == set()
    assert {"pyarrow", "duckdb"} <= modules, "the test sees what is imported"
    assert report.exists()


def test_a_second_scan_reads_what_the_first_one_kept(tmp_path: Path) -> None:
    """Without NumPy too."""
    image = layout(tmp_path / "layout")
    for name in ("first.json", "second.json"):
        modules = imported(tmp_path, "scan", image, "--list", "--format", "json", "-o", tmp_path / name)
    assert "hullmark.inventory.layer_table" in modules
    assert json.loads((tmp_path / "second.json").read_bytes())["packages"]


def test_a_list_of_packages_costs_no_database_and_no_network(tmp_path: Path) -> None:
    """Half of what a small image takes is starting up."""
    options = ("--no-cache", "--list", "--format", "json", "-o", tmp_path / "report.json")
    modules = imported(tmp_path, "scan", layout(tmp_path / "layout"), *options)
    light = {"duckdb", "deltalake", "httpx", "rich", "pyarrow", "numpy", "ssl", "email"}
    assert modules & (NEVER | light) <= {"pandas"}
    assert not [name for name in modules if name.startswith("hullmark.advisories")]
    assert "hullmark.scan_answer" in modules, "the test sees what is imported"


def test_a_question_to_a_lake_that_lacks_tables_and_columns_imports_no_pandas(tmp_path: Path) -> None:
    """A lake lacks those that came with a later Hullmark, until something is written there."""
    lake = Lake(str(tmp_path / "lake"))
    lake.commit("accounts", rows("accounts", {"account": "111122223333"}))
    batch = pa.table({name: column for name, column in rows("accounts", {}).to_pydict().items() if name != "since"})
    write_deltalake(f"{lake.root}/tables/accounts", batch, mode="overwrite", schema_mode="overwrite")
    asked = "SELECT typeof(any_value(since)), (SELECT count(*) FROM packages) FROM accounts"
    modules = imported(tmp_path, "query", asked, "--format", "csv", lake=lake.root)
    assert "duckdb" in modules, "the test sees what is imported"
    assert "pandas" not in modules
    with lake.connect() as connection:
        assert connection.sql(asked).fetchall() == [("TIMESTAMP WITH TIME ZONE", 0)]


@pytest.mark.parametrize("arguments", [("--help",), ("scan", "--help"), ("--version",)])
def test_help_imports_nothing_heavy(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    modules = imported(tmp_path, *arguments)
    assert modules & HEAVY == set()
    assert "argparse" in modules


@pytest.mark.parametrize(("asked", "pool"), [({}, "system"), ({"ARROW_DEFAULT_MEMORY_POOL": "mimalloc"}, "mimalloc")])
@pytest.mark.parametrize("module", ["hullmark.cli", "flows.scan", "flows.advisories"])
def test_arrow_takes_its_memory_from_malloc(module: str, asked: dict[str, str], pool: str) -> None:
    """A flow may import other things first, though not Arrow."""
    code = f"import {module}, pyarrow; print(pyarrow.default_memory_pool().backend_name)"
    environment = {name: value for name, value in os.environ.items() if name != "ARROW_DEFAULT_MEMORY_POOL"} | asked
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.split() == [pool]


def imported(tmp_path: Path, *arguments: str | Path, lake: str = "") -> set[str]:
    """The modules that the interpreter imported, or tried to, for a command line."""
    command = [sys.executable, "-X", "importtime", "-m", "hullmark", *map(str, arguments)]
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "XDG_DATA_HOME": str(tmp_path / "data")}
    environment |= {"HULLMARK_LAKE": lake} if lake else {}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode in {0, 3}, done.stderr[-2000:]
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


def layout(folder: Path) -> Path:
    """An OCI layout with one Debian package."""
    return layout_of(folder, [{"etc/os-release": RELEASE, "var/lib/dpkg/status": STATUS}])


def layout_of(folder: Path, layers: Sequence[dict[str, bytes]]) -> Path:
    """An OCI layout whose layers hold these files."""
    (folder / "blobs" / "sha256").mkdir(parents=True)
    plain = [tar(files) for files in layers]
    config = json.dumps(
        {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [*map(digest, plain)]}}
    ).encode()
    manifest = {
        "schemaVersion": 2, "mediaType": f"{MEDIA}.manifest.v1+json",
        "config": keep(folder, config, f"{MEDIA}.config.v1+json"),
        "layers": [keep(folder, gzip.compress(content), f"{MEDIA}.layer.v1.tar+gzip") for content in plain],
    }  # fmt: skip
    entry = keep(folder, json.dumps(manifest).encode(), f"{MEDIA}.manifest.v1+json")
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}))
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    return folder


def tar(files: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return sink.getvalue()


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def keep(folder: Path, content: bytes, media_type: str) -> dict[str, object]:
    """Store a blob; returns its descriptor."""
    name = digest(content)
    (folder / "blobs" / name.replace(":", "/")).write_bytes(content)
    return {"mediaType": media_type, "digest": name, "size": len(content)}
