"""Damage that only who reads the rows meets."""

from pathlib import Path


def damage(file: Path) -> None:
    """Overwrite the rows of a Parquet file; its footer stays, so that it opens."""
    content = bytearray(file.read_bytes())
    rows = slice(4, len(content) - 8 - int.from_bytes(content[-8:-4], "little"))
    content[rows] = b"\xff" * (rows.stop - rows.start)
    file.write_bytes(content)
