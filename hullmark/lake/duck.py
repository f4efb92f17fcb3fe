"""DuckDB as this program opens it, by itself: a scan that compares needs it, and no lake."""

import secrets
import tempfile
from pathlib import Path

import duckdb


def open_duckdb(memory_mb: int = 1024, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB in UTC with bounded memory, which spills to the temporary folder and loads no extensions."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{memory_mb}MiB",
        "temp_directory": str(Path(tempfile.gettempdir()) / f"hullmark-{secrets.token_hex(8)}"),  # made when it spills
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "python_enable_replacements": False,
    }
    if threads:
        config["threads"] = threads
    con = duckdb.connect(config=config)
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET parquet_metadata_cache = true")  # files never change, and each query would read where their columns lie
    return con
